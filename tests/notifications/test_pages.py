"""The reader's letters: theirs alone, read once, there also for somebody suspended."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from integrity.accounts import services as accounts
from integrity.accounts.enums import RestrictionKind
from integrity.audit.models import ActorKind, Event
from integrity.core import clock, crypto
from integrity.web import navigation
from notifications import selectors
from notifications.models import Letter
from tests.conftest import FrozenClock
from tests.notifications.builders import payload, person, queued, reporter

pytestmark = pytest.mark.django_db

LIST = "/my/letters/"


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def letter_url(letter: Letter) -> str:
    return reverse("notifications:letter", args=[letter.public_id])


def bodies(text: bytes) -> bytes:
    """A page without its form tokens, which differ each time."""
    return re.sub(rb'name="csrfmiddlewaretoken" value="[^"]+"', b"", text)


def test_a_visitor_is_asked_to_sign_in_for_any_address() -> None:
    letter = queued().letter
    for address in (LIST, letter_url(letter), f"{LIST}{uuid.uuid4()}/"):
        answer = Client().get(address)
        assert answer.status_code == 302
        assert answer["Location"].startswith(reverse("account_login"))


def test_nothing_written_yet() -> None:
    page = signed_in(person()).get(LIST).content.decode()
    assert "There is nothing here for you, and nothing you need to do." in page


def test_the_list_shows_unread_first_and_nobody_elses() -> None:
    user = person()
    old = queued(user, event="response_received").letter
    new = queued(user, event="notice_sent").letter
    queued(person("Somebody Else"), event="appeal_decided")
    signed_in(user).get(letter_url(new))

    page = signed_in(user).get(LIST).content.decode()
    assert page.index("Not read yet") < page.index(str(old.public_id))
    assert page.index(str(old.public_id)) < page.index(">Read<") < page.index(str(new.public_id))
    assert "The decision on your appeal" not in page
    assert "IC-2026-000418" in page


def test_letters_as_reporter_and_as_respondent_stand_in_one_list() -> None:
    user = person()
    queued(user, event="notice_sent")
    queued(reporter(user), event="report_received", case_number="")
    page = signed_in(user).get(LIST).content.decode()
    assert "We would like to hear from you" in page
    assert "We have received your report" in page


def test_letters_are_found_after_the_keys_were_rotated(settings: Any) -> None:
    user = person()
    message = queued(user)
    settings.FIELD_KEYS = ["k6YQ0Uq0vJr0m8S7m1iQ5nE0f3m3B6mR9m0dQx3a1Xg=", *settings.FIELD_KEYS]
    assert crypto.reference(user.public_id, purpose="recipient") != message.recipient_ref
    page = signed_in(user).get(letter_url(message.letter))
    assert page.status_code == 200


def test_a_letter_reads_as_it_was_decided() -> None:
    user = person(time_zone="America/Bogota")
    letter = queued(user, payload=payload("notice_sent", matter="your work in Essay 2")).letter
    page = signed_in(user).get(letter_url(letter)).content.decode()
    assert "<h1>We would like to hear from you</h1>" in page
    assert "This is about your work in Essay 2." in page
    assert "Friday 4 December 2026, 17:59, Bogota time" in page
    assert "Amara Okonjo" in page
    assert 'lang="en"' in page


def test_hostile_text_stays_text_on_the_page() -> None:
    user = person("<script>alert(1)</script>")
    given = payload("notice_sent", message="<script>alert(2)</script>", matter="<img src=x>")
    page = signed_in(user).get(letter_url(queued(user, payload=given).letter)).content.decode()
    assert "alert(1)</script>" not in page
    assert "<script>alert(2)" not in page
    assert "<img" not in page


def test_another_persons_letter_is_like_none_at_all() -> None:
    letter = queued(person("Owner")).letter
    other = signed_in(person("Somebody Else"))
    for method in ("get", "head"):
        theirs = getattr(other, method)(letter_url(letter))
        none = getattr(other, method)(f"{LIST}{uuid.uuid4()}/")
        assert theirs.status_code == none.status_code == 404
        assert bodies(theirs.content) == bodies(none.content)
        assert dict(theirs.headers) == dict(none.headers)
    letter.refresh_from_db()
    assert letter.first_read_at is None


@pytest.mark.parametrize("after", ["x", "00000000-0000-4000-8000-000000000000", "' OR 1=1 --"])
def test_a_page_after_somebody_elses_letter_is_not_found(after: str) -> None:
    client = signed_in(person())
    assert client.get(LIST, {"read": after}).status_code == 404
    assert client.get(LIST, {"unread": after}).status_code == 404


def test_nothing_is_changed_by_other_methods() -> None:
    user = person()
    letter = queued(user).letter
    client = signed_in(user)
    for method in ("post", "put", "patch", "delete"):
        assert getattr(client, method)(letter_url(letter)).status_code == 405
        assert getattr(client, method)(LIST).status_code == 405


# The read receipt


def test_the_first_reading_is_noted_once(frozen_clock: FrozenClock) -> None:
    user = person()
    letter = queued(user).letter
    client = signed_in(user)
    first = frozen_clock.advance(hours=1)
    client.get(letter_url(letter))
    frozen_clock.advance(hours=1)
    for _ in range(3):
        client.get(letter_url(letter))
    letter.refresh_from_db()
    assert letter.first_read_at == first
    [event] = Event.objects.filter(action="letter.read")
    assert (event.actor_kind, event.case_number) == (ActorKind.USER, "IC-2026-000418")


def test_looking_without_reading_is_no_receipt() -> None:
    user = person()
    letter = queued(user).letter
    client = signed_in(user)
    client.head(letter_url(letter))
    client.get(letter_url(letter), headers={"Sec-Purpose": "prefetch;prerender"})
    client.get(LIST)
    letter.refresh_from_db()
    assert letter.first_read_at is None


def test_the_minute_of_a_reporters_reading_is_kept_nowhere(frozen_clock: FrozenClock) -> None:
    user = person()
    letter = queued(reporter(user), event="report_received").letter
    frozen_clock.advance(days=2, hours=3, minutes=7)
    page = signed_in(user).get(letter_url(letter)).content.decode()
    letter.refresh_from_db()
    assert letter.first_read_at == frozen_clock.now.replace(hour=0, minute=0)
    assert "You first opened it" not in page
    assert not Event.objects.filter(action="letter.read").exists()
    [row] = selectors.register_rows([letter.message])
    assert row.read_at is None


def test_two_readings_at_once_are_one_receipt() -> None:
    from notifications.services import note_read

    user = person()
    queued(user)
    one, other = Letter.objects.get(), Letter.objects.get()
    assert note_read(letter=one, reader=user) is True
    assert note_read(letter=other, reader=user) is False
    assert Event.objects.filter(action="letter.read").count() == 1


# Suspended


def test_somebody_suspended_reads_letters() -> None:
    user = person()
    letter = queued(user).letter
    accounts.restrict(
        user=user,
        kind=RestrictionKind.SUSPENDED,
        source="sanction:test",
        starts_at=clock.now() - timedelta(days=1),
        ends_at=clock.now() + timedelta(days=1),
    )
    client = signed_in(user)
    assert client.get(LIST).status_code == 200
    assert client.get(letter_url(letter)).status_code == 200
    assert client.get("/courses/").status_code == 403


# Menu, size, pages


def test_the_menu_counts_unread_letters() -> None:
    user = person()
    first = queued(user).letter
    queued(user)
    client = signed_in(user)
    assert 'Letters <span class="badge">2</span>' in client.get(LIST).content.decode()
    client.get(letter_url(first))
    assert 'Letters <span class="badge">1</span>' in client.get(LIST).content.decode()


def test_the_count_stops_at_a_hundred() -> None:
    user = person()
    client = signed_in(user)
    letter = queued(user).letter
    message = letter.message
    for number in range(navigation.MOST_COUNTED + 4):
        message.pk, message.public_id, message.key = None, uuid.uuid4(), f"copy:{number}"
        message.save(force_insert=True)
        letter.pk, letter.public_id, letter.message = None, uuid.uuid4(), message
        letter.save(force_insert=True)
    assert ">99+</span>" in client.get(LIST).content.decode()


def test_the_list_costs_the_same_at_one_and_at_three(
    count_queries: Callable[[], Any], frozen_clock: FrozenClock
) -> None:
    user = person()
    client = signed_in(user)
    costs = []
    for wanted in (1, 3):
        while Letter.objects.count() < wanted:
            queued(user)
        client.get(LIST)
        with count_queries() as queries:
            client.get(LIST)
        costs.append(queries.number)
    assert costs[0] == costs[1]
    assert costs[0] <= 8


def test_pages_go_on_where_the_last_one_ended_also_when_something_was_read_meanwhile() -> None:
    user = person()
    letters = [queued(user, event="response_received").letter for _ in range(5)]
    seen: list[Any] = []
    after = ""
    for _ in range(5):
        page = selectors.letters_page(user, read=False, after=after, size=2)
        seen += page.rows
        if page.next is None:
            break
        after = str(page.next)
        # The row the next page goes on from is read now, and no longer in this list.
        Letter.objects.filter(public_id=page.next).update(first_read_at=clock.now())
    assert [x.pk for x in seen] == [x.pk for x in reversed(letters)]
