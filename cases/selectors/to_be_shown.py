"""What a notice will show, and where somebody's name or address may stand in it (CF2)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _

from cases import letters, rules
from cases.enums import EvidenceKind, FileRole
from cases.evidence.preview import preview
from cases.models import Case, Evidence, EvidenceFile, Redaction, Respondent
from cases.personal import Pointer, pointers
from cases.services.redaction import piece_of
from integrity.courses.models import Enrolment

# A hint for who reads on: beyond this the desk reads itself.
_LOOKED_AT = 20_000
_MOST_PEOPLE = 5_000
_MOST_NAMES = 5
_MOST_HINTS = 8


@dataclass(frozen=True)
class ToShow:
    """A piece the learner will be shown. `hints`: what in it looks like somebody's data."""

    evidence: Evidence
    covered: bool
    hints: Sequence[Pointer]


def to_be_shown(case: Case, respondent: Respondent) -> list[ToShow]:
    """The pieces a notice to this respondent shows, in order: six queries, and the text files.

    Hints are looked for in what is left after covering. Names are those of other people of the
    case and the course, whoever they are: a hint says nothing about who reported.
    """
    copies = Prefetch(
        "files", queryset=EvidenceFile.objects.exclude(role=FileRole.ORIGINAL), to_attr="copies"
    )
    covering = Prefetch("redactions", queryset=Redaction.objects.filter(removed_at__isnull=True))
    pieces = letters.shown_to(respondent).prefetch_related(None)
    hidden = rules.hidden_from(respondent)
    rows = [
        row.seen_by(hidden)
        for row in pieces.prefetch_related(copies, covering).order_by("position")
    ]
    names = _names(case, respondent)
    return [ToShow(row, bool(row.covering), _hints(row, names)) for row in rows]


def _names(case: Case, respondent: Respondent) -> list[str]:
    found = list(
        case.respondents.exclude(pk=respondent.pk).values_list("user__display_name", flat=True)
    )
    if case.course_id is not None:
        found += Enrolment.objects.filter(course=case.course_id).values_list(
            "learner__display_name", flat=True
        )[:_MOST_PEOPLE]
    own = respondent.user.display_name
    return list(dict.fromkeys(name for name in found if name and name != own))


def _hints(piece: Evidence, names: Iterable[str]) -> list[Pointer]:
    texts = [piece.shown_title, piece.shown_description, piece.shown_text, _of_file(piece)]
    texts += _compared(piece)
    texts = [text[:_LOOKED_AT] for text in texts if text]
    whole = "\n".join(texts).casefold()
    named = [
        Pointer(_("the name of a person"), name)
        for name in names
        if name.casefold() in whole
        and re.search(rf"(?<!\w){re.escape(name.casefold())}(?!\w)", whole)
    ]
    found = {pointer.excerpt: pointer for text in texts for pointer in pointers(text)}
    for pointer in named[:_MOST_NAMES]:
        found.setdefault(pointer.excerpt, pointer)
    return list(found.values())[:_MOST_HINTS]


def _of_file(piece: Evidence) -> str:
    copies: list[EvidenceFile] = piece.copies  # type: ignore[attr-defined]
    by_role = {copy.role: copy for copy in copies}
    copy = by_role.get(FileRole.REDACTED, by_role.get(FileRole.DERIVATIVE))
    return piece.hidden.hide(preview(copy) or "") if copy is not None else ""


def _compared(piece: Evidence) -> list[str]:
    """Of a comparison what stands in no other exhibit: words that were pasted or uploaded."""
    if piece.kind != EvidenceKind.COMPARISON:
        return []
    row = piece.comparison
    sheet = piece_of(piece).sheet
    first = len(sheet.parts) - 4
    found = []
    for place, letter in enumerate(("a", "b")):
        if getattr(row, f"{letter}_evidence_id") is None:
            found += [
                piece.hidden.hide(sheet.shown(first + part, piece.covered))
                for part in (place, place + 2)
            ]
    return found
