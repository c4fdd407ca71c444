"""People and rules that cases to measure with are made from; read once, kept in memory."""

from __future__ import annotations

import random
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.auth.hashers import make_password

from cases.demo import world
from cases.demo.courses import COURSES
from cases.demo.scale_rows import insert
from cases.enums import CaseKind
from cases.governing import DOCUMENTS, VIOLATIONS
from cases.selectors.report import office_for
from integrity.accounts.enums import Role
from integrity.accounts.models import RoleGrant, User
from integrity.core import clock
from integrity.courses.models import Assignment, Course, Enrolment, Institution
from integrity.courses.selectors import holidays
from notifications import recipients
from policies import selectors
from policies.models import Consequence, Version, ViolationType
from policies.precedence import Texts

# Days before now at which the world of the cases begins.
BEGINS = 800

FIRST = (
    *("Amina", "Bjørn", "Chiara", "Dmitri", "Esi", "Farid", "Giulia", "Hana", "Ilse", "João"),
    *("Kenji", "Lucía", "Mehmet", "Nora", "Oluwaseun", "Paweł", "Qing", "Rania", "Søren", "Thị"),
    *("Ursula", "Věra", "Wanjiru", "Xochitl", "Yusuf", "Zoë", "علي", "梅", "Ольга", "अनिता"),
)
LAST = (
    *("Abara", "Björk", "Castaño", "D’Amico", "Eze", "Farouk", "García Márquez", "Haddad"),
    *("Ivanova", "Jørgensen", "Kowalska", "Lefèvre", "Müller-Lüdenscheidt", "Nguyễn", "Okafor"),
    *("Pérez", "Quispe", "Raman", "Şahin", "Tanaka", "Ueda", "Villaseñor", "Wilk", "Yılmaz", "王"),
)


@dataclass(frozen=True)
class Person:
    """Somebody, with the references and sealed values that stand for them, made once."""

    user: User
    reporter_ref: str
    recipient_ref: str
    recipient_sealed: bytes

    @classmethod
    def of(cls, user: User) -> Person:
        address = recipients.Recipient.user(user)
        return cls(user, recipients.reporter_ref(user), address.ref, address.seal())


@dataclass(frozen=True)
class Office:
    """An institution that decides cases: its people, its calendar, its windows."""

    institution: Institution
    holidays: Collection[date]
    moderators: tuple[User, ...]
    officers: tuple[User, ...]


@dataclass(frozen=True)
class Place:
    """A course where cases come from, with what governs there."""

    course: Course
    office: Office
    assignments: tuple[Assignment, ...]
    # By kind of case: what can be alleged, and what may follow.
    violations: dict[str, tuple[ViolationType, ...]]
    consequences: dict[int, dict[str, Consequence]]
    texts: dict[str, Texts]
    # What the course leads to.
    product: str


@dataclass(frozen=True)
class Stock:
    """Everything cases are made from."""

    places: tuple[Place, ...]
    people: tuple[Person, ...]
    versions: dict[int, Version]


def stock(rng: random.Random, *, learners: int, cases: int) -> Stock:
    """Learners and staff made for `cases` cases, and the demo's institutions and courses."""
    # As long ago as nothing here happened: the history is written in the order of time.
    with clock.frozen(clock.now() - timedelta(days=BEGINS)):
        demo = world.build()
    offset = User.objects.count()
    people = _people(rng, [f"scale-{offset + n}@example.edu" for n in range(learners)])
    teachers = {demo[name].pk for spec in COURSES for name in spec.teachers}
    offices: dict[int, Office] = {}
    places = []
    for course in Course.objects.filter(slug__in=[spec.slug for spec in COURSES]).select_related(
        "institution", "programme"
    ):
        owner = office_for(course)
        if owner.pk not in offices:
            offices[owner.pk] = _office(rng, owner, cases, offset, teachers)
        places.append(_place(course, offices[owner.pk]))
    _enrol(people, places)
    versions = {
        kind.version_id: kind.version
        for place in places
        for kinds in place.violations.values()
        for kind in kinds
    }
    return Stock(tuple(places), tuple(Person.of(user) for user in people), versions)


def _people(rng: random.Random, emails: list[str]) -> list[User]:
    # Nobody signs in as one of them: no password fits.
    locked = make_password(None)
    people = [
        User(
            public_id=identity(rng),
            email=email,
            password=locked,
            display_name=f"{rng.choice(FIRST)} {rng.choice(LAST)}",
            time_zone="Europe/Madrid",
            created_at=clock.now() - timedelta(days=BEGINS),
        )
        for email in emails
    ]
    for person in people:
        person.set_keys()
    insert(User, people)
    return people


def _office(
    rng: random.Random, owner: Institution, cases: int, offset: int, teachers: set[int]
) -> Office:
    """The desk of an institution: about one moderator for 400 cases, and half as many officers."""
    moderators = max(2, cases // (400 if owner.is_platform else 2_000))
    staff = _people(
        rng,
        [
            f"scale-{owner.slug}-{role}-{offset + n}@example.edu"
            for role, count in (
                (Role.MODERATOR, moderators),
                (Role.OFFICER, max(3, moderators // 2)),
            )
            for n in range(count)
        ],
    )
    RoleGrant.objects.bulk_create(
        RoleGrant(
            user=user,
            role=Role.MODERATOR if place < moderators else Role.OFFICER,
            institution=owner,
        )
        for place, user in enumerate(staff)
    )
    # The accounts one can sign in with have their share, unless they teach.
    known = (
        RoleGrant.objects.filter(
            user__email__endswith="@example.edu", institution=None, ended_at__isnull=True
        )
        .exclude(user__in=teachers)
        .select_related("user")
        .order_by("pk")
    )
    own = known if owner.is_platform else RoleGrant.objects.none()
    return Office(
        owner,
        frozenset(holidays(owner)),
        tuple([g.user for g in own if g.role == Role.MODERATOR] + staff[:moderators]),
        tuple([g.user for g in own if g.role == Role.OFFICER] + staff[moderators:]),
    )


def _place(course: Course, office: Office) -> Place:
    texts = {
        kind: selectors.texts_for(DOCUMENTS[kind], institution=course.institution, course=course)
        for kind in CaseKind
    }
    violations = {
        str(kind): tuple(row for row in found.violation_types() if row.kind == VIOLATIONS[kind])
        for kind, found in texts.items()
    }
    consequences: dict[int, dict[str, Consequence]] = {}
    for kind, found in texts.items():
        named = {row.code: row for row in found.consequences()}
        consequences |= {row.version_id: named for row in violations[kind]}
    found_texts = {str(kind): found for kind, found in texts.items()}
    return Place(
        course,
        office,
        tuple(course.assignments.all()),
        violations,
        consequences,
        found_texts,
        course.programme.product_kind if course.programme else "",
    )


def _enrol(people: list[User], places: list[Place]) -> None:
    """Everybody is in two courses, so that a case finds its learner there."""
    at = clock.now() - timedelta(days=BEGINS - 10)
    insert(
        Enrolment,
        [
            Enrolment(
                course=places[(seat + step) % len(places)].course, learner=user, enrolled_at=at
            )
            for seat, user in enumerate(people)
            for step in (0, 5)
        ],
    )


def identity(rng: random.Random) -> uuid.UUID:
    """A random id that the same seed gives again."""
    return uuid.UUID(int=rng.getrandbits(128), version=4)
