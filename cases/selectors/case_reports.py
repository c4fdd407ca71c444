"""Case reports of institutions, as the platform's people read them (PO5)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from cases import rules
from cases.models import Case, CaseReport
from integrity.accounts.models import User
from integrity.core.errors import NotFound

PAGE_SIZE = 50
VIEWS = ("unread", "all")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_KEY = re.compile(r"(\d{1,17})-(\d{1,18})")


@dataclass(frozen=True)
class CaseReportsPage:
    """A page of case reports; `next` is the key of the following one ("" at the end)."""

    view: str
    rows: list[CaseReport]
    next: str


@dataclass(frozen=True)
class CaseReportPage:
    """One case report. `readable`: the reader may open the case; `marks`: may note it as read."""

    report: CaseReport
    case: Case
    readable: bool
    marks: bool


def seen_by(user: User) -> QuerySet[CaseReport]:
    """The reports the user may read: of cases they may know of, and for the platform's people."""
    if not rules.for_the_platform(user):
        return CaseReport.objects.none()
    return CaseReport.objects.filter(case__in=rules.visible_to(user).values("pk"))


def unread(user: User) -> int:
    """How many reports nobody has read: one query, none for who does not work for the platform."""
    if not rules.of_the_platforms_desk(user):
        return 0
    return seen_by(user).filter(read_at__isnull=True).count()


def case_reports_page(user: User, *, view: str = "unread", after: str = "") -> CaseReportsPage:
    """A page of reports, the newest first: one query.

    An unknown view is the first, an unreadable key the first page. Raises `NotFound` for whoever
    does not work for the platform.
    """
    if not rules.for_the_platform(user):
        raise NotFound
    view = view if view in VIEWS else VIEWS[0]
    rows = (
        seen_by(user)
        .select_related("case__institution", "case__course", "read_by")
        .defer("findings", "consequences")
        .order_by("-sent_at", "-pk")
    )
    if view == "unread":
        rows = rows.filter(read_at__isnull=True)
    key = _KEY.fullmatch(after)
    if key is not None:
        at = _EPOCH + timedelta(microseconds=int(key[1]))
        rows = rows.filter(Q(sent_at__lt=at) | Q(sent_at=at, pk__lt=int(key[2])))
    found = list(rows[: PAGE_SIZE + 1])
    more, found = len(found) > PAGE_SIZE, found[:PAGE_SIZE]
    return CaseReportsPage(view, found, _key(found[-1]) if more else "")


def _key(row: CaseReport) -> str:
    return f"{(row.sent_at - _EPOCH) // timedelta(microseconds=1)}-{row.pk}"


def case_report_page(user: User, public_id: UUID) -> CaseReportPage:
    """One report: two queries. Raises `NotFound` for who may not know of its case."""
    report = (
        seen_by(user)
        .select_related("case__institution", "case__course", "case__assignment", "read_by")
        .defer("case__assignment__instructions")
        .filter(public_id=public_id)
        .first()
    )
    if report is None:
        raise NotFound
    return CaseReportPage(
        report=report,
        case=report.case,
        readable=rules.readable_by(user).filter(pk=report.case_id).exists(),
        marks=report.read_at is None and rules.of_the_platforms_desk(user),
    )
