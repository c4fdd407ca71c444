"""Lines of the queue, and pages of them by key: equally fast at any depth."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cases import rules
from cases.enums import CaseStatus as S
from cases.enums import DeterminationStatus
from cases.models import Allegation, Case, Determination, Report, Respondent, Watcher
from cases.priority import level_of
from cases.selectors.dialogue import unread_in
from cases.selectors.words import NEXT_STEPS, Days, Due, Text, due
from integrity.accounts.models import User
from integrity.web import dates

PAGE_SIZE = 50
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Order:
    """An order by an instant, and the letters its keys begin with: of urgent cases, of others."""

    column: str
    urgent: str
    other: str


ORDERS = {"due": Order("due_at", "u", "d"), "priority": Order("rank_at", "p", "r")}
_KEY = re.compile(r"(?P<kind>[udpr])(?P<at>\d{1,17})?-(?P<last>\d{1,18})")
_NEWEST_KEY = re.compile(r"n-(\d{1,18})")


# In the order in which they stand; what is alleged comes first, always.
COLUMNS: dict[str, Text] = {
    "status": gettext_lazy("Status"),
    "next": gettext_lazy("Next step"),
    "priority": gettext_lazy("Priority"),
    "with": gettext_lazy("With"),
    "institution": gettext_lazy("Institution"),
    "course": gettext_lazy("Course"),
    "received": gettext_lazy("Received"),
    "reports": gettext_lazy("Reports"),
    "due": gettext_lazy("Due"),
}
USUAL = ("status", "next", "due")


def columns_of(names: object) -> tuple[str, ...]:
    """Those of `names` that are columns, in order; the usual ones where none is."""
    chosen = names if isinstance(names, list | tuple) else ()
    return tuple(name for name in COLUMNS if name in chosen) or USUAL


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a line after the matter; `name` is that of its column."""

    name: str
    label: Text
    text: Text = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One case as a line of the queue, every text ready. No name of a learner is in it."""

    number: str
    heading: str
    place: str
    status: str
    next_step: Text
    due: Due | None
    urgent: bool
    paused: bool
    url: str
    # The group of a case that is one of very many at once.
    surge_url: str = ""
    # Messages of people who reported that nobody of the desk has read, in words.
    unread: str = ""
    cells: tuple[Cell, ...] = ()

    @property
    def due_last(self) -> bool:
        """Whether the deadline stands at the end of the line."""
        return bool(self.cells) and self.cells[-1].name == "due"


def with_line(
    cases: QuerySet[Case], user: User, columns: Collection[str] = USUAL
) -> QuerySet[Case]:
    """The cases with what a line of these columns shows; never the text they are searched by."""
    if "institution" in columns:
        cases = cases.select_related("institution")
    if "reports" in columns:
        sent = Report.objects.filter(case=OuterRef("pk"))
        cases = cases.annotate(reports_count=subcount(sent))
    alleged = Allegation.objects.filter(case=OuterRef("pk"), withdrawn_at__isnull=True)
    decisions = Determination.objects.filter(respondent__case=OuterRef("pk"))
    return (
        cases.select_related(
            "course", "assignment", "assignee", "policy_version__document", "surge"
        )
        .defer("assignment__instructions", "policy_version__body")
        .annotate(
            alleged=Subquery(alleged.order_by("position").values("violation_type__title")[:1]),
            alleged_count=subcount(alleged),
            named=subcount(Respondent.objects.filter(case=OuterRef("pk"))),
            found=Exists(decisions.filter(status=DeterminationStatus.DRAFT)),
            own_proposal=Exists(
                decisions.filter(
                    Q(proposed_by=user) | Q(found_by=user), status=DeterminationStatus.PROPOSED
                )
            ),
            unread=unread_in(OuterRef("pk")),
            watched=Exists(Watcher.objects.filter(case=OuterRef("pk"), user=user)),
            has_officer=Exists(rules.own_officers()),
        )
    )


def subcount(rows: QuerySet[Any]) -> Subquery:
    """How many of `rows` belong to the outer case; NULL for none."""
    return Subquery(rows.order_by().values("case").annotate(n=Count("pk")).values("n"))


def row_of(case: Case, user: User, days: Days, columns: Collection[str] = USUAL) -> Row:
    """The line of a case read by `with_line` with these columns."""
    place = [case.number]
    if case.course is not None:
        place.append(case.course.code)
    if case.assignment is not None:
        place.append(case.assignment.title)
    unread: int = case.unread or 0  # type: ignore[attr-defined]
    next_step = _next_step(case, user)
    return Row(
        number=case.number,
        heading=heading_of(case),
        place=", ".join(place),
        status=case.status,
        next_step=next_step,
        due=due(case.due_at, days),
        urgent=case.urgent,
        paused=case.paused_at is not None,
        url=reverse("desk:case", args=[case.number]),
        surge_url=reverse("desk:surge", args=[case.surge.public_id]) if case.surge else "",
        unread=ngettext("%(count)s new message", "%(count)s new messages", unread)
        % {"count": unread}
        if unread
        else "",
        cells=tuple(
            Cell(name, label, _text(name, case, next_step, days))
            for name, label in COLUMNS.items()
            if name in columns
        ),
    )


def _text(name: str, case: Case, next_step: Text, days: Days) -> Text:
    """What stands in a cell; status and deadline have a shape and are drawn from the row."""
    match name:
        case "next":
            return next_step
        case "priority":
            return level_of(case.priority).label
        case "with":
            return case.assignee.display_name if case.assignee is not None else _("Nobody")
        case "institution":
            return case.institution.name
        case "course":
            return case.course.title if case.course is not None else ""
        case "received":
            return dates.day_words(
                case.opened_at.astimezone(days.zone).date(), "short", now=days.today
            )
        case "reports":
            return str(case.reports_count or 0)  # type: ignore[attr-defined]
    return ""


def heading_of(case: Case) -> str:
    """What is alleged; before that, what it was reported as."""
    title: str | None = case.alleged  # type: ignore[attr-defined]
    if not title:
        return case.reported_as or case.get_kind_display()
    more: int = (case.alleged_count or 1) - 1  # type: ignore[attr-defined]
    if not more:
        return title
    return ngettext("%(title)s and %(more)s more", "%(title)s and %(more)s more", more) % {
        "title": title,
        "more": more,
    }


def _next_step(case: Case, user: User) -> Text:
    if (
        case.status == S.APPROVAL
        and not case.own_proposal  # type: ignore[attr-defined]
        and rules.is_officer(user, case)
    ):
        return _("Confirm or send back")
    if case.status in (S.DECIDED, S.CLOSED, S.DISMISSED):
        return NEXT_STEPS[case.status]
    if case.assignee is None:
        return NEXT_STEPS[S.TRIAGE] if case.status == S.TRIAGE else _("Claim it")
    if case.assignee_id != user.pk:
        return _("With %(name)s") % {"name": case.assignee.display_name}
    if case.status == S.REVIEW and not rules.decides(user, case):
        return _("The institution decides")
    if case.status == S.REVIEW and case.found:  # type: ignore[attr-defined]
        return _("Propose a consequence")
    return NEXT_STEPS[case.status]


def page_of(
    cases: QuerySet[Case],
    *,
    sort: str,
    after: str = "",
    size: int = PAGE_SIZE,
    among: QuerySet[Case] | None = None,
) -> tuple[list[Case], str]:
    """A page of `cases` that begins after the key `after`, and the key of the next ("" at the end).

    `sort` is "due" or "priority" (urgent cases before all others, then the earliest first, cases
    without an instant last) or "newest". A key that cannot be read, or belongs to another order,
    gives the first page. Rows are looked for in `among`, where that is given, and shown only if
    they are in `cases` too. Two queries; the number of rows before a page does not matter to them.
    """
    where = (cases if among is None else among).order_by()
    if sort == "newest":
        found = _NEWEST_KEY.fullmatch(after)
        if found is not None:
            where = where.filter(pk__lt=int(found[1]))
        rows = list(_at(cases, [where.order_by("-pk")], size).order_by("-pk")[: size + 1])
        return rows[:size], f"n-{rows[size - 1].pk}" if len(rows) > size else ""
    order = ORDERS[sort]
    found = _KEY.fullmatch(after)
    if found is not None and found["kind"] not in (order.urgent, order.other):
        found = None
    parts: list[QuerySet[Case]] = []
    if found is None or found["kind"] == order.urgent:
        parts = _after(where.filter(urgent=True), order, found)
        found = None
    parts += _after(where.filter(urgent=False), order, found)
    rows = list(
        _at(cases, parts, size).order_by("-urgent", F(order.column).asc(nulls_last=True), "pk")[
            : size + 1
        ]
    )
    return rows[:size], _key(rows[size - 1], order) if len(rows) > size else ""


def _after(
    cases: QuerySet[Case], order: Order, found: re.Match[str] | None
) -> list[QuerySet[Case]]:
    """What comes after a key, each part in order and a range of one index."""
    column = order.column
    if found is None:
        return [cases.order_by(F(column).asc(nulls_last=True), "pk")]
    last = int(found["last"])
    undated = cases.filter(**{f"{column}__isnull": True}).order_by("pk")
    if found["at"] is None:
        return [undated.filter(pk__gt=last)]
    at = _instant(int(found["at"]))
    # The condition outside the OR is a range of the index, which the OR alone would not be.
    later = cases.filter(Q(**{f"{column}__gt": at}) | Q(pk__gt=last), **{f"{column}__gte": at})
    return [later.order_by(column, "pk"), undated]


def _at(cases: QuerySet[Case], parts: list[QuerySet[Case]], size: int) -> QuerySet[Case]:
    """`cases` at the first places of each part, at most one more than fill a page."""
    # SQLite bounds no part of a union: each stands in a query of its own.
    first, *others = (
        Case.objects.order_by().filter(pk__in=part.values("pk")[: size + 1]).values("pk")
        for part in parts
    )
    keys = first.union(*others, all=True) if others else first
    # Named one by one: as part of one statement they were looked for after everything else, because
    # the database guesses that nearly no case may be known of.
    return cases.filter(pk__in=[row["pk"] for row in keys])


def is_key(after: str, *, sort: str) -> bool:
    """Whether `after` can be a key that `page_of` gave for this order."""
    if sort == "newest":
        return _NEWEST_KEY.fullmatch(after) is not None
    found = _KEY.fullmatch(after)
    return found is not None and found["kind"] in (ORDERS[sort].urgent, ORDERS[sort].other)


def _instant(micros: int) -> datetime:
    # 17 digits reach the year 5138: no key that fits the pattern can overflow.
    return _EPOCH + timedelta(microseconds=micros)


def _key(case: Case, order: Order) -> str:
    kind = order.urgent if case.urgent else order.other
    at: datetime | None = getattr(case, order.column)
    if at is None:
        return f"{kind}-{case.pk}"
    return f"{kind}{(at - _EPOCH) // timedelta(microseconds=1)}-{case.pk}"
