"""Reads of the learning record: base values with the active effects applied."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Prefetch, Q, QuerySet

from integrity.core import clock
from integrity.courses.enums import EffectKind
from integrity.courses.models import (
    Course,
    Effect,
    Enrolment,
    Holiday,
    Institution,
    Submission,
)

CENT = Decimal("0.01")


def active_effects(at: datetime | None = None) -> QuerySet[Effect]:
    """Effects in force at `at` (default: now): begun, not ended, not reversed."""
    at = at or clock.now()
    return Effect.objects.filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=at),
        reversed_at__isnull=True,
        starts_at__lte=at,
    )


def effective_score(
    submission: Submission, *, at: datetime | None = None
) -> Decimal | None:
    """The score that counts: zero while a decision says so, else the base score (None: not graded)."""
    zero = active_effects(at).filter(submission=submission, kind=EffectKind.SCORE_ZERO)
    return Decimal(0) if zero.exists() else submission.score


@dataclass(frozen=True)
class CourseResult:
    """`percent` of the course result, `passes`, and what becomes of the certificate."""

    percent: Decimal
    passes: bool
    certificate: str  # "none", "issued", "withheld", "revoked"


def course_result(enrolment: Enrolment, *, at: datetime | None = None) -> CourseResult:
    """The result of `enrolment`, computed from base scores and active effects.

    The last submission per assignment counts. Three queries, whatever the number of assignments.
    """
    at = at or clock.now()
    submissions = (
        Submission.objects.filter(
            learner_id=enrolment.learner_id, assignment__course_id=enrolment.course_id
        )
        .select_related("assignment")
        .prefetch_related(
            Prefetch(
                "effects",
                queryset=active_effects(at).filter(kind=EffectKind.SCORE_ZERO),
                to_attr="zeroed",
            )
        )
        .order_by("submitted_at", "id")
    )
    latest = {submission.assignment_id: submission for submission in submissions}
    total = Decimal(0)
    for submission in latest.values():
        if submission.zeroed or submission.score is None:  # type: ignore[attr-defined]
            continue
        assignment = submission.assignment
        total += submission.score / assignment.max_score * assignment.weight
    percent = total.quantize(CENT, ROUND_HALF_UP)
    kinds = set(
        active_effects(at).filter(enrolment=enrolment).values_list("kind", flat=True)
    )
    if not hasattr(enrolment, "certificate"):
        certificate = "none"
    elif EffectKind.CERTIFICATE_REVOKED in kinds:
        certificate = "revoked"
    elif EffectKind.CERTIFICATE_WITHHELD in kinds:
        certificate = "withheld"
    else:
        certificate = "issued"
    return CourseResult(percent, percent >= enrolment.course.pass_mark, certificate)


def platform() -> Institution:
    """The institution that stands for the platform itself."""
    return Institution.objects.get(is_platform=True)


def holidays(institution: Institution) -> Collection[date]:
    """Days that do not count for `institution`."""
    return set(
        Holiday.objects.filter(institution=institution).values_list("day", flat=True)
    )


def teaches(user_id: int, course: Course | None) -> bool:
    """Whether the user teaches this course."""
    return course is not None and course.teachings.filter(user_id=user_id).exists()
