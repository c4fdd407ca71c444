"""Rows for the verifier, as the database holds them: raw, in pages, without building models.

Pages instead of one long read, so that nobody waits for a verification. The bounds are read in this
order: checkpoints, events. What is appended while we read is simply not part of it, and each
checkpoint that is part of it finds its event.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

from django.db import OperationalError, connection

from integrity.audit.chain import CHECKPOINTS, EVENTS, VALUES, CheckpointRow, EventRow, ValueRow

PAGE = 5000


class Snapshot:
    """The history up to the moment this was made."""

    def __init__(self) -> None:
        self.last_checkpoint = _last(CHECKPOINTS, "id")
        self.last_event = _last(EVENTS, "sequence")

    def events(self, *, after: int | None = None) -> Iterator[tuple[Any, ...]]:
        """Event rows in EventRow's order, of a sequence above `after`; without it, all."""
        return self._numbered(EventRow, "occurred_at", after, self.last_event)

    def values(self) -> Iterator[ValueRow]:
        """Kept values by event; of events that were appended later none, of missing ones all."""
        columns = ", ".join(ValueRow._fields)
        until = self.last_event or 0
        where, bounds = "sequence <= %s", [until]
        page: list[tuple[Any, ...]] = []
        while not page or len(page) == PAGE:
            page = _select(VALUES, columns, where, bounds, order="sequence, name")
            if not page:
                break
            yield from map(ValueRow._make, page)
            where = "(sequence, name) > (%s, %s) AND sequence <= %s"
            bounds = [*page[-1][:2], until]
        orphans = (
            "sequence > %s AND NOT EXISTS "
            "(SELECT 1 FROM audit_event AS event WHERE event.sequence = audit_value.sequence)"
        )
        yield from map(
            ValueRow._make, _select(VALUES, columns, orphans, [until], order="sequence, name")
        )

    def checkpoints(self) -> Iterator[CheckpointRow]:
        """Checkpoint rows by id."""
        for row in self._numbered(CheckpointRow, "created_at", None, self.last_checkpoint):
            yield CheckpointRow._make(row)

    def _numbered(
        self,
        kind: type[EventRow | CheckpointRow],
        instant: str,
        after: int | None,
        last: int | None,
    ) -> Iterator[tuple[Any, ...]]:
        table, key = (EVENTS, "sequence") if kind is EventRow else (CHECKPOINTS, "id")
        columns, place = _columns(kind._fields, instant), kind._fields.index(instant)
        raw = connection.vendor == "postgresql"
        while last is not None:
            where, bounds = f"{key} <= %s", [last]
            if after is not None:
                where, bounds = f"{key} > %s AND {key} <= %s", [after, last]
            page = _select(table, columns, where, bounds, order=key)
            yield from page if raw else (_with_instant(row, place) for row in page)
            if len(page) < PAGE:
                return
            after = page[-1][0]


def _last(table: str, key: str) -> int | None:
    found: int | None = _rows(f"SELECT max({key}) FROM {table}", [])[0][0]  # noqa: S608 — ours
    return found


def _select(
    table: str, columns: str, where: str, bounds: Sequence[Any], *, order: str
) -> list[tuple[Any, ...]]:
    """One page. Every part of the statement is written in this module; values are bound."""
    return _rows(
        f"SELECT {columns} FROM {table} WHERE {where} ORDER BY {order} LIMIT {PAGE}",  # noqa: S608
        bounds,
    )


def _columns(names: Sequence[str], instant: str) -> str:
    """Columns to select, with the time as text: read as a time it would hide how it is written."""
    if connection.vendor == "postgresql":
        text = f"to_char({instant} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
    else:
        text = f"CAST({instant} AS TEXT)"
    return ", ".join(text if name == instant else name for name in names)


def _with_instant(row: tuple[Any, ...], at: int) -> tuple[Any, ...]:
    """SQLite holds `2026-11-21 10:00:00[.123456]`, and nothing else is taken for an instant."""
    value = row[at]
    if not isinstance(value, str) or value[10:11] != " ":
        return row
    if len(value) == 19:
        value += ".000000"
    elif len(value) != 26 or value.endswith(".000000"):
        return row
    return (*row[:at], f"{value[:10]}T{value[11:]}Z", *row[at + 1 :])


def _rows(query: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        try:
            cursor.execute(query, parameters)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        except OperationalError as error:
            if "decode to UTF-8" not in str(error):
                raise
            rows = _undecodable(query, parameters)
    return rows


def _undecodable(query: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The same rows when SQLite was made to hold text that is none: such bytes cannot be hashed."""
    raw: sqlite3.Connection = connection.connection
    raw.text_factory = lambda text: text.decode("utf-8", "surrogateescape")
    try:
        with connection.cursor() as cursor:
            cursor.execute(query, parameters)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
    finally:
        raw.text_factory = str
    return rows
