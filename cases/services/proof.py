"""What has to be shown for an allegation, and what each piece of evidence says to it (CF5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from cases import workflow
from cases.enums import ProofWeight
from cases.models import Allegation, Evidence, ProofMark, ProofPoint
from cases.services.base import (
    check_revision,
    locked_case,
    record,
    respondent_of,
    save,
    visible_or_404,
)
from integrity.accounts.models import User
from integrity.core import clock
from integrity.core.errors import InvalidInput, NotFound

MOST_POINTS = 20
Marks = Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class Point:
    """A row as it was filled in. `key` is empty for a new one.

    `marks` are weight and remark by the public id of the evidence; an exhibit that is not among
    them stays as it is, one without weight and remark says nothing.
    """

    text: str
    key: str = ""
    gone: bool = False
    marks: Marks = field(default_factory=dict)


def weigh(
    *,
    actor: User,
    number: str,
    respondent_id: UUID | str,
    points: Mapping[str, Sequence[Point]],
    revision: int | None = None,
) -> int:
    """Keep the grid of one respondent as it was filled in; `points` by the allegation's public id.

    A new row without words and marks is none. Removed points stay on record. Returns how many
    points and cells changed; where none did, nothing is recorded. Raises `InvalidInput` at
    `point-<allegation>-<row>`, `weight-...-<E1>` or `remark-...-<E1>`, `Stale` when the case
    changed since the form was opened, `NotFound` for what is of another case (HOSTILE 17).
    """
    with locked_case(number) as case:
        visible_or_404(actor, case)
        respondent = respondent_of(case, respondent_id)
        workflow.require("weigh", actor=actor, case=case, respondent=respondent)
        check_revision(case, revision)
        standing = {
            str(row.public_id): row
            for row in respondent.allegations.filter(withdrawn_at__isnull=True)
        }
        pieces = {str(row.public_id): row for row in case.evidence.defer("text")}
        if not set(points) <= set(standing):
            raise NotFound
        _check(points, pieces)
        changed = sum(_keep(actor, standing[key], given, pieces) for key, given in points.items())
        if changed:
            record(
                "proof.weighed",
                case,
                actor,
                data={"respondent": str(respondent.public_id), "changed": changed},
            )
    return changed


def _check(points: Mapping[str, Sequence[Point]], pieces: Mapping[str, Evidence]) -> None:
    errors: dict[str, list[Any]] = {}
    for allegation, given in points.items():
        stays = 0
        for row, point in enumerate(given):
            name = f"{allegation}-{row}"
            if not set(point.marks) <= set(pieces):
                raise NotFound
            if point.gone or _empty(point):
                continue
            stays += 1
            if not point.text.strip():
                errors[f"point-{name}"] = [_("Say what has to be shown, or remove the point.")]
            elif len(point.text.strip()) > 200:
                errors[f"point-{name}"] = [_("Please use at most 200 characters.")]
            for key, (weight, remark) in point.marks.items():
                cell = f"{name}-{pieces[key].label}"
                if weight not in ProofWeight.values and (weight or remark.strip()):
                    errors[f"weight-{cell}"] = [_("Choose what this piece says.")]
                if len(remark) > 500:
                    errors[f"remark-{cell}"] = [_("Please use at most 500 characters.")]
        if stays > MOST_POINTS:
            errors[f"point-{allegation}-0"] = [_("There can be at most 20 points.")]
    if errors:
        raise InvalidInput(errors)


def _empty(point: Point) -> bool:
    said = any(weight or remark.strip() for weight, remark in point.marks.values())
    return not point.key and not point.text.strip() and not said


def _keep(
    actor: User, allegation: Allegation, given: Sequence[Point], pieces: Mapping[str, Evidence]
) -> int:
    known = {str(row.public_id): row for row in allegation.proof_points.all()}
    marks = {
        (mark.point_id, mark.evidence_id): mark
        for mark in ProofMark.objects.filter(point__allegation=allegation)
    }
    changed = 0
    position = max((row.position for row in known.values()), default=0)
    for point in given:
        if point.key and point.key not in known:
            raise NotFound
        row = known.get(point.key)
        if point.gone:
            if row is not None and row.removed_at is None:
                row.removed_at = clock.now()
                save(row)
                changed += 1
            continue
        if _empty(point):
            continue
        text = " ".join(point.text.split())
        if row is None:
            position += 1
            row = ProofPoint(allegation=allegation, position=position, text=text, added_by=actor)
            save(row)
            changed += 1
        elif (row.text, row.removed_at) != (text, None):
            row.text, row.removed_at = text, None
            save(row)
            changed += 1
        changed += sum(
            _mark(actor, row, pieces[key], marks.get((row.pk, pieces[key].pk)), said)
            for key, said in point.marks.items()
        )
    return changed


def _mark(
    actor: User,
    point: ProofPoint,
    piece: Evidence,
    mark: ProofMark | None,
    said: tuple[str, str],
) -> int:
    weight, remark = said[0], " ".join(said[1].split())
    if not weight:
        # Not weighed: what was said before is taken back.
        return 1 if mark is not None and mark.delete() else 0
    if mark is None:
        mark = ProofMark(point=point, evidence=piece)
    elif (mark.weight, mark.remark) == (weight, remark):
        return 0
    mark.weight, mark.remark = weight, remark
    mark.marked_by, mark.marked_at = actor, clock.now()
    save(mark)
    return 1
