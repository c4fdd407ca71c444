"""Reads about people."""

from __future__ import annotations

from datetime import datetime

from allauth.account.models import EmailAddress
from django.db.models import F, Q

from integrity.accounts.models import Restriction, User
from integrity.accounts.rules import same_person
from integrity.core import clock


def active_restriction(user: User, *, at: datetime | None = None) -> Restriction | None:
    """The restriction in force on `user` at `at` (default: now), an expulsion before a suspension.

    Of several suspensions the one that lasts longest. Decided on read, to the second: it begins at
    `starts_at` and is over at `ends_at`. One on an account that was closed into this one counts.
    """
    at = at or clock.now()
    rows = Restriction.objects.filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=at),
        same_person(user, "user"),
        lifted_at__isnull=True,
        starts_at__lte=at,
    ).order_by("kind", F("ends_at").desc(nulls_first=True))
    return rows.first()


def find_by_email(email: str) -> User | None:
    """The active user with this address, whatever its case.

    The address of a closed account leads to the account its person kept.
    """
    found = (
        User.objects.filter(email=email.strip().lower())
        .filter(Q(is_active=True) | Q(closed_into__is_active=True))
        .select_related("closed_into")
        .first()
    )
    return found if found is None or found.closed_into is None else found.closed_into


def confirmed_addresses(user: User) -> list[str]:
    """The addresses, in lower case, of which the user has shown that they receive their mail.

    Those of accounts closed into theirs too: the code that closed one went there.
    """
    rows = EmailAddress.objects.filter(same_person(user, "user"), verified=True)
    rows = rows.values_list("email", flat=True)
    return [email.lower() for email in rows]


def closed_accounts(user: User) -> list[User]:
    """The accounts that were closed into this one; no query for somebody who closed none."""
    return list(User.objects.filter(closed_into=user).order_by("pk")) if user.former_ids else []
