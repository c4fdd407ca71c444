"""Institutions, courses and the learning record of the demo; made once, found afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from cases.demo import people
from integrity.accounts.enums import Role
from integrity.accounts.models import User
from integrity.audit import services as audit
from integrity.core import clock
from integrity.courses.enums import PostPlace, ProductKind
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
from policies.services.demo import load_demo_policies


@dataclass(frozen=True)
class CourseSpec:
    """A demo course with its assignments: title and share of the result in per cent."""

    code: str
    slug: str
    title: str
    institution: str
    product: ProductKind
    programme: str
    assignments: tuple[tuple[str, int], ...]


COURSES = (
    CourseSpec(
        "DS-204",
        "data-ethics",
        "Data Ethics",
        "meridian",
        ProductKind.PROFESSIONAL_CERTIFICATE,
        "Working with data",
        (("Essay 1", 20), ("Essay 2", 45), ("Peer discussion", 10), ("Final project", 25)),
    ),
    CourseSpec(
        "CS-150",
        "programming",
        "Programming, first steps",
        "meridian",
        ProductKind.COURSE,
        "",
        (("Lab 1", 20), ("Lab 4", 30), ("Final exam", 50)),
    ),
    CourseSpec(
        "HIS-220",
        "sources-in-history",
        "Sources in History",
        "meridian",
        ProductKind.SPECIALIZATION,
        "Reading the past",
        (("Source review", 40), ("Term paper", 60)),
    ),
    CourseSpec(
        "LAW-310",
        "contracts",
        "Contracts and Obligations",
        people.NORTHBRIDGE,
        ProductKind.DEGREE,
        "Bachelor of Laws",
        (("Case note", 30), ("Essay 1", 70)),
    ),
)


def institution(slug: str, name: str, zone: str, *, platform: bool = False) -> Institution:
    found, _created = Institution.objects.get_or_create(
        slug=slug,
        defaults={
            "name": name,
            "time_zone": zone,
            "is_platform": platform,
            "contact_email": f"integrity@{slug}.example.edu",
        },
    )
    for day, label in ((date(2026, 12, 25), "25 December"), (date(2027, 1, 1), "1 January")):
        Holiday.objects.get_or_create(institution=found, day=day, defaults={"name": label})
    return found


def build() -> dict[str, User]:
    """Everything but reports and cases; returns the people by the part before the @."""
    institution("meridian", "Meridian Learning", "Europe/Madrid", platform=True)
    institution(people.NORTHBRIDGE, "Northbridge College", "Europe/London")
    everybody = {
        account.email.split("@")[0]: people.make(account)
        for account in people.ACCOUNTS + people.OTHERS
    }
    load_demo_policies(audit.Actor.user(everybody["admin"].public_id, role=Role.ADMINISTRATOR))
    for spec in COURSES:
        _course(spec, everybody)
    return everybody


def _course(spec: CourseSpec, everybody: dict[str, User]) -> None:
    owner = Institution.objects.get(slug=spec.institution)
    programme = None
    if spec.programme:
        programme, _created = Programme.objects.get_or_create(
            slug=f"{spec.slug}-programme",
            defaults={
                "institution": owner,
                "title": spec.programme,
                "product_kind": spec.product,
            },
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
    for position, (title, weight) in enumerate(spec.assignments, 1):
        Assignment.objects.get_or_create(
            course=course,
            title=title,
            defaults={
                "weight": Decimal(weight),
                "position": position,
                "instructions": (
                    "Write in your own words and name every source. You may talk about the task "
                    "with others; what you hand in is yours alone."
                ),
            },
        )
    teachers = ["teacher"] if spec.code in ("DS-204", "HIS-220") else ["moderator2"]
    for name in teachers:
        Teaching.objects.get_or_create(course=course, user=everybody[name])
    learners = [
        user
        for name, user in everybody.items()
        if name in ("learner", "accused", "reporter") or "." in name
    ]
    for user in learners:
        if user.email != "partner.officer@example.edu":
            Enrolment.objects.get_or_create(
                course=course,
                learner=user,
                defaults={"enrolled_at": clock.now() - timedelta(days=80)},
            )


def hand_in(
    *, learner: User, course: str, assignment: str, text: str, score: int, at: datetime
) -> Submission:
    """A submission of the demo; the same text by the same learner is handed in once."""
    task = Assignment.objects.get(course__slug=course, title=assignment)
    found, _created = Submission.objects.get_or_create(
        assignment=task,
        learner=learner,
        text=text,
        defaults={"score": Decimal(score), "submitted_at": at},
    )
    return found


def certify(*, learner: User, course: str, at: datetime) -> Certificate:
    """A certificate of the demo, issued once."""
    enrolment = Enrolment.objects.get(course__slug=course, learner=learner)
    found, _created = Certificate.objects.get_or_create(
        enrolment=enrolment, defaults={"issued_at": at}
    )
    return found


def post(*, author: User, course: str, body: str, at: datetime) -> Post:
    """A forum post of the demo, written once."""
    found, _created = Post.objects.get_or_create(
        course=Course.objects.get(slug=course),
        author=author,
        body=body,
        defaults={"place": PostPlace.FORUM, "created_at": at},
    )
    return found
