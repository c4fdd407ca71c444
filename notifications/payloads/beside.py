"""What goes on beside the process: help, statements, measures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class AdviserInvited:
    """To an address, with or without an account: somebody asks for help. No letter goes with it,
    and it names neither the case nor whoever asks. `advising_url` is where they sign in."""

    advising_url: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementRequested:
    """To a person who may have seen something. `question` and `course` (letter only) are all they
    learn: neither the case nor whom it is about."""

    question: str
    course: str = ""
    statement_url: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InterimMeasure:
    """To the respondent: something is asked of them, or holds, until a decision. `protects` (letter
    only) is the name of the one person they may not write to, and set only for that kind."""

    case_number: str
    matter: str
    kind: Literal["request_to_stop", "content_hidden", "no_contact"]
    protects: str = ""
    reason: str
    starts_at: datetime
    ends_at: datetime
    measure_url: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InterimLifted:
    """To the respondent: a measure ended before its time. `reason` is what the office says to it;
    empty when it ended because the matter was decided or closed."""

    case_number: str
    matter: str
    kind: Literal["request_to_stop", "content_hidden", "no_contact"]
    reason: str = ""
    lifted_at: datetime
    measure_url: str
    contact: str
