"""Reading the history takes the same number of queries for one event as for many."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from integrity.audit import selectors
from integrity.audit import services as audit
from integrity.audit.models import Event
from tests.audit.conftest import PERSON, happened, write

pytestmark = pytest.mark.django_db


def numbers(events: list[Event]) -> list[int]:
    return [event.sequence for event in events]


def test_events_of_a_case_in_pages() -> None:
    write(9)
    case = "IC-2026-000001"
    assert numbers(selectors.events_for_case(case)) == [1, 4, 7]
    assert numbers(selectors.events_for_case(case, limit=2)) == [1, 4]
    assert numbers(selectors.events_for_case(case, after=4, limit=2)) == [7]
    assert selectors.events_for_case("IC-2026-999999") == []


def test_events_without_a_case_belong_to_no_case() -> None:
    with audit.transaction():
        happened(1, case_number="")
    assert selectors.events_for_case("") == []


def test_a_respondent_sees_what_the_registry_allows() -> None:
    with audit.transaction():
        for action in ("thing.happened", "thing.hidden"):
            happened(1, action=action, data={}, personal={}, case_number="C")
    assert numbers(selectors.events_for_case("C")) == [1, 2]
    assert numbers(selectors.events_for_case("C", for_respondent=True)) == [1]


def test_recent_events_and_the_tail() -> None:
    assert selectors.tail() is None
    assert selectors.recent() == []
    write(4)
    with audit.transaction():
        happened(5, institution="south")
    assert numbers(selectors.recent(limit=3)) == [5, 4, 3]
    assert numbers(selectors.recent(before=3)) == [2, 1]
    assert numbers(selectors.recent(institutions=["south", "west"])) == [5]
    assert selectors.recent(institutions=[]) == []
    assert selectors.tail().sequence == 5


def test_events_by_a_person() -> None:
    other = uuid.uuid4()
    write(2)
    with audit.transaction():
        happened(3, actor=audit.Actor.user(other))
        # Named in it, but it was not them who did it.
        happened(4, personal={"respondent": str(other)})
        happened(5, actor=audit.Actor.user(other))
    assert numbers(selectors.events_by(other)) == [3, 5]
    assert numbers(selectors.events_by(str(other), after=3)) == [5]
    assert numbers(selectors.events_by(PERSON, limit=2)) == [1, 2]
    audit.erase(other)
    assert selectors.events_by(other) == []


def test_iterating_goes_through_all_pages(
    monkeypatch: pytest.MonkeyPatch, frozen_clock: Any
) -> None:
    monkeypatch.setattr(selectors, "CHUNK", 2)
    start = frozen_clock.now
    for n in range(1, 6):
        with audit.transaction():
            happened(n)
        frozen_clock.advance(hours=1)
    assert numbers(list(selectors.iterate())) == [1, 2, 3, 4, 5]
    assert numbers(list(selectors.iterate(case_number="IC-2026-000001"))) == [1, 4]
    second, fourth = start + timedelta(hours=1), start + timedelta(hours=3)
    assert numbers(list(selectors.iterate(since=second, until=fourth))) == [2, 3]


@pytest.mark.parametrize(
    "read",
    [
        lambda: selectors.events_for_case("C"),
        selectors.recent,
        lambda: selectors.events_by(PERSON),
    ],
)
def test_queries_do_not_grow(read: Callable[[], list[Event]], count_queries: Any) -> None:
    def queries(events: int) -> int:
        with audit.transaction():
            for n in range(events):
                happened(n, case_number="C")
        with count_queries() as counted:
            for event in read():
                assert event.actor_id
                assert event.personal["respondent"]
                assert event.label
                assert event.data
        return counted.number

    assert queries(1) == queries(10) == 2


def test_looking_for_a_person_uses_the_index() -> None:
    write(3)
    query = "SELECT sequence FROM audit_value WHERE lookup = 'x'"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {query}")
        else:
            cursor.execute(f"EXPLAIN QUERY PLAN {query}")
        plan = str(cursor.fetchall())
    assert "audit_value_lookup" in plan


def test_an_event_of_code_that_is_gone_can_still_be_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    from integrity.audit import registry

    write(1)
    monkeypatch.setattr(registry, "_actions", {})
    event = selectors.tail()
    assert (event.label, event.icon) == ("thing.happened", "clock")
    assert str(event) == "1 thing.happened"
