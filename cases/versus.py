"""Two texts beside each other as they are read: passages, what is covered, what is folded (CF3).

Pure: nothing here knows of rows or people. Spans count characters, half open.
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.functional import Promise

from cases.comparison import Result
from cases.covering import MARK, Span, merged

Text = str | Promise

# An unmatched stretch of more characters is folded, on a page and on paper; a fifth of that stays
# open beside a passage.
FOLD = 1_500
FOLD_ON_PAPER = 500
ASIDE = "aside"
# Kinds that are found and left out of every figure.
NOT_COUNTED = frozenset({"quoted", "common", ASIDE})

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Mark:
    """A passage. `kind`: same, close, quoted, common, or aside when somebody set it aside."""

    number: int
    kind: str
    a: Span
    b: Span
    words: int
    why: Text = ""

    @property
    def counts(self) -> bool:
        """Whether it is in the figures."""
        return self.kind not in NOT_COUNTED


@dataclass(frozen=True, slots=True)
class Bit:
    """A stretch of text of one kind ("" outside passages) and the passages that begin with it."""

    text: str
    kind: str = ""
    starts: Sequence[Mark] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """Bits that stand together. `folded`: how many words (lines, of a program) are folded away.

    `lines` are the numbers of its lines, one a line, of a program.
    """

    bits: Sequence[Bit]
    folded: int = 0
    lines: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """Of one text: its words, and those in passages that count."""

    words: int
    counted: int


@dataclass(frozen=True)
class Side:
    """One of the two texts. Without `blocks` it is not shown, and `withheld` says why."""

    letter: str
    title: str
    about: Text = ""
    url: str = ""
    figure: Figure = Figure(0, 0)
    blocks: Sequence[Block] = ()
    withheld: Text = ""

    @property
    def other(self) -> str:
        """The letter of the text beside it."""
        return "b" if self.letter == "a" else "a"


@dataclass(frozen=True)
class Versus:
    """Both texts, their passages in the order of the first, and how many are not shown."""

    a: Side
    b: Side
    marks: Sequence[Mark]
    program: bool
    language: Text
    counting: int
    covered: int = 0
    kinds: Sequence[tuple[str, int]] = field(default=())

    @property
    def sides(self) -> tuple[Side, Side]:
        """The first text and the second."""
        return self.a, self.b


def marks_of(result: Result, aside: Mapping[int, Text]) -> list[Mark]:
    """The passages, numbered from 1; `aside` says which somebody set aside, and why."""
    return [
        Mark(number, ASIDE if number in aside else row.kind, row.a, row.b, row.words,
             aside.get(number, ""))
        for number, row in enumerate(result.passages, 1)
    ]  # fmt: skip


def counted_kinds(marks: Iterable[Mark]) -> list[tuple[str, int]]:
    """How many passages there are of each kind, in a fixed order, without kinds that are absent."""
    found = dict.fromkeys(("same", "close", "quoted", "common", ASIDE), 0)
    for mark in marks:
        found[mark.kind] += 1
    return [(kind, count) for kind, count in found.items() if count]


def figures(result: Result, texts: tuple[str, str], marks: Sequence[Mark]) -> tuple[Figure, Figure]:
    """How much of either text stands in passages that count, after some were set aside.

    Nothing set aside, these are the numbers of the engine. Else its number is lowered by the share
    of words that stood only in what was set aside: a word in two passages stays while one counts.
    """
    found = []
    for coverage, text, side in zip((result.a, result.b), texts, ("a", "b"), strict=True):
        before = [getattr(m, side) for m in result.passages if m.kind not in NOT_COUNTED]
        after = [getattr(m, side) for m in marks if m.counts]
        counted = coverage.counted
        if len(before) != len(after):
            whole = _words_in(text, before)
            counted = round(counted * _words_in(text, after) / whole) if whole else 0
        found.append(Figure(coverage.words, counted))
    return found[0], found[1]


def _words_in(text: str, spans: Sequence[Span]) -> int:
    return sum(len(_WORD.findall(text[start:end])) for start, end in merged(spans))


def touched(spans: Sequence[Span], covers: Sequence[Span]) -> bool:
    """Whether any of the spans shares a character with any of the covers, which are merged."""
    starts = [start for start, _end in covers]
    for start, end in spans:
        place = bisect_right(starts, max(start, end - 1)) - 1
        if place >= 0 and covers[place][1] > start:
            return True
    return False


def blocks(
    text: str,
    marks: Sequence[tuple[Span, Mark]],
    covers: Sequence[Span] = (),
    *,
    program: bool = False,
    only_passages: bool = False,
    fold: int = FOLD,
) -> list[Block]:
    """The text in blocks, long stretches without a passage folded.

    What is covered is replaced by `covering.MARK` before anything else is done with it. With
    `only_passages` nothing outside them is there at all. The markup made of this grows with the
    passages and not with the text.
    """
    pieces = _pieces(text, marks, merged(covers))
    if only_passages:
        pieces = [piece for piece in pieces if piece.bit.kind]
        return [Block([piece.bit], lines=_numbers(text, [piece], program)) for piece in pieces]
    found: list[Block] = []
    here: list[_Piece] = []

    def close(folded: int = 0) -> None:
        if here:
            bits = [piece.bit for piece in here]
            found.append(Block(bits, folded, _numbers(text, here, program)))
            here.clear()

    for place, piece in enumerate(pieces):
        cut = None
        if not piece.bit.kind and not piece.covered:
            cut = _fold(piece.bit.text, place == 0, place == len(pieces) - 1, program, fold)
        if cut is None:
            here.append(piece)
            continue
        first, last = cut
        head, middle, tail = piece.cut(0, first), piece.cut(first, last), piece.cut(last)
        if head.bit.text:
            here.append(head)
        close()
        here.append(middle)
        inside = middle.bit.text
        close(max(1, inside.count("\n") if program else len(_WORD.findall(inside))))
        if tail.bit.text:
            here.append(tail)
    close()
    return found


@dataclass(frozen=True, slots=True)
class _Piece:
    bit: Bit
    start: int
    end: int
    covered: bool = False

    def cut(self, start: int, end: int | None = None) -> _Piece:
        stop = len(self.bit.text) if end is None else end
        return _Piece(Bit(self.bit.text[start:stop]), self.start + start, self.start + stop)


def _pieces(text: str, marks: Sequence[tuple[Span, Mark]], covers: Sequence[Span]) -> list[_Piece]:
    """The text cut wherever a passage or a cover begins or ends."""
    in_order = sorted(marks, key=lambda row: (row[0], row[1].number))
    points = {0, len(text)}
    for start, end in (*(span for span, _mark in marks), *covers):
        points |= {start, end}
    hidden = dict(covers)
    found: list[_Piece] = []
    active: list[tuple[Span, Mark]] = []
    waiting = 0
    # A passage that begins under a cover begins where the cover does.
    skip_to = 0
    ordered = sorted(points)
    for start, end in itertools.pairwise(ordered):
        if start < skip_to:
            continue
        stop = hidden.get(start, end)
        skip_to = stop
        begins: list[Mark] = []
        while waiting < len(in_order) and in_order[waiting][0][0] < stop:
            active.append(in_order[waiting])
            begins.append(in_order[waiting][1])
            waiting += 1
        active = [row for row in active if row[0][1] > start]
        kind = min(active, key=lambda row: row[1].number)[1].kind if active else ""
        covered = start in hidden
        words = MARK if covered else text[start:stop]
        found.append(_Piece(Bit(words, kind, tuple(begins)), start, stop, covered))
    return found


def _fold(text: str, first: bool, last: bool, program: bool, fold: int) -> Span | None:
    """What of an unmatched stretch is folded, or None where it is short enough to stay open."""
    if len(text) <= fold:
        return None
    around = fold // 5
    alone = first and last
    begin = fold if alone else 0 if first else around
    end = len(text) if last else len(text) - around
    gap = "\n" if program else " "
    # Between words, or between lines: never in the middle of one.
    if begin:
        begin = _after(text, gap, begin, end)
    if end < len(text):
        end = text.rfind(gap, begin, end) + 1 or end
    return (begin, end) if end - begin > around else None


def _after(text: str, gap: str, begin: int, end: int) -> int:
    found = text.find(gap, begin, end)
    return found + 1 if found >= 0 else begin


def _numbers(text: str, pieces: Sequence[_Piece], program: bool) -> str:
    if not program or not pieces:
        return ""
    line = text.count("\n", 0, pieces[0].start) + 1
    numbers = [str(line)]
    for piece in pieces:
        breaks = text.count("\n", piece.start, piece.end)
        if not piece.covered:
            numbers += [str(line + n) for n in range(1, breaks + 1)]
        line += breaks
    if pieces[-1].bit.text.endswith("\n"):
        numbers.pop()
    return "\n".join(numbers)
