"""To whoever reported, and about what they write."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportReceived:
    """To the reporter, at once. `matter` (letter only) is what was reported, without the name of
    the person it is about: "a submission in Essay 2". `follow_url` is the report's own page,
    `mode` says who learns the name. `written_down`: somebody of the office wrote it down for the
    person, who is asked to check the words."""

    report_reference: str
    reported_at: datetime
    matter: str
    follow_url: str
    contact: str
    mode: Literal["named", "confidential"] = "confidential"
    written_down: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportQuestion:
    """To the reporter: the desk writes something, with this many `files`. `matter`, `question` (the
    words) and `files` are letter only."""

    report_reference: str
    matter: str
    asked_at: datetime
    question: str
    answer_url: str
    contact: str
    files: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageArrived:
    """To whoever has the case on the desk: whoever reported has written. Nothing of what they say;
    `case_url` is where to read it."""

    case_number: str
    answered_at: datetime
    case_url: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewDecided:
    """To the reporter: somebody else looked at a dismissal again. `outcome`, `matter` and
    `reasons` (given where it stands) are letter only; `follow_url` is the report's own page."""

    report_reference: str
    matter: str
    decided_at: datetime
    outcome: Literal["stands", "taken_up"]
    reasons: str = ""
    follow_url: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportClosed:
    """To the reporter, at the end: one of three outcomes and never the details. `outcome` and
    `matter` are letter only. `review_until` is set when they may ask for review of a dismissal."""

    report_reference: str
    matter: str
    outcome: Literal["action_taken", "no_violation", "not_pursued"]
    contact: str
    review_until: datetime | None = None
    review_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckIn:
    """To the reporter, some time after the end: how are they? `matter` is letter only."""

    report_reference: str
    matter: str
    closed_at: datetime
    answer_url: str
    contact: str
