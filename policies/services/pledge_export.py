"""The list of pledges as a file, streamed: a portion of it is in memory at a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from integrity.accounts.models import User
from integrity.audit import services as audit
from integrity.core import spreadsheets
from integrity.courses.models import Course
from policies import pledge_lists
from policies.models import Version
from policies.pledge_lists import Row

COLUMNS = (
    "person",
    "name",
    "course",
    "institution",
    "document",
    "version",
    "state",
    "pledged_at",
    "pledged_before",
    "grace_until",
)


def export(
    *, actor: User, version: Version, course: Course | None, state: str = ""
) -> Iterator[str]:
    """Who has pledged to `version` and who has not, as the text of a CSV file.

    In `course`, which the actor has to watch, or in every course they watch; instants are in UTC,
    `person` is the identifier of the account. That it was exported is recorded first.
    """
    institution = course.institution if course else version.document.institution
    with audit.transaction():
        audit.record(
            "pledge.list_exported",
            actor=audit.Actor.user(actor.public_id, role=_role(actor)),
            subject=("policy", f"{version.document.slug}/v{version.number}"),
            institution=institution.slug if institution else "",
            data={
                "document": version.document.slug,
                "number": version.number,
                "course": course.slug if course else "",
                "state": state,
            },
        )
    rows = pledge_lists.every_row(actor, version, course, state=state)
    return spreadsheets.as_csv(COLUMNS, (_cells(version, row) for row in rows))


def _role(actor: User) -> str:
    return "administrator" if actor.is_staff else "teacher"


def _cells(version: Version, row: Row) -> list[object]:
    course = row.enrolment.course
    return [
        row.enrolment.learner.public_id,
        row.enrolment.learner.display_name,
        course.slug,
        course.institution.slug,
        version.document.slug,
        version.number,
        row.state.value,
        _instant(row.made_at),
        row.before or "",
        _instant(row.until),
    ]


def _instant(at: datetime | None) -> str:
    return at.isoformat() if at else ""
