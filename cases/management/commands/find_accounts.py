"""Compare accounts by address and name: the next portion, or everybody once."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from cases.services import account_search


class Command(BaseCommand):
    """Safe to run at any time and as often as wanted: a pair is written once."""

    help = "Finds accounts that may belong to one person; prints JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--all", action="store_true", help="until the last account, in portions"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        total = account_search.run()
        while options["all"]:
            more = account_search.run()
            total = {name: total[name] + more[name] for name in total}
            if not more["looked_at"]:
                break
        self.stdout.write(json.dumps(total))
