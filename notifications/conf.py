"""How patient the outbox is. Reasons: docs/letters.md."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings

# Rows one worker takes at a time: one claim and one connection for all of them.
BATCH = 100
# Times a worker may vanish with a row in its hands before the row is set aside as dead.
LOST_CLAIMS = 5
# Mail servers answer "later" for hours when they greylist or are full, so we go on for days.
GIVE_UP_AFTER = timedelta(days=5)
REFUSED_FIRST = timedelta(seconds=30)
REFUSED_LONGEST = timedelta(hours=1)
# Nothing was handed over and one attempt costs one connection, so an outage is probed often: its
# backlog drains within minutes of the server's return.
UNREACHABLE_FIRST = timedelta(seconds=5)
UNREACHABLE_LONGEST = timedelta(seconds=60)


def lease() -> timedelta:
    """How long a worker may hold a row without a sign of life.

    Longer than the slowest handing over of a message: three waits of `EMAIL_TIMEOUT` (15 s).
    """
    return timedelta(seconds=getattr(settings, "OUTBOX_LEASE_SECONDS", 120))
