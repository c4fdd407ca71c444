"""Writing the history: `transaction`, `record`, `erase`.

    with audit.transaction():
        case.save()
        audit.record("case.opened", actor=audit.Actor.user(user.public_id, role="moderator"),
                     subject=("case", case.number), case_number=case.number)

Events are collected while the work goes on and appended in one go when the outermost block ends,
still in its database transaction: either the work and its events are there, or neither. The lock
on the chain is taken then, so that nobody waits for it while somebody else thinks.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db import transaction as database

from integrity.audit import canonical, chain, registry
from integrity.audit.errors import NoTransaction, WrongEvent
from integrity.audit.models import LIMITS, ActorKind, Event, EventValue
from integrity.audit.registry import register
from integrity.core import clock
from integrity.core.copying import copy

__all__ = ["Actor", "erase", "record", "register", "transaction"]

# "intgaudt" as a number: any fixed one would do, PostgreSQL keeps them per database.
CHAIN_LOCK = 0x696E746761756474
# Rows in one INSERT on PostgreSQL; SQLite prepares the statement once for all of them.
PAGE = 1000


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. Made by `user`, `sealed` or `system` only."""

    kind: ActorKind
    name: str
    role: str = ""

    @classmethod
    def user(cls, public_id: UUID | str, role: str = "") -> Actor:
        """A person with an account; the event holds a commitment, the public id can be erased."""
        return cls(ActorKind.USER, _column("actor", public_id), _column("actor_role", role))

    @classmethod
    def sealed(cls, reference: str, role: str = "") -> Actor:
        """A person nobody may know, by a keyed reference (`crypto.reference`), never by an id."""
        return cls(ActorKind.SEALED, _column("actor", reference), _column("actor_role", role))

    @classmethod
    def system(cls, name: str) -> Actor:
        """A job or command, by its name."""
        return cls(ActorKind.SYSTEM, _column("actor", name))


@dataclass(slots=True)
class _Pending:
    """An event that waits for its place: EventRow's columns from `action` to `payload`."""

    columns: tuple[str, ...]
    occurred_at: datetime
    values: list[chain.ValueRow] = field(default_factory=list)


class _State(threading.local):
    """Open blocks of this thread. Database connections belong to threads, and so does this."""

    def __init__(self) -> None:
        self.blocks: list[tuple[list[_Pending], int]] = []


_state = _State()


@contextmanager
def transaction() -> Iterator[None]:
    """One unit of work with its events; nested blocks are savepoints.

    The outermost block opens a database transaction, and appends the events of all blocks that
    were not rolled back at its end, under the chain's lock. Whatever leaves a block as an
    exception takes its events with it. Do not wrap the outermost block in a longer transaction:
    the chain stays locked until that ends. Raises `NoTransaction` inside a plain `atomic()` within
    another block: its rollback would leave the events behind.
    """
    blocks = _state.blocks
    outermost = not blocks
    if not outermost and len(connection.savepoint_ids) != blocks[-1][1]:
        raise NoTransaction("Inside audit.transaction(), use it again instead of atomic().")
    with database.atomic():
        pending: list[_Pending] = []
        blocks.append((pending, len(connection.savepoint_ids)))
        try:
            yield
        finally:
            blocks.pop()
        # Marked for rollback without an exception: the work vanishes, and its events with it.
        if connection.needs_rollback:
            return
        if not outermost:
            blocks[-1][0].extend(pending)
        elif pending:
            _append(pending)


def in_transaction() -> bool:
    """Whether this thread is inside `transaction()`: what must be part of one can insist on it."""
    return bool(_state.blocks)


def has_events() -> bool:
    """Whether anything was recorded in the innermost open block: where not, nothing changed."""
    return bool(_state.blocks and _state.blocks[-1][0])


