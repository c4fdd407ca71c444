"""What the start page of a person shows, in a constant number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cases.models import Report
from cases.selectors import my, report
from integrity.accounts.models import User
from integrity.courses import page_selectors as courses
from integrity.courses.models import Submission
from notifications.models import Letter
from notifications.selectors import letters_page

LETTERS = 3
REPORTS = 3


@dataclass(frozen=True)
class Personal:
    """Somebody's own matters: what waits first."""

    letters: Sequence[Letter]
    more_letters: bool
    waiting: Sequence[my.MyCaseRow]
    other_cases: int
    courses: courses.MyCourses
    drafts: Sequence[Report]
    reports: Sequence[Report]


@dataclass(frozen=True)
class Teacher:
    """A teacher's courses and what came in last without a grade."""

    courses: courses.MyCourses
    to_look_at: Sequence[Submission]


def personal(user: User, *, cases: Sequence[my.MyCaseRow] | None = None) -> Personal:
    """The user's letters, cases, courses and reports. `cases` when they were read already."""
    rows = my.my_cases(user) if cases is None else cases
    letters = letters_page(user, read=False, size=LETTERS)
    reports = report.my_reports(user)
    waiting = [row for row in rows if row.needs_me]
    return Personal(
        letters=letters.rows,
        more_letters=letters.next is not None,
        waiting=waiting,
        other_cases=len(rows) - len(waiting),
        courses=courses.my_courses(user),
        drafts=reports.drafts,
        reports=reports.sent.rows[:REPORTS],
    )


def teacher(user: User) -> Teacher:
    """What a teacher comes for."""
    return Teacher(courses.my_courses(user), courses.to_look_at(user))
