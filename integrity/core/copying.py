"""Very many rows at once through PostgreSQL's COPY: several times as fast as INSERT."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection


def _text(value: str) -> str:
    if "\\" in value:
        value = value.replace("\\", "\\\\")
    if "\n" in value or "\t" in value or "\r" in value:
        value = value.replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
    return value


def _json(value: Any) -> str:
    return _text(json.dumps(value, ensure_ascii=False))


def _bytes(value: bytes | memoryview) -> str:
    return "\\\\x" + value.hex()


_CELLS: dict[type, Any] = {
    str: _text,
    UUID: str,
    Decimal: str,
    int: str,
    bool: lambda value: "t" if value else "f",
    type(None): lambda _value: "\\N",
    datetime: datetime.isoformat,
    date: date.isoformat,
    bytes: _bytes,
    memoryview: _bytes,
    list: _json,
    dict: _json,
}


def _other(value: Any) -> str:
    return _text(str(value))


def line(row: Iterable[Any]) -> str:
    """A row in COPY's text format. Lists and dicts are JSON; what is not known goes as `str`."""
    known = _CELLS.get
    return "\t".join([known(type(value), _other)(value) for value in row])


def copy(table: str, columns: Sequence[str], rows: Iterable[Iterable[Any]]) -> None:
    """Append `rows` to `table`, inside the open transaction. On PostgreSQL only.

    `table` and `columns` are names of ours. Constraints and triggers hold as for INSERT.
    """
    quote = connection.ops.quote_name
    lines = "\n".join(map(line, rows))
    if not lines:
        return
    with connection.cursor() as cursor:
        cursor.copy_expert(
            f"COPY {quote(table)} ({', '.join(map(quote, columns))}) FROM STDIN",
            io.StringIO(lines + "\n"),
        )
