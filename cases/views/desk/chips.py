"""What a list is narrowed by, each with the address that leaves it out."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from cases.enums import CaseKind, CaseStatus
from cases.selectors.queue import QueuePage
from cases.selectors.queue_filters import ME, NOBODY, PLACES, SEVERAL


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter in words; `url` is the query string without it."""

    label: str | Promise
    url: str


def filter_chips(page: QueuePage, params: QueryDict) -> list[Chip]:
    """The filters of the queue, in the order of the form."""
    filters = page.filters
    due = {
        "over": _("Overdue"),
        "today": _("Due today"),
        "week": _("Due later this week"),
        "later": _("Due after that"),
        "none": _("Without a deadline"),
        "paused": _("Paused"),
    }
    found: list[tuple[str, str, str | Promise]] = []
    if filters.q:
        found.append(("q", filters.q, _("“%(text)s”") % {"text": filters.q}))
    if filters.due:
        found.append(("due", filters.due, due[filters.due]))
    found += [("status", value, CaseStatus(value).label) for value in filters.statuses]
    found += [("kind", value, CaseKind(value).label) for value in filters.kinds]
    found += [("priority", level.value, level.label) for level in page.levels if level.chosen]
    if filters.institution:
        name = next((each.label for each in page.institutions if each.chosen), "")
        found.append(("institution", filters.institution, name))
    if filters.course:
        found.append(("course", filters.course, filters.course))
    if filters.who:
        found.append(("with", filters.who, _with(page)))
    return [Chip(label, _without(params, name, value)) for name, value, label in found]


def _with(page: QueuePage) -> str:
    who = page.filters.who
    if who in (ME, NOBODY):
        return _("With you") if who == ME else _("With nobody")
    name = next((each.name for each in page.colleagues if each.key == who), "")
    return _("With %(name)s") % {"name": name} if name else _("With somebody else")


def _without(params: QueryDict, name: str, value: str) -> str:
    left = params.copy()
    several = name in SEVERAL
    left.setlist(name, [item for item in left.getlist(name) if several and item != value])
    for place in PLACES:
        left.pop(place, None)
    return f"?{left.urlencode()}"
