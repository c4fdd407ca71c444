"""Rights of the application's own database role, where migrations run under another one.

With `MIGRATION_DATABASE_URL` the tables belong to the role that migrates. The application's role
gets what it needs, and of the history only what writing it takes: it cannot even try to drop a
trigger.
"""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.db import connections

from integrity.audit.chain import CHECKPOINTS, EVENTS, VALUES

logger = logging.getLogger(__name__)

HISTORY = {
    EVENTS: "SELECT, INSERT",
    CHECKPOINTS: "SELECT, INSERT",
    VALUES: "SELECT, INSERT, DELETE",
}


def grant(role: str, *, using: str = "default") -> None:
    """Give `role` its rights on every table and sequence of the current schema; repeatable.

    Raises the database's error when the role does not exist or the connection may not grant.
    """
    connection = connections[using]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user = %s, quote_ident(current_schema()), quote_ident(%s)", [role, role]
        )
        same, schema, quoted = cursor.fetchone()
        if same:
            logger.warning(
                "Migrations run as the application's own role: it owns the tables of the history, "
                "and only triggers protect them."
            )
            return
        cursor.execute(f"GRANT USAGE ON SCHEMA {schema} TO {quoted}")
        cursor.execute(
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {quoted}"
        )
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {quoted}")
        for table, rights in HISTORY.items():
            cursor.execute(f"REVOKE ALL ON {table} FROM {quoted}")
            cursor.execute(f"GRANT {rights} ON {table} TO {quoted}")


def grant_after_migrations(using: str, **kwargs: Any) -> None:
    """Handler of `post_migrate`, which is sent when the tables of every app are there."""
    role = settings.APPLICATION_DATABASE_ROLE
    if role and connections[using].vendor == "postgresql":
        grant(role, using=using)
