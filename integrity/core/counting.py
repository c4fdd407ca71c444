"""How many rows there are, up to a bound, for many questions in one query."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

Key = TypeVar("Key", bound=Hashable)


def count_up_to(most: int, asked: Mapping[Key, QuerySet[Any, Any]]) -> dict[Key, int]:
    """The number of rows of each queryset; `most` + 1 stands for "more than `most`".

    One query, and none where nothing can be there. No part of it reads more rows than it counts,
    so that the answer takes the same time however many there are.
    """
    found = dict.fromkeys(asked, 0)
    parts: list[str] = []
    params: list[Any] = []
    keys: list[Key] = []
    for key, rows in asked.items():
        try:
            sql, values = rows.order_by().values("pk")[: most + 1].query.sql_with_params()
        except EmptyResultSet:
            continue
        keys.append(key)
        # Only names given here stand in the text; every value is a parameter.
        parts.append(f"(SELECT COUNT(*) FROM ({sql}) AS counted_{len(keys)})")  # noqa: S608
        params += values
    if not keys:
        return found
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(parts), params)
        numbers = cursor.fetchone() or ()
    return found | dict(zip(keys, numbers, strict=True))
