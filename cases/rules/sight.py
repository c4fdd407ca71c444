"""What one reader may know of, read once for a page that asks many times (QU5).

`visible_to` asks every row for every tie. A queue asks for its rows and for thirty counts beside
them: there the few cases the reader is tied to are found first, from the person's side, and left
out by number. `tests/cases/test_queue_sight.py` holds that both say the same of every tie.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, CharField, F, Q, QuerySet, Value
from django.db.models.functions import Cast

from cases.models import (
    AdviserAccess,
    Case,
    ConflictDeclaration,
    InterimMeasure,
    Respondent,
    RetaliationMark,
    StatementRequest,
)
from cases.rules.conflict import conflict_filter, told_in, worked_on
from integrity.accounts.enums import Role
from integrity.accounts.models import User
from integrity.accounts.rules import STAFF_OF_CASES, has_role, same_person, scope
from integrity.courses.models import Teaching

COURSE, CASE = "course", "case"
# More ties than that are not carried about: then every row is asked, as everywhere else.
MOST = 2_000


@dataclass(frozen=True)
class Sight:
    """The institutions somebody works for (None: all), and the courses and cases kept from them."""

    user: User
    institutions: frozenset[int] | None
    courses: frozenset[int]
    cases: frozenset[int]

    @property
    def seen(self) -> QuerySet[Case]:
        """As `visible_to(user)`, without a question to other tables."""
        if not has_role(self.user, *STAFF_OF_CASES, Role.AUDITOR):
            return Case.objects.none()
        rows = Case.objects.all()
        if self.institutions is not None:
            rows = rows.filter(institution__in=self.institutions)
        if len(self.courses) + len(self.cases) > MOST:
            return rows.exclude(conflict_filter(self.user))
        if self.courses:
            rows = rows.filter(Q(course__isnull=True) | ~Q(course__in=self.courses))
        return rows.exclude(pk__in=self.cases) if self.cases else rows

    @classmethod
    def of(cls, user: User, ties: list[tuple[str, int]]) -> Sight:
        """From the rows of `ties_of`."""
        found = scope(user, *STAFF_OF_CASES, Role.AUDITOR)
        return cls(
            user=user,
            institutions=None if found is None else frozenset(found),
            courses=frozenset(number for kind, number in ties if kind == COURSE),
            cases=frozenset(number for kind, number in ties if kind == CASE),
        )

    @classmethod
    def read(cls, user: User) -> Sight:
        """One query."""
        first, *others = ties_of(user)
        return cls.of(user, list(first.union(*others)[: MOST + 1]))


def ties_of(user: User) -> list[QuerySet[Any, Any]]:
    """Rows (what, number): courses the user teaches, cases `conflict_filter` keeps from them."""
    marks = RetaliationMark.objects.order_by().filter(case__isnull=False)
    later = marks.filter(worked_on("case", user)).exclude(earlier_case__assignee=user)
    asked = StatementRequest.objects.filter(person=user, withdrawn_at__isnull=True)
    return [
        _rows(COURSE, Teaching.objects.filter(user=user), "course"),
        _rows(CASE, Case.objects.filter(same_person(user, "submission__learner")), "pk"),
        _rows(CASE, Case.objects.filter(post__author=user), "pk"),
        _rows(CASE, Respondent.objects.filter(same_person(user, "user")), "case"),
        *(_rows(CASE, rows, "case") for rows in told_in(user)),
        _rows(CASE, asked, "case"),
        _rows(CASE, InterimMeasure.objects.filter(protects=user), "case"),
        _rows(CASE, ConflictDeclaration.objects.filter(user=user), "case"),
        _rows(CASE, AdviserAccess.objects.filter(adviser=user), "respondent__case"),
        _rows(CASE, marks.filter(worked_on("earlier_case", user)), "case"),
        _rows(CASE, later, "earlier_case"),
    ]


def _rows(what: str, rows: QuerySet[Any, Any], number: str) -> QuerySet[Any, Any]:
    return (
        rows.order_by()
        .filter(**{f"{number}__isnull": False})
        .annotate(
            what=Cast(Value(what), CharField(max_length=20)),
            tied=Cast(F(number), BigIntegerField()),
        )
        .values_list("what", "tied")
    )
