"""What was decided, what follows from it, and what is taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from notifications.payloads.items import FindingItem, PolicyItem, SanctionItem


@dataclass(frozen=True, slots=True, kw_only=True)
class DeterminationIssued:
    """To the respondent: findings, reasons, sanctions, the clause, how to appeal until when.

    `no_refunds` is the clause of the version in force, in its own words, or empty when it has
    none. `appeal_grounds` are the grounds of the policy, as sentences. `record_until` is when the
    matter stops counting. `stayed` says what waits while an appeal is open. `policies` as in the
    notice. `reasons_departure` says why something else was chosen than the scheme recommends."""

    case_number: str
    matter: str
    decided_at: datetime
    policy_label: str
    policy_url: str
    policies: tuple[PolicyItem, ...] = ()
    findings: tuple[FindingItem, ...]
    reasons_finding: str
    reasons_penalty: str = ""
    reasons_departure: str = ""
    sanctions: tuple[SanctionItem, ...] = ()
    no_refunds: str = ""
    appeal_until: datetime
    appeal_url: str
    appeal_grounds: tuple[str, ...] = ()
    stayed: str = ""
    record_until: datetime | None = None
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoViolationFound:
    """To the respondent: nothing was found against them and nothing follows."""

    case_number: str
    matter: str
    decided_at: datetime
    findings: tuple[FindingItem, ...] = ()
    reasons_finding: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDismissed:
    """To a respondent who had been notified: the case ends without a decision on it."""

    case_number: str
    matter: str
    dismissed_at: datetime
    reason: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SanctionReversed:
    """To the respondent: sanctions were taken back. `restored` says what stands again, a sentence
    each ("Your score for Essay 2 is 82 again.")."""

    case_number: str
    matter: str
    reversed_at: datetime
    sanctions: tuple[SanctionItem, ...]
    restored: tuple[str, ...] = ()
    reason: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SanctionLifted:
    """To the respondent: a sanction ends early or was completed, from `lifted_at` on."""

    case_number: str
    matter: str
    lifted_at: datetime
    sanctions: tuple[SanctionItem, ...]
    reason: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspensionEnded:
    """To the respondent: a suspension has run its time. `access` says what is open again."""

    case_number: str
    started_at: datetime
    ended_at: datetime
    access: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateWithheld:
    """To the learner: a certificate is withheld, directly or because the course is not passed any
    more. `course` is its title; `reason` says why; `result` gives score and pass mark in words."""

    case_number: str
    course: str
    certificate: str
    decided_at: datetime
    reason: str
    result: str = ""
    no_refunds: str = ""
    appeal_until: datetime | None = None
    appeal_url: str = ""
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmationRequested:
    """To an officer who may confirm what another proposed. `proposal` (letter only) says what is
    proposed, without names; `case_url` is the case on the desk."""

    case_number: str
    proposed_at: datetime
    proposal: str
    case_url: str
    confirm_by: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseReported:
    """To an officer of the platform: an institution reports a case it decided. Nothing of what was
    alleged or found; `report_url` is where to read it."""

    case_number: str
    institution: str
    sent_at: datetime
    changed: bool = False
    report_url: str
    contact: str
