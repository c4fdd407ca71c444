"""Who is told that a case may become late: once for each deadline; shown without a scheduler."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from cases.enums import CaseStatus
from cases.models import Case
from cases.services import deadlines, escalation, notes, pausing
from cases.services.priority import weigh
from integrity.accounts.models import Restriction, User
from integrity.audit.models import Event
from integrity.core import clock
from integrity.courses.models import Holiday
from notifications.content import unseal_message
from notifications.models import OutboxMessage
from notifications.recipients import unseal_address
from tests.cases import builders as build
from tests.cases.test_intake_concurrency import at_once
from tests.courses import builders as make

FRIDAY = datetime(2026, 11, 20, 23, 59, 59, tzinfo=UTC)
# One working day before it.
THURSDAY = datetime(2026, 11, 19, 23, 59, 59, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class Desk:
    def __init__(self, due: datetime = FRIDAY) -> None:
        self.here = make.institution()
        self.moderator = build.moderator(institution=self.here)
        self.other = build.moderator("Tomasz Other", self.here)
        self.officer = build.officer(institution=self.here)
        self.platform = build.officer("Renata Villaseñor")
        self.abroad = build.officer("Elsewhere Officer", make.institution())
        self.case = build.case(
            institution=self.here,
            course=make.course(institution=self.here),
            due_at=due,
            assignee=self.moderator,
            status=CaseStatus.INVESTIGATION,
        )
        weigh(self.case)
        self.case.save()

    def now(self) -> Case:
        return Case.objects.get(pk=self.case.pk)


@pytest.fixture
def desk(db: None) -> Desk:
    return Desk()


def run(at: datetime) -> int:
    with clock.frozen(at):
        return escalation.run()


def told() -> list[str]:
    rows = OutboxMessage.objects.filter(event="case_escalated")
    return sorted(unseal_address(row.recipient_sealed).email for row in rows)


def emails(*people: User) -> list[str]:
    return sorted(person.email for person in people)


# When


@pytest.mark.parametrize(
    ("due", "warned"),
    [
        (FRIDAY, THURSDAY),
        # Over a weekend: on Friday's end, for Monday.
        (datetime(2026, 11, 23, 23, 59, 59, tzinfo=UTC), FRIDAY),
    ],
)
@pytest.mark.django_db
def test_it_is_one_working_day_before(due: datetime, warned: datetime) -> None:
    assert Desk(due).case.escalate_at == warned


@pytest.mark.django_db
def test_a_holiday_is_no_day_to_react_on() -> None:
    desk = Desk()
    Holiday.objects.create(institution=desk.here, day=FRIDAY.date(), name="Founders")
    weigh(desk.case)
    assert desk.case.escalate_at == datetime(2026, 11, 18, 23, 59, 59, tzinfo=UTC)


def test_hostile_82_not_a_second_before(desk: Desk) -> None:
    assert run(THURSDAY - SECOND) == 0
    assert told() == []
    assert run(THURSDAY) == 1


# Who


def test_the_one_it_is_with_and_the_officers_of_the_place_are_told(desk: Desk) -> None:
    assert run(THURSDAY) == 1
    assert told() == emails(desk.moderator, desk.officer, desk.platform)
    assert desk.now().escalated_at == THURSDAY
    event = Event.objects.get(action="case.escalated")
    assert event.data == {"due_at": FRIDAY.isoformat(), "told": 3}


def test_a_conflict_or_a_suspension_leaves_nobody_of_them_an_alert(desk: Desk) -> None:
    build.conflict(desk.case, desk.officer)
    Restriction.objects.create(
        user=desk.moderator, kind="suspended", source="tests", starts_at=THURSDAY - SECOND
    )
    run(THURSDAY)
    assert told() == emails(desk.platform)


def test_an_officer_who_has_the_case_gets_one(desk: Desk) -> None:
    Case.objects.filter(pk=desk.case.pk).update(assignee=desk.officer)
    run(THURSDAY)
    assert told() == emails(desk.officer, desk.platform)


def test_the_mail_says_which_case_and_by_when_and_nothing_of_the_matter(desk: Desk) -> None:
    build.report(desk.case)
    run(THURSDAY)
    learner = desk.case.respondents.get().user.display_name
    for row in OutboxMessage.objects.filter(event="case_escalated"):
        mail = unseal_message(row.content_sealed)
        text = f"{mail.subject}\n{mail.text}"
        assert desk.case.number in text
        assert "20 November 2026" in text
        for word in (learner, desk.case.title, "Plagiarism", "Rosa"):
            assert word not in text
        assert row.case_number == ""


def test_after_the_deadline_the_mail_says_that_it_is_over(desk: Desk) -> None:
    run(FRIDAY + timedelta(days=3))
    mail = unseal_message(OutboxMessage.objects.filter(event="case_escalated")[0].content_sealed)
    assert mail.subject.endswith("the time is over")


# Once


def test_hostile_76_run_again_and_again_it_is_told_once(desk: Desk) -> None:
    assert [run(THURSDAY + timedelta(hours=hours)) for hours in (0, 1, 30, 60)] == [1, 0, 0, 0]
    assert len(told()) == 3


@pytest.mark.django_db(transaction=True)
def test_hostile_76_two_schedulers_at_once_tell_once() -> None:
    """On SQLite they wait for each other; on PostgreSQL they meet at the row."""
    desk = Desk()
    Case.objects.filter(pk=desk.case.pk).update(escalate_at=clock.now() - SECOND)
    results = at_once(2, lambda _number: escalation.run())
    assert sorted(results) == [0, 1]
    assert len(told()) == 3
    assert Event.objects.filter(action="case.escalated").count() == 1


def test_no_open_form_becomes_stale_by_it(desk: Desk) -> None:
    before = desk.now().revision
    run(THURSDAY)
    assert desk.now().revision == before


def test_a_new_deadline_can_be_told_of_again(desk: Desk) -> None:
    run(THURSDAY)
    with clock.frozen(THURSDAY + timedelta(hours=2)):
        pausing.pause(actor=desk.moderator, number=desk.case.number, reason="A lab.")
    with clock.frozen(datetime(2026, 11, 25, 10, tzinfo=UTC)):
        due = pausing.resume(actor=desk.moderator, number=desk.case.number)
    case = desk.now()
    assert case.escalated_at is None
    assert due is not None
    assert case.escalate_at is not None
    assert run(case.escalate_at) == 1
    assert len(told()) == 6


def test_paused_and_resumed_on_one_day_the_same_deadline_is_told_once(desk: Desk) -> None:
    run(THURSDAY)
    at = THURSDAY + timedelta(hours=2)
    with clock.frozen(at):
        pausing.pause(actor=desk.moderator, number=desk.case.number, reason="A lab.")
    with clock.frozen(at + timedelta(hours=1)):
        assert pausing.resume(actor=desk.moderator, number=desk.case.number) == FRIDAY
    run(at + timedelta(hours=2))
    assert len(told()) == 3


def test_a_step_within_the_stage_does_not_tell_again(desk: Desk) -> None:
    run(THURSDAY)
    with clock.frozen(THURSDAY + SECOND):
        notes.add_note(actor=desk.officer, number=desk.case.number, body="Soon.", form_key="k" * 8)
    assert run(THURSDAY + timedelta(hours=1)) == 0


# What is not the desk's time


@pytest.mark.parametrize("status", [CaseStatus.NOTIFIED, CaseStatus.DECIDED, CaseStatus.APPEAL])
@pytest.mark.django_db
def test_only_the_time_of_the_desk_is_told_of(status: str) -> None:
    case = build.case(status=status, due_at=FRIDAY)
    build.officer()
    weigh(case)
    case.save()
    assert run(FRIDAY + timedelta(days=9)) == 0


# Without a scheduler


def test_hostile_83_without_any_scheduler_the_page_says_it_all_the_same(desk: Desk) -> None:
    client = Client()
    client.force_login(desk.moderator)
    page = reverse("desk:case", args=[desk.case.number])
    words = "It may become late"
    with clock.frozen(THURSDAY - SECOND):
        assert words not in client.get(page).content.decode()
    with clock.frozen(THURSDAY):
        shown = client.get(page).content.decode()
    assert words in shown
    assert "The officers were told" not in shown
    assert told() == []


def test_the_daily_run_does_it(desk: Desk) -> None:
    with clock.frozen(THURSDAY):
        assert deadlines.run()["escalated"] == 1
        assert deadlines.run()["escalated"] == 0
