"""The findings grid (CF5): what has to be shown, and what each piece of evidence says to it.

It puts in order what was looked at. It counts nothing and finds nothing: that is the finding.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cases.enums import ProofWeight
from cases.models import (
    Allegation,
    Case,
    Disclosure,
    ProofMark,
    ProofPoint,
    Respondent,
)
from cases.selectors.case_page.evidence import EvidenceLine, evidence_lines, evidence_rows
from integrity.core.gathering import Rows, gather


@dataclass(frozen=True)
class Exhibit:
    """A column. `shown`: the respondent has seen it, or brought it."""

    line: EvidenceLine
    shown: bool


@dataclass(frozen=True)
class Cell:
    """What one exhibit says to one point. `weight`: a `ProofWeight`, "" while not weighed."""

    exhibit: Exhibit
    weight: str
    remark: str


@dataclass(frozen=True)
class GridRow:
    """A point. `key` is empty while it is only proposed by the policy."""

    key: str
    text: str
    cells: list[Cell]

    @property
    def said(self) -> list[Cell]:
        """The cells that say something."""
        silent = ("", ProofWeight.SILENT)
        return [cell for cell in self.cells if cell.weight not in silent or cell.remark]


@dataclass(frozen=True)
class GridPart:
    """The points of one allegation. `proposed`: as the policy names them, nobody looked yet."""

    allegation: Allegation
    proposed: bool
    rows: list[GridRow]


@dataclass(frozen=True)
class Grid:
    """The grid of one respondent."""

    exhibits: list[Exhibit]
    parts: list[GridPart]

    @property
    def unseen(self) -> list[Exhibit]:
        """Exhibits the respondent has not seen."""
        return [exhibit for exhibit in self.exhibits if not exhibit.shown]

    def of(self, allegation: Allegation) -> GridPart | None:
        """The part of one allegation."""
        return next((part for part in self.parts if part.allegation.pk == allegation.pk), None)


def grid_rows(case: Case) -> dict[str, Rows]:
    """Points, marks and what was shown to whom, for every respondent of the case."""
    return {
        "points": Rows(
            ProofPoint.objects.filter(allegation__case=case).order_by("position", "pk"),
        ),
        "marks": Rows(ProofMark.objects.filter(point__allegation__case=case).order_by("pk")),
        "disclosures": Rows(
            Disclosure.objects.filter(evidence__case=case).order_by("disclosed_at", "pk")
        ),
    }


def grid_of(
    respondent: Respondent,
    allegations: list[Allegation],
    evidence: list[EvidenceLine],
    found: Mapping[str, list[Any]],
) -> Grid:
    """The grid of one respondent from gathered `grid_rows`; no query."""
    seen = {row.evidence_id for row in found["disclosures"] if row.respondent_id == respondent.pk}
    exhibits = [
        Exhibit(
            line,
            line.evidence.pk in seen or line.evidence.respondent_id == respondent.pk,
        )
        for line in evidence
    ]
    marks = {(mark.point_id, mark.evidence_id): mark for mark in found["marks"]}
    parts = []
    for allegation in allegations:
        points = [point for point in found["points"] if point.allegation_id == allegation.pk]
        rows = [
            GridRow(
                str(point.public_id),
                point.text,
                [
                    _cell(exhibit, marks.get((point.pk, exhibit.line.evidence.pk)))
                    for exhibit in exhibits
                ],
            )
            for point in points
            if point.removed_at is None
        ]
        if not points:
            rows = [
                GridRow("", text, [_cell(exhibit, None) for exhibit in exhibits])
                for text in proposed_points(allegation)
            ]
        parts.append(GridPart(allegation, not points, rows))
    return Grid(exhibits, parts)


def proposed_points(allegation: Allegation) -> list[str]:
    """What the policy says has to be shown; where it says nothing, the violation itself."""
    violation = allegation.violation_type
    return [str(text)[:200] for text in violation.elements] or [violation.title[:200]]


def _cell(exhibit: Exhibit, mark: ProofMark | None) -> Cell:
    return Cell(
        exhibit,
        mark.weight if mark is not None else "",
        mark.remark if mark is not None else "",
    )


def grid_alone(case: Case, respondent: Respondent, allegations: list[Allegation]) -> Grid:
    """The grid of one respondent for a form: one query. `allegations` with their types."""
    found = gather({"evidence": evidence_rows(case), **grid_rows(case)})
    return grid_of(respondent, allegations, evidence_lines(found["evidence"]), found)
