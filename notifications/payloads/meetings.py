"""Meetings with a respondent: times, changes, and minutes to read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingOffered:
    """To the respondent: times are offered, `last` the latest start.

    Letter only: `about`, what the office wants to talk about, `place`, and the `times`."""

    case_number: str
    matter: str
    about: str
    place: str
    times: tuple[datetime, ...]
    last: datetime
    minutes: int
    meeting_url: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingAgreed:
    """To the respondent: the time they chose is agreed. `place` is for the letter only."""

    case_number: str
    matter: str
    starts_at: datetime
    ends_at: datetime
    place: str
    meeting_url: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingChanged:
    """To the respondent: something about a meeting is different now.

    `starts_at`: the agreed time, which stands; empty where a time has to be chosen among `times`.
    `place` is for the letter only."""

    case_number: str
    matter: str
    place: str
    starts_at: datetime | None = None
    times: tuple[datetime, ...] = ()
    meeting_url: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingCalledOff:
    """To the respondent: a meeting does not take place. `starts_at` where a time was agreed.

    `reason` (letter only) is what the office says to it; empty where the matter ended before."""

    case_number: str
    matter: str
    starts_at: datetime | None = None
    reason: str = ""
    meeting_url: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingReminder:
    """To the respondent, a day before. `place` is for the letter only."""

    case_number: str
    matter: str
    starts_at: datetime
    place: str
    meeting_url: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MinutesToRead:
    """To the respondent: what was said at a meeting is written down. It stands at `meeting_url`."""

    case_number: str
    matter: str
    met_at: datetime
    wording: int
    meeting_url: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingAnswered:
    """To whoever of the desk invited: what the learner did. Nothing of what they wrote."""

    case_number: str
    what: Literal["agreed", "declined", "minutes_agreed", "minutes_objected"]
    answered_at: datetime
    meeting_url: str
    contact: str
