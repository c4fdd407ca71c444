"""What each event needs to be told. The cases app fills these in; the templates read them.

Rules for all of them: text is plain (never HTML or Markdown; line breaks are kept), times are
aware, addresses of pages are absolute paths ("/my/cases/...") or full addresses. A field without a
default must not be empty, or the letter is refused and with it the step it belongs to. Only the
letter, read after login, shows what is marked "letter only"; the email never does. No payload
names a reporter, a moderator or an officer.
"""

from notifications.payloads.alerts import (
    AcknowledgementMissing,
    CaseEscalated,
    MoreTimeAsked,
    RetaliationNoticed,
    SurgeNoticed,
    UrgentReport,
)
from notifications.payloads.beside import (
    AdviserInvited,
    InterimLifted,
    InterimMeasure,
    StatementRequested,
)
from notifications.payloads.decisions import (
    CaseDismissed,
    CaseReported,
    CertificateWithheld,
    ConfirmationRequested,
    DeterminationIssued,
    NoViolationFound,
    SanctionLifted,
    SanctionReversed,
    SuspensionEnded,
)
from notifications.payloads.desk import CaseAssigned, Mentioned, NoteShared
from notifications.payloads.hearing import (
    AppealDecided,
    AppealReceived,
    MoreTimeGiven,
    MoreTimeRefused,
    NoticeReminder,
    NoticeSent,
    ResponseReceived,
)
from notifications.payloads.items import (
    AllegationItem,
    AnswerItem,
    ConsequenceItem,
    EvidenceItem,
    FindingItem,
    PolicyItem,
    SanctionItem,
)
from notifications.payloads.meetings import (
    MeetingAgreed,
    MeetingAnswered,
    MeetingCalledOff,
    MeetingChanged,
    MeetingOffered,
    MeetingReminder,
    MinutesToRead,
)
from notifications.payloads.people import (
    ConsentAsked,
    IdentityTold,
    OneAccountAsked,
    OneAccountCode,
    ReportUnsealed,
)
from notifications.payloads.policies import (
    PledgeReminder,
    PolicyNewVersion,
    PolicyReviewDue,
    PolicyReviewInvited,
    PolicyYearly,
    QuestionAnswered,
)
from notifications.payloads.reports import (
    CheckIn,
    MessageArrived,
    ReportClosed,
    ReportQuestion,
    ReportReceived,
    ReviewDecided,
)
from notifications.payloads.settling import AdviceGiven, DecisionAnnulled, SummaryDecision

__all__ = [
    "AcknowledgementMissing",
    "AdviceGiven",
    "AdviserInvited",
    "AllegationItem",
    "AnswerItem",
    "AppealDecided",
    "AppealReceived",
    "CaseAssigned",
    "CaseDismissed",
    "CaseEscalated",
    "CaseReported",
    "CertificateWithheld",
    "CheckIn",
    "ConfirmationRequested",
    "ConsentAsked",
    "ConsequenceItem",
    "DecisionAnnulled",
    "DeterminationIssued",
    "EvidenceItem",
    "FindingItem",
    "IdentityTold",
    "InterimLifted",
    "InterimMeasure",
    "MeetingAgreed",
    "MeetingAnswered",
    "MeetingCalledOff",
    "MeetingChanged",
    "MeetingOffered",
    "MeetingReminder",
    "Mentioned",
    "MessageArrived",
    "MinutesToRead",
    "MoreTimeAsked",
    "MoreTimeGiven",
    "MoreTimeRefused",
    "NoViolationFound",
    "NoteShared",
    "NoticeReminder",
    "NoticeSent",
    "OneAccountAsked",
    "OneAccountCode",
    "PledgeReminder",
    "PolicyItem",
    "PolicyNewVersion",
    "PolicyReviewDue",
    "PolicyReviewInvited",
    "PolicyYearly",
    "QuestionAnswered",
    "ReportClosed",
    "ReportQuestion",
    "ReportReceived",
    "ReportUnsealed",
    "ResponseReceived",
    "RetaliationNoticed",
    "ReviewDecided",
    "SanctionItem",
    "SanctionLifted",
    "SanctionReversed",
    "StatementRequested",
    "SummaryDecision",
    "SurgeNoticed",
    "SuspensionEnded",
    "UrgentReport",
]
