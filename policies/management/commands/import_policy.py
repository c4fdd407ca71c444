"""`manage.py import_policy`: take over a policy that others have written."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integrity.audit.services import Actor
from integrity.core.errors import DomainError, InvalidInput
from integrity.courses.models import Institution
from policies.enums import DocumentKind
from policies.importer import read_source
from policies.management.output import BAD_USE, FINDING, refusal
from policies.services import AlreadyImported, import_policy


class Command(BaseCommand):
    help = (
        "Import a policy from plain text or Markdown as a draft; the same slug again is its next "
        "version. Prints JSON: what was dropped and why, and the violation types and consequences "
        "it proposes for an editor to confirm. Exit status: 0 imported, 1 nothing was changed "
        "because the newest version has this text from this day on already, 2 bad use or a file "
        "that cannot be read, naming the line and the byte."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path, help="UTF-8 text or Markdown")
        parser.add_argument("--slug", required=True, help="short name, such as honor-code")
        parser.add_argument("--kind", required=True, choices=DocumentKind.values)
        parser.add_argument("--title", required=True)
        parser.add_argument(
            "--effective",
            required=True,
            metavar="YYYY-MM-DD",
            help="takes effect at 00:00 of this day in the owner's time zone",
        )
        parser.add_argument("--institution", default="", metavar="SLUG")
        parser.add_argument("--publish", action="store_true", help="publish it at once")

    def handle(
        self,
        *args: Any,
        file: Path,
        slug: str,
        kind: str,
        title: str,
        effective: str,
        institution: str,
        publish: bool,
        **options: Any,
    ) -> None:
        try:
            report = import_policy(
                actor=Actor.system("import_policy"),
                text=read_source(file),
                slug=slug,
                kind=kind,
                title=title,
                effective=_day(effective),
                institution=_institution(institution),
                publish=publish,
            )
        except AlreadyImported as error:
            raise CommandError(f"{slug}: {error.message}", returncode=FINDING) from error
        except DomainError as error:
            raise CommandError(f"{file}: {refusal(error)}", returncode=BAD_USE) from error
        self.stdout.write(json.dumps(report.as_json(), indent=2, ensure_ascii=False))


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text if len(text) == 10 and text[4] == "-" else "")
    except ValueError:
        day = date.min
    if not 1900 <= day.year <= 2999:
        raise InvalidInput({"--effective": ["must be a day such as 2026-09-01"]})
    return day


def _institution(slug: str) -> Institution | None:
    if not slug:
        return None
    found = Institution.objects.filter(slug=slug).first()
    if found is None:
        raise InvalidInput({"--institution": [f'there is no institution "{slug}"']})
    return found
