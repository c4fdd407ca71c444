"""Workers that die, tasks that come a hundred times: every letter once, or a person asked.

The mail server counts a message as taken when it has read it whole, whether or not the worker lived
to hear so.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from celery import current_app

from integrity.audit import services as audit
from integrity.audit.models import Event
from notifications import services as notifications
from notifications.enums import State
from notifications.models import OutboxMessage
from notifications.recipients import Recipient
from tests.faults.outbox import (
    MOVING,
    account,
    queue_many,
    wait_for,
    wait_until_still,
)
from tests.notifications.builders import payload, person, queued
from tests.notifications.raw_smtp import RawSmtp
from tests.support.processes import Process

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def quick_leases(settings: Any) -> None:
    settings.OUTBOX_LEASE_SECONDS = 2


def kill_at(server: RawSmtp, step: str, worker: Process, times: int = 1) -> list[str]:
    """kill -9 the worker when the conversation reaches `step`, before the server answers."""
    killed: list[str] = []

    def look(at: str, said: str) -> None:
        if at == step and len(killed) < times:
            killed.append(at)
            worker.kill()

    server.on_step = look
    return killed


@pytest.mark.parametrize("step", ["greeting", "MAIL", "RCPT"])
def test_case_68_killed_before_the_data_it_is_sent_once(
    raw_smtp: RawSmtp, outbox_worker: Callable[..., Process], step: str
) -> None:
    worker = outbox_worker()
    killed = kill_at(raw_smtp, step, worker)
    message = queued()
    wait_for(lambda: killed)
    message.refresh_from_db()
    assert message.state == State.CLAIMED
    assert raw_smtp.taken == []

    wait_for(lambda: notifications.recover())
    outbox_worker()
    current_app.send_task("notifications.sweep")
    wait_until_still()
    message.refresh_from_db()
    assert message.state == State.SENT
    assert raw_smtp.message_ids == [message.message_id]


@pytest.mark.parametrize("step", ["DATA", "body"])
def test_case_68_killed_with_the_data_it_waits_for_a_person(
    raw_smtp: RawSmtp, outbox_worker: Callable[..., Process], step: str
) -> None:
    worker = outbox_worker()
    killed = kill_at(raw_smtp, step, worker)
    message = queued()
    wait_for(lambda: killed)
    message.refresh_from_db()
    assert message.state == State.TRANSMITTING

    wait_for(lambda: notifications.recover())
    outbox_worker()
    for _ in range(5):
        current_app.send_task("notifications.sweep")
    other = queued()
    wait_for(lambda: OutboxMessage.objects.get(pk=other.pk).state == State.SENT)
    message.refresh_from_db()
    assert message.state == State.UNCERTAIN
    # Only the body reached the server; a worker killed before it sent nothing, and cannot say so.
    assert raw_smtp.message_ids.count(message.message_id) == (1 if step == "body" else 0)

    # The person decides: taken, as the server's log says, or once more.
    if step == "body":
        notifications.mark_sent(message=message.public_id, actor=person("Officer"))
    else:
        notifications.resend(message=message.public_id, actor=person("Officer"))
    wait_until_still()
    message.refresh_from_db()
    assert message.state == State.SENT
    assert raw_smtp.message_ids.count(message.message_id) == 1


def test_workers_killed_at_random_lose_and_double_nothing(
    raw_smtp: RawSmtp,
    outbox_worker: Callable[..., Process],
    outbox_beat: Callable[..., Process],
    capsys: Any,
) -> None:
    """Two workers, a scheduler, and kill -9 at a random step of every few messages."""
    dice = random.Random(68)
    lock = threading.Lock()
    outbox_beat()
    workers = [outbox_worker() for _ in range(2)]
    kills = 0

    def maybe_kill(step: str, said: str) -> None:
        nonlocal kills
        with lock:
            if kills < 6 and dice.random() < 0.02:
                kills += 1
                workers[dice.randrange(2)].kill()

    raw_smtp.on_step = maybe_kill
    queue_many(80)
    moving = OutboxMessage.objects.filter(state__in=MOVING)
    limit = time.monotonic() + 120
    while moving.exists():
        assert time.monotonic() < limit
        time.sleep(0.1)
        for place, worker in enumerate(workers):
            if worker.process.poll() is not None:
                workers[place] = outbox_worker()
    result = account(raw_smtp.message_ids)
    with capsys.disabled():
        print(f"\n  {kills} workers killed: {result}")
    assert kills >= 2
    assert (result.doubled, result.lost) == (0, 0)
    assert result.expected == 80
    # Killed between DATA and our commit: at most one message a kill.
    assert result.uncertain <= kills
    sent = OutboxMessage.objects.filter(state=State.SENT).count()
    assert Event.objects.filter(action="message.sent").count() == sent


def test_case_71_a_task_delivered_a_hundred_times_is_one_email(
    raw_smtp: RawSmtp, outbox_worker: Callable[..., Process]
) -> None:
    for _ in range(2):
        outbox_worker()
    message = queued()
    for _ in range(50):
        current_app.send_task("notifications.deliver")
        current_app.send_task("notifications.sweep")
    wait_until_still()
    later = queued()
    wait_until_still()
    assert sorted(raw_smtp.message_ids) == sorted([message.message_id, later.message_id])


def test_several_workers_share_the_work_without_a_race(
    raw_smtp: RawSmtp, outbox_worker: Callable[..., Process]
) -> None:
    queue_many(150)
    for _ in range(3):
        outbox_worker()
    for _ in range(9):
        current_app.send_task("notifications.sweep")
    wait_until_still()
    result = account(raw_smtp.message_ids)
    assert (result.once, result.doubled, result.lost) == (150, 0, 0)


def test_case_72_a_task_longer_than_its_lease_sends_nothing_twice(
    raw_smtp: RawSmtp, outbox_worker: Callable[..., Process]
) -> None:
    """Each message takes a second, the lease two: another worker finds nothing to take over."""
    raw_smtp.stall["RCPT"] = 0.5
    raw_smtp.stall["body"] = 0.5
    queue_many(6)
    for _ in range(2):
        outbox_worker()
    for _ in range(4):
        current_app.send_task("notifications.sweep")
    wait_until_still()
    result = account(raw_smtp.message_ids)
    assert (result.once, result.doubled, result.lost, result.uncertain) == (6, 0, 0, 0)


def test_case_75_a_rollback_sends_nothing(
    raw_smtp: RawSmtp, outbox_worker: Callable[..., Process]
) -> None:
    outbox_worker()
    recipient = Recipient.user(person())
    with pytest.raises(ZeroDivisionError), audit.transaction():
        notifications.queue(
            "notice_sent", recipient=recipient, payload=payload("notice_sent"), key="k"
        )
        raise ZeroDivisionError
    current_app.send_task("notifications.sweep")
    after = queued()
    wait_for(lambda: OutboxMessage.objects.get(pk=after.pk).state == State.SENT)
    assert raw_smtp.message_ids == [after.message_id]


def test_case_76_two_schedulers_send_nothing_twice(
    raw_smtp: RawSmtp,
    outbox_worker: Callable[..., Process],
    outbox_beat: Callable[..., Process],
) -> None:
    outbox_worker()
    for _ in range(2):
        outbox_beat()
    messages = queue_many(10)
    wait_until_still()
    assert sorted(raw_smtp.message_ids) == sorted(m.message_id for m in messages)


def test_case_77_a_message_that_kills_its_worker_ends_dead_and_the_rest_goes_out(
    raw_smtp: RawSmtp,
    outbox_worker: Callable[..., Process],
    outbox_beat: Callable[..., Process],
) -> None:
    outbox_beat()
    workers = [outbox_worker()]

    def kill(step: str, said: str) -> None:
        if step == "RCPT" and "poison@" in said:
            while workers[-1].process.poll() is not None:
                # The next worker works already, but the test does not know it yet.
                time.sleep(0.01)
            workers[-1].kill()

    raw_smtp.on_step = kill
    with audit.transaction():
        poison = queued(person(email="poison@example.edu"), event="notice_sent")
        good = queue_many(5)
    waiting = OutboxMessage.objects.filter(state__in=[State.QUEUED, State.CLAIMED])
    limit = time.monotonic() + 180
    while waiting.exists():
        assert time.monotonic() < limit
        time.sleep(0.05)
        if workers[-1].process.poll() is not None:
            assert len(workers) <= 6
            workers.append(outbox_worker())
    poison.refresh_from_db()
    assert (poison.state, poison.last_error) == (State.DEAD, "WorkerLost")
    assert len(workers) == 6
    assert sorted(raw_smtp.message_ids) == sorted(m.message_id for m in good)


def test_case_77_tasks_nobody_knows_do_not_stop_the_queue(
    raw_smtp: RawSmtp, outbox_worker: Callable[..., Process]
) -> None:
    worker = outbox_worker()
    current_app.send_task("notifications.nobody_knows", args=["x" * 10_000])
    current_app.send_task("notifications.deliver", args=["too", "many"], kwargs={"odd": 1})
    message = queued()
    wait_until_still()
    assert raw_smtp.message_ids == [message.message_id]
    assert worker.process.poll() is None
