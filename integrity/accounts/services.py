"""Restrictions are put on people and lifted here, inside the caller's audit transaction."""

from __future__ import annotations

from datetime import datetime

from integrity.accounts.enums import RestrictionKind
from integrity.accounts.models import Restriction, User
from integrity.core import clock


def restrict(
    *, user: User, kind: str, source: str, starts_at: datetime, ends_at: datetime | None
) -> Restriction:
    """Put a restriction on `user`; the same `source` twice is one restriction.

    The caller records the event: it knows the case.
    """
    restriction, _created = Restriction.objects.get_or_create(
        source=source,
        defaults={
            "user": user,
            "kind": RestrictionKind(kind),
            "starts_at": starts_at,
            "ends_at": ends_at,
        },
    )
    return restriction


def lift(*, source: str, at: datetime | None = None) -> bool:
    """Lift the restriction that `source` caused. False when there is none or it was lifted before."""
    return bool(
        Restriction.objects.filter(source=source, lifted_at__isnull=True).update(
            lifted_at=at or clock.now()
        )
    )
