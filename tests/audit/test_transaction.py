"""Work and its events are there together, or neither is."""

from __future__ import annotations

import asyncio
import json
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.contenttypes.models import ContentType
from django.db import connection, connections, transaction

from integrity.audit import services as audit
from integrity.audit.chain import GENESIS
from integrity.audit.errors import NoTransaction, UnknownAction, WrongEvent
from integrity.audit.models import Event, EventValue
from tests.audit.conftest import PERSON, event_rows, everything, happened, write

pytestmark = pytest.mark.django_db


class Stop(Exception):
    pass


def subjects() -> list[str]:
    return list(Event.objects.order_by("sequence").values_list("subject_id", flat=True))


def test_an_event_says_all_it_was_given(frozen_clock: Any) -> None:
    with audit.transaction():
        happened(7)
        assert not Event.objects.exists()
    event = Event.objects.get()
    assert (event.sequence, event.version, event.previous_hash) == (1, 1, GENESIS)
    assert event.occurred_at == frozen_clock.now
    assert (event.action, event.label, event.icon) == ("thing.happened", "A thing happened", "flag")
    assert (event.actor_kind, event.actor_role) == ("user", "moderator")
    assert (event.subject_type, event.subject_id) == ("thing", "T-7")
    assert (event.case_number, event.institution) == ("IC-2026-000001", "north")
    assert event.data == {"n": 7, "note": "Zoë – “ok”", "nested": {"a": True, "b": [1, None]}}
    assert event.personal == {"respondent": "Ana Núñez", "statement": "x" * 100}
    assert event.actor_id == str(PERSON)


def test_nothing_personal_stands_in_the_event_itself() -> None:
    write(2)
    for row in event_rows():
        assert not any(part in repr(row) for part in (str(PERSON), "Ana", "x" * 100))
    # The same value twice is not the same commitment.
    first, second = Event.objects.order_by("sequence")
    assert first.actor != second.actor
    assert len({row.salt for row in EventValue.objects.all()}) == 6
    assert json.loads(first.payload)["personal"].keys() == {"respondent", "statement"}


def test_sealed_and_system_actors_leave_no_value() -> None:
    with audit.transaction():
        happened(1, actor=audit.Actor.sealed("ab" * 32), personal={})
        happened(2, actor=audit.Actor.system("deadlines"), personal=None, data=None)
    sealed, system = Event.objects.order_by("sequence")
    assert (sealed.actor_kind, sealed.actor, sealed.actor_id) == ("sealed", "ab" * 32, None)
    assert (system.actor_kind, system.actor, system.actor_id) == ("system", "deadlines", None)
    assert system.payload == '{"data":{},"personal":{}}'
    assert not EventValue.objects.exists()


def test_the_chain_is_contiguous_over_transactions() -> None:
    write(3)
    with audit.transaction():
        happened(4)
        happened(5)
    rows = event_rows()
    assert [row.sequence for row in rows] == [1, 2, 3, 4, 5]
    assert [row.previous_hash for row in rows] == [GENESIS, *(row.hash for row in rows[:-1])]


def test_recording_outside_is_refused() -> None:
    with pytest.raises(NoTransaction):
        happened()
    with audit.transaction():
        pass
    with pytest.raises(NoTransaction):
        happened()
    with transaction.atomic(), pytest.raises(NoTransaction):
        happened()
    assert everything() == (0, 0, 0)


def test_a_failed_outermost_block_loses_work_and_events() -> None:
    with pytest.raises(Stop), audit.transaction():
        ContentType.objects.create(app_label="work", model="work")
        happened(1)
        raise Stop
    assert everything() == (0, 0, 0)
    assert not ContentType.objects.filter(app_label="work").exists()
    assert not audit.in_transaction()


def test_a_failed_nested_block_loses_its_own_events_only() -> None:
    with audit.transaction():
        happened(1)
        with pytest.raises(Stop), audit.transaction():
            ContentType.objects.create(app_label="work", model="work")
            happened(2)
            with audit.transaction():
                happened(3)
            raise Stop
        with audit.transaction():
            happened(4)
            with pytest.raises(Stop), audit.transaction():
                happened(5)
                raise Stop
            happened(6)
        happened(7)
    assert subjects() == ["T-1", "T-4", "T-6", "T-7"]
    assert not ContentType.objects.filter(app_label="work").exists()


def test_a_nested_block_that_succeeded_goes_with_the_outer_one() -> None:
    with pytest.raises(Stop), audit.transaction():
        with audit.transaction():
            happened(1)
        raise Stop
    assert everything() == (0, 0, 0)


def test_a_database_error_in_a_nested_block_leaves_the_outer_one_usable() -> None:
    with audit.transaction():
        happened(1)
        with pytest.raises(Exception, match="no such table|does not exist"), audit.transaction():
            happened(2)
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM nowhere")
        happened(3)
    assert subjects() == ["T-1", "T-3"]


def test_marking_for_rollback_takes_the_events_along() -> None:
    with audit.transaction():
        happened(1)
        with audit.transaction():
            happened(2)
            transaction.set_rollback(True)
    assert subjects() == ["T-1"]
    with audit.transaction():
        happened(3)
        transaction.set_rollback(True)
    assert subjects() == ["T-1"]


def test_a_plain_savepoint_cannot_keep_the_event_of_work_it_rolled_back() -> None:
    with audit.transaction():
        for options in ({}, {"savepoint": False}):
            with transaction.atomic(**options), pytest.raises(NoTransaction):
                happened(1)
            refused = pytest.raises(NoTransaction)
            with transaction.atomic(**options), refused, audit.transaction():
                happened(1)
        happened(2)
    assert subjects() == ["T-2"]


