"""The list of what may be an answer to a report, as far as somebody may know of it (IN9)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases import rules
from cases.enums import ReportMode, RetaliationKind
from cases.models import Case, RetaliationMark
from cases.selectors.words import Text
from integrity.accounts.enums import Role
from integrity.accounts.models import User
from integrity.accounts.rules import scope
from integrity.core.errors import NotFound

PAGE_SIZE = 50
VIEWS = ("waiting", "settled")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_KEY = re.compile(r"(\d{1,17})-(\d{1,18})")

# What it is, without saying that somebody had reported somebody: that is sealed.
KINDS: dict[str, Text] = {
    RetaliationKind.REPORT: _("A report"),
    RetaliationKind.PEER_REVIEW: _("A peer review"),
    RetaliationKind.TOLD: _("Somebody told us"),
}


@dataclass(frozen=True, slots=True)
class MarkRow:
    """One mark as a line. `case` is the later case, `earlier` only for who may know of it."""

    mark: RetaliationMark
    what: Text
    url: str
    case: str
    case_url: str
    earlier: str
    earlier_url: str


@dataclass(frozen=True)
class MarksPage:
    """A page of marks; `next` is the key of the following one ("" at the end)."""

    view: str
    rows: list[MarkRow]
    next: str


def marks_for(user: User) -> QuerySet[RetaliationMark]:
    """The marks that somebody of the desk may look at.

    Not whoever worked on the earlier case or has a conflict in either; where there is a later case
    it must be visible, else the earlier one. An auditor reads them too.
    """
    worked = RetaliationMark.objects.filter(
        rules.worked_on("earlier_case", user), pk=OuterRef("pk")
    )
    # That there is a mark tells them that somebody had reported in the earlier case.
    tied = Case.objects.filter(rules.own_conflict(user), pk=OuterRef("earlier_case"))
    visible = rules.visible_to(user)
    with_case = Q(case__in=visible.values("pk"))
    without = Q(case__isnull=True, earlier_case__in=visible.values("pk"))
    return RetaliationMark.objects.filter(~Exists(worked), ~Exists(tied), with_case | without)


def marks_page(user: User, *, view: str = "", after: str = "") -> MarksPage:
    """Marks nobody has settled, or those that are, the newest first: two queries, from any depth.

    An unknown view is the first, an unreadable key the first page.
    """
    view = view if view in VIEWS else VIEWS[0]
    rows = marks_for(user).filter(outcome="") if view == "waiting" else _settled(user)
    rows = _with_cases(rows).order_by("-noticed_at", "-pk")
    key = _KEY.fullmatch(after)
    if key is not None:
        at = _EPOCH + timedelta(microseconds=int(key[1]))
        rows = rows.filter(Q(noticed_at__lt=at) | Q(noticed_at=at, pk__lt=int(key[2])))
    found = list(rows[: PAGE_SIZE + 1])
    more, found = len(found) > PAGE_SIZE, found[:PAGE_SIZE]
    return MarksPage(view=view, rows=_rows(user, found), next=_key(found[-1]) if more else "")


def waiting_marks(user: User) -> int:
    """How many marks wait that somebody may look at: one query."""
    return marks_for(user).filter(outcome="").count()


def mark_page(user: User, mark_id: UUID | str) -> MarkRow:
    """One mark: two queries. Raises `NotFound` for one the user may not look at."""
    found = list(_with_cases(marks_for(user)).filter(public_id=mark_id))
    if not found:
        raise NotFound
    return _rows(user, found)[0]


def marked(user: User, case: Case) -> list[MarkRow]:
    """The marks of a case the user reads, those nobody has settled first: two queries."""
    rows = _with_cases(marks_for(user)).filter(case=case).order_by("outcome", "-noticed_at", "-pk")
    return _rows(user, list(rows[:PAGE_SIZE]))


def _settled(user: User) -> QuerySet[RetaliationMark]:
    return marks_for(user).exclude(outcome="")


def _with_cases(rows: QuerySet[RetaliationMark]) -> QuerySet[RetaliationMark]:
    return rows.select_related(
        "case",
        "earlier_case",
        "earlier_report",
        "settled_by",
        "peer_review__submission__assignment__course",
    )


def _rows(user: User, found: list[RetaliationMark]) -> list[MarkRow]:
    """Officers see the number of the earlier case where who reported there gave their name."""
    named = [mark.earlier_case_id for mark in found if mark.earlier_report.mode == ReportMode.NAMED]
    everywhere = scope(user, Role.OFFICER)
    shown: set[int] = set()
    if named and (everywhere is None or everywhere):
        overseen = rules.overseen(user).filter(pk__in=named)
        shown = set(overseen.values_list("pk", flat=True))
    rows = []
    for mark in found:
        case = mark.case.number if mark.case is not None else ""
        told = (
            mark.earlier_case.number
            if mark.earlier_report.mode == ReportMode.NAMED and mark.earlier_case_id in shown
            else ""
        )
        rows.append(
            MarkRow(
                mark=mark,
                what=KINDS[mark.kind],
                url=reverse("desk:retaliation_mark", args=[mark.public_id]),
                case=case,
                case_url=reverse("desk:case", args=[case]) if case else "",
                earlier=told,
                earlier_url=reverse("desk:case", args=[told]) if told else "",
            )
        )
    return rows


def _key(mark: RetaliationMark) -> str:
    return f"{(mark.noticed_at - _EPOCH) // timedelta(microseconds=1)}-{mark.pk}"
