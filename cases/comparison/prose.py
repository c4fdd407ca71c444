"""Texts beside each other: same words first, then other words for the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import numpy.typing as npt

from cases.comparison import close, usual
from cases.comparison.citing import cited
from cases.comparison.coverage import covered, share_of_smaller
from cases.comparison.quoting import quoted
from cases.comparison.result import Kind, Passage, Result
from cases.comparison.tiling import tiles
from cases.comparison.words import Words, words_of

# Fewer words in a row than this stand in texts that know nothing of each other.
LEAST = 5
# A run with so many words that count stays a passage of its own inside a reworded sentence.
_STANDS_ALONE = 8
_LONGEST_SENTENCE = 60
_COUNTS, _COMMON, _QUOTED = 0, 1, 2
_KINDS: dict[int, Kind] = {_COUNTS: "same", _COMMON: "common", _QUOTED: "quoted"}

Numbers = npt.NDArray[np.int64]
# Words of the first text, words of the second, half open.
Piece = tuple[int, int, int, int, Kind]


@dataclass
class _Side:
    words: Words
    ids: Numbers
    stems: list[int]
    mask: bytearray
    usual: bytearray


def compare(engine: str, a: str, b: str, common: Sequence[str]) -> Result:
    """See `cases.comparison.compare`."""
    one, two = _sides(a, b, common)
    pieces, standing = _same(one, two)
    if not np.array_equal(one.ids, two.ids):
        pieces += _reworded(one, two, pieces, standing)
    return _result(engine, one, two, pieces)


def _sides(a: str, b: str, common: Sequence[str]) -> tuple[_Side, _Side]:
    texts = (words_of(a), words_of(b))
    language = usual.speech(*texts)
    numbers: dict[str, int] = {}
    stem_of = usual.stems({*texts[0].raw, *texts[1].raw}, language)
    joining = usual.joining(language)
    meant = usual.misspelt(*({stem_of[word] for word in set(words.raw)} for words in texts))
    stem_of = {word: meant.get(stem, stem) for word, stem in stem_of.items()}
    stem_numbers: dict[str, int] = {}
    others = [
        np.array([numbers.setdefault(w, len(numbers)) for w in words_of(text).plain], np.int64)
        for text in common
    ]
    sides = []
    for words in texts:
        ids = np.array([numbers.setdefault(w, len(numbers)) for w in words.plain], np.int64)
        # A joining word has no stem: -1.
        stems = [
            -1 if plain in joining else stem_numbers.setdefault(stem_of[raw], len(stem_numbers))
            for plain, raw in zip(words.plain, words.raw, strict=True)
        ]
        mask = bytearray(len(words))
        for other in others:
            for i, _j, length in tiles(ids, other, LEAST):
                mask[i : i + length] = bytes([_COMMON]) * length
        for found in (quoted(words), cited(words)):
            for at, sign in enumerate(found):
                if sign:
                    mask[at] = _QUOTED
        sides.append(_Side(words, ids, stems, mask, usual.phrases(words)))
    return sides[0], sides[1]


def _same(one: _Side, two: _Side) -> tuple[list[Piece], set[tuple[int, int]]]:
    """The pieces that are equal, and where those begin that stay what they are in any sentence."""
    if len(one.ids) and np.array_equal(one.ids, two.ids):
        found = [(0, 0, len(one.ids))]
    else:
        found = tiles(one.ids, two.ids, LEAST)
    pieces: list[Piece] = []
    standing: set[tuple[int, int]] = set()
    for i, j, length in found:
        signs = [max(one.mask[i + at], two.mask[j + at]) for at in range(length)]
        free = [i + at for at, sign in enumerate(signs) if sign == _COUNTS]
        # What stands around a citation is one run: it is weighed together.
        little = length < len(one.ids) and _is_usual(one, free)
        begin = 0
        for sign, group in groupby(signs):
            count = len(list(group))
            kind = _KINDS[sign]
            if kind == "same" and little:
                kind = "common"
            pieces.append((i + begin, i + begin + count, j + begin, j + begin + count, kind))
            if len(free) >= _STANDS_ALONE:
                standing.add((i + begin, j + begin))
            begin += count
    return pieces, standing


def _is_usual(side: _Side, places: Sequence[int]) -> bool:
    """Nothing but joining words and phrases everybody writes, or next to nothing."""
    if len(places) > 2 * LEAST:
        return False
    topical = sum(side.stems[at] >= 0 and not side.usual[at] for at in places)
    return topical < 2 or len(places) < LEAST


def _reworded(
    one: _Side, two: _Side, same: list[Piece], standing: set[tuple[int, int]]
) -> list[Piece]:
    sentences_a = one.words.sentences(_LONGEST_SENTENCE)
    sentences_b = two.words.sentences(_LONGEST_SENTENCE)
    topics_a, topics_b = _topics(one, sentences_a), _topics(two, sentences_b)
    taken_a, taken_b = bytearray(one.mask), bytearray(two.mask)
    for i0, i1, j0, j1, _kind in same:
        taken_a[i0:i1] = b"\1" * (i1 - i0)
        taken_b[j0:j1] = b"\1" * (j1 - j0)
    found: list[Piece] = []
    by_start = sorted(same)
    for link in close.links(topics_a, topics_b):
        a0, a1 = sentences_a[link.a[0]][0], sentences_a[link.a[1] - 1][1]
        b0, b1 = sentences_b[link.b[0]][0], sentences_b[link.b[1] - 1][1]
        for piece in [p for p in by_start if a0 <= p[0] and p[1] <= a1]:
            i0, i1, j0, j1, kind = piece
            loose = kind in ("same", "common") and (i0, j0) not in standing
            if loose and b0 <= j0 and j1 <= b1:
                if any(one.mask[i0:i1]) or any(two.mask[j0:j1]):
                    continue
                same.remove(piece)
                by_start.remove(piece)
                taken_a[i0:i1] = bytes(i1 - i0)
                taken_b[j0:j1] = bytes(j1 - j0)
        found += _pieces(one, two, _gaps(taken_a, a0, a1), _gaps(taken_b, b0, b1))
    return found


def _topics(side: _Side, sentences: list[tuple[int, int]]) -> list[set[int]]:
    return [
        {side.stems[at] for at in range(first, last) if side.stems[at] >= 0 and not side.mask[at]}
        for first, last in sentences
    ]


def _gaps(taken: bytearray, first: int, last: int) -> list[tuple[int, int]]:
    found = []
    begin = first
    for at in range(first, last + 1):
        if at == last or taken[at]:
            if at > begin:
                found.append((begin, at))
            begin = at + 1
    return found


def _pieces(
    one: _Side, two: _Side, gaps_a: list[tuple[int, int]], gaps_b: list[tuple[int, int]]
) -> list[Piece]:
    """What is left of two sentences beside each other, the parts with most in common first."""
    stems_a = [{s for s in one.stems[x:y] if s >= 0} for x, y in gaps_a]
    stems_b = [{s for s in two.stems[x:y] if s >= 0} for x, y in gaps_b]
    order = sorted(
        (-len(left & right), i, j)
        for i, left in enumerate(stems_a)
        for j, right in enumerate(stems_b)
        if len(left & right) >= 2
    )
    used_a: set[int] = set()
    used_b: set[int] = set()
    found: list[Piece] = []
    for _count, i, j in order:
        if i in used_a or j in used_b:
            continue
        used_a.add(i)
        used_b.add(j)
        shared = stems_a[i] & stems_b[j]
        found.append((*_trim(one, gaps_a[i], shared), *_trim(two, gaps_b[j], shared), "close"))
    return found


def _trim(side: _Side, gap: tuple[int, int], shared: set[int]) -> tuple[int, int]:
    first, last = gap
    while side.stems[first] not in shared:
        first += 1
    while side.stems[last - 1] not in shared:
        last -= 1
    return first, last


def _result(engine: str, one: _Side, two: _Side, pieces: list[Piece]) -> Result:
    passages = tuple(
        Passage(
            kind=kind,
            a=one.words.span(i0, i1),
            b=two.words.span(j0, j1),
            words=max(i1 - i0, j1 - j0),
        )
        for i0, i1, j0, j1, kind in sorted(pieces)
    )
    a = covered(len(one.ids), [(p[0], p[1], p[4]) for p in pieces])
    b = covered(len(two.ids), [(p[2], p[3], p[4]) for p in pieces])
    return Result(
        engine=engine,
        language="text",
        similarity=round(share_of_smaller(a, b), 4),
        passages=passages,
        a=a,
        b=b,
    )
