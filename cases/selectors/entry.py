"""Where a report that the office enters belongs: institutions, courses, work, as far as it reaches.

Whom it is about makes no difference to any answer here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q

from cases import rules
from cases.enums import ReportKind
from cases.models import Case, Report
from cases.selectors.report import offered_types, office_for
from integrity.accounts.models import User
from integrity.accounts.rules import STAFF_OF_CASES, scope
from integrity.core.errors import NotFound
from integrity.courses.models import Course, Institution, Post, Submission
from policies.selectors import OfferedType

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_UNIT = "programme", "institution"


def institutions_of(user: User, *roles: str) -> list[Institution]:
    """The institutions the user can enter reports for; the platform first where it is one."""
    within = scope(user, *(roles or STAFF_OF_CASES))
    found = Institution.objects.order_by("-is_platform", "name", "pk")
    return list(found if within is None else found.filter(pk__in=within))


def last_id(text: str) -> UUID | None:
    """The id in what was typed: alone, or as the last one of an address that was copied."""
    found = _UUID.findall(text)
    return UUID(found[-1]) if found else None


@dataclass(frozen=True)
class Desk:
    """What belongs to one institution: its own courses, and those its office decides about."""

    institution: Institution

    def _within(self, path: str = "") -> Q:
        # The platform's office decides about every course that is no degree of somebody else's.
        return (
            Q() if self.institution.is_platform else Q(**{f"{path}institution": self.institution})
        )

    def course(self, slug: str) -> Course | None:
        """The course with this short name."""
        found = Course.objects.filter(self._within(), slug=slug.strip().lower())
        return self._here(found.select_related(*_UNIT).first())

    def submission(self, public_id: UUID) -> Submission | None:
        """The work with this id."""
        rows = Submission.objects.filter(self._within("assignment__course__"), public_id=public_id)
        row = rows.select_related(
            "learner", *(f"assignment__course__{name}" for name in _UNIT)
        ).first()
        return row if row is not None and self._here(row.assignment.course) else None

    def post(self, public_id: UUID) -> Post | None:
        """The post with this id."""
        rows = Post.objects.filter(self._within("course__"), public_id=public_id)
        row = rows.select_related("author", *(f"course__{name}" for name in _UNIT)).first()
        return row if row is not None and self._here(row.course) else None

    def _here(self, course: Course | None) -> Course | None:
        if course is None or course.institution_id == self.institution.pk:
            return course
        return course if office_for(course) == self.institution else None

    def office(self, course: Course | None) -> Institution:
        """Whose staff decide: as the course says, else this institution itself."""
        return office_for(course) if course is not None else self.institution


def types_for(institution: Institution) -> dict[str, list[OfferedType]]:
    """Types to choose from now, of academic honesty and of conduct, by the kind of report."""
    return {
        kind: offered_types(kind, institution=institution)
        for kind in (ReportKind.VIOLATION, ReportKind.INCIDENT)
    }


@dataclass(frozen=True)
class EnteredReport:
    """A report somebody of the office wrote down. `case` is its case where they may read it."""

    report: Report
    evidence: int
    case: Case | None


def entered_by(user: User, public_id: UUID) -> EnteredReport:
    """What the user wrote down. Raises `NotFound` for everybody else."""
    report = (
        Report.objects.filter(entered_by=user, public_id=public_id)
        .select_related("violation_type", "course", "case__institution")
        .annotate(pieces=Count("evidence"))
        .first()
    )
    if report is None or report.case is None:
        raise NotFound
    reads = rules.access(user, report.case) >= rules.Access.READ
    pieces: int = report.pieces
    return EnteredReport(report, pieces, report.case if reads else None)
