"""Large questions that are asked all the time: the ORM writes their SQL once, not at every request.

Putting such a query together takes the ORM several times as long as the database needs to answer.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from itertools import count
from typing import Any, TypeVar

from django.db import connection
from django.db.models import QuerySet

Shape = TypeVar("Shape", bound=Hashable)
Written = tuple[QuerySet[Any, Any], Sequence[int | str]]

# Far below every primary key, and no number a query would hold by itself.
_numbers = count(-(2**61), -1)
# Shapes of one question; a few are usual.
MOST_SHAPES = 500


def stand_in() -> int:
    """A number that stands for a primary key while a query is written."""
    return next(_numbers)


class Prepared:
    """A query that is written once for each shape, and asked with other numbers and texts.

    `write(shape)` returns the query, made with stand-ins, and these stand-ins in their order. It
    must be the same query whatever the values are; what decides how it looks belongs to the shape.
    It is written twice when a shape comes up first: whatever differs between the two without being
    a stand-in, such as an instant, and a stand-in that is not found, raise `ValueError`, so that no
    value of the first asking stays in the query.
    """

    def __init__(self, write: Callable[[Any], Written]) -> None:
        self._write = write
        self._known: dict[Hashable, tuple[str, list[tuple[int | None, Any]]]] = {}

    def rows(self, shape: Hashable, values: Sequence[int | str | None]) -> list[tuple[Any, ...]]:
        """The answer with `values` in the places of the stand-ins, as the database gives it."""
        key = (connection.vendor, shape)
        if key not in self._known:
            if len(self._known) >= MOST_SHAPES:
                self._known.clear()
            self._known[key] = self._prepared(shape)
        sql, params = self._known[key]
        with connection.cursor() as cursor:
            cursor.execute(
                sql, [value if place is None else values[place] for place, value in params]
            )
            return cursor.fetchall()

    def _prepared(self, shape: Hashable) -> tuple[str, list[tuple[int | None, Any]]]:
        (sql, params, stand_ins), (again, others, _) = self._once(shape), self._once(shape)
        places = {value: place for place, value in enumerate(stand_ins)}
        found = [(places.get(param), param) for param in params]
        fixed = [
            (here, there)
            for (place, here), there in zip(found, others, strict=True)
            if place is None
        ]
        if sql != again or any(here != there for here, there in fixed):
            raise ValueError("Something in a prepared query changes and has no stand-in.")
        if {place for place, _ in found} - {None} != set(places.values()):
            raise ValueError("A stand-in of a prepared query is not in it.")
        return sql, found

    def _once(self, shape: Hashable) -> tuple[str, Sequence[Any], Sequence[int | str]]:
        rows, stand_ins = self._write(shape)
        sql, params = rows.query.sql_with_params()
        return sql, params, stand_ins
