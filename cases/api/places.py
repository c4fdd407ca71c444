"""Cursors that are numbers: the place in a list below which it goes on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integrity.api.views import bad_cursor


def place(asked: Mapping[str, Any]) -> int | None:
    """The number a cursor holds; None for the first page. Raises for one that no page gave."""
    cursor = asked.get("cursor")
    if cursor is None:
        return None
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 18):
        raise bad_cursor()
    return int(cursor)
