"""The queue: one page of cases by key, what is counted beside it, and a look at one of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Substr
from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cases import rules
from cases.enums import CaseKind, DeterminationStatus, ReportMode
from cases.enums import CaseStatus as S
from cases.models import Allegation, Case, Determination, Report, Watcher
from cases.selectors import search
from cases.selectors.words import NEXT_STEPS, Days, Due, Text, due
from integrity.accounts.enums import Role
from integrity.accounts.models import User
from integrity.accounts.rules import STAFF_OF_CASES, has_role, scope
from integrity.core.errors import InvalidInput
from integrity.core.text import clean_text
from integrity.web import dates

PAGE_SIZE = 50
EXCERPT = 400
# Cases somebody has work with. A decided one only waits for the time to appeal to end.
WORKING = (S.TRIAGE, S.INVESTIGATION, S.NOTIFIED, S.REVIEW, S.APPROVAL, S.APPEAL)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CURSOR = re.compile(r"(?:d(\d{0,17})|n)-(\d{1,18})")


@dataclass(frozen=True)
class View:
    """A saved view of the queue."""

    name: str
    label: Text
    statuses: tuple[str, ...]
    staff_only: bool = False
    officers_only: bool = False
    by_deadline: bool = True
    empty: Text = ""


VIEWS = {
    view.name: view
    for view in (
        View(
            "mine",
            gettext_lazy("My cases"),
            WORKING,
            staff_only=True,
            empty=gettext_lazy("Nothing waits for you"),
        ),
        View(
            "unclaimed",
            gettext_lazy("Unclaimed"),
            WORKING,
            staff_only=True,
            empty=gettext_lazy("Every case has somebody"),
        ),
        View(
            "open",
            gettext_lazy("All open"),
            WORKING,
            empty=gettext_lazy("No case is open in your scope"),
        ),
        View(
            "confirm",
            gettext_lazy("For me to confirm"),
            (S.APPROVAL,),
            officers_only=True,
            empty=gettext_lazy("Nothing waits for your confirmation"),
        ),
        View(
            "decided",
            gettext_lazy("Decided"),
            (S.DECIDED,),
            by_deadline=False,
            empty=gettext_lazy("No decision is open to appeal"),
        ),
        View(
            "closed",
            gettext_lazy("Closed"),
            (S.CLOSED, S.DISMISSED),
            by_deadline=False,
            empty=gettext_lazy("No case has been closed yet"),
        ),
    )
}
DUE = ("over", "today", "week", "later")
SORTS = ("due", "newest")
# What the address may say. Anything else is refused: a lookup is never taken from there (HOSTILE 55).
PARAMETERS = {
    "view",
    "status",
    "kind",
    "institution",
    "course",
    "q",
    "sort",
    "due",
    "after",
    "peek",
}


def views_for(user: User) -> list[View]:
    """The views somebody has: an auditor has no cases of their own, a moderator confirms nothing."""
    staff = has_role(user, *STAFF_OF_CASES)
    officer = has_role(user, Role.OFFICER)
    return [
        view
        for view in VIEWS.values()
        if (staff or not view.staff_only) and (officer or not view.officers_only)
    ]


@dataclass(frozen=True)
class Filters:
    """What the address asks for, checked. Values nobody knows are left out."""

    view: View
    statuses: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    institution: str = ""
    course: str = ""
    q: str = ""
    sort: str = "due"
    due: str = ""
    after: str = ""
    peek: str = ""
    refused: bool = False

    @classmethod
    def read(cls, params: QueryDict, user: User) -> Filters:
        """The filters of an address. Raises `InvalidInput` for parameters that do not exist."""
        unknown = sorted(set(params) - PARAMETERS)
        if unknown:
            raise InvalidInput(
                {"": [_("This address asks for something the queue does not know.")]}
            )
        offered = {view.name: view for view in views_for(user)}
        view = offered.get(params.get("view", "")) or next(iter(offered.values()))
        texts = {name: _line(params.get(name, "")) for name in ("institution", "course", "q")}
        wanted = params.getlist("status")
        sort = params.get("sort", "")
        return cls(
            view=view,
            statuses=tuple(s for s in view.statuses if s in wanted),
            kinds=tuple(k for k in CaseKind.values if k in params.getlist("kind")),
            institution=texts["institution"] or "",
            course=texts["course"] or "",
            q=texts["q"] or "",
            sort=sort
            if sort in SORTS and view.by_deadline
            else view.by_deadline and "due" or "newest",
            due=params.get("due", "") if params.get("due") in DUE and view.by_deadline else "",
            after=params.get("after", ""),
            peek=_line(params.get("peek", "")) or "",
            refused=any(text is None for text in texts.values()),
        )

    @property
    def narrowed(self) -> bool:
        """Whether anything but the view is asked for."""
        return bool(
            self.statuses or self.kinds or self.institution or self.course or self.q or self.due
        )


def _line(text: str) -> str | None:
    """One clean line; None for text that cannot be stored and so cannot be found either."""
    try:
        return clean_text(text, max_length=200, single_line=True)
    except ValidationError:
        return None


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
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """A filter to tick, with how many cases it would leave (None: not counted)."""

    value: str
    label: Text
    chosen: bool
    count: int | None = None


@dataclass(frozen=True)
class Peek:
    """A look at one case of the page: what was reported and what can be done. No names."""

    case: Case
    access: rules.Access
    row: Row
    reports: str
    named: str
    governed_by: str
    governed_url: str
    since: str
    first_account: str


@dataclass
class Counts:
    """How many cases wait, from one query."""

    views: dict[str, int] = field(default_factory=dict)
    due: dict[str, int] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    kinds: dict[str, int] = field(default_factory=dict)
    institutions: dict[str, tuple[str, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class QueuePage:
    """Everything the queue shows."""

    filters: Filters
    views: list[tuple[View, int | None]]
    rows: list[Row]
    total: int | None
    next: str
    counts: Counts
    statuses: list[Choice]
    kinds: list[Choice]
    institutions: list[Choice]
    peek: Peek | None


def queue_page(user: User, params: QueryDict) -> QueuePage:
    """One page of the queue for somebody of the desk or an auditor.

    Two queries, or three: the counts, the rows, and what a look at one of them needs. At the end of
    a list by deadline one more for the cases without one.
    """
    filters = Filters.read(params, user)
    days = Days.of_reader()
    counts = count(user, filters.view, days)
    cases, after = page_of(_narrowed(user, filters, days), filters)
    peeked = next((case for case in cases if case.number == filters.peek), None)
    rows = [row_of(case, user, days, current=case is peeked) for case in cases]
    total = counts.views.get(filters.view.name)
    return QueuePage(
        filters=filters,
        views=[(view, counts.views.get(view.name)) for view in views_for(user)],
        rows=rows,
        total=None if filters.narrowed else total,
        next=after,
        counts=counts,
        statuses=_status_choices(filters, counts),
        kinds=[
            Choice(kind, CaseKind(kind).label, kind in filters.kinds, counts.kinds.get(kind))
            for kind in CaseKind.values
        ],
        institutions=_institution_choices(filters, counts, cases),
        peek=_peek(user, peeked, rows[cases.index(peeked)]) if peeked else None,
    )


def of_view(user: User, view: View) -> QuerySet[Case]:
    """The cases of a view, as far as the user may know of them."""
    cases = rules.visible_to(user).filter(status__in=view.statuses)
    if view.name == "mine":
        return cases.filter(assignee=user)
    if view.name == "unclaimed":
        return cases.filter(assignee__isnull=True)
    if view.name == "confirm":
        return cases.filter(confirmable_by(user))
    return cases


def confirmable_by(user: User) -> Q:
    """Cases with a proposal that this officer may confirm: in scope, and not their own (PR4)."""
    institutions = scope(user, Role.OFFICER)
    waiting = Determination.objects.filter(
        respondent__case=OuterRef("pk"), status=DeterminationStatus.PROPOSED
    ).exclude(proposed_by=user)
    here = Q() if institutions is None else Q(institution__in=institutions)
    return here & Q(status=S.APPROVAL) & Q(Exists(waiting))


def due_in(when: str, days: Days) -> Q:
    """Cases due in a stretch of time: over, the rest of today, of this week, later."""
    return {
        "over": Q(due_at__lt=days.now),
        "today": Q(due_at__gte=days.now, due_at__lt=days.tomorrow),
        "week": Q(due_at__gte=days.tomorrow, due_at__lt=days.next_week),
        "later": Q(due_at__gte=max(days.tomorrow, days.next_week)),
    }[when]


def count(user: User, view: View, days: Days) -> Counts:
    """Numbers beside views, deadlines and filters: one query, grouped by institution.

    Counted are cases somebody works on; decided and closed ones are never counted, for there is no
    end to them.
    """
    mine = Q(assignee=user)
    parts: dict[str, Q] = {
        "view_mine": mine,
        "view_unclaimed": Q(assignee__isnull=True),
        "view_open": Q(),
        "triage_unclaimed": Q(assignee__isnull=True, status=S.TRIAGE),
    }
    if has_role(user, Role.OFFICER):
        parts["view_confirm"] = confirmable_by(user)
    shown = {"mine": mine, "unclaimed": Q(assignee__isnull=True)}.get(view.name, Q())
    if view.name == "confirm":
        shown = confirmable_by(user)
    if view.by_deadline:
        parts |= {f"due_{when}": shown & due_in(when, days) for when in DUE}
        parts |= {f"status_{status}": shown & Q(status=status) for status in view.statuses}
        parts |= {f"kind_{kind}": shown & Q(kind=kind) for kind in CaseKind.values}
        parts["shown"] = shown
    groups = (
        rules.visible_to(user)
        .filter(status__in=WORKING)
        .values("institution__slug", "institution__name")
        .annotate(**{name: _count(condition) for name, condition in parts.items()})
        .order_by("institution__name")
    )
    found = Counts()
    for group in groups:
        for name in parts:
            kind, _sep, key = name.partition("_")
            target = {
                "view": found.views,
                "due": found.due,
                "status": found.statuses,
                "kind": found.kinds,
                "triage": found.views,
            }.get(kind)
            if target is not None:
                key = name if kind == "triage" else key
                target[key] = target.get(key, 0) + group[name]
        found.institutions[group["institution__slug"]] = (
            group["institution__name"],
            group.get("shown", 0),
        )
    for name in parts:
        if name.startswith("view_"):
            found.views.setdefault(name.removeprefix("view_"), 0)
    return found


def _count(condition: Q) -> Count:
    return Count("pk", filter=condition) if condition else Count("pk")


def _narrowed(user: User, filters: Filters, days: Days) -> QuerySet[Case]:
    cases = of_view(user, filters.view)
    if filters.refused:
        return cases.none()
    if filters.statuses:
        cases = cases.filter(status__in=filters.statuses)
    if filters.kinds:
        cases = cases.filter(kind__in=filters.kinds)
    if filters.institution:
        cases = cases.filter(institution__slug=filters.institution)
    if filters.course:
        cases = cases.filter(
            Q(course__code__icontains=filters.course) | Q(course__title__icontains=filters.course)
        )
    if filters.due:
        cases = cases.filter(due_in(filters.due, days))
    return search.matching(cases, user, filters.q)


def with_line(cases: QuerySet[Case], user: User) -> QuerySet[Case]:
    """The cases with what a line of the queue shows; never the text they are searched by."""
    alleged = Allegation.objects.filter(case=OuterRef("pk"), withdrawn_at__isnull=True)
    decisions = Determination.objects.filter(respondent__case=OuterRef("pk"))
    return (
        cases.select_related("course", "assignment", "assignee", "policy_version__document")
        .defer("search_text", "assignment__instructions", "policy_version__body")
        .annotate(
            alleged=Subquery(alleged.order_by("position").values("violation_type__title")[:1]),
            alleged_count=_subcount(alleged),
            found=Exists(decisions.filter(status=DeterminationStatus.DRAFT)),
            proposed_by=Subquery(
                decisions.filter(status=DeterminationStatus.PROPOSED).values("proposed_by")[:1]
            ),
            watched=Exists(Watcher.objects.filter(case=OuterRef("pk"), user=user)),
        )
    )


def _subcount(rows: QuerySet[Any]) -> Subquery:
    return Subquery(rows.order_by().values("case").annotate(n=Count("pk")).values("n"))


def page_of(cases: QuerySet[Case], filters: Filters) -> tuple[list[Case], str]:
    """A page after the key in `filters.after`, and the key to go on with ("" at the end).

    An unknown key gives the first page. A list by deadline ends with the cases that have none.
    """
    raise NotImplementedError
