"""Build many cases to measure with."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cases.demo import scale


class Command(BaseCommand):
    """Refused under production settings: what it writes has happened to nobody."""

    help = "Builds cases in bulk, with a history that verifies. Prints counts as JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--cases", type=int, required=True, metavar="N")
        parser.add_argument(
            "--learners", type=int, metavar="N", help="people they are about (default: half of N)"
        )
        parser.add_argument(
            "--seed", type=int, default=1, metavar="N", help="the same seed, the same cases"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("Cases are never made up in production settings.", returncode=2)
        cases = options["cases"]
        learners = options["learners"]
        if learners is None:
            learners = scale.default_learners(cases)
        if not 1 <= cases <= scale.MOST:
            raise CommandError(f"--cases takes 1 to {scale.MOST}.", returncode=2)
        if not 5 <= learners <= scale.MOST:
            raise CommandError(f"--learners takes 5 to {scale.MOST}.", returncode=2)
        made = scale.build(cases=cases, learners=learners, seed=options["seed"])
        self.stdout.write(json.dumps(made))
