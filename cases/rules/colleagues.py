"""Which colleagues a case can be given to, and who of them reads it (QU3, CF7)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import Exists, OuterRef, Q

from cases.enums import CaseStatus, ReportMode
from cases.models import Case, Report
from cases.rules.desk import desk_of
from integrity.accounts.enums import Role
from integrity.accounts.models import RoleGrant, User
from integrity.accounts.rules import STAFF_OF_CASES
from integrity.core import clock


def working_at(case: Case, roles: Sequence[str] = STAFF_OF_CASES) -> list[User]:
    """Who works on cases where this one belongs, by name, whatever ties them to it: one query.

    This is what a page offers. A list without those who are tied would tell who reported.
    """
    at = clock.now()
    grants = RoleGrant.objects.filter(
        Q(ended_at__isnull=True) | Q(ended_at__gt=at),
        Q(institution__isnull=True) | Q(institution=case.institution_id),
        user=OuterRef("pk"),
        role__in=roles,
    )
    return _by_name(User.objects.filter(Exists(grants), is_active=True))


def may_have(case: Case) -> list[User]:
    """Who works on cases where this one belongs and may have it, by name.

    Nobody with a conflict, nobody who is suspended, nobody who wrote down a report in confidence
    here. Asked when a case is given to somebody, never shown: `working_at` is.
    """
    wrote = set(
        Report.objects.filter(
            case=case, entered_by__isnull=False, mode=ReportMode.CONFIDENTIAL
        ).values_list("entered_by_id", flat=True)
    )
    return _by_name(user for user in desk_of(case) if user.pk not in wrote)


def readers_of(case: Case) -> list[User]:
    """Who of the desk reads the case now, by name: as `access` says, for everybody at once.

    Officers, whoever has it or follows it, everybody while it is in triage, and whoever dismissed
    it. Never anybody with a conflict. At most five queries.
    """
    people = desk_of(case)
    if case.status == CaseStatus.TRIAGE:
        return _by_name(people)
    officers = desk_of(case, (Role.OFFICER,))
    reading = _reading(case, officers)
    return _by_name(user for user in people if user.pk in reading)


def offered_to_mention(case: Case) -> list[User]:
    """Who would read the case if nothing tied them to it, by name: at most three queries.

    The same for every tie, and for none, so that nobody's name is missing for one.
    """
    people = working_at(case)
    if case.status == CaseStatus.TRIAGE:
        return people
    reading = _reading(case, working_at(case, (Role.OFFICER,)))
    return [user for user in people if user.pk in reading]


def _reading(case: Case, officers: Iterable[User]) -> set[int]:
    reading = {user.pk for user in officers}
    reading.update(case.watchers.values_list("user_id", flat=True))
    reading.add(case.assignee_id or 0)
    if case.status == CaseStatus.DISMISSED:
        reading.add(case.dismissed_by_id or 0)
    return reading


def _by_name(people: Iterable[User]) -> list[User]:
    return sorted(people, key=lambda user: (user.display_name.casefold(), user.pk))
