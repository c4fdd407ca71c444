"""The page on which a teacher says what an assignment permits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from integrity.accounts.models import User
from integrity.core.errors import NotFound, NotPermitted
from integrity.courses import selectors
from integrity.courses.models import Assignment, AssignmentTerms, Course
from integrity.courses.page_selectors.record import course_of
from integrity.courses.selectors import Answer

# Older terms are kept, and shown where a case needs them.
LISTED = 50


@dataclass(frozen=True)
class PermitsPage:
    """What the assignment permits now, and what it permitted before, the newest first."""

    course: Course
    assignment: Assignment
    terms: AssignmentTerms | None
    earlier: Sequence[tuple[AssignmentTerms, list[Answer]]]


def permits_page(user: User, slug: str, public_id: UUID) -> PermitsPage:
    """For a teacher of the course, in a constant number of queries.

    Raises `NotFound` for people outside the course, `NotPermitted` for those who do not teach it.
    """
    course = course_of(user, slug, gated=False)
    assignment = course.assignments.filter(public_id=public_id).first()
    if assignment is None:
        raise NotFound
    if not course.taught:  # type: ignore[attr-defined]
        raise NotPermitted
    said = list(assignment.terms.select_related("set_by").order_by("-set_at", "-pk")[:LISTED])
    return PermitsPage(
        course=course,
        assignment=assignment,
        terms=said[0] if said else None,
        earlier=[(terms, selectors.answers(terms)) for terms in said[1:]],
    )
