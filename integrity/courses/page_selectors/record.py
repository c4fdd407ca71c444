"""What the pages of the record show, one function a page, each a constant number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from integrity.accounts.models import User
from integrity.core.errors import NotFound
from integrity.courses import gates, rules, selectors
from integrity.courses.enums import EffectKind, PostPlace
from integrity.courses.models import (
    Assignment,
    Channel,
    Course,
    Enrolment,
    HeldRole,
    Post,
    Submission,
    Teaching,
)
from integrity.courses.paging import Page, newest_first

# More people than this hold no roles on one page.
ROLES_SHOWN = 100


@dataclass(frozen=True)
class MyCourse:
    """A course the reader is enrolled in. After a removal there is no page to open any more.

    `gate` is something to do before its pages open, or so that they stay open.
    """

    course: Course
    result: selectors.CourseResult
    removed: bool
    gate: gates.Gate | None


@dataclass(frozen=True)
class MyCourses:
    """Where the reader learns, teaches, and holds a role that counts."""

    learning: Sequence[MyCourse]
    teaching: Sequence[Course]
    helping: Sequence[HeldRole]

    def __bool__(self) -> bool:
        return bool(self.learning or self.teaching or self.helping)


@dataclass(frozen=True)
class HandedIn:
    """A submission with the score that counts. `decided`: a decision set that score."""

    submission: Submission
    score: Decimal | None
    decided: bool
    hidden: bool


@dataclass(frozen=True)
class Task:
    """An assignment and the reader's last submission to it."""

    assignment: Assignment
    mine: HandedIn | None


@dataclass(frozen=True)
class CoursePage:
    course: Course
    teaches: bool
    enrolment: Enrolment | None
    result: selectors.CourseResult | None
    tasks: Sequence[Task]
    channels: Sequence[Channel]
    roles: Sequence[HeldRole]
    posts: Page[Post]


@dataclass(frozen=True)
class AssignmentPage:
    course: Course
    assignment: Assignment
    teaches: bool
    permits: selectors.Permits
    mine: Sequence[HandedIn]
    others: Page[Submission]
    other_rows: Sequence[HandedIn]


@dataclass(frozen=True)
class SubmissionPage:
    course: Course
    assignment: Assignment
    teaches: bool
    own: bool
    row: HandedIn


@dataclass(frozen=True)
class PostPage:
    """One post. `replacement` is the text a decision put in place of its own, or None."""

    course: Course
    post: Post
    own: bool
    hidden: bool
    replacement: str | None


def my_courses(user: User) -> MyCourses:
    """Where the user learns and teaches, by title."""
    enrolments = list(
        rules.own_enrolments(user)
        .select_related("course__institution")
        .order_by("course__title", "course_id")
    )
    removed = set(
        selectors.active_effects()
        .filter(enrolment__in=enrolments, kind=EffectKind.REMOVED_FROM_COURSE)
        .values_list("enrolment_id", flat=True)
    )
    results = selectors.course_results(enrolments)
    to_do = gates.gates(user)
    taught = (
        Course.objects.filter(teachings__user=user)
        .select_related("institution")
        .annotate(learners=Count("enrolments", filter=Q(enrolments__status__in=rules.IN_COURSE)))
        .order_by("title", "pk")
    )
    helping = (
        rules.standing_roles()
        .filter(user=user)
        .select_related("course__institution")
        .order_by("course__title", "course_id", "role")
    )
    return MyCourses(
        [
            MyCourse(row.course, results[row.pk], row.pk in removed, to_do.get(row.course_id))
            for row in enrolments
        ],
        list(taught),
        list(helping),
    )


def course_page(user: User, slug: str, *, after: str | None = None) -> CoursePage:
    """Assignments, channels, roles, the reader's result and the forum. `NotFound` for outsiders."""
    course = course_of(user, slug)
    enrolment = (
        rules.own_enrolments(user)
        .filter(course=course)
        .select_related("course", "certificate")
        .first()
    )
    latest = {
        row.submission.assignment_id: row
        for row in _handed_in(
            Submission.objects.filter(learner=user, assignment__course=course).defer("text")
        )
    }
    posts = newest_first(
        with_decisions(
            rules.visible_posts(user).filter(
                course=course, place=PostPlace.FORUM, channel__isnull=True
            )
        ),
        by="created_at",
        after=after,
    )
    return CoursePage(
        course=course,
        teaches=course.taught,  # type: ignore[attr-defined]
        enrolment=enrolment,
        result=selectors.course_result(enrolment) if enrolment else None,
        tasks=[Task(task, latest.get(task.pk)) for task in course.assignments.all()],
        channels=list(course.channels.order_by("name", "pk")),
        roles=list(
            rules.standing_roles()
            .filter(course=course)
            .select_related("user")
            .order_by("role", "user__display_name", "pk")[:ROLES_SHOWN]
        ),
        posts=posts,
    )


