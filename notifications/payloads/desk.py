"""What colleagues of the desk are told, and that a note waits for a respondent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAssigned:
    """To a colleague who was given a case. Nothing of the matter; `case_url` is where it is."""

    case_number: str
    assigned_at: datetime
    case_url: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentioned:
    """To a colleague who was named in a note. Nothing of what it says; it is at `notes_url`."""

    case_number: str
    written_at: datetime
    notes_url: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteShared:
    """To a respondent: somebody of the office wrote a note for them. It stands at `case_url`."""

    case_number: str
    written_at: datetime
    case_url: str
    contact: str
