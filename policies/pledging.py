"""What learners pledge to in a course, and how far they are with it (PO6).

In a course the versions in force of the platform's, of its institution's and of its own documents
have to be pledged to, where the document says so. Nothing here is stored but the pledges: whether
an enrolment is open follows from them and from the clock, so no job has to run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from integrity.accounts.models import User
from integrity.core import clock
from integrity.core.errors import NotFound
from integrity.courses import rules
from integrity.courses.enums import EffectKind, EnrolmentStatus
from integrity.courses.models import Course, Enrolment
from integrity.courses.selectors import active_effects
from policies.enums import PledgeState
from policies.models import Document, Pledge, Version
from policies.selectors import in_force

# The more urgent state of two texts is the state of the course.
_URGENCY = (PledgeState.NOTHING, PledgeState.PLEDGED, PledgeState.IN_GRACE, PledgeState.WAITING)


def grace_until(version: Version) -> datetime:
    """Until when a learner who pledged to an earlier version goes on without pledging to this one.

    The instant itself no longer belongs to it.
    """
    return version.effective_at + timedelta(days=version.pledge_grace_days)


@dataclass(frozen=True)
class Text:
    """One text that applies in a course, and one learner's pledges to it there.

    `version` is the one in force, `pledge` the pledge to exactly it, `before` the last one to an
    earlier version.
    """

    version: Version
    pledge: Pledge | None
    before: Pledge | None
    at: datetime

    @property
    def until(self) -> datetime | None:
        """When the days end that were given to pledge anew; None where there are or were none."""
        if self.pledge is None and self.before is not None:
            return grace_until(self.version)
        return None

    @property
    def state(self) -> PledgeState:
        if self.pledge is not None:
            return PledgeState.PLEDGED
        until = self.until
        return PledgeState.IN_GRACE if until and self.at < until else PledgeState.WAITING


@dataclass(frozen=True)
class Standing:
    """How far one learner is in one course: every text that has to be pledged to now."""

    course: Course
    texts: tuple[Text, ...]

    @property
    def state(self) -> PledgeState:
        """Of all texts together; `NOTHING` where no text has to be pledged to."""
        return max(
            (text.state for text in self.texts), key=_URGENCY.index, default=PledgeState.NOTHING
        )

    @property
    def due(self) -> tuple[Text, ...]:
        """The texts without a pledge to the version in force."""
        return tuple(text for text in self.texts if text.pledge is None)

    @property
    def until(self) -> datetime | None:
        """While in grace: when the first of the days given ends."""
        if self.state != PledgeState.IN_GRACE:
            return None
        return min(text.until for text in self.due if text.until)


def required(
    courses: Collection[Course], *, at: datetime | None = None
) -> dict[int, tuple[Version, ...]]:
    """What has to be pledged to in each of `courses` at `at` (default: now), by primary key.

    The platform's texts come first, then the institution's, then the course's own. Without their
    bodies. One query.
    """
    institutions = {course.institution_id for course in courses}
    found = (
        in_force(at)
        .filter(
            Q(document__institution__isnull=True)
            | Q(document__institution__in=institutions, document__course__isnull=True)
            | Q(document__course__in=[course.pk for course in courses]),
            document__needs_pledge=True,
        )
        .defer("body")
    )
    versions = sorted(
        found,
        key=lambda item: (item.document.institution_id is not None, item.document.course_id or 0),
    )
    return {
        course.pk: tuple(item for item in versions if applies(item.document, course))
        for course in courses
    }


def applies(document: Document, course: Course) -> bool:
    """Whether the document holds in the course: the platform's, its institution's or its own."""
    if document.course_id is not None:
        return document.course_id == course.pk
    return document.institution_id in (None, course.institution_id)


def standings(
    enrolments: Collection[Enrolment], *, at: datetime | None = None
) -> dict[int, Standing]:
    """How far each of `enrolments`, whose courses are loaded, is at `at` (default: now).

    By the primary key of the enrolment. Two queries, whatever their number; one where nothing has
    to be pledged to.
    """
    at = at or clock.now()
    courses = {row.course_id: row.course for row in enrolments}
    wanted = required(list(courses.values()), at=at) if courses else {}
    documents = {item.document_id for versions in wanted.values() for item in versions}
    made: dict[tuple[int, int, int], list[Pledge]] = defaultdict(list)
    if documents:
        rows = (
            Pledge.objects.filter(
                learner__in={row.learner_id for row in enrolments},
                course__in=courses,
                version__document__in=documents,
                made_at__lte=at,
            )
            .select_related("version__document")
            .defer("version__body")
            .order_by("version__number")
        )
        for row in rows:
            made[row.learner_id, row.course_id, row.version.document_id].append(row)
    return {
        row.pk: Standing(
            row.course,
            tuple(
                _text(version, made[row.learner_id, row.course_id, version.document_id], at)
                for version in wanted[row.course_id]
            ),
        )
        for row in enrolments
    }


def _text(version: Version, made: list[Pledge], at: datetime) -> Text:
    own = [pledge for pledge in made if pledge.version_id == version.pk]
    before = [pledge for pledge in made if pledge.version.number < version.number]
    return Text(version, own[0] if own else None, before[-1] if before else None, at)


def standing(enrolment: Enrolment, *, at: datetime | None = None) -> Standing:
    """How far one enrolment is; see `standings`."""
    return standings([enrolment], at=at)[enrolment.pk]


# Who may be asked


def places(user: User) -> QuerySet[Enrolment]:
    """The enrolments in which the user may be asked to pledge: active ones in courses that no
    decision removed them from. With their courses, by title."""
    return (
        Enrolment.objects.filter(
            learner=user,
            status=EnrolmentStatus.ACTIVE,
            course__in=rules.courses_of(user),
        )
        .select_related("course__institution")
        .order_by("course__title", "course_id")
    )


def place(user: User, slug: str) -> Enrolment:
    """The user's own enrolment in a course. Raises `NotFound` for people who do not learn there."""
    found = places(user).filter(course__slug=slug).first()
    if found is None:
        raise NotFound
    return found


# Who has and who has not


def asked(version: Version, course: Course | None = None) -> QuerySet[Enrolment]:
    """The enrolments in which `version` is to be pledged to; with `course` only those in it.

    Active ones, in courses where its document applies, of people who can sign in and whom no
    decision removed from the course.
    """
    document = version.document
    removed = active_effects().filter(kind=EffectKind.REMOVED_FROM_COURSE, enrolment=OuterRef("pk"))
    rows = Enrolment.objects.filter(
        ~Exists(removed), status=EnrolmentStatus.ACTIVE, learner__is_active=True
    )
    if document.course_id is not None:
        rows = rows.filter(course=document.course_id)
    elif document.institution_id is not None:
        rows = rows.filter(course__institution=document.institution_id)
    return rows if course is None else rows.filter(course=course)


def pledged(version: Version) -> Exists:
    """For a query of enrolments: whether this version was pledged to there."""
    return Exists(
        Pledge.objects.filter(
            version=version, course=OuterRef("course"), learner=OuterRef("learner")
        )
    )


def pledged_before(version: Version) -> Exists:
    """For a query of enrolments: whether an earlier version was pledged to there."""
    return Exists(
        Pledge.objects.filter(
            version__document=version.document_id,
            version__number__lt=version.number,
            course=OuterRef("course"),
            learner=OuterRef("learner"),
        )
    )


def not_pledged(version: Version, course: Course | None = None) -> QuerySet[Enrolment]:
    """The enrolments of `asked` without a pledge to `version`, in grace or not: whom to remind."""
    return asked(version, course).filter(~pledged(version))
