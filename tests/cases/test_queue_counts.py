"""Numbers beside the queue: exact up to a bound, of the moment, and the same as the lists."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client

from cases.enums import CaseStatus as S
from cases.models import Case, Mention, Note
from cases.selectors import queue_counts
from cases.selectors.queue import count, live_counts
from cases.selectors.queue_filters import PARAMETERS, VIEWS, Filters, narrowed
from cases.selectors.words import Days
from integrity.core import clock
from integrity.core.counting import count_up_to
from tests.cases import builders as build
from tests.cases.test_queue import numbers, page
from tests.courses import builders as make

pytestmark = pytest.mark.django_db

QUEUE = "/desk/queue/"
COUNTS = "/desk/queue/counts/"


def test_numbers_stop_at_the_bound(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue_counts, "MOST", 2)
    monkeypatch.setattr("cases.views.desk.queue.MOST", 2)
    monkeypatch.setattr("cases.selectors.queue_rows.PAGE_SIZE", 1)
    user = build.moderator()
    for _ in range(4):
        build.case(assignee=user)
    build.case()
    counts = page(user).counts
    assert counts.views["mine"] == 3
    assert counts.shown["views"] == {
        "mine": "2+", "unclaimed": "1", "open": "2+",
        "watching": "0", "escalated": "0", "paused": "0",
    }  # fmt: skip
    client.force_login(user)
    assert ">2+</span>" in client.get(f"{QUEUE}?view=open").content.decode()


def test_many_things_are_counted_in_one_query(count_queries: Any) -> None:
    build.case(kind="conduct")
    build.case()
    rows = Case.objects.all()
    with count_queries() as queries:
        found = count_up_to(
            1, {"all": rows, "one": rows.filter(kind="conduct"), "none": rows.none()}
        )
    assert found == {"all": 2, "one": 1, "none": 0}
    assert queries.number == 1
    assert count_up_to(1, {"none": rows.none()}) == {"none": 0}


def test_watching_are_cases_one_follows_or_is_named_in() -> None:
    user = build.moderator()
    followed, named, closed = build.case(), build.case(status=S.REVIEW), build.case(status=S.CLOSED)
    build.case()
    build.watcher(followed, user)
    build.watcher(closed, user)
    note = Note.objects.create(case=named, author=build.officer(), body="See this", form_key="n")
    Mention.objects.create(note=note, user=user)
    assert set(numbers(user, "view=watching")) == {followed.number, named.number}
    assert page(user).counts.views["watching"] == 2


def test_what_may_become_late_is_asked_of_the_clock(frozen_clock: Any) -> None:
    user = build.moderator()
    case = build.case(escalate_at=clock.now() + timedelta(hours=1))
    build.case(escalate_at=clock.now() - timedelta(hours=1), status=S.CLOSED)
    assert numbers(user, "view=escalated") == []
    frozen_clock.move_to(clock.now() + timedelta(hours=1))
    assert numbers(user, "view=escalated") == [case.number]
    assert page(user).counts.views["escalated"] == 1


def test_a_paused_case_is_due_at_no_time(client: Client) -> None:
    user = build.moderator()
    case = build.case(assignee=user, due_at=clock.now(), paused_at=clock.now())
    assert numbers(user, "view=paused") == numbers(user, "due=paused") == [case.number]
    assert numbers(user, "due=over") == []
    counts = page(user).counts
    assert (counts.due["paused"], counts.due["over"]) == (1, 0)
    client.force_login(user)
    assert "Paused" in client.get(f"{QUEUE}?view=mine").content.decode().split("<tbody")[1]


def test_with_whom_and_how_much_it_presses() -> None:
    user, other = build.moderator(), build.moderator("Somebody else")
    mine = build.case(assignee=user, priority=48)
    theirs = build.case(assignee=other, priority=47)
    free = build.case(priority=0)
    assert numbers(user, "view=open&with=me") == [mine.number]
    assert numbers(user, "view=open&with=nobody") == [free.number]
    assert numbers(user, f"view=open&with={other.public_id}") == [theirs.number]
    assert numbers(user, "view=open&priority=high") == [mine.number]
    assert numbers(user, "view=open&priority=normal") == [theirs.number]
    assert set(numbers(user, "view=open&priority=low&priority=high")) == {mine.number, free.number}
    assert page(user, "view=open").counts.levels == {"high": 1, "normal": 1, "low": 1}
    assert [person.name for person in page(user).colleagues] == ["Somebody else"]


def test_every_number_is_that_of_its_list() -> None:
    user, here = build.officer(), make.institution()
    for number, status in enumerate(S.values):
        extra = {"dismissal_reason": "not_enough"} if status == S.DISMISSED else {}
        build.case(
            institution=here,
            status=status,
            assignee=user if number % 2 else None,
            priority=number * 8,
            due_at=clock.now() + timedelta(days=number - 2),
            **extra,
        )
    days = Days.of_reader()

    def listed(query: str) -> int:
        return narrowed(user, Filters.read(QueryDict(query), user), days).count()

    for name, view in VIEWS.items():
        counts = count(user, view, days, institutions=[(here.pk, here.slug)])
        for parameter, found in (
            ("status", counts.statuses),
            ("kind", counts.kinds),
            ("priority", counts.levels),
            ("institution", counts.institutions),
            ("due", counts.due),
        ):
            for value, number in found.items():
                assert number == listed(f"view={name}&{parameter}={value}"), (name, value)
    assert counts.views == {
        name: listed(f"view={name}") for name, view in VIEWS.items() if view.by_deadline
    }
    assert page(user, "view=open&kind=conduct").total == listed("view=open&kind=conduct")


def test_live_numbers_say_what_came_since(client: Client) -> None:
    user = build.moderator()
    client.force_login(user)
    build.case()
    since = page(user, "view=open").newest
    told = client.get(f"{COUNTS}?view=open&since={since}").json()
    assert told["new"] == ""
    build.case(kind="conduct")
    build.case(institution=make.institution())
    assert client.get(f"{COUNTS}?view=open&since={since}").json()["new"] == "2 new cases"
    told = client.get(f"{COUNTS}?view=open&kind=conduct&since={since}").json()
    assert told["new"] == "1 new case"
    assert told["views"]["open"] == "3"
    for strange in ("", "x", "9" * 30, "-1", "٣", "%00"):
        assert client.get(f"{COUNTS}?view=open&since={strange}").json()["new"] == ""


def test_hostile_16_the_last_case_is_the_last_one_the_reader_sees() -> None:
    user, other = build.moderator(), build.moderator("Milo Brandt")
    seen = build.case()
    build.conflict(build.case(), user)
    build.report(build.case(), user)
    build.respondent(build.case(), user)
    last = build.case()
    assert page(user, "view=open").newest == last.pk
    build.conflict(last, user)
    assert page(user, "view=open").newest == seen.pk
    assert page(other, "view=open").newest == last.pk
    here = build.moderator("Here Only", institution=seen.institution)
    assert page(here, "view=open").newest == seen.pk


def test_live_numbers_cost_two_queries(count_queries: Any) -> None:
    user = build.moderator()
    user.role_grants()
    with count_queries() as queries:
        live_counts(user, QueryDict("view=open&kind=conduct"), 0)
    assert queries.number == 2


LOOKUPS = ("user__password__startswith", "__class__", "pk__gt", "order_by", "__in")


@pytest.mark.parametrize("address", [QUEUE, COUNTS])
def test_hostile_55_no_parameter_takes_a_lookup(client: Client, address: str) -> None:
    client.force_login(build.moderator())
    names = [f"{name}__{lookup}" for name in sorted(PARAMETERS) for lookup in ("in", "regex")]
    for name in [*LOOKUPS, *names, "assignee__password", "ordering", "since__gt"]:
        assert client.get(address, {name: "a"}).status_code == 400, name


def test_hostile_55_no_value_becomes_an_order_or_a_lookup(client: Client) -> None:
    user = build.moderator()
    client.force_login(user)
    case = build.case(assignee=user)
    for name in sorted(PARAMETERS - {"q", "institution", "course"}):
        for value in ("-assignee__password", "__class__"):
            answer = client.get(QUEUE, {name: value})
            assert answer.status_code == 200, (name, value)
            assert case.number in answer.content.decode(), (name, value)
    assert page(user, "sort=assignee__password").filters.sort == "due"