def record(
    action: str,
    *,
    actor: Actor,
    subject: tuple[str, object],
    case_number: str = "",
    institution: str = "",
    data: Mapping[str, Any] | None = None,
    personal: Mapping[str, str | UUID] | None = None,
) -> None:
    """Note that `action` happened, now; the event is appended when the outermost block commits.

    `subject` is a type and a public identifier. `data` is JSON without floats and holds nothing
    personal: it can never be erased. `personal` values stand in the event as salted commitments
    only, and beside it in a row that can be erased. `institution` is a slug.

    Raises `NoTransaction` outside `transaction()`, `UnknownAction` for one that is not registered,
    `WrongEvent` for fields that the action does not carry and for values that cannot be kept.
    """
    if not _state.blocks:
        raise NoTransaction(f"{action!r} must be recorded inside audit.transaction().")
    pending, savepoints = _state.blocks[-1]
    if len(connection.savepoint_ids) != savepoints:
        # The event would survive a rollback of that savepoint, and tell of work that is not there.
        raise NoTransaction(
            f"{action!r} is recorded inside a plain atomic() block: use audit.transaction()."
        )
    known = registry.get(action)
    data, personal = data or {}, personal or {}
    wrong = sorted({*data} - known.fields) + sorted({*personal} - known.personal)
    if wrong:
        raise WrongEvent(f"{action!r} does not carry {', '.join(wrong)}.")

    values = [_value(name, value) for name, value in personal.items()]
    actor_column = actor.name
    commitments = {row.name: chain.commitment(row.name, row.salt, row.value) for row in values}
    if actor.kind == ActorKind.USER:
        who = _value(chain.ACTOR, actor.name)
        actor_column = chain.commitment(who.name, who.salt, who.value)
        values.append(who)
    try:
        payload = canonical.dumps({"data": data, "personal": commitments})
    except canonical.NotCanonical as error:
        raise WrongEvent(f"{action!r}: {error}") from error
    pending.append(
        _Pending(
            (
                action,
                actor.kind.value,
                actor_column,
                actor.role,
                _column("subject_type", subject[0]),
                _column("subject_id", subject[1]),
                _column("case_number", case_number),
                _column("institution", institution),
                payload,
            ),
            clock.now(),
            values,
        )
    )


def erase(value: str | UUID) -> int:
    """Erase every kept value that is `value` (up to 64 characters), such as a person's public id.

    Their commitments stay, so the chain still verifies. Returns how many rows are gone. The caller
    records the erasure, without the value. Events of a block that is still open are not written
    yet: erase in a block of its own, after theirs.
    """
    lookup = chain.lookup(canonical.text(str(value)))
    if not lookup:
        raise ValueError("Only values of 1 to 64 characters can be found again.")
    count, _ = EventValue.objects.filter(lookup=lookup).delete()
    return count


def lock_chain() -> None:
    """Wait for the chain and hold it until the transaction ends.

    SQLite needs no more than its own lock: immediate transactions write one after the other.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CHAIN_LOCK])


_MAY_BE_EMPTY = {"actor_role", "case_number", "institution"}


def _column(name: str, value: object) -> str:
    """Text for a column in composed form. SQLite would take any length, PostgreSQL no NUL."""
    try:
        text = canonical.text(value if isinstance(value, str) else str(value))
    except canonical.NotCanonical as error:
        raise WrongEvent(f"{name}: {error}") from error
    if "\x00" in text or len(text) > LIMITS[name] or not (text or name in _MAY_BE_EMPTY):
        raise WrongEvent(f"{name} has no value that can be kept.")
    return text


def _value(name: str, value: str | UUID) -> chain.ValueRow:
    if not isinstance(value, str | UUID):
        raise WrongEvent(f"The personal value {name!r} must be text.")
    try:
        text = canonical.text(str(value))
    except canonical.NotCanonical as error:
        raise WrongEvent(f"{name}: {error}") from error
    if "\x00" in text:
        raise WrongEvent(f"The personal value {name!r} holds a NUL.")
    return chain.ValueRow(0, name, chain.new_salt(), text, chain.lookup(text))


def _append(pending: Sequence[_Pending]) -> None:
    lock_chain()
    # A new statement after the lock, so that it sees what the one before us committed.
    tail = Event.objects.order_by("-sequence").values_list("sequence", "hash").first()
    sequence, previous = tail or (0, chain.GENESIS)
    adapt = connection.ops.adapt_datetimefield_value
    events: list[tuple[Any, ...]] = []
    values: list[tuple[Any, ...]] = []
    for event in pending:
        sequence += 1
        instant = canonical.instant(event.occurred_at)
        row = chain.EventRow._make((sequence, chain.VERSION, instant, *event.columns, previous, ""))
        previous = chain.event_hash(row)
        events.append((*row[:2], adapt(event.occurred_at), *row[3:-1], previous))
        values.extend((sequence, *value[1:]) for value in event.values)
    _insert(chain.EVENTS, chain.EventRow._fields, events)
    _insert(chain.VALUES, chain.ValueRow._fields, values)


def _insert(table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert without building models: seeds write millions of events."""
    if not rows:
        return
    if connection.vendor == "postgresql" and len(rows) > PAGE:
        copy(table, columns, rows)
        return
    quote = connection.ops.quote_name
    head = f"INSERT INTO {quote(table)} ({', '.join(map(quote, columns))}) VALUES "  # noqa: S608 — names of ours
    one = f"({', '.join(['%s'] * len(columns))})"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for start in range(0, len(rows), PAGE):
                page = rows[start : start + PAGE]
                cursor.execute(
                    head + ", ".join([one] * len(page)), [cell for row in page for cell in row]
                )
        else:
            cursor.executemany(head + one, rows)
