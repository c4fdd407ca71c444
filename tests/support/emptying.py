"""Emptying the database between transactional tests: of well over a hundred tables, the few in use.

Django's own way truncates every table and then makes content types and permissions anew, which
takes longer than most of these tests.
"""

from __future__ import annotations

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction

from tests.support import triggers

# They are made with the tables and are the same for every test; what a test adds goes.
KEPT = (Permission, ContentType)


class Emptying:
    """Empties the test database, as Django's `flush` does, of whatever tests left in it.

    Made while nothing but the migrations has written: content types and permissions of that time
    stay.
    """

    def __init__(self) -> None:
        self._kept = {
            model._meta.db_table: model.objects.order_by("-pk").values_list("pk", flat=True).first()
            or 0
            for model in KEPT
        }
        tables = connection.introspection.django_table_names(
            only_existing=True, include_views=False
        )
        self._names = {table: connection.ops.quote_name(table) for table in tables}
        self._used = " UNION ALL ".join(
            f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {name}{self._beyond(table)})"  # noqa: S608
            for table, name in self._names.items()
        )

    def _beyond(self, table: str) -> str:
        return f" WHERE id > {self._kept[table]:d}" if table in self._kept else ""

    def used(self) -> list[str]:
        """The tables that hold something of tests."""
        with connection.cursor() as cursor:
            cursor.execute(self._used)
            return [str(table) for (table,) in cursor.fetchall()]

    def empty(self) -> None:
        """Delete all that tests left."""
        used = self.used()
        if not used:
            return
        with triggers.lifted(used), transaction.atomic(), connection.cursor() as cursor:
            if self._passes_over():
                # All goes: nothing has to be looked up to see whether it is referred to.
                cursor.execute("SET LOCAL session_replication_role = replica")
            for table in used:
                cursor.execute(f"DELETE FROM {self._names[table]}{self._beyond(table)}")  # noqa: S608
        ContentType.objects.clear_cache()

    def _passes_over(self) -> bool:
        if connection.vendor != "postgresql":
            return False
        with connection.cursor() as cursor:
            cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
            return bool(cursor.fetchone()[0])
