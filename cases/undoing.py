"""For how long what was done at the desk can be undone before anybody outside it hears of it."""

from __future__ import annotations

from datetime import timedelta

from cases.enums import CaseStatus
from cases.models import Report, Respondent
from integrity.core import clock

# The letters of a dismissal are held as long; decision 0028.
WITHIN = timedelta(minutes=10)


def held(report: Report) -> bool:
    """Whether the report is dismissed and its sender is not to know yet: `closed_at` lies ahead."""
    return report.closed_at is not None and report.closed_at > clock.now()


def told_status(report: Report) -> str:
    """The status of a report as its sender knows it, in whatever case the report is by now."""
    return (report.status_before or report.status) if held(report) else report.status


def dismissal_held(respondent: Respondent) -> bool:
    """Whether a dismissal can still be undone, and the respondent is not to know of it yet."""
    return (
        respondent.status == CaseStatus.DISMISSED and respondent.status_since > clock.now() - WITHIN
    )


def told_stage(respondent: Respondent) -> str:
    """Where a respondent stands, as they know it."""
    held_back = dismissal_held(respondent) and respondent.status_before
    return respondent.status_before if held_back else respondent.status
