"""Until when a respondent may answer (PR1): what starts the time, what moves it, what stops it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from cases.enums import CaseStatus
from cases.models import Case, Notice
from cases.services import deadlines, notice, response, windows
from cases.services.response import lapse_blocked
from cases.windows import FAIR_REST_WORKING_DAYS, Window, window
from integrity.audit.models import Event
from integrity.core import clock
from integrity.core.calendar import add_working_days
from integrity.core.errors import IllegalTransition, InvalidInput, WindowClosed
from integrity.courses.models import Holiday
from notifications import services as notifications
from notifications.models import Letter, OutboxMessage
from policies import precedence
from policies.enums import ClockStart
from tests.cases.test_checklist import shown
from tests.cases.test_my_pages import words
from tests.cases.test_process import World

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
# A Monday, and the last second of the tenth working day after it.
MONDAY = datetime(2026, 11, 23, 10, tzinfo=UTC)
DUE = datetime(2026, 12, 7, 23, 59, 59, tzinfo=UTC)


@pytest.fixture
def world(frozen_clock: Any) -> World:
    frozen_clock.move_to(MONDAY)
    return World()


def the_rule(monkeypatch: pytest.MonkeyPatch, rule: ClockStart) -> None:
    """As if the policy said so: published versions cannot be changed."""
    real = precedence.process_terms
    monkeypatch.setattr(
        precedence, "process_terms", lambda *found: replace(real(*found), clock_starts=rule)
    )


def now_of(world: World) -> Window:
    sent = windows.newest(world.respondent)
    assert sent is not None
    return window(Case.objects.get(number=world.number), sent)


def kept(world: World) -> datetime:
    return Notice.objects.get(respondent__case__number=world.number).due_at


def answer(world: World) -> Any:
    return response.submit(
        actor=world.learner,
        respondent_id=world.rid,
        points=world.points(),
        form_key=uuid4().hex,
    )


def go_on(world: World) -> Any:
    return response.lapse(
        actor=world.officer, number=world.number, respondent_id=world.rid, reason="Two calls."
    )


def blocked(world: World) -> str | None:
    return lapse_blocked(Case.objects.get(number=world.number), world.respondent)


def moves() -> list[dict[str, Any]]:
    return [event.data for event in Event.objects.filter(action="window.moved").order_by("pk")]


# What starts the time


def test_by_delivery_the_days_count_from_the_day_the_letter_came(
    world: World, frozen_clock: Any
) -> None:
    world.notified()
    assert kept(world) == DUE
    frozen_clock.move_to(MONDAY + 2 * DAY)
    world.delivered()
    assert now_of(world).due_at == DUE + 2 * DAY
    assert kept(world) == DUE
    assert deadlines.run()["windows_moved"] == 1
    assert kept(world) == DUE + 2 * DAY
    assert Case.objects.get(number=world.number).due_at == DUE + 2 * DAY
    assert [(m["why"], m["was"], m["due_at"]) for m in moves()] == [
        ("delivered", DUE.isoformat(), (DUE + 2 * DAY).isoformat())
    ]
    assert deadlines.run()["windows_moved"] == 0


def test_delivered_on_the_day_it_was_written_nothing_moves(world: World) -> None:
    world.notified().delivered()
    assert deadlines.run()["windows_moved"] == 0
    assert kept(world) == DUE
    assert moves() == []


def test_by_reading_the_time_starts_when_the_letter_is_opened(
    world: World, frozen_clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    the_rule(monkeypatch, ClockStart.READ)
    world.notified().delivered()
    found = now_of(world)
    assert (found.started, found.open, found.over) == (False, True, False)
    # Ten working days after the delivery it counts as opened.
    assert found.begins_at == DUE
    frozen_clock.move_to(MONDAY + 3 * DAY)
    Letter.objects.update(first_read_at=clock.now())
    assert now_of(world).due_at == DUE + 3 * DAY
    assert now_of(world).why == "read"


def test_by_reading_an_unopened_letter_starts_the_time_ten_working_days_after_it_came(
    world: World, frozen_clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    the_rule(monkeypatch, ClockStart.READ)
    world.notified().delivered()
    frozen_clock.move_to(DUE)
    assert not now_of(world).started
    assert "has not started" in (blocked(world) or "")
    frozen_clock.move_to(DUE + SECOND)
    found = now_of(world)
    assert (found.started, found.why) == (True, "unopened")
    assert found.due_at == datetime(2026, 12, 21, 23, 59, 59, tzinfo=UTC)
    # Opened on the next day it has begun already, and lasts no less.
    frozen_clock.advance(days=1)
    Letter.objects.update(first_read_at=clock.now())
    assert now_of(world).due_at == datetime(2026, 12, 21, 23, 59, 59, tzinfo=UTC)


def test_by_writing_a_late_delivery_leaves_two_working_days(
    world: World, frozen_clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    the_rule(monkeypatch, ClockStart.SENT)
    world.notified()
    assert not now_of(world).started
    frozen_clock.move_to(MONDAY + DAY)
    world.delivered()
    assert now_of(world).due_at == DUE
    friday = datetime(2026, 12, 11, 12, tzinfo=UTC)
    frozen_clock.move_to(friday)
    world.delivered()
    assert now_of(world).due_at == datetime(2026, 12, 15, 23, 59, 59, tzinfo=UTC)
    assert FAIR_REST_WORKING_DAYS == 2


def test_the_end_never_moves_to_an_earlier_instant(world: World, frozen_clock: Any) -> None:
    world.notified()
    frozen_clock.move_to(MONDAY + 4 * DAY)
    world.delivered()
    deadlines.run()
    late = kept(world)
    # The calendar changes afterwards, and the record of the delivery with it.
    world.delivered(at=MONDAY)
    deadlines.run()
    assert kept(world) == now_of(world).due_at == late


def test_a_letter_read_here_before_the_email_arrives_has_come(world: World) -> None:
    world.notified()
    Letter.objects.update(first_read_at=clock.now())
    found = now_of(world)
    assert (found.undelivered, found.starts_at, found.why) == (False, MONDAY, "read")


def test_holidays_and_the_zone_of_the_institution_count(world: World, frozen_clock: Any) -> None:
    place = world.case.institution
    place.time_zone = "America/Bogota"
    place.save()
    Holiday.objects.create(institution=place, day=datetime(2026, 12, 4, tzinfo=UTC), name="A day")
    world.notified().delivered()
    assert now_of(world).due_at == datetime(2026, 12, 9, 4, 59, 59, tzinfo=UTC)


# The edges


@pytest.mark.parametrize(
    ("written", "ends"),
    [
        # The clocks go back on 25 October 2026, and forward on 28 March 2027.
        (datetime(2026, 10, 19, 9, tzinfo=UTC), datetime(2026, 11, 2, 23, 59, 59, tzinfo=UTC)),
        (datetime(2027, 3, 22, 9, tzinfo=UTC), datetime(2027, 4, 5, 22, 59, 59, tzinfo=UTC)),
    ],
)
def test_79_across_both_shifts_of_the_clocks_the_end_is_a_fixed_instant(
    frozen_clock: Any, written: datetime, ends: datetime
) -> None:
    frozen_clock.move_to(written)
    world = World()
    place = world.case.institution
    place.time_zone = "Europe/London"
    place.save()
    world.notified().delivered()
    for moment in (written, ends - 8 * DAY, ends):
        frozen_clock.move_to(moment)
        assert now_of(world).due_at == kept(world) == ends
        assert now_of(world).open
    local = ends.astimezone(ZoneInfo("Europe/London"))
    assert f"{local:%H:%M:%S}" == "23:59:59"
    frozen_clock.move_to(ends + SECOND)
    assert not now_of(world).open


@pytest.mark.parametrize(
    ("after", "taken"), [(-SECOND, True), (timedelta(0), True), (SECOND, False)]
)
def test_82_one_second_before_at_and_after_the_end(
    world: World, frozen_clock: Any, after: timedelta, taken: bool
) -> None:
    world.notified().delivered(read=True)
    frozen_clock.move_to(DUE + after)
    assert now_of(world).open is taken
    if taken:
        assert "has not passed" in (blocked(world) or "")
        assert answer(world)
    else:
        assert blocked(world) is None
        with pytest.raises(WindowClosed):
            answer(world)


def test_82_the_last_second_lasts_a_whole_second(world: World, frozen_clock: Any) -> None:
    world.notified().delivered()
    frozen_clock.move_to(DUE + timedelta(microseconds=999_999))
    assert answer(world)


class FastHost(datetime):
    """A host whose clock is three hours fast."""

    @classmethod
    def now(cls, tz: Any = None) -> Any:
        return datetime.now(tz) + timedelta(hours=3)


@pytest.mark.postgres
def test_81_a_host_that_is_fast_closes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World().notified().delivered(read=True)
    # Ends in an hour by the database, and two hours ago by the host.
    ends = clock.now() + timedelta(hours=1)
    start = ends - 60 * DAY
    Notice.objects.update(due_at=ends, sent_at=start)
    Letter.objects.update(created_at=start, first_read_at=start)
    OutboxMessage.objects.update(sent_at=start)
    monkeypatch.setattr(clock, "_base", None)
    monkeypatch.setattr(clock, "datetime", FastHost)
    assert now_of(world).due_at == ends
    with pytest.raises(IllegalTransition):
        go_on(world)
    assert answer(world)


# Undelivered


@pytest.mark.parametrize(
    "state", ["queued", "claimed", "transmitting", "failed", "uncertain", "dead", "suppressed"]
)
def test_while_the_letter_is_not_delivered_no_time_runs(
    world: World, frozen_clock: Any, state: str
) -> None:
    world.notified()
    held = {"claimed_at": clock.now(), "claimed_by": "w"} if state != "queued" else {}
    OutboxMessage.objects.update(state=state, sent_at=None, **held)
    frozen_clock.move_to(DUE + 90 * DAY)
    done = deadlines.run()
    assert (done["reminders"], done["windows_moved"]) == (0, 0)
    assert "has not been delivered" in (blocked(world) or "")
    with pytest.raises(IllegalTransition):
        go_on(world)
    assert answer(world)


def test_an_officer_never_goes_on_without_an_undelivered_notice_being_answered(
    client: Client, world: World, frozen_clock: Any
) -> None:
    world.notified()
    frozen_clock.move_to(DUE + 90 * DAY)
    client.force_login(world.learner)
    page = words(client.get(reverse("my:case", args=[world.number])).content.decode())
    assert "Our email about this letter has not reached you yet. Your time has not started." in page
    assert "Answer this letter" in page
    assert "Ask for more time" not in page
    client.force_login(world.officer)
    page = words(client.get(reverse("desk:case", args=[world.number])).content.decode())
    assert "No time runs before it is delivered." in page
    assert "Go on without an answer" not in page


# Unopened


def remind(world: World, frozen_clock: Any) -> None:
    """Both reminders are written and delivered."""
    for before in (3, 1):
        frozen_clock.move_to(now_of(world).due_at - before * DAY - timedelta(hours=1))
        assert deadlines.run()["reminders"] == 1
    OutboxMessage.objects.filter(event="notice_reminder").update(state="sent", sent_at=clock.now())


def test_unopened_it_needs_two_reminders_and_ten_working_days(
    world: World, frozen_clock: Any
) -> None:
    world.notified().delivered()
    frozen_clock.move_to(DUE + SECOND)
    assert "two reminders" in (blocked(world) or "")
    frozen_clock.move_to(MONDAY)
    remind(world, frozen_clock)
    frozen_clock.move_to(DUE + SECOND)
    with pytest.raises(InvalidInput):
        response.lapse(
            actor=world.officer, number=world.number, respondent_id=world.rid, reason="  "
        )
    go_on(world)
    assert world.respondent.status == CaseStatus.REVIEW


def test_unopened_ten_working_days_hold_also_where_the_policy_gives_fewer(
    world: World, frozen_clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = precedence.process_terms
    monkeypatch.setattr(
        precedence, "process_terms", lambda *v: replace(real(*v), response_working_days=5)
    )
    world.notified().delivered()
    remind(world, frozen_clock)
    frozen_clock.move_to(DUE)
    assert not now_of(world).open
    assert "ten working days" in (blocked(world) or "")
    frozen_clock.move_to(DUE + SECOND)
    assert blocked(world) is None


def test_reminders_that_were_not_delivered_do_not_count(world: World, frozen_clock: Any) -> None:
    world.notified().delivered()
    remind(world, frozen_clock)
    OutboxMessage.objects.filter(event="notice_reminder").update(state="dead", sent_at=None)
    frozen_clock.move_to(DUE + SECOND)
    assert "two reminders" in (blocked(world) or "")


# It came back


def came_back(world: World, reason: str = "unknown") -> Notice:
    return windows.came_back(
        actor=world.moderator, number=world.number, respondent_id=world.rid, reason=reason
    )


def test_a_letter_that_came_back_was_not_delivered(world: World, frozen_clock: Any) -> None:
    world.notified().delivered()
    remind(world, frozen_clock)
    came_back(world)
    message = OutboxMessage.objects.get(event="notice_sent")
    assert (message.state, message.sent_at) == ("bounced", None)
    event = Event.objects.get(action="message.bounced")
    assert event.data == {
        "event": "notice_sent",
        "was_sent_at": MONDAY.isoformat(),
        "reason": "unknown",
    }
    frozen_clock.move_to(DUE + 30 * DAY)
    assert now_of(world).bounced
    with pytest.raises(IllegalTransition):
        go_on(world)
    assert shown(world)["Notice delivered"] == "missing"
    # Sent again, the days and the reminders count from then.
    notifications.resend(message=message.public_id, actor=world.moderator)
    world.delivered()
    assert now_of(world).due_at == add_working_days(clock.now(), 10, zone="UTC")
    remind(world, frozen_clock)
    assert OutboxMessage.objects.filter(event="notice_reminder").count() == 4
    frozen_clock.move_to(now_of(world).due_at + SECOND)
    go_on(world)


def test_a_letter_that_was_read_did_not_come_back(world: World) -> None:
    world.notified().delivered(read=True)
    with pytest.raises(IllegalTransition):
        came_back(world)
    assert OutboxMessage.objects.get(event="notice_sent").state == "sent"


def test_a_reason_has_to_be_one_there_is(world: World) -> None:
    world.notified().delivered()
    with pytest.raises(InvalidInput):
        came_back(world, "because")
    with pytest.raises(InvalidInput):
        came_back(world, "")


def test_gone_on_over_a_letter_that_came_back_is_waited_for_again(
    world: World, frozen_clock: Any
) -> None:
    world.notified().delivered()
    remind(world, frozen_clock)
    frozen_clock.move_to(DUE + SECOND)
    go_on(world)
    # Noted in the register of letters, where nobody has the case in hand.
    message = OutboxMessage.objects.get(event="notice_sent")
    notifications.mark_bounced(message=message.public_id, actor=world.moderator, reason="full")
    assert deadlines.run()["windows_moved"] == 1
    assert world.respondent.status == CaseStatus.NOTIFIED
    assert Event.objects.filter(action="response.awaited_again").count() == 1
    assert answer(world)


def test_the_button_takes_the_proof_away_and_the_register_offers_it(
    client: Client, world: World
) -> None:
    world.notified().delivered()
    client.force_login(world.moderator)
    page = client.get(reverse("desk:case", args=[world.number])).content.decode()
    address = reverse("desk:came_back", args=[world.number, world.rid])
    assert address in page
    assert client.post(address, {}).status_code == 400
    answered = client.post(address, {"reason": "full"})
    assert answered.status_code == 303
    page = words(client.get(reverse("desk:case", args=[world.number])).content.decode())
    assert "The notice came back, find another way" in page or "the notice came back" in page
    register = words(client.get(reverse("desk:letters")).content.decode())
    assert "The mailbox is full" in register
    client.force_login(world.learner)
    page = words(client.get(reverse("my:case", args=[world.number])).content.decode())
    assert "came back to us" in page


# What is told


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        (ClockStart.SENT, "on the day this letter was written"),
        (ClockStart.DELIVERED, "when the email about this letter is delivered"),
        (ClockStart.READ, "when you open this letter"),
    ],
)
def test_the_letter_quotes_what_starts_the_time(
    world: World, monkeypatch: pytest.MonkeyPatch, rule: ClockStart, says: str
) -> None:
    the_rule(monkeypatch, rule)
    world.alleged()
    letter = notice.preview(
        actor=world.moderator, number=world.number, respondent_id=world.rid, questions=""
    )
    assert says in letter.html


def test_both_sides_see_the_proof_of_delivery_and_of_reading(client: Client, world: World) -> None:
    world.notified().delivered(read=True)
    client.force_login(world.learner)
    page = words(client.get(reverse("my:case", args=[world.number])).content.decode())
    assert "When the letter is delivered" in page
    assert "Letter written" in page
    client.force_login(world.officer)
    page = words(client.get(reverse("desk:case_letters", args=[world.number])).content.decode())
    assert "When the letter is delivered" in page


def test_opening_the_page_keeps_what_moved(client: Client, world: World, frozen_clock: Any) -> None:
    world.notified()
    frozen_clock.move_to(MONDAY + DAY)
    world.delivered()
    client.force_login(world.learner)
    address = reverse("my:case", args=[world.number])
    client.head(address)
    assert kept(world) == DUE
    assert client.get(address).status_code == 200
    assert kept(world) == DUE + DAY
    client.get(address)
    assert len(moves()) == 1


def test_a_window_costs_the_page_a_fixed_number_of_queries(
    count_queries: Callable[[], Any], world: World
) -> None:
    from cases.selectors.my import my_case

    world.notified().delivered()
    costs = []
    for _ in range(2):
        with count_queries() as queries:
            my_case(world.learner, world.number)
        costs.append(queries.number)
    assert costs[0] == costs[1]
