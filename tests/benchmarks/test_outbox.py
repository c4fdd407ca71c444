"""How fast letters are queued, claimed and dispatched, beside plain commits of the same run."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection

from integrity.audit import services as audit
from integrity.core import clock
from notifications import services as notifications
from notifications.enums import State
from notifications.models import OutboxMessage
from notifications.services import delivery
from tests.notifications.builders import payload, person, queued

pytestmark = pytest.mark.django_db(transaction=True)

COUNT = 1000


class Nowhere(BaseEmailBackend):
    """A mail server that costs nothing."""

    def send_messages(self, email_messages: Any) -> int:
        return len(email_messages)


def rate(what: str, count: int, work: Callable[[], Any]) -> None:
    begun, cpu = time.perf_counter(), time.process_time()
    work()
    took, cpu = time.perf_counter() - begun, time.process_time() - cpu
    print(
        f"  {what:<46} {count / took:>9,.0f}/s {1000 * cpu / count:>8.2f} ms of this process each"
    )


def test_outbox(settings: Any) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Nowhere"
    print(f"\n{connection.vendor}")
    user = person()
    full = payload("response_received")

    def plain_commits() -> None:
        for _ in range(500):
            type(user).objects.filter(pk=user.pk).update(display_name="Amara Okonjo")

    rate("baseline: one-row updates, each committed", 500, plain_commits)

    def queue() -> None:
        with audit.transaction():
            for _ in range(COUNT):
                queued(user, event="response_received", payload=full)

    rate("letters rendered, sealed, queued (one commit)", COUNT, queue)

    def queue_each() -> None:
        for _ in range(200):
            queued(user, event="response_received", payload=full)

    rate("letters queued, each with its own commit", 200, queue_each)
    total = OutboxMessage.objects.count()

    def claim_all() -> None:
        while delivery.claim(token="bench", limit=100):
            pass

    rate("claimed in batches of 100", total, claim_all)
    assert OutboxMessage.objects.filter(state=State.CLAIMED).count() == total
    OutboxMessage.objects.update(state=State.QUEUED, claimed_at=None, claimed_by="")
    clock.now()
    rate(
        "dispatched without SMTP, two commits a letter",
        total,
        lambda: notifications.deliver_due(seconds=600),
    )
    assert OutboxMessage.objects.filter(state=State.SENT).count() == total
