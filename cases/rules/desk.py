"""Who of the desk is told of a case (QU7)."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Q

from cases.models import Case, Report
from cases.rules.conflict import in_conflict, part_known, related, reporter_refs
from integrity.accounts.models import Restriction, RoleGrant, User
from integrity.accounts.rules import STAFF_OF_CASES
from integrity.core import clock


def desk_of(case: Case, roles: Sequence[str] = STAFF_OF_CASES) -> list[User]:
    """Who works on cases where this one belongs and has no conflict in it, suspended people apart.

    Those of the institution come first, then the platform's; nobody twice. Two queries, and one
    for each of them who closed another account.
    """
    at = clock.now()
    barred = Case.objects.filter(
        part_known(OuterRef("user"), OuterRef(OuterRef("user")))
        | related(OuterRef(OuterRef("user"))),
        pk=case.pk,
    )
    restricted = Restriction.objects.filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=at),
        user=OuterRef("user"),
        lifted_at__isnull=True,
        starts_at__lte=at,
    )
    grants = (
        RoleGrant.objects.filter(
            Q(ended_at__isnull=True) | Q(ended_at__gt=at),
            Q(institution__isnull=True) | Q(institution=case.institution_id),
            ~Exists(barred),
            ~Exists(restricted),
            role__in=roles,
            user__is_active=True,
        )
        .select_related("user")
        .order_by("pk")
    )
    # Also whoever sent a report that went into another case since.
    sent = Report.objects.filter(Q(case=case) | Q(trail__case=case)).exclude(reporter_ref="")
    refs = set(sent.values_list("reporter_ref", flat=True))
    people: dict[int, User] = {}
    for grant in sorted(grants, key=lambda grant: grant.institution_id is None):
        user = grant.user
        if user.pk in people or not refs.isdisjoint(reporter_refs(user)):
            continue
        if user.former_ids and in_conflict(user, case):
            continue
        people[user.pk] = user
    return list(people.values())
