"""Put the submissions of courses into the index of fingerprints."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.services import printing
from integrity.courses.models import Course


class Command(BaseCommand):
    """Safe to run at any time, to end at any time, and beside another one of its kind."""

    help = "Fingerprints new and changed submissions, to find similar ones; prints JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--course", metavar="SLUG", help="of one course only")
        parser.add_argument(
            "--verify", action="store_true", help="also look for texts changed behind our back"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        course = None
        if options["course"]:
            course = Course.objects.filter(slug=options["course"]).first()
            if course is None:
                raise CommandError("There is no course of this name.", returncode=2)
        found = printing.index(course=course, verify=options["verify"])
        self.stdout.write(json.dumps(found))
