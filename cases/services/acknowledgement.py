"""A report whose receipt was not delivered within seven days raises an alert (IN8)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db.models import QuerySet

from cases import rules
from cases.enums import ReportStatus
from cases.letters import alerts
from cases.models import Case, Report, Sweep
from cases.services.noticing import MOST_ALERTED
from integrity.accounts.enums import Role
from integrity.accounts.models import User
from integrity.audit import services as audit
from integrity.core import clock
from notifications.enums import State
from notifications.models import OutboxMessage

WITHIN = timedelta(days=7)
# How far back the first look goes; every further one goes on where the last one ended.
LOOKED_BACK = timedelta(days=30)
# So much is looked at again, for reports that were being sent at the last look.
AGAIN = timedelta(hours=1)
LOT = 1_000
SWEEP = "acknowledgements"
_UNSENT = (ReportStatus.DRAFT, ReportStatus.WITHDRAWN)
# What the key of a receipt begins with; the public id of its report follows.
RECEIPT = "report_received:"


def run() -> int:
    """Alert about reports of seven days ago, to the second, that are not acknowledged; once each.

    Acknowledged is what was handed to the reporter's mail server: a receipt that waits, failed, is
    held back or may have got lost is none. Whoever cannot be written to, because the report has no
    name or nobody's account, is owed none. Nor is an alert raised about what the office wrote down
    for somebody: it would tell that they have an account (decision 0024). Returns how many reports
    an alert was raised for.
    """
    until = clock.now() - WITHIN
    looked = Sweep.objects.filter(name=SWEEP).values_list("last_id", flat=True).first()
    since = until - LOOKED_BACK
    if looked:
        since = max(since, datetime.fromtimestamp(looked, tz=UTC) - AGAIN)
    rows = (
        _owed(Report.objects.all())
        .filter(submitted_at__gt=since, submitted_at__lte=until)
        .order_by("submitted_at", "pk")
        .values_list("pk", "public_id")
    )
    alerted = 0
    found = list(rows)
    for start in range(0, len(found), LOT):
        lot = {_key(public_id): pk for pk, public_id in found[start : start + LOT]}
        for key in _delivered(lot):
            del lot[key]
        alerted += sum(_alert(pk) for pk in lot.values())
    # Once everything before it was done: what fails is looked at again.
    Sweep.objects.update_or_create(name=SWEEP, defaults={"last_id": int(until.timestamp())})
    return alerted


def overdue(report: Report) -> bool:
    """Whether its receipt should have been delivered by now, if one is owed at all; no query."""
    return (
        report.submitted_at <= clock.now() - WITHIN
        and report.status not in _UNSENT
        and bool(report.reporter_ref)
        and report.informant_sealed is None
    )


def _owed(reports: QuerySet[Report]) -> QuerySet[Report]:
    sent = reports.exclude(status__in=_UNSENT)
    return sent.exclude(reporter_ref="").filter(informant_sealed__isnull=True)


def _key(public_id: object) -> str:
    return f"{RECEIPT}{public_id}"


def _delivered(keys: dict[str, int]) -> list[str]:
    sent = OutboxMessage.objects.filter(key__in=keys, state=State.SENT)
    return list(sent.values_list("key", flat=True))


def _alert(pk: int) -> int:
    """Tell the one the case is with, else the officers it belongs to; once for each report."""
    with audit.transaction():
        report = (
            Report.objects.select_for_update(of=("self",))
            .select_related("case__institution", "case__assignee")
            .get(pk=pk)
        )
        prefix = f"acknowledgement_missing:{report.public_id}:"
        if report.case is None or OutboxMessage.objects.filter(key__startswith=prefix).exists():
            return 0
        people = _whom(report.case)
        if not people:
            return 0
        alerts.acknowledgement_missing(report.case, report, people)
        audit.record(
            "report.unacknowledged",
            actor=audit.Actor.system("deadlines"),
            subject=("report", str(report.public_id)),
            case_number=report.case.number,
            institution=report.case.institution.slug,
            data={"report": str(report.public_id)},
        )
    return 1


def _whom(case: Case) -> list[User]:
    people = rules.desk_of(case)
    mine = [user for user in people if user.pk == case.assignee_id]
    officers = rules.desk_of(case, (Role.OFFICER,)) if not mine else []
    return (mine or officers or people)[:MOST_ALERTED]
