"""Build the demo world."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cases.demo import seed


class Command(BaseCommand):
    """Safe to repeat. Refused under production settings: everybody knows these passwords."""

    help = "Builds the demo: institutions, courses, policies, accounts and cases. Prints JSON."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demo is never built in production settings.", returncode=2)
        self.stdout.write(json.dumps(seed.seed()))
