"""The timeline of a case (CF1): events, letters, notes and evidence in one stream, by time."""

from __future__ import annotations

import re
from collections.abc import Mapping
from uuid import UUID

from cases.selectors.timeline.events import (
    PAGE,
    SHOWN,
    TO_REPORTERS,
    events_of,
    people_in,
    told,
)
from cases.selectors.timeline.kinds import KINDS
from cases.selectors.timeline.lines import Line, Timeline, actor_of, line_of, runs_of
from cases.selectors.timeline.others import Other, others_of
from integrity.accounts.models import User
from integrity.audit.models import Event
from integrity.core import clock

__all__ = [
    "KINDS",
    "PAGE",
    "SHOWN",
    "Line",
    "Timeline",
    "case_events",
    "people_in",
    "read_person",
    "timeline",
    "told",
]

_PERSON = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def read_person(text: str) -> UUID | None:
    """A person of the address; None for what is none."""
    return UUID(text) if _PERSON.fullmatch(text) else None


def timeline(
    number: str,
    *,
    reader: User,
    officer: bool = False,
    violations: Mapping[str, str] | None = None,
    before: str = "",
    size: int = SHOWN,
    kind: str = "",
    by: UUID | None = None,
    whole: bool = False,
) -> Timeline:
    """A page of the history: one query at any number of events, three where others are named.

    `violations` are titles by code. A key that cannot be read gives the newest page, an unknown
    `kind` everything. `by`: only what this person did. `whole`: texts are not cut.
    """
    place = int(before) if before.isdecimal() and len(before) < 18 else None
    rows = events_of(number, officer=officer, before=place, kind=kind, by=by)
    events = list(rows[: size + 1])
    more = len(events) > size
    events = events[:size]
    now = clock.now()
    others = others_of(events, reader)
    lines = [
        line_of(
            run,
            reader,
            violations or {},
            now,
            whole=whole,
            other=others.get(run[0].sequence),
        )
        for run in runs_of(events)
        if run[0].data.get("event") not in TO_REPORTERS
    ]
    return Timeline(lines, str(events[-1].sequence) if more else "")


def case_events(
    number: str,
    *,
    reader: User,
    officer: bool,
    before: int | None = None,
    size: int = PAGE,
) -> tuple[list[tuple[Event, str | None, str, Other | None]], int | None]:
    """Events as `timeline` tells them, one by one.

    Each with the name of who acted, a quoted text and the other case it is about. And the sequence
    to go on below (None at the end). One query, three where others are named.
    """
    events = list(events_of(number, officer=officer, before=before)[: size + 1])
    more = len(events) > size
    events = events[:size]
    others = others_of(events, reader)
    return [
        (
            event,
            event.name if actor_of(event) else None,  # type: ignore[attr-defined]
            event.quote or "",  # type: ignore[attr-defined]
            others.get(event.sequence),
        )
        for event in events
        if event.data.get("event") not in TO_REPORTERS
    ], (events[-1].sequence if more else None)
