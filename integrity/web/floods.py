"""How often somebody may do something in a while; politely refused after that (HOSTILE 30).

An allowance is a number of slots in the cache. Taking a slot is one atomic `add`; it is free again
when its time is over, so the window slides. Where somebody comes from is a keyed hash, and is gone
with the slot. Nothing of it reaches the database or the log.
"""

from __future__ import annotations

import fcntl
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import IPv6Address, IPv6Network
from math import ceil

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import ngettext
from redis.exceptions import RedisError

from integrity.accounts.models import User
from integrity.core import clock, crypto
from integrity.core.errors import Text, TooMany

logger = logging.getLogger(__name__)

HOUR = 60 * 60


@dataclass(frozen=True)
class Allowance:
    """At most `count` times in `seconds` for each source."""

    name: str
    count: int
    seconds: int
    message: Text


@dataclass(frozen=True)
class Source:
    """Where requests come from, as a keyed hash. Its `repr` tells nothing."""

    ref: str = field(repr=False)

    @classmethod
    def account(cls, user: User) -> Source:
        """A person with an account, wherever they are."""
        return cls(crypto.reference(user.public_id, purpose="flood-account"))

    @classmethod
    def address(cls, address: str) -> Source:
        """A visitor, by their network address; with IPv6 by the network that a home is given."""
        return cls(crypto.reference(_place(address), purpose="flood-address"))


def _place(address: str) -> str:
    # One connection has 2**64 addresses of its own, and could come from another one each time.
    try:
        found = IPv6Address(address)
    except ValueError:
        return address
    return str(found.ipv4_mapped or IPv6Network((int(found), 64), strict=False))


@dataclass(frozen=True)
class Slot:
    """A slot that was taken."""

    key: str = field(repr=False)

    def give_back(self) -> None:
        """What it was taken for did not happen."""
        if self.key:
            with _reachable():
                cache.delete(self.key)


def take(allowance: Allowance, source: Source) -> Slot:
    """Take a slot, atomically. Raises `TooMany` with the time to wait when none is free.

    While the cache is out of reach nobody is refused: what somebody has to say must get through.
    """
    now = clock.now().timestamp()
    ends: list[float] = []
    with _reachable(), _in_turn():
        for key in _keys(allowance, source):
            if cache.add(key, now + allowance.seconds, timeout=allowance.seconds):
                return Slot(key)
        found = cache.get_many(_keys(allowance, source))
        ends = [float(end) for end in found.values()]
        # Anew: whoever waited for a turn looks at slots that were taken meanwhile.
        raise _refusal(allowance, min(ends, default=now + 1) - clock.now().timestamp())
    return Slot("")


def check(allowance: Allowance, source: Source) -> None:
    """Raise `TooMany` while no slot is free, without taking one."""
    with _reachable():
        found = cache.get_many(_keys(allowance, source))
        if len(found) >= allowance.count:
            raise _refusal(
                allowance, min(float(end) for end in found.values()) - clock.now().timestamp()
            )


def _keys(allowance: Allowance, source: Source) -> list[str]:
    return [f"flood:{allowance.name}:{source.ref}:{number}" for number in range(allowance.count)]


def _refusal(allowance: Allowance, wait: float) -> TooMany:
    # Clocks of two machines differ a little; nobody waits longer than the window.
    seconds = min(max(1, ceil(wait)), allowance.seconds)
    minutes = ceil(seconds / 60)
    then = ngettext(
        "Please try again in %(count)s minute.", "Please try again in %(count)s minutes.", minutes
    ) % {"count": minutes}
    return TooMany(f"{allowance.message} {then}", seconds=seconds)


@contextmanager
def _reachable() -> Iterator[None]:
    try:
        yield
    except RedisError as error:
        logger.warning("nobody is counted: %s", type(error).__name__)


@contextmanager
def _in_turn() -> Iterator[None]:
    """The file cache looks and writes in two steps; all processes of the machine take turns."""
    if settings.REDIS_URL:
        yield
        return
    with (settings.VAR_DIR / "floods.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
