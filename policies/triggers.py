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
# SQLite only: INSERT OR REPLACE takes the old row away without asking a trigger for DELETE.
_REPLACED = {
    "policies_version": (
        "SELECT 1 FROM policies_version o WHERE o.status = 'published' AND (o.id = NEW.id"
        " OR (o.document_id = NEW.document_id AND o.number = NEW.number))"
    ),
    "policies_schemeversion": (
        "SELECT 1 FROM policies_schemeversion o WHERE o.status = 'published' AND (o.id = NEW.id"
        " OR (o.scheme_id = NEW.scheme_id AND o.number = NEW.number))"
    ),
    **{
        table: (
            f"SELECT 1 FROM {table} o JOIN policies_version v ON v.id = o.version_id"  # noqa: S608
            " WHERE v.status = 'published' AND o.id = NEW.id"
        )
        for table in ("policies_violationtype", "policies_consequence")
    },
}
MESSAGE = "What is published never changes"


def _each() -> Iterator[tuple[str, str, str, str]]:
    for table, operations in _GUARDED.items():
        for operation, (condition, *rows) in operations.items():
            when = " OR ".join(condition.format(row=row) for row in rows)
            yield f"{PREFIX}_{table[9:]}_{operation.lower()}", table, operation, when


def _each_replaced() -> Iterator[tuple[str, str, str]]:
    for table, existing in _REPLACED.items():
        yield f"{PREFIX}_{table[9:]}_replace", table, f"EXISTS ({existing})"


def names(vendor: str) -> list[str]:
    """The names of all triggers that have to stand on this kind of database."""
    found = [name for name, *_ in _each()]
    if vendor == "sqlite":
        found += [name for name, *_ in _each_replaced()]
    return found


def install(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Create the triggers, replacing those that stand."""
    remove(apps, schema_editor)
    if schema_editor.connection.vendor == "sqlite":
        for name, table, operation, when in _each():
            schema_editor.execute(
                f"CREATE TRIGGER {name} BEFORE {operation} ON {table} FOR EACH ROW WHEN {when} "
                f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}: {table}'); END"
            )
        for name, table, when in _each_replaced():
            schema_editor.execute(
                f"CREATE TRIGGER {name} BEFORE INSERT ON {table} FOR EACH ROW WHEN {when} "
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
    if schema_editor.connection.vendor == "sqlite":
        for name in names("sqlite"):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}")
        return
    for name, table, *_ in _each():
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
        schema_editor.execute(f"DROP FUNCTION IF EXISTS {name}()")
