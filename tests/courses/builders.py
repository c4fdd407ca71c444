"""Small learning records for tests. Every builder saves what it returns."""

from __future__ import annotations

import itertools
import uuid
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from integrity.accounts.enums import Role
from integrity.accounts.models import AccountMatch, RoleGrant, User
from integrity.courses.models import (
    Assignment,
    AssignmentTerms,
    Certificate,
    Channel,
    Course,
    DirectMessage,
    Enrolment,
    HeldRole,
    Institution,
    Post,
    Submission,
    Teaching,
)

HANDED_IN = datetime(2026, 10, 29, 16, 42, tzinfo=UTC)

_numbers = itertools.count(1)


def person(name: str = "Amara Okonjo", **fields: Any) -> User:
    """An active person without a role: everybody is a learner."""
    number = next(_numbers)
    return User.objects.create_user(
        email=fields.pop("email", f"person{number}@example.edu"),
        password=fields.pop("password", "a-long-password"),
        display_name=name,
        **fields,
    )


def grant(user: User, role: Role, institution: Institution | None = None) -> RoleGrant:
    """Give a role; without an institution it is platform-wide."""
    user.forget_roles()
    return RoleGrant.objects.create(user=user, role=role, institution=institution)


def pair(one: User, other: User, **fields: Any) -> AccountMatch:
    """Two accounts that may be one person's, found by their names."""
    older, newer = sorted((one, other), key=lambda user: user.pk)
    fields = {"reasons": ["institution", "name"]} | fields
    return AccountMatch.objects.create(older=older, newer=newer, **fields)


def institution(**fields: Any) -> Institution:
    number = next(_numbers)
    return Institution.objects.create(
        **{"slug": f"college-{number}", "name": f"College {number}", **fields}
    )


def course(**fields: Any) -> Course:
    number = next(_numbers)
    if "institution" not in fields:
        fields["institution"] = institution()
    return Course.objects.create(
        **{
            "slug": f"data-ethics-{number}",
            "code": f"DS-{number}",
            "title": "Data Ethics",
            **fields,
        }
    )


def teach(in_course: Course, user: User | None = None) -> User:
    user = user or person("Ruth Adler")
    Teaching.objects.create(course=in_course, user=user)
    return user


def enrol(in_course: Course, learner: User | None = None, **fields: Any) -> Enrolment:
    return Enrolment.objects.create(course=in_course, learner=learner or person(), **fields)


def assignment(in_course: Course, **fields: Any) -> Assignment:
    return Assignment.objects.create(
        course=in_course,
        **{"title": "Essay 2", "weight": Decimal(100), "instructions": "Write.", **fields},
    )


def submission(of: Assignment, learner: User, **fields: Any) -> Submission:
    return Submission.objects.create(
        assignment=of,
        learner=learner,
        **{
            "title": "Consent after the fact",
            "text": "Consent is more than a tick in a box.",
            "score": Decimal(80),
            "submitted_at": HANDED_IN,
            **fields,
        },
    )


def certificate(enrolment: Enrolment) -> Certificate:
    return Certificate.objects.create(enrolment=enrolment, issued_at=HANDED_IN)


def post(in_course: Course | None, author: User, **fields: Any) -> Post:
    return Post.objects.create(
        course=in_course,
        author=author,
        **{"body": "Has anybody read chapter four?", "created_at": HANDED_IN, **fields},
    )


def channel(in_course: Course, name: str = "Study group", **fields: Any) -> Channel:
    return Channel.objects.create(course=in_course, name=name, **fields)


def role(in_course: Course, user: User | None = None, role: str = "mentor") -> HeldRole:
    """Somebody (default: a new person) who is mentor, unless told otherwise."""
    return HeldRole.objects.create(
        course=in_course, user=user or person("Mira Mentor"), role=role, since=HANDED_IN
    )


def message(sender: User, recipient: User, **fields: Any) -> DirectMessage:
    return DirectMessage.objects.create(
        sender=sender,
        recipient=recipient,
        **{"body": "Did you hear?", "sent_at": HANDED_IN, "form_key": uuid.uuid4().hex, **fields},
    )


def terms(of: Assignment, **fields: Any) -> AssignmentTerms:
    """Working with others is allowed and nothing else is said, unless told otherwise."""
    return AssignmentTerms.objects.create(
        assignment=of,
        **{
            "collaboration": "allowed",
            "set_at": HANDED_IN,
            "form_key": uuid.uuid4().hex,
            **fields,
        },
    )
