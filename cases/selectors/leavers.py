"""Cases that are with somebody who left: their role has ended, or their account (QU3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from cases import rules
from cases.enums import OPEN_STATUSES
from cases.models import Case
from integrity.accounts.models import RoleGrant, User
from integrity.accounts.rules import STAFF_OF_CASES
from integrity.core import clock
from integrity.core.errors import NotFound

# Cases of one person on one page, the most pressing first; the rest comes when these are moved.
LISTED = 200


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who has open cases. `left`: some of them are out of their reach."""

    user: User
    cases: int
    left: int


@dataclass(frozen=True)
class HolderPage:
    """The open cases of one person, and who can have at least one of them."""

    user: User
    left: bool
    cases: Sequence[Case]
    total: int
    colleagues: list[User]


def _open(user: User) -> QuerySet[Case]:
    """Open cases in the officer's reach that somebody has."""
    return rules.overseen(user).filter(status__in=OPEN_STATUSES, assignee__isnull=False)


def _still_there() -> Exists:
    """For cases: true while whoever has it works on cases where it belongs."""
    at = clock.now()
    return Exists(
        RoleGrant.objects.filter(
            Q(ended_at__isnull=True) | Q(ended_at__gt=at),
            Q(institution__isnull=True) | Q(institution=OuterRef("institution")),
            user=OuterRef("assignee"),
            user__is_active=True,
            role__in=STAFF_OF_CASES,
        )
    )


def waiting(user: User) -> int:
    """How many open cases in an officer's reach are with somebody who left: one query."""
    return _open(user).filter(~_still_there()).count()


def holders(user: User) -> list[Holder]:
    """Everybody with open cases in the officer's reach, those who left first: two queries."""
    counted = {
        row["assignee"]: (row["cases"], row["left"])
        for row in _open(user)
        .annotate(there=_still_there())
        .order_by()
        .values("assignee")
        .annotate(cases=Count("pk"), left=Count("pk", filter=Q(there=False)))
    }
    people = User.objects.filter(pk__in=counted)
    found = [Holder(person, *counted[person.pk]) for person in people]
    return sorted(found, key=lambda row: (not row.left, row.user.display_name.casefold()))


def holder_page(user: User, who: UUID) -> HolderPage:
    """The open cases of one person that the officer can give to others.

    Raises `NotFound` for somebody who has none of them.
    """
    person = User.objects.filter(public_id=who).first()
    if person is None:
        raise NotFound
    rows = _open(user).filter(assignee=person)
    total = rows.count()
    if not total:
        raise NotFound
    cases = list(
        rows.annotate(there=_still_there())
        .select_related("institution", "course", "assignment")
        .defer("assignment__instructions")
        .order_by("-urgent", "due_at", "pk")[:LISTED]
    )
    return HolderPage(
        user=person,
        left=any(not case.there for case in cases),
        cases=cases,
        total=total,
        colleagues=colleagues(cases, person),
    )


def colleagues(cases: Sequence[Case], leaver: User) -> list[User]:
    """Who works on cases of these institutions, the leaver apart, by name: one query.

    Who may have which of the cases is asked when they are moved.
    """
    at = clock.now()
    grants = RoleGrant.objects.filter(
        Q(ended_at__isnull=True) | Q(ended_at__gt=at),
        Q(institution__isnull=True) | Q(institution__in={case.institution_id for case in cases}),
        user=OuterRef("pk"),
        role__in=STAFF_OF_CASES,
    )
    people = User.objects.filter(Exists(grants), is_active=True).exclude(pk=leaver.pk)
    return sorted(people, key=lambda person: (person.display_name.casefold(), person.pk))
