"""Who teaches a course is kept by administrators; the history tells who began and who ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integrity.audit import services as audit

if TYPE_CHECKING:
    from integrity.accounts.models import User
    from integrity.courses.models import Teaching


def note_teaching(*, teaching: Teaching, actor: User, ended: bool) -> None:
    """Record that `actor` made somebody a teacher of a course, or that they no longer are.

    It opens the work of the course, and the cases about it to whoever is none any more (QU5).
    """
    course = teaching.course
    audit.record(
        "course.teacher_removed" if ended else "course.teacher_added",
        actor=audit.Actor.user(actor.public_id, role="administrator"),
        subject=("course", course.slug),
        institution=course.institution.slug,
        data={"course": course.slug},
        personal={"person": teaching.user.public_id},
    )
