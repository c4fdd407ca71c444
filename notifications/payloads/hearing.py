"""From the notice to the answer, and appeals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from notifications.payloads.items import (
    AllegationItem,
    AnswerItem,
    ConsequenceItem,
    EvidenceItem,
    PolicyItem,
    SanctionItem,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeSent:
    """To the respondent: what is alleged, under which clause, what was seen, what may follow,
    until when and where to answer. `matter` is "your work in Essay 2". `standard` is the standard
    of proof in a sentence; `clock` what starts the time to answer; `rights` are sentences about
    how to answer and whom to bring (default: how to answer); `assent` says how the policy came to
    apply ("You agreed to it on 3 September 2026."); `message` holds the questions put to the
    respondent. `policies` are all texts that apply, where there are several: the one whose words
    hold where it says something comes first. `permitted` says what the assignment permitted then,
    line by line, `permitted_note` its limits. `processing` is what happens with the respondent's
    data, in sentences; `processing_url` is the public page of that version.
    """

    case_number: str
    matter: str
    policy_label: str
    policy_url: str
    policies: tuple[PolicyItem, ...] = ()
    allegations: tuple[AllegationItem, ...]
    evidence: tuple[EvidenceItem, ...] = ()
    consequences: tuple[ConsequenceItem, ...]
    rights: tuple[str, ...] = ()
    standard: str = ""
    clock: str = ""
    assent: str = ""
    permitted: tuple[str, ...] = ()
    permitted_note: str = ""
    processing: tuple[str, ...] = ()
    processing_url: str = ""
    message: str = ""
    respond_by: datetime
    respond_url: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MoreTimeGiven:
    """To the respondent: there is more time to answer, until `respond_by`. `asked`: they had asked
    for it. `words` are the desk's, where it added some."""

    case_number: str
    matter: str
    asked: bool
    respond_by: datetime
    words: str = ""
    case_url: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MoreTimeRefused:
    """To the respondent: there is no more time, why not, and until when they can answer."""

    case_number: str
    matter: str
    respond_by: datetime
    words: str
    case_url: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeReminder:
    """To a respondent who has not answered yet. `noticed_at` is when the notice was sent."""

    case_number: str
    matter: str
    noticed_at: datetime
    respond_by: datetime
    respond_url: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseReceived:
    """To the respondent: their answer arrived. `change_until` is set while they may still add."""

    case_number: str
    matter: str
    received_at: datetime
    answers: tuple[AnswerItem, ...] = ()
    change_until: datetime | None = None
    case_url: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealReceived:
    """To the appellant: the appeal arrived. `grounds` are those they chose; `stayed` says what
    waits meanwhile, or that nothing does; `decide_by` is when they can expect the decision."""

    case_number: str
    matter: str
    received_at: datetime
    grounds: tuple[str, ...]
    stayed: str = ""
    decide_by: datetime | None = None
    case_url: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealDecided:
    """To the appellant. `changes` says what is different now, a sentence each; `sanctions` are
    those that stand after the appeal; `final` says whether anything else is possible here."""

    case_number: str
    matter: str
    decided_at: datetime
    outcome: Literal["upheld", "reduced", "overturned", "sent_back"]
    reasons: str
    changes: tuple[str, ...] = ()
    conditions: str = ""
    sanctions: tuple[SanctionItem, ...] = ()
    no_refunds: str = ""
    case_url: str
    contact: str
