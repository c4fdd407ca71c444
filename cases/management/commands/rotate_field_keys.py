"""`manage.py rotate_field_keys`: seal everything again with the newest field key."""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cases.services import rotation
from integrity.core import crypto


class Command(BaseCommand):
    help = (
        "Seal every sealed value and file again with the first key of FIELD_KEYS, and print a "
        "report as JSON: what was done, what each key still seals, and what cannot be made anew. "
        "Safe beside the running site; stopped at any moment it goes on with the next run. Exit "
        "status 0 when all is well, 1 when something cannot be opened or is still sealed with "
        "an older key, 2 for wrong use."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only count, change nothing")
        parser.add_argument(
            "--batch",
            type=int,
            default=rotation.BATCH,
            help="how many rows to read at a time (default: %(default)s)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["batch"] < 1:
            raise CommandError("--batch takes a number of at least 1.", returncode=2)
        done = rotation.run(
            dry_run=options["dry_run"],
            batch=options["batch"],
            tell=self.stderr.write,
        )
        self.stdout.write(json.dumps(report(done), indent=2))
        if not done.good:
            sys.exit(1)


def report(done: rotation.Rotation) -> dict[str, Any]:
    """The report: every key with what it still seals, configured ones in their order."""
    names = crypto.key_names()
    found = sorted(set(done.values_by_key | done.files_by_key) - set(names))
    needing = [kind for kind in rotation.NEEDS_KEY if done.kept.get(kind)]
    return {
        "dry_run": done.dry_run,
        "keys": [_key(done, name, place, needing) for place, name in enumerate(names, 1)]
        + [_key(done, name, None, []) for name in found],
        "sealed_again": {"values": dict(done.values), "files": done.files},
        "referenced_again": dict(done.references),
        "kept": done.kept,
        "cannot_open": {"count": done.cannot_open_count, "first": done.cannot_open},
        "another_run_has_the_files": done.busy,
    }


def _key(
    done: rotation.Rotation, name: str, place: int | None, needing: list[str]
) -> dict[str, Any]:
    """One key by its name: `position` in FIELD_KEYS, None for one that is not configured."""
    values, files = done.values_by_key[name], done.files_by_key[name]
    newest = place == 1
    # Which older key made a fingerprint cannot be seen, so each of them may be the one.
    needed_for = [] if newest or place is None else needing
    return {
        "key": name,
        "position": place,
        "values": values,
        "files": files,
        "needed_for": needed_for,
        "keep": newest or bool(values or files or needed_for),
    }
