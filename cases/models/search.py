"""The words a case is searched by, and how the database looks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql.compiler import SQLCompiler
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from integrity.core.fields import BoundedText

if TYPE_CHECKING:
    Lookup = models.Lookup[Any]
else:
    Lookup = models.Lookup


class Terms(BoundedText):
    """Words as `cases.terms` makes them, with a space between. Indexed by migration 0015."""


_ROWS = "SELECT rowid FROM cases_casewords_fts WHERE cases_casewords_fts MATCH %s"


@Terms.register_lookup
class Has(Lookup):
    """`field__has=[..]`: all of these terms are in it; one that ends in "*" is a beginning."""

    lookup_name = "has"
    prepare_rhs = False

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[str | int, ...]]:
        table = compiler.quote_name_unless_alias(self.lhs.alias)
        column = self.lhs.target.column
        # Terms are letters and digits, so that quotes are all they need.
        wanted = [(term.rstrip("*"), term.endswith("*")) for term in self.rhs]
        if connection.vendor == "postgresql":
            query = " & ".join(f"'{term}'{':*' if open_ else ''}" for term, open_ in wanted)
            return f'{table}."{column}_vector" @@ %s::tsquery', (query,)
        query = " AND ".join(f'"{term}"{"*" if open_ else ""}' for term, open_ in wanted)
        return f'{table}."case_id" IN ({_ROWS})', (f"{column} : ({query})",)


class CaseWords(models.Model):
    """What a case is searched by, written by `services.indexing` with every change of it.

    `heads` are of what everybody of the desk may know of a case they may not read; they are in
    `text` too, which is bound to the readers of the case. `made_from` tells whether anything
    changed since.
    """

    case = models.OneToOneField(
        Case, on_delete=models.CASCADE, primary_key=True, related_name="words"
    )
    heads = Terms(max_length=4_000, blank=True)
    text = Terms(max_length=400_000, blank=True)
    made_from = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("words of a case")
        verbose_name_plural = _("words of cases")

    def __str__(self) -> str:
        return f"{self.case_id}"
