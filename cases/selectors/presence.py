"""Who else has a case open."""

from __future__ import annotations

from dataclasses import dataclass

from cases import rules
from cases.models import Case, Presence
from cases.services.presence import HERE
from integrity.accounts.models import User
from integrity.core import clock


@dataclass(frozen=True, slots=True)
class Other:
    """A colleague who has the case open; `writing`: on a page that changes something."""

    name: str
    writing: bool


def others(user: User, case: Case) -> list[Other]:
    """Who else has the case open, by name; the caller has made sure that the user reads it.

    One query while the user is alone. Whoever was shut out since they came is not told.
    """
    rows = (
        Presence.objects.filter(case_id=case.pk, seen_at__gt=clock.now() - HERE)
        .exclude(user=user)
        .select_related("user")
        .order_by("user__display_name", "user_id")
    )
    return [
        Other(row.user.display_name, row.writing)
        for row in rows
        if rules.access(row.user, case) >= rules.Access.READ
    ]
