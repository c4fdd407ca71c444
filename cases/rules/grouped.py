"""What one learner of a group case is not told: who the others are (QU2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cases.models import AdviserAccess, Case, Respondent
from cases.others import NOBODY, Names, names_of
from integrity.accounts.rules import belongs_to

if TYPE_CHECKING:
    from integrity.accounts.models import User


def hidden_from(respondent: Respondent) -> Names:
    """The names of the other learners of the case: one query, `NOBODY` where there are none."""
    return _names(list(_all(respondent.case_id)), {respondent.pk})


def hidden_from_reader(user: User, case: Case) -> Names:
    """The same for a respondent or adviser who reads: two queries.

    Whoever helps several learners of one case knows each of them already.
    """
    everybody = list(_all(case.pk))
    if len(everybody) < 2:
        return NOBODY
    helped = AdviserAccess.objects.filter(
        respondent__case=case, adviser=user, accepted_at__isnull=False, revoked_at__isnull=True
    ).values_list("respondent", flat=True)
    known = set(helped) | {row.pk for row in everybody if belongs_to(row.user, user)}
    return _names(everybody, known)


def _all(case_id: int) -> list[Respondent]:
    rows = Respondent.objects.filter(case=case_id).select_related("user__closed_into")
    return list(rows.order_by("pk"))


def _names(everybody: list[Respondent], known: set[int]) -> Names:
    people = {row.pk: (row.user, row.person) for row in everybody}
    reading = {user for pk in known for user in people.get(pk, ())}
    others = [user for pk, pair in people.items() if pk not in known for user in pair]
    return names_of((user for user in others if user not in reading), but=reading)
