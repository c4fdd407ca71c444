"""`make bench`: verifying the history keeps up with hashing alone."""

from __future__ import annotations

import pytest

from integrity.audit import registry
from tests.benchmarks import bench_audit


@pytest.mark.django_db(transaction=True)
def test_the_history_is_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_actions", {})
    rates = bench_audit.measure(20_000)
    print("", *bench_audit.lines(rates), sep="\n")
    # This process's own work: what else runs on the machine must not fail it.
    own = {what: rate.cpu for what, rate in rates.items()}
    baseline = own["baseline: canonical JSON and SHA-256 alone"]
    assert own["verified, in memory"] > baseline
    assert own["verified, from the database, events alone"] > baseline / 3
    assert own["written in all, with two values each"] > baseline / 30
