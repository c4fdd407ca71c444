"""Workers, a scheduler and an account of what happened to every letter."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from integrity.audit import services as audit
from notifications.enums import State
from notifications.models import OutboxMessage
from tests.notifications.builders import person, queued

SETTINGS = {"DJANGO_SETTINGS_MODULE": "tests.faults.outbox_settings"}
MOVING = (State.QUEUED, State.CLAIMED, State.TRANSMITTING, State.FAILED)


@dataclass(frozen=True)
class Account:
    """Letters by what became of them, as the mail server and the outbox tell it."""

    expected: int
    once: int
    doubled: int
    lost: int
    uncertain: int

    def __str__(self) -> str:
        return (
            f"letters expected {self.expected}, sent once {self.once}, doubled {self.doubled}, "
            f"lost {self.lost}, uncertain {self.uncertain}"
        )


def account(message_ids: Iterable[str]) -> Account:
    """What became of every row. Lost: called sent, dead or suppressed, and never taken."""
    taken = Counter(message_ids)
    states = dict(OutboxMessage.objects.values_list("message_id", "state"))
    assert not set(taken) - set(states), "a message that nobody queued"
    return Account(
        expected=len(states),
        once=sum(1 for name in states if taken[name] == 1),
        doubled=sum(1 for name in states if taken[name] > 1),
        lost=sum(
            1 for name, state in states.items() if not taken[name] and state != State.UNCERTAIN
        ),
        uncertain=sum(1 for state in states.values() if state == State.UNCERTAIN),
    )


def queue_many(count: int) -> list[OutboxMessage]:
    """`count` messages to one person, in one transaction and so with one hint at the most."""
    user = person()
    with audit.transaction():
        return [queued(user, event="response_received") for _ in range(count)]


def wait_until_still(timeout: float = 120) -> None:
    """Return when nothing is on its way any more; `AssertionError` when that takes too long."""
    wait_for(lambda: not OutboxMessage.objects.filter(state__in=MOVING).exists(), timeout)


def wait_for(condition: Callable[[], Any], timeout: float = 60) -> None:
    """Return when `condition` holds."""
    limit = time.monotonic() + timeout
    while not condition():
        states = Counter(OutboxMessage.objects.values_list("state", flat=True))
        assert time.monotonic() < limit, f"still waiting after {timeout} s: {dict(states)}"
        time.sleep(0.05)
