"""How fast the history is written and verified, beside what hashing alone takes in the same run.

    python -m tests.benchmarks.bench_audit [EVENTS]

Uses a throw-away database: SQLite, or a new one on the server of DATABASE_URL.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
import uuid
from typing import Any, NamedTuple


class Rate(NamedTuple):
    """Events per second of the clock on the wall, and per second of this process's own work."""

    wall: float
    cpu: float


class Watch:
    """Runs from when it is made."""

    def __init__(self) -> None:
        self.wall, self.cpu = time.perf_counter(), time.process_time()

    def rate(self, count: int) -> Rate:
        return Rate(
            count / (time.perf_counter() - self.wall), count / (time.process_time() - self.cpu)
        )


def measure(count: int) -> dict[str, Rate]:
    """Rates by what was done, on the database of the default connection."""
    from integrity.audit import chain, checkpoints, registry, verifier
    from integrity.audit import services as audit
    from integrity.audit.reader import Snapshot

    registry.register("bench.done", fields={"n"}, personal={"respondent"}, label="Measured")
    person = audit.Actor.user(uuid.uuid4(), role="officer")

    def record(n: int, **options: Any) -> None:
        audit.record(
            "bench.done",
            actor=person,
            subject=("case", "IC-2026-000123"),
            case_number="IC-2026-000123",
            institution="north",
            data={"n": n},
            **options,
        )

    rates: dict[str, Rate] = {}
    with audit.transaction():
        began = Watch()
        for n in range(count):
            record(n, personal={"respondent": "Ana Núñez"})
        rates["recorded"] = began.rate(count)
        middle = Watch()
    rates["appended, with two values each"] = middle.rate(count)
    rates["written in all, with two values each"] = began.rate(count)

    few = count // 50
    began = Watch()
    for n in range(few):
        with audit.transaction():
            record(n)
    rates["written, one in a transaction"] = began.rate(few)

    snapshot = Snapshot()
    rows = list(snapshot.events())
    keys = checkpoints.trusted_keys()
    texts = [json.loads(chain.event_text(chain.EventRow(*row))) for row in rows[:10_000]]
    began = Watch()
    for text in texts:
        plain = json.dumps(text, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        hashlib.sha256(plain.encode()).hexdigest()
    rates["baseline: canonical JSON and SHA-256 alone"] = began.rate(len(texts))
    began = Watch()
    assert verifier.verify(rows, keys=keys).events == len(rows)
    rates["verified, in memory"] = began.rate(len(rows))
    began = Watch()
    assert verifier.verify(Snapshot().events(), keys=keys).ok
    rates["verified, from the database, events alone"] = began.rate(len(rows))
    began = Watch()
    assert checkpoints.verify_database().ok
    rates["verified, from the database, with values"] = began.rate(len(rows))
    began = Watch()
    checkpoints.make_checkpoint()
    rates["verified and signed, first checkpoint"] = began.rate(len(rows))
    return rates


def lines(rates: dict[str, Rate]) -> list[str]:
    """The figures as text."""
    head = f"{'events/s':>10} {'per core':>10}"
    return [
        head,
        *(f"{rate.wall:>10,.0f} {rate.cpu:>10,.0f}  {what}" for what, rate in rates.items()),
    ]


def main(arguments: list[str]) -> None:
    """Measure in a database that is made for it and removed."""
    from tests.support import environment

    server = os.environ.get("DATABASE_URL", "")
    environment.prepare()
    if server:
        os.environ["DATABASE_URL"] = server
    import django

    django.setup()
    from django.db import connection

    before = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        print(f"{connection.vendor}, {sys.version.split()[0]}")
        print(*lines(measure(int(arguments[0]) if arguments else 50_000)), sep="\n")
    finally:
        connection.creation.destroy_test_db(before, verbosity=0)


if __name__ == "__main__":
    main(sys.argv[1:])
