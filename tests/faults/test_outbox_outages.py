"""The mail server or the broker is gone: decisions commit at once, and mail follows."""

from __future__ import annotations

import os
import shutil
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import redis
from celery import current_app

from notifications import services as notifications
from notifications.enums import State
from notifications.models import OutboxMessage
from tests.faults.outbox import (
    SETTINGS,
    account,
    queue_many,
    wait_for,
    wait_until_still,
)
from tests.support import environment
from tests.support.processes import Process
from tests.support.services import Redis
from tests.support.smtp import SmtpServer

pytestmark = pytest.mark.django_db(transaction=True)

# Longer than a person would notice; a request must not wait for a broker that does not answer.
NOT_SLOWED = 2.0


def test_case_73_after_an_outage_everything_goes_out_within_seconds(
    smtp: SmtpServer,
    outbox_worker: Callable[..., Process],
    outbox_beat: Callable[..., Process],
    capsys: Any,
) -> None:
    """Scaled: ten seconds of outage stand for hours; what waits is never longer than a minute."""
    smtp.stop()
    outbox_beat()
    outbox_worker()
    queue_many(60)
    until = time.monotonic() + 10
    while time.monotonic() < until:
        time.sleep(0.2)
    assert not OutboxMessage.objects.exclude(state__in=[State.FAILED, State.QUEUED, State.CLAIMED])
    assert OutboxMessage.objects.filter(last_error="ConnectionRefusedError").exists()
    back = time.monotonic()
    smtp.start()
    wait_until_still(90)
    took = time.monotonic() - back
    result = account(r.message["Message-ID"] for r in smtp.messages)
    with capsys.disabled():
        print(f"\n  mail server back: all out after {took:.1f} s: {result}")
    assert (result.once, result.doubled, result.lost, result.uncertain) == (60, 0, 0, 0)
    assert took < 75


def test_a_server_that_refuses_for_a_while_gets_everything_once(
    smtp: SmtpServer, outbox_worker: Callable[..., Process]
) -> None:
    outbox_worker()
    smtp.refuse()
    queue_many(5)
    wait_for(lambda: OutboxMessage.objects.filter(state=State.FAILED).count() == 5)
    smtp.accept()
    assert OutboxMessage.objects.filter(last_error="SMTPDataError 451").count() == 5
    OutboxMessage.objects.update(next_attempt_at=OutboxMessage.objects.first().created_at)
    current_app.send_task("notifications.sweep")
    wait_until_still()
    result = account(r.message["Message-ID"] for r in smtp.messages)
    assert (result.once, result.doubled, result.lost) == (5, 0, 0)


QUEUE_ONE = """
import time
import django
django.setup()
from tests.notifications.builders import person, queued
person("Warm up")
begun = time.monotonic()
message = queued()
print("committed", message.message_id, round(time.monotonic() - begun, 3), flush=True)
time.sleep(4)  # longer than a hint may take, so that one that fails does so here
print("done", flush=True)
"""


def _committed(process: Process) -> tuple[str, float]:
    """Message-ID of what the other process queued, and how long that took, in seconds."""
    process.wait_for("done")
    words = process.output[process.output.index("committed") :].split()
    return words[1], float(words[2])


def test_case_69_without_the_embedded_broker_the_decision_commits_and_mail_follows(
    smtp: SmtpServer, start_process: Callable[..., Process], tmp_path: Path, settings: Any
) -> None:
    broken = tmp_path / "var"
    shutil.copytree(settings.VAR_DIR / "keys", broken / "keys")
    (broken / "broker").mkdir()
    for folder in ("in", "processed"):
        (broken / "broker" / folder).mkdir()
    process_environment = {"VAR_DIR": str(broken), "REDIS_URL": ""}
    script = (
        "import shutil, pathlib, os\n"
        "folder = pathlib.Path(os.environ['VAR_DIR']) / 'broker' / 'in'\n"
        "import django; django.setup()\n"
        "shutil.rmtree(folder); folder.write_text('no folder any more')\n"
    ) + QUEUE_ONE
    process = start_process(sys.executable, "-c", script, **{**SETTINGS, **process_environment})
    message_id, took = _committed(process)
    assert took < NOT_SLOWED
    assert "No hint for the outbox" in process.output
    assert smtp.messages == []
    notifications.deliver_due()
    assert [r.message["Message-ID"] for r in smtp.messages] == [message_id]


@pytest.mark.redis
@pytest.mark.parametrize("how", ["refused", "silent"])
def test_case_69_without_redis_the_decision_commits_and_mail_follows(
    smtp: SmtpServer,
    start_process: Callable[..., Process],
    outbox_worker: Callable[..., Process],
    outbox_beat: Callable[..., Process],
    redis_server: Redis,
    how: str,
) -> None:
    url = redis_server.url()
    redis_server.stop()
    if how == "silent":
        # Something listens and never answers: the worst kind of broker.
        deaf = socket.create_server(("127.0.0.1", redis_server.port))
    process = start_process(sys.executable, "-c", QUEUE_ONE, **{**SETTINGS, "REDIS_URL": url})
    message_id, took = _committed(process)
    assert took < NOT_SLOWED
    if how == "silent":
        deaf.close()

    redis_server.start()
    outbox_beat(REDIS_URL=url)
    outbox_worker(REDIS_URL=url)
    smtp.wait_for(1, timeout=60)
    assert [r.message["Message-ID"] for r in smtp.messages] == [message_id]


@pytest.mark.redis
def test_case_70_a_flushed_broker_loses_no_letter(
    smtp: SmtpServer,
    outbox_worker: Callable[..., Process],
    outbox_beat: Callable[..., Process],
    settings: Any,
    capsys: Any,
    thorough: bool,
) -> None:
    count = 1000 if thorough else 150
    assert os.environ[environment.REDIS]
    client = redis.Redis.from_url(settings.REDIS_URL)
    queue_many(count)
    wait_for(lambda: client.dbsize() > 0)
    client.flushdb()
    outbox_beat()
    outbox_worker()
    wait_for(lambda: len(smtp.messages) > count / 10)
    client.flushdb()
    wait_until_still(120)
    result = account(r.message["Message-ID"] for r in smtp.messages)
    with capsys.disabled():
        print(f"\n  broker flushed twice: {result}")
    assert (result.once, result.doubled, result.lost, result.uncertain) == (count, 0, 0, 0)


def test_an_embedded_broker_that_lost_its_tasks_loses_no_letter(
    smtp: SmtpServer, outbox_worker: Callable[..., Process]
) -> None:
    queue_many(20)
    # `start_worker` throws away whatever hints were waiting.
    outbox_worker()
    current_app.send_task("notifications.sweep")
    wait_until_still()
    result = account(r.message["Message-ID"] for r in smtp.messages)
    assert (result.once, result.doubled, result.lost) == (20, 0, 0)
