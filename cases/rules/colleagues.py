"""Which colleagues a case can be given to, and who of them reads it (QU3, CF7)."""

from __future__ import annotations

from collections.abc import Iterable

from cases.enums import CaseStatus, ReportMode
from cases.models import Case, Report
from cases.rules.desk import desk_of
from integrity.accounts.enums import Role
from integrity.accounts.models import User


def may_have(case: Case) -> list[User]:
    """Who works on cases where this one belongs and may have it, by name.

    Nobody with a conflict, nobody who is suspended, nobody who wrote down a report in confidence
    here. Why somebody is missing is not told.
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
    reading = {user.pk for user in desk_of(case, (Role.OFFICER,))}
    reading.update(case.watchers.values_list("user_id", flat=True))
    reading.add(case.assignee_id or 0)
    if case.status == CaseStatus.DISMISSED:
        reading.add(case.dismissed_by_id or 0)
    return _by_name(user for user in people if user.pk in reading)


def _by_name(people: Iterable[User]) -> list[User]:
    return sorted(people, key=lambda user: (user.display_name.casefold(), user.pk))
