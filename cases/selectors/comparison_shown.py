"""A comparison as people outside the desk see it (CF3, QU2).

Nothing of it is stored: it is built when it is read, from what may be read of its parts at that
moment. Words that were covered in an exhibit, also later, stand nowhere in it, and no passage that
touches them is marked on either side: the other side would tell what they are (decision 0033).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from django.urls import reverse
from django.utils.translation import gettext as _

from cases import comparison as engine
from cases.covering import Sheet, Span, cover, merged, occurrences, within
from cases.enums import EvidenceKind, FileRole, RedactionKind
from cases.evidence.preview import PLAIN
from cases.models import AdviserAccess, Comparison, Disclosure, Evidence, Respondent
from cases.others import Names
from cases.selectors.comparing import of_evidence
from cases.services import comparing
from cases.services.compared_texts import WITH_TEXT
from cases.services.redaction import piece_of
from cases.versus import (
    FOLD,
    Figure,
    Mark,
    Side,
    Text,
    Versus,
    blocks,
    counted_kinds,
    figures,
    marks_of,
    touched,
)
from integrity.accounts.rules import belongs_to
from integrity.courses.models import Submission

# Shorter words stand everywhere: where they were covered, their places are.
SHORTEST = 3


@dataclass
class _Side:
    """One side while it is worked out. `own`: the reader may read it for itself, marks or not."""

    letter: str
    text: str
    title: str
    about: Text
    own: bool
    url: str = ""
    withheld: Text = ""
    only_passages: bool = False
    covers: list[Span] = field(default_factory=list)
    names: list[Span] = field(default_factory=list)

    def span(self, mark: Mark) -> Span:
        """Where a passage stands on this side."""
        return mark.a if self.letter == "a" else mark.b


def shown_versus(
    piece: Evidence,
    respondent: Respondent,
    *,
    access: AdviserAccess | None = None,
    fold: int = FOLD,
) -> Versus | None:
    """The comparison `piece` as this respondent sees it, or with `access` whoever advises them.

    `piece` comes with the names that are hidden from them (`Evidence.seen_by`). None, without a
    query, for every other kind of evidence.
    """
    if piece.kind != EvidenceKind.COMPARISON:
        return None
    return _Reader(piece, of_evidence(piece), respondent, access, fold).versus()


class _Reader:
    def __init__(
        self,
        piece: Evidence,
        row: Comparison,
        respondent: Respondent,
        access: AdviserAccess | None,
        fold: int,
    ) -> None:
        self.piece, self.row, self.respondent, self.access = piece, row, respondent, access
        self.fold = fold
        self.hidden: Names = piece.hidden
        sheet = piece_of(piece).sheet
        # Titles and texts of the sides come after everything else that is read of a piece.
        self.parts = {
            name: sheet.spans(len(sheet.parts) - 4 + place, piece.covered)
            for place, name in enumerate(("a_title", "b_title", "a_text", "b_text"))
        }

    @cached_property
    def disclosed(self) -> set[int]:
        """Which exhibits the respondent was shown, of those it is made of."""
        rows = Disclosure.objects.filter(
            respondent=self.respondent,
            evidence__in=[one for one in (self.row.a_evidence_id, self.row.b_evidence_id) if one],
        )
        return set(rows.values_list("evidence_id", flat=True))

    def versus(self) -> Versus:
        row = self.row
        result = engine.Result.from_json(row.result)
        marks = marks_of(result, comparing.aside_of(row))
        both = figures(result, (row.a_text, row.b_text), marks)
        sides = (self._side("a"), self._side("b"))
        self._derived(sides)
        shown = self._untouched(sides, marks)
        program = row.language != "text"
        made = [
            self._made(side, shown, figure, program)
            for side, figure in zip(sides, both, strict=True)
        ]
        return Versus(
            a=made[0],
            b=made[1],
            marks=shown,
            program=program,
            language=engine.languages().get(row.language, row.language),
            counting=sum(mark.counts for mark in marks),
            covered=len(marks) - len(shown),
            kinds=counted_kinds(shown),
        )

    def _made(self, side: _Side, marks: list[Mark], figure: Figure, program: bool) -> Side:
        spans = [] if side.withheld else [(side.span(mark), mark) for mark in marks]
        return Side(
            letter=side.letter,
            title=side.title,
            about=side.about,
            url=side.url,
            figure=figure,
            blocks=[]
            if side.withheld
            else blocks(
                side.text,
                spans,
                [*side.covers, *side.names],
                program=program,
                only_passages=side.only_passages,
                fold=self.fold,
            ),
            withheld=side.withheld,
        )

    def _side(self, letter: str) -> _Side:
        row = self.row
        text: str = getattr(row, f"{letter}_text")
        title: str = getattr(row, f"{letter}_title")
        source: Evidence | None = getattr(row, f"{letter}_evidence")
        submission: Submission | None = getattr(row, f"{letter}_submission")
        if source is not None:
            side = self._exhibit(letter, text, source)
        elif submission is not None:
            side = self._handed_in(letter, text, title, submission)
        else:
            told = self._told(letter, title)
            side = _Side(letter, text, told, _("Added for this comparison"), own=False)
        side.covers += self.parts[f"{letter}_text"]
        side.names = self.hidden.spans(text)
        return side

    def _told(self, letter: str, title: str) -> str:
        """A title as the comparison itself covers it."""
        return self.hidden.hide(cover(title, self.parts[f"{letter}_title"]))

    def _exhibit(self, letter: str, text: str, source: Evidence) -> _Side:
        given = source.respondent_id == self.respondent.pk
        if source.pk not in self.disclosed and not given:
            # Its title too may say what it is; its number says nothing.
            return _Side(
                letter, text, source.label, "", own=False,
                withheld=_("This text is not shown to you, so nothing in it can be held "
                           "against you."),
            )  # fmt: skip
        if not given:
            source.seen_by(self.hidden)
        side = _Side(
            letter, text, source.shown_title, source.label, own=True, url=self._url(source)
        )
        if not source.covering:
            return side
        spans = _covered_in(source, text)
        if spans is None:
            side.withheld = _(
                "Parts of this file are covered, so its words are not shown here. Look at "
                "%(label)s itself."
            ) % {"label": source.label}
        else:
            side.covers += spans
        return side

    def _handed_in(self, letter: str, text: str, title: str, submission: Submission) -> _Side:
        if belongs_to(submission.learner, self.respondent.user):
            told = self._told(letter, title)
            return _Side(letter, text, told, _("Handed in by you"), own=True)
        # Of somebody else's work no more than what is compared.
        return _Side(
            letter, text, _("Work of somebody else"), _("Only the passages are shown"),
            own=False, only_passages=True,
        )  # fmt: skip

    def _url(self, source: Evidence) -> str:
        if self.access is not None:
            return reverse("advising:evidence", args=[self.access.public_id, source.public_id])
        return reverse("my:evidence", args=[self.respondent.case.number, source.public_id])

    def _derived(self, sides: tuple[_Side, _Side]) -> None:
        """What is covered in one side is covered in the other where nobody else covered it.

        Where the reader may read the other side for itself, it stays as it is there: a mark in it
        would say that these very words are covered in the first.
        """
        words = {word for side in sides for word in self._covered_words(side)}
        for side in sides:
            if not side.own:
                side.title = _without(side.title, words)
                for word in words:
                    side.covers += occurrences(side.text, word)
            side.covers = merged(side.covers)

    def _covered_words(self, side: _Side) -> set[str]:
        source: Evidence | None = getattr(self.row, f"{side.letter}_evidence")
        found = [side.text[start:end] for start, end in side.covers]
        if source is not None and source.covering:
            sheet = Sheet(source.heads)
            found += [sheet.text[start:end] for start, end in source.covered]
        words = {" ".join(words.split()) for words in found}
        return {word for word in words if len(word) >= SHORTEST}

    def _untouched(self, sides: tuple[_Side, _Side], marks: list[Mark]) -> list[Mark]:
        """The passages without a covered word on either side; the rest is covered too, or plain."""
        left = marks
        if any(side.withheld for side in sides):
            # The side that is shown would tell what the other one says.
            for side in sides:
                self._shut(side, left)
            return []
        while True:
            gone = [
                mark
                for mark in left
                if any(touched([side.span(mark)], side.covers) for side in sides)
            ]
            if not gone:
                return left
            numbers = {mark.number for mark in gone}
            left = [mark for mark in left if mark.number not in numbers]
            for side in sides:
                self._shut(side, gone)

    @staticmethod
    def _shut(side: _Side, marks: list[Mark]) -> None:
        if not side.own:
            side.covers = merged([*side.covers, *(side.span(mark) for mark in marks)])


def _without(title: str, words: set[str]) -> str:
    for word in sorted(words, key=len, reverse=True):
        title = cover(title, occurrences(title, word))
    return title


def _covered_in(source: Evidence, text: str) -> list[Span] | None:
    """What is covered of the words of an exhibit, counted in `text`.

    None where that cannot be told: areas of a page, or a text that is not that of the exhibit.
    """
    if any(row.kind == RedactionKind.AREA for row in source.covering):
        return None
    piece = piece_of(source)
    index = _part(source)
    if index is not None and piece.sheet.parts[index] == text:
        return within(source.covered, *piece.sheet.bounds(index))
    start = len(Sheet(source.heads).text) + 1
    # Nothing of its words is covered, only of what stands before them.
    return [] if all(end <= start for _start, end in source.covered) else None


def _part(source: Evidence) -> int | None:
    # Which part of the sheet of an exhibit its words are.
    if source.kind in WITH_TEXT:
        return len(source.heads)
    copies = [file for file in source.files.all() if file.role == FileRole.DERIVATIVE]
    plain = any(copy.content_type == PLAIN for copy in copies)
    return len(source.heads) + 1 if plain else None
