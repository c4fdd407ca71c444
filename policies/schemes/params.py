"""Parameters that a consequence may carry, and their units."""

from __future__ import annotations

from typing import Any

from policies.enums import ConsequenceCode as Code
from policies.schemes.checks import Field

# Name -> (least, greatest) for a whole number, bool for yes or no, str for words.
_DAYS: dict[str, Any] = {"days": (1, 3650)}
_WORDS: dict[str, Any] = {"text": str}
PARAMS: dict[str, dict[str, Any]] = {
    Code.TEMPORARY_SUSPENSION: _DAYS,
    Code.RESUBMISSION: {"capped": bool, "cap_percent": (0, 100), "days": (1, 365)},
    Code.EDUCATIONAL_TASK: {**_DAYS, **_WORDS},
    Code.NO_CONTACT: _DAYS,
    Code.NO_DIRECT_MESSAGES: _DAYS,
    Code.BARRED_FROM_CHANNELS: _DAYS,
    Code.BARRED_FROM_ROLES: _DAYS,
    Code.REMOVED_FROM_LISTS: _DAYS,
    Code.OTHER_ACTION: _WORDS,
}
# Without these the consequence cannot be carried out.
NEEDED: dict[str, tuple[str, ...]] = {
    Code.TEMPORARY_SUSPENSION: ("days",),
    Code.OTHER_ACTION: ("text",),
}


def read_params(code: str, field: Field | None, owner: Field) -> dict[str, Any]:
    """The checked parameters of `code`; days are calendar days, `cap_percent` per cent."""
    known = PARAMS.get(code, {})
    found: dict[str, Any] = {}
    field = field or Field(owner.check, owner.path, {})
    for name, rule in known.items():
        if name not in field.left:
            continue
        if rule is bool:
            found[name] = field.flag(name)
        elif rule is str:
            found[name] = field.text(name, 500)
        else:
            value = field.whole(name)
            if not rule[0] <= value <= rule[1]:
                field.problem(name, f"must lie between {rule[0]} and {rule[1]}")
            found[name] = value
    field.nothing_else()
    for name in NEEDED.get(code, ()):
        if name not in found:
            owner.problem("params", f'"{code}" needs "{name}"')
    return found
