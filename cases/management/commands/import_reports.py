"""File a list of reports from a CSV file, each line once (IN10)."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.services import import_rows
from cases.services.import_lines import Checker, Line, fingerprint
from integrity.core.errors import DomainError, InvalidInput
from integrity.courses.models import Institution

FINDING, BAD_USE = 1, 2


class Command(BaseCommand):
    """Safe to run again after anything: a line that was filed is only named."""

    help = (
        "Files a list of reports from a CSV file (docs/intake.md describes its columns). Prints "
        "JSON, line by line. While any line has a mistake nothing is filed, unless "
        "--leave-out-mistakes. A line that was filed before is named and not filed again. Exit "
        "status: 0 good, 1 lines with mistakes, 2 bad use or a file that is no such list."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path, help="CSV in UTF-8")
        parser.add_argument("--institution", required=True, metavar="SLUG")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen")
        parser.add_argument(
            "--leave-out-mistakes", action="store_true", help="file the lines without mistakes"
        )

    def handle(
        self,
        *args: Any,
        file: Path,
        institution: str,
        dry_run: bool,
        leave_out_mistakes: bool,
        **options: Any,
    ) -> None:
        where = Institution.objects.filter(slug=institution).first()
        if where is None:
            raise CommandError(f'There is no institution "{institution}".', returncode=BAD_USE)
        try:
            with file.open("rb") as stream:
                content = stream.read(import_rows.MAX_BYTES + 1)
            rows = import_rows.read(content)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}", returncode=BAD_USE) from error
        except InvalidInput as error:
            text = " ".join(str(message) for message in error.fields["file"])
            raise CommandError(f"{file}: {text}", returncode=BAD_USE) from error
        checker = Checker(where, fingerprint(content))
        lines = checker.lines(rows)
        mistakes = any(line.errors for line in lines)
        if not dry_run and (leave_out_mistakes or not mistakes):
            rows_by_line = {row.line: row for row in rows}
            lines = [
                self._file(checker, rows_by_line[line.line]) if line.waits else line
                for line in lines
            ]
        self.stdout.write(json.dumps(_report(where, lines, dry_run=dry_run), ensure_ascii=False))
        if any(line.errors for line in lines):
            raise CommandError("Some lines have mistakes.", returncode=FINDING)

    @staticmethod
    def _file(checker: Checker, row: import_rows.Row) -> Line:
        try:
            return checker.file(row)
        except DomainError as error:
            return Line(row.line, errors={"": [str(error.message)]})


def _report(where: Institution, lines: list[Line], *, dry_run: bool) -> dict[str, Any]:
    return {
        "institution": where.slug,
        "dry_run": dry_run,
        "lines": len(lines),
        "filed": sum(bool(line.reference) and not line.known for line in lines),
        "known": sum(line.known for line in lines),
        "waiting": sum(line.waits for line in lines),
        "mistakes": [
            {"line": line.line, "column": column, "message": message}
            for line in lines
            for column, messages in line.errors.items()
            for message in messages
        ],
        "reports": [
            {"line": line.line, "reference": line.reference, "known": line.known}
            for line in lines
            if line.reference
        ],
    }
