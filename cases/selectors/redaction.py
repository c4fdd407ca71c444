"""What of a piece of evidence is covered, as the desk sees it (CF2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.covering import Span, merged
from cases.evidence.covered import Area
from cases.evidence.figures import Pair, numbered
from cases.models import Disclosure, Evidence, Redaction
from cases.selectors.case_head import Head, head
from cases.services.redaction import Piece, areas_of, piece_of
from integrity.accounts.models import User
from integrity.core.errors import NotFound

Text = str | Promise

_HEADINGS: tuple[Text, ...] = (
    _("Title"),
    _("What it shows"),
    _("Address"),
    _("Text"),
    _("Text of the file"),
    # Of a comparison.
    _("Name of the first text"),
    _("Name of the second text"),
    _("First text"),
    _("Second text"),
)
_LONGEST = 120
# As many as one page can show; words are found and numbers hold beyond them too.
MOST_LINES = 2_000


@dataclass(frozen=True)
class Line:
    """A numbered line; `heading` where a new part begins. `pieces`: words, and whether covered."""

    number: int
    heading: Text
    pieces: Sequence[tuple[str, bool]]


@dataclass(frozen=True)
class CoveredPart:
    """One thing that is covered, or was. `words` of an area are empty; `page` counts from 1."""

    row: Redaction
    words: str
    page: int | None

    @property
    def box(self) -> list[str]:
        """Left, top, width and height of an area, as a drawing takes them: "12.5%"."""
        row = self.row
        edges = (row.left, row.top, row.width, row.height)
        return [f"{(value or 0) / 100:g}%" for value in edges]


@dataclass(frozen=True)
class LedgerLine:
    """A line of the ledger: in which version it was shown, and what was covered afterwards."""

    row: Disclosure
    covered: bool
    later: datetime | None


@dataclass(frozen=True)
class Preview:
    """What people outside the desk see: each part with the covered places taken out."""

    title: str
    description: str
    url: str
    text: str
    file_text: str
    pairs: Sequence[Pair]
    areas: Sequence[Area]
    # Of a comparison: titles and texts of both sides, with their headings.
    compared: Sequence[tuple[Text, str]] = ()

    @property
    def pages(self) -> list[tuple[int, str]]:
        """Pages with something covered (from 0), and their areas as a query."""
        found: dict[int, list[str]] = {}
        for page, *edges in self.areas:
            found.setdefault(page, []).append("area=" + ",".join(map(str, edges)))
        return [(page, "&".join(areas)) for page, areas in sorted(found.items())]


@dataclass(frozen=True)
class RedactPage:
    """The page on which parts are covered."""

    head: Head
    evidence: Evidence
    piece: Piece
    covered: list[CoveredPart]

    @property
    def spans(self) -> list[Span]:
        """What is covered of the text now."""
        return self.evidence.covered

    def on_page(self, page: int) -> list[CoveredPart]:
        """The areas that are covered on a page (from 1)."""
        return [part for part in self.covered if part.page == page]

    @property
    def lines(self) -> list[Line]:
        """What is read of the piece, line by line: the first `MOST_LINES` of them."""
        sheet, covered = self.piece.sheet, merged(self.spans)
        found: list[Line] = []
        last = -1
        for number, (part, (start, end)) in enumerate(sheet.lines()[:MOST_LINES], 1):
            heading = _HEADINGS[part] if part != last else ""
            found.append(Line(number, heading, _cut(sheet.text, start, end, covered)))
            last = part
        return found

    @property
    def lines_left(self) -> int:
        """How many lines come after those."""
        return max(0, len(self.piece.sheet.lines()) - MOST_LINES)

    def preview(self, spans: Sequence[Span], areas: Sequence[Area]) -> Preview:
        """What others will see with these parts covered too."""
        sheet = self.piece.sheet
        all_spans = [*self.spans, *spans]
        title, description, url, text, file_text, *compared = (
            sheet.shown(index, all_spans) for index in range(len(sheet.parts))
        )
        whole = self.piece.text(all_spans) is None
        return Preview(
            title=title,
            description=description,
            url=url,
            text=text,
            file_text=file_text,
            pairs=numbered(self.evidence.figures) if whole else [],
            areas=[*areas_of(self.evidence.covering), *areas],
            compared=list(zip(_HEADINGS[-len(compared) :], compared, strict=True))
            if compared
            else [],
        )


def _cut(text: str, start: int, end: int, covered: Sequence[Span]) -> list[tuple[str, bool]]:
    pieces = []
    at = start
    for a, b in covered:
        if b <= at or a >= end:
            continue
        if a > at:
            pieces.append((text[at:a], False))
        pieces.append((text[max(a, at) : min(b, end)], True))
        at = min(b, end)
    if at < end:
        pieces.append((text[at:end], False))
    return pieces


def redact_page(user: User, number: str, public_id: UUID) -> RedactPage:
    """A piece with what is covered: six queries. Raises `NotFound` for one of another case."""
    top = head(user, number)
    found = (
        top.case.evidence.filter(public_id=public_id)
        .prefetch_related("redactions__made_by", "redactions__removed_by")
        .first()
    )
    if found is None:
        raise NotFound
    piece = piece_of(found)
    return RedactPage(top, found, piece, covered_parts(piece))


def covered_parts(piece: Piece) -> list[CoveredPart]:
    """What is covered or was, in the order it was covered."""
    return [_part(piece, row) for row in piece.evidence.redactions.all()]


def _part(piece: Piece, row: Redaction) -> CoveredPart:
    if row.start is None or row.end is None:
        return CoveredPart(row, "", (row.page or 0) + 1)
    words = " ".join(piece.sheet.text[row.start : row.end].split())
    if len(words) > _LONGEST:
        words = words[: _LONGEST - 1] + "\u2026"
    return CoveredPart(row, words, None)


def ledger(rows: Sequence[Disclosure], redactions: Sequence[Redaction]) -> list[LedgerLine]:
    """To whom it was shown, in which version, and when more was covered after that."""
    found = []
    for row in rows:
        at = row.disclosed_at
        then = [
            one
            for one in redactions
            if one.made_at <= at and (one.removed_at is None or one.removed_at > at)
        ]
        later = [one.made_at for one in redactions if one.made_at > at and one.removed_at is None]
        found.append(LedgerLine(row, bool(then), max(later, default=None)))
    return found
