"""Pages of a long list by key: the next page begins after a row, never after a number of rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from integrity.core.errors import NotFound

Row = TypeVar("Row", bound=Model)

PAGE_SIZE = 25


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows, and the public id to ask for the next ones with (None: these were the last)."""

    rows: list[Row]
    next: UUID | None
    first: bool


def newest_first(
    rows: QuerySet[Row], *, by: str, after: str | None = None, size: int = PAGE_SIZE
) -> Page[Row]:
    """`size` rows ordered by the time `by`, newest first, that come after the row `after`.

    At most two queries from any depth. Raises `NotFound` when `after` is not the public id of one
    of `rows`: a row one may not see is no place to go on from.
    """
    ordered = rows.order_by(f"-{by}", "-pk")
    if after:
        place = _place(rows, by, after)
        ordered = ordered.filter(
            Q(**{f"{by}__lt": place[0]}) | Q(**{by: place[0], "pk__lt": place[1]})
        )
    found = list(ordered[: size + 1])
    more = len(found) > size
    found = found[:size]
    return Page(found, found[-1].public_id if more else None, not after)  # type: ignore[attr-defined]


def _place(rows: QuerySet[Row], by: str, after: str) -> tuple[object, int]:
    try:
        place = rows.filter(public_id=UUID(after)).values_list(by, "pk").first()
    except ValueError as error:
        raise NotFound from error
    if place is None:
        raise NotFound
    return place
