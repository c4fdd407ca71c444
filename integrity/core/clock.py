"""The one clock. Every rule about time asks `now()`.

On PostgreSQL the database's time counts, so that web servers and workers whose own clocks differ
apply the same deadline to the second. Asking it every time would cost a query per question, so the
difference to this process's monotonic clock is measured at most every 30 seconds. A step of the
host's wall clock therefore changes nothing. On SQLite the host's time counts.

While the database cannot be reached the last measurement goes on, and without one the host's time:
nothing can be decided or written then, but a process can still start and say what is wrong.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from django.db import OperationalError, connection

MEASURED_FOR = 30.0

_lock = threading.Lock()
_frozen: datetime | None = None
_base: tuple[float, datetime] | None = None


def now() -> datetime:
    """The present instant, aware, in UTC."""
    if _frozen is not None:
        return _frozen
    if connection.vendor != "postgresql":
        return datetime.now(UTC)
    global _base
    base = _base
    mark = time.monotonic()
    if base is None or mark - base[0] > MEASURED_FOR:
        try:
            connection.ensure_connection()
        except OperationalError:
            if base is None:
                return datetime.now(UTC)
        else:
            with connection.cursor() as cursor:
                cursor.execute("SELECT clock_timestamp()")
                base = (time.monotonic(), cursor.fetchone()[0].astimezone(UTC))
            with _lock:
                _base = base
    return base[1] + timedelta(seconds=time.monotonic() - base[0])


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Hold the clock of this process at `at` (aware) inside the block."""
    if at.tzinfo is None:
        raise ValueError("The clock needs an aware time.")
    global _frozen
    before = _frozen
    _frozen = at.astimezone(UTC)
    try:
        yield
    finally:
        _frozen = before
