"""Whoever reported is asked how they fare, some time after the end of the matter (IN9)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from cases.enums import CheckInAnswer, ReportStatus
from cases.letters import alerts
from cases.models import CheckIn, Report
from cases.services import retaliation
from cases.services.clean import Problems, save
from cases.services.senders import acting
from integrity.audit import services as audit
from integrity.core import clock
from integrity.core.errors import Conflict, NotFound

# Days after the end of the matter.
DAYS = (14, 60, 180)
# A scheduler that stood still still asks, but not somebody whose matter is long over.
LATEST = timedelta(days=90)
LOT = 200
TEXT_LENGTH = 4_000


def run() -> int:
    """Ask everybody who is due, once each; of several that are due only the newest is asked.

    Nobody is asked who took their report back, asked not to be asked, or cannot be reached: a
    report without a name is asked on its own page, by code. Returns how many were asked.
    """
    asked = 0
    at = clock.now()
    # The longest first: who is due for the third is not asked the first and second as well.
    for position in reversed(range(len(DAYS))):
        days = DAYS[position]
        until = at - timedelta(days=days)
        following = DAYS[position + 1] if position + 1 < len(DAYS) else None
        # Up to the next one, which then is the newest that is due.
        after = at - timedelta(days=following) if following else until - LATEST
        while rows := list(_due(days, after, until)[:LOT]):
            asked += sum(_ask(pk, days, at) for pk in rows)
    return asked


def _due(days: int, after: datetime, until: datetime) -> QuerySet[Report, int]:
    known = CheckIn.objects.filter(report=OuterRef("pk"))
    return (
        Report.objects.filter(
            Q(reporter_sealed__isnull=False) | ~Q(receipt_ref=""),
            ~Exists(known.filter(Q(days__gte=days) | Q(answer=CheckInAnswer.STOP))),
            closed_at__gt=after,
            closed_at__lte=until,
        )
        .exclude(status__in=(ReportStatus.WITHDRAWN, ReportStatus.DRAFT))
        .order_by("closed_at", "pk")
        .values_list("pk", flat=True)
    )


def _ask(pk: int, days: int, at: datetime) -> int:
    with audit.transaction():
        report = (
            Report.objects.select_for_update(of=("self",))
            .select_related("institution", "case", "submission__assignment", "course")
            .get(pk=pk)
        )
        row, created = CheckIn.objects.get_or_create(
            report=report, days=days, defaults={"asked_at": at}
        )
        if not created:
            return 0
        alerts.check_in(row)
        audit.record(
            "check_in.asked",
            actor=audit.Actor.system("deadlines"),
            subject=("report", str(report.public_id)),
            institution=report.institution.slug,
            data={"days": days},
        )
    return 1


def newest(report: Report) -> CheckIn | None:
    """What whoever sent this report was asked last, answered or not: one query.

    An older question that nobody answered is replaced by it.
    """
    return CheckIn.objects.filter(report=report).order_by("-days").first()


def answer(*, report: Report, days: int, answer: str, text: str = "") -> CheckIn:
    """What whoever reported says. The caller has made sure that the report is theirs.

    Who says that somebody makes life hard for them says how: it is marked for people of the desk
    who did not work on the matter, and they are told at once. The same answer again is the first
    one, another one a `Conflict`. Raises `NotFound` for a question nobody asked, `InvalidInput`.
    """
    problems = Problems()
    if answer not in CheckInAnswer.values:
        problems.add("answer", _("Choose an answer."))
    said = problems.text("text", text, max_length=TEXT_LENGTH)
    if answer == CheckInAnswer.HARMED and not said and "text" not in problems.fields:
        problems.add("text", _("Tell us what happens."))
    if said and answer != CheckInAnswer.HARMED and not problems.fields:
        # Nobody would read it: better to say so than to drop it.
        problems.add(
            "text", _("What you write here goes with the second answer. Choose it, or empty this.")
        )
    problems.stop()
    with audit.transaction():
        row = (
            CheckIn.objects.select_for_update(of=("self",))
            .select_related("report__case__institution", "report__institution")
            .filter(report=report, days=days)
            .first()
        )
        if row is None:
            raise NotFound
        if row.answer:
            if (row.answer, row.text) != (answer, said):
                raise Conflict(_("You have answered this already. Thank you."))
            return row
        row.answer = answer
        row.text = said
        row.answered_at = clock.now()
        save(row)
        audit.record(
            "check_in.answered",
            actor=acting(row.report),
            subject=("report", str(row.report.public_id)),
            institution=row.report.institution.slug,
            data={"days": days},
        )
        if answer == CheckInAnswer.HARMED:
            retaliation.told_by_check_in(row.report, said)
    return row
