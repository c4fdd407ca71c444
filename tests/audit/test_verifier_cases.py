"""Cases 85 to 92 on rows in memory: any change of any column is found, and found there."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrity.audit import chain
from integrity.audit.chain import GENESIS, CheckpointRow, EventRow, ValueRow
from integrity.audit.findings import Kind
from tests.audit.history import KEY, OTHER, History, forged, other_value

# Case 85 on rows: each column, each place, any other value.


@pytest.mark.parametrize("sequence", [1, 4, 9])
@pytest.mark.parametrize("column", EventRow._fields)
@pytest.mark.parametrize("marks", [(), (2, 9)])
def test_case_85_any_column_of_an_event(column: str, sequence: int, marks: tuple) -> None:
    history = History(9, marks)
    history.change(sequence, **{column: other_value(history.events[sequence - 1], column)})
    kind, found, named = history.finding()
    if column != "sequence":
        assert (kind, found) == (Kind.EDITED, sequence)
    assert found == sequence
    assert history.report().events == sequence - 1
    if named:
        assert named == column


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("version", 2),
        ("actor_kind", "system"),
        ("actor", "0" * 64),
        ("actor_role", "teacher"),
        ("subject_type", "case"),
        ("institution", "south"),
        ("payload", '{"data": {"n":4},"personal":{}}'),
        ("previous_hash", "0" * 64),
        ("hash", "0" * 64),
    ],
)
def test_the_column_is_named_where_it_can_be_told(column: str, value: object) -> None:
    history = History(9)
    if column == "payload":
        spaced = history.events[3].payload.replace(":", ": ", 1)
        value = spaced
    history.change(4, **{column: value})
    assert history.finding() == (Kind.EDITED, 4, column)


def test_a_promise_exchanged_in_the_payload_is_named() -> None:
    history = History(9)
    row = history.events[3]
    promise = chain.commitment("statement", f"{4:032x}", "long " * 20)
    history.change(4, payload=row.payload.replace(promise, "0" * 64))
    assert history.finding() == (Kind.EDITED, 4, "payload")


@given(
    st.sampled_from(EventRow._fields),
    st.integers(1, 6),
    st.none()
    | st.integers()
    | st.floats()
    | st.text(max_size=80)
    | st.binary(max_size=8)
    | st.booleans(),
)
def test_case_85_any_value_a_database_can_be_made_to_hold(
    column: str, sequence: int, value: object
) -> None:
    history = History(6, marks=(6,))
    old = getattr(history.events[sequence - 1], column)
    if value == old and type(value) is type(old):
        assert history.report().ok
        return
    if isinstance(value, bool) and value == old:
        return
    history.change(sequence, **{column: value})
    assert history.finding()[1] == sequence


@pytest.mark.parametrize("column", ValueRow._fields)
def test_case_85_any_column_of_a_value(column: str) -> None:
    for place in (0, 7, 17):
        history = History(9, marks=(9,))
        row = history.values[place]
        changed = row._replace(**{column: other_value(row, column)})
        history.values[place] = changed
        history.values.sort(key=lambda row: row[:2])
        kind, sequence, named = history.finding()
        if column == "sequence":
            # It stands behind another event now, or behind none.
            assert sequence == changed.sequence
            assert kind in {Kind.EDITED, Kind.ORPHAN}
        else:
            wanted = "value" if column == "salt" else column
            assert (kind, sequence, named) == (Kind.EDITED, row.sequence, wanted)


@pytest.mark.parametrize("junk", [None, b"\xff", 1.5, "\udcff", 7])
def test_junk_in_a_value_is_found(junk: Any) -> None:
    for column in ValueRow._fields:
        history = History(3)
        if column == "sequence" and junk == 7:
            continue
        history.values[2] = history.values[2]._replace(**{column: junk})
        assert history.report().first_bad is not None


def test_a_value_nobody_promised_is_found() -> None:
    history = History(3)
    history.values.insert(4, ValueRow(2, "secret", "00", "x", "x"))
    assert history.finding() == (Kind.EDITED, 2, "name")
    history = History(3)
    history.change(2, actor_kind="system")
    history.rebuild(2)
    assert history.finding() == (Kind.EDITED, 2, "name")
    history = History(3)
    history.change(2, payload="no JSON")
    history.rebuild(2)
    assert history.finding() == (Kind.EDITED, 2, "name")


@pytest.mark.parametrize("column", CheckpointRow._fields)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_case_85_any_column_of_a_checkpoint(column: str, place: int) -> None:
    history = History(9, marks=(2, 5, 9))
    row = history.checkpoints[place]
    changed = row._replace(**{column: other_value(row, column)})
    history.checkpoints[place] = changed
    found = history.report().first_bad
    assert found is not None
    assert found.table == "audit_checkpoint"
    assert found.checkpoint == changed.id
    assert found.kind in {Kind.EDITED, Kind.FORGED, Kind.UNKNOWN_KEY}
    if found.column:
        assert found.column == column


@pytest.mark.parametrize("junk", [None, b"\xff", 1.5, "\udcff", -3])
def test_junk_in_a_checkpoint_is_found(junk: Any) -> None:
    for column in CheckpointRow._fields:
        history = History(3, marks=(2, 3))
        history.checkpoints[1] = history.checkpoints[1]._replace(**{column: junk})
        assert history.report().first_bad is not None


# Case 86


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("sequence", [1, 4])
def test_case_86_removed_rows(sequence: int, count: int) -> None:
    history = History(9)
    del history.events[sequence - 1 : sequence - 1 + count]
    assert history.finding() == (Kind.REMOVED, sequence, None)
    # The same with the rest numbered again, but not hashed.
    history.events = [row._replace(sequence=n) for n, row in enumerate(history.events, 1)]
    assert history.finding() == (Kind.REMOVED, sequence, None)


def test_case_86_removed_and_hashed_again_does_not_match_the_checkpoint() -> None:
    history = History(9, marks=(3, 9))
    del history.events[5]
    history.rebuild(6)
    history.values = []
    assert history.finding() == (Kind.CUT, 9, None)
    history = History(9, marks=(3, 8))
    del history.events[5]
    history.rebuild(6)
    history.values = []
    found = history.report().first_bad
    assert found is not None
    assert (found.kind, found.sequence, found.since) == (Kind.REWRITTEN, 8, 3)


# Case 87


@pytest.mark.parametrize("hash_fits", [True, False])
@pytest.mark.parametrize("count", [1, 2])
def test_case_87_inserted_rows(hash_fits: bool, count: int) -> None:
    history = History(9)
    history.values = []
    before = history.events[4]
    extra = [forged(6, before.hash if hash_fits else "0" * 64)]
    if count == 2:
        extra.append(forged(7, extra[0].hash))
    history.events[5:5] = extra
    history.events = [row._replace(sequence=n) for n, row in enumerate(history.events, 1)]
    assert history.finding() == (Kind.INSERTED, 6, None)


@pytest.mark.parametrize("number", [0, -5])
def test_case_87_a_row_before_the_first(number: int) -> None:
    history = History(3)
    history.events.insert(0, forged(number, GENESIS))
    assert history.finding() == (Kind.INSERTED, 1, None)


def test_case_87_the_same_number_twice() -> None:
    history = History(3)
    history.events.insert(2, forged(2, history.events[0].hash))
    history.values = []
    assert history.finding() == (Kind.INSERTED, 3, None)


def test_case_87_back_dated() -> None:
    history = History(9)
    history.change(5, occurred_at="2026-01-01T00:00:00.000000Z")
    assert history.finding()[:2] == (Kind.EDITED, 5)
    # Hashed again: the next one gives it away.
    history.change(5, hash=chain.event_hash(history.events[4]))
    assert history.finding()[:2] == (Kind.EDITED, 5)


@pytest.mark.parametrize("marks", [(), (5,)])
def test_case_87_a_row_that_follows_something_else(marks: tuple) -> None:
    history = History(6, marks)
    history.events[5] = forged(6, "0" * 64)
    history.values = []
    # Without a checkpoint the one before may as well be the wrong one.
    wanted = (Kind.INSERTED, 6, None) if marks else (Kind.EDITED, 5, None)
    assert history.finding() == wanted


# Case 88


@pytest.mark.parametrize(("one", "two"), [(1, 2), (3, 7), (8, 9), (1, 9)])
def test_case_88_swapped_rows(one: int, two: int) -> None:
    history = History(9)
    first, second = history.events[one - 1], history.events[two - 1]
    history.events[one - 1] = second._replace(sequence=one)
    history.events[two - 1] = first._replace(sequence=two)
    assert history.finding() == (Kind.REORDERED, one, None)


def test_case_88_a_row_moved_to_the_end() -> None:
    history = History(9)
    row = history.events.pop(3)
    history.events.append(row._replace(sequence=10))
    assert history.finding() == (Kind.REORDERED, 4, "sequence")


# Cases 89 to 92


@pytest.mark.parametrize("left", [0, 1, 8])
def test_case_89_a_cut_tail(left: int) -> None:
    history = History(9, marks=(2, 9))
    kept = history.checkpoints[-1:]
    history.events = history.events[:left]
    history.values = [row for row in history.values if row.sequence <= left]
    found = history.report().first_bad
    assert found is not None
    assert (found.kind, found.sequence) == (Kind.CUT, left + 1)
    history.checkpoints = []
    found = history.report(kept=kept).first_bad
    assert found is not None
    assert (found.kind, found.sequence, found.table) == (Kind.CUT, left + 1, "checkpoint file")
    # Without any checkpoint nothing can be told, but for values that were left behind.
    assert history.report().ok
    history.values = History(9).values
    assert history.finding() == (Kind.ORPHAN, left + 1, "sequence")


@pytest.mark.parametrize("start", [1, 5])
def test_case_90_a_chain_built_anew(start: int) -> None:
    history = History(9, marks=(2, 9))
    kept = history.checkpoints[-1:]
    history.change(start, actor_role="nobody")
    history.rebuild(start)
    found = history.report().first_bad
    assert found is not None
    assert found.kind is Kind.REWRITTEN
    assert (found.sequence, found.since) == ((2, 0) if start == 1 else (9, 2))
    history.checkpoints = []
    assert history.report().ok
    assert history.finding(kept=kept) == (Kind.REWRITTEN, 9, None)
    # And with checkpoints made by another key, or by ours after the fact.
    history.mark(OTHER)
    assert history.finding() == (Kind.UNKNOWN_KEY, 9, None)
    history.checkpoints = []
    history.mark(KEY, id=2, previous_hash=kept[0].previous_hash)
    assert history.finding(kept=kept)[0] is Kind.CHECKPOINT_REMOVED


def test_case_91_log_and_checkpoint_rolled_back() -> None:
    history = History(9, marks=(2, 9))
    kept = history.checkpoints[-1:]
    history.events, history.values = history.events[:2], history.values[:4]
    del history.checkpoints[1]
    assert history.report().ok
    assert history.finding(kept=kept)[:2] == (Kind.CUT, 3)
    # The product goes on after the roll-back, and signs again with the same number.
    longer = History(2, marks=(2,))
    for n in range(3, 12):
        longer.events.append(forged(n, longer.events[-1].hash))
    longer.mark()
    longer.values = []
    assert longer.report().ok
    assert longer.finding(kept=kept)[:2] == (Kind.REWRITTEN, 9)


def test_case_91_only_checkpoints_rolled_back() -> None:
    history = History(9, marks=(2, 9))
    kept = [history.checkpoints.pop()]
    found = history.report(kept=kept).first_bad
    assert found is not None
    assert (found.kind, found.checkpoint) == (Kind.CHECKPOINT_REMOVED, 2)
    # Where no checkpoints of the database are to be had, the file alone is checked.
    assert history.report(checkpoints=None, kept=kept).ok


def test_case_91_another_checkpoint_of_the_same_number() -> None:
    history = History(9, marks=(2, 9))
    kept = [history.checkpoints.pop()]
    history.mark(created_at="2026-05-01T00:00:00.000000Z")
    found = history.report(kept=kept).first_bad
    assert found is not None
    assert (found.kind, found.checkpoint, found.table) == (Kind.REWRITTEN, 2, "audit_checkpoint")


def test_case_92_forged_signature() -> None:
    history = History(9, marks=(2, 9))
    row = history.checkpoints[1]
    for signature in ("", "zz", "00" * 64, row.signature[:-2], history.checkpoints[0].signature):
        history.checkpoints[1] = row._replace(signature=signature)
        found = history.report().first_bad
        assert found is not None
        assert (found.kind, found.checkpoint) == (Kind.FORGED, 2)
        file = history.report(checkpoints=None, kept=[history.checkpoints[1]]).first_bad
        assert file is not None
        assert (file.kind, file.table) == (Kind.FORGED, "checkpoint file")


def test_case_92_swapped_key() -> None:
    history = History(9)
    history.mark(OTHER)
    assert history.finding() == (Kind.UNKNOWN_KEY, 9, None)
    # Under the name of the trusted key.
    history.checkpoints = []
    history.mark(OTHER, key_id=chain.key_id(KEY.public_key()))
    assert history.finding() == (Kind.FORGED, 9, None)
    # The trusted one's checkpoint under another name.
    history.checkpoints = []
    good = history.mark()
    history.checkpoints = [good._replace(key_id=chain.key_id(OTHER.public_key()))]
    assert history.finding() == (Kind.EDITED, 9, "key_id")
    assert history.finding(keys={})[0] is Kind.UNKNOWN_KEY
