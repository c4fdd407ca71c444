"""Reads of the learning record: base values with the active effects applied."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.conf import settings
from django.db.models import OuterRef, Prefetch, Q, QuerySet, Subquery
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from integrity.core import clock
from integrity.core.calendar import hours_of
from integrity.courses.enums import DECIDED_BY_INSTITUTION, EffectKind, Permission
from integrity.courses.models import (
    Assignment,
    AssignmentTerms,
    Certificate,
    Course,
    Effect,
    Enrolment,
    Holiday,
    Institution,
    Post,
    Submission,
)

Text = str | Promise
CENT = Decimal("0.01")
# What an assignment is asked about, by the names of the columns (PO10).
QUESTIONS: dict[str, Text] = {
    "collaboration": _("Working with others"),
    "sharing": _("Sharing solutions"),
    "tools": _("Tools that write or solve, also with artificial intelligence"),
    "reuse": _("Handing in own earlier work again"),
}

# From what permits least to what permits most; nothing said forbids nothing.
PERMITS_MORE = (
    Permission.FORBIDDEN,
    Permission.UNSAID,
    Permission.LIMITED,
    Permission.ALLOWED,
)


def active_effects(at: datetime | None = None) -> QuerySet[Effect]:
    """Effects in force at `at` (default: now): begun, not ended, not reversed."""
    at = at or clock.now()
    return Effect.objects.filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=at),
        reversed_at__isnull=True,
        starts_at__lte=at,
    )


def effective_score(submission: Submission, *, at: datetime | None = None) -> Decimal | None:
    """The score that counts: zero while a decision says so, else the base one (None: ungraded)."""
    zero = active_effects(at).filter(submission=submission, kind=EffectKind.SCORE_ZERO)
    return Decimal(0) if zero.exists() else submission.score


@dataclass(frozen=True)
class CourseResult:
    """`percent` of the course result, `passes`, and what becomes of the certificate.

    `graded` says whether anything has a score yet; before that a percentage tells nothing.
    """

    percent: Decimal
    passes: bool
    certificate: str  # "none", "issued", "withheld", "revoked"
    graded: bool


def course_result(
    enrolment: Enrolment, *, at: datetime | None = None, as_if_zero: Submission | None = None
) -> CourseResult:
    """The result of one `enrolment`; see `course_results`."""
    return course_results([enrolment], at=at, as_if_zero=as_if_zero)[enrolment.pk]


def course_results(
    enrolments: Collection[Enrolment],
    *,
    at: datetime | None = None,
    as_if_zero: Submission | None = None,
) -> dict[int, CourseResult]:
    """The result of each of `enrolments` by its primary key, from base scores and active effects.

    The last submission per assignment counts; one without a grade counts nothing. With `as_if_zero`
    the result as it would be if that submission scored zero too; the certificate's state stays what
    it is. A constant number of queries, whatever the number of enrolments and assignments, when
    their courses are loaded.
    """
    at = at or clock.now()
    learners = {enrolment.learner_id for enrolment in enrolments}
    courses = {enrolment.course_id for enrolment in enrolments}
    submissions = (
        Submission.objects.filter(learner__in=learners, assignment__course__in=courses)
        .select_related("assignment")
        .prefetch_related(
            Prefetch(
                "effects",
                queryset=active_effects(at).filter(kind=EffectKind.SCORE_ZERO),
                to_attr="zeroed",
            )
        )
        .defer("text", "assignment__instructions")
        .order_by("submitted_at", "id")
    )
    latest = {(row.learner_id, row.assignment_id): row for row in submissions}
    totals: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
    graded = set()
    for row in latest.values():
        task = row.assignment
        if row.score is not None or row.zeroed:
            graded.add((row.learner_id, task.course_id))
        if row.zeroed or row.score is None or row == as_if_zero:
            continue
        totals[row.learner_id, task.course_id] += row.score / task.max_score * task.weight
    kinds: dict[int | None, set[str]] = defaultdict(set)
    for pk, kind in (
        active_effects(at).filter(enrolment__in=enrolments).values_list("enrolment_id", "kind")
    ):
        kinds[pk].add(kind)
    certified = set(
        Certificate.objects.filter(enrolment__in=enrolments).values_list("enrolment_id", flat=True)
    )
    results = {}
    for enrolment in enrolments:
        place = (enrolment.learner_id, enrolment.course_id)
        percent = totals[place].quantize(CENT, ROUND_HALF_UP)
        results[enrolment.pk] = CourseResult(
            percent,
            percent >= enrolment.course.pass_mark,
            _certificate_state(enrolment.pk in certified, kinds[enrolment.pk]),
            place in graded,
        )
    return results


def _certificate_state(issued: bool, kinds: Collection[str]) -> str:
    if not issued:
        return "none"
    if EffectKind.CERTIFICATE_REVOKED in kinds:
        return "revoked"
    return "withheld" if EffectKind.CERTIFICATE_WITHHELD in kinds else "issued"


def platform() -> Institution:
    """The institution that stands for the platform itself; made when it is first asked for."""
    found, _created = Institution.objects.get_or_create(
        is_platform=True,
        defaults={
            "slug": "platform",
            "name": settings.ORGANISATION_NAME,
            "time_zone": settings.TIME_ZONE,
        },
    )
    return found


def holidays(institution: Institution) -> Collection[date]:
    """Days that do not count for `institution`."""
    return set(Holiday.objects.filter(institution=institution).values_list("day", flat=True))


def teaches(user_id: int, course: Course | None) -> bool:
    """Whether the user teaches this course."""
    return course is not None and course.teachings.filter(user_id=user_id).exists()


def decided_by_institution(course: Course | None) -> bool:
    """Whether cases in this course are decided by its institution alone (PO5)."""
    if course is None or course.programme is None:
        return False
    return course.programme.product_kind in DECIDED_BY_INSTITUTION


def terms_at(assignment: Assignment, at: datetime | None = None) -> AssignmentTerms | None:
    """What the assignment permitted at `at` (default: now): what was last set by then (PO10)."""
    return assignment.terms.filter(set_at__lte=at or clock.now()).order_by("-set_at", "-pk").first()


@dataclass(frozen=True)
class Answer:
    """One question about an assignment and its answer, a `Permission`, with both in words."""

    question: Text
    permission: Permission

    @property
    def words(self) -> Text:
        return self.permission.label


@dataclass(frozen=True)
class Said:
    """What stood for a part of a day, with its answers; None where nothing had been said."""

    said: AssignmentTerms | None
    answers: list[Answer]


@dataclass(frozen=True)
class Permits:
    """What an assignment permits at an instant, or on a bare `day`.

    `standing` is what had been said, in order, None where nothing had: one at an instant, on a day
    of change more than one.
    """

    assignment: Assignment
    at: datetime
    standing: tuple[AssignmentTerms | None, ...]
    day: date | None = None

    @property
    def terms(self) -> AssignmentTerms | None:
        """What was said last; None where nothing had been said."""
        return self.standing[-1]

    @property
    def changed(self) -> bool:
        """Whether it changed on the day, so that the hour would matter."""
        return len(self.standing) > 1

    @property
    def lines(self) -> list[Said]:
        """What was said on the day, in order, each with its answers."""
        return [Said(terms, answers(terms) if terms else []) for terms in self.standing]

    @property
    def answers(self) -> list[Answer]:
        """The four questions in their order; empty where nothing had been said.

        Where it changed on the day, of each question the answer that permits more.
        """
        said = [answers(terms) for terms in self.standing if terms is not None]
        if not said:
            return []
        if len(said) < len(self.standing):
            said.append([Answer(question, Permission.UNSAID) for question in QUESTIONS.values()])
        return [
            max(of_one, key=lambda answer: PERMITS_MORE.index(answer.permission))
            for of_one in zip(*said, strict=True)
        ]


def answers(terms: AssignmentTerms) -> list[Answer]:
    """The four questions in their order with what these terms say."""
    return [
        Answer(question, Permission(getattr(terms, name))) for name, question in QUESTIONS.items()
    ]


def permits(
    assignment: Assignment,
    at: datetime | None = None,
    *,
    day: date | None = None,
    before: datetime | None = None,
) -> Permits:
    """What `assignment` permits at `at` (default: now), or on a bare `day`: one query.

    A day is one of the institution's zone, as far as it had passed by `before` (default: now). For
    a day the course's institution is read as well, where it is not loaded.
    """
    if day is None:
        at = at or clock.now()
        return Permits(assignment, at, (terms_at(assignment, at),))
    before = before or clock.now()
    start, end = hours_of(day, assignment.course.institution.time_zone)
    start, end = min(start, before), min(end, before + timedelta(microseconds=1))
    first = assignment.terms.filter(set_at__lte=start).order_by("-set_at", "-pk").values("pk")[:1]
    during = Q(set_at__gt=start, set_at__lt=end)
    rows = list(
        assignment.terms.filter(during | Q(pk__in=Subquery(first))).order_by("set_at", "pk")
    )
    standing: tuple[AssignmentTerms | None, ...] = tuple(rows)
    if not rows or rows[0].set_at > start:
        standing = (None, *rows)
    return Permits(assignment, start, standing, day)


def _replacing(post: Post | OuterRef, at: datetime | None) -> QuerySet[Effect]:
    """What puts another text in place of the post: of several the one that began last counts."""
    return (
        active_effects(at)
        .filter(post=post, kind=EffectKind.CONTENT_REPLACED)
        .order_by("-starts_at", "-pk")
    )


def replacement_of(post: Post, at: datetime | None = None) -> str | None:
    """The text that decisions put in place of the post's own, or None."""
    effect = _replacing(post, at).first()
    return effect.replacement if effect is not None else None


def with_replacement(posts: QuerySet[Post], at: datetime | None = None) -> QuerySet[Post]:
    """Posts with `replacement`, as `replacement_of`. Pages show none of a post that is hidden."""
    standing = _replacing(OuterRef("pk"), at)
    return posts.annotate(replacement=Subquery(standing.values("replacement")[:1]))
