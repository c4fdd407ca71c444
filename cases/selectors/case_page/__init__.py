"""The case page: allegations and findings, evidence, reports, the decision, people, timeline."""

from __future__ import annotations

from dataclasses import dataclass

from cases.governing import texts
from cases.selectors.case_head import Head, head
from cases.selectors.case_page.evidence import (
    EvidenceLine,
    evidence_lines,
    evidence_of,
    evidence_rows,
)
from cases.selectors.case_page.people import People, people_lines, people_of, people_rows
from cases.selectors.case_page.progress import (
    AllegationLine,
    AppealLine,
    Progress,
    allegation_lines,
    allegation_rows,
    name_version,
    process_rows,
    progress_of,
    with_officers,
)
from cases.selectors.case_page.reports import ReportLine, reports_of
from cases.selectors.governing import permits_of
from cases.selectors.precedence import Precedence, precedence
from cases.selectors.timeline import Timeline, timeline
from integrity.accounts.models import User
from integrity.core.gathering import gather
from integrity.courses.selectors import Permits
from policies.rules import ProcessTerms

__all__ = [
    "AllegationLine",
    "AppealLine",
    "CasePage",
    "EvidenceLine",
    "People",
    "Progress",
    "ReportLine",
    "case_page",
    "evidence_of",
    "name_version",
    "people_of",
    "reports_of",
    "with_officers",
]


@dataclass(frozen=True)
class CasePage:
    """Everything the case page shows. `permits`: of the assignment, at the incident (PO10)."""

    head: Head
    terms: ProcessTerms
    precedence: Precedence | None
    permits: Permits | None
    progress: list[Progress]
    evidence: list[EvidenceLine]
    reports: list[ReportLine]
    people: People
    timeline: Timeline


def case_page(user: User, number: str) -> CasePage:
    """The case for somebody who may read it: at most eight queries, however much is in it.

    Two more where several texts apply together.
    Raises `NotFound` and `NotPermitted` as `case_head.head` does.
    """
    top = head(user, number)
    case = top.case
    governing = texts(case)
    found = gather(
        {
            "allegations": allegation_rows(case),
            **process_rows(case, user),
            "evidence": evidence_rows(case),
            "people": people_rows(top),
        }
    )
    allegations = allegation_lines(found["allegations"], governing)
    violations = {
        line.allegation.violation_type.code: line.allegation.violation_type.title
        for line in allegations
    }
    return CasePage(
        head=top,
        terms=governing.terms,
        precedence=precedence(governing),
        permits=permits_of(case),
        progress=progress_of(top, allegations, found, user),
        evidence=evidence_lines(found["evidence"]),
        reports=reports_of(top),
        people=people_lines(top, found["people"]),
        timeline=timeline(case.number, reader=user, officer=top.officer, violations=violations),
    )
