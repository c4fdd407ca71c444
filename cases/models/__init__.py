"""What a case consists of, one file per noun."""

from cases.models.appeal import Appeal
from cases.models.beside import AdviserAccess, InterimMeasure, StatementRequest
from cases.models.case import (
    Case,
    CaseNumber,
    ConflictDeclaration,
    Note,
    Respondent,
    Watcher,
)
from cases.models.decision import Determination, Finding, PointAnswer, Sanction
from cases.models.evidence import Disclosure, Evidence, EvidenceFile
from cases.models.hearing import Allegation, Notice, Response, ResponsePoint
from cases.models.partner import CaseReport
from cases.models.report import DismissalReview, DraftFile, Report, ReportMessage

__all__ = [
    "AdviserAccess",
    "Allegation",
    "Appeal",
    "Case",
    "CaseNumber",
    "CaseReport",
    "ConflictDeclaration",
    "Determination",
    "Disclosure",
    "DismissalReview",
    "DraftFile",
    "Evidence",
    "EvidenceFile",
    "Finding",
    "InterimMeasure",
    "Note",
    "Notice",
    "PointAnswer",
    "Report",
    "ReportMessage",
    "Respondent",
    "Response",
    "ResponsePoint",
    "Sanction",
    "StatementRequest",
    "Watcher",
]
