"""The case page: allegations and findings, evidence, reports, the decision, people, timeline."""

from __future__ import annotations

from dataclasses import dataclass

from cases import rules
from cases.governing import texts
from cases.models import Respondent
from cases.selectors.case_head import Head, entered, head_of
from cases.selectors.case_page.evidence import (
    EvidenceLine,
    evidence_lines,
    evidence_of,
    evidence_rows,
)
from cases.selectors.case_page.grid import Grid, grid_of, grid_rows
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
    support_rows,
    with_officers,
)
from cases.selectors.case_page.reports import ReportLine, reports_of
from cases.selectors.noticed import Noticed, noticed, noticed_rows
from cases.selectors.timeline import Timeline, timeline
from integrity.accounts.models import User
from integrity.core.gathering import Rows, gather
from policies.precedence import Texts
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
    """Everything the case page shows. `grids` by the primary key of the respondent."""

    head: Head
    terms: ProcessTerms
    texts: Texts
    progress: list[Progress]
    grids: dict[int, Grid]
    evidence: list[EvidenceLine]
    reports: list[ReportLine]
    people: People
    noticed: Noticed
    timeline: Timeline


def case_page(user: User, number: str) -> CasePage:
    """The case for somebody who may read it: four queries, however much is in it.

    Up to four more where somebody wrote about a report. Raises `NotFound` and `NotPermitted` as
    `case_head.head` does.
    """
    case, access = entered(user, number)
    governing = texts(case)
    found = gather(
        {
            "respondents": Rows(
                Respondent.objects.filter(case=case).order_by("pk"), beside={"user": ("*",)}
            ),
            "allegations": allegation_rows(case),
            "supports": support_rows(case),
            **process_rows(case, user),
            **grid_rows(case),
            "evidence": evidence_rows(case),
            "people": people_rows(case, officer=rules.oversees(user, case)),
            **noticed_rows(user, case),
        }
    )
    top = head_of(user, case, access, found["respondents"])
    allegations = allegation_lines(found["allegations"], governing, found["supports"])
    violations = {
        line.allegation.violation_type.code: line.allegation.violation_type.title
        for line in allegations
    }
    evidence = evidence_lines(found["evidence"])
    progress = progress_of(top, allegations, found, user)
    reports = reports_of(top)
    return CasePage(
        head=top,
        terms=governing.terms,
        texts=governing,
        progress=progress,
        grids={
            part.respondent.pk: grid_of(
                part.respondent, [line.allegation for line in part.allegations], evidence, found
            )
            for part in progress
        },
        evidence=evidence,
        reports=reports,
        people=people_lines(top, found["people"]),
        noticed=noticed(found, reports),
        timeline=timeline(case.number, reader=user, officer=top.officer, violations=violations),
    )
