"""What a list is narrowed by, each with the address that leaves it out."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from cases.enums import CaseKind, CaseStatus
from cases.selectors.queue import QueuePage


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
    }
    found: list[tuple[str, str, str | Promise]] = []
    if filters.q:
        found.append(("q", filters.q, _("“%(text)s”") % {"text": filters.q}))
    if filters.due:
        found.append(("due", filters.due, due[filters.due]))
    found += [("status", value, CaseStatus(value).label) for value in filters.statuses]
    found += [("kind", value, CaseKind(value).label) for value in filters.kinds]
    if filters.institution:
        name, _number = page.counts.institutions.get(filters.institution, (filters.institution, 0))
        found.append(("institution", filters.institution, name))
    if filters.course:
        found.append(("course", filters.course, filters.course))
    return [Chip(label, _without(params, name, value)) for name, value, label in found]


def _without(params: QueryDict, name: str, value: str) -> str:
    left = params.copy()
    several = name in ("status", "kind")
    left.setlist(name, [item for item in left.getlist(name) if several and item != value])
    for place in ("after", "peek"):
        left.pop(place, None)
    return f"?{left.urlencode()}"
