"""Where a case stands, and until when somebody has to act on it."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Max

from cases.enums import CaseStatus as S
from cases.governing import texts
from cases.models import Case, Notice
from integrity.core import clock
from integrity.core.calendar import add_working_days
from integrity.courses.selectors import holidays

# Targets of the desk, in working days from the start of a stage.
STAGE_WORKING_DAYS: dict[str, int] = {
    S.TRIAGE: 2,
    S.INVESTIGATION: 10,
    S.REVIEW: 10,
    S.APPROVAL: 3,
}

# How far a stage is along; the case stands where its slowest respondent stands.
ORDER = [
    S.TRIAGE,
    S.INVESTIGATION,
    S.NOTIFIED,
    S.REVIEW,
    S.APPROVAL,
    S.APPEAL,
    S.DECIDED,
    S.CLOSED,
]


def settle(case: Case, *, alone: str | None = None) -> None:
    """Let the case's status and deadline follow from its respondents; saves nothing.

    `alone` is the status of a case nobody is named in yet. A deadline that runs is never moved
    within a stage, whatever becomes of the calendar; while it is paused there is none.
    """
    statuses = set(case.respondents.values_list("status", flat=True))
    live = statuses - {S.DISMISSED}
    if live:
        status: str = min(live, key=lambda stage: ORDER.index(S(stage)))
    elif statuses:
        status = S.DISMISSED
    else:
        status = alone or case.status
    if status != case.status:
        # A pause belongs to its stage.
        case.paused_at = None
    if status == S.NOTIFIED:
        case.due_at = Notice.objects.filter(
            respondent__case=case, respondent__status=S.NOTIFIED
        ).aggregate(last=Max("due_at"))["last"]
    elif case.paused_at is None and (status != case.status or case.due_at is None):
        case.due_at = stage_deadline(case, status)
    if status not in (S.TRIAGE, S.DISMISSED):
        case.names_open = True
    case.status = status


def stage_deadline(case: Case, status: str, *, at: datetime | None = None) -> datetime | None:
    """When the desk is due in this stage; None where the desk does not have the next step."""
    days = STAGE_WORKING_DAYS.get(status)
    if days is None:
        return None
    return add_working_days(
        at or clock.now(),
        days,
        zone=case.institution.time_zone,
        holidays=holidays(case.institution),
    )


def review_until(case: Case, *, closed_at: datetime) -> datetime:
    """Until when whoever reported may ask for a review of a dismissal (AP1), to the last second.

    The policy's time to appeal, counted from the closing message.
    """
    return add_working_days(
        closed_at,
        texts(case).terms.appeal_working_days,
        zone=case.institution.time_zone,
        holidays=holidays(case.institution),
    )
