"""What was done to the first event that does not verify.

The verifier only knows that something is wrong; here it is told apart, by trying which single
change undone makes the row fit again, and by looking in the rest of the chain for the event that
belongs here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain as concatenate

from integrity.audit import canonical, chain
from integrity.audit.chain import EVENTS, EventRow, ValueRow
from integrity.audit.findings import Finding, Kind

# How many removed events are recognised behind a renumbering of the later ones.
RENUMBERED = 1000
ACTOR_KINDS = ("user", "sealed", "system")


def explain(
    row: EventRow,
    rest: Iterator[EventRow],
    *,
    expected: int,
    previous: str,
    recent: Sequence[EventRow],
    anchored: bool,
    values: Sequence[ValueRow],
) -> Finding:
    """The finding for `row`, which does not verify as number `expected` after hash `previous`.

    `rest` is what follows; it is read through once. `recent` are the last events before,
    `anchored` says that a good checkpoint covers them, `values` are the kept ones of this event.
    """
    before = recent[-1] if recent else None
    if row.sequence != expected:
        return _misnumbered(row, rest, expected, previous)
    follows = row.previous_hash == previous
    after = next(rest, None)
    later: Iterable[EventRow] = concatenate([after] if after else [], rest)

    if follows and fits(row):
        return _edited(expected, "version", "is of a version this verifier does not know")
    if follows and after and digest(row) and after.previous_hash == digest(row):
        return _edited(expected, "hash", "does not have the hash that the next one follows")
    column = _column(row, before, after, values) if follows else None
    if column:
        return _edited(expected, column, f"was changed in the column {column}")
    if not follows and fits(row, previous_hash=previous):
        return _edited(expected, "previous_hash", "was changed in the column previous_hash")

    genuine = _genuine(later, expected, previous)
    if genuine and fits(row, sequence=genuine.sequence):
        return Finding(
            Kind.REORDERED,
            EVENTS,
            f"Events {expected} and {genuine.sequence} have changed places.",
            expected,
        )
    if genuine:
        return Finding(
            Kind.INSERTED,
            EVENTS,
            f"Event {expected} was inserted: the one that belongs here now stands at "
            f"{genuine.sequence}.",
            expected,
        )
    if follows:
        return _edited(expected, None, "was changed")
    shift = next((n for n in range(1, RENUMBERED + 1) if fits(row, sequence=expected + n)), 0)
    if shift:
        return Finding(
            Kind.REMOVED,
            EVENTS,
            f"{shift} event(s) were removed at {expected}, and the later ones renumbered.",
            expected,
        )
    for count, earlier in enumerate(reversed(recent), start=1):
        if earlier.previous_hash == row.previous_hash and fits(row, sequence=earlier.sequence):
            return Finding(
                Kind.INSERTED,
                EVENTS,
                f"{count} event(s) were inserted at {earlier.sequence}, and the later ones "
                "renumbered.",
                earlier.sequence,
            )
    if not fits(row):
        return _edited(expected, None, "was changed in several columns, or replaced")
    if before and not anchored and (after is None or after.previous_hash == row.hash):
        return _edited(
            expected - 1,
            None,
            "was changed and its hash computed again: the next one follows another hash",
        )
    return Finding(
        Kind.INSERTED, EVENTS, f"Event {expected} does not follow the one before it.", expected
    )


def digest(row: EventRow) -> str:
    """The row's hash, or "" when a column holds something that cannot be hashed."""
    try:
        return chain.event_hash(row)
    except (TypeError, ValueError):
        return ""


def fits(row: EventRow, **columns: object) -> bool:
    """Whether the row's own hash is right once `columns` are replaced."""
    found = digest(row._replace(**columns))  # type: ignore[arg-type]
    return bool(found) and found == row.hash


def _misnumbered(row: EventRow, rest: Iterable[EventRow], expected: int, previous: str) -> Finding:
    if row.previous_hash == previous and fits(row, sequence=expected):
        return _edited(expected, "sequence", "was changed in the column sequence")
    if chain.number(row.sequence) is None or row.sequence < expected:
        return Finding(
            Kind.INSERTED,
            EVENTS,
            f"An event was inserted with the impossible number {row.sequence}.",
            expected,
        )
    genuine = _genuine(rest, expected, previous)
    if genuine:
        return Finding(
            Kind.REORDERED,
            EVENTS,
            f"Event {expected} was moved to {genuine.sequence}.",
            expected,
            column="sequence",
        )
    last = row.sequence - 1
    gap = f"Event {expected} is" if last == expected else f"Events {expected} to {last} are"
    return Finding(Kind.REMOVED, EVENTS, f"{gap} missing.", expected)


def _genuine(later: Iterable[EventRow], expected: int, previous: str) -> EventRow | None:
    for row in later:
        if row.previous_hash == previous and fits(row, sequence=expected):
            return row
    return None


def _column(
    row: EventRow, before: EventRow | None, after: EventRow | None, values: Sequence[ValueRow]
) -> str | None:
    """The one changed column, where its old value can be guessed from what stands around it."""
    for column, old in _guesses(row, before, after, values):
        if old != getattr(row, column) and fits(row, **{column: old}):
            return column
    return None


def _guesses(
    row: EventRow, before: EventRow | None, after: EventRow | None, values: Sequence[ValueRow]
) -> Iterator[tuple[str, object]]:
    yield "version", chain.VERSION
    for kind in ACTOR_KINDS:
        yield "actor_kind", kind
    for column in ("actor_role", "case_number", "institution"):
        yield column, ""
    for neighbour in (before, after):
        if neighbour:
            for column in EventRow._fields[2:-2]:
                yield column, getattr(neighbour, column)
    # What a case event is about is often the case, and the other way round.
    yield "case_number", row.subject_id
    yield "subject_id", row.case_number
    try:
        content = json.loads(row.payload)
        yield "payload", canonical.dumps(content)
        for value in values:
            promise = chain.commitment(value.name, value.salt, value.value)
            if value.name == chain.ACTOR:
                yield "actor", promise
            else:
                content["personal"][value.name] = promise
        yield "payload", canonical.dumps(content)
    except (TypeError, ValueError, KeyError, RecursionError):
        # No JSON of ours at all: the hash can have covered anything, but surely not this.
        yield "payload", row.payload


def _edited(sequence: int, column: str | None, what: str) -> Finding:
    return Finding(Kind.EDITED, EVENTS, f"Event {sequence} {what}.", sequence, column=column)
