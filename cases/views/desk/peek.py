"""What can be done from a look at a case in the queue."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from cases import rules
from cases.enums import CaseStatus as S
from cases.selectors.queue import Peek
from cases.selectors.queue_filters import WORKING
from cases.views.desk.steps import Button


def peek_buttons(peek: Peek) -> list[Button]:
    """The steps of a look at a case in the queue."""
    number = peek.case.number
    buttons = []
    works = peek.access >= rules.Access.WORK
    staff = peek.access in (rules.Access.SUMMARY, rules.Access.WORK)
    triage = peek.case.status == S.TRIAGE

    def to(name: str) -> str:
        return reverse(f"desk:{name}", args=[number])

    if works and triage:
        buttons = [
            Button(_("Open the case"), to("open"), main=True),
            Button(_("Dismiss with a reason"), to("dismiss")),
        ]
    elif peek.access >= rules.Access.READ:
        buttons = [Button(_("Go to the case"), to("case"), main=True)]
    if staff and peek.case.assignee_id is None and peek.case.status in WORKING:
        buttons.append(
            Button(_("Only claim it"), to("claim"), post=True)
            if buttons
            else Button(_("Claim the case"), to("claim"), post=True, main=True)
        )
    return buttons
