"""The desk's register: what was sent to whom, and what a person decides about it."""

from __future__ import annotations

import json
import sys
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import clear_url_caches, reverse

from integrity.audit.models import Event
from integrity.audit.selectors import events_for_case
from integrity.core import clock
from integrity.core.errors import IllegalTransition, NotFound
from notifications import selectors
from notifications import services as notifications
from notifications.enums import State
from notifications.models import Letter, OutboxMessage
from tests.conftest import FrozenClock
from tests.notifications.builders import person, queued, reporter
from tests.support.smtp import SmtpServer

pytestmark = pytest.mark.django_db

LIST = "/test/letters/"


@pytest.fixture
def desk(settings: Any) -> Iterator[Client]:
    settings.ROOT_URLCONF = "tests.notifications.desk_urls"
    clear_url_caches()
    client = Client()
    client.force_login(person("Officer"))
    yield client
    clear_url_caches()


def in_state(state: State, **options: Any) -> OutboxMessage:
    message = queued(**options)
    OutboxMessage.objects.filter(pk=message.pk).update(
        state=state,
        last_error="SMTPServerDisconnected",
        attempts=1,
        sent_at=clock.now() if state == State.SENT else None,
        claimed_by="w",
        claimed_at=clock.now(),
    )
    message.refresh_from_db()
    return message


def act(desk: Client, message: OutboxMessage, action: str) -> Any:
    return desk.post(reverse("test-action", args=[message.public_id]), {"action": action})


def test_messages_of_a_case_in_order_with_their_letters(count_queries: Callable[[], Any]) -> None:
    user = person()
    first = queued(user, event="notice_sent")
    second = queued(user, event="response_received")
    queued(user, event="notice_sent", case_number="IC-2026-000999")
    with count_queries() as queries:
        found = selectors.messages_for_case("IC-2026-000418")
        assert [m.letter.first_read_at for m in found] == [None, None]
    assert found == [first, second]
    assert queries.number == 1
    assert selectors.messages_for_case("") == []


def test_the_register_names_named_people_and_never_a_reporter(desk: Client) -> None:
    queued(person("Amara Okonjo"), event="notice_sent")
    queued(reporter(person("Zqcanary Reporter")), event="report_received")
    page = desk.get(LIST).content.decode()
    assert "Amara Okonjo" in page
    assert "Reporter (sealed)" in page
    assert "Zqcanary" not in page


def test_names_are_shown_only_when_asked_for() -> None:
    message = queued(person("Amara Okonjo"))
    [row] = selectors.register_rows([message])
    assert (row.name, str(row.audience)) == ("", "Respondent")


def test_another_institutions_letters_are_not_there(desk: Client) -> None:
    mine = in_state(State.DEAD)
    other = in_state(State.DEAD, institution="elsewhere", case_number="IC-2026-777777")
    page = desk.get(LIST).content.decode()
    assert "IC-2026-777777" not in page
    assert "1 letter needs attention" in page
    assert act(desk, other, "resend").status_code == 404
    assert desk.get(LIST, {"after": str(other.public_id)}).status_code == 404
    assert act(desk, mine, "resend").status_code == 302
    other.refresh_from_db()
    assert other.state == State.DEAD


def test_filters(desk: Client) -> None:
    in_state(State.SENT, event="response_received", case_number="IC-2026-000001")
    in_state(State.UNCERTAIN, event="notice_sent", case_number="IC-2026-000002")
    for query, shown in (
        ({"state": "attention"}, "IC-2026-000002"),
        ({"state": "sent"}, "IC-2026-000001"),
        ({"event": "notice_sent"}, "IC-2026-000002"),
        ({"case": " IC-2026-000001 "}, "IC-2026-000001"),
    ):
        page = desk.get(LIST, query).content.decode().partition("<tbody")[2]
        assert page.partition("</tbody")[0].count("IC-2026-00000") == 1
        assert shown in page
    assert "No letter fits this." in desk.get(LIST, {"state": "dead"}).content.decode()


@pytest.mark.parametrize(
    "query", [{"state": "password"}, {"event": "state__in"}, {"state": "sent'--"}]
)
def test_an_unknown_filter_is_refused(desk: Client, query: dict[str, str]) -> None:
    assert desk.get(LIST, query).status_code == 400


def test_an_empty_register_says_so(desk: Client) -> None:
    assert "No letter has been written yet." in desk.get(LIST).content.decode()


def test_the_register_costs_the_same_at_one_and_at_three(
    desk: Client, count_queries: Callable[[], Any], frozen_clock: FrozenClock
) -> None:
    costs = []
    for wanted in (1, 3):
        while OutboxMessage.objects.count() < wanted:
            in_state(State.FAILED)
        desk.get(LIST)
        with count_queries() as queries:
            desk.get(LIST)
        costs.append(queries.number)
    assert costs[0] == costs[1] <= 8


@pytest.mark.parametrize("was", [State.FAILED, State.UNCERTAIN, State.DEAD, State.BOUNCED])
def test_send_again(desk: Client, smtp: SmtpServer, was: State) -> None:
    message = in_state(was)
    assert act(desk, message, "resend").status_code == 302
    assert notifications.deliver_due().sent == 1
    [received] = smtp.messages
    assert received.message["Message-ID"] == message.message_id
    actions = [event.action for event in events_for_case("IC-2026-000418")]
    assert actions == ["letter.queued", "message.resent", "message.sent"]
    event = Event.objects.get(action="message.resent")
    assert json.loads(event.payload)["data"] == {"event": "notice_sent", "was": was.value}
    assert event.actor_role == "officer"


