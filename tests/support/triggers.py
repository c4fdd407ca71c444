"""Lifting append-only triggers for the flush between transactional tests, and only for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

# Triggers that refuse: what they run raises. Others (search columns) must go on during a flush.
_ON_SQLITE = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%RAISE%'"
_ON_POSTGRESQL = """
    SELECT DISTINCT quote_ident(n.nspname) || '.' || quote_ident(c.relname), quote_ident(t.tgname)
      FROM pg_trigger t
      JOIN pg_class c ON c.oid = t.tgrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_proc p ON p.oid = t.tgfoid
     WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND p.prosrc ILIKE '%raise exception%'
"""


def refusing_triggers() -> list[tuple[str, str]]:
    """Read from the catalogue: (name, definition) on SQLite, (table, name) on PostgreSQL."""
    with connection.cursor() as cursor:
        cursor.execute(_ON_SQLITE if connection.vendor == "sqlite" else _ON_POSTGRESQL)
        return [(str(a), str(b)) for a, b in cursor.fetchall()]


@contextmanager
def lifted() -> Iterator[None]:
    """Inside the block rows that nobody may change can be deleted; afterwards all is as before."""
    found = refusing_triggers()
    sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        for first, second in found:
            cursor.execute(
                f'DROP TRIGGER "{first}"'
                if sqlite
                else f"ALTER TABLE {first} DISABLE TRIGGER {second}"
            )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for first, second in found:
                cursor.execute(second if sqlite else f"ALTER TABLE {first} ENABLE TRIGGER {second}")
