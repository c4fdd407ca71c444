"""What the tests of the history share: actions of their own, a filled chain, a way to tamper."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection, transaction

from integrity.audit import registry, triggers
from integrity.audit import services as audit
from integrity.audit.chain import EventRow
from integrity.audit.models import Checkpoint, Event, EventValue

PERSON = uuid.UUID("0b6f7c1e-5d0c-4a5e-9d8b-6f2f6e4a1c11")


@pytest.fixture(autouse=True)
def actions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Actions that only these tests know."""
    monkeypatch.setattr(registry, "_actions", dict(registry._actions))
    registry.register(
        "thing.happened",
        fields={"n", "note", "nested"},
        personal={"respondent", "statement"},
        label="A thing happened",
        respondent_may_see=True,
        icon="flag",
    )
    registry.register("thing.hidden", label="A thing that respondents do not see")


def happened(n: int = 0, **changes: Any) -> None:
    """Record one event that uses every column."""
    audit.record(
        **{
            "action": "thing.happened",
            "actor": audit.Actor.user(PERSON, role="moderator"),
            "subject": ("thing", f"T-{n}"),
            "case_number": f"IC-2026-{n % 3:06}",
            "institution": "north",
            "data": {"n": n, "note": "Zoë – “ok”", "nested": {"b": [1, None], "a": True}},
            "personal": {"respondent": "Ana Núñez", "statement": "x" * 100},
            **changes,
        }
    )


def write(count: int, start: int = 1) -> None:
    """Append `count` events, each in a transaction of its own."""
    for n in range(start, start + count):
        with audit.transaction():
            happened(n)


@pytest.fixture
def dba(db: None) -> Iterator[Callable[..., int]]:
    """Somebody who owns the database: runs SQL without the triggers; all is undone afterwards.

    Call with a statement and its values; returns the number of rows it touched.
    """
    lifted = False

    def run(statement: str, *values: object) -> int:
        nonlocal lifted
        with connection.cursor() as cursor:
            if not lifted:
                lifted = True
                if connection.vendor == "postgresql":
                    # Changes that wait for a check would keep the table from being altered.
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                    cursor.execute("SET CONSTRAINTS ALL DEFERRED")
                    for table, name in (
                        ("audit_event", "audit_event_from_1"),
                        ("audit_event", "audit_event_actor_kind"),
                        ("audit_event", "audit_event_version_check"),
                        ("audit_checkpoint", "audit_checkpoint_from_1"),
                    ):
                        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
                else:
                    cursor.execute("PRAGMA ignore_check_constraints = ON")
                triggers.remove(connection)
            cursor.execute(statement, values)
            return int(cursor.rowcount)

    yield run
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA ignore_check_constraints = OFF")
    if lifted:
        # What was broken must not be checked at the end of the test, only thrown away.
        transaction.set_rollback(True)


def event_rows() -> list[EventRow]:
    """The chain as the models see it."""
    return [event.row() for event in Event.objects.order_by("sequence")]


def everything() -> tuple[int, int, int]:
    """How many rows there are of each kind."""
    return Event.objects.count(), EventValue.objects.count(), Checkpoint.objects.count()
