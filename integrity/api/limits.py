"""How often a program may ask. Counters live in the cache, in windows of a fixed length.

They protect the server's capacity. What protects people (reports in an hour) is counted by
`integrity.web.floods`. A cache that does not answer stops nobody.
"""

from __future__ import annotations

import logging
import time
from typing import Any

from django.core.cache import cache
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from integrity.core import crypto

logger = logging.getLogger(__name__)

WINDOW = 60
READS = 300
WRITES = 60
BAD_TOKENS = 30


def wait_for(kind: str, who: object, limit: int, *, window: int = WINDOW) -> int:
    """Count one request; seconds to wait when it is one too many, else 0.

    `who` is never stored: the counter's name is a keyed fingerprint.
    """
    now = time.time()
    name = f"api:{kind}:{crypto.reference(who, purpose='api-limit')[:32]}:{int(now // window)}"
    try:
        cache.add(name, 0, timeout=window * 2)
        count = cache.incr(name)
    except (RedisError, OSError) as error:
        logger.warning("no limit counted: %s", type(error).__name__)
        return 0
    except ValueError:
        # The window ended between the two calls.
        return 0
    return max(1, int(window - now % window)) if count > limit else 0


class TokenThrottle(BaseThrottle):
    """So many reads and so many writes a minute, for each person."""

    def __init__(self) -> None:
        self._wait = 0

    def allow_request(self, request: Request, view: Any) -> bool:
        user: Any = request.user
        reads = request.method in ("GET", "HEAD", "OPTIONS")
        kind, limit = ("read", READS) if reads else ("write", WRITES)
        self._wait = wait_for(kind, user.public_id, limit)
        return not self._wait

    def wait(self) -> float | None:
        return float(self._wait)