def test_it_works_inside_a_transaction_of_somebody_else() -> None:
    with transaction.atomic():
        with audit.transaction():
            happened(1)
        assert subjects() == ["T-1"]
        with pytest.raises(Stop), transaction.atomic():
            with audit.transaction():
                happened(2)
            raise Stop
    with audit.transaction():
        happened(3)
    assert subjects() == ["T-1", "T-3"]
    assert [row.sequence for row in event_rows()] == [1, 2]


def test_another_thread_has_its_own_block() -> None:
    raised: list[BaseException] = []

    def other() -> None:
        try:
            audit.record(
                "thing.hidden", actor=audit.Actor.system("x"), subject=("thing", "elsewhere")
            )
        except NoTransaction as error:
            raised.append(error)

    with audit.transaction():
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        happened(1)
    assert len(raised) == 1
    assert subjects() == ["T-1"]


@pytest.mark.django_db(transaction=True)
def test_asynchronous_callers_do_not_mix_their_events() -> None:
    def work(n: int) -> None:
        with audit.transaction():
            happened(n)
            with audit.transaction():
                happened(n)
        assert not audit.in_transaction()

    async def all_at_once() -> None:
        await asyncio.gather(*(sync_to_async(work)(n) for n in range(10)))
        await sync_to_async(connections.close_all)()

    # In a thread: the browser tests of the same process may have left a loop running in this one.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(all_at_once())).result()
    found = subjects()
    assert len(found) == 20
    assert found[::2] == found[1::2]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"action": "no.such"}, UnknownAction),
        ({"data": {"unknown": 1}}, WrongEvent),
        ({"data": {"respondent": "personal goes elsewhere"}}, WrongEvent),
        ({"personal": {"n": "1"}}, WrongEvent),
        ({"personal": {"actor": "x"}}, WrongEvent),
        ({"personal": {"respondent": 5}}, WrongEvent),
        ({"personal": {"respondent": None}}, WrongEvent),
        ({"personal": {"respondent": "NUL \x00"}}, WrongEvent),
        ({"personal": {"respondent": "\ud800"}}, WrongEvent),
        ({"data": {"n": 1.5}}, WrongEvent),
        ({"data": {"n": object()}}, WrongEvent),
        ({"data": {"note": "\ud800"}}, WrongEvent),
        ({"subject": ("", "x")}, WrongEvent),
        ({"subject": ("thing", "")}, WrongEvent),
        ({"subject": ("thing", "x" * 65)}, WrongEvent),
        ({"subject": ("thing", "\x00")}, WrongEvent),
        ({"case_number": "x" * 33}, WrongEvent),
        ({"institution": "x" * 101}, WrongEvent),
    ],
)
def test_what_cannot_be_kept_is_refused_at_once(changes: dict, error: type[Exception]) -> None:
    with audit.transaction():
        with pytest.raises(error):
            happened(1, **changes)
        happened(2)
    assert subjects() == ["T-2"]


@pytest.mark.parametrize("name", ["", "x" * 65, "\x00", "\ud800"])
@pytest.mark.parametrize("make", [audit.Actor.user, audit.Actor.sealed, audit.Actor.system])
def test_an_actor_needs_a_name(make: Callable[[str], audit.Actor], name: str) -> None:
    with pytest.raises(WrongEvent):
        make(name)


def test_text_is_kept_in_composed_form() -> None:
    with audit.transaction():
        happened(
            1,
            subject=("thing", "e\u0301"),
            data={"note": "e\u0301"},
            personal={"respondent": "e\u0301"},
        )
    event = Event.objects.get()
    assert (event.subject_id, event.data["note"], event.personal["respondent"]) == ("é",) * 3


def test_a_thousand_events_are_one_statement(count_queries: Any) -> None:
    def queries(events: int) -> int:
        with count_queries() as counted, audit.transaction():
            for n in range(events):
                happened(n)
        return counted.number

    one = queries(1)
    assert queries(300) == one
    assert one <= 6


def test_the_chain_is_locked_last(count_queries: Any) -> None:
    with count_queries() as counted, audit.transaction():
        happened(1)
        ContentType.objects.create(app_label="work", model="work")
    wanted = "pg_advisory_xact_lock" if connection.vendor == "postgresql" else "audit_event"
    after = counted.list[next(i for i, sql in enumerate(counted.list) if wanted in sql) :]
    assert not any("content_type" in sql for sql in after)
    assert any("content_type" in sql for sql in counted.list)


def test_erasing_a_person_takes_the_values_and_leaves_the_events() -> None:
    other = uuid.uuid4()
    with audit.transaction():
        happened(1, personal={"respondent": str(other)})
        happened(2, actor=audit.Actor.user(other), personal={"statement": "s"})
        assert audit.erase(other) == 0
    before = event_rows()
    assert audit.erase(other) == 2
    assert event_rows() == before
    first, second = Event.objects.order_by("sequence")
    assert first.personal == {"respondent": None}
    assert first.actor_id == str(PERSON)
    assert second.actor_id is None
    with audit.transaction():
        happened(3, personal={"respondent": "Jose\u0301"})
    assert audit.erase("Jose\u0301") == 1
    for wrong in ("", "x" * 65):
        with pytest.raises(ValueError, match="found again"):
            audit.erase(wrong)
