"""What the menus show. Apps add their entries from `AppConfig.ready`; nothing here knows an app.

Three places: `main` (masthead of the public pages), `desk` (masthead of the desk) and `tools`
(at the end of the desk's masthead, an icon with a count). An entry is shown when its predicate
says so; counts are asked for only on pages that show them, those of one page in one query.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise

from integrity.core.counting import count_up_to
from integrity.web import rendering, restricted

if TYPE_CHECKING:
    from integrity.accounts.models import User

    Reader = User | AnonymousUser

PLACES = ("main", "desk", "tools")
# Places that stand on the same pages.
TOGETHER = (("main",), ("desk", "tools"))
MOST_COUNTED = 99


def _everybody(user: Reader) -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class Item:
    """One entry of a menu.

    `url_name` takes no arguments. `order` sorts within the place. `shown_to` decides by the user
    (who may be anonymous) and must not query. `counted` gives the rows the entry counts, or None;
    up to `MOST_COUNTED` are counted, and nothing is shown where there is none.
    `exact` marks the entry as current on its own address only, not below it.
    """

    key: str
    label: str | Promise
    url_name: str
    place: str = "main"
    order: int = 100
    icon: str = ""
    exact: bool = False
    shown_to: Callable[[Any], bool] = _everybody
    counted: Callable[[Any], QuerySet[Any, Any] | None] | None = None


@dataclass(frozen=True, kw_only=True)
class Search:
    """The search box of the desk: a GET form to `url_name` with the words in `parameter`."""

    url_name: str
    label: str | Promise
    placeholder: str | Promise
    parameter: str = "q"
    shown_to: Callable[[Any], bool] = _everybody


@dataclass
class Entry:
    """An entry as a template shows it."""

    item: Item
    url: str
    request: HttpRequest = field(repr=False)
    # Addresses of other entries below this one: there those are the place, not this one.
    below: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.label = self.item.label
        self.icon = self.item.icon

    @property
    def current(self) -> str:
        """The attribute `aria-current`, when this is the page in front of the reader."""
        if self.request.path.startswith(self.below):
            return ""
        return rendering.current_mark(self.request, self.url, exact=self.item.exact)

    @property
    def count(self) -> int | str | None:
        """How many wait; asked for once, together with all others of the page."""
        if self.item.counted is None:
            return None
        number = _counts(self.request, self.item.place).get(self.item.key, 0)
        return f"{MOST_COUNTED}+" if number > MOST_COUNTED else number or None


def _counts(request: HttpRequest, place: str) -> dict[str, int]:
    """The counts of every entry that stands on a page with those of `place`. One query."""
    places = next(group for group in TOGETHER if place in group)
    known: dict[tuple[str, ...], dict[str, int]] = request.__dict__.setdefault("_menu_counts", {})
    if places not in known:
        user = reader(request)
        asked = {
            entry.item.key: rows
            for each in places
            for entry in entries(request, each)
            if entry.item.counted is not None and (rows := entry.item.counted(user)) is not None
        }
        known[places] = count_up_to(MOST_COUNTED, asked)
    return known[places]


def reader(request: HttpRequest) -> Reader:
    """Who asks; nobody when the request was refused before anybody looked."""
    return getattr(request, "user", None) or AnonymousUser()


_items: dict[str, Item] = {}
_search: list[Search] = []


def register(item: Item) -> None:
    """Add an entry; the same key again replaces it. Raises `ValueError` for an unknown place."""
    if item.place not in PLACES:
        raise ValueError(f"No place {item.place!r}; there are {', '.join(PLACES)}.")
    _items[item.key] = item


def register_search(search: Search) -> None:
    """Set the search box of the desk."""
    _search[:] = [search]


def entries(request: HttpRequest, place: str) -> list[Entry]:
    """The entries of `place` for the reader, in order; under a restriction only what it leaves."""
    bound = getattr(request, "restriction", None) is not None
    found = [
        Entry(item, reverse(item.url_name), request)
        for item in sorted(_items.values(), key=lambda item: (item.order, item.key))
        if item.place == place
        and item.shown_to(reader(request))
        and (not bound or restricted.is_allowed(item.url_name))
    ]
    for entry in found:
        entry.below = tuple(
            other.url
            for other in found
            if other.url != entry.url and other.url.startswith(entry.url)
        )
    return found


def search(request: HttpRequest) -> dict[str, Any] | None:
    """The search box for the reader, or None."""
    for box in _search:
        if box.shown_to(reader(request)):
            return {
                "url": reverse(box.url_name),
                "label": box.label,
                "placeholder": box.placeholder,
                "parameter": box.parameter,
                "value": request.GET.get(box.parameter, ""),
            }
    return None
