"""Histories in memory, good until a test changes them."""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from integrity.audit import canonical, chain
from integrity.audit.chain import GENESIS, CheckpointRow, EventRow, ValueRow
from integrity.audit.findings import Kind
from integrity.audit.verifier import Report, verify

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
OTHER = Ed25519PrivateKey.from_private_bytes(b"o" * 32)
KEYS = {chain.key_id(KEY.public_key()): KEY.public_key()}


class History:
    """A good history of `count` events with their values and a checkpoint at some of them."""

    def __init__(self, count: int, marks: tuple[int, ...] = ()) -> None:
        self.events: list[EventRow] = []
        self.values: list[ValueRow] = []
        self.checkpoints: list[CheckpointRow] = []
        for n in range(1, count + 1):
            kept = [
                ValueRow(n, name, f"{n:032x}", value, chain.lookup(value))
                for name, value in (("actor", f"user {n}"), ("statement", "long " * 20))
            ]
            promises = {row.name: chain.commitment(*row[1:4]) for row in kept}
            actor = promises.pop("actor")
            row = EventRow(
                n,
                1,
                f"2026-03-{n:02}T10:00:00.000001Z",
                f"thing.number{n}",
                "user",
                actor,
                "officer",
                "thing",
                f"T-{n}",
                f"IC-2026-{n:06}",
                "north",
                canonical.dumps({"data": {"n": n}, "personal": promises}),
                self.events[-1].hash if self.events else GENESIS,
                "",
            )
            self.events.append(hashed(row))
            self.values += kept
            if n in marks:
                self.mark()

    def mark(self, key: Ed25519PrivateKey = KEY, **changes: Any) -> CheckpointRow:
        last = self.checkpoints[-1] if self.checkpoints else None
        row = CheckpointRow(
            last.id + 1 if last else 1,
            1,
            self.events[-1].sequence,
            self.events[-1].hash,
            chain.checkpoint_hash(last) if last else GENESIS,
            "2026-04-01T00:00:00.000000Z",
            chain.key_id(key.public_key()),
            "",
        )
        self.checkpoints.append(chain.sign(row._replace(**changes), key))
        return self.checkpoints[-1]

    def report(self, **options: Any) -> Report:
        given = {
            "values": self.values,
            "checkpoints": self.checkpoints,
            "keys": KEYS,
            **options,
        }
        return verify(iter(self.events), **given)

    def finding(self, **options: Any) -> tuple[Kind, int | None, str | None]:
        found = self.report(**options).first_bad
        assert found is not None
        assert found.message
        return found.kind, found.sequence, found.column

    def change(self, sequence: int, /, **columns: Any) -> None:
        self.events[sequence - 1] = self.events[sequence - 1]._replace(**columns)

    def rebuild(self, start: int) -> None:
        """Number and hash everything again from the row at `start` on."""
        for place in range(start - 1, len(self.events)):
            previous = self.events[place - 1].hash if place else GENESIS
            row = self.events[place]._replace(sequence=place + 1, previous_hash=previous)
            self.events[place] = hashed(row)


def hashed(row: EventRow) -> EventRow:
    return row._replace(hash=chain.event_hash(row))


def other_value(row: Any, column: str) -> Any:
    """A different value, of the kind that the column holds."""
    old = getattr(row, column)
    if isinstance(old, int):
        return old + 7
    if len(old) == 64 and column != "value":
        return "f" * 64
    return old + "x"


def forged(n: int, previous: str, **changes: Any) -> EventRow:
    row = History(1).events[0]._replace(sequence=n, previous_hash=previous, action="forged")
    return hashed(row._replace(**changes))
