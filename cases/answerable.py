"""Decisions made in one letter, which are answered like a notice (PR5)."""

from __future__ import annotations

from cases.enums import CaseStatus, DeterminationStatus
from cases.models import Appeal, Determination, Respondent, Response


def settled(respondent: Respondent) -> Determination | None:
    """The decision in one letter that stands and that nobody has answered or appealed against.

    Whether there is still time is for the window of its notice to say (`cases.windows`).
    """
    if respondent.status != CaseStatus.DECIDED:
        return None
    found = respondent.determinations.filter(
        status=DeterminationStatus.ISSUED, summary=True, annulled_at__isnull=True
    ).first()
    if found is None or Appeal.objects.filter(determination=found).exists():
        return None
    if Response.objects.filter(notice__letter=found.letter_id).exists():
        return None
    return found


def step_of(respondent: Respondent) -> str:
    """The step of the table by which this respondent answers their newest letter."""
    return "answer_summary" if respondent.status == CaseStatus.DECIDED else "respond"
