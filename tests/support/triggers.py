"""Lifting append-only triggers for the flush between transactional tests, and only for it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from django.db import connection

# Triggers that refuse: what they run raises. Others (search columns) must go on during a flush.
_ON_SQLITE = (
    "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%RAISE%'"
)
_ON_POSTGRESQL = """
    SELECT c.relname,
           quote_ident(n.nspname) || '.' || quote_ident(c.relname),
           CASE t.tgenabled WHEN 'A' THEN 'ALWAYS ' WHEN 'R' THEN 'REPLICA ' ELSE '' END
             || 'TRIGGER ' || quote_ident(t.tgname)
      FROM pg_trigger t
      JOIN pg_class c ON c.oid = t.tgrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_proc p ON p.oid = t.tgfoid
     WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND p.prosrc ILIKE '%raise exception%'
"""


def refusing_triggers(tables: Collection[str] = ()) -> list[tuple[str, str]]:
    """How to drop or disable each, and how to have it back as it was, read from the catalogue.

    Of all tables, or of these.
    """
    sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        cursor.execute(_ON_SQLITE if sqlite else _ON_POSTGRESQL)
        rows = cursor.fetchall()
    found = []
    for table, place, what in rows:
        if tables and table not in tables:
            continue
        if sqlite:
            found.append((f'DROP TRIGGER "{place}"', str(what)))
        else:
            trigger = what.partition("TRIGGER ")[2]
            found.append(
                (
                    f"ALTER TABLE {place} DISABLE TRIGGER {trigger}",
                    f"ALTER TABLE {place} ENABLE {what}",
                )
            )
    return found


@contextmanager
def lifted(tables: Collection[str] = ()) -> Iterator[None]:
    """Inside the block rows that nobody may change can be deleted; afterwards all is as before.

    In all tables, or in these.
    """
    lifted: list[str] = []
    try:
        with connection.cursor() as cursor:
            for off, on in refusing_triggers(tables):
                cursor.execute(off)
                lifted.append(on)
        yield
    finally:
        with connection.cursor() as cursor:
            for on in lifted:
                cursor.execute(on)
