"""Who looks after which policy: administrators, within the scope of their role."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import QuerySet

from integrity.accounts.enums import Role
from integrity.accounts.models import User
from integrity.accounts.rules import has_role, scope
from policies.models import Document

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


def manages(user: User | AnonymousUser, document: Document) -> bool:
    """Whether `user` looks after `document`: a platform's administrator after every one, an
    institution's after those of that institution."""
    return has_role(
        user, Role.ADMINISTRATOR, institution_id=document.institution_id or 0, anywhere=False
    )


def managed(user: User | AnonymousUser) -> QuerySet[Document]:
    """The documents `user` looks after, with institution and course."""
    found = Document.objects.select_related("institution", "course")
    inside = scope(user, Role.ADMINISTRATOR)
    return found if inside is None else found.filter(institution__in=inside)
