"""What a case consists of, one file per noun."""

from cases.models.appeal import Appeal
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
from cases.models.report import DraftFile, Report

__all__ = [
    "Allegation",
    "Appeal",
    "Case",
    "CaseNumber",
    "ConflictDeclaration",
    "Determination",
    "Disclosure",
    "DraftFile",
    "Evidence",
    "EvidenceFile",
    "Finding",
    "Note",
    "Notice",
    "PointAnswer",
    "Report",
    "Respondent",
    "Response",
    "ResponsePoint",
    "Sanction",
    "Watcher",
]
