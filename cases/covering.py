"""Covering parts of a text, so that nothing of them is left: spans, marks, and finding words (CF2).

A span is `(start, end)` in characters of a text, half open. Nothing here knows of rows or people.
"""

from __future__ import annotations

import unicodedata
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate

Span = tuple[int, int]

# The same for one letter and for a page: its length tells nothing of what it stands for.
MARK = "\u2588" * 5
_JOINER = "\u200d"


def merged(spans: Iterable[Span]) -> list[Span]:
    """The spans in order; those that overlap or touch are one."""
    found: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def whole(text: str, span: Span) -> Span:
    """The span, grown until it cuts no character that people see as one.

    A letter is covered with its accents, and a joined emoji with everything it is joined of: else
    the accent that is left would tell which letter it stood on.
    """
    start, end = span
    if start >= end:
        return span
    while 0 < start < len(text) and (_clings(text[start]) or text[start - 1] == _JOINER):
        start -= 1
    while end < len(text) and (_clings(text[end]) or text[end - 1] == _JOINER):
        end += 1
    return start, end


def _clings(char: str) -> bool:
    # Accents, vowel signs, variation selectors and skin tones belong to what stands before them.
    return char == _JOINER or unicodedata.category(char)[0] == "M" or char in _SKIN


_SKIN = "\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"


def cover(text: str, spans: Iterable[Span]) -> str:
    """The text with `MARK` in the place of each span; everything else stays as it is."""
    parts = []
    at = 0
    for start, end in merged(whole(text, span) for span in spans):
        parts += [text[at:start], MARK]
        at = end
    return "".join([*parts, text[at:]])


def still_open(found: Iterable[Span], covered: Iterable[Span]) -> list[Span]:
    """Those of `found` of which at least a part is not covered."""
    shut = merged(covered)
    starts = [start for start, _end in shut]

    def is_shut(span: Span) -> bool:
        place = bisect_right(starts, span[0]) - 1
        return place >= 0 and span[1] <= shut[place][1]

    return [span for span in found if not is_shut(span)]


def within(spans: Iterable[Span], start: int, end: int) -> list[Span]:
    """What of the spans lies between `start` and `end`, counted from `start`."""
    cut = ((max(a, start) - start, min(b, end) - start) for a, b in spans)
    return [(a, b) for a, b in cut if a < b]


def occurrences(text: str, words: str) -> list[Span]:
    """Where `words` stand in the text, in any case, with or without accents, none overlapping.

    Blanks between the words match any blanks, also the end of a line.
    """
    wanted, _places = folded(" ".join(words.split()))
    if not wanted.strip():
        return []
    plain, places = folded(text)
    found = []
    at = plain.find(wanted)
    while at >= 0:
        last = at + len(wanted) - 1
        found.append(whole(text, (places[at], places[last] + 1)))
        at = plain.find(wanted, last + 1)
    return found


def folded(text: str) -> tuple[str, Sequence[int]]:
    """The text as it is compared, without case, accents and the way its blanks were set.

    With it comes, for each of its characters, where in the text it comes from.
    """
    out: list[str] = []
    # A text has ten million characters at most: four bytes each, not forty.
    places = array("I")
    for index, char in enumerate(text):
        if char.isspace():
            # Of several blanks the first counts.
            if not out or out[-1] != " ":
                out.append(" ")
                places.append(index)
            continue
        lower = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold())
        for part in lower:
            if not unicodedata.combining(part) and not part.isspace():
                out.append(part)
                places.append(index)
    return "".join(out), places


class Sheet:
    """Several texts read as one, so that one kind of span reaches every one of them."""

    def __init__(self, parts: Sequence[str]) -> None:
        self.parts = list(parts)
        self.text = "\n".join(self.parts)
        # The line break between two parts belongs to neither.
        lengths = [len(part) + 1 for part in self.parts]
        self.starts = [0, *accumulate(lengths)][: len(self.parts)]

    def bounds(self, index: int) -> Span:
        """Where a part begins and ends."""
        return self.starts[index], self.starts[index] + len(self.parts[index])

    def spans(self, index: int, spans: Iterable[Span]) -> list[Span]:
        """What of the spans lies in a part, counted from its beginning."""
        return within(spans, *self.bounds(index))

    def shown(self, index: int, spans: Iterable[Span]) -> str:
        """A part with what the spans cover taken out."""
        return cover(self.parts[index], self.spans(index, spans))

    def part_at(self, place: int) -> int:
        """In which part a character stands."""
        return bisect_right(self.starts, place) - 1

    def lines(self) -> list[tuple[int, Span]]:
        """The lines of all parts but empty ones, in order: in which part, and where."""
        found = []
        for index, part in enumerate(self.parts):
            if not part:
                continue
            at = self.starts[index]
            for line in part.split("\n"):
                found.append((index, (at, at + len(line))))
                at += len(line) + 1
        return found
