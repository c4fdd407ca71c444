"""`manage.py draw_process > docs/process.md`: the process as it is in the code."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from cases.workflow.drawing import draw


class Command(BaseCommand):
    help = "Print docs/process.md: stages and steps of a case, drawn from the table of the workflow"
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        self.stdout.write(draw(), ending="")
