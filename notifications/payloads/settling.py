"""What one letter settles, advice without a finding, and a decision that is annulled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from notifications.payloads.items import EvidenceItem, FindingItem, PolicyItem, SanctionItem


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryDecision:
    """To the respondent: notice, evidence and decision in one (PR5). They were not heard before, so
    they can answer until `answer_until`, or appeal until `appeal_until`. `processing_url` is what
    happens with their data: its lines speak of a notice before anything is decided."""

    case_number: str
    matter: str
    decided_at: datetime
    policy_label: str
    policy_url: str
    policies: tuple[PolicyItem, ...] = ()
    evidence: tuple[EvidenceItem, ...]
    findings: tuple[FindingItem, ...]
    reasons_finding: str
    reasons_penalty: str
    sanctions: tuple[SanctionItem, ...]
    rights: tuple[str, ...] = ()
    answer_until: datetime
    answer_url: str
    appeal_until: datetime
    appeal_url: str
    appeal_grounds: tuple[str, ...] = ()
    processing_url: str = ""
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AdviceGiven:
    """To a respondent: what the office advises. Nothing was found and nothing follows (PR6)."""

    case_number: str
    matter: str
    given_at: datetime
    advice: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionAnnulled:
    """To the respondent: a decision counts no more. `restored` says what stands again, a sentence
    each; `sanctions` what had followed and is taken back."""

    case_number: str
    matter: str
    decided_at: datetime
    annulled_at: datetime
    reason: str
    sanctions: tuple[SanctionItem, ...] = ()
    restored: tuple[str, ...] = ()
    contact: str
