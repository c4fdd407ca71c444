"""Checkpoints beside the stream of events: the ones of the database and the ones kept elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from math import inf

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from integrity.audit import chain
from integrity.audit.chain import CHECKPOINTS, CheckpointRow
from integrity.audit.findings import FILE, Finding, Kind


class Marks:
    """Checks each checkpoint when the stream reaches its place. `at` is the next such place.

    `covered` is the last place that a good checkpoint covers, `count` how many were good.
    """

    def __init__(
        self,
        rows: Iterable[CheckpointRow] | None,
        kept: Iterable[CheckpointRow],
        keys: Mapping[str, Ed25519PublicKey],
        *,
        start: tuple[int, str],
        last: CheckpointRow | None,
    ) -> None:
        self._keys = keys
        self._rows: Iterator[CheckpointRow] = iter(rows or ())
        self._row = next(self._rows, None)
        self._complete = rows is not None
        self._kept = sorted(kept, key=lambda row: (row.sequence, row.id))
        self._kept_by_id = {row.id: row for row in self._kept}
        self._last = last
        self._reached = start
        self.covered = start[0]
        self.count = 0
        self._look_ahead()

    def _look_ahead(self) -> None:
        places: list[float] = [inf]
        if self._row:
            place = chain.number(self._row.sequence)
            # What is no number is looked at at once: its signature cannot hold.
            places.append(-inf if place is None else place)
        if self._kept:
            places.append(self._kept[0].sequence)
        self.at = min(places)

    def check(self, sequence: int, event_hash: str) -> Finding | None:
        """Check every checkpoint up to the event `sequence`, which verified with `event_hash`."""
        self._reached = (sequence, event_hash)
        while self.at <= sequence:
            finding = self._next()
            if finding:
                return finding
        return None

    def finish(self, last: int, event_hash: str) -> Finding | None:
        """Check what is left when the events have ended at `last` with `event_hash`."""
        self._reached = (last, event_hash)
        while self.at < inf:
            finding = self._next()
            if finding:
                return finding
        gone = [row for row in self._kept_by_id.values() if self._complete]
        if gone:
            first = min(row.id for row in gone)
            return Finding(
                Kind.CHECKPOINT_REMOVED,
                CHECKPOINTS,
                f"Checkpoint {first} is kept elsewhere and no longer in the database.",
                last,
                first,
            )
        return None

    def _next(self) -> Finding | None:
        row = self._row
        place = chain.number(row.sequence) if row else None
        if row and (place is None or place <= self.at):
            finding = self._check_row(row)
            self._last, self._row = row, next(self._rows, None)
        else:
            row = self._kept.pop(0)
            finding = self._check_signature(row, FILE) or self._check_place(row, FILE)
        if not finding:
            self.count += 1
            self.covered = max(self.covered, row.sequence)
        self._look_ahead()
        return finding

    def _check_row(self, row: CheckpointRow) -> Finding | None:
        number, previous = (
            (self._last.id + 1, chain.checkpoint_hash(self._last))
            if self._last
            else (1, chain.GENESIS)
        )
        finding = self._check_signature(row, CHECKPOINTS, id=number, previous_hash=previous)
        if finding:
            return finding
        if row.id != number or row.previous_hash != previous:
            return self._finding(
                Kind.CHECKPOINT_REMOVED,
                CHECKPOINTS,
                row,
                f"Checkpoint {number} is missing.",
                checkpoint=number,
            )
        if self._last and row.sequence <= self._last.sequence:
            return self._finding(
                Kind.FORGED, CHECKPOINTS, row, f"Checkpoint {row.id} covers nothing new."
            )
        elsewhere = self._kept_by_id.pop(row.id, None)
        if elsewhere and elsewhere != row:
            # A forged file must not cast doubt on the database.
            return self._check_signature(elsewhere, FILE) or self._finding(
                Kind.REWRITTEN,
                CHECKPOINTS,
                row,
                f"Checkpoint {row.id} is not the one that is kept elsewhere.",
            )
        return self._check_place(row, CHECKPOINTS)

    def _check_signature(self, row: CheckpointRow, table: str, **likely: object) -> Finding | None:
        key = self._keys.get(row.key_id)
        if key and chain.signature_holds(row, key):
            if row.version == chain.VERSION:
                return None
            return self._finding(
                Kind.EDITED,
                table,
                row,
                f"Checkpoint {row.id} is of a version this verifier does not know.",
                column="version",
            )
        sequence, event_hash = self._reached
        guesses: list[dict[str, object]] = [
            {"version": chain.VERSION},
            *({name: value} for name, value in likely.items()),
            {"sequence": sequence},
            {"event_hash": event_hash},
        ]
        guesses.extend({"key_id": known} for known in self._keys)
        for guess in guesses:
            tried = row._replace(**guess)  # type: ignore[arg-type]
            known_key = self._keys.get(tried.key_id)
            if tried != row and known_key and chain.signature_holds(tried, known_key):
                column = next(iter(guess))
                return self._finding(
                    Kind.EDITED,
                    table,
                    row,
                    f"Checkpoint {row.id} was changed in the column {column}.",
                    column=column,
                )
        if key is None:
            return self._finding(
                Kind.UNKNOWN_KEY,
                table,
                row,
                f"Checkpoint {row.id} names the key {row.key_id!r}, which is not trusted.",
            )
        return self._finding(
            Kind.FORGED, table, row, f"The signature of checkpoint {row.id} does not hold."
        )

    def _check_place(self, row: CheckpointRow, table: str) -> Finding | None:
        sequence, event_hash = self._reached
        if row.sequence > sequence:
            return Finding(
                Kind.CUT,
                table,
                f"Checkpoint {row.id} covers event {row.sequence}; the history ends at {sequence}.",
                sequence + 1,
                row.id,
                since=self.covered,
            )
        if row.sequence != sequence or row.event_hash != event_hash:
            return self._finding(
                Kind.REWRITTEN,
                table,
                row,
                f"Event {row.sequence} is not the one that checkpoint {row.id} signed: events "
                f"after {self.covered} were rewritten.",
            )
        return None

    def _finding(
        self,
        kind: Kind,
        table: str,
        row: CheckpointRow,
        message: str,
        *,
        checkpoint: int | None = None,
        column: str | None = None,
    ) -> Finding:
        return Finding(
            kind,
            table,
            message,
            chain.number(row.sequence),
            checkpoint or chain.number(row.id),
            column,
            self.covered,
        )
