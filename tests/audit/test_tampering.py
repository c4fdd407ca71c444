"""Cases 85 to 88 and 95 in the database itself, by somebody who owns it and can drop triggers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, models, transaction

from integrity.audit import chain, checkpoints
from integrity.audit.findings import Finding, Kind
from integrity.audit.models import Checkpoint, Event, EventValue
from tests.audit.conftest import event_rows, write

pytestmark = pytest.mark.django_db

COUNT, PLACE = 7, 4
SQLITE = "sqlite"

# Table, column: SQL of another value of the type that PostgreSQL insists on.
OTHER: dict[type[models.Model], dict[str, str]] = {
    Event: {
        "sequence": "sequence + 100",
        "version": "version + 1",
        "occurred_at": "'2020-01-01 00:00:00+00'",
        "action": "'thing.hidden'",
        "actor_kind": "'sealed'",
        "actor": "hash",
        "actor_role": "'officer'",
        "subject_type": "'case'",
        "subject_id": "'T-99'",
        "case_number": "'IC-1999-000001'",
        "institution": "''",
        "payload": "replace(payload, 'ok', 'no')",
        "previous_hash": "'" + "ab" * 32 + "'",
        "hash": "previous_hash",
    },
    EventValue: {
        "sequence": "sequence + 1",
        "name": "'other'",
        "salt": "'00'",
        "value": "'somebody else'",
        "lookup": "'somebody else'",
    },
    Checkpoint: {
        "id": "id + 5",
        "version": "2",
        "sequence": "sequence - 1",
        "event_hash": "previous_hash",
        "previous_hash": "event_hash",
        "created_at": "'2020-01-01 00:00:00+00'",
        "key_id": "'0000'",
        "signature": "'00'",
    },
}


def test_every_column_of_every_table_is_tampered_with_below() -> None:
    for model, columns in OTHER.items():
        assert set(columns) == {field.column for field in model._meta.concrete_fields}
    assert set(OTHER) == set(Event._meta.app_config.get_models())


@pytest.fixture
def history(db: None) -> None:
    write(PLACE)
    checkpoints.make_checkpoint()
    write(COUNT - PLACE, start=PLACE + 1)


def found(**options: Any) -> Finding:
    finding = checkpoints.verify_database(**options).first_bad
    assert finding is not None
    return finding


def test_before_anybody_tampers_all_is_well(history: None, dba: Callable[..., int]) -> None:
    dba("SELECT 1")
    report = checkpoints.verify_database()
    assert report.ok
    assert (report.events, report.values, report.checkpoints) == (COUNT, 3 * COUNT, 1)
    assert report.last_hash == event_rows()[-1].hash


@pytest.mark.parametrize("column", OTHER[Event])
@pytest.mark.parametrize("place", [1, PLACE, COUNT])
def test_case_85_edit_any_column_of_an_event(
    column: str, place: int, history: None, dba: Callable[..., int]
) -> None:
    dba(f"UPDATE audit_event SET {column} = {OTHER[Event][column]} WHERE sequence = %s", place)
    finding = found()
    assert finding.table == "audit_event"
    assert finding.sequence == place
    assert finding.kind is Kind.EDITED or column == "sequence"
    if finding.column:
        assert finding.column == column


@pytest.mark.parametrize("column", OTHER[EventValue])
def test_case_85_edit_any_column_of_a_value(
    column: str, history: None, dba: Callable[..., int]
) -> None:
    # Out of the way of the number that "sequence" moves the row to.
    dba("DELETE FROM audit_value WHERE sequence = 3 AND name = 'actor'")
    touched = dba(
        f"UPDATE audit_value SET {column} = {OTHER[EventValue][column]} "
        "WHERE sequence = 2 AND name = 'actor'"
    )
    assert touched == 1
    finding = found()
    assert (finding.kind, finding.table) == (Kind.EDITED, "audit_value")
    assert finding.sequence == (3 if column == "sequence" else 2)


@pytest.mark.parametrize("column", OTHER[Checkpoint])
def test_case_85_edit_any_column_of_a_checkpoint(
    column: str, history: None, dba: Callable[..., int]
) -> None:
    dba(f"UPDATE audit_checkpoint SET {column} = {OTHER[Checkpoint][column]}")
    finding = found()
    assert finding.table == "audit_checkpoint"
    assert finding.kind in {Kind.EDITED, Kind.FORGED, Kind.UNKNOWN_KEY}


JUNK = [
    ("audit_event", "payload", b"\xff\xfe"),
    ("audit_event", "action", b"\xff"),
    ("audit_event", "occurred_at", "yesterday"),
    ("audit_event", "occurred_at", 5),
    ("audit_event", "version", "one"),
    ("audit_event", "version", 1.5),
    ("audit_event", "case_number", b"bytes"),
    ("audit_value", "value", b"\xff"),
    ("audit_value", "sequence", "x"),
    ("audit_checkpoint", "sequence", "x"),
    ("audit_checkpoint", "created_at", "soon"),
    ("audit_checkpoint", "signature", b"\xff"),
    ("audit_checkpoint", "version", 1.5),
]


def test_case_85_the_same_instant_written_differently(
    history: None, dba: Callable[..., int]
) -> None:
    touched = dba("UPDATE audit_event SET occurred_at = '2026-01-01 00:00:00' WHERE sequence = 3")
    assert touched == 1
    assert found().sequence == 3
    if connection.vendor == SQLITE:
        # What a model would read as the same time.
        for text in ("{}+00:00", "{}0", "{}Z"):
            row = Event.objects.values_list("occurred_at", flat=True).get(sequence=2)
            written = text.format(row.replace(tzinfo=None).isoformat(sep=" "))
            dba("UPDATE audit_event SET occurred_at = %s WHERE sequence = 2", written)
            assert found().sequence == 2


def test_case_85_a_whole_second_written_with_its_fraction(
    frozen_clock: Any, dba: Callable[..., int]
) -> None:
    write(1)
    dba("UPDATE audit_event SET occurred_at = '2026-03-02 12:00:00.000000+00'")
    if connection.vendor == SQLITE:
        assert found().sequence == 1
        dba("UPDATE audit_event SET occurred_at = '2026-03-02 12:00:00.000000'")
        assert found().sequence == 1
    else:
        # One value, however it is written.
        assert checkpoints.verify_database().ok


@pytest.mark.parametrize(("table", "column", "junk"), JUNK)
@pytest.mark.parametrize("as_text", [True, False])
def test_case_85_anything_that_a_database_can_be_made_to_hold(
    table: str, column: str, junk: object, as_text: bool, history: None, dba: Callable[..., int]
) -> None:
    dba("SELECT 1")
    # As text, bytes that are no UTF-8 break a naive reader.
    mark = "CAST(%s AS TEXT)" if as_text else "%s"
    try:
        with transaction.atomic():
            assert dba(f"UPDATE {table} SET {column} = {mark}", junk) > 0
    except DatabaseError:
        # PostgreSQL refuses most of it, SQLite next to nothing.
        assert connection.vendor != SQLITE or column == "sequence"
        return
    assert found().table == table


@pytest.mark.parametrize("place", [1, PLACE, COUNT - 1])
def test_case_86_delete_a_middle_row(place: int, history: None, dba: Callable[..., int]) -> None:
    dba("DELETE FROM audit_value WHERE sequence = %s", place)
    assert dba("DELETE FROM audit_event WHERE sequence = %s", place) == 1
    finding = found()
    assert (finding.kind, finding.sequence) == (Kind.REMOVED, place)
    # The rest numbered again, upwards so that no number is there twice.
    dba("DELETE FROM audit_value WHERE sequence > %s", place)
    dba("UPDATE audit_event SET sequence = -sequence WHERE sequence > %s", place)
    dba("UPDATE audit_event SET sequence = -sequence - 1 WHERE sequence < 0")
    finding = found()
    assert (finding.kind, finding.sequence) == (Kind.REMOVED, place)


def insert(dba: Callable[..., int], row: chain.EventRow) -> None:
    columns = ", ".join(row._fields)
    marks = ", ".join(["%s"] * len(row))
    dba(f"INSERT INTO audit_event ({columns}) VALUES ({marks})", *row)


def forged(sequence: int, previous: str, **changes: Any) -> chain.EventRow:
    row = event_rows()[0]._replace(
        sequence=sequence,
        previous_hash=previous,
        actor_kind="system",
        actor="forger",
        occurred_at="2020-01-01T00:00:00.000000Z",
        **changes,
    )
    row = row._replace(hash=chain.event_hash(row))
    # As SQLite writes a time without a fraction.
    return row._replace(occurred_at="2020-01-01 00:00:00")


def test_case_87_insert_a_back_dated_row(history: None, dba: Callable[..., int]) -> None:
    rows = event_rows()
    # Following nothing, at the end, its own hash right.
    insert(dba, forged(COUNT + 1, "ab" * 32))
    assert found().sequence in {COUNT, COUNT + 1}
    dba("DELETE FROM audit_event WHERE sequence > %s", COUNT)
    # In front of all.
    insert(dba, forged(0, "cd" * 32))
    assert (found().kind, found().sequence) == (Kind.INSERTED, 1)
    dba("DELETE FROM audit_event WHERE sequence = 0")
    # In the middle, in the place of another one, the chain behind it untouched.
    dba("DELETE FROM audit_value WHERE sequence = 3")
    dba("DELETE FROM audit_event WHERE sequence = 3")
    insert(dba, forged(3, rows[1].hash))
    assert found().sequence == 3
    dba("DELETE FROM audit_event WHERE sequence = 3")
    assert found().sequence == 3


def test_case_87_insert_with_the_later_rows_moved(history: None, dba: Callable[..., int]) -> None:
    rows = event_rows()
    dba("DELETE FROM audit_value")
    dba("UPDATE audit_event SET sequence = -sequence WHERE sequence > 3")
    dba("UPDATE audit_event SET sequence = 1 - sequence WHERE sequence < 0")
    # The chain cannot fork, so what follows must be bent.
    dba("UPDATE audit_event SET previous_hash = %s WHERE sequence = 5", "ef" * 32)
    insert(dba, forged(4, rows[2].hash))
    finding = found()
    # The checkpoint knows event 4; without it the next row gives it away.
    assert finding.sequence == 4
    dba("DELETE FROM audit_checkpoint")
    assert found().sequence in {4, 5}


@pytest.mark.parametrize(("one", "two"), [(1, 2), (2, 6), (COUNT - 1, COUNT)])
def test_case_88_swap_two_rows(one: int, two: int, history: None, dba: Callable[..., int]) -> None:
    dba("UPDATE audit_event SET sequence = -1 WHERE sequence = %s", one)
    dba("UPDATE audit_event SET sequence = %s WHERE sequence = %s", one, two)
    dba("UPDATE audit_event SET sequence = %s WHERE sequence = -1", two)
    finding = found()
    assert (finding.kind, finding.sequence) == (Kind.REORDERED, one)


def test_case_95_an_erased_person_leaves_a_chain_that_verifies(history: None) -> None:
    from integrity.audit import services as audit
    from tests.audit.conftest import PERSON

    assert audit.erase(PERSON) == COUNT
    assert audit.erase("Ana Núñez") == COUNT
    report = checkpoints.verify_database()
    assert report.ok
    assert report.values == COUNT
    assert not EventValue.objects.filter(value__in=[str(PERSON), "Ana Núñez"]).exists()


def test_a_value_exchanged_by_the_application_itself_is_found(history: None) -> None:
    # Its role may delete and insert values, so the promise must hold them.
    row = EventValue.objects.get(event_id=3, name="respondent")
    row.delete()
    EventValue.objects.create(
        event_id=3, name="respondent", salt=row.salt, value="Eve", lookup="Eve"
    )
    finding = found()
    assert (finding.kind, finding.sequence, finding.column) == (Kind.EDITED, 3, "value")


def test_a_value_without_its_event_is_found(history: None, dba: Callable[..., int]) -> None:
    dba("DELETE FROM audit_checkpoint")
    if connection.vendor != SQLITE:
        # Its owner can drop the key that holds values to events.
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT conname FROM pg_constraint WHERE conrelid = 'audit_value'::regclass "
                "AND contype = 'f'"
            )
            (name,) = cursor.fetchone()
        dba(f"ALTER TABLE audit_value DROP CONSTRAINT {name}")
    dba("DELETE FROM audit_event WHERE sequence > 5")
    finding = found()
    assert (finding.kind, finding.table, finding.sequence) == (Kind.ORPHAN, "audit_value", 6)
