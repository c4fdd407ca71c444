"""`manage.py import_scheme`: store a scheme file as the next version of its scheme."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integrity.audit.services import Actor
from integrity.core.errors import DomainError
from policies.management.output import BAD_USE, read_text, refusal
from policies.schemes import parse_text
from policies.services import import_scheme


class Command(BaseCommand):
    help = (
        "Store a scheme file (docs/schemes.md) as the next version of its scheme and publish it, "
        'unless the file says "status": "draft". A file equal to the newest version changes '
        "nothing. Prints JSON. Exit status: 0 stored or unchanged, 2 bad use or a file that is not "
        "a scheme: every problem is named with line, place and reason."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            scheme, data = parse_text(read_text(file))
            version, created = import_scheme(
                actor=Actor.system("import_scheme"), data=data, file=scheme
            )
        except DomainError as error:
            raise CommandError(f"{file}: {refusal(error)}", returncode=BAD_USE) from error
        policy = version.policy_version
        report = {
            "scheme": version.scheme.slug,
            "kind": version.scheme.kind,
            "version": version.number,
            "created": created,
            "status": version.status,
            "effective_at": version.effective_at.isoformat(),
            "policy": f"{policy.document.slug}/v{policy.number}" if policy else None,
            "factors": [factor.id for factor in scheme.factors],
            "outcomes": [outcome.id for outcome in scheme.outcomes],
        }
        self.stdout.write(json.dumps(report, indent=2, ensure_ascii=False))
