"""Triggers that keep what is published as it is, on SQLite and on PostgreSQL.

SQLite loses a table's triggers when a migration rebuilds the table: such a migration calls
`install` again at its end. A test reads which triggers stand.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

PREFIX = "policies_keep"
# Table, and the condition under which a row may not be touched; {row} is OLD or NEW.
_OWN = "{row}.status = 'published'"
_PARENT = (
    "EXISTS (SELECT 1 FROM policies_version v"
    " WHERE v.id = {row}.version_id AND v.status = 'published')"
)
_GUARDED = {
    "policies_version": {"UPDATE": [_OWN, "OLD"], "DELETE": [_OWN, "OLD"]},
    "policies_schemeversion": {"UPDATE": [_OWN, "OLD"], "DELETE": [_OWN, "OLD"]},
    "policies_violationtype": {
        "INSERT": [_PARENT, "NEW"],
        "UPDATE": [_PARENT, "OLD", "NEW"],
        "DELETE": [_PARENT, "OLD"],
    },
    "policies_consequence": {
        "INSERT": [_PARENT, "NEW"],
        "UPDATE": [_PARENT, "OLD", "NEW"],
        "DELETE": [_PARENT, "OLD"],
    },
}
MESSAGE = "What is published never changes"


def _each() -> Iterator[tuple[str, str, str, str]]:
    for table, operations in _GUARDED.items():
        for operation, (condition, *rows) in operations.items():
            when = " OR ".join(condition.format(row=row) for row in rows)
            yield f"{PREFIX}_{table[9:]}_{operation.lower()}", table, operation, when


def names() -> list[str]:
    """The names of all triggers that have to stand."""
    return [name for name, *_ in _each()]


def install(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Create the triggers, replacing those that stand."""
    remove(apps, schema_editor)
    if schema_editor.connection.vendor == "sqlite":
        for name, table, operation, when in _each():
            schema_editor.execute(
                f"CREATE TRIGGER {name} BEFORE {operation} ON {table} FOR EACH ROW WHEN {when} "
                f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}: {table}'); END"
            )
        return
    for name, table, operation, when in _each():
        back = "OLD" if operation == "DELETE" else "NEW"
        schema_editor.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {when} THEN RAISE EXCEPTION '{MESSAGE}: {table}' USING ERRCODE = "
            f"'integrity_constraint_violation'; END IF; RETURN {back}; END $$"
        )
        schema_editor.execute(
            f"CREATE TRIGGER {name} BEFORE {operation} ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {name}()"
        )


def remove(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Drop the triggers where they stand."""
    for name, table, *_ in _each():
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}")
        else:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
            schema_editor.execute(f"DROP FUNCTION IF EXISTS {name}()")
