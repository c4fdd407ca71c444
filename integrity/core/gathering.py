"""Several short lists of rows in one query.

A page about one thing shows a dozen short lists that belong to it. Asked for one by one, each costs
a way to the database and back; here all come in one, whatever their length.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import QuerySet

Path = tuple[str, ...]


@dataclass(frozen=True)
class Rows:
    """A list to ask for.

    `rows` with its order and annotations; `but` are own fields that are left out (texts and bytes
    nobody needs: bytes cannot be gathered at all). `beside`: rows it points to, by the name of the
    way there, with their fields (their key comes along; "*" are all). `extra` are annotations. What
    is not fetched is read from the database when somebody asks for it, as with `defer`.
    """

    rows: QuerySet[Any, Any]
    but: Iterable[str] = ()
    beside: Mapping[str, Iterable[str]] = field(default_factory=dict)
    extra: Iterable[str] = ()


@dataclass(frozen=True)
class _Part:
    """One kind of row within a list: where its values stand, and what they become."""

    path: Path
    model: type[models.Model]
    fields: list[models.Field[Any, Any]]


def gather(asked: Mapping[str, Rows]) -> dict[str, list[Any]]:
    """The rows of each list as instances of its model, in its order: one query.

    No query where nothing can be there.
    """
    found: dict[str, list[Any]] = {name: [] for name in asked}
    texts: list[str] = []
    params: list[Any] = []
    plans: list[tuple[str, list[_Part], list[str]]] = []
    for name, rows in asked.items():
        parts, extra = _parts(rows), list(rows.extra)
        lookups = ["__".join((*part.path, one.attname)) for part in parts for one in part.fields]
        try:
            sql, values = rows.rows.values_list(*lookups, *extra).query.sql_with_params()
        except EmptyResultSet:
            continue
        columns = ", ".join(f"c{number}" for number in range(len(lookups) + len(extra)))
        # Names and numbers of ours stand in the text; every value is a parameter.
        texts.append(f"(WITH part({columns}) AS ({sql}) SELECT {_array(columns)} FROM part)")  # noqa: S608
        params += values
        plans.append((name, parts, extra))
    if not texts:
        return found
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(texts), params)
        answers = cursor.fetchone() or ()
    for (name, parts, extra), answer in zip(plans, answers, strict=True):
        lines = json.loads(answer) if isinstance(answer, str) else answer
        found[name] = [_built(parts, extra, values) for values in lines or ()]
    return found


def _array(columns: str) -> str:
    if connection.vendor == "postgresql":
        return f"json_agg(json_build_array({columns}))"
    return f"json_group_array(json_array({columns}))"


def _parts(rows: Rows) -> list[_Part]:
    model, but = rows.rows.model, set(rows.but)
    own = [one for one in _concrete(model) if one.name not in but]
    parts = [_Part((), model, own)]
    for way, names in rows.beside.items():
        path = tuple(way.split("__"))
        there: Any = model
        for step in path:
            there = there._meta.get_field(step).related_model  # noqa: SLF001 - documented by Django
        wanted = set(names)
        everything = wanted == {"*"}
        fields = [
            one for one in _concrete(there) if everything or one.primary_key or one.name in wanted
        ]
        parts.append(_Part(path, there, fields))
    # A way of two steps begins at a row that is there already.
    return sorted(parts, key=lambda part: len(part.path))


def _concrete(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    return list(model._meta.concrete_fields)  # noqa: SLF001 - documented by Django


def _built(parts: list[_Part], extra: list[str], values: list[Any]) -> Any:
    at = 0
    built: dict[Path, Any] = {}
    for part in parts:
        raw = values[at : at + len(part.fields)]
        at += len(part.fields)
        known = {
            one.attname: _value(one, value) for one, value in zip(part.fields, raw, strict=True)
        }
        there = any(one.primary_key and known[one.attname] is not None for one in part.fields)
        row = (
            part.model.from_db(connection.alias, list(known), list(known.values()))
            if there
            else None
        )
        built[part.path] = row
        owner = built.get(part.path[:-1]) if part.path else None
        if owner is not None:
            way = type(owner)._meta.get_field(part.path[-1])  # noqa: SLF001 - documented by Django
            way.set_cached_value(owner, row)
    main = built[()]
    for name, value in zip(extra, values[at:], strict=True):
        setattr(main, name, value)
    return main


def _value(of: models.Field[Any, Any], value: Any) -> Any:
    """A value out of JSON as the field would have read it from the database."""
    if value is None:
        return None
    if connection.vendor == "postgresql":
        return value if isinstance(of, models.JSONField) else of.to_python(value)
    column = of.get_col(of.model._meta.db_table)  # noqa: SLF001 - documented by Django
    for convert in (
        *connection.ops.get_db_converters(column),
        *column.get_db_converters(connection),
    ):
        value = convert(value, column, connection)
    return value
