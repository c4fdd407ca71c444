"""What the address of the queue may ask for, checked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import rules
from cases.enums import OPEN_STATUSES, CaseKind, DeterminationStatus
from cases.enums import CaseStatus as S
from cases.models import Case, Determination, Mention, Watcher
from cases.priority import LEVELS
from cases.selectors import search
from cases.selectors.words import Days, Text
from integrity.accounts.enums import Role
from integrity.accounts.models import User
from integrity.accounts.rules import STAFF_OF_CASES, has_role, scope
from integrity.core import clock
from integrity.core.errors import InvalidInput
from integrity.core.text import clean_text

# Cases somebody has work with. A decided one only waits for the time to appeal to end.
WORKING = (S.TRIAGE, S.INVESTIGATION, S.NOTIFIED, S.REVIEW, S.APPROVAL, S.APPEAL)


@dataclass(frozen=True)
class View:
    """A view everybody has. `by_deadline`: its cases have one; else the newest come first."""

    name: str
    label: Text
    statuses: tuple[str, ...]
    empty: Text
    staff_only: bool = False
    officers_only: bool = False
    by_deadline: bool = True


VIEWS: dict[str, View] = {
    view.name: view
    for view in (
        View(
            "mine",
            gettext_lazy("My cases"),
            WORKING,
            gettext_lazy("Nothing waits for you"),
            staff_only=True,
        ),
        View(
            "unclaimed",
            gettext_lazy("Unclaimed"),
            WORKING,
            gettext_lazy("Every open case has somebody"),
            staff_only=True,
        ),
        View("open", gettext_lazy("All open"), WORKING, gettext_lazy("No case is open")),
        View(
            "confirm",
            gettext_lazy("For me to confirm"),
            (S.APPROVAL,),
            gettext_lazy("Nothing waits for your confirmation"),
            officers_only=True,
        ),
        View(
            "watching",
            gettext_lazy("Watching"),
            OPEN_STATUSES,
            gettext_lazy("You follow no case that is open"),
            staff_only=True,
        ),
        View(
            "escalated",
            gettext_lazy("May become late"),
            WORKING,
            gettext_lazy("No case is close to being late"),
        ),
        View(
            "paused",
            gettext_lazy("Paused"),
            WORKING,
            gettext_lazy("No deadline is paused"),
        ),
        View(
            "decided",
            gettext_lazy("Decided"),
            (S.DECIDED,),
            gettext_lazy("No decided case waits for its end"),
            by_deadline=False,
        ),
        View(
            "closed",
            gettext_lazy("Closed"),
            (S.CLOSED, S.DISMISSED),
            gettext_lazy("No case has been closed yet"),
            by_deadline=False,
        ),
        View(
            "all",
            gettext_lazy("All cases"),
            tuple(S.values),
            gettext_lazy("There is no case"),
            by_deadline=False,
        ),
    )
}
DUE = ("over", "today", "week", "later", "none", "paused")
SORTS = ("due", "priority", "newest")
ME, NOBODY = "me", "nobody"
# The points of each level, the highest level first: from, and below (None: no end).
BANDS: dict[str, tuple[int, int | None]] = {
    level.name: (level.least, above.least if above is not None else None)
    for above, level in zip((None, *LEVELS[:-1]), LEVELS, strict=True)
}
SEVERAL = ("status", "kind", "priority")
# Where on the list somebody is; no part of what a view asks for.
PLACES = ("after", "peek", "saved", "bulk")
# Anything else in the address is refused, so that no lookup is ever taken from there (HOSTILE 55).
PARAMETERS = frozenset(
    {"view", "institution", "course", "q", "sort", "due", "with", *SEVERAL, *PLACES}
)


def views_for(user: User) -> list[View]:
    """The views of somebody: an auditor has no own cases, a moderator confirms nothing."""
    staff = has_role(user, *STAFF_OF_CASES)
    officer = has_role(user, Role.OFFICER)
    return [
        view
        for view in VIEWS.values()
        if (staff or not view.staff_only) and (officer or not view.officers_only)
    ]


@dataclass(frozen=True)
class Filters:
    """What is asked for, without unknown values. `refused`: a text that cannot be stored.

    `who` is ME, NOBODY or the public id of somebody; `saved` and `bulk` are ids or empty.
    """

    view: View
    statuses: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    institution: str = ""
    course: str = ""
    q: str = ""
    who: str = ""
    sort: str = "due"
    due: str = ""
    after: str = ""
    peek: str = ""
    saved: str = ""
    bulk: str = ""
    refused: bool = False

    @classmethod
    def read(cls, params: QueryDict, user: User) -> Filters:
        """The filters of an address. Raises `InvalidInput` for parameters that do not exist."""
        if set(params) - PARAMETERS:
            raise InvalidInput(
                {"": [_("This address asks for something the queue does not know.")]}
            )
        offered = {view.name: view for view in views_for(user)}
        # Words without a view come from the search box: they are looked for everywhere.
        first = offered["all"] if params.get("q") else next(iter(offered.values()))
        view = offered.get(params.get("view", "")) or first
        texts = {name: _line(params.get(name, "")) for name in ("institution", "course", "q")}
        sort = params.get("sort", "")
        when = params.get("due", "")
        who = params.get("with", "")
        return cls(
            view=view,
            statuses=tuple(s for s in view.statuses if s in params.getlist("status")),
            kinds=tuple(k for k in CaseKind.values if k in params.getlist("kind")),
            levels=tuple(level for level in BANDS if level in params.getlist("priority")),
            institution=texts["institution"] or "",
            course=texts["course"] or "",
            q=texts["q"] or "",
            who=who if who in (ME, NOBODY) else _id(who),
            sort=sort if sort in SORTS and view.by_deadline else _usual(view),
            due=when if when in DUE and view.by_deadline else "",
            after=params.get("after", ""),
            peek=_line(params.get("peek", "")) or "",
            saved=_id(params.get("saved", "")),
            bulk=_id(params.get("bulk", "")),
            refused=None in texts.values(),
        )

    @property
    def narrowed(self) -> bool:
        """Whether anything but the view is asked for."""
        return bool(
            self.statuses
            or self.kinds
            or self.levels
            or self.institution
            or self.course
            or self.q
            or self.who
            or self.due
            or self.refused
        )

    @property
    def query(self) -> str:
        """The address of this list from its first page on, as it is saved: known words only."""
        said = QueryDict(mutable=True)
        said["view"] = self.view.name
        said.setlist("status", list(self.statuses))
        said.setlist("kind", list(self.kinds))
        said.setlist("priority", list(self.levels))
        for name, value in (
            ("institution", self.institution),
            ("course", self.course),
            ("with", self.who),
            ("due", self.due),
            ("q", self.q),
            ("sort", self.sort if self.sort != _usual(self.view) else ""),
        ):
            if value:
                said[name] = value
        return said.urlencode()


def _usual(view: View) -> str:
    return "due" if view.by_deadline else "newest"


def _id(text: str) -> str:
    """A public id as it is written everywhere; nothing for anything else."""
    try:
        return str(UUID(text)) if len(text) == 36 else ""
    except ValueError:
        return ""


def _line(text: str) -> str | None:
    """One clean line; None for text that cannot be stored and so cannot be found either."""
    try:
        return clean_text(text, max_length=200, single_line=True)
    except ValidationError:
        return None


def shown_in(view: View, user: User) -> Q:
    """What makes a case one of the view, its status apart. True at the moment it is asked."""
    match view.name:
        case "mine":
            return Q(assignee=user)
        case "unclaimed":
            return Q(assignee__isnull=True)
        case "confirm":
            return confirmable_by(user)
        case "watching":
            # One list, read first: the cases themselves may be very many.
            followed = Watcher.objects.filter(user=user).values("case")
            return Q(pk__in=followed.union(_mentioned_in(user)))
        case "escalated":
            return Q(escalate_at__lte=clock.now())
        case "paused":
            return Q(paused_at__isnull=False)
    return Q()


def _mentioned_in(user: User) -> QuerySet[Mention, Any]:
    return Mention.objects.filter(user=user).values("note__case")


def confirmable_by(user: User) -> Q:
    """Cases with a proposal that this officer may confirm: in scope, and not their own (PR4).

    Where the institution decides, in scope is its own (`rules.decided_by`).
    """
    institutions = scope(user, Role.OFFICER)
    waiting = Determination.objects.filter(
        respondent__case=OuterRef("pk"), status=DeterminationStatus.PROPOSED
    ).exclude(Q(proposed_by=user) | Q(found_by=user, found_by__isnull=False))
    here = Q() if institutions is None else Q(institution__in=institutions)
    return here & Q(status=S.APPROVAL) & rules.decided_by(user, Role.OFFICER) & Q(Exists(waiting))


def due_in(when: str, days: Days) -> Q:
    """Cases due in a stretch of time: over, the rest of today, of this week, later; or at none.

    The time of a paused one stands still: it is due at no time. Each case is in one of them.
    """
    runs = Q(paused_at__isnull=True)
    return {
        "over": runs & Q(due_at__lt=days.now),
        "today": runs & Q(due_at__gte=days.now, due_at__lt=days.tomorrow),
        "week": runs & Q(due_at__gte=days.tomorrow, due_at__lt=days.next_week),
        "later": runs & Q(due_at__gte=days.next_week),
        "none": runs & Q(due_at__isnull=True),
        "paused": Q(paused_at__isnull=False),
    }[when]


def of_levels(names: Iterable[str]) -> Q:
    """Cases whose points reach one of these levels and none above it."""
    found = Q(pk__in=())
    for name in names:
        least, below = BANDS[name]
        band = Q(priority__gte=least)
        found |= band if below is None else band & Q(priority__lt=below)
    return found


def with_whom(who: str, user: User) -> Q:
    """Cases that are with the reader, with nobody, or with the person of this public id."""
    if who == ME:
        return Q(assignee=user)
    return Q(assignee__isnull=True) if who == NOBODY else Q(assignee__public_id=who)


def of_view(user: User, view: View, seen: QuerySet[Case] | None = None) -> QuerySet[Case]:
    """The cases of a view, as far as the user may know of them.

    `seen` are those they may know of, where that was read already.
    """
    cases = rules.visible_to(user) if seen is None else seen
    return cases.filter(shown_in(view, user), status__in=view.statuses)


def narrowed(
    user: User, filters: Filters, days: Days, seen: QuerySet[Case] | None = None
) -> QuerySet[Case]:
    """The cases the address asks for, in no order."""
    cases = of_view(user, filters.view, seen)
    if filters.refused:
        return cases.none()
    if filters.statuses:
        cases = cases.filter(status__in=filters.statuses)
    if filters.kinds:
        cases = cases.filter(kind__in=filters.kinds)
    if filters.levels:
        cases = cases.filter(of_levels(filters.levels))
    if filters.institution:
        cases = cases.filter(institution__slug=filters.institution)
    if filters.course:
        cases = cases.filter(
            Q(course__code__icontains=filters.course) | Q(course__title__icontains=filters.course)
        )
    if filters.who:
        cases = cases.filter(with_whom(filters.who, user))
    if filters.due:
        cases = cases.filter(due_in(filters.due, days))
    return search.matching(cases, user, filters.q)
