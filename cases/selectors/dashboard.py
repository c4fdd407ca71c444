"""The dashboard: what needs somebody of the desk now, and how much there is to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, Q, QuerySet, Value
from django.db.models.fields import IntegerField
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from cases import rules
from cases.enums import CaseStatus as S
from cases.models import Case
from cases.selectors import leavers, load, mentions
from cases.selectors.case_reports import unread
from cases.selectors.dialogue import news
from cases.selectors.queue import Counts, count
from cases.selectors.queue_filters import VIEWS, View, of_view, shown_in, views_for
from cases.selectors.queue_rows import Row, row_of, with_line
from cases.selectors.retaliation import waiting_marks
from cases.selectors.words import Days, Text
from integrity.accounts.models import User
from integrity.core import clock
from integrity.web.charts import Chart

SHOWN = 5
# Of the reader's cases, those in which somebody else has the next step.
WITH_OTHERS = "others"


@dataclass(frozen=True)
class Pile:
    """A short list, and the view that has the rest of it, with what stands in other lists."""

    name: str
    title: Text
    hint: Text
    query: str
    view: Text
    rows: list[Row]
    more: bool


@dataclass(frozen=True)
class Dashboard:
    """Everything the dashboard shows."""

    counts: Counts
    piles: list[Pile]
    # Notes that name the reader and that they have not seen.
    mentions: int
    # Cases that are with somebody who left, for officers.
    left: int
    # Case reports of institutions that nobody of the platform has read.
    reports: int
    # What may be an answer to a report, and waits for somebody like the reader (IN9).
    marks: int
    charts: list[Chart]

    @property
    def waiting(self) -> bool:
        """Whether anything waits."""
        told = (self.reports, self.marks, self.mentions, self.left)
        return any(told) or any(pile.rows for pile in self.piles if pile.name != WITH_OTHERS)


@dataclass(frozen=True)
class _Asked:
    name: str
    title: Text
    hint: Text
    query: str
    view: View
    condition: Q
    # The instant its cases stand in order of.
    by: str = "rank_at"


def dashboard(user: User) -> Dashboard:
    """At most nine queries, whatever there is to read.

    A case stands in one list: the first that asks for it. What is with the user is in one of them,
    or paused.
    """
    days = Days.of_reader()
    sight = rules.Sight.read(user)
    officer = any(view.name == "confirm" for view in views_for(user))
    asked = [
        _Asked(
            "pressing",
            _("Overdue and due today"),
            _("With you"),
            "?view=mine",
            VIEWS["mine"],
            Q(due_at__lt=days.tomorrow),
            by="due_at",
        ),
        *(_of_officers(user) if officer else ()),
        _late(user, officer=officer),
        _Asked(
            "answers",
            _("Answers from people who reported"),
            _("You asked, or the case is with you"),
            "?view=mine",
            VIEWS["open"],
            news(user),
        ),
        _Asked(
            "mine",
            _("Waiting for your next step"),
            _("With you, due later"),
            "?view=mine&sort=priority",
            VIEWS["mine"],
            (
                Q(status__in=(S.TRIAGE, S.INVESTIGATION))
                | Q(status=S.REVIEW) & rules.decided_by(user)
            )
            & Q(paused_at__isnull=True),
        ),
        _Asked(
            "triage",
            _("New and unclaimed"),
            _("Nobody has looked at these yet"),
            "?view=unclaimed&status=triage&sort=priority",
            VIEWS["unclaimed"],
            Q(status=S.TRIAGE),
        ),
        _Asked(
            WITH_OTHERS,
            _("Waiting for somebody else"),
            _("With you, and nothing to do for you now"),
            "?view=mine",
            VIEWS["mine"],
            Q(paused_at__isnull=True),
        ),
    ]
    return Dashboard(
        counts=count(user, VIEWS["mine"], days, sight),
        piles=_piles(asked, user, days, sight.seen),
        mentions=mentions.unseen(user),
        left=leavers.waiting(user) if officer else 0,
        reports=unread(user),
        marks=waiting_marks(user),
        charts=load.charts(sight.seen, days),
    )


def _late(user: User, *, officer: bool) -> _Asked:
    """What a moderator has, and for officers what anybody has: it may be theirs to move it."""
    late = Q(escalate_at__lte=clock.now())
    return _Asked(
        "late",
        _("Late, or may become late") if officer else _("May become late"),
        _("With anybody in your scope") if officer else _("Less than one working day is left"),
        "?view=escalated",
        VIEWS["escalated"],
        late if officer else late & Q(assignee=user),
        by="due_at",
    )


def _of_officers(user: User) -> list[_Asked]:
    """What waits to be confirmed; and where an institution decides and nobody of it is left to."""
    here = rules.overseen(user).values("pk")
    return [
        _Asked(
            "confirm",
            _("For you to confirm"),
            _("Proposed by somebody else"),
            "?view=confirm",
            VIEWS["confirm"],
            Q(),
        ),
        _Asked(
            "stand-in",
            _("The platform stands in"),
            _("The institution has no officer of its own who is free"),
            "?view=open",
            VIEWS["open"],
            Q(status__in=(S.NOTIFIED, S.REVIEW, S.APPROVAL, S.APPEAL), pk__in=here)
            & rules.stood_in(),
        ),
        _Asked(
            "no-second",
            _("No second officer"),
            _("An administrator can give somebody of the institution the role"),
            "?view=open",
            VIEWS["open"],
            Q(status=S.APPROVAL, pk__in=here) & rules.without_second(),
        ),
    ]


def _piles(asked: list[_Asked], user: User, days: Days, seen: QuerySet[Case]) -> list[Pile]:
    """The short lists: one query finds their first cases, one more reads what their lines show."""
    parts: list[QuerySet[Case, tuple[int, int]]] = []
    free = seen
    for number, ask in enumerate(asked):
        parts += _firsts(number, ask, user, free)
        free = free.exclude(
            shown_in(ask.view, user) & Q(status__in=ask.view.statuses) & ask.condition
        )
    found: dict[int, set[int]] = {}
    for number, pk in parts[0].union(*parts[1:], all=True):
        found.setdefault(number, set()).add(pk)
    everything = {pk for pks in found.values() for pk in pks}
    # What is shown is asked once more, case by case, whether it may be known of.
    rows = with_line(rules.visible_to(user).filter(pk__in=everything), user)
    cases = {case.pk: case for case in rows}
    return [
        _pile(ask, [cases[pk] for pk in found.get(number, ()) if pk in cases], user, days)
        for number, ask in enumerate(asked)
    ]


def _firsts(
    number: int, ask: _Asked, user: User, seen: QuerySet[Case]
) -> Iterable[QuerySet[Case, tuple[int, int]]]:
    """The first cases of a list as (its number, key): urgent ones, and others by their instant."""
    cases = of_view(user, ask.view, seen).filter(ask.condition)
    for urgent in (True, False):
        first = cases.filter(urgent=urgent).order_by(F(ask.by).asc(nulls_last=True), "pk")
        yield (
            # SQLite bounds no part of a union: each stands in a query of its own.
            Case.objects.order_by()
            .filter(pk__in=first.values("pk")[: SHOWN + 1])
            .annotate(list=Cast(Value(number), IntegerField()))
            .values_list("list", "pk")
        )


def _pile(ask: _Asked, cases: list[Case], user: User, days: Days) -> Pile:
    def place(case: Case) -> tuple[bool, bool, object, int]:
        at = getattr(case, ask.by)
        return (not case.urgent, at is None, at or 0, case.pk)

    cases = sorted(cases, key=place)
    return Pile(
        name=ask.name,
        title=ask.title,
        hint=ask.hint,
        query=ask.query,
        view=ask.view.label,
        rows=[row_of(case, user, days) for case in cases[:SHOWN]],
        more=len(cases) > SHOWN,
    )
