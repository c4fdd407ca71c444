"""Every action that can stand in the history, with the fields it may carry.

An app lists its actions in `events.py`, imported from its AppConfig's `ready`. What is not listed
cannot be recorded, so nothing personal slips into the part of an event that is never erased.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from django.utils.functional import Promise

from integrity.audit.chain import ACTOR
from integrity.audit.errors import UnknownAction, WrongRegistration

_ACTION = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
_FIELD = re.compile(r"[a-z][a-z0-9_]*")
MAX_ACTION = 64
MAX_FIELD = 64


@dataclass(frozen=True, slots=True)
class Action:
    """A registered action. `label` is translated when shown; `icon` names a Lucide icon."""

    name: str
    fields: frozenset[str]
    personal: frozenset[str]
    label: str | Promise
    respondent_may_see: bool
    icon: str


_actions: dict[str, Action] = {}


def register(
    action: str,
    *,
    fields: Collection[str] = (),
    personal: Collection[str] = (),
    label: str | Promise,
    respondent_may_see: bool = False,
    icon: str = "clock",
) -> Action:
    """Make `action` known: `fields` may come as data, `personal` as erasable values.

    Raises `WrongRegistration` for a name that is taken or malformed (`noun.done`), for a field
    that is on both lists, and for the name "actor", which belongs to the actor's own commitment.
    """
    if not _ACTION.fullmatch(action) or len(action) > MAX_ACTION:
        raise WrongRegistration(f"{action!r} is not a name such as 'case.opened'.")
    if action in _actions:
        raise WrongRegistration(f"{action!r} is registered already.")
    if isinstance(fields, str) or isinstance(personal, str):
        raise WrongRegistration(f"{action!r}: fields are a collection of names, not one text.")
    for name in (*fields, *personal):
        if not _FIELD.fullmatch(name) or len(name) > MAX_FIELD:
            raise WrongRegistration(f"{action!r}: {name!r} is not a field name.")
    both = set(fields) & set(personal)
    if both or ACTOR in personal:
        raise WrongRegistration(f"{action!r}: {sorted(both) or [ACTOR]} cannot be used like this.")
    entry = Action(action, frozenset(fields), frozenset(personal), label, respondent_may_see, icon)
    _actions[action] = entry
    return entry


def get(action: str) -> Action:
    """The registered action. Raises `UnknownAction`."""
    try:
        return _actions[action]
    except KeyError:
        raise UnknownAction(f"{action!r} is not registered.") from None


def find(action: str) -> Action | None:
    """The registered action, or None: rows outlive the code that wrote them."""
    return _actions.get(action)


def all_actions() -> list[Action]:
    """Every registered action, by name."""
    return [_actions[name] for name in sorted(_actions)]


def seen_by_respondents() -> list[str]:
    """Names of the actions that a respondent may see in the history of their own case."""
    return [action.name for action in all_actions() if action.respondent_may_see]
