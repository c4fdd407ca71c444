"""For how long what was done at the desk can be undone before anybody outside it hears of it."""

from __future__ import annotations

from datetime import timedelta

from cases.enums import ReportStatus
from cases.models import Report
from integrity.audit.models import Event
from integrity.core import clock

# The letters of a dismissal are held as long; decision 0028.
WITHIN = timedelta(minutes=10)


def held(report: Report) -> bool:
    """Whether the report is dismissed and its sender is not to know yet: `closed_at` lies ahead."""
    return report.closed_at is not None and report.closed_at > clock.now()


def told_status(report: Report) -> str:
    """The status of a report as its sender knows it; one query while its closing is held."""
    return status_before(report) if held(report) else report.status


def status_before(report: Report) -> str:
    """The status of a report that was dismissed, before it was."""
    if report.case is None:
        return ReportStatus.SUBMITTED
    taken = Event.objects.filter(
        case_number=report.case.number, action__in=("case.opened", "case.reopened")
    ).order_by("-sequence")
    opened = taken.values_list("action", flat=True).first() == "case.opened"
    return ReportStatus.LINKED if opened else ReportStatus.SUBMITTED
