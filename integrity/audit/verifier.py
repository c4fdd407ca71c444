"""Does the history verify, and if not, where does it stop doing so?

Pure functions over rows, in constant memory and without Django, so that an offline verifier can use
them. Rows come as they are read: a column may hold anything that a database can be made to hold.

What can be proved: within the chain, every column of every row; against a signed checkpoint, that
nothing up to it was rewritten, inserted, removed or cut off. Events after the last checkpoint that
the verifier is given can be rewritten as a whole by somebody who controls the database.
"""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import islice
from math import inf
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from integrity.audit import chain, diagnosis
from integrity.audit.chain import VALUES, CheckpointRow, EventRow, ValueRow
from integrity.audit.findings import Finding, Kind
from integrity.audit.marks import Marks

# Equal to nothing that a column can hold.
_UNHASHABLE: Any = object()
# Events before the present one that an explanation may need.
RECENT = 64
# Kept values that are looked at to explain one event; an honest event has a handful.
VALUES_READ = 100


@dataclass(slots=True)
class Report:
    """What was checked. `events` counts the ones that verified before the first finding.

    `backward_steps` counts events whose time lies before their predecessor's. That alone is no
    finding: the order of the chain is the order of commits, and clocks are corrected.
    """

    events: int = 0
    values: int = 0
    checkpoints: int = 0
    last_sequence: int = 0
    last_hash: str = chain.GENESIS
    backward_steps: int = 0
    first_bad: Finding | None = None

    @property
    def ok(self) -> bool:
        """Whether everything verified."""
        return self.first_bad is None

    def document(self) -> dict[str, Any]:
        """The report as a JSON object."""
        return {"ok": self.ok, **asdict(self)}


def verify(
    events: Iterable[tuple[Any, ...]],
    *,
    keys: Mapping[str, Ed25519PublicKey],
    values: Iterable[ValueRow] = (),
    checkpoints: Iterable[CheckpointRow] | None = None,
    kept: Iterable[CheckpointRow] = (),
    start: tuple[int, str] = (0, chain.GENESIS),
    last_checkpoint: CheckpointRow | None = None,
) -> Report:
    """Check `events`, in the order of their sequence, each a tuple of EventRow's columns.

    `values` in the order of their event, `checkpoints` in the order of their id; None when there
    are none to be had. `kept` are checkpoints from elsewhere. `keys` are the trusted keys by id.
    For a part of the chain, `start` is the place and hash that its first event follows, and
    `last_checkpoint` the one that its first checkpoint follows.
    """
    sequence, previous = start
    report = Report(last_sequence=sequence, last_hash=previous)
    marks = Marks(checkpoints, kept, keys, start=start, last=last_checkpoint)
    behind = _Values(values)
    stream = iter(events)
    recent: deque[tuple[Any, ...]] = deque(maxlen=RECENT)
    last_time = ""
    sha256, event_text, version = hashlib.sha256, chain.event_text, chain.VERSION

    for row in stream:
        expected = sequence + 1
        try:
            digest = sha256(event_text(row).encode()).hexdigest()  # type: ignore[arg-type]
        except (TypeError, ValueError):
            digest = _UNHASHABLE
        if digest != row[13] or row[12] != previous or row[0] != expected or row[1] != version:
            report.first_bad = diagnosis.explain(
                EventRow(*row),
                (EventRow(*later) for later in stream),
                expected=expected,
                previous=previous,
                recent=[EventRow(*earlier) for earlier in recent],
                anchored=marks.covered == sequence,
                values=behind.of(expected),
            )
            break
        if behind.at <= expected:
            report.first_bad = behind.check(EventRow(*row))
            if report.first_bad:
                break
        if marks.at <= expected:
            report.first_bad = marks.check(expected, digest)
            if report.first_bad:
                break
        if row[2] < last_time:
            report.backward_steps += 1
        last_time = row[2]
        recent.append(row)
        sequence, previous = expected, digest
        report.events += 1
    else:
        report.first_bad = marks.finish(sequence, previous) or behind.finish()

    report.values, report.checkpoints = behind.count, marks.count
    report.last_sequence, report.last_hash = sequence, previous
    return report


class _Values:
    """Kept values beside the stream of events. `at` is the event of the next one."""

    def __init__(self, rows: Iterable[ValueRow]) -> None:
        self._rows = iter(rows)
        self.count = 0
        self._advance()

    def _advance(self) -> None:
        self._row = next(self._rows, None)
        # What is no number sorts behind every number, and is found as an orphan in the end.
        place = chain.number(self._row.sequence) if self._row else None
        self.at: float = inf if place is None else place

    def _take(self, sequence: int) -> Iterator[ValueRow]:
        while self.at <= sequence and self._row:
            row = self._row
            self._advance()
            yield row

    def of(self, sequence: int) -> list[ValueRow]:
        """Values of one event that does not verify, to explain it by."""
        rows = (row for row in self._take(sequence) if row.sequence == sequence)
        return list(islice(rows, VALUES_READ))

    def check(self, event: EventRow) -> Finding | None:
        """Whether each value up to this event belongs to it and is what it promised."""
        promises: dict[str, object] | None = None
        for row in self._take(event.sequence):
            if row.sequence != event.sequence:
                return _orphan(row)
            if promises is None:
                promises = _promises(event)
            column = _wrong_column(row, promises)
            if column:
                return Finding(
                    Kind.EDITED,
                    VALUES,
                    f"The kept value {row.name!r} of event {row.sequence} is not the one that "
                    "the event promised.",
                    row.sequence,
                    column=column,
                )
            self.count += 1
        return None

    def finish(self) -> Finding | None:
        """A value that is left has no event."""
        return _orphan(self._row) if self._row else None


def _orphan(row: ValueRow) -> Finding:
    return Finding(
        Kind.ORPHAN,
        VALUES,
        f"A value is kept for event {row.sequence}, which does not exist.",
        chain.number(row.sequence),
        column="sequence",
    )


def _promises(event: EventRow) -> dict[str, object]:
    try:
        promises = dict(json.loads(event.payload)["personal"])
    except (TypeError, ValueError, KeyError, RecursionError):
        promises = {}
    if event.actor_kind == "user":
        promises[chain.ACTOR] = event.actor
    return promises


def _wrong_column(row: ValueRow, promises: Mapping[str, object]) -> str | None:
    if row.name not in promises:
        return "name"
    try:
        if chain.commitment(row.name, row.salt, row.value) != promises[row.name]:
            return "value"
    except (TypeError, ValueError):
        return "value"
    return None if row.lookup == chain.lookup(row.value) else "lookup"
