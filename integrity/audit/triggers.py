"""Triggers that make the database itself refuse to change the history.

`audit_event` and `audit_checkpoint` refuse UPDATE and DELETE, `audit_value` refuses UPDATE
(deleting one of its rows is how a value is erased). PostgreSQL refuses TRUNCATE on all three as
well, also where `session_replication_role` silences ordinary triggers. SQLite has no TRUNCATE, but
INSERT OR REPLACE removes the old row without asking a trigger for DELETE, so there an INSERT that
meets an existing row is refused too.

Whoever may drop triggers can go around them. That is what the chain and its checkpoints are for.
"""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

# Table: what it refuses besides TRUNCATE, and when an SQLite row is one that exists already.
REFUSED: dict[str, tuple[str, ...]] = {
    "audit_event": ("UPDATE", "DELETE"),
    "audit_checkpoint": ("UPDATE", "DELETE"),
    "audit_value": ("UPDATE",),
}
_SAME = {
    "audit_event": "sequence = NEW.sequence OR previous_hash = NEW.previous_hash",
    "audit_checkpoint": (
        "id = NEW.id OR sequence = NEW.sequence OR previous_hash = NEW.previous_hash"
    ),
    "audit_value": "sequence = NEW.sequence AND name = NEW.name",
}
_FUNCTION = "audit_refuse"


def install(connection: BaseDatabaseWrapper) -> None:
    """Put the triggers in place. Raises RuntimeError on a database they are not written for."""
    statements = _statements(connection)[0]
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers away; needs the owner of the tables."""
    statements = _statements(connection)[1]
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _statements(connection: BaseDatabaseWrapper) -> tuple[list[str], list[str]]:
    if connection.vendor == "postgresql":
        return _postgresql()
    if connection.vendor == "sqlite":
        return _sqlite()
    raise RuntimeError(f"No append-only triggers for {connection.vendor}.")


def _postgresql() -> tuple[list[str], list[str]]:
    make = [
        f"""
        CREATE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP;
        END $$
        """
    ]
    drop = []
    for table, refused in REFUSED.items():
        events = " OR ".join((*refused, "TRUNCATE"))
        make += [
            f"CREATE TRIGGER {table}_append_only BEFORE {events} ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {_FUNCTION}()",
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_append_only",
        ]
        drop.append(f"DROP TRIGGER {table}_append_only ON {table}")
    return make, [*drop, f"DROP FUNCTION {_FUNCTION}()"]


def _sqlite() -> tuple[list[str], list[str]]:
    make = []
    drop = []
    for table, refused in REFUSED.items():
        for operation in refused:
            name = f"{table}_no_{operation.lower()}"
            make.append(
                f"CREATE TRIGGER {name} BEFORE {operation} ON {table} BEGIN "
                f"SELECT RAISE(ABORT, '{table} is append-only: {operation} is refused'); END"
            )
            drop.append(f"DROP TRIGGER {name}")
        existing = f"SELECT 1 FROM {table} WHERE {_SAME[table]}"  # noqa: S608 — names of ours
        make.append(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
            f"WHEN EXISTS ({existing}) BEGIN "
            f"SELECT RAISE(ABORT, '{table} is append-only: the row exists'); END"
        )
        drop.append(f"DROP TRIGGER {table}_no_replace")
    return make, drop
