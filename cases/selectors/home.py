"""What the start page of a person shows, in a constant number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cases.models import AdviserAccess, Consent, InterimMeasure, Report, StatementRequest
from cases.selectors import adviser, identity, interim, my, report, statement
from integrity.accounts.models import User
from integrity.courses import page_selectors as courses
from integrity.courses.models import Submission
from notifications.models import Letter
from notifications.selectors import letters_page

LETTERS = 3
REPORTS = 3


@dataclass(frozen=True)
class Beside:
    """What waits for somebody, or holds for them, beside cases about them."""

    statements: Sequence[StatementRequest]
    measures: Sequence[InterimMeasure]
    invitations: Sequence[tuple[AdviserAccess, bool]]
    accesses: Sequence[AdviserAccess]
    consents: Sequence[Consent] = ()

    def __bool__(self) -> bool:
        return bool(
            self.statements or self.measures or self.invitations or self.accesses or self.consents
        )


@dataclass(frozen=True)
class Personal:
    """Somebody's own matters: what waits first."""

    letters: Sequence[Letter]
    more_letters: bool
    waiting: Sequence[my.MyCaseRow]
    beside: Beside
    other_cases: int
    courses: courses.MyCourses
    drafts: Sequence[Report]
    reports: Sequence[Report]


@dataclass(frozen=True)
class Teacher:
    """A teacher's courses and what came in last without a grade."""

    courses: courses.MyCourses
    to_look_at: Sequence[Submission]


def beside(user: User) -> Beside:
    """Questions to the user, measures, and whom they help or are asked to: seven queries."""
    helping = adviser.advising(user)
    return Beside(
        statement.waiting(user),
        interim.standing(user),
        helping.invitations,
        helping.accesses,
        identity.unanswered(user),
    )


def personal(
    user: User,
    *,
    cases: Sequence[my.MyCaseRow] | None = None,
    beside_them: Beside | None = None,
) -> Personal:
    """The user's letters, cases, courses and reports; `cases` and `beside_them` if read already."""
    rows = my.my_cases(user) if cases is None else cases
    letters = letters_page(user, read=False, size=LETTERS)
    reports = report.my_reports(user)
    waiting = [row for row in rows if row.needs_me]
    return Personal(
        letters=letters.rows,
        more_letters=letters.next is not None,
        waiting=waiting,
        beside=beside(user) if beside_them is None else beside_them,
        other_cases=len(rows) - len(waiting),
        courses=courses.my_courses(user),
        drafts=reports.drafts,
        reports=reports.sent.rows[:REPORTS],
    )


def teacher(user: User) -> Teacher:
    """What a teacher comes for."""
    return Teacher(courses.my_courses(user), courses.to_look_at(user))
