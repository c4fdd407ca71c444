"""Identifiers beside texts that name them, in queries: each database stores them its own way."""

from __future__ import annotations

from typing import Any

from django.db.models import CharField, Func, UUIDField


class InWords(Func):
    """An identifier as people and texts write it, in small letters with hyphens."""

    output_field = CharField()
    template = "(%(expressions)s)::text"

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """SQLite keeps 32 digits without hyphens."""
        found, params = compiler.compile(self.source_expressions[0])
        cuts = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
        parts = " || '-' || ".join(f"substr({found}, {at}, {size})" for at, size in cuts)
        return f"({parts})", list(params) * len(cuts)


class FromWords(Func):
    """The identifier a text names. The text must be one: PostgreSQL refuses any other."""

    output_field = UUIDField()
    template = "(%(expressions)s)::uuid"

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """As SQLite keeps it."""
        return self.as_sql(
            compiler, connection, template="replace(%(expressions)s, '-', '')", **context
        )
