"""What somebody has in front of them who records findings, proposes, or confirms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cases import rules, supports
from cases.enums import DeterminationStatus, FindingOutcome, ProofWeight
from cases.governing import texts
from cases.models import (
    Allegation,
    Case,
    Determination,
    Evidence,
    Finding,
    PointAnswer,
    Respondent,
    Sanction,
)
from cases.selectors.case_head import Head
from cases.selectors.case_page import EvidenceLine, name_version, with_officers
from cases.selectors.case_page.grid import Grid, grid_alone
from policies.models import Consequence, ViolationType
from policies.rules import ProcessTerms

OPEN = (DeterminationStatus.DRAFT, DeterminationStatus.PROPOSED)


@dataclass(frozen=True)
class FindingsPage:
    """Allegations and evidence, and the findings so far (None before the first).

    `pieces` are what a finding may rest on.
    """

    respondent: Respondent
    allegations: list[Allegation]
    evidence: list[EvidenceLine]
    grid: Grid
    terms: ProcessTerms
    draft: Determination | None
    pieces: list[Evidence]

    @property
    def initial(self) -> dict[str, Any]:
        """What was recorded before, by the names of the form's fields.

        Before that, what the grid says supports each allegation.
        """
        if self.draft is None:
            return {f"supports-{key}": ids for key, ids in self._weighed().items()}
        values: dict[str, Any] = {"reasons_finding": self.draft.reasons_finding}
        for finding in self.draft.findings.all():
            key = finding.allegation.public_id
            values[f"finding-{key}"] = finding.outcome
            values[f"completion-{key}"] = finding.completion
            values[f"supports-{key}"] = [
                str(row.evidence.public_id) for row in finding.supports.all()
            ]
        for answer in self.draft.answers.all():
            values[f"answer-{answer.point.public_id}"] = answer.text
        return values

    def _weighed(self) -> dict[str, list[str]]:
        may = {piece.pk for piece in self.pieces}
        return {
            str(part.allegation.public_id): sorted(
                {
                    str(cell.exhibit.line.evidence.public_id)
                    for row in part.rows
                    for cell in row.cells
                    if cell.weight == ProofWeight.SUPPORTS and cell.exhibit.line.evidence.pk in may
                }
            )
            for part in self.grid.parts
        }


@dataclass(frozen=True)
class DecisionPage:
    """A determination in the making with everything it consists of."""

    respondent: Respondent
    determination: Determination
    findings: list[Finding]
    answers: list[PointAnswer]
    sanctions: list[Sanction]
    terms: ProcessTerms

    @property
    def shown(self) -> bool:
        """Whether anything was shown."""
        return any(finding.outcome == FindingOutcome.SHOWN for finding in self.findings)


def findings_page(top: Head, respondent: Respondent) -> FindingsPage:
    """For recording findings: at most seven queries."""
    draft = (
        respondent.determinations.filter(status=DeterminationStatus.DRAFT)
        .prefetch_related("findings__allegation", "findings__supports__evidence", "answers__point")
        .first()
    )
    allegations = standing(top, respondent)
    grid = grid_alone(top.case, respondent, allegations)
    return FindingsPage(
        respondent=respondent,
        allegations=allegations,
        evidence=[exhibit.line for exhibit in grid.exhibits],
        grid=grid,
        terms=texts(top.case).terms,
        draft=draft,
        pieces=list(supports.usable(respondent).defer("text", "redacted_text")),
    )


def decision_page(top: Head, respondent: Respondent) -> DecisionPage | None:
    """For proposing and confirming: six queries; None when nothing is in the making."""
    determination = (
        respondent.determinations.filter(status__in=OPEN)
        .select_related("proposed_by", "scheme_version__scheme")
        .first()
    )
    if determination is None:
        return None
    governing = texts(top.case)
    findings = list(
        determination.findings.select_related("allegation__violation_type")
        .prefetch_related("supports__evidence")
        .order_by("allegation__position")
    )
    for finding in findings:
        name_version(finding.allegation.violation_type, governing)
    return DecisionPage(
        respondent=respondent,
        determination=determination,
        findings=findings,
        answers=list(
            determination.answers.select_related("point__allegation__violation_type").order_by(
                "point__position"
            )
        ),
        sanctions=list(determination.sanctions.select_related("consequence").order_by("pk")),
        terms=governing.terms,
    )


def consequences_of(top: Head, codes: frozenset[str]) -> list[Consequence]:
    """The consequences the governing texts name, as far as they can be carried out."""
    return [item for item in texts(top.case).consequences() if item.code in codes]


def second_left(case: Case, determination: Determination) -> bool:
    """Whether somebody is left to confirm, where the institution decides: one query."""
    if not case.institution_decides or rules.vacant(case):
        return True
    found = with_officers(Determination.objects.filter(pk=determination.pk), case)
    return bool(found.get().second_left)


def withdrawable(top: Head, public_id: UUID) -> Allegation | None:
    """An allegation of this case that stands."""
    return (
        top.case.allegations.filter(public_id=public_id, withdrawn_at__isnull=True)
        .select_related("violation_type", "respondent")
        .first()
    )


def sanction_of(top: Head, public_id: UUID) -> Sanction | None:
    """A sanction of this case."""
    return (
        top.case.sanctions.filter(public_id=public_id)
        .select_related("consequence", "respondent__user")
        .first()
    )


def standing(top: Head, respondent: Respondent) -> list[Allegation]:
    """The allegations against a respondent that stand, in their order: one query."""
    rows = list(
        respondent.allegations.filter(withdrawn_at__isnull=True)
        .select_related("violation_type")
        .order_by("position")
    )
    governing = texts(top.case)
    for row in rows:
        name_version(row.violation_type, governing)
    return rows


def violations_of(top: Head) -> list[ViolationType]:
    """The violation types of the governing texts, one for each code."""
    return texts(top.case).violation_types()
