"""More time to answer (PR2): asked for, given, refused, on both sides."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from cases.enums import CaseStatus
from cases.models import Case, MoreTime, Notice
from cases.services import deadlines, more_time, notice, response
from integrity.audit.models import Event
from integrity.core import clock
from integrity.core.errors import (
    Conflict,
    IllegalTransition,
    InvalidInput,
    NotFound,
    NotPermitted,
    WindowClosed,
)
from integrity.web.forms import new_form_token
from notifications.content import unseal_letter, unseal_message
from notifications.models import Letter, OutboxMessage
from tests.cases.test_grouped import Group
from tests.cases.test_my_pages import words
from tests.cases.test_process import World
from tests.cases.test_windows import DAY, DUE, MONDAY, SECOND, answer, blocked, go_on, kept, now_of
from tests.courses import builders as make

pytestmark = pytest.mark.django_db

WHY = "I was ill for a week."
# Two working days after Monday 7 December 2026, and the policy's five.
REST = datetime(2026, 12, 9, 23, 59, 59, tzinfo=DUE.tzinfo)
LONGER = datetime(2026, 12, 14, 23, 59, 59, tzinfo=DUE.tzinfo)


@pytest.fixture
def world(frozen_clock: Any) -> World:
    frozen_clock.move_to(MONDAY)
    return World().notified().delivered(read=True)


def ask(world: World, reason: str = WHY, key: str = "") -> MoreTime:
    return more_time.ask(
        actor=world.learner,
        respondent_id=world.rid,
        reason=reason,
        form_key=key or uuid4().hex,
    )


def give(world: World, *, by: Any = None, **kwargs: Any) -> MoreTime:
    return more_time.give(
        actor=by or world.moderator, number=world.number, respondent_id=world.rid, **kwargs
    )


def refuse(world: World, text: str = "There was time enough.", *, by: Any = None) -> MoreTime:
    return more_time.refuse(
        actor=by or world.moderator, number=world.number, respondent_id=world.rid, words=text
    )


# Asking


def test_asking_tells_the_desk_and_not_why(world: World) -> None:
    row = ask(world)
    assert (row.outcome, row.reason) == ("", WHY)
    assert Event.objects.get(action="more_time.asked").data["request"] == str(row.public_id)
    alerts = OutboxMessage.objects.filter(event="more_time_asked")
    assert alerts.count() == 1
    mail = unseal_message(alerts.get().content_sealed)
    assert world.number in mail.text
    assert "ill" not in mail.text
    assert alerts.get().case_number == ""


def test_the_same_form_is_one_request_and_another_one_waits_its_turn(world: World) -> None:
    first = ask(world, key="same")
    assert ask(world, key="same") == first
    with pytest.raises(Conflict):
        ask(world, "Something else.", key="same")
    with pytest.raises(Conflict):
        ask(world)
    assert MoreTime.objects.count() == 1


@pytest.mark.parametrize(("after", "taken"), [(timedelta(0), True), (SECOND, False)])
def test_82_it_is_asked_for_until_the_last_second(
    world: World, frozen_clock: Any, after: timedelta, taken: bool
) -> None:
    frozen_clock.move_to(DUE + after)
    if taken:
        assert ask(world)
    else:
        with pytest.raises(WindowClosed):
            ask(world)


def test_it_needs_a_reason_a_letter_that_came_and_the_learner(world: World) -> None:
    with pytest.raises(InvalidInput):
        ask(world, "   ")
    stranger = make.person("Stranger")
    with pytest.raises(NotFound):
        more_time.ask(actor=stranger, respondent_id=world.rid, reason=WHY, form_key="x")
    OutboxMessage.objects.update(state="queued", sent_at=None)
    Letter.objects.update(first_read_at=None)
    with pytest.raises(IllegalTransition):
        ask(world)
    assert not MoreTime.objects.exists()


def test_while_a_request_waits_the_window_does_not_close(world: World, frozen_clock: Any) -> None:
    frozen_clock.move_to(DUE)
    ask(world)
    frozen_clock.move_to(DUE + 20 * DAY)
    found = now_of(world)
    assert (found.over, found.open, found.holds) == (True, True, True)
    assert "asked for more time" in (blocked(world) or "")
    with pytest.raises(IllegalTransition):
        go_on(world)
    assert answer(world)


# Giving


def test_given_it_is_as_long_as_the_policy_says_from_the_end(world: World) -> None:
    row = ask(world)
    assert give(world, words="Get well.").pk == row.pk
    assert kept(world) == LONGER
    assert Case.objects.get(number=world.number).due_at == LONGER
    event = Event.objects.get(action="more_time.given")
    assert (event.data["was"], event.data["unasked"]) == (DUE.isoformat(), False)
    letter = Letter.objects.get(event="more_time_given")
    assert "Get well." in unseal_letter(letter.content_sealed).html
    with pytest.raises(Conflict):
        refuse(world)


def test_given_late_it_counts_from_the_answer(world: World, frozen_clock: Any) -> None:
    ask(world)
    frozen_clock.move_to(DUE + 7 * DAY)
    give(world)
    assert kept(world) == LONGER + 7 * DAY


def test_given_unasked_also_after_the_end_and_sent_twice_once(
    world: World, frozen_clock: Any
) -> None:
    frozen_clock.move_to(DUE + DAY)
    with pytest.raises(WindowClosed):
        answer(world)
    row = give(world, form_key="once")
    assert give(world, form_key="once").pk == row.pk
    assert row.reason == ""
    assert Event.objects.get(action="more_time.given").data["unasked"] is True
    assert MoreTime.objects.count() == 1
    assert answer(world)


def test_only_an_officer_gives_more_than_the_policy(world: World) -> None:
    with pytest.raises(NotPermitted):
        give(world, until=date(2026, 12, 24))
    with pytest.raises(InvalidInput):
        give(world, by=world.officer, until=date(2026, 12, 8))
    with pytest.raises(InvalidInput):
        give(world, by=world.officer, until=date(2029, 1, 1))
    give(world, by=world.officer, until=date(2026, 12, 24))
    assert kept(world) == datetime(2026, 12, 24, 23, 59, 59, tzinfo=DUE.tzinfo)


def test_before_the_time_starts_nothing_is_added(world: World) -> None:
    OutboxMessage.objects.update(state="queued", sent_at=None)
    Letter.objects.update(first_read_at=None)
    with pytest.raises(IllegalTransition):
        give(world)


def test_after_more_time_the_reminders_come_again(world: World, frozen_clock: Any) -> None:
    for before in (3, 1):
        frozen_clock.move_to(DUE - before * DAY - timedelta(hours=1))
        assert deadlines.run()["reminders"] == 1
    give(world)
    assert deadlines.run()["reminders"] == 0
    frozen_clock.move_to(LONGER - timedelta(hours=1))
    assert deadlines.run()["reminders"] == 1


# Refusing


def test_refused_in_time_the_end_stays(world: World) -> None:
    ask(world)
    refuse(world)
    assert kept(world) == DUE
    letter = Letter.objects.get(event="more_time_refused")
    assert "There was time enough." in unseal_letter(letter.content_sealed).html


def test_refused_late_two_working_days_are_left(world: World, frozen_clock: Any) -> None:
    frozen_clock.move_to(DUE)
    ask(world)
    refuse(world)
    assert kept(world) == REST
    frozen_clock.move_to(REST)
    assert now_of(world).open
    frozen_clock.move_to(REST + SECOND)
    assert not now_of(world).open
    go_on(world)


def test_asking_again_after_a_refusal_holds_nothing(world: World, frozen_clock: Any) -> None:
    ask(world)
    refuse(world)
    frozen_clock.move_to(DUE)
    ask(world)
    frozen_clock.move_to(DUE + SECOND)
    assert not now_of(world).open
    # It is answered all the same before anybody goes on.
    assert "asked for more time" in (blocked(world) or "")
    refuse(world)
    assert kept(world) == DUE
    go_on(world)
    assert world.respondent.status == CaseStatus.REVIEW


def test_a_refusal_needs_words_and_a_request(world: World) -> None:
    with pytest.raises(Conflict):
        refuse(world)
    ask(world)
    with pytest.raises(InvalidInput):
        refuse(world, "  ")


def test_after_the_answer_nobody_asks_or_gives(world: World) -> None:
    response.submit(
        actor=world.learner,
        respondent_id=world.rid,
        points=world.points(),
        form_key=uuid4().hex,
    )
    with pytest.raises(IllegalTransition):
        ask(world)
    with pytest.raises(IllegalTransition):
        give(world)


# The pages


def test_the_learner_asks_and_reads_what_becomes_of_it(client: Client, world: World) -> None:
    client.force_login(world.learner)
    case = reverse("my:case", args=[world.number])
    address = reverse("my:more_time", args=[world.number])
    assert address in client.get(case).content.decode()
    assert "5 working days more" in words(client.get(address).content.decode())
    assert client.post(address, {"reason": "", "form_token": new_form_token()}).status_code == 400
    token = new_form_token()
    for _ in range(2):
        assert client.post(address, {"reason": WHY, "form_token": token}).status_code == 303
    page = client.get(case).content.decode()
    assert "You asked for more time on" in words(page)
    assert address not in page
    assert client.get(address).status_code == 409
    again = client.post(address, {"reason": "Once more.", "form_token": new_form_token()})
    assert again.status_code == 409
    assert "Once more." in again.content.decode()
    give(world)
    page = words(client.get(case).content.decode())
    assert "You have more time than at first." in page
    assert "Monday 14 December" in page


def test_the_desk_sees_the_request_and_answers_it(client: Client, world: World) -> None:
    ask(world)
    client.force_login(world.moderator)
    address = reverse("desk:more_time", args=[world.number, world.rid])
    case = client.get(reverse("desk:case", args=[world.number])).content.decode()
    assert address in case
    assert "answer the request for more time" in words(case)
    page = words(client.get(address).content.decode())
    assert WHY in page
    assert "Longer, until the end of" not in page
    refused = {"outcome": "refuse", "words": "", "form_token": new_form_token()}
    assert client.post(address, refused).status_code == 400
    given = {"outcome": "give", "words": "Yes.", "form_token": new_form_token()}
    assert client.post(address, given).status_code == 303
    assert kept(world) == LONGER
    letters = words(client.get(reverse("desk:case_letters", args=[world.number])).content.decode())
    assert WHY in letters
    assert "More time was given" in letters
    client.force_login(world.officer)
    page = words(client.get(address).content.decode())
    assert "Longer, until the end of" in page


def test_in_a_group_case_each_has_their_own_time(frozen_clock: Any) -> None:
    frozen_clock.move_to(MONDAY)
    group = Group()
    group.notified().delivered(read=True)
    group.allege_other()
    second = notice.send(
        actor=group.moderator,
        number=group.number,
        respondent_id=group.other_part.public_id,
        questions="",
        revision=None,
        looked=True,
    )
    Letter.objects.filter(pk=second.letter_id).update(first_read_at=clock.now())
    ask(group)
    # What the desk tells one of them names nobody else.
    with pytest.raises(InvalidInput):
        give(group, words="Balthazar Ollivander needed none.")
    give(group)
    ends = {row.pk: row.due_at for row in Notice.objects.all()}
    assert ends.pop(second.pk) == DUE
    assert list(ends.values()) == [LONGER]
    assert Case.objects.get(number=group.number).due_at == LONGER
    frozen_clock.move_to(DUE + SECOND)
    assert answer(group)
    with pytest.raises(WindowClosed):
        response.submit(
            actor=group.other,
            respondent_id=group.other_part.public_id,
            points={},
            form_key=uuid4().hex,
        )
