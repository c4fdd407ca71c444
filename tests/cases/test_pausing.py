"""The desk's time stands still and goes on: never less of it, and never a learner's."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.enums import CaseStatus
from cases.models import Case, DeadlinePause
from cases.services import deadlines, pausing, triage
from cases.services.priority import weigh
from integrity.audit.models import Event
from integrity.core import clock
from integrity.core.errors import Conflict, IllegalTransition, InvalidInput, NotFound, NotPermitted
from integrity.courses.models import Holiday
from notifications.models import OutboxMessage
from tests.cases import builders as build
from tests.cases.test_process import World
from tests.courses import builders as make

WEDNESDAY = datetime(2026, 11, 18, 10, tzinfo=UTC)
FRIDAY = datetime(2026, 11, 20, 23, 59, 59, tzinfo=UTC)
WHY = "The lab of the course compares the two drafts."


class Desk:
    """A case in triage that is due on Friday, with a moderator."""

    def __init__(self, zone: str = "UTC", due: datetime = FRIDAY) -> None:
        self.here = make.institution(time_zone=zone)
        self.moderator = build.moderator(institution=self.here)
        self.case = build.case(
            institution=self.here,
            course=make.course(institution=self.here),
            due_at=due,
            assignee=self.moderator,
        )
        weigh(self.case)
        self.case.save()

    def now(self) -> Case:
        return Case.objects.get(pk=self.case.pk)

    def pause(self, at: datetime = WEDNESDAY, reason: str = WHY) -> DeadlinePause:
        with clock.frozen(at):
            return pausing.pause(actor=self.moderator, number=self.case.number, reason=reason)

    def resume(self, at: datetime) -> datetime:
        with clock.frozen(at):
            due = pausing.resume(actor=self.moderator, number=self.case.number)
        assert due is not None
        assert self.now().due_at == due
        return due


@pytest.fixture
def desk(db: None) -> Desk:
    return Desk()


def day(number: int, hour: int = 10, month: int = 11) -> datetime:
    return datetime(2026, month, number, hour, tzinfo=UTC)


def end(number: int, month: int = 11) -> datetime:
    return datetime(2026, month, number, 23, 59, 59, tzinfo=UTC)


# Standing still


def test_a_paused_case_has_neither_deadline_nor_rank_and_alerts_nobody(desk: Desk) -> None:
    row = desk.pause()
    case = desk.now()
    assert (case.due_at, case.rank_at, case.escalate_at) == (None, None, None)
    assert case.paused_at == WEDNESDAY
    assert (row.due_before, row.began_by, row.reason) == (FRIDAY, desk.moderator, WHY)
    with clock.frozen(day(30)):
        assert deadlines.run()["escalated"] == 0


def test_other_work_on_the_case_leaves_it_paused(desk: Desk) -> None:
    desk.pause()
    with clock.frozen(WEDNESDAY + timedelta(hours=1)):
        triage.release(actor=desk.moderator, number=desk.case.number)
        triage.claim(actor=desk.moderator, number=desk.case.number)
    assert desk.now().due_at is None
    assert desk.now().paused_at == WEDNESDAY


def test_running_the_deadlines_does_not_wake_it(desk: Desk) -> None:
    desk.pause()
    with clock.frozen(day(28)):
        deadlines.run()
    assert desk.now().due_at is None


# Going on


@pytest.mark.parametrize(
    ("resumed", "due"),
    [
        # On the same day nothing was lost.
        (day(18, 16), end(20)),
        # Two working days were left after Wednesday: so many after the day it goes on.
        (day(19), end(23)),
        (day(20), end(24)),
        # Over the weekend no working time passed but Thursday's and Friday's.
        (day(21), end(24)),
        (day(22), end(24)),
        (day(23), end(25)),
        # A month later.
        (day(18, month=12), end(22, month=12)),
    ],
)
def test_it_goes_on_with_the_working_days_that_were_left(
    desk: Desk, resumed: datetime, due: datetime
) -> None:
    desk.pause()
    assert desk.resume(resumed) == due
    case = desk.now()
    assert case.paused_at is None
    assert case.rank_at is not None
    assert case.escalate_at is not None
    assert case.escalate_at < due


def test_a_pause_on_the_last_day_leaves_the_day_it_goes_on(desk: Desk) -> None:
    desk.pause(at=day(20, 23))
    assert desk.resume(day(23)) == end(23)


def test_a_pause_on_a_weekend_costs_nothing(desk: Desk) -> None:
    monday = Desk(due=end(23))
    monday.pause(at=day(21))
    assert monday.resume(day(22)) == end(23)


def test_holidays_while_it_goes_on_do_not_count(desk: Desk) -> None:
    desk.pause()
    Holiday.objects.create(institution=desk.here, day=date(2026, 11, 24), name="Founders")
    assert desk.resume(day(23)) == end(26)


def test_it_can_be_paused_again_and_counts_each_time(desk: Desk) -> None:
    desk.pause()
    assert desk.resume(day(23)) == end(25)
    desk.pause(at=day(24), reason="A second lab.")
    assert desk.resume(day(30)) == end(1, month=12)
    assert DeadlinePause.objects.filter(case=desk.case, ended_at__isnull=False).count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("paused", "resumed", "due_before", "due"),
    [
        # HOSTILE 79: paused before, resumed after the change of 29 March: the local end of day.
        ("2026-03-26T10:00", "2026-03-31T10:00", "2026-03-27T22:59:59", "2026-04-01T21:59:59"),
        # And that of 25 October.
        ("2026-10-22T10:00", "2026-10-27T10:00", "2026-10-23T21:59:59", "2026-10-28T22:59:59"),
    ],
)
def test_hostile_79_a_pause_across_a_clock_change_keeps_the_local_end_of_day(
    paused: str, resumed: str, due_before: str, due: str
) -> None:
    def utc(text: str) -> datetime:
        return datetime.fromisoformat(f"{text}+00:00")

    berlin = Desk(zone="Europe/Berlin", due=utc(due_before))
    berlin.pause(at=utc(paused))
    assert berlin.resume(utc(resumed)) == utc(due)


@pytest.mark.django_db
@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 23 * 60),
    st.integers(0, 60 * 24 * 60),
    st.sampled_from(["UTC", "Europe/Berlin", "America/Santiago", "Africa/Cairo"]),
    st.lists(st.dates(date(2026, 9, 20), date(2026, 12, 20)), max_size=8),
)
def test_no_pause_ever_shortens_a_deadline(
    early: int, late: int, zone: str, free: list[date]
) -> None:
    """Whatever holidays were added or taken away meanwhile (HOSTILE 79)."""
    began = datetime(2026, 10, 21, tzinfo=UTC) + timedelta(minutes=early)
    row = DeadlinePause(due_before=datetime(2026, 10, 26, 12, tzinfo=UTC), began_at=began)
    with transaction.atomic():
        here = make.institution(time_zone=zone)
        Holiday.objects.bulk_create(Holiday(institution=here, day=each) for each in set(free))
        due = pausing.due_again(row, Case(institution=here), at=began + timedelta(minutes=late))
        transaction.set_rollback(True)
    assert due >= row.due_before
    assert due >= began + timedelta(minutes=late)


# Once


def test_sent_twice_it_is_one_pause(desk: Desk) -> None:
    first = desk.pause()
    revision = desk.now().revision
    assert desk.pause(at=WEDNESDAY + timedelta(minutes=1)) == first
    assert desk.now().revision == revision
    assert Event.objects.filter(action="deadline.paused").count() == 1


def test_a_second_reason_does_not_overwrite_the_first(desk: Desk) -> None:
    desk.pause()
    with pytest.raises(Conflict):
        desk.pause(reason="Something else.")
    assert DeadlinePause.objects.get().reason == WHY


def test_resumed_twice_it_goes_on_once(desk: Desk) -> None:
    desk.pause()
    due = desk.resume(day(23))
    assert desk.resume(day(25)) == due
    assert Event.objects.filter(action="deadline.resumed").count() == 1


def test_the_database_holds_one_pause_of_a_case(desk: Desk) -> None:
    desk.pause()
    with pytest.raises(IntegrityError), transaction.atomic():
        DeadlinePause.objects.create(
            case=desk.case, reason="Two.", due_before=FRIDAY, began_by=desk.moderator
        )


# With the stage


@pytest.mark.django_db
def test_the_next_stage_ends_the_pause_and_has_its_own_time() -> None:
    world = World()
    pausing.pause(actor=world.moderator, number=world.number, reason=WHY)
    triage.open_case(actor=world.moderator, number=world.number)
    case = Case.objects.get(number=world.number)
    assert case.paused_at is None
    assert case.due_at is not None
    row = DeadlinePause.objects.get(case=case)
    assert row.ended_at is not None
    assert row.ended_by is None
    event = Event.objects.get(action="deadline.resumed")
    assert event.data["with_stage"] is True


@pytest.mark.django_db
def test_a_dismissed_case_is_not_paused_any_more() -> None:
    world = World()
    pausing.pause(actor=world.moderator, number=world.number, reason=WHY)
    triage.dismiss(actor=world.moderator, number=world.number, reason="not_enough")
    case = Case.objects.get(number=world.number)
    assert (case.paused_at, case.due_at, case.rank_at) == (None, None, None)


# What is never paused


@pytest.mark.django_db
def test_the_time_a_learner_has_to_answer_cannot_stand_still() -> None:
    world = World().notified()
    due = Case.objects.get(number=world.number).due_at
    with pytest.raises(IllegalTransition):
        pausing.pause(actor=world.officer, number=world.number, reason=WHY)
    assert Case.objects.get(number=world.number).due_at == due


@pytest.mark.django_db
def test_a_pause_moves_nothing_a_learner_was_promised() -> None:
    world = World().answered()
    notice = world.respondent.notices.get()
    pausing.pause(actor=world.moderator, number=world.number, reason=WHY)
    with clock.frozen(clock.now() + timedelta(days=20)):
        pausing.resume(actor=world.moderator, number=world.number)
    assert world.respondent.notices.get().due_at == notice.due_at


@pytest.mark.django_db
@pytest.mark.parametrize(
    "status", [CaseStatus.DECIDED, CaseStatus.APPEAL, CaseStatus.CLOSED, CaseStatus.NOTIFIED]
)
def test_stages_in_which_the_desk_has_no_time_are_not_paused(status: str) -> None:
    case = build.case(status=status)
    with pytest.raises(IllegalTransition):
        pausing.pause(actor=build.officer(), number=case.number, reason=WHY)


def test_time_that_is_over_does_not_stand_still(desk: Desk) -> None:
    with pytest.raises(IllegalTransition, match="over"):
        desk.pause(at=FRIDAY + timedelta(seconds=1))
    # HOSTILE 82: the last second still counts.
    desk.pause(at=FRIDAY)


# Who


def test_a_reason_is_needed(desk: Desk) -> None:
    with pytest.raises(InvalidInput) as refused:
        desk.pause(reason="   ")
    assert set(refused.value.fields) == {"reason"}
    with pytest.raises(InvalidInput):
        desk.pause(reason="x" * 501)


def test_only_whoever_works_on_the_case_pauses_it(desk: Desk) -> None:
    abroad = build.moderator("Elsewhere", make.institution())
    auditor = build.auditor()
    conflicted = build.officer("Conflicted")
    build.conflict(desk.case, conflicted)
    for user, error in ((abroad, NotFound), (auditor, NotPermitted), (conflicted, NotFound)):
        with pytest.raises(error):
            pausing.pause(actor=user, number=desk.case.number, reason=WHY)
    desk.pause()
    for user, error in ((abroad, NotFound), (auditor, NotPermitted), (conflicted, NotFound)):
        with pytest.raises(error):
            pausing.pause(actor=user, number=desk.case.number, reason=WHY)
        with pytest.raises(error):
            pausing.resume(actor=user, number=desk.case.number)


def test_the_history_keeps_that_it_stood_still_and_hides_why(desk: Desk) -> None:
    desk.pause()
    event = Event.objects.get(action="deadline.paused")
    assert WHY not in str(event.data)
    assert event.data == {"due_at": FRIDAY.isoformat()}


# Pages


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.django_db
def test_from_the_page_of_the_case_and_back() -> None:
    world = World().opened()
    client = client_of(world.moderator)
    page = reverse("desk:case", args=[world.number])
    pause = reverse("desk:pause", args=[world.number])
    assert f'href="{pause}"' in client.get(page).content.decode()
    assert client.get(pause).status_code == 200
    refused = client.post(pause, {"reason": ""})
    assert refused.status_code == 400
    assert client.post(pause, {"reason": WHY}).status_code == 303
    shown = client.get(page).content.decode()
    assert "Paused" in shown
    assert WHY in shown
    resume = reverse("desk:resume", args=[world.number])
    assert f'action="{resume}"' in shown
    assert f'href="{pause}"' not in shown
    assert client.post(resume).status_code == 303
    assert client.post(resume).status_code == 303
    assert WHY not in client.get(page).content.decode().split("timeline")[0]


@pytest.mark.django_db
def test_a_pause_sent_twice_from_the_page_leads_to_the_case() -> None:
    world = World().opened()
    client = client_of(world.moderator)
    pause = reverse("desk:pause", args=[world.number])
    for _number in range(2):
        assert client.post(pause, {"reason": WHY}).status_code == 303
    assert client.post(pause, {"reason": "Another."}).status_code == 409
    assert DeadlinePause.objects.count() == 1


@pytest.mark.django_db
def test_the_learner_reads_that_it_takes_longer_and_nothing_of_a_pause() -> None:
    world = World().answered()
    client = client_of(world.learner)
    mine = reverse("my:case", args=[world.number])
    longer = "It takes longer than usual"
    before = client.get(mine).content.decode()
    assert "About 10 working days" in before
    assert longer not in before
    letters = OutboxMessage.objects.count()
    pausing.pause(actor=world.moderator, number=world.number, reason=WHY)
    after = client.get(mine).content.decode()
    assert longer in after
    assert "About 10 working days" not in after
    for word in (WHY, "Paused", "stands still"):
        assert word not in after
    assert OutboxMessage.objects.count() == letters
    pausing.resume(actor=world.moderator, number=world.number)
    assert "About 10 working days" in client.get(mine).content.decode()


@pytest.mark.django_db
def test_the_learner_reads_that_it_takes_longer_when_the_desk_is_late() -> None:
    world = World().answered()
    due = Case.objects.get(number=world.number).due_at
    assert due is not None
    mine = reverse("my:case", args=[world.number])
    client = client_of(world.learner)
    with clock.frozen(due + timedelta(seconds=1)):
        assert "It takes longer than usual" in client.get(mine).content.decode()
