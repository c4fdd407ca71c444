"""Comparisons of two texts: made, narrowed by setting passages aside, attached as evidence (CF3).

A comparison is a working paper of the desk until it is attached. From then on it stands as it is,
and whatever else is to be set aside makes a new one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import comparison as engine
from cases import rules, workflow
from cases.enums import PASSED, EvidenceKind, FileRole
from cases.evidence import Incoming, accept, clean, scanner, store
from cases.evidence.errors import FileRefused
from cases.evidence.preview import PLAIN
from cases.models import Case, Comparison, Evidence, EvidenceFile
from cases.services import evidence
from cases.services.base import locked_case, reading_case, record, save
from cases.services.clean import Problems
from cases.versus import Text, figures, marks_of
from integrity.accounts.models import User
from integrity.core import clock
from integrity.core.errors import (
    Conflict,
    IllegalTransition,
    InvalidInput,
    NotFound,
    NotPermitted,
    Stale,
)
from integrity.courses.models import Submission

LONGEST = 400_000
PASTE, UPLOAD = "paste", "upload"
# Why a passage is set aside. "other" needs words.
REASONS: dict[str, Text] = {
    "quotation": gettext_lazy("A quotation with its source"),
    "common": gettext_lazy("A common phrase"),
    "assignment": gettext_lazy("Given by the assignment"),
    "other": gettext_lazy("Another reason"),
}
# Kinds of evidence whose text is kept with them.
WITH_TEXT = (EvidenceKind.QUOTE, EvidenceKind.SUBMISSION, EvidenceKind.STATEMENT)
FROZEN = gettext_lazy("It is evidence now and stays as it is. Make a new comparison instead.")


@dataclass(frozen=True)
class Given:
    """What somebody chose for one side: exactly one of these, and a title for words of their own.

    `repr` shows neither text nor file.
    """

    evidence_id: UUID | str = ""
    submission_id: UUID | str = ""
    title: str = ""
    text: str | None = field(default=None, repr=False)
    upload: UploadedFile | Incoming | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Read:
    """A side as it was read: what is compared, and where it comes from."""

    title: str
    text: str = field(repr=False)
    name: str = ""
    evidence: Evidence | None = None
    submission: Submission | None = None


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
    first, second = (_side(case, side, given, problems) for side, given in (("a", a), ("b", b)))
    problems.stop()
    if first is None or second is None:
        raise InvalidInput({})
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


def _side(case: Case, side: str, given: Given, problems: Problems) -> Read | None:
    """One side, read; None with its problem noted at the field where it can be mended."""
    at = f"{side}_source"
    read: Read | None = None
    if given.evidence_id:
        found = case.evidence.filter(public_id=given.evidence_id).first()
        try:
            text = text_of(found) if found is not None else None
        except FileRefused as refusal:
            problems.add(at, refusal.reason)
            return None
        if found is None or text is None:
            problems.add(at, _("Choose one of these."))
            return None
        read = Read(found.title, text, found.title, evidence=found)
    elif given.submission_id:
        submission = _submission(case, given.submission_id)
        if submission is None:
            problems.add(at, _("Choose one of these."))
            return None
        title = submission.title or str(submission.assignment)
        read = Read(title, submission.text, submission.title, submission=submission)
    elif given.upload is not None:
        at = f"{side}_upload"
        read = _uploaded(side, given, problems)
    elif given.text is not None:
        at = f"{side}_text"
        read = Read(
            _titled(side, given, problems),
            problems.text(at, given.text, max_length=LONGEST),
        )
    else:
        problems.add(at, _("Choose what is compared."))
    if read is None or at in problems.fields:
        return None
    if len(read.text) > LONGEST:
        problems.add(at, _("This text is too long. At most 400,000 characters are compared."))
    if not read.text.strip():
        problems.add(at, _("There are no words in it to compare."))
    return read


def _titled(side: str, given: Given, problems: Problems) -> str:
    at = f"{side}_title"
    title = problems.text(at, given.title, max_length=200, single_line=True)
    if not title and at not in problems.fields:
        problems.add(at, _("Say what this text is."))
    return title


def _uploaded(side: str, given: Given, problems: Problems) -> Read | None:
    title = _titled(side, given, problems)
    upload = given.upload
    if upload is None:
        return None
    file = upload if isinstance(upload, Incoming) else Incoming.from_upload(upload)
    try:
        kind = accept.recognise(file.name, file.content)
        # Asked before anything opens it; what cannot be asked about is not opened.
        if scanner.scan(file.content) not in PASSED:
            raise FileRefused(_("The virus scanner did not pass this file, so we did not open it."))
        text = _words(kind, file.content)
    except FileRefused as refusal:
        problems.add(f"{side}_upload", refusal.reason)
        return None
    return Read(title, text, accept.clean_name(file.name))


def _words(kind: accept.Kind, content: bytes) -> str:
    """The words of a file, read in the process that opens strangers' files."""
    if kind == accept.PDF:
        return tidy(engine.extract(content, kind.content_type))
    if kind not in (accept.TEXT, accept.DOCX, accept.ODT):
        raise FileRefused(_("There are no words to read in a picture. Type them in instead."))
    return clean.copy(kind, content).content.decode().rstrip()


