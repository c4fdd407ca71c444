"""Who looks after which policy: administrators, within the scope of their role."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import QuerySet

from integrity.accounts.enums import Role
from integrity.accounts.models import User
from integrity.accounts.rules import has_role, scope
from integrity.courses.models import Course
from policies.models import Document

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


def manages(user: User | AnonymousUser, document: Document) -> bool:
    """Whether `user` looks after `document`: a platform's administrator after every one, an
    institution's after those of that institution."""
    return has_role(
        user, Role.ADMINISTRATOR, institution_id=document.institution_id or 0, anywhere=False
    )


def may_remind(user: User | AnonymousUser, document: Document, course: Course | None) -> bool:
    """Whether `user` may have everybody reminded who has not pledged to `document`: who looks after
    it, and in one course its teacher and who looks after its institution."""
    if manages(user, document):
        return True
    if course is None or not user.is_authenticated:
        return False
    inside = has_role(
        user, Role.ADMINISTRATOR, institution_id=course.institution_id, anywhere=False
    )
    return inside or course.teachings.filter(user=user).exists()


def managed(user: User | AnonymousUser) -> QuerySet[Document]:
    """The documents `user` looks after, with institution and course."""
    found = Document.objects.select_related("institution", "course")
    inside = scope(user, Role.ADMINISTRATOR)
    return found if inside is None else found.filter(institution__in=inside)
