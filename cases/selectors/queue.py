"""The queue: one page of cases, what is counted beside it, and a look at one of them."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import QueryDict

from cases import rules
from cases.enums import CaseKind, CaseStatus
from cases.priority import LEVELS
from cases.selectors.queue_counts import MOST, Counts, count, said
from cases.selectors.queue_filters import Filters, View, narrowed, views_for
from cases.selectors.queue_peek import Peek, peek_of
from cases.selectors.queue_reader import Named, Reader, Saved
from cases.selectors.queue_rows import Row, page_of, row_of, with_line
from cases.selectors.words import Days, Text
from integrity.accounts.models import User

__all__ = ["MOST", "Counts", "Peek", "QueuePage", "count", "live_counts", "queue_page", "said"]


@dataclass(frozen=True, slots=True)
class Choice:
    """A filter to tick, with how many cases it would leave ("": not counted)."""

    value: str
    label: Text
    chosen: bool
    count: str = ""


@dataclass(frozen=True)
class QueuePage:
    """Everything the queue shows. `total` counts the list, up to `MOST`."""

    filters: Filters
    views: list[tuple[View, str]]
    rows: list[Row]
    total: int
    next: str
    counts: Counts
    statuses: list[Choice]
    kinds: list[Choice]
    levels: list[Choice]
    institutions: list[Choice]
    colleagues: list[Named]
    saved: list[Saved]
    current: Saved | None
    columns: tuple[str, ...]
    newest: int
    peek: Peek | None


def queue_page(user: User, params: QueryDict) -> QueuePage:
    """One page of the queue for somebody of the desk or an auditor.

    Three queries, and one more for a look at a case. Raises `InvalidInput` for parameters that do
    not exist.
    """
    filters = Filters.read(params, user)
    days = Days.of_reader()
    reader = Reader.read(user)
    current = reader.offered(filters.saved)
    columns = reader.columns if current is None else current.columns
    counts = _count(reader, filters, days)
    cases, following = page_of(
        # What is shown is asked once more, case by case, whether it may be known of.
        with_line(rules.visible_to(user), user, columns),
        sort=filters.sort,
        after=filters.after,
        among=narrowed(user, filters, days, reader.sight.seen),
    )
    rows = {case: row_of(case, user, days, columns) for case in cases}
    peeked = next((case for case in cases if case.number == filters.peek), None)
    return QueuePage(
        filters=filters,
        views=[(view, counts.shown["views"].get(view.name, "")) for view in views_for(user)],
        rows=list(rows.values()),
        total=counts.total,
        next=following,
        counts=counts,
        statuses=_status_choices(filters, counts),
        kinds=[
            Choice(kind, CaseKind(kind).label, kind in filters.kinds, said(counts.kinds[kind]))
            for kind in CaseKind.values
        ],
        levels=[
            Choice(
                level.name,
                level.label,
                level.name in filters.levels,
                said(counts.levels[level.name]),
            )
            for level in LEVELS
        ],
        institutions=_institution_choices(filters, counts, reader.institutions),
        colleagues=reader.colleagues,
        saved=reader.saved,
        current=current,
        columns=columns,
        newest=reader.newest,
        peek=peek_of(user, peeked, rows[peeked], days) if peeked is not None else None,
    )


def live_counts(user: User, params: QueryDict, since: int) -> Counts:
    """The numbers of the page an address asks for, and what came into it after the case `since`.

    Two queries. Raises `InvalidInput` as `queue_page`.
    """
    filters = Filters.read(params, user)
    return _count(Reader.read(user), filters, Days.of_reader(), since=since)


def _count(reader: Reader, filters: Filters, days: Days, *, since: int | None = None) -> Counts:
    return count(
        reader.user,
        filters.view,
        days,
        reader.sight,
        institutions=[(row.pk, row.key) for row in reader.institutions],
        filters=filters,
        since=since,
    )


def _status_choices(filters: Filters, counts: Counts) -> list[Choice]:
    if len(filters.view.statuses) < 2:
        return []
    return [
        Choice(
            status,
            CaseStatus(status).label,
            status in filters.statuses,
            said(counts.statuses[status]),
        )
        for status in filters.view.statuses
        if counts.statuses[status] or status in filters.statuses
    ]


def _institution_choices(filters: Filters, counts: Counts, where: list[Named]) -> list[Choice]:
    """The institutions of the reader and the one asked for; none where there is no choice."""
    choices = [
        Choice(
            row.key,
            row.name,
            row.key == filters.institution,
            said(counts.institutions[row.key]) if row.key in counts.institutions else "",
        )
        for row in where
    ]
    if filters.institution and all(row.key != filters.institution for row in where):
        choices.append(Choice(filters.institution, filters.institution, True))
    return choices if len(choices) > 1 or filters.institution else []
