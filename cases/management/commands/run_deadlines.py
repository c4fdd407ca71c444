"""Do what is due: reminders, ended suspensions, closed cases."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.services import deadlines


class Command(BaseCommand):
    """Safe to run at any time and as often as wanted: each thing happens once."""

    help = "Sends reminders, ends suspensions and closes cases that are due; prints JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--at", metavar="ISO-TIME", help="as if it were this instant, with its zone"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        at = None
        if options["at"]:
            try:
                at = datetime.fromisoformat(options["at"])
            except ValueError as error:
                raise CommandError("--at takes an ISO time.", returncode=2) from error
            if at.tzinfo is None:
                raise CommandError("--at needs a zone, such as +00:00.", returncode=2)
        self.stdout.write(json.dumps(deadlines.run(at)))