def assignment_page(
    user: User, slug: str, public_id: UUID, *, after: str | None = None
) -> AssignmentPage:
    """Instructions, what the reader handed in, and of what others did what the reader may see."""
    course = course_of(user, slug)
    assignment = course.assignments.filter(public_id=public_id).first()
    if assignment is None:
        raise NotFound
    others = newest_first(
        _with_effects(
            rules.visible_submissions(user)
            .filter(assignment=assignment)
            .exclude(learner=user)
            .select_related("learner")
            .defer("text")
        ),
        by="submitted_at",
        after=after,
    )
    mine = _handed_in(Submission.objects.filter(learner=user, assignment=assignment).defer("text"))
    return AssignmentPage(
        course=course,
        assignment=assignment,
        teaches=course.taught,  # type: ignore[attr-defined]
        permits=selectors.permits(assignment),
        mine=mine[::-1],
        others=others,
        other_rows=[_scored(row) for row in others.rows],
    )


def submission_page(user: User, slug: str, assignment_id: UUID, public_id: UUID) -> SubmissionPage:
    """One submission with its text."""
    course = course_of(user, slug)
    submission = (
        _with_effects(rules.visible_submissions(user))
        .filter(public_id=public_id, assignment__public_id=assignment_id, assignment__course=course)
        .select_related("assignment", "learner")
        .first()
    )
    if submission is None:
        raise NotFound
    return SubmissionPage(
        course=course,
        assignment=submission.assignment,
        teaches=course.taught,  # type: ignore[attr-defined]
        own=submission.learner_id == user.pk,
        row=_scored(submission),
    )


def post_page(user: User, slug: str, public_id: UUID) -> PostPage:
    """One post. What a decision removed has no text here, for nobody."""
    course = course_of(user, slug)
    post = (
        with_decisions(rules.visible_posts(user))
        .filter(course=course, public_id=public_id)
        .select_related("channel")
        .first()
    )
    if post is None:
        raise NotFound
    return PostPage(
        course=course,
        post=post,
        own=post.author_id == user.pk,
        hidden=post.hidden,  # type: ignore[attr-defined]
        replacement=post.replacement,  # type: ignore[attr-defined]
    )


def to_look_at(user: User, *, limit: int = 5) -> list[Submission]:
    """The newest ungraded submissions in courses the user teaches."""
    return list(
        Submission.objects.filter(assignment__course__teachings__user=user, score__isnull=True)
        .select_related("assignment__course", "learner")
        .defer("text", "assignment__instructions")
        .order_by("-submitted_at", "-pk")[:limit]
    )


def course_of(user: User, slug: str, *, gated: bool = True) -> Course:
    """A course the user is in, with `taught`, whether by them, and `gate`, what they have to do.

    Raises `NotFound` for others, and `gates.Closed`, unless not `gated`, while the course does not
    open to them.
    """
    course = (
        rules.courses_of(user)
        .filter(slug=slug)
        .select_related("institution")
        .annotate(taught=Exists(Teaching.objects.filter(course=OuterRef("pk"), user=user)))
        .first()
    )
    if course is None:
        raise NotFound
    gate = gates.gate(user, course)
    if gated and gate is not None and gate.closed:
        raise gates.Closed(gate)
    course.gate = gate  # type: ignore[attr-defined]
    return course


def _with_effects(rows: QuerySet[Submission]) -> QuerySet[Submission]:
    return rows.prefetch_related(
        Prefetch("effects", queryset=selectors.active_effects(), to_attr="standing")
    )


def with_decisions(rows: QuerySet[Post]) -> QuerySet[Post]:
    """Posts with their authors, `hidden` and `replacement`: what decisions did to them."""
    hidden = selectors.active_effects().filter(post=OuterRef("pk"), kind=EffectKind.CONTENT_HIDDEN)
    return selectors.with_replacement(rows.select_related("author").annotate(hidden=Exists(hidden)))


def _handed_in(rows: QuerySet[Submission]) -> list[HandedIn]:
    """Oldest first, so that the last one of an assignment wins a mapping by assignment."""
    return [_scored(row) for row in _with_effects(rows).order_by("submitted_at", "pk")]


def _scored(submission: Submission) -> HandedIn:
    kinds = {effect.kind for effect in submission.standing}  # type: ignore[attr-defined]
    zero = EffectKind.SCORE_ZERO in kinds
    return HandedIn(
        submission,
        Decimal(0) if zero else submission.score,
        decided=zero,
        hidden=EffectKind.CONTENT_HIDDEN in kinds,
    )
