"""Restrictions and roles begin and end here, inside the caller's audit transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q

from integrity.accounts.enums import RestrictionKind
from integrity.accounts.models import Restriction, RoleGrant, User
from integrity.audit import services as audit
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
    """Lift the restriction that `source` caused; False when none stands or it has ended already."""
    at = at or clock.now()
    open_ = Restriction.objects.filter(source=source, lifted_at__isnull=True)
    stood = open_.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at)).exists()
    open_.update(lifted_at=at)
    return stood


def note_granted(*, grant: RoleGrant, actor: User) -> None:
    """Record that `actor` granted a role that has just been saved."""
    _note("role.granted", grant, actor)


def end_role(*, grant: RoleGrant, actor: User, at: datetime | None = None) -> bool:
    """End a role, now or `at`, and record it. False when it has an end already."""
    if grant.ended_at is not None:
        return False
    grant.ended_at = at or clock.now()
    grant.save(update_fields=["ended_at"])
    _note("role.ended", grant, actor)
    return True


def _note(action: str, grant: RoleGrant, actor: User) -> None:
    audit.record(
        action,
        actor=audit.Actor.user(actor.public_id, role="administrator"),
        subject=("role", grant.pk),
        institution=grant.institution.slug if grant.institution else "",
        data={"role": grant.role},
        personal={"person": grant.user.public_id},
    )


def note_person(*, person: User, actor: User, fields: Sequence[str], new: bool) -> None:
    """Record that `actor` made or changed a person; the names of the fields, never their values."""
    audit.record(
        "person.added" if new else "person.changed",
        actor=audit.Actor.user(actor.public_id, role="administrator"),
        subject=("person", "administration"),
        data={"fields": sorted(fields)},
        personal={"person": person.public_id},
    )
