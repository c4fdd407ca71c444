"""The verifier on rows in memory: good histories, parts of them, and order."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from integrity.audit import chain
from integrity.audit.chain import GENESIS
from integrity.audit.findings import Kind
from integrity.audit.verifier import verify
from tests.audit.history import KEY, KEYS, OTHER, History, forged


def test_a_good_history_verifies() -> None:
    report = History(9, marks=(3, 9)).report()
    assert report.ok
    assert report.document() == {
        "ok": True,
        "events": 9,
        "values": 18,
        "checkpoints": 2,
        "last_sequence": 9,
        "last_hash": History(9).events[-1].hash,
        "backward_steps": 0,
        "first_bad": None,
    }


def test_an_empty_history_verifies() -> None:
    report = History(0).report()
    assert report.ok
    assert (report.events, report.last_sequence, report.last_hash) == (0, 0, GENESIS)


def test_a_part_of_the_history_verifies() -> None:
    history = History(9, marks=(4,))
    start = (3, history.events[2].hash)
    kept = history.checkpoints
    history.events, history.values = history.events[3:], []
    report = history.report(checkpoints=None, kept=kept, start=start)
    assert report.ok
    assert (report.events, report.checkpoints, report.last_sequence) == (6, 1, 9)
    assert history.finding(checkpoints=None, start=(3, GENESIS)) == (Kind.INSERTED, 4, None)


def test_erased_values_are_no_finding() -> None:
    history = History(9, marks=(9,))
    history.values = history.values[::3]
    assert history.report().ok
    history.values = []
    assert history.report().ok


def test_time_that_runs_backwards_is_told_and_no_finding() -> None:
    history = History(5)
    history.change(4, occurred_at="2025-01-01T00:00:00.000000Z")
    history.rebuild(4)
    report = history.report()
    assert report.ok
    assert report.backward_steps == 1


def test_two_trusted_keys_after_a_rotation() -> None:
    history = History(4)
    history.mark(OTHER)
    history.events.append(forged(5, history.events[-1].hash))
    history.mark(KEY)
    assert history.report(
        keys={chain.key_id(k.public_key()): k.public_key() for k in (KEY, OTHER)}
    ).ok


@pytest.mark.parametrize("place", [0, 1])
def test_removed_checkpoint(place: int) -> None:
    history = History(9, marks=(2, 5, 9))
    del history.checkpoints[place]
    found = history.report().first_bad
    assert found is not None
    assert (found.kind, found.checkpoint) == (Kind.CHECKPOINT_REMOVED, place + 1)


@pytest.mark.parametrize("changes", [{"id": 3}, {"previous_hash": "1" * 64}])
def test_a_signed_checkpoint_that_does_not_follow_the_last_is_found(changes: dict) -> None:
    history = History(4, marks=(2,))
    history.mark(**changes)
    assert history.finding()[0] is Kind.CHECKPOINT_REMOVED


def test_another_version_is_not_taken_for_this_one() -> None:
    history = History(4)
    history.change(3, version=2)
    history.rebuild(3)
    assert history.finding() == (Kind.EDITED, 3, "version")
    history = History(4)
    history.mark(version=2)
    assert history.finding() == (Kind.EDITED, 4, "version")


def test_a_signed_checkpoint_that_covers_nothing_new_is_found() -> None:
    history = History(4, marks=(4,))
    history.mark()
    assert history.finding()[0] is Kind.FORGED


def test_the_first_of_several_is_named() -> None:
    history = History(9, marks=(4, 9))
    history.change(8, action="x")
    history.values[5] = history.values[5]._replace(value="x", lookup="x")
    assert history.finding() == (Kind.EDITED, 3, "value")
    history.change(2, action="x")
    assert history.finding() == (Kind.EDITED, 2, None)


def test_it_streams() -> None:
    # The verifier never asks for more than it needs, so any length fits in memory.
    history = History(9, marks=(9,))
    asked = []

    def stream() -> Any:
        for row in history.events:
            asked.append(row.sequence)
            yield row

    history.change(4, institution="x", action="x")
    verify(stream(), keys=KEYS, values=iter(history.values))
    assert asked == list(range(1, 10))


def test_it_runs_without_django() -> None:
    code = (
        "import sys; sys.modules['django'] = None\n"
        "from integrity.audit import verifier\n"
        "print(verifier.verify([], keys={}).ok)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"
