"""Letters of the process: what a case tells its respondents and reporters.

Builds the payloads in the reader's language and queues them. No letter names a reporter, a
moderator or an officer, and none blames before a finding.
"""

from cases.letters.accounts import one_account_asked, one_account_code
from cases.letters.appeals import appeal_decided, appeal_received
from cases.letters.beside import (
    adviser_invited,
    interim_lifted,
    interim_measure,
    interim_payload,
    statement_requested,
)
from cases.letters.decision import (
    certificate_gone,
    certificate_state,
    certificate_withheld,
    confirmation_requested,
    decision,
    determination_issued,
    no_violation_found,
    preview_decision,
    sanction_items,
    sanction_reversed,
    suspension_ended,
)
from cases.letters.desk import case_assigned, mentioned, note_shared
from cases.letters.ending import (
    case_dismissed,
    case_report,
    report_closed,
    take_back_dismissal,
)
from cases.letters.hearing import (
    notice_reminder,
    notice_sent,
    reminder_key,
    reminders_sent,
    response_received,
)
from cases.letters.identity import consent_asked, identity_opened, identity_told
from cases.letters.meetings import (
    agreed_key,
    meeting_agreed,
    meeting_answered,
    meeting_called_off,
    meeting_changed,
    meeting_offered,
    meeting_reminder,
    meeting_reminder_key,
    minutes_to_read,
    told_within,
)
from cases.letters.queueing import queue_for, render_for, was_queued
from cases.letters.reporting import message_arrived, report_question, review_decided
from cases.letters.words import (
    appeal_url,
    case_url,
    clause_label,
    contact,
    matter,
    policy_label,
    report_matter,
    seen_by,
    shown_to,
    terms,
)

__all__ = [
    "adviser_invited",
    "agreed_key",
    "appeal_decided",
    "appeal_received",
    "appeal_url",
    "case_assigned",
    "case_dismissed",
    "case_report",
    "case_url",
    "certificate_gone",
    "certificate_state",
    "certificate_withheld",
    "clause_label",
    "confirmation_requested",
    "consent_asked",
    "contact",
    "decision",
    "determination_issued",
    "identity_opened",
    "identity_told",
    "interim_lifted",
    "interim_measure",
    "interim_payload",
    "matter",
    "meeting_agreed",
    "meeting_answered",
    "meeting_called_off",
    "meeting_changed",
    "meeting_offered",
    "meeting_reminder",
    "meeting_reminder_key",
    "mentioned",
    "message_arrived",
    "minutes_to_read",
    "no_violation_found",
    "note_shared",
    "notice_reminder",
    "notice_sent",
    "one_account_asked",
    "one_account_code",
    "policy_label",
    "preview_decision",
    "queue_for",
    "reminder_key",
    "reminders_sent",
    "render_for",
    "report_closed",
    "report_matter",
    "report_question",
    "response_received",
    "review_decided",
    "sanction_items",
    "sanction_reversed",
    "seen_by",
    "shown_to",
    "statement_requested",
    "suspension_ended",
    "take_back_dismissal",
    "terms",
    "told_within",
    "was_queued",
]
