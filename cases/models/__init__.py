"""What a case consists of, one file per noun."""

from cases.models.answering import AnswerDraft, AnswerDraftFile, MoreTime
from cases.models.appeal import Appeal
from cases.models.beside import AdviserAccess, InterimMeasure, StatementRequest
from cases.models.case import (
    Case,
    CaseNumber,
    ConflictDeclaration,
    Note,
    Respondent,
    Surge,
    Watcher,
)
from cases.models.decision import (
    Advice,
    Determination,
    Finding,
    FindingSupport,
    PointAnswer,
    Sanction,
)
from cases.models.desk import (
    BadFaith,
    BulkAction,
    BulkItem,
    CaseLink,
    CaseMerge,
    DeadlinePause,
    Mention,
    NoteFile,
    Presence,
    QueueColumns,
    SavedView,
)
from cases.models.evidence import Disclosure, Evidence, EvidenceFile, Redaction
from cases.models.hearing import Allegation, Notice, Response, ResponsePoint
from cases.models.identity import CheckIn, Consent, RetaliationMark, Reveal, Sweep
from cases.models.meeting import Meeting, MeetingPerson, MeetingSlot, Minutes
from cases.models.partner import CaseReport
from cases.models.proof import (
    Comparison,
    PrintedSubmission,
    ProofMark,
    ProofPoint,
    SubmissionPrint,
)
from cases.models.report import (
    DismissalReview,
    DraftFile,
    MessageFile,
    Report,
    ReportImport,
    ReportMessage,
    ReportTrail,
)
from cases.models.search import CaseWords

__all__ = [
    "Advice",
    "AdviserAccess",
    "Allegation",
    "AnswerDraft",
    "AnswerDraftFile",
    "Appeal",
    "BadFaith",
    "BulkAction",
    "BulkItem",
    "Case",
    "CaseLink",
    "CaseMerge",
    "CaseNumber",
    "CaseReport",
    "CaseWords",
    "CheckIn",
    "Comparison",
    "ConflictDeclaration",
    "Consent",
    "DeadlinePause",
    "Determination",
    "Disclosure",
    "DismissalReview",
    "DraftFile",
    "Evidence",
    "EvidenceFile",
    "Finding",
    "FindingSupport",
    "InterimMeasure",
    "Meeting",
    "MeetingPerson",
    "MeetingSlot",
    "Mention",
    "MessageFile",
    "Minutes",
    "MoreTime",
    "Note",
    "NoteFile",
    "Notice",
    "PointAnswer",
    "Presence",
    "PrintedSubmission",
    "ProofMark",
    "ProofPoint",
    "QueueColumns",
    "Redaction",
    "Report",
    "ReportImport",
    "ReportMessage",
    "ReportTrail",
    "Respondent",
    "Response",
    "ResponsePoint",
    "RetaliationMark",
    "Reveal",
    "Sanction",
    "SavedView",
    "StatementRequest",
    "SubmissionPrint",
    "Surge",
    "Sweep",
    "Watcher",
]
