"""How fast very many people are told, beside the same messages queued one by one."""

from __future__ import annotations

import resource
import time

import pytest
from django.db import connection

from integrity.accounts.models import User
from integrity.audit import services as audit
from notifications import services as notifications
from notifications.models import OutboxMessage
from policies import announcements
from policies.services import mailings
from tests.notifications.builders import person
from tests.policies.conftest import document, version

pytestmark = pytest.mark.django_db(transaction=True)

COUNT = 10_000
ONE_BY_ONE = 500


def megabytes() -> float:
    """The most memory this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def test_mailing() -> None:
    print(f"\n{connection.vendor}")
    code = version(document(), "2026-01-01")
    user = person()
    payload = announcements.new_version(code)
    begun = time.perf_counter()
    with audit.transaction():
        for number in range(ONE_BY_ONE):
            notifications.queue(
                "policy_new_version",
                recipient=notifications.Recipient.user(user),
                payload=payload,
                key=f"bench:{number}",
            )
    each = (time.perf_counter() - begun) / ONE_BY_ONE
    print(f"  baseline: queued one by one, one commit         {1 / each:>9,.0f}/s")

    languages, zones = ("en", "es"), ("UTC", "Europe/Madrid", "America/Bogota", "Asia/Kolkata")
    for start in range(1, COUNT, 1000):
        User.objects.bulk_create(
            User(
                email=f"reader-{number}@example.edu",
                display_name=f"Reader {number}",
                language=languages[number % 2],
                time_zone=zones[number % 4],
            )
            for number in range(start, min(start + 1000, COUNT))
        )
    mailing = mailings.start(actor=None, kind="new_version", version=code, form_key="bench")
    assert mailing.total == COUNT
    mailings.advance(mailing.pk)
    memory = megabytes()
    begun = time.perf_counter()
    longest = 0.0
    goes_on = True
    while goes_on:
        before = time.perf_counter()
        goes_on = mailings.advance(mailing.pk)
        longest = max(longest, time.perf_counter() - before)
        time.sleep(mailings.PAUSE.total_seconds())
    took = (time.perf_counter() - begun) * COUNT / (COUNT - mailings.PORTION)
    mailing.refresh_from_db()
    assert (mailing.seen, mailing.queued) == (COUNT, COUNT)
    assert OutboxMessage.objects.filter(event="policy_new_version").count() == COUNT + ONE_BY_ONE
    print(
        f"  told in portions of {mailings.PORTION}                         {COUNT / took:>9,.0f}/s"
    )
    print(f"  seconds for 10,000 people                       {took:>9.1f}")
    print(f"  minutes for a million at this rate              {took * 100 / 60:>9.1f}")
    print(f"  longest portion, in milliseconds                {1000 * longest:>9.0f}")
    print(f"  memory grown after the first portion, in MB     {megabytes() - memory:>9.1f}")
