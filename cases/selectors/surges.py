"""Very many reports about one learner at once: the cases of the group, and how they came."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, F, Max, Min, Q

from cases import rules
from cases.enums import CaseStatus, ReportStatus
from cases.models import Case, Report, Surge
from cases.selectors.queue_rows import Row, row_of, with_line
from cases.selectors.words import Days
from integrity.accounts.models import User
from integrity.core.errors import NotFound

# More cases than this about one learner are dealt with a page at a time: those done leave the list.
MOST = 100
# Told to the office by somebody it knows, with an account or without.
_WRITTEN = Q(informant_sealed__isnull=False)


@dataclass(frozen=True)
class SurgePage:
    """The group as far as the reader may see its cases. Numbers count those cases alone.

    `senders` are those who can be told apart, without their names. Each report that the office
    wrote down for somebody counts as one more: whether they have an account is told to nobody. A
    report without a name counts in `nameless`, for nobody knows whether two of them are of one
    person. `waiting` are the numbers of cases still in triage.
    """

    surge: Surge
    rows: list[Row]
    waiting: list[str]
    reports: int
    senders: int
    nameless: int
    first_at: datetime | None
    last_at: datetime | None
    more: bool


def surge_page(user: User, surge_id: UUID | str) -> SurgePage:
    """One group: three queries. Raises `NotFound` where the user sees none of its cases."""
    surge = Surge.objects.filter(public_id=surge_id).first()
    if surge is None:
        raise NotFound
    visible = rules.visible_to(user).filter(surge=surge)
    found = list(
        with_line(visible, user).order_by("-urgent", F("due_at").asc(nulls_last=True), "pk")[
            : MOST + 1
        ]
    )
    if not found:
        raise NotFound
    cases: list[Case] = found[:MOST]
    days = Days.of_reader()
    sums = (
        Report.objects.filter(case__in=visible.values("pk"))
        .exclude(status=ReportStatus.DRAFT)
        .aggregate(
            reports=Count("pk"),
            senders=Count("reporter_ref", distinct=True, filter=~Q(reporter_ref="") & ~_WRITTEN)
            + Count("pk", filter=_WRITTEN),
            nameless=Count("pk", filter=Q(reporter_ref="") & ~_WRITTEN),
            first_at=Min("submitted_at"),
            last_at=Max("submitted_at"),
        )
    )
    return SurgePage(
        surge=surge,
        rows=[row_of(case, user, days) for case in cases],
        waiting=[case.number for case in cases if case.status == CaseStatus.TRIAGE],
        more=len(found) > MOST,
        **sums,
    )
