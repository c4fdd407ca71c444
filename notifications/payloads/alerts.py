"""To the desk, at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class UrgentReport:
    """To the desk, at once: an urgent report. Nothing of the matter; `case_url` is the case."""

    case_number: str
    received_at: datetime
    case_url: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgementMissing:
    """To the desk: what tells a reporter that the report arrived has not been delivered for a week.
    Names the case, never who reported."""

    case_number: str
    received_at: datetime
    case_url: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SurgeNoticed:
    """To the desk, once: unusually many reports about one person came within a day. Names nobody;
    `surge_url` lists the cases as far as the reader may see them."""

    noticed_at: datetime
    surge_url: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RetaliationNoticed:
    """To the desk: something may be an answer to an earlier report. Neither names nor numbers."""

    noticed_at: datetime
    list_url: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MoreTimeAsked:
    """To whom the case is with: a learner asks for more time to answer. Not why; `respond_by` is
    until when they can answer as it is."""

    case_number: str
    asked_at: datetime
    respond_by: datetime
    case_url: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEscalated:
    """To whom the case is with and the officers: the desk's time for its stage ends within one
    working day, or has ended (`over`). Nothing of the matter."""

    case_number: str
    due_at: datetime
    over: bool
    case_url: str
    contact: str
