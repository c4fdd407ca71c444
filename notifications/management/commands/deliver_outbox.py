"""`manage.py deliver_outbox`: send what is due, now, without a broker."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from notifications import selectors
from notifications.services import delivery, desk


class Command(BaseCommand):
    help = (
        "Send every message that is due and print a report as JSON. Exit status 0 when nothing "
        "needs attention, 1 when messages failed, are uncertain or were given up."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--retry-failed",
            action="store_true",
            help="try failed and given-up messages again now; uncertain ones are left to a person",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        retried = desk.retry_failed() if options["retry_failed"] else 0
        tally = delivery.deliver_due(seconds=3600)
        report = {"retried": retried} | asdict(tally) | {"outbox": selectors.state_counts()}
        self.stdout.write(json.dumps(report, indent=2))
        if selectors.attention_count():
            sys.exit(1)
