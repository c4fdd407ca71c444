"""What the desk adds to the pages every app shares: its menu and its search box."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from cases.rules import for_the_platform
from cases.selectors.appeals import waiting
from cases.selectors.dialogue import reviews_waiting
from cases.selectors.identity import waiting_rows as requests_for
from integrity.accounts.enums import Role
from integrity.accounts.rules import STAFF_OF_CASES, has_role
from integrity.web import navigation


def _staff(user: Any) -> bool:
    return has_role(user, *STAFF_OF_CASES)


def _readers(user: Any) -> bool:
    return has_role(user, *STAFF_OF_CASES, Role.AUDITOR)


def _appeals(user: Any) -> QuerySet[Any, Any] | None:
    """Appeals and reviews that wait for this very officer; nothing for others."""
    if not has_role(user, Role.OFFICER):
        return None
    reviews = reviews_waiting(user).order_by().values("pk")
    return waiting(user).order_by().values("pk").union(reviews, all=True)


for _item in (
    navigation.Item(
        key="desk",
        label=_("Desk"),
        url_name="desk:dashboard",
        place="main",
        order=5,
        shown_to=_readers,
    ),
    navigation.Item(
        key="desk-today",
        label=_("Today"),
        url_name="desk:dashboard",
        place="desk",
        order=10,
        exact=True,
        shown_to=_staff,
    ),
    navigation.Item(
        key="desk-queue",
        label=_("Queue"),
        url_name="desk:queue",
        place="desk",
        order=20,
        shown_to=_readers,
    ),
    navigation.Item(
        key="desk-sanctions",
        label=_("Sanctions"),
        url_name="desk:sanctions",
        place="desk",
        order=30,
        shown_to=_readers,
    ),
    navigation.Item(
        key="desk-appeals",
        label=_("Appeals"),
        url_name="desk:appeals",
        place="desk",
        order=40,
        shown_to=_readers,
        counted=_appeals,
    ),
    navigation.Item(
        key="desk-identity",
        label=_("Names"),
        url_name="desk:identity",
        place="desk",
        order=42,
        shown_to=lambda user: has_role(user, Role.OFFICER),
        counted=requests_for,
    ),
    navigation.Item(
        key="desk-case-reports",
        label=_("Case reports"),
        url_name="desk:case_reports",
        place="desk",
        order=45,
        shown_to=for_the_platform,
    ),
    navigation.Item(
        key="desk-accounts",
        label=_("Accounts"),
        url_name="desk:accounts",
        place="desk",
        order=55,
        shown_to=_staff,
    ),
    navigation.Item(
        key="desk-letters",
        label=_("Letters"),
        url_name="desk:letters",
        place="desk",
        order=50,
        shown_to=_readers,
    ),
):
    navigation.register(_item)

navigation.register_search(
    navigation.Search(
        url_name="desk:queue",
        label=_("Search cases"),
        placeholder=_("Search cases, courses, text"),
        shown_to=_readers,
    )
)
