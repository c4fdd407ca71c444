"""From the outbox to a real mail server: certain, tried again, or for a person to decide."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from integrity.accounts.models import User
from integrity.audit.models import Event
from integrity.core import clock
from notifications import conf
from notifications import services as notifications
from notifications.enums import State
from notifications.models import OutboxMessage
from notifications.recipients import Recipient, unseal_address
from notifications.services import delivery
from notifications.transport import Reason
from tests.conftest import FrozenClock
from tests.notifications.builders import person, queued, reporter
from tests.notifications.raw_smtp import RawSmtp
from tests.support.smtp import SmtpServer

pytestmark = pytest.mark.django_db


def actions() -> list[str]:
    return list(Event.objects.order_by("sequence").values_list("action", flat=True))


def test_a_due_message_is_sent_once_with_its_proof(smtp: SmtpServer) -> None:
    user = person()
    message = queued(user)
    tally = notifications.deliver_due()

    [received] = smtp.messages
    assert received.recipients == (user.email,)
    assert received.message["To"] == user.email
    assert received.message["Message-ID"] == message.message_id
    assert received.message["Auto-Submitted"] == "auto-generated"
    assert received.subject == "IC-2026-000418: a letter for you, please answer by 4 December 2026"
    assert "Hello Amara Okonjo" in received.text
    message.refresh_from_db()
    assert (message.state, message.attempts) == (State.SENT, 1)
    assert message.sent_at is not None
    assert actions() == ["letter.queued", "message.sent"]
    assert (tally.claimed, tally.sent) == (1, 1)

    assert notifications.deliver_due().claimed == 0
    assert len(smtp.messages) == 1


def test_a_hundred_deliveries_send_each_message_once(smtp: SmtpServer) -> None:
    for _ in range(3):
        queued()
    for _ in range(100):
        notifications.deliver_batch()
    assert len(smtp.messages) == 3
    assert len({r.message["Message-ID"] for r in smtp.messages}) == 3


def test_one_connection_serves_a_batch(raw_smtp: RawSmtp) -> None:
    for _ in range(5):
        queued()
    notifications.deliver_due()
    assert len(raw_smtp.taken) == 5
    assert raw_smtp.connections == 1


def test_the_urgent_go_first(smtp: SmtpServer) -> None:
    queued(event="response_received")
    queued(event="notice_sent")
    notifications.deliver_due()
    assert ["please answer" in r.subject for r in smtp.messages] == [True, False]


def test_a_sealed_reporter_gets_the_mail(smtp: SmtpServer) -> None:
    user = person()
    queued(reporter(user), event="report_received")
    notifications.deliver_due()
    assert smtp.messages[0].recipients == (user.email,)


def test_it_goes_to_the_address_the_person_has_now(smtp: SmtpServer) -> None:
    user = person()
    for recipient in (Recipient.user(user), reporter(user)):
        queued(recipient)
    User.objects.filter(pk=user.pk).update(email="new@example.edu")
    notifications.deliver_due()
    assert {r.recipients for r in smtp.messages} == {("new@example.edu",)}
    kept = OutboxMessage.objects.first()
    assert kept is not None
    assert unseal_address(kept.recipient_sealed).email == "new@example.edu"


def test_a_person_who_is_gone_gets_nothing(smtp: SmtpServer) -> None:
    user = person()
    message = queued(user)
    user.delete()
    assert notifications.deliver_due().suppressed == 1
    message.refresh_from_db()
    assert (message.state, message.last_error) == (State.SUPPRESSED, "RecipientGone")
    assert smtp.messages == []
    assert actions()[-1] == "message.suppressed"


# What the server says


@pytest.mark.parametrize(
    ("replies", "state", "error"),
    [
        # Nothing was handed over, or the server said so.
        ({"greeting": None}, State.FAILED, "SMTPServerDisconnected"),
        ({"greeting": "421 Busy"}, State.FAILED, "SMTPConnectError 421"),
        ({"EHLO": None}, State.FAILED, "SMTPServerDisconnected"),
        ({"MAIL": None}, State.FAILED, "SMTPServerDisconnected"),
        ({"MAIL": "451 Later"}, State.FAILED, "SMTPSenderRefused 451"),
        ({"MAIL": "550 Not you"}, State.FAILED, "SMTPSenderRefused 550"),
        ({"RCPT": None}, State.FAILED, "SMTPServerDisconnected"),
        ({"RCPT": "450 Greylisted"}, State.FAILED, "SMTPRecipientsRefused 450"),
        ({"RCPT": "550 No such person"}, State.DEAD, "SMTPRecipientsRefused 550"),
        ({"DATA": None}, State.FAILED, "SMTPServerDisconnected"),
        ({"DATA": "451 Later"}, State.FAILED, "SMTPDataError 451"),
        ({"DATA": "554 Never"}, State.DEAD, "SMTPDataError 554"),
        ({"body": "451 Disk full"}, State.FAILED, "SMTPDataError 451"),
        ({"body": "554 Spam"}, State.DEAD, "SMTPDataError 554"),
        # The server may have it.
        ({"body": None}, State.UNCERTAIN, "SMTPServerDisconnected"),
        ({"body": "gibberish"}, State.UNCERTAIN, "SMTPDataError"),
    ],
)
def test_every_way_a_server_can_fail(
    raw_smtp: RawSmtp, replies: dict[str, Any], state: State, error: str
) -> None:
    raw_smtp.replies |= replies
    message = queued()
    notifications.deliver_due(seconds=5)
    message.refresh_from_db()
    assert (message.state, message.last_error) == (state, error)
    assert message.attempts == 1
    assert len(raw_smtp.taken) == (replies.get("body", "") is None)
    expected = {State.DEAD: ["message.failed"], State.UNCERTAIN: ["message.uncertain"]}
    assert actions()[1:] == expected.get(state, [])


@pytest.mark.parametrize(
    ("step", "state"), [("RCPT", State.FAILED), ("DATA", State.FAILED), ("body", State.UNCERTAIN)]
)
def test_a_silent_server_is_left(raw_smtp: RawSmtp, step: str, state: State) -> None:
    raw_smtp.stall[step] = 3
    message = queued()
    notifications.deliver_due(seconds=5)
    message.refresh_from_db()
    assert message.state == state


def test_the_row_says_transmitting_only_while_the_server_can_have_it(raw_smtp: RawSmtp) -> None:
    message = queued()
    seen: dict[str, str] = {}

    def look() -> None:
        seen["before the body"] = OutboxMessage.objects.get(pk=message.pk).state

    original = delivery._Courier._transmitting

    def transmitting(courier: Any, *args: Any) -> None:
        look()
        assert "RCPT" in raw_smtp.commands
        assert "DATA" not in raw_smtp.commands
        original(courier, *args)
        seen["with the body"] = OutboxMessage.objects.get(pk=message.pk).state

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delivery._Courier, "_transmitting", transmitting)
        notifications.deliver_due()
    assert seen == {"before the body": State.CLAIMED, "with the body": State.TRANSMITTING}
    assert len(raw_smtp.taken) == 1


def test_one_bad_recipient_does_not_hold_up_the_others(raw_smtp: RawSmtp) -> None:
    bad = person(email="bad@example.edu")
    raw_smtp.replies["RCPT"] = lambda line: "550 No" if "bad@" in line else "250 OK"
    first, second, third = queued(), queued(bad), queued()
    notifications.deliver_due()
    states = [OutboxMessage.objects.get(pk=m.pk).state for m in (first, second, third)]
    assert states == [State.SENT, State.DEAD, State.SENT]


def test_after_a_dropped_connection_the_rest_goes_over_a_new_one(raw_smtp: RawSmtp) -> None:
    messages = [queued() for _ in range(4)]
    marked = str(messages[1].public_id)
    raw_smtp.replies["body"] = lambda content: None if marked in content else "250 OK"
    notifications.deliver_due()
    states = [OutboxMessage.objects.get(pk=m.pk).state for m in messages]
    assert states == [State.SENT, State.UNCERTAIN, State.SENT, State.SENT]
    assert raw_smtp.connections == 2


# Poison


def test_case_77_a_poison_row_is_set_aside_and_the_rest_goes_out(smtp: SmtpServer) -> None:
    good = [queued() for _ in range(2)]
    broken = [queued() for _ in range(3)]
    OutboxMessage.objects.filter(pk=broken[0].pk).update(recipient_sealed=b"garbage")
    OutboxMessage.objects.filter(pk=broken[1].pk).update(content_sealed=b"\x01" + b"x" * 80)
    OutboxMessage.objects.filter(pk=broken[2].pk).update(message_id="<a@b>\r\nBcc: x@evil.example")
    good.append(queued())
    tally = notifications.deliver_due()
    assert (tally.sent, tally.dead) == (3, 3)
    assert len(smtp.messages) == 3
    for message in broken:
        message.refresh_from_db()
        assert message.state == State.DEAD
        assert message.last_error in {"CannotOpen", "BadHeaderError"}
    assert actions().count("message.failed") == 3


@pytest.mark.parametrize(
    "address",
    [
        "a@example.edu\r\nbcc: b@evil.example",
        "a@example.edu, b@evil.example",
        "a@b@c",
        "",
        "a b@c.de",
    ],
)
def test_case_53_an_address_is_one_address(smtp: SmtpServer, address: str) -> None:
    user = person()
    message = queued(user)
    User.objects.filter(pk=user.pk).update(email=address)
    notifications.deliver_due()
    message.refresh_from_db()
    assert (message.state, message.last_error) == (State.DEAD, "ValidationError")
    assert smtp.messages == []


def test_case_53_hostile_names_make_no_header(smtp: SmtpServer) -> None:
    user = person("Eve\r\nBcc: b@evil.example\r\n\r\nbody")
    queued(user)
    notifications.deliver_due()
    [received] = smtp.messages
    assert received.recipients == (user.email,)
    assert received.message["Bcc"] is None
    assert received.message.get_all("To") == [user.email]
    assert len(received.message.get_all("Subject") or []) == 1


def test_the_last_error_names_nobody(raw_smtp: RawSmtp) -> None:
    raw_smtp.replies["RCPT"] = "550 amara@example.edu is unknown here"
    message = queued()
    notifications.deliver_due()
    message.refresh_from_db()
    assert message.last_error == "SMTPRecipientsRefused 550"


# Trying again


def test_an_absent_server_fails_softly_and_mail_follows(
    smtp: SmtpServer, frozen_clock: FrozenClock
) -> None:
    smtp.stop()
    messages = [queued() for _ in range(3)]
    tally = notifications.deliver_due()
    assert not tally.reachable
    assert tally.failed == 3
    for message in messages:
        message.refresh_from_db()
        assert (message.state, message.last_error) == (State.FAILED, "ConnectionRefusedError")
        assert message.next_attempt_at <= frozen_clock.now + conf.UNREACHABLE_FIRST
    assert notifications.deliver_due().claimed == 0

    smtp.start()
    frozen_clock.advance(seconds=5)
    assert notifications.deliver_due().sent == 3
    assert len(smtp.messages) == 3


def test_a_long_outage_is_probed_every_minute_and_nobody_is_given_up(
    smtp: SmtpServer, frozen_clock: FrozenClock
) -> None:
    smtp.stop()
    message = queued()
    for _ in range(30):
        frozen_clock.advance(hours=12)
        notifications.deliver_due()
        message.refresh_from_db()
        assert message.state == State.FAILED
        wait = message.next_attempt_at - frozen_clock.now
        assert wait <= conf.UNREACHABLE_LONGEST
    smtp.start()
    frozen_clock.advance(seconds=60)
    assert notifications.deliver_due().sent == 1


def test_a_server_that_says_later_is_asked_for_days_and_then_no_more(
    smtp: SmtpServer, frozen_clock: FrozenClock
) -> None:
    smtp.refuse("451 4.3.0 Later")
    message = queued()
    tried = 0
    while tried < 500:
        notifications.deliver_due()
        tried += 1
        message.refresh_from_db()
        if message.state == State.DEAD:
            break
        assert message.next_attempt_at - frozen_clock.now <= conf.REFUSED_LONGEST
        frozen_clock.move_to(message.next_attempt_at)
    assert message.state == State.DEAD
    assert frozen_clock.now >= message.created_at + conf.GIVE_UP_AFTER
    assert tried > 100
    assert actions()[-1] == "message.failed"


@pytest.mark.parametrize(
    ("reason", "first", "longest"),
    [(Reason.UNREACHABLE, 5, 60), (Reason.REFUSED, 30, 3600)],
)
def test_waiting_doubles_with_jitter_up_to_a_bound(
    reason: Reason, first: float, longest: float
) -> None:
    for attempts in (0, 1, 2, 3, 10, 1000, 10**6):
        waits = {delivery.backoff(reason, attempts).total_seconds() for _ in range(50)}
        full = min(first * 2 ** min(attempts, 20), longest)
        assert all(full / 2 <= wait <= full for wait in waits)
        assert len(waits) > 25


# Leases


def _claimed(**changes: Any) -> OutboxMessage:
    message = queued()
    OutboxMessage.objects.filter(pk=message.pk).update(
        claimed_at=clock.now(), claimed_by="gone", **changes
    )
    return message


def test_a_worker_that_died_before_the_body_loses_nothing(
    smtp: SmtpServer, frozen_clock: FrozenClock
) -> None:
    message = _claimed(state=State.CLAIMED)
    assert notifications.deliver_due().claimed == 0
    frozen_clock.move_to(frozen_clock.now + conf.lease())
    assert notifications.deliver_due().claimed == 0
    frozen_clock.advance(seconds=1)
    tally = notifications.deliver_due()
    assert (tally.recovered, tally.sent) == (1, 1)
    message.refresh_from_db()
    assert message.state == State.SENT


def test_a_worker_that_died_with_the_body_leaves_it_to_a_person(
    smtp: SmtpServer, frozen_clock: FrozenClock
) -> None:
    message = _claimed(state=State.TRANSMITTING)
    frozen_clock.move_to(frozen_clock.now + conf.lease() + timedelta(seconds=1))
    for _ in range(3):
        notifications.deliver_due()
    message.refresh_from_db()
    assert (message.state, message.last_error) == (State.UNCERTAIN, "WorkerLost")
    assert smtp.messages == []
    assert actions() == ["letter.queued", "message.uncertain"]


def test_a_row_that_kills_its_worker_is_taken_alone_and_then_set_aside(
    smtp: SmtpServer, frozen_clock: FrozenClock
) -> None:
    poison = queued()
    others = [queued() for _ in range(3)]
    deaths = 0
    while OutboxMessage.objects.filter(pk=poison.pk, state__in=[State.QUEUED, State.CLAIMED]):
        taken = delivery.claim(token="w", limit=10)
        if poison.pk in {m.pk for m in taken}:
            deaths += 1
            if deaths > 1:
                assert taken == [poison]
        else:
            OutboxMessage.objects.filter(pk__in=[m.pk for m in taken]).update(
                state=State.QUEUED, claimed_at=None, claimed_by=""
            )
            notifications.deliver_batch()
        frozen_clock.move_to(frozen_clock.now + conf.lease() + timedelta(seconds=1))
        delivery.recover()
        assert deaths <= conf.LOST_CLAIMS
    poison.refresh_from_db()
    assert (poison.state, poison.last_error) == (State.DEAD, "WorkerLost")
    notifications.deliver_due()
    for message in others:
        message.refresh_from_db()
        assert message.state == State.SENT
    assert len(smtp.messages) == 3


def test_a_slow_worker_whose_claim_was_taken_over_hands_nothing_over(
    raw_smtp: RawSmtp, frozen_clock: FrozenClock
) -> None:
    message = queued()

    def taken_over(step: str, said: str) -> None:
        if step == "RCPT":
            raise_claims.append(step)

    raise_claims: list[str] = []
    raw_smtp.on_step = taken_over
    original = delivery._Courier._transmitting

    def late(courier: Any, row: OutboxMessage, *args: Any) -> None:
        OutboxMessage.objects.filter(pk=row.pk).update(claimed_by="another")
        original(courier, row, *args)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delivery._Courier, "_transmitting", late)
        notifications.deliver_batch()
    message.refresh_from_db()
    assert raise_claims == ["RCPT"]
    assert raw_smtp.taken == []
    assert (message.state, message.claimed_by) == (State.CLAIMED, "another")


def test_a_slow_worker_that_did_send_may_say_so_later(
    smtp: SmtpServer, frozen_clock: FrozenClock
) -> None:
    message = queued()

    def lease_runs_out(_received: Any) -> None:
        # In the server's thread: no database here, only time passes.
        frozen_clock.move_to(frozen_clock.now + conf.lease() + timedelta(seconds=1))

    smtp.on_data = lease_runs_out
    original = delivery._settle

    def recovered_first(*args: Any, **options: Any) -> bool:
        if args[1] == State.SENT:
            delivery.recover()
            assert OutboxMessage.objects.get(pk=message.pk).state == State.UNCERTAIN
        return original(*args, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delivery, "_settle", recovered_first)
        notifications.deliver_batch()
    message.refresh_from_db()
    assert message.state == State.SENT
    assert len(smtp.messages) == 1


def test_the_lease_on_a_long_batch_is_kept_up(
    raw_smtp: RawSmtp, settings: Any, frozen_clock: FrozenClock
) -> None:
    settings.OUTBOX_LEASE_SECONDS = 0.3
    messages = [queued() for _ in range(3)]
    raw_smtp.stall["RCPT"] = 0.15
    frozen_clock.release()
    seen: list[Any] = []
    original = delivery._Courier._transmitting

    def look(courier: Any, row: OutboxMessage, *args: Any) -> None:
        seen.append(OutboxMessage.objects.get(pk=messages[-1].pk).claimed_at)
        original(courier, row, *args)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delivery._Courier, "_transmitting", look)
        notifications.deliver_batch()
    assert seen[0] < seen[-1]
    assert len(raw_smtp.taken) == 3


# Hints


def test_one_hint_follows_the_commit_and_a_dead_broker_is_no_matter(
    django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    from notifications import hints

    asked: list[int] = []
    monkeypatch.setattr(hints, "_hinter", type("H", (), {"ask": lambda self: asked.append(1)})())
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        queued()
        assert asked == []
    assert asked == [1]
    assert len(callbacks) == 1

    class Down(Exception):
        pass

    def send_task(*args: Any, **options: Any) -> None:
        raise Down("redis://:password@broker")

    monkeypatch.setattr("celery.current_app.send_task", send_task)
    assert hints.publish() is False
    assert "Down" in caplog.text
    assert "password" not in caplog.text
