"""Many stories told as one: their steps in the order of time, so that the clock never goes back.

The history keeps the instant of every event; stories told one after the other would jump back at
the beginning of each.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from zlib import crc32

from django.db import connection

from cases.demo.story import deliver
from integrity.core import clock
from notifications.enums import DUE
from notifications.models import OutboxMessage

Step = Callable[[], object]
DAY = timedelta(days=1)


class Timeline:
    """Steps to be taken at past instants, counted in days before `end`."""

    def __init__(self, end: datetime) -> None:
        self.end = end
        self._steps: list[tuple[datetime, int, Step]] = []

    def ago(self, days: float) -> datetime:
        """The instant so many days before the end."""
        return self.end - days * DAY

    def add(self, days: float, step: Step) -> None:
        """Take `step` so many days before the end; of the same instant, in the order added."""
        if days < 0:
            raise ValueError("A step of the demo cannot lie in the future.")
        self._steps.append((self.ago(days), len(self._steps), step))

    def run(self) -> None:
        """Take every step with the clock held at its instant, and send what it wrote."""
        with _quickly():
            for at, _order, step in sorted(self._steps, key=lambda entry: entry[:2]):
                with clock.frozen(at):
                    step()
                    if OutboxMessage.objects.filter(state__in=DUE).exists():
                        deliver()


def shift(key: str) -> float:
    """A part of a day, below 0.4, that belongs to `key`: stories begin at different hours."""
    return crc32(key.encode()) % 571 / 1440


@contextmanager
def _quickly() -> Iterator[None]:
    """No line in the log for every letter, and on SQLite no wait for the disk at every step.

    A demo that is interrupted is thrown away and built anew, so nothing in it must survive a power
    cut half made.
    """
    log = logging.getLogger("notifications.services.delivery")
    before = log.level
    log.setLevel(logging.WARNING)
    local = connection.vendor == "sqlite" and not connection.in_atomic_block
    with connection.cursor() as cursor:
        if local:
            cursor.execute("PRAGMA synchronous")
            wait = int(cursor.fetchone()[0])
            cursor.execute("PRAGMA synchronous=OFF")
        try:
            yield
        finally:
            log.setLevel(before)
            if local:
                cursor.execute(f"PRAGMA synchronous={wait:d}")
