"""`manage.py make_checkpoint`: sign the history now, and hand over a copy to keep elsewhere."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integrity.audit import checkpoints, selectors
from integrity.audit.errors import ChainBroken

FINDING, BAD_USE = 1, 2


class Command(BaseCommand):
    help = (
        "Sign the end of the history and write the newest checkpoint as JSON. Keep it where the "
        "operators of this database cannot change it, and give it to verify_audit later. Exit "
        "status: 0 written, 1 the history does not verify or is empty, 2 bad use."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--output", metavar="FILE", default="-", help="where to write; - is standard output"
        )

    def handle(self, *args: Any, output: str, **options: Any) -> None:
        try:
            checkpoints.make_checkpoint()
        except ChainBroken as error:
            raise CommandError(f"Not signed: {error}", returncode=FINDING) from error
        last = selectors.last_checkpoint()
        if last is None:
            raise CommandError("There is nothing to sign yet.", returncode=FINDING)
        text = checkpoints.file_text(last)
        if output == "-":
            self.stdout.write(text, ending="")
            return
        try:
            Path(output).write_text(text, encoding="utf-8")
        except OSError as error:
            raise CommandError(
                f"{output} cannot be written: {error}", returncode=BAD_USE
            ) from error
        self.stdout.write(json.dumps({"checkpoint": last.id, "sequence": last.sequence}))
