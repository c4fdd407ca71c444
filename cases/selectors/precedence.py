"""Which of the texts of a case says what, where more than one applies (PO5)."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from cases import rules
from cases.models import Case
from policies.models import Version
from policies.precedence import Key, Texts


def decider(case: Case) -> str:
    """Who decides, where that is not the platform; nothing elsewhere. See `rules.vacant`."""
    if not case.institution_decides:
        return ""
    name = {"institution": case.institution}
    if rules.vacant(case):
        return (
            _(
                "%(institution)s has no officer of its own who is free to decide this case. "
                "Officers of the platform decide in its place, under its policy."
            )
            % name
        )
    return _("%(institution)s decides this case under its own policy.") % name


@dataclass(frozen=True)
class Precedence:
    """The texts in their order, what they say differently, and what only one of them says."""

    versions: tuple[Version, ...]
    differ: list[Key]
    agree: list[Key]
    sole: bool


def precedence(governing: Texts) -> Precedence | None:
    """Key by key, which text governs: two queries. None, and no query, for a text alone."""
    if len(governing.in_order) < 2:
        return None
    keys = governing.keys()
    return Precedence(
        versions=governing.in_order,
        differ=[key for key in keys if key.differs],
        agree=[key for key in keys if not key.differs],
        sole=governing.sole,
    )
