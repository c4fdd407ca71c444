"""The start page of each role. Apps register theirs; visitors get the public one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponseBase

View = Callable[[HttpRequest], HttpResponseBase]


class _Home(NamedTuple):
    priority: int
    predicate: Callable[[Any], bool]
    view: View


_homes: list[_Home] = []


def register(predicate: Callable[[Any], bool], view: View, *, priority: int) -> None:
    """Show `view` on `/` to users for whom `predicate` holds; the lowest priority number wins.

    A person with several roles sees the first that fits.
    """
    _homes.append(_Home(priority, predicate, view))
    _homes.sort(key=lambda home: home.priority)


def view_for(user: Any) -> View | None:
    """The registered start page of `user`, or None."""
    return next((home.view for home in _homes if home.predicate(user)), None)
