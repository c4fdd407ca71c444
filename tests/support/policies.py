"""The demo's policies for worlds of tests: told by the services once, then written down again.

Hundreds of tests begin with them, and each would publish the same texts anew. Rows, events and the
order in which they come are those of `load_demo_policies`; only the keys of the rows differ.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from unittest import mock

from django.db.models import Model

from integrity.audit import services as audit
from integrity.core import clock
from integrity.courses.models import Institution
from policies.enums import VersionStatus
from policies.models import (
    Consequence,
    Document,
    Scheme,
    SchemeVersion,
    Version,
    ViolationType,
)
from policies.services.demo import load_demo_policies

# In an order in which each finds what it refers to.
MODELS: tuple[type[Model], ...] = (
    Institution, Document, Version, ViolationType, Consequence, Scheme, SchemeVersion,
)  # fmt: skip
ACTOR = audit.Actor.system("tests")


@dataclass
class _Told:
    """What the services wrote, and between which instants."""

    began: datetime
    ended: datetime
    rows: dict[type[Model], list[dict[str, Any]]] = field(default_factory=dict)
    events: list[tuple[tuple[Any, ...], dict[str, Any]]] = field(default_factory=list)

    def latest(self) -> datetime:
        """The last instant of the texts themselves: before it they cannot be told like this."""
        instants = [
            value
            for rows in self.rows.values()
            for row in rows
            for value in row.values()
            if isinstance(value, datetime) and value < self.began
        ]
        return max(instants)


_told: _Told | None = None


def demo_policies() -> None:
    """Make the demo's policies and schemes."""
    global _told
    if _told is None and not any(model._default_manager.exists() for model in MODELS):
        _told = _tell()
    elif _told is not None and _told.latest() < clock.now() and not _in_the_way(_told):
        with audit.transaction():
            _write(_told)
    else:
        load_demo_policies(ACTOR)


def _in_the_way(told: _Told) -> bool:
    places = [row["slug"] for row in told.rows[Institution]]
    return (
        Document.objects.exists()
        or Scheme.objects.exists()
        or Institution.objects.filter(slug__in=places).exists()
    )


def _tell() -> _Told:
    told = _Told(clock.now(), clock.now())
    with _listening(told):
        load_demo_policies(ACTOR)
    told.ended = clock.now()
    for model in MODELS:
        told.rows[model] = list(model._default_manager.order_by("pk").values())
    return told


@contextmanager
def _listening(told: _Told) -> Iterator[None]:
    record = audit.record

    def recording(*args: Any, **kwargs: Any) -> None:
        told.events.append((args, kwargs))
        record(*args, **kwargs)

    with mock.patch.object(audit, "record", recording):
        yield


def _write(told: _Told) -> None:
    now = clock.now()
    keys: dict[tuple[type[Model], Any], Any] = {}
    for model in MODELS:
        made = []
        for row in told.rows[model]:
            values = dict(row)
            values.pop("id")
            for name, value in values.items():
                if isinstance(value, datetime) and told.began <= value <= told.ended:
                    values[name] = now
            for part in model._meta.concrete_fields:
                if part.is_relation and part.related_model in MODELS:
                    values[part.attname] = keys.get((part.related_model, values[part.attname]))
            if model is Version:
                # Nobody may add to what is published: it becomes so when it is whole.
                values |= {"status": VersionStatus.DRAFT, "published_at": None}
            made.append(model(**values))
        model._default_manager.bulk_create(made)
        for row, new in zip(told.rows[model], made, strict=True):
            keys[model, row["id"]] = new.pk
    for row in told.rows[Version]:
        if row["status"] == VersionStatus.PUBLISHED:
            at = row["published_at"]
            Version.objects.filter(pk=keys[Version, row["id"]]).update(
                status=row["status"], published_at=now if at >= told.began else at
            )
    for args, kwargs in told.events:
        audit.record(*args, **kwargs)
