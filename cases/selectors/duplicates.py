"""In which other case the matter of a dismissed one is dealt with, for who may know of that one."""

from __future__ import annotations

from cases import rules
from cases.models import Case
from cases.services.duplicates import link_of
from integrity.accounts.models import User


def dealt_with_in(user: User, case: Case) -> str:
    """The number of the case this one ended for.

    "" where it did not, where the link was removed, and for whoever may not know of the other one.
    None of three queries for a case that did not end for another one.
    """
    row = link_of(case)
    if row is None:
        return ""
    other = row.other if row.one_id == case.pk else row.one
    return other.number if rules.visible_to(user).filter(pk=other.pk).exists() else ""
