"""Export the history of all cases, or of one."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.models import Respondent
from cases.services import export
from integrity.core.errors import DomainError


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"{text!r} is not a day such as 2026-11-21.", returncode=2) from error


def _start(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


def _respondent(number: str, email: str) -> str:
    """The public id of the case's respondent with this address, "" without an address."""
    if not email:
        return ""
    row = Respondent.objects.filter(case__number=number, user__email__iexact=email).first()
    if row is None:
        raise CommandError("Nobody with this address is in this case.", returncode=2)
    return str(row.public_id)


class Command(BaseCommand):
    """`--until` names the last day that is included; days begin at 00:00 UTC."""

    help = "Exports the history as CSV or JSON Lines, with pseudonyms, streamed at any size."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--format", required=True, choices=sorted(export.FORMATS))
        parser.add_argument("--case", default="", metavar="NUMBER")
        parser.add_argument("--since", metavar="DATE", help="first day, such as 2026-01-31")
        parser.add_argument("--until", metavar="DATE", help="last day")
        parser.add_argument("--audience", default="audit", choices=export.AUDIENCES)
        parser.add_argument(
            "--respondent",
            default="",
            metavar="EMAIL",
            help="whose copy it is, where a case has several learners",
        )
        parser.add_argument("--output", required=True, metavar="FILE", help="a file, or - for here")

    def handle(self, *args: Any, **options: Any) -> None:
        what = export.Filter(
            case_number=options["case"],
            since=_start(_day(options["since"])) if options["since"] else None,
            until=(
                _start(_day(options["until"]) + timedelta(days=1)) if options["until"] else None
            ),
            audience=options["audience"],
            respondent=_respondent(options["case"], options["respondent"]),
        )
        try:
            lines = export.export_history(actor=None, format=options["format"], what=what)
        except DomainError as error:
            raise CommandError(_words(error), returncode=2) from error
        if options["output"] == "-":
            for line in lines:
                sys.stdout.write(line)
            return
        self._write(Path(options["output"]), lines)

    @staticmethod
    def _write(path: Path, lines: Any) -> None:
        """The file appears under its name only when it is whole (HOSTILE 99)."""
        draft = path.with_name(f".{path.name}.{os.getpid()}.part")
        try:
            with draft.open("w", encoding="utf-8", newline="") as file:
                for line in lines:
                    file.write(line)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        except OSError as error:
            raise CommandError(
                f"Cannot write {path.name}: {error.strerror}", returncode=2
            ) from error
        finally:
            draft.unlink(missing_ok=True)


def _words(error: DomainError) -> str:
    fields = getattr(error, "fields", None)
    if fields:
        return "; ".join(str(text) for messages in fields.values() for text in messages)
    return str(error.message)
