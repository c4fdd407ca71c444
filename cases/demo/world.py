"""Institutions, courses and the learning record of the demo; made once, found afterwards."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from cases.demo import people
from cases.demo.courses import COURSES, MERIDIAN, CourseSpec
from integrity.accounts.enums import Role
from integrity.accounts.models import User
from integrity.audit import services as audit
from integrity.core import clock
from integrity.courses.enums import PostPlace
from integrity.courses.models import (
    Assignment,
    Certificate,
    Course,
    Enrolment,
    Holiday,
    Institution,
    Post,
    Programme,
    Submission,
    Teaching,
)
from policies import pledging
from policies.services import pledges
from policies.services.demo import load_demo_policies

# So long before everything else the policies are published: learners pledge to them when they come.
EVE = timedelta(days=45)

# Days on which an institution is closed, every year: month, day, name.
CLOSED: dict[str, tuple[tuple[int, int, str], ...]] = {
    MERIDIAN: (
        (1, 1, "1 January"),
        (1, 6, "6 January"),
        (5, 1, "1 May"),
        (10, 12, "12 October"),
        (12, 8, "8 December"),
        (12, 25, "25 December"),
    ),
    people.NORTHBRIDGE: (
        (1, 1, "1 January"),
        (3, 1, "Founders' day"),
        (12, 25, "25 December"),
        (12, 26, "26 December"),
    ),
    people.AURORA: (
        (1, 1, "1 de enero"),
        (5, 1, "1 de mayo"),
        (7, 20, "20 de julio"),
        (8, 7, "7 de agosto"),
        (12, 8, "8 de diciembre"),
        (12, 25, "25 de diciembre"),
    ),
}


def institution(slug: str, name: str, zone: str, *, platform: bool = False) -> Institution:
    """An institution of the demo with the days it is closed, last year to next year."""
    found, _created = Institution.objects.get_or_create(
        slug=slug,
        defaults={
            "name": name,
            "time_zone": zone,
            "is_platform": platform,
            "contact_email": f"integrity@{slug}.example.edu",
        },
    )
    this_year = clock.now().year
    for year in (this_year - 1, this_year, this_year + 1, this_year + 2):
        for month, day, label in CLOSED[slug]:
            Holiday.objects.get_or_create(
                institution=found, day=date(year, month, day), defaults={"name": label}
            )
    return found


def build() -> dict[str, User]:
    """Everything but reports and cases; returns the people by the part before the @."""
    institution(MERIDIAN, "Meridian Learning", "Europe/Madrid", platform=True)
    institution(people.NORTHBRIDGE, "Northbridge College", "Europe/London")
    institution(people.AURORA, "Instituto Politécnico Aurora", "America/Bogota")
    everybody = {
        account.key: people.make(account)
        for account in people.ACCOUNTS + people.COLLEAGUES + people.OTHERS
    }
    with clock.frozen(clock.now() - EVE):
        load_demo_policies(audit.Actor.user(everybody["admin"].public_id, role=Role.ADMINISTRATOR))
    enrolled = []
    for position, spec in enumerate(COURSES):
        enrolled += _course(spec, everybody, position)
    _pledge_all(enrolled)
    return everybody


def _pledge_all(enrolled: list[Enrolment]) -> None:
    """Everybody pledges some hours after they came, told in the order of time."""
    told = sorted(
        enrolled, key=lambda row: (row.enrolled_at + timedelta(hours=row.pk % 40), row.pk)
    )
    pledges.make_past(
        [(row, row.enrolled_at + timedelta(hours=row.pk % 40, minutes=7)) for row in told]
    )


def pledge(enrolment: Enrolment) -> None:
    """Pledge to everything that holds in the course now."""
    versions = {
        item.document.slug: item.number
        for item in pledging.required([enrolment.course])[enrolment.course_id]
    }
    pledges.make(actor=enrolment.learner, course=enrolment.course, versions=versions)


def _course(spec: CourseSpec, everybody: dict[str, User], position: int) -> list[Enrolment]:
    """The course; returns the enrolments made with it."""
    owner = Institution.objects.get(slug=spec.institution)
    programme = None
    if spec.programme:
        # Courses of one programme follow each other: the first one names it.
        programme = Programme.objects.filter(institution=owner, title=spec.programme).first()
        programme = programme or Programme.objects.create(
            slug=f"{spec.slug}-programme",
            institution=owner,
            title=spec.programme,
            product_kind=spec.product,
        )
    course, _created = Course.objects.get_or_create(
        slug=spec.slug,
        defaults={
            "institution": owner,
            "programme": programme,
            "code": spec.code,
            "title": spec.title,
            "pass_mark": Decimal(60),
        },
    )
    for number, (title, weight) in enumerate(spec.assignments, 1):
        Assignment.objects.get_or_create(
            course=course,
            title=title,
            defaults={
                "weight": Decimal(weight),
                "position": number,
                "instructions": (
                    "Write in your own words and name every source. You may talk about the task "
                    "with others; what you hand in is yours alone."
                ),
            },
        )
    for name in spec.teachers:
        Teaching.objects.get_or_create(course=course, user=everybody[name])
    if Enrolment.objects.filter(course=course).exists():
        return []
    # The first four courses have everybody; of the others each learner has some.
    return Enrolment.objects.bulk_create(
        Enrolment(
            course=course,
            learner=everybody[name],
            enrolled_at=clock.now() - timedelta(days=10 + (seat * 7 + position * 3) % 30),
        )
        for seat, name in enumerate(people.learners())
        if spec.slug in ("data-ethics", "programming", "sources-in-history")
        or (name in ("learner", "reporter") and spec.slug in ("contracts", "writing"))
        or (seat * 5 + position * 3) % 7 < 3
    )


def enrol(learner: User, course: Course) -> Enrolment:
    """The learner's place in the course; made where there is none."""
    found, _created = Enrolment.objects.get_or_create(course=course, learner=learner)
    return found


def hand_in(
    *, learner: User, course: str, assignment: str, text: str, score: int | None, at: datetime
) -> Submission:
    """A submission of the demo; the same text by the same learner is handed in once."""
    task = Assignment.objects.select_related("course").get(course__slug=course, title=assignment)
    enrol(learner, task.course)
    found, _created = Submission.objects.get_or_create(
        assignment=task,
        learner=learner,
        text=text,
        defaults={"score": None if score is None else Decimal(score), "submitted_at": at},
    )
    return found


def certify(*, learner: User, course: str, at: datetime) -> Certificate:
    """A certificate of the demo, issued once."""
    enrolment = enrol(learner, Course.objects.get(slug=course))
    found, _created = Certificate.objects.get_or_create(
        enrolment=enrolment, defaults={"issued_at": at}
    )
    return found


def post(*, author: User, course: str, body: str, at: datetime) -> Post:
    """A forum post of the demo, written once."""
    place_of = Course.objects.get(slug=course)
    enrol(author, place_of)
    found, _created = Post.objects.get_or_create(
        course=place_of,
        author=author,
        body=body,
        defaults={"place": PostPlace.FORUM, "created_at": at},
    )
    return found
