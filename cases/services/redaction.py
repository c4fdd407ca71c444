"""Covering parts of evidence before anybody outside the desk sees it (CF2).

The original and the clean copy stay whole. What others see is made new from what is left: the text
with a mark in the place of each part, the picture drawn again with the areas painted over.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import rules, workflow
from cases.covering import Sheet, Span, whole
from cases.enums import PASSED, EvidenceKind, FileRole, RedactionKind
from cases.evidence import covered as drawing
from cases.evidence import store
from cases.evidence.covered import Area
from cases.evidence.preview import PLAIN
from cases.models import Case, Evidence, EvidenceFile, Redaction
from cases.services.base import locked_case, reading_case, record, save
from cases.services.clean import Problems
from integrity.accounts.models import User
from integrity.core import clock, crypto
from integrity.core.errors import (
    Conflict,
    IllegalTransition,
    InvalidInput,
    NotFound,
    NotPermitted,
    Stale,
)

MOST_AT_ONCE = 500
_TRIES = 3
STAYS = gettext_lazy("A learner was shown this piece with it covered, so it stays covered.")


@dataclass(frozen=True)
class Piece:
    """A piece of evidence as the desk covers it. `copy`: its clean copy, passed by the scanner."""

    evidence: Evidence
    copy: EvidenceFile | None

    @cached_property
    def content(self) -> bytes:
        """The bytes of the clean copy, checked. Raises `crypto.CannotOpen` for changed ones."""
        if self.copy is None:
            return b""
        content = store.read(self.copy.path, purpose=store.DERIVATIVE)
        if hashlib.sha256(content).hexdigest() != self.copy.sha256:
            raise crypto.CannotOpen("The file is not the one that was stored.")
        return content

    @cached_property
    def sheet(self) -> Sheet:
        """Everything that is read of it: what stands before the text, the text, the text file.

        Of a comparison the titles and texts of both sides come after these.
        """
        is_text = self.copy is not None and self.copy.content_type == PLAIN
        text = self.content.decode() if is_text else ""
        return Sheet([*self.evidence.heads, self.evidence.text, text, *self.compared])

    @cached_property
    def compared(self) -> list[str]:
        """Of a comparison the titles of both sides, then their texts; else nothing."""
        if self.evidence.kind != EvidenceKind.COMPARISON:
            return []
        row = self.evidence.comparison
        return [row.a_title, row.b_title, row.a_text, row.b_text]

    @cached_property
    def pages(self) -> int:
        """How many pages have areas to cover; 0 where there are none."""
        if self.copy is None or not drawing.paintable(self.copy.content_type):
            return 0
        return drawing.pages(self.copy.content_type, self.content)

    def text(self, spans: Sequence[Span]) -> str | None:
        """What replaces the text; None where nothing of it is covered."""
        index = len(self.evidence.heads)
        inside = self.sheet.spans(index, spans)
        return self.sheet.shown(index, spans) if inside else None

    def file(self, spans: Sequence[Span], areas: Sequence[Area]) -> bytes | None:
        """What replaces the clean copy; None where nothing of it is covered."""
        if self.copy is None:
            return None
        if self.copy.content_type == PLAIN:
            index = len(self.evidence.heads) + 1
            inside = self.sheet.spans(index, spans)
            return self.sheet.shown(index, spans).encode() if inside else None
        return drawing.painted(self.copy.content_type, self.content, areas) if areas else None


# What is to be covered more and what less, of the piece as it is.
_Wanted = Callable[[Piece], tuple[list[Redaction], list[Redaction]]]


def piece_of(evidence: Evidence) -> Piece:
    """A piece and its clean copy, for somebody who may read its case: one query."""
    copy = evidence.files.filter(role=FileRole.DERIVATIVE, scan__in=PASSED).first()
    return Piece(evidence, copy)


def area_of(row: Redaction) -> Area | None:
    """The area a row covers, or None for words."""
    if row.page is None:
        return None
    return (row.page, row.left or 0, row.top or 0, row.width or 0, row.height or 0)


def areas_of(rows: Sequence[Redaction]) -> list[Area]:
    """The areas among these rows."""
    return [area for row in rows if (area := area_of(row)) is not None]


def page_picture(
    *, actor: User, number: str, evidence_id: UUID | str, page: int, areas: Sequence[Area] = ()
) -> tuple[bytes, str]:
    """One page of a picture or PDF, with these areas painted over, for whoever may read the case.

    `NotPermitted` for whoever sees only a summary of it, `NotFound` for everybody else, for a page
    that is not there and for areas off the page.
    """
    case = reading_case(actor, number)
    if rules.access(actor, case) < rules.Access.READ:
        raise NotPermitted
    piece = piece_of(_evidence(case, evidence_id))
    if piece.copy is None or not 0 <= page < piece.pages:
        raise NotFound
    if not all(_on_page(area, piece.pages) for area in areas):
        raise NotFound
    return drawing.page_picture(piece.copy.content_type, piece.content, page, areas)


def cover(
    *,
    actor: User,
    number: str,
    evidence_id: UUID | str,
    spans: Sequence[Span] = (),
    areas: Sequence[Area] = (),
    reason: str,
    form_key: str,
) -> list[Redaction]:
    """Cover these parts for everybody outside the desk. The same form again does it once.

    `spans` count through `Evidence.heads`, the text and the text of the clean copy; they grow to
    whole letters. Whoever works on the case may do it at any time, also after it was shown: it
    takes effect at once. Raises `InvalidInput` at `reason` or for parts that are not there,
    `Conflict` for the same key with other parts, `CannotPaint`.
    """
    problems = Problems()
    reason = problems.text("reason", reason, max_length=500, single_line=True)
    if not reason:
        problems.add("reason", _("Say why this is covered."))
    if not spans and not areas:
        problems.add("words", _("Choose what is to be covered."))
    if len(spans) + len(areas) > MOST_AT_ONCE:
        problems.add("words", _("That is too much at once. Cover whole lines instead."))
    problems.stop()

    def wanted(piece: Piece) -> tuple[list[Redaction], list[Redaction]]:
        length = len(piece.sheet.text)
        if any(not 0 <= start < end <= length for start, end in spans):
            raise InvalidInput({"words": [_("These words are not in this piece.")]})
        if not all(_on_page(area, piece.pages) for area in areas):
            raise InvalidInput({"left": [_("This area is not on the page.")]})
        rows = _rows(piece, spans, areas)
        for place, row in enumerate(rows):
            row.reason, row.made_by, row.form_key = reason, actor, f"{form_key}:{place}"
        return rows, []

    return _change(
        actor=actor, number=number, evidence_id=evidence_id, wanted=wanted, form_key=form_key
    )


def uncover(*, actor: User, number: str, redaction_id: UUID | str) -> None:
    """Show a covered part again, until the piece was shown to a learner; again it changes nothing.

    Raises `IllegalTransition` afterwards: what a learner answered to is not changed under them.
    """
    case = reading_case(actor, number)
    workflow.require("redact", actor=actor, case=case)
    row = (
        Redaction.objects.select_related("evidence")
        .filter(evidence__case=case, public_id=redaction_id)
        .first()
    )
    if row is None:
        raise NotFound
    if row.removed_at is not None:
        return

    def wanted(piece: Piece) -> tuple[list[Redaction], list[Redaction]]:
        if piece.evidence.disclosures.exists():
            raise IllegalTransition(STAYS)
        # Somebody else may have uncovered it meanwhile: once is once.
        return [], [one for one in piece.evidence.covering if one.pk == row.pk]

    _change(actor=actor, number=number, evidence_id=row.evidence.public_id, wanted=wanted)


def _evidence(case: Case, evidence_id: UUID | str) -> Evidence:
    found = case.evidence.filter(public_id=evidence_id).first()
    if found is None:
        raise NotFound
    return found


def _on_page(area: Area, pages: int) -> bool:
    page, left, top, width, height = area
    return (
        0 <= page < pages
        and min(left, top) >= 0
        and min(width, height) > 0
        and left + width <= drawing.WHOLE
        and top + height <= drawing.WHOLE
    )


def _rows(piece: Piece, spans: Sequence[Span], areas: Sequence[Area]) -> list[Redaction]:
    grown = dict.fromkeys(whole(piece.sheet.text, span) for span in spans)
    rows = [
        Redaction(evidence=piece.evidence, kind=RedactionKind.TEXT, start=start, end=end)
        for start, end in grown
    ]
    rows += [
        Redaction(
            evidence=piece.evidence,
            kind=RedactionKind.AREA,
            page=page,
            left=left,
            top=top,
            width=width,
            height=height,
        )
        for page, left, top, width, height in dict.fromkeys(areas)
    ]
    return rows


def _place(row: Redaction) -> tuple[int | None, ...]:
    return (row.start, row.end, row.page, row.left, row.top, row.width, row.height)


def _known(form_key: str, rows: Sequence[Redaction], actor: User) -> list[Redaction] | None:
    """What this form covered before. Raises `Conflict` when it was something else."""
    found = list(Redaction.objects.filter(form_key__startswith=f"{form_key}:"))
    if not found:
        return None
    same = {_place(row) for row in found} == {_place(row) for row in rows}
    where = {row.evidence_id for row in found} == {row.evidence_id for row in rows}
    if not same or not where or any(row.made_by_id != actor.pk for row in found):
        raise Conflict(_("This form was sent before with other content."))
    return found


def _change(
    *, actor: User, number: str, evidence_id: UUID | str, wanted: _Wanted, form_key: str = ""
) -> list[Redaction]:
    """Make the new copy before anything is locked, then bind it if nobody was faster."""
    for _try in range(_TRIES):
        case = reading_case(actor, number)
        workflow.require("redact", actor=actor, case=case)
        piece = piece_of(_evidence(case, evidence_id))
        more, less = wanted(piece)
        if not more and not less:
            return []
        if form_key and (known := _known(form_key, more, actor)) is not None:
            return known
        before = piece.evidence.covering
        after = [row for row in before if row not in less] + more
        made = piece.file(_spans(after), areas_of(after))
        path = store.write(made, purpose=store.DERIVATIVE) if made is not None else ""
        bound = False
        try:
            with locked_case(number) as locked:
                workflow.require("redact", actor=actor, case=locked)
                more, less = wanted(piece)
                if form_key and (known := _known(form_key, more, actor)) is not None:
                    return known
                bound = {row.pk for row in before} == set(
                    piece.evidence.redactions.filter(removed_at__isnull=True).values_list(
                        "pk", flat=True
                    )
                )
                if bound:
                    _bind(locked, actor, piece, more, less, after)
                    _exchange(piece, path, made)
            if bound:
                return more
        except BaseException:
            bound = False
            raise
        finally:
            # Not needed, or nothing names it: the transaction that would have did not happen.
            if path and not bound:
                store.remove(path)
    raise Stale


def _spans(rows: Sequence[Redaction]) -> list[Span]:
    return [(row.start, row.end) for row in rows if row.start is not None and row.end is not None]


def _bind(
    case: Case,
    actor: User,
    piece: Piece,
    more: Sequence[Redaction],
    less: Sequence[Redaction],
    after: Sequence[Redaction],
) -> None:
    at = clock.now()
    for row in more:
        row.made_at = at
        save(row)
    for row in less:
        row.removed_by, row.removed_at = actor, at
        row.save(update_fields=["removed_by", "removed_at"])
    evidence = piece.evidence
    evidence.redacted_text = piece.text(_spans(after))
    evidence.save(update_fields=["redacted_text"])
    record(
        "evidence.covered" if more else "evidence.uncovered",
        case,
        actor,
        subject=("evidence", str(evidence.public_id)),
        data={"label": evidence.label, "parts": len(more or less)},
    )


def _exchange(piece: Piece, path: str, content: bytes | None) -> None:
    """Let the redacted copy be this file, or none; the old one goes when this is certain."""
    old = piece.evidence.files.filter(role=FileRole.REDACTED).first()
    if old is not None:
        gone = old.path
        transaction.on_commit(lambda: store.remove(gone))
    if content is None:
        if old is not None:
            old.delete()
        return
    if piece.copy is None:
        raise ValueError("Nothing was made, so there is nothing to bind.")
    row = old or EvidenceFile(evidence=piece.evidence, role=FileRole.REDACTED)
    row.content_type = piece.copy.content_type
    row.size = len(content)
    row.sha256 = hashlib.sha256(content).hexdigest()
    row.path = path
    # The scanner looked at what it was made of.
    row.scan = piece.copy.scan
    row.created_at = clock.now()
    save(row)
