"""Numbers beside the views and filters of the queue: exact up to a bound, all in one query."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import QuerySet
from django.utils.formats import number_format

from cases import rules
from cases.enums import CaseKind, CaseStatus
from cases.models import Case
from cases.selectors.queue_filters import (
    BANDS,
    DUE,
    Filters,
    View,
    due_in,
    narrowed,
    of_levels,
    of_view,
    views_for,
)
from cases.selectors.words import Days
from integrity.accounts.models import User
from integrity.core.counting import count_up_to

MOST = 1_000
# So many institutions have a number beside them; more are only listed.
INSTITUTIONS = 12


@dataclass
class Counts:
    """How many cases there are; `MOST` + 1 stands for more. `triage`: in triage, with nobody.

    Deadlines, statuses, kinds, levels and institutions are those of one view.
    """

    views: dict[str, int] = field(default_factory=dict)
    due: dict[str, int] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    kinds: dict[str, int] = field(default_factory=dict)
    levels: dict[str, int] = field(default_factory=dict)
    institutions: dict[str, int] = field(default_factory=dict)
    triage: int = 0
    # Of the list itself, as far as it was asked for; of it, those that came after a case.
    total: int = 0
    new: int = 0

    @property
    def shown(self) -> dict[str, dict[str, str]]:
        """The same as a page says them."""
        return {
            "views": {name: said(number) for name, number in self.views.items()},
            "due": {name: said(number) for name, number in self.due.items()},
        }


def said(number: int) -> str:
    """ "12"; "1,000+" for more than are counted."""
    most = number_format(min(number, MOST), use_l10n=True, force_grouping=True)
    return f"{most}+" if number > MOST else most


def count(
    user: User,
    view: View,
    days: Days,
    sight: rules.Sight | None = None,
    *,
    institutions: Iterable[tuple[int, str]] = (),
    filters: Filters | None = None,
    since: int | None = None,
) -> Counts:
    """Numbers beside views, deadlines and filters: one query, one more where `sight` is not given.

    No number is counted beyond `MOST`. `institutions` are (key, slug). With `filters` the list
    itself is counted, and what came into it after the case `since`.
    """
    seen = (sight or rules.Sight.read(user)).seen
    shown = of_view(user, view, seen)
    asked: dict[tuple[str, str], QuerySet[Case]] = {
        ("views", each.name): of_view(user, each, seen)
        for each in views_for(user)
        if each.by_deadline
    }
    asked["triage", ""] = seen.filter(status=CaseStatus.TRIAGE, assignee__isnull=True)
    if view.by_deadline:
        asked |= {("due", when): shown.filter(due_in(when, days)) for when in DUE}
    asked |= {("statuses", name): shown.filter(status=name) for name in view.statuses}
    asked |= {("kinds", kind): shown.filter(kind=kind) for kind in CaseKind.values}
    asked |= {("levels", level): shown.filter(of_levels((level,))) for level in BANDS}
    asked |= {
        ("institutions", slug): shown.filter(institution=key)
        for key, slug in list(institutions)[:INSTITUTIONS]
    }
    if filters is not None:
        rows = narrowed(user, filters, days, seen)
        if filters.narrowed or not view.by_deadline:
            asked["total", ""] = rows
        if since is not None:
            asked["new", ""] = rows.filter(pk__gt=since)
    found = count_up_to(MOST, asked)

    def of(kind: str) -> dict[str, int]:
        return {key: number for (each, key), number in found.items() if each == kind}

    return Counts(
        views=of("views"),
        due=of("due"),
        statuses=of("statuses"),
        kinds=of("kinds"),
        levels=of("levels"),
        institutions=of("institutions"),
        triage=found["triage", ""],
        total=found.get(("total", ""), found.get(("views", view.name), 0)),
        new=found.get(("new", ""), 0),
    )