def tidy(text: str) -> str:
    """Words as they came out of a document, without what no page can show and no row can hold."""
    lines = "\n".join(text.replace("\f", "\n").splitlines())
    return "".join(
        c for c in lines if c in "\n\t" or (c.isprintable() and not 0xD800 <= ord(c) <= 0xDFFF)
    )


def text_of(piece: Evidence) -> str | None:
    """The words of a piece of evidence; None where there are none that can be read.

    Of a text, DOCX or ODT file those of its clean copy, of a PDF those of the original, read in the
    process that opens strangers' files. Raises `FileRefused` for one it cannot read.
    """
    if piece.kind in WITH_TEXT:
        return piece.text
    if piece.kind != EvidenceKind.FILE:
        return None
    files = {file.role: file for file in piece.files.all()}
    if any(file.scan not in PASSED for file in files.values()):
        return None
    copy, original = files.get(FileRole.DERIVATIVE), files.get(FileRole.ORIGINAL)
    if copy is not None and copy.content_type == PLAIN:
        return _opened(copy, store.DERIVATIVE).decode()
    if original is not None and original.content_type == accept.PDF.content_type:
        return tidy(engine.extract(_opened(original, store.ORIGINAL), original.content_type))
    return None


def _opened(file: EvidenceFile, purpose: str) -> bytes:
    return store.read(file.path, purpose=purpose)


def has_text(piece: Evidence) -> bool:
    """Whether `text_of` finds words in it, told by its kind alone; `files` fetched ahead."""
    if piece.kind in WITH_TEXT:
        return bool(piece.text)
    if piece.kind != EvidenceKind.FILE:
        return False
    types = {file.content_type for file in piece.files.all() if file.scan in PASSED}
    return PLAIN in types or accept.PDF.content_type in types


def _submission(case: Case, public_id: UUID | str) -> Submission | None:
    """The submission of the case, or another one of its course."""
    rows = Submission.objects.select_related("assignment").filter(public_id=public_id)
    own = rows.filter(pk=case.submission_id or 0).first()
    if own is not None or case.course_id is None:
        return own
    return rows.filter(assignment__course_id=case.course_id).first()


def comparison_of(case: Case, public_id: UUID | str, *, lock: bool = False) -> Comparison:
    """The comparison of this very case; one of another case is not found (HOSTILE 17)."""
    rows = Comparison.objects.filter(case=case, public_id=public_id)
    row = (rows.select_for_update() if lock else rows).first()
    if row is None:
        raise NotFound
    return row


def read(*, actor: User, number: str, public_id: UUID | str) -> Comparison:
    """A comparison for whoever reads the case: `NotPermitted` for whoever sees only a summary."""
    case = reading_case(actor, number)
    if rules.access(actor, case) < rules.Access.READ:
        raise NotPermitted
    return comparison_of(case, public_id)


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