@pytest.mark.parametrize("was", [State.FAILED, State.UNCERTAIN, State.DEAD, State.BOUNCED])
def test_mark_as_sent(desk: Client, smtp: SmtpServer, was: State) -> None:
    message = in_state(was)
    before = clock.now()
    assert act(desk, message, "mark_sent").status_code == 302
    message.refresh_from_db()
    assert message.state == State.SENT
    assert message.sent_at is not None
    assert message.sent_at >= before
    assert notifications.deliver_due().claimed == 0
    assert smtp.messages == []
    assert Event.objects.filter(action="message.marked_sent").count() == 1


@pytest.mark.parametrize(
    "state", [State.QUEUED, State.CLAIMED, State.TRANSMITTING, State.SENT, State.SUPPRESSED]
)
@pytest.mark.parametrize("action", ["resend", "mark_sent"])
def test_too_late_or_too_early_for_a_person(desk: Client, state: State, action: str) -> None:
    message = in_state(state)
    events = Event.objects.count()
    assert act(desk, message, action).status_code == 409
    message.refresh_from_db()
    assert message.state == state
    assert Event.objects.count() == events


def bounce(desk: Client, message: OutboxMessage, reason: str) -> Any:
    return desk.post(
        reverse("test-action", args=[message.public_id]),
        {"action": "mark_bounced", "reason": reason},
    )


def test_what_came_back_has_no_proof_of_delivery_any_more(desk: Client) -> None:
    message = in_state(State.SENT)
    was = message.sent_at
    assert was is not None
    assert bounce(desk, message, "nonsense").status_code == 400
    assert bounce(desk, message, "full").status_code == 302
    message.refresh_from_db()
    assert (message.state, message.sent_at, message.last_error) == (
        State.BOUNCED,
        None,
        "Bounced full",
    )
    event = Event.objects.get(action="message.bounced")
    assert event.data["was_sent_at"] == was.isoformat()
    page = desk.get(LIST, {"state": "attention"}).content.decode()
    assert "The mailbox is full" in page
    assert bounce(desk, message, "full").status_code == 409


@pytest.mark.parametrize("state", [state for state in State if state != State.SENT])
def test_only_what_was_sent_comes_back(desk: Client, state: State) -> None:
    message = in_state(state)
    assert bounce(desk, message, "full").status_code == 409
    message.refresh_from_db()
    assert message.state == state


def test_a_letter_that_was_read_did_not_come_back(desk: Client) -> None:
    message = in_state(State.SENT)
    assert "Did it come back?" in desk.get(LIST).content.decode()
    Letter.objects.filter(message=message).update(first_read_at=clock.now())
    assert "Did it come back?" not in desk.get(LIST).content.decode()
    assert bounce(desk, message, "full").status_code == 409


def test_only_posts_with_a_known_action(desk: Client) -> None:
    message = in_state(State.DEAD)
    address = reverse("test-action", args=[message.public_id])
    assert desk.get(address).status_code == 405
    assert act(desk, message, "delete").status_code == 400


def test_the_services_raise_for_what_is_not_there() -> None:

    for service in (notifications.resend, notifications.mark_sent):
        with pytest.raises(NotFound):
            service(message=uuid.uuid4(), actor=person())
        with pytest.raises(IllegalTransition):
            service(message=queued().public_id, actor=person())


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("SMTPRecipientsRefused 550", "does not know this address"),
        ("SMTPRecipientsRefused 450", "asked us to wait"),
        ("SMTPDataError 554", "does not take this message"),
        ("SMTPSenderRefused 550", "from this office"),
        ("SMTPServerDisconnected", "connection to the mail server broke"),
        ("ConnectionRefusedError", "could not be reached"),
        ("gaierror", "could not be reached"),
        ("SMTPConnectError 421", "could not be reached"),
        ("WorkerLost", "was stopped"),
        ("ValidationError", "not an email address"),
        ("BadHeaderError", "could not be sent"),
        ("KeyNobodyThoughtOf", "could not be sent"),
    ],
)
def test_errors_are_told_in_words(label: str, words: str) -> None:
    assert words in str(selectors.explanation(label))


# deliver_outbox


def run(capsys: Any, *options: str) -> tuple[dict[str, Any], int]:
    status = 0
    try:
        call_command("deliver_outbox", *options)
    except SystemExit as end:
        status = int(str(end.code))
    return json.loads(capsys.readouterr().out), status


def test_the_command_sends_and_reports(smtp: SmtpServer, capsys: Any) -> None:
    queued()
    report, status = run(capsys)
    assert status == 0
    assert report["sent"] == 1
    assert report["reachable"] is True
    assert not any(report["outbox"].values())
    assert len(smtp.messages) == 1


def test_the_command_tells_what_needs_attention(smtp: SmtpServer, capsys: Any) -> None:
    smtp.stop()
    queued()
    report, status = run(capsys)
    assert status == 1
    assert report["reachable"] is False
    assert report["outbox"]["failed"] == 1


def test_retrying_takes_failed_and_dead_but_never_the_uncertain(
    smtp: SmtpServer, capsys: Any
) -> None:
    failed, dead, uncertain = (
        in_state(state) for state in (State.FAILED, State.DEAD, State.UNCERTAIN)
    )
    OutboxMessage.objects.update(next_attempt_at=clock.now() + timedelta(hours=1))
    report, status = run(capsys, "--retry-failed")
    assert (report["retried"], report["sent"], status) == (2, 2, 1)
    ids = {r.message["Message-ID"] for r in smtp.messages}
    assert ids == {failed.message_id, dead.message_id}
    uncertain.refresh_from_db()
    assert uncertain.state == State.UNCERTAIN
    assert Event.objects.filter(action="message.resent").count() == 1


def test_bad_use_of_the_command_is_status_2(start_process: Callable[..., Any]) -> None:
    process = start_process(sys.executable, "manage.py", "deliver_outbox", "--nonsense")
    assert process.process.wait(60) == 2
