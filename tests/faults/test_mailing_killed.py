"""A worker that dies in the middle of a message to many people: nobody twice, nobody left out."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable

import pytest

from integrity.accounts.models import User
from integrity.audit.models import Event
from notifications.models import OutboxMessage
from notifications.recipients import unseal_address
from policies.models import Mailing
from policies.services import mailings
from tests.faults.outbox import wait_for
from tests.notifications.builders import person
from tests.policies.conftest import document, version
from tests.support.processes import Process

pytestmark = pytest.mark.django_db(transaction=True)

# A worker with small portions that says when it begins.
WORKER = """
import django
django.setup()
from policies.services import mailings
mailings.PORTION = 5
print("begins", flush=True)
mailings.run(seconds=60)
print("ends", flush=True)
"""
# The same, killed when everything of its third portion is written but not committed.
KILLED = """
import os, signal
import django
django.setup()
from integrity.audit import services
from policies.services import mailings
mailings.PORTION = 5
append, portions = services._append, []
def last_moment(pending):
    append(pending)
    portions.append(pending)
    if len(portions) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
services._append = last_moment
mailings.run(seconds=60)
print("It was not killed.", flush=True)
"""


def begun(count: int) -> Mailing:
    first = person()
    made = [
        User(email=f"many-{number}@example.edu", display_name=f"Reader {number}")
        for number in range(count - 1)
    ]
    User.objects.bulk_create(made)
    assert first.pk
    code = version(document(), "2026-01-01")
    return mailings.start(actor=None, kind="new_version", version=code, form_key="one")


def written() -> Counter[str | None]:
    rows = OutboxMessage.objects.values_list("recipient_sealed", flat=True)
    return Counter(unseal_address(blob).user_id for blob in rows)


def everybody_once(mailing: Mailing, count: int) -> None:
    told = written()
    assert set(told) == {str(key) for key in User.objects.values_list("public_id", flat=True)}
    assert set(told.values()) == {1}
    mailing.refresh_from_db()
    assert (mailing.total, mailing.seen, mailing.queued) == (count, count, count)
    assert mailing.finished_at is not None
    assert Event.objects.filter(action="policy.mailing_finished").count() == 1


def test_killed_before_the_commit_a_portion_is_not_there_and_is_written_once(
    start_process: Callable[..., Process],
) -> None:
    mailing = begun(23)
    process = start_process(sys.executable, "-c", KILLED)
    assert process.process.wait(60) == -9, process.output
    mailing.refresh_from_db()
    assert (mailing.seen, mailing.queued, sum(written().values())) == (10, 10, 10)
    start_process(sys.executable, "-c", WORKER).wait_for("ends")
    everybody_once(mailing, 23)


def test_killed_again_and_again_at_any_moment_it_goes_on_where_it_was(
    start_process: Callable[..., Process], thorough: bool
) -> None:
    count = 600 if thorough else 200
    mailing = begun(count)
    kills = 0
    while not Mailing.objects.filter(pk=mailing.pk, finished_at__isnull=False).exists():
        before = OutboxMessage.objects.count()
        process = start_process(sys.executable, "-c", WORKER)
        process.wait_for("begins")
        wait_for(lambda before=before: OutboxMessage.objects.count() >= min(before + 40, count))
        process.kill()
        kills += 1
        assert OutboxMessage.objects.count() % 5 == 0, "a part of a portion"
    assert kills >= 2
    everybody_once(mailing, count)


def test_two_workers_at_once_write_nobody_twice(start_process: Callable[..., Process]) -> None:
    mailing = begun(100)
    workers = [start_process(sys.executable, "-c", WORKER) for _ in range(2)]
    for worker in workers:
        worker.wait_for("ends")
    if not Mailing.objects.filter(pk=mailing.pk, finished_at__isnull=False).exists():
        mailings.run(seconds=60)
    everybody_once(mailing, 100)
