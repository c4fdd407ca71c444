"""The keys of the desk, and the orders of its queue."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from cases.selectors.queue_filters import SORTS, Filters
from cases.selectors.words import Text


@dataclass(frozen=True, slots=True)
class Key:
    """What a key does. `keys`: what is on the keyboard, one after the other."""

    keys: tuple[str, ...]
    label: Text
    # Stands below the list too.
    often: bool = False


@dataclass(frozen=True, slots=True)
class Sort:
    """An order to choose."""

    name: str
    label: Text
    chosen: bool


_MOVING = (
    Key(("J", "K"), _("next and previous case"), often=True),
    Key(("Enter",), _("open the case"), often=True),
    Key(("L",), _("look at it beside the list")),
)
_WORKING = (
    Key(("X",), _("tick it"), often=True),
    Key(("A",), _("tick every case on the page")),
    Key(("C",), _("claim it"), often=True),
    Key(("O",), _("open the case from triage")),
    Key(("H",), _("hand it over"), often=True),
    Key(("M",), _("join it with another case")),
    Key(("D",), _("dismiss it")),
    Key(("N",), _("say that you have a part in it")),
    Key(("U",), _("undo what you did last")),
)
_ALWAYS = (
    Key(("S",), _("save the list as a view")),
    Key(("/",), _("search"), often=True),
    Key(("G", "T"), _("go to Today")),
    Key(("G", "Q"), _("go to the queue")),
    Key(("?",), _("show all keys"), often=True),
)
_SORTS: dict[str, Text] = {
    "due": _("urgent first, then by deadline"),
    "priority": _("urgent first, then by priority"),
    "newest": _("newest first"),
}


def keys_for(*, staff: bool) -> tuple[Key, ...]:
    """The keys of the queue; an auditor has none to act with."""
    return _MOVING + (_WORKING if staff else ()) + _ALWAYS


def sorts_for(filters: Filters) -> list[Sort]:
    """The orders of this list; none to choose where only the newest can be first."""
    if not filters.view.by_deadline:
        return []
    return [Sort(name, _SORTS[name], name == filters.sort) for name in SORTS]
