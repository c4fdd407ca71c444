"""The dashboard: what needs somebody of the desk now."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from cases import rules
from cases.enums import CaseStatus as S
from cases.models import Case
from cases.selectors.case_reports import unread
from cases.selectors.dialogue import news
from cases.selectors.queue import Counts, count
from cases.selectors.queue_filters import VIEWS, View, of_view, views_for
from cases.selectors.queue_rows import Row, row_of, with_line
from cases.selectors.retaliation import waiting_marks
from cases.selectors.words import Days, Text
from integrity.accounts.models import User

SHOWN = 5


@dataclass(frozen=True)
class Pile:
    """A short list with where to see the rest."""

    name: str
    title: Text
    hint: Text
    query: str
    rows: list[Row]
    more: bool


@dataclass(frozen=True)
class Dashboard:
    """Everything the dashboard shows."""

    counts: Counts
    piles: list[Pile]
    # Case reports of institutions that nobody of the platform has read.
    reports: int
    # What may be an answer to a report, and waits for somebody like the reader (IN9).
    marks: int

    @property
    def waiting(self) -> bool:
        """Whether anything waits."""
        return bool(self.reports or self.marks) or any(pile.rows for pile in self.piles)


@dataclass(frozen=True)
class _Asked:
    name: str
    title: Text
    hint: Text
    query: str
    view: View
    condition: Q


def dashboard(user: User) -> Dashboard:
    """Counts in one query, and one for each of the short lists."""
    days = Days.of_reader()
    officer = any(view.name == "confirm" for view in views_for(user))
    asked = [
        _Asked(
            "pressing",
            _("Overdue and due today"),
            _("With you"),
            "?view=mine",
            VIEWS["mine"],
            Q(due_at__lt=days.tomorrow),
        ),
        _Asked(
            "mine",
            _("Waiting for your next step"),
            _("With you, due later"),
            "?view=mine",
            VIEWS["mine"],
            (
                Q(status__in=(S.TRIAGE, S.INVESTIGATION))
                | Q(status=S.REVIEW) & rules.decided_by(user)
            )
            & (Q(due_at__gte=days.tomorrow) | Q(due_at__isnull=True)),
        ),
        _Asked(
            "answers",
            _("Answers from people who reported"),
            _("You asked, or the case is with you"),
            "?view=mine",
            VIEWS["open"],
            news(user),
        ),
        _Asked(
            "triage",
            _("New and unclaimed"),
            _("Nobody has looked at these yet"),
            "?view=unclaimed&status=triage",
            VIEWS["unclaimed"],
            Q(status=S.TRIAGE),
        ),
    ]
    if officer:
        asked.insert(
            1,
            _Asked(
                "confirm",
                _("For you to confirm"),
                _("Proposed by somebody else"),
                "?view=confirm",
                VIEWS["confirm"],
                Q(),
            ),
        )
        asked += _of_institutions(user)
    return Dashboard(
        counts=count(user, VIEWS["mine"], days),
        piles=[_pile(ask, user, days) for ask in asked],
        reports=unread(user),
        marks=waiting_marks(user),
    )


def _of_institutions(user: User) -> list[_Asked]:
    """Where an institution decides and nobody of it is left to, for the officers concerned."""
    here = rules.overseen(user).values("pk")
    return [
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


def _pile(ask: _Asked, user: User, days: Days) -> Pile:
    cases: QuerySet[Case] = of_view(user, ask.view).filter(ask.condition)
    ordered = with_line(cases, user).order_by("-urgent", F("due_at").asc(nulls_last=True), "pk")
    found = list(ordered[: SHOWN + 1])
    return Pile(
        name=ask.name,
        title=ask.title,
        hint=ask.hint,
        query=ask.query,
        rows=[row_of(case, user, days) for case in found[:SHOWN]],
        more=len(found) > SHOWN,
    )
