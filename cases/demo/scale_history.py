"""Events of cases that are made in bulk, appended by the history's own `record`."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from integrity.audit import services as audit
from integrity.core import clock


@dataclass(order=True, slots=True)
class _Past:
    at: datetime
    order: int
    action: str = field(compare=False)
    known: dict[str, Any] = field(compare=False)


class History:
    """Past events in the order of their time, whichever case they belong to.

    `tell` keeps an event; `write` appends those before an instant, oldest first. Every one goes
    through `audit.record` with the clock held at its instant, so it is checked, committed to and
    chained like any other.
    """

    def __init__(self) -> None:
        self._kept: list[_Past] = []
        self._told = 0

    def tell(self, at: datetime, action: str, **known: Any) -> None:
        """Keep one event; `known` as `audit.record` takes it."""
        self._told += 1
        heapq.heappush(self._kept, _Past(at, self._told, action, known))

    def write(self, before: datetime | None = None) -> int:
        """Append everything that happened before `before` (None: all); returns how much.

        Inside `audit.transaction()`.
        """
        count = 0
        for past in self._due(before):
            with clock.frozen(past.at):
                audit.record(past.action, **past.known)
            count += 1
        return count

    def _due(self, before: datetime | None) -> Iterator[_Past]:
        while self._kept and (before is None or self._kept[0].at < before):
            yield heapq.heappop(self._kept)
