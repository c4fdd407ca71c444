"""Comparisons of two texts: made, narrowed by setting passages aside, attached as evidence (CF3).

A comparison is a working paper of the desk until it is attached. From then on it stands as it is,
and whatever else is to be set aside makes a new one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import comparison as engine
from cases import workflow
from cases.enums import EvidenceKind
from cases.models import Case, Comparison, Evidence
from cases.services import evidence
from cases.services.base import locked_case, reading_case, record, save
from cases.services.clean import Problems
from cases.services.compared_texts import Given, Read, read_side
from cases.versus import Text, figures, marks_of
from integrity.accounts.models import User
from integrity.core import clock
from integrity.core.errors import (
    Conflict,
    IllegalTransition,
    InvalidInput,
    NotFound,
    Stale,
)

__all__ = [
    "FROZEN",
    "PASTE",
    "REASONS",
    "UPLOAD",
    "Given",
    "aside_of",
    "attach",
    "canonical",
    "comparison_of",
    "make",
    "set_aside",
    "take_back",
]

PASTE, UPLOAD = "paste", "upload"
# Why a passage is set aside. "other" needs words.
REASONS: dict[str, Text] = {
    "quotation": gettext_lazy("A quotation with its source"),
    "common": gettext_lazy("A common phrase"),
    "assignment": gettext_lazy("Given by the assignment"),
    "other": gettext_lazy("Another reason"),
}
FROZEN = gettext_lazy("It is evidence now and stays as it is. Make a new comparison instead.")


def make(
    *,
    actor: User,
    number: str,
    a: Given,
    b: Given,
    language: str = "",
    form_key: str,
) -> Comparison:
    """Compare two texts for somebody who works on the case. The same form again is the same one.

    `language` is one of `cases.comparison.languages()`; "" guesses it. What stands in the
    assignment is set aside as common. Nothing is kept of an uploaded file but its words. Raises
    `InvalidInput` at `a_...` and `b_...`, `Conflict` for the same key with other texts.
    """
    case = reading_case(actor, number)
    workflow.require("compare", actor=actor, case=case)
    problems = Problems()
    if language and language not in engine.languages():
        problems.add("language", _("Choose one of the languages."))
    first, second = (read_side(case, side, given, problems) for side, given in (("a", a), ("b", b)))
    problems.stop()
    if first is None or second is None:
        raise InvalidInput({})
    if first.work is not None and first.work == second.work:
        raise InvalidInput({"b_source": [_("This is the first text again. Choose another one.")]})
    language = language or _guessed(first, second)
    known = _known(form_key, case, first, second, language)
    if known is not None:
        return known
    found = engine.compare(first.text, second.text, language=language, common=_common(case))
    with locked_case(number) as case:
        workflow.require("compare", actor=actor, case=case)
        known = _known(form_key, case, first, second, language)
        if known is not None:
            return known
        row = Comparison(
            case=case,
            language=language,
            a_title=first.title[:200],
            b_title=second.title[:200],
            a_evidence=first.evidence,
            b_evidence=second.evidence,
            a_submission=first.submission,
            b_submission=second.submission,
            a_text=first.text,
            b_text=second.text,
            result=found.to_json(),
            made_by=actor,
            made_at=clock.now(),
            form_key=form_key,
        )
        save(row)
        record(
            "comparison.made",
            case,
            actor,
            subject=("comparison", str(row.public_id)),
            data={"language": language, "passages": len(found.passages)},
        )
    return row


def _guessed(first: Read, second: Read) -> str:
    for side in (first, second):
        language = engine.guess_language(side.name, side.text)
        if language != "text":
            return language
    return "text"


def _common(case: Case) -> tuple[str, ...]:
    given = case.assignment.instructions if case.assignment is not None else ""
    return (given,) if given.strip() else ()


def _known(
    form_key: str, case: Case, first: Read, second: Read, language: str
) -> Comparison | None:
    row = Comparison.objects.filter(form_key=form_key).first()
    if row is None:
        return None
    same = (row.a_text, row.b_text, row.a_title, row.b_title, row.language) == (
        first.text, second.text, first.title[:200], second.title[:200], language,
    )  # fmt: skip
    if row.case_id != case.pk or not same:
        raise Conflict(_("This form was sent before with other content."))
    return row


def comparison_of(case: Case, public_id: UUID | str, *, lock: bool = False) -> Comparison:
    """The comparison of this very case; one of another case is not found (HOSTILE 17)."""
    rows = Comparison.objects.filter(case=case, public_id=public_id)
    row = (rows.select_for_update() if lock else rows).first()
    if row is None:
        raise NotFound
    return row


def aside_of(row: Comparison) -> dict[int, Text]:
    """The passages that were set aside, by number, with the reason in words."""
    return {int(one["passage"]): REASONS[one["reason"]] for one in row.set_aside}


def set_aside(
    *,
    actor: User,
    number: str,
    public_id: UUID | str,
    passages: Sequence[int],
    reason: str,
    note: str = "",
    revision: int | None = None,
) -> Comparison:
    """Leave passages out of the figures, with a reason. Those that are set aside already stay so.

    Only the desk reads the note; "other" needs one. Raises `InvalidInput` at `passages`, `reason`
    and `note`, `IllegalTransition` once it is evidence, `Stale` for an older `revision`.
    """
    problems = Problems()
    note = problems.text("note", note, max_length=500, single_line=True)
    if reason not in REASONS:
        problems.add("reason", _("Choose why it is set aside."))
    if reason == "other" and not note:
        problems.add("note", _("Say why it is set aside."))
    if not passages:
        problems.add("passages", _("Choose a passage."))
    problems.stop()
    with locked_case(number) as case:
        row = _changeable(case, actor, public_id)
        count = len(row.result["passages"])
        if any(not 1 <= passage <= count for passage in passages):
            raise InvalidInput({"passages": [_("Choose a passage.")]})
        done = {int(one["passage"]) for one in row.set_aside}
        new = sorted(set(passages) - done)
        if not new:
            return row
        _check(row, revision)
        entry = {"reason": reason, "note": note, "at": clock.now().isoformat()}
        row.set_aside = sorted(
            [*row.set_aside, *({"passage": passage, **entry} for passage in new)],
            key=lambda one: int(one["passage"]),
        )
        _changed(row, actor, "comparison.set_aside", {"passages": new, "reason": reason})
    return row


def take_back(
    *,
    actor: User,
    number: str,
    public_id: UUID | str,
    passages: Sequence[int],
    revision: int | None = None,
) -> Comparison:
    """Count passages again that were set aside; those that count already stay so."""
    with locked_case(number) as case:
        row = _changeable(case, actor, public_id)
        back = sorted({int(one["passage"]) for one in row.set_aside} & set(passages))
        if not back:
            return row
        _check(row, revision)
        row.set_aside = [one for one in row.set_aside if int(one["passage"]) not in back]
        _changed(row, actor, "comparison.counted", {"passages": back})
    return row


def _changeable(case: Case, actor: User, public_id: UUID | str) -> Comparison:
    workflow.require("compare", actor=actor, case=case)
    row = comparison_of(case, public_id, lock=True)
    if row.evidence_id is not None:
        raise IllegalTransition(FROZEN)
    return row


def _check(row: Comparison, revision: int | None) -> None:
    if revision is not None and revision != row.revision:
        raise Stale


def _changed(row: Comparison, actor: User, action: str, data: dict[str, Any]) -> None:
    row.revision += 1
    row.save(update_fields=["set_aside", "revision"])
    record(action, row.case, actor, subject=("comparison", str(row.public_id)), data=data)


def attach(
    *,
    actor: User,
    number: str,
    public_id: UUID | str,
    title: str,
    description: str = "",
    revision: int | None = None,
    form_key: str,
) -> Evidence:
    """Make it evidence of the case, before anybody is notified. Twice is once.

    Its fingerprint is that of `canonical`. Raises `Stale` when passages were set aside meanwhile.
    """
    problems = Problems()
    title = problems.text("title", title, max_length=200, single_line=True)
    description = problems.text("description", description, max_length=2_000)
    if not title and "title" not in problems.fields:
        problems.add("title", _("Give it a short name."))
    problems.stop()
    with locked_case(number) as case:
        workflow.require("add_evidence", actor=actor, case=case)
        row = comparison_of(case, public_id, lock=True)
        if row.evidence is not None:
            if row.evidence.form_key == form_key and row.evidence.title == title:
                return row.evidence
            raise Conflict(_("It is evidence already."))
        if Evidence.objects.filter(form_key=form_key).exists():
            raise Conflict(_("This form was sent before with other content."))
        _check(row, revision)
        piece = evidence.attach(
            case=case,
            kind=EvidenceKind.COMPARISON,
            title=title,
            description=description,
            sha256=hashlib.sha256(canonical(row)).hexdigest(),
            added_by=actor,
            form_key=form_key,
        )
        row.evidence = piece
        row.save(update_fields=["evidence"])
        record(
            "comparison.attached",
            case,
            actor,
            subject=("comparison", str(row.public_id)),
            data={"label": piece.label},
        )
    return piece


def canonical(row: Comparison) -> bytes:
    """The comparison as bytes that are the same wherever they are made: sorted JSON in UTF-8.

    Both texts stand in it as fingerprints; notes of the desk do not stand in it.
    """
    found = engine.Result.from_json(row.result)
    marks = marks_of(found, aside_of(row))
    both = figures(found, (row.a_text, row.b_text), marks)
    sides = [
        {
            "title": title,
            "sha256": evidence.fingerprint(text),
            "words": figure.words,
            "counted": figure.counted,
        }
        for title, text, figure in zip(
            (row.a_title, row.b_title), (row.a_text, row.b_text), both, strict=True
        )
    ]
    reasons = {int(one["passage"]): one["reason"] for one in row.set_aside}
    passages = [
        {
            "a": list(mark.a),
            "b": list(mark.b),
            "kind": mark.kind,
            "words": mark.words,
            "reason": reasons.get(mark.number, ""),
        }
        for mark in marks
    ]
    content = {
        "format": 1,
        "engine": found.engine,
        "language": row.language,
        "sides": sides,
        "passages": passages,
    }
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
