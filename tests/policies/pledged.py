"""Texts that are pledged to, and learners who have, for tests."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from integrity.courses.models import Course, Enrolment
from policies import pledging
from policies.models import Pledge, Version
from policies.services import pledges
from tests.courses import builders as make
from tests.policies.conftest import document, version


def text(
    since: str = "2026-01-01", body: str = "## One\n\nText.", pledge: str = "", **fields: Any
) -> Version:
    """A published version of a new document that learners pledge to."""
    return version(document(needs_pledge=True, **fields), since, body, pledge=pledge)


def after(before: Version, since: str, body: str = "## One\n\nOther.", **fields: Any) -> Version:
    """The next version of the same document."""
    return version(before.document, since, body, **fields)


def terms_of(course: Course, since: str = "2026-01-01") -> Version:
    """Additional terms of one course."""
    own = document(needs_pledge=True, course=course, institution=course.institution, kind="terms")
    return version(own, since)


def pledge(enrolment: Enrolment, *versions: Version) -> list[Pledge]:
    """Pledge to these versions, or to all that are in force; with the clock as it stands."""
    found = versions or tuple(item.version for item in pledging.standing(enrolment).texts)
    return pledges.make(
        actor=enrolment.learner,
        course=enrolment.course,
        versions={item.document.slug: item.number for item in found},
    )


def pledged(enrolment: Enrolment, to: Version, at: datetime | None = None) -> Pledge:
    """The bare row of a pledge."""
    more = {"made_at": at} if at else {}
    return Pledge.objects.create(
        learner=enrolment.learner, course=enrolment.course, version=to, **more
    )


def learner(course: Course | None = None, name: str = "Amara Okonjo") -> Enrolment:
    return make.enrol(course or make.course(), make.person(name))


def settle(*enrolments: Enrolment) -> None:
    """The bare rows of every pledge that is due: the courses are open, the history says nothing."""
    for enrolment in enrolments:
        for due in pledging.standing(enrolment).due:
            pledged(enrolment, due.version)
