"""Who has pledged and who has not, for administrators in scope and for teachers of a course."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import (
    Count,
    Exists,
    Expression,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)

from integrity.accounts.enums import Role
from integrity.accounts.models import User
from integrity.accounts.rules import scope
from integrity.core import clock
from integrity.core.errors import NotFound
from integrity.courses.models import Course, Enrolment, Teaching
from policies import office, pledging
from policies.enums import MailingKind, PledgeState
from policies.models import Document, Mailing, Pledge, Version
from policies.selectors import governing_version, in_force, published

STATES = (PledgeState.WAITING, PledgeState.IN_GRACE, PledgeState.PLEDGED)
ROWS = 50
COURSES = 25
# Rows of an export that are in memory at once.
PORTION = 1_000


def watched(user: User) -> QuerySet[Course]:
    """The courses whose pledges the user may see: of an administrator those in scope, of a teacher
    their own."""
    inside = scope(user, Role.ADMINISTRATOR)
    if inside is None:
        return Course.objects.all()
    teaching = Teaching.objects.filter(user=user, course=OuterRef("pk"))
    return Course.objects.filter(Q(institution__in=inside) | Exists(teaching))


def _with_document(user: User, document: Document) -> QuerySet[Course]:
    found = watched(user)
    if document.course_id is not None:
        return found.filter(pk=document.course_id)
    if document.institution_id is not None:
        return found.filter(institution=document.institution_id)
    return found


def listed(user: User) -> list[Version]:
    """The versions in force of the texts that are pledged to in a course the user watches."""
    courses = watched(user)
    if not courses.exists():
        return []
    return list(
        in_force()
        .defer("body")
        .filter(
            Q(document__institution__isnull=True)
            | Q(
                document__course__isnull=True,
                document__institution__in=courses.values("institution"),
            )
            | Q(document__course__in=courses),
            document__needs_pledge=True,
        )
        .select_related("document__institution", "document__course")
    )


@dataclass(frozen=True)
class Counts:
    """How many learners are asked in a course, or in all of them, and how far they are."""

    asked: int = 0
    pledged: int = 0
    in_grace: int = 0

    @property
    def waiting(self) -> int:
        return self.asked - self.pledged - self.in_grace

    @property
    def to_remind(self) -> int:
        """Everybody without a pledge, those in grace too."""
        return self.asked - self.pledged


@dataclass(frozen=True)
class CourseCounts:
    course: Course
    counts: Counts


@dataclass(frozen=True)
class VersionPage:
    """One version, course by course. `everywhere`: the reader may remind all courses at once."""

    version: Version
    numbers: Sequence[int]
    current: bool
    courses: Sequence[CourseCounts]
    next: str
    first: bool
    everywhere: bool


@dataclass(frozen=True)
class Row:
    """One learner in one course: how far they are with one version."""

    enrolment: Enrolment
    state: PledgeState
    made_at: datetime | None
    before: int | None
    until: datetime | None

    @property
    def status(self) -> str:
        """Its name among `integrity.web.statuses`."""
        return f"pledge_{self.state}"


@dataclass(frozen=True)
class CoursePage:
    """One version in one course, learner by learner, who came last first."""

    version: Version
    course: Course
    counts: Counts
    rows: Sequence[Row]
    next: UUID | None
    first: bool
    may_remind: bool


def version_for(user: User, slug: str, number: int | None = None) -> Version:
    """A version of a text that is pledged to, the one in force by default.

    It has to have taken effect. Raises `NotFound` for people who watch no course where it applies.
    """
    document = Document.objects.filter(slug=slug, needs_pledge=True).first()
    if document is None or not _with_document(user, document).exists():
        raise NotFound
    if number is None:
        found = governing_version(document)
    else:
        found = (
            published()
            .filter(document=document, number=number, effective_at__lte=clock.now())
            .first()
        )
    if found is None:
        raise NotFound
    return found


def course_for(user: User, version: Version, slug: str) -> Course:
    """A course the user watches and where the version applies. Raises `NotFound` for others."""
    found = (
        _with_document(user, version.document)
        .filter(slug=slug)
        .select_related("institution")
        .first()
    )
    if found is None:
        raise NotFound
    return found


def may_remind(user: User, version: Version, course: Course | None) -> bool:
    """Whether the user may have everybody reminded who has not pledged to `version`, which has to
    be in force; see `office.may_remind`."""
    return governing_version(version.document) == version and office.may_remind(
        user, version.document, course
    )


def last_reminder(user: User, version: Version, course: Course | None = None) -> Mailing | None:
    """The reminder that was started last for this list, for people who may see how far it is."""
    found = (
        Mailing.objects.filter(kind=MailingKind.PLEDGE_REMINDER, version=version, course=course)
        .order_by("-started_at", "-pk")
        .first()
    )
    if found is None or not office.may_remind(user, version.document, course):
        return None
    return found


def version_page(
    user: User, slug: str, number: int | None = None, *, after: str = ""
) -> VersionPage:
    """Counts of a version, course by course. A constant number of queries."""
    version = version_for(user, slug, number)
    asked = pledging.asked(version)
    courses = (
        _with_document(user, version.document)
        .filter(Exists(asked.filter(course=OuterRef("pk"))))
        .select_related("institution")
        .order_by("title", "pk")
    )
    if after:
        # PostgreSQL takes no NUL in a text.
        place = courses.filter(slug=after).first() if after.isprintable() else None
        if place is None:
            raise NotFound
        courses = courses.filter(Q(title__gt=place.title) | Q(title=place.title, pk__gt=place.pk))
    found = list(courses[: COURSES + 1])
    more, found = len(found) > COURSES, found[:COURSES]
    counts = _counts(version, asked.filter(course__in=found))
    numbers = (
        published()
        .filter(document=version.document, effective_at__lte=clock.now())
        .order_by("-number")
        .values_list("number", flat=True)
    )
    return VersionPage(
        version=version,
        numbers=list(numbers),
        current=governing_version(version.document) == version,
        courses=[CourseCounts(item, counts.get(item.pk, Counts())) for item in found],
        next=found[-1].slug if more else "",
        first=not after,
        everywhere=may_remind(user, version, None),
    )


def _counts(version: Version, rows: QuerySet[Enrolment]) -> dict[int, Counts]:
    """By the primary key of the course. One query."""
    graceful = _in_grace(version)
    found = (
        rows.annotate(has=pledging.pledged(version), grace=graceful)
        .values("course")
        .annotate(
            asked=Count("pk"),
            having=Count("pk", filter=Q(has=True)),
            waits=Count("pk", filter=Q(has=False, grace=True)),
        )
        .order_by()
    )
    return {row["course"]: Counts(row["asked"], row["having"], row["waits"]) for row in found}


def _in_grace(version: Version) -> Exists | Value:
    """For a query of enrolments: whether the days given to pledge anew still run there."""
    if clock.now() < pledging.grace_until(version):
        return pledging.pledged_before(version)
    return Value(value=False)


def rows_of(
    version: Version, rows: QuerySet[Enrolment], *, state: str = "", words: str = ""
) -> QuerySet[Enrolment]:
    """Enrolments with `has`, `grace`, `made_at` and `before`; of one state, of a name."""
    own = Pledge.objects.filter(course=OuterRef("course"), learner=OuterRef("learner"))
    earlier = own.filter(
        version__document=version.document_id, version__number__lt=version.number
    ).order_by("-version__number")
    grace: Expression | Exists | Value = _in_grace(version)
    found = rows.annotate(
        has=pledging.pledged(version),
        grace=grace,
        made_at=Subquery(own.filter(version=version).values("made_at")[:1]),
        before=Subquery(earlier.values("version__number")[:1]),
    )
    if state == PledgeState.PLEDGED:
        found = found.filter(has=True)
    elif state == PledgeState.IN_GRACE:
        found = found.filter(has=False, grace=True)
    elif state == PledgeState.WAITING:
        found = found.filter(has=False, grace=False)
    if words:
        found = found.filter(learner__display_name__icontains=words)
    return found


def row_of(version: Version, enrolment: Enrolment) -> Row:
    """An enrolment of `rows_of` as a row."""
    has, grace = bool(enrolment.has), bool(enrolment.grace)  # type: ignore[attr-defined]
    state = PledgeState.PLEDGED if has else PledgeState.IN_GRACE if grace else PledgeState.WAITING
    return Row(
        enrolment=enrolment,
        state=state,
        made_at=enrolment.made_at,  # type: ignore[attr-defined]
        before=enrolment.before,  # type: ignore[attr-defined]
        until=pledging.grace_until(version) if state == PledgeState.IN_GRACE else None,
    )


@dataclass(frozen=True)
class Found:
    """Some rows, and the public id of the learner after whom the next ones begin."""

    rows: list[Row]
    next: UUID | None


def page_of(
    version: Version,
    course: Course,
    *,
    state: str = "",
    words: str = "",
    after: str = "",
    size: int = ROWS,
) -> Found:
    """Learners of a course from one place on, who came last first; two queries from any depth.

    Raises `NotFound` for a place that is none in this course.
    """
    rows = pledging.asked(version, course)
    ordered = (
        rows_of(version, rows, state=state, words=words)
        .select_related("learner", "course__institution")
        .order_by("-pk")
    )
    if after:
        ordered = ordered.filter(pk__lt=_place(course, after))
    found = [row_of(version, item) for item in ordered[: size + 1]]
    more, found = len(found) > size, found[:size]
    return Found(found, found[-1].enrolment.learner.public_id if more else None)


def _place(course: Course, after: str) -> int:
    try:
        found = Enrolment.objects.filter(course=course, learner__public_id=UUID(after))
    except ValueError as error:
        raise NotFound from error
    place = found.values_list("pk", flat=True).first()
    if place is None:
        raise NotFound
    return place


def course_page(
    user: User,
    slug: str,
    number: int | None,
    course_slug: str,
    *,
    state: str = "",
    words: str = "",
    after: str = "",
) -> CoursePage:
    """One version in one course, learner by learner. A constant number of queries."""
    version = version_for(user, slug, number)
    course = course_for(user, version, course_slug)
    found = page_of(version, course, state=state, words=words, after=after)
    counts = _counts(version, pledging.asked(version, course))
    return CoursePage(
        version=version,
        course=course,
        counts=counts.get(course.pk, Counts()),
        rows=found.rows,
        next=found.next,
        first=not after,
        may_remind=may_remind(user, version, course),
    )


def every_row(
    user: User, version: Version, course: Course | None, *, state: str = ""
) -> Iterator[Row]:
    """Every learner the user may see, in the order they came, a portion in memory at a time."""
    asked = pledging.asked(version, course)
    if course is None:
        asked = asked.filter(course__in=_with_document(user, version.document))
    rows = rows_of(version, asked, state=state)
    rows = rows.select_related("learner", "course__institution").order_by("pk")
    last = 0
    while True:
        portion = list(rows.filter(pk__gt=last)[:PORTION])
        for item in portion:
            yield row_of(version, item)
        if len(portion) < PORTION:
            return
        last = portion[-1].pk
