"""What each event needs to be told. The cases app fills these in; the templates read them.

Rules for all of them: text is plain (never HTML or Markdown; line breaks are kept), times are
aware, addresses of pages are absolute paths ("/my/cases/...") or full addresses. A field without a
default must not be empty, or the letter is refused and with it the step it belongs to. Only the
letter, read after login, shows what is marked "letter only"; the email never does. No payload
names a reporter, a moderator or an officer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyItem:
    """A text that governs, "Honor code, version 4", and its permanent page."""

    label: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AllegationItem:
    """One allegation. `title` is the violation type, `clause_label` its clause and version
    ("clause 3.1 of the honor code, version 4"), `clause_url` that clause's permanent page,
    `description` what is said to have happened."""

    title: str
    clause_label: str
    clause_url: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceItem:
    """One piece of evidence the respondent may see. `url` is its page in their own case."""

    title: str
    description: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsequenceItem:
    """A consequence that is possible under the policy in force."""

    title: str
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerItem:
    """What the respondent said on one allegation ("You admit this", "You contest this")."""

    title: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingItem:
    """What was found on one allegation. `outcome` is a sentence for the reader, `reasons` why."""

    title: str
    clause_label: str
    clause_url: str
    outcome: str
    reasons: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SanctionItem:
    """One sanction with what it does. Without `ends_at` it has no end, or needs none."""

    title: str
    description: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    conditions: str = ""


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
class NoticeSent:
    """To the respondent: what is alleged, under which clause, what was seen, what may follow, until
    when and where to answer. `matter` is "your work in Essay 2". `standard` is the standard of
    proof in a sentence; `rights` are sentences about how to answer and whom to bring (default: how
    to answer); `assent` says how the policy came to apply ("You agreed to it on 3 September
    2026."); `message` holds the questions put to the respondent. `policies` are all texts that
    apply, where there are several: the one whose words hold where it says something comes first.
    `permitted` says what the assignment permitted then, line by line, `permitted_note` its limits.
    `processing` is what happens with the respondent's data, in sentences; `processing_url` is the
    public page of that version.
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
class DeterminationIssued:
    """To the respondent: findings, reasons, sanctions, the clause, how to appeal until when.

    `no_refunds` is the clause of the version in force, in its own words, or empty when it has
    none. `appeal_grounds` are the grounds of the policy, as sentences. `record_until` is when the
    matter stops counting. `stayed` says what waits while an appeal is open. `policies` as in the
    notice."""

    case_number: str
    matter: str
    decided_at: datetime
    policy_label: str
    policy_url: str
    policies: tuple[PolicyItem, ...] = ()
    standard: str = ""
    findings: tuple[FindingItem, ...]
    reasons_finding: str
    reasons_penalty: str = ""
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
class ReportUnsealed:
    """To whoever reported in confidence: two officers opened their name. `matter` and `purpose` are
    letter only; by whom is said nowhere."""

    report_reference: str
    matter: str
    opened_at: datetime
    purpose: Literal["safety", "protect", "duty", "made_up"]
    report_url: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentAsked:
    """To a reporter, a witness or a respondent (`of`): may we name you? Everything is letter only.
    `to_whom` is set where somebody outside the office would be told, `matter` for a reporter."""

    of: Literal["reporter", "witness", "respondent"]
    purpose: Literal["tell_desk", "tell_learner", "tell_others"]
    to_whom: str = ""
    reason: str
    matter: str = ""
    consent_url: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityTold:
    """To a respondent: somebody agreed that they learn the name (letter only): who reported, who
    gave a statement, or another respondent."""

    case_number: str
    matter: str
    of: Literal["reporter", "witness", "respondent"]
    name: str
    case_url: str
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


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyNewVersion:
    """To everybody whom a policy concerns: a new version. Policies are public, so the email says it
    all and no letter goes with it; addresses are full ones. `compare_url` shows what changed, where
    there was a version before; `pledge_until` is set where learners pledge anew and have time for
    it. `in_force`: it has taken effect already."""

    policy_title: str
    number: int
    effective_at: datetime
    in_force: bool = False
    change_summary: str = ""
    policy_url: str
    compare_url: str = ""
    pledge_until: datetime | None = None
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PledgeReminder:
    """To a learner who has not pledged yet, in one course (`course_title`) or in any. `pledge_url`
    is a full address; `pledge_until` is set while there is still time."""

    policy_title: str
    course_title: str = ""
    pledge_url: str
    pledge_until: datetime | None = None
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyYearly:
    """To everybody whom a policy concerns, once a year: that it is there and where. `policy_url` is
    a full address."""

    policy_title: str
    summary: str = ""
    effective_at: datetime
    policy_url: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyReviewDue:
    """To an administrator: the yearly review of a policy is due, or bringing it before everybody.
    `missing` are sentences about the latter. All but `contact` is letter only."""

    policy_title: str
    review_due: datetime | None = None
    overdue: bool = False
    missing: tuple[str, ...] = ()
    overview_url: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyReviewInvited:
    """To somebody who is asked to take part in the review of a policy. `capacity` is for whom they
    speak. All but `contact` is letter only."""

    policy_title: str
    capacity: str
    meeting_at: datetime
    meeting_place: str
    review_url: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionAnswered:
    """To whoever asked about a policy. `about` is the clause and its version in words, `clause_url`
    that clause, `questions_url` the page of their own questions. All but `contact` is letter
    only."""

    about: str
    clause_url: str
    question: str
    asked_at: datetime
    answer: str
    answered_at: datetime
    questions_url: str
    contact: str


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
class CheckIn:
    """To the reporter, some time after the end: how are they? `matter` is letter only."""

    report_reference: str
    matter: str
    closed_at: datetime
    answer_url: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OneAccountAsked:
    """To both accounts of a pair, the same to each: do you have a second account? Nothing in it
    says that another account exists, or whose it would be. `check_url` is where to answer."""

    answer_by: datetime
    check_url: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OneAccountCode:
    """To the account that is to be closed, an email without a letter: the one-time `code`. It is
    shown in the email, for whoever reads it may not be able to sign in any more."""

    code: str
    minutes: int
    contact: str
