"""What the address of the queue may ask for, checked."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import rules
from cases.enums import CaseKind, DeterminationStatus
from cases.enums import CaseStatus as S
from cases.models import Case, Determination
from cases.selectors import search
from cases.selectors.words import Days, Text
from integrity.accounts.enums import Role
from integrity.accounts.models import User
from integrity.accounts.rules import STAFF_OF_CASES, has_role, scope
from integrity.core.errors import InvalidInput
from integrity.core.text import clean_text

# Cases somebody has work with. A decided one only waits for the time to appeal to end.
WORKING = (S.TRIAGE, S.INVESTIGATION, S.NOTIFIED, S.REVIEW, S.APPROVAL, S.APPEAL)


@dataclass(frozen=True)
class View:
    """A saved view of the queue. `by_deadline`: its cases have one; else the newest come first."""

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
DUE = ("over", "today", "week", "later")
SORTS = ("due", "newest")
# Anything else in the address is refused, so that no lookup is ever taken from there (HOSTILE 55).
PARAMETERS = frozenset(
    {"view", "status", "kind", "institution", "course", "q", "sort", "due", "after", "peek"}
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
    """What is asked for, without unknown values. `refused`: a text that cannot be stored."""

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
        return cls(
            view=view,
            statuses=tuple(s for s in view.statuses if s in params.getlist("status")),
            kinds=tuple(k for k in CaseKind.values if k in params.getlist("kind")),
            institution=texts["institution"] or "",
            course=texts["course"] or "",
            q=texts["q"] or "",
            sort="newest" if sort == "newest" or not view.by_deadline else "due",
            due=when if when in DUE and view.by_deadline else "",
            after=params.get("after", ""),
            peek=_line(params.get("peek", "")) or "",
            refused=None in texts.values(),
        )

    @property
    def narrowed(self) -> bool:
        """Whether anything but the view is asked for."""
        return bool(
            self.statuses
            or self.kinds
            or self.institution
            or self.course
            or self.q
            or self.due
            or self.refused
        )


def _line(text: str) -> str | None:
    """One clean line; None for text that cannot be stored and so cannot be found either."""
    try:
        return clean_text(text, max_length=200, single_line=True)
    except ValidationError:
        return None


def shown_in(view: View, user: User) -> Q:
    """What makes a case one of the view, its status apart."""
    if view.name == "mine":
        return Q(assignee=user)
    if view.name == "unclaimed":
        return Q(assignee__isnull=True)
    if view.name == "confirm":
        return confirmable_by(user)
    return Q()


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
    """Cases due in a stretch of time: over, the rest of today, of this week, later."""
    return {
        "over": Q(due_at__lt=days.now),
        "today": Q(due_at__gte=days.now, due_at__lt=days.tomorrow),
        "week": Q(due_at__gte=days.tomorrow, due_at__lt=days.next_week),
        "later": Q(due_at__gte=days.next_week),
    }[when]


def of_view(user: User, view: View) -> QuerySet[Case]:
    """The cases of a view, as far as the user may know of them."""
    return rules.visible_to(user).filter(shown_in(view, user), status__in=view.statuses)


def narrowed(user: User, filters: Filters, days: Days) -> QuerySet[Case]:
    """The cases the address asks for, in no order."""
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
