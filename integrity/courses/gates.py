"""What a learner has to do before a course opens to them.

Apps above register a check; this one knows none of the reasons. A gate is asked on every read and
stored nowhere, so it opens and closes to the second and no job has to run. Only learners are asked:
who teaches, holds a role or merely finished the course is not.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise

from integrity.accounts.models import User
from integrity.core.errors import NotPermitted
from integrity.courses.enums import EnrolmentStatus
from integrity.courses.models import Course, Enrolment

Text = str | Promise


@dataclass(frozen=True)
class Gate:
    """Something the learner has to do at `url`, in the words of whoever asks for it.

    A gate with `until` stands open until then, a closed one has none.
    """

    course: Course
    url: str
    title: Text
    text: Text
    link: Text
    until: datetime | None = None

    @property
    def closed(self) -> bool:
        return self.until is None


class Closed(NotPermitted):
    """A course does not open to this learner yet. `gate` says what they have to do."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        super().__init__(gate.text)


# From the active enrolments of one learner, with their courses, to the gates before these courses,
# by the primary key of the course; of a course that is open there is none.
Check = Callable[[Collection[Enrolment]], Mapping[int, Gate]]

_checks: dict[str, Check] = {}


def register(name: str, check: Check) -> None:
    """Ask `check` before a course opens; the same name again replaces it. It may use a constant
    number of queries."""
    _checks[name] = check


def gates(user: User, *, course: Course | None = None) -> dict[int, Gate]:
    """The gates before the courses the user learns in, or before `course` alone.

    Of several before one course a closed one comes first, then the one that closes first. One
    query, and those of the checks.
    """
    rows = Enrolment.objects.filter(learner=user, status=EnrolmentStatus.ACTIVE)
    if course is not None:
        rows = rows.filter(course=course)
    enrolments = list(rows.select_related("course"))
    found: dict[int, Gate] = {}
    for check in _checks.values() if enrolments else ():
        for pk, gate in check(enrolments).items():
            if pk not in found or _rank(gate) < _rank(found[pk]):
                found[pk] = gate
    return found


def gate(user: User, course: Course) -> Gate | None:
    """The gate before one course; None where there is none for this user."""
    return gates(user, course=course).get(course.pk)


def closed(user: User) -> list[Gate]:
    """The closed gates before the courses the user learns in."""
    return [gate for gate in gates(user).values() if gate.closed]


def require_open(user: User, course: Course) -> None:
    """Raise `Closed` while the course does not open to the user."""
    found = gate(user, course)
    if found is not None and found.closed:
        raise Closed(found)


def _rank(gate: Gate) -> tuple[bool, float]:
    return (not gate.closed, gate.until.timestamp() if gate.until else 0.0)
