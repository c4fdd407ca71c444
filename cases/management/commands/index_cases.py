"""Make the words cases are searched by anew."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand

from cases.models import Case
from cases.services import indexing
from integrity.audit import services as audit

CHUNK = 200


class Command(BaseCommand):
    """Goes on beside everybody's work: each case is locked for the moment it is read."""

    help = "Writes the words every case is searched by anew, 200 cases in a transaction."

    def handle(self, *args: Any, **options: Any) -> None:
        count = last = 0
        while True:
            with audit.transaction():
                rows = list(
                    Case.objects.select_for_update(of=("self",))
                    .select_related("course")
                    .filter(pk__gt=last)
                    .order_by("pk")[:CHUNK]
                )
                for case in rows:
                    indexing.write(case)
            if not rows:
                break
            count += len(rows)
            last = rows[-1].pk
        self.stdout.write(json.dumps({"cases": count}))
