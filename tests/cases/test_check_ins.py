"""Whoever reported is asked how they fare, and a receipt that did not arrive raises an alert."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases import receipts
from cases.enums import CheckInAnswer, ReportStatus, RetaliationKind
from cases.informants import Informant
from cases.models import CheckIn, Report, RetaliationMark
from cases.services import acknowledgement, check_ins, deadlines, triage
from integrity.accounts.models import User
from integrity.audit.models import Event
from integrity.core import clock
from integrity.core.errors import Conflict, InvalidInput, NotFound
from notifications.content import unseal_message
from notifications.enums import State
from notifications.models import OutboxMessage
from notifications.recipients import unseal_address
from tests.cases import builders as build
from tests.cases.noticed_world import Noticed, case_of

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


@pytest.fixture
def world() -> Noticed:
    return Noticed()


@pytest.fixture
def now() -> datetime:
    """Whole seconds, so that a moment before and the moment itself are told apart."""
    return clock.now().replace(microsecond=0)


def closed(world: Noticed, at: datetime, by: User | None = None, **changes: Any) -> Report:
    """A report that was dismissed at `at`."""
    with clock.frozen(at):
        report = world.report(by, world.of_ben, **changes)
        build.dismissed(actor=world.moderator, number=case_of(report).number, reason="not_enough")
    report.refresh_from_db()
    assert report.closed_at == at
    return report


def asked(report: Report) -> list[int]:
    return list(
        CheckIn.objects.filter(report=report).order_by("days").values_list("days", flat=True)
    )


def letters() -> int:
    return OutboxMessage.objects.filter(event="check_in").count()


def test_what_fails_keeps_nothing_else_from_being_done(
    world: Noticed, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = closed(world, now - timedelta(days=14), world.anna)

    def broken() -> int:
        raise RuntimeError("The first row of it is damaged.")

    monkeypatch.setattr(acknowledgement, "run", broken)
    with pytest.raises(RuntimeError, match="damaged"):
        deadlines.run(now)
    assert asked(report) == [14]


# Check-ins (IN9)


def test_they_are_asked_after_14_60_and_180_days_to_the_second(
    world: Noticed, now: datetime
) -> None:
    report = closed(world, now, world.anna)
    expected: list[int] = []
    for days in (14, 60, 180):
        due = now + timedelta(days=days)
        assert deadlines.run(due - SECOND)["check_ins"] == 0
        assert asked(report) == expected
        assert deadlines.run(due)["check_ins"] == 1
        expected.append(days)
        assert asked(report) == expected
        assert deadlines.run(due + SECOND)["check_ins"] == 0
    assert letters() == 3


def test_a_late_scheduler_asks_once_and_only_the_newest(world: Noticed, now: datetime) -> None:
    report = closed(world, now, world.anna)
    assert deadlines.run(now + timedelta(days=100))["check_ins"] == 1
    assert asked(report) == [60]
    assert letters() == 1
    assert deadlines.run(now + timedelta(days=200))["check_ins"] == 1
    assert asked(report) == [60, 180]


def test_a_matter_that_is_long_over_is_left_alone(world: Noticed, now: datetime) -> None:
    report = closed(world, now, world.anna)
    assert deadlines.run(now + timedelta(days=270))["check_ins"] == 0
    assert asked(report) == []


def test_who_took_it_back_is_not_asked_and_an_open_matter_asks_nobody(
    world: Noticed, now: datetime
) -> None:
    with clock.frozen(now):
        world.report(world.anna, world.of_anna)
    back = closed(world, now, world.anna)
    Report.objects.filter(pk=back.pk).update(status=ReportStatus.WITHDRAWN)
    assert deadlines.run(now + timedelta(days=20))["check_ins"] == 0


def test_the_email_says_nothing_of_the_matter_and_goes_to_whoever_reported(
    world: Noticed, now: datetime
) -> None:
    report = closed(world, now, world.anna)
    deadlines.run(now + timedelta(days=14))
    row = OutboxMessage.objects.get(event="check_in")
    assert unseal_address(row.recipient_sealed).email == world.anna.email
    assert row.recipient_kind == "sealed"
    assert row.case_number == ""
    content = unseal_message(row.content_sealed)
    text = f"{content.subject}\n{content.text}"
    assert report.reference in text
    for word in (case_of(report).number, world.ben.display_name, world.assignment.title):
        assert word not in text


def test_by_code_the_question_stands_on_the_page_of_the_report(
    world: Noticed, now: datetime
) -> None:
    code = receipts.new_code()
    report = closed(world, now, None, mode="anonymous", receipt=code)
    visitor, page = Client(), reverse("report:follow")
    address = reverse("report:follow_check_in")
    assert visitor.get(address).headers["Location"] == page
    assert visitor.post(page, {"code": code}).status_code == 303
    assert address not in visitor.get(page).content.decode()
    deadlines.run(now + timedelta(days=14))
    assert asked(report) == [14]
    assert letters() == 0
    assert address in visitor.get(page).content.decode()
    assert visitor.get(address).status_code == 200
    done = visitor.post(address, {"answer": "harmed", "text": "He waits for me."})
    assert done.status_code == 303
    assert "sessionid" not in visitor.cookies
    assert "Thank you for telling us." in visitor.get(page).content.decode()
    assert RetaliationMark.objects.get().told == "He waits for me."


def ask(world: Noticed, now: datetime) -> Report:
    report = closed(world, now, world.anna)
    deadlines.run(now + timedelta(days=14))
    return report


def test_an_answer_is_given_once_and_repeating_it_is_the_same(
    world: Noticed, now: datetime
) -> None:
    report = ask(world, now)
    for _twice in range(2):
        row = check_ins.answer(report=report, days=14, answer=CheckInAnswer.FINE, text="")
    assert row.answered_at is not None
    with pytest.raises(Conflict):
        check_ins.answer(report=report, days=14, answer=CheckInAnswer.STOP)
    with pytest.raises(NotFound):
        check_ins.answer(report=report, days=60, answer=CheckInAnswer.FINE)
    with pytest.raises(InvalidInput):
        check_ins.answer(report=report, days=14, answer="maybe")
    assert Event.objects.filter(action="check_in.answered").count() == 1
    assert not RetaliationMark.objects.exists()


def test_after_please_do_not_ask_again_nobody_asks(world: Noticed, now: datetime) -> None:
    report = ask(world, now)
    check_ins.answer(report=report, days=14, answer=CheckInAnswer.STOP)
    for days in (60, 180):
        assert deadlines.run(now + timedelta(days=days))["check_ins"] == 0
    assert asked(report) == [14]


def test_harm_is_marked_and_told_to_those_who_did_not_work_on_the_matter(
    world: Noticed, now: datetime
) -> None:
    report = ask(world, now)
    with pytest.raises(InvalidInput) as refused:
        check_ins.answer(report=report, days=14, answer=CheckInAnswer.HARMED, text=" ")
    assert "text" in refused.value.fields
    for _twice in range(2):
        check_ins.answer(
            report=report, days=14, answer=CheckInAnswer.HARMED, text="Nobody talks to me."
        )
    mark = RetaliationMark.objects.get()
    assert (mark.kind, mark.earlier_report, mark.case) == (RetaliationKind.TOLD, report, None)
    rows = OutboxMessage.objects.filter(event="retaliation_noticed")
    people = sorted(unseal_address(row.recipient_sealed).email for row in rows)
    # The moderator dismissed the case.
    assert people == sorted(p.email for p in (world.other, world.officer, world.second))


def test_the_page_asks_takes_the_answer_and_thanks(world: Noticed, now: datetime) -> None:
    report = ask(world, now)
    client = Client()
    client.force_login(world.anna)
    page, address = (
        reverse(f"my:{name}", args=[report.public_id]) for name in ("report", "check_in")
    )
    assert address in client.get(page).content.decode()
    assert client.get(address).status_code == 200
    refused = client.post(address, {"answer": "harmed", "text": ""})
    assert refused.status_code == 400
    assert "Tell us what happens." in refused.content.decode()
    # Words beside another answer would be read by nobody; they stay on the page.
    refused = client.post(address, {"answer": "fine", "text": "He writes to me at night."})
    assert refused.status_code == 400
    assert "He writes to me at night." in refused.content.decode()
    done = client.post(address, {"answer": "fine", "text": ""}, follow=True)
    assert done.redirect_chain[-1][1] == 303
    assert "Nothing has happened to me" in done.content.decode()
    # Asked and answered: the address leads back to the report.
    assert client.get(address).headers["Location"] == page
    for other in (world.ben, world.moderator):
        stranger = Client()
        stranger.force_login(other)
        assert stranger.get(address).status_code == 404


# The acknowledgement (IN8)


def sent(report: Report, at: datetime, **changes: Any) -> None:
    fields = {"state": State.SENT, "sent_at": at} | changes
    OutboxMessage.objects.filter(key=f"report_received:{report.public_id}").update(**fields)


def alerted() -> list[str]:
    rows = OutboxMessage.objects.filter(event="acknowledgement_missing")
    return sorted(unseal_address(row.recipient_sealed).email for row in rows)


def test_hostile_109_no_acknowledgement_by_day_seven_raises_an_alert_to_the_second(
    world: Noticed, now: datetime
) -> None:
    with clock.frozen(now):
        world.report(world.anna, world.of_ben)
    due = now + timedelta(days=7)
    assert deadlines.run(due - SECOND)["unacknowledged"] == 0
    assert alerted() == []
    assert deadlines.run(due)["unacknowledged"] == 1
    assert alerted() == sorted(p.email for p in (world.officer, world.second))
    # Once for each report, however often this runs.
    assert deadlines.run(due + SECOND)["unacknowledged"] == 0
    assert len(alerted()) == 2


def test_one_that_was_delivered_raises_none_whenever_the_scheduler_comes(
    world: Noticed, now: datetime
) -> None:
    with clock.frozen(now):
        report = world.report(world.anna, world.of_ben)
    sent(report, now)
    for days in (7, 20, 36):
        assert deadlines.run(now + timedelta(days=days))["unacknowledged"] == 0


def test_a_look_goes_on_where_the_last_one_ended(
    world: Noticed, now: datetime, count_queries: Any
) -> None:
    with clock.frozen(now):
        world.report(world.anna, world.of_ben)
    assert deadlines.run(now + timedelta(days=8))["unacknowledged"] == 1
    with clock.frozen(now + timedelta(days=9)):
        # An hour before the last look is all that is looked at again.
        with count_queries() as counted:
            assert acknowledgement.run() == 0
        assert not any("notifications_outboxmessage" in sql for sql in counted.list)


@pytest.mark.parametrize("state", [State.QUEUED, State.FAILED, State.UNCERTAIN, State.SUPPRESSED])
def test_what_was_not_handed_over_is_not_delivered(
    world: Noticed, now: datetime, state: str
) -> None:
    with clock.frozen(now):
        report = world.report(world.anna, world.of_ben)
    sent(report, now, state=state, sent_at=None)
    assert deadlines.run(now + timedelta(days=8))["unacknowledged"] == 1


def test_who_has_the_case_is_told_alone(world: Noticed, now: datetime) -> None:
    with clock.frozen(now):
        report = world.report(world.anna, world.of_ben)
        triage.claim(actor=world.moderator, number=case_of(report).number)
    deadlines.run(now + timedelta(days=7))
    assert alerted() == [world.moderator.email]


def test_nobody_to_write_to_is_owed_nothing(world: Noticed, now: datetime) -> None:
    with clock.frozen(now):
        world.report(None, world.of_ben, mode="anonymous", receipt=receipts.new_code())
        back = world.report(world.anna, world.of_anna)
        Report.objects.filter(pk=back.pk).update(status=ReportStatus.WITHDRAWN)
    assert deadlines.run(now + timedelta(days=8))["unacknowledged"] == 0


def test_nothing_is_said_of_what_the_office_wrote_down_for_somebody(
    world: Noticed, now: datetime
) -> None:
    with clock.frozen(now - timedelta(days=7)):
        report = world.report(world.anna, world.of_ben)
    told = Informant("Anna", world.anna.email).sealed()
    Report.objects.filter(pk=report.pk).update(informant_sealed=told, received_by="phone")
    assert deadlines.run(now)["unacknowledged"] == 0
    with clock.frozen(now):
        assert not acknowledgement.overdue(Report.objects.get(pk=report.pk))


def test_the_case_page_says_it_and_the_email_names_only_the_case(
    world: Noticed, now: datetime
) -> None:
    with clock.frozen(now - timedelta(days=7)):
        report = world.report(world.anna, world.of_ben)
    deadlines.run(now)
    content = unseal_message(
        OutboxMessage.objects.filter(event="acknowledgement_missing")[0].content_sealed
    )
    text = f"{content.subject}\n{content.text}"
    number = case_of(report).number
    assert number in text
    for word in (world.anna.display_name, world.ben.display_name, report.reference):
        assert word not in text
    client = Client()
    client.force_login(world.officer)
    with clock.frozen(now):
        page = client.get(reverse("desk:case", args=[number])).content.decode()
    assert f"The receipt for {report.reference} was not delivered" in page
    sent(report, now)
    page = client.get(reverse("desk:case", args=[number])).content.decode()
    assert f"The receipt for {report.reference}" not in page
