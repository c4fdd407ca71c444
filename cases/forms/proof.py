"""The findings grid as one form that works by keyboard and without a script (CF5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from cases.enums import ProofWeight
from cases.forms.desk import RevisedForm
from cases.selectors.case_page.grid import Cell, Grid, GridPart, GridRow
from cases.services.proof import Point
from integrity.web.forms import LineField, SelectField, TickField

# Empty rows to fill in below those there are.
SPARE = 2


@dataclass(frozen=True)
class CellFields:
    """The fields of one cell."""

    cell: Cell
    weight: BoundField
    remark: BoundField


@dataclass(frozen=True)
class RowFields:
    """The fields of one point. `number` counts from 1; `gone` is None for an empty row."""

    number: int
    text: BoundField
    gone: BoundField | None
    cells: list[CellFields]

    @property
    def noted(self) -> bool:
        """Whether there is something to read in what is folded: a remark, a tick, an error."""
        fields = [cell.remark for cell in self.cells]
        fields += [self.gone] if self.gone is not None else []
        return any(field.value() or field.errors for field in fields)


class GridForm(RevisedForm):
    """Every point of every allegation of one respondent, with what each exhibit says.

    Fields are named as the service names them: `point-<allegation>-<row>`, and for a cell
    `weight-...-<E1>` and `remark-...-<E1>`.
    """

    def __init__(self, data: Any = None, *, grid: Grid, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.grid = grid
        self.rows: list[tuple[GridPart, list[GridRow]]] = []
        for part in grid.parts:
            spare = [
                GridRow("", "", [Cell(one, "", "") for one in grid.exhibits])
                for _number in range(SPARE)
            ]
            rows = [*part.rows, *spare]
            self.rows.append((part, rows))
            for number, row in enumerate(rows):
                self._add(f"{part.allegation.public_id}-{number}", row)

    def _add(self, name: str, row: GridRow) -> None:
        self.fields[f"key-{name}"] = forms.CharField(
            required=False, initial=row.key, widget=forms.HiddenInput
        )
        self.fields[f"point-{name}"] = LineField(
            label=_("What has to be shown"), required=False, initial=row.text, max_length=200
        )
        if row.text:
            self.fields[f"gone-{name}"] = TickField(label=_("Remove this point"), required=False)
        for cell in row.cells:
            at = f"{name}-{cell.exhibit.line.evidence.label}"
            self.fields[f"weight-{at}"] = SelectField(
                label=_("What it says"),
                choices=[("", _("Not weighed yet")), *ProofWeight.choices],
                initial=cell.weight,
                required=False,
            )
            self.fields[f"remark-{at}"] = LineField(
                label=_("Remark"), required=False, initial=cell.remark, max_length=500
            )

    @property
    def keys(self) -> list[BoundField]:
        """The hidden fields: which row is which point."""
        return [self[name] for name in self.fields if name.startswith("key-")]

    def parts(self) -> Iterator[tuple[GridPart, list[RowFields]]]:
        """Each allegation with the fields of its rows."""
        for part, rows in self.rows:
            yield (
                part,
                [
                    self._row(f"{part.allegation.public_id}-{number}", number, row)
                    for number, row in enumerate(rows)
                ],
            )

    def _row(self, name: str, number: int, row: GridRow) -> RowFields:
        return RowFields(
            number + 1,
            self[f"point-{name}"],
            self[f"gone-{name}"] if row.text else None,
            [
                CellFields(
                    cell,
                    self[f"weight-{name}-{cell.exhibit.line.evidence.label}"],
                    self[f"remark-{name}-{cell.exhibit.line.evidence.label}"],
                )
                for cell in row.cells
            ],
        )

    @property
    def points(self) -> dict[str, list[Point]]:
        """What was filled in, as the service takes it; of a valid form."""
        said = self.cleaned_data
        found: dict[str, list[Point]] = {}
        for part, rows in self.rows:
            allegation = str(part.allegation.public_id)
            for number, row in enumerate(rows):
                name = f"{allegation}-{number}"
                marks = {}
                for cell in row.cells:
                    piece = cell.exhibit.line.evidence
                    marks[str(piece.public_id)] = (
                        said[f"weight-{name}-{piece.label}"],
                        said[f"remark-{name}-{piece.label}"],
                    )
                found.setdefault(allegation, []).append(
                    Point(
                        text=said[f"point-{name}"],
                        key=said[f"key-{name}"],
                        gone=bool(said.get(f"gone-{name}")),
                        marks=marks,
                    )
                )
        return found
