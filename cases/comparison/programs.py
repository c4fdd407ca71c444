"""Programs beside each other: the same sequences of tokens, and the same literals."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import numpy.typing as npt

from cases.comparison.coverage import covered, share_of_smaller
from cases.comparison.lexing import Tokens, tokens_of, usual_places
from cases.comparison.result import Coverage, Kind, Passage, Result
from cases.comparison.tiling import tiles
from cases.comparison.words import plain

# The least run that counts: the longer the programs, the longer the runs that chance makes.
LEAST, _MOST = 5, 12
_LEAST_FROM = 128
# From this share of equal names and values on, two runs of the same shape are the same words.
_SAME = 0.8
_COUNTS, _COMMON = 0, 1
# A literal of fewer words, or a number that every program has, is no sign of anything.
_TELLING_WORDS = 2
_PLAIN_NUMBERS = frozenset(("0", "1", "2", "10", "100", "0.0", "1.0"))
# How much the literals weigh against the runs, and from how many of them on.
_LITERALS, _LITERALS_FROM = 0.6, 3
_LETTERS = re.compile(r"[^\W_]+")

Piece = tuple[int, int, int, int, Kind]


@dataclass
class _Side:
    tokens: Tokens
    ids: npt.NDArray[np.int64]
    mask: bytearray


def compare(engine: str, a: str, b: str, language: str, common: Sequence[str]) -> Result:
    """See `cases.comparison.compare`."""
    numbers: dict[str, int] = {}
    others = [_numbered(tokens_of(text, language), numbers) for text in common]
    one, two = (_side(text, language, numbers, others) for text in (a, b))
    pieces = _alike(one, two)
    pieces += _literals(one, two, pieces)
    passages = tuple(
        Passage(
            kind=kind,
            a=one.tokens.span(i0, i1),
            b=two.tokens.span(j0, j1),
            words=max(i1 - i0, j1 - j0),
        )
        for i0, i1, j0, j1, kind in sorted(pieces)
    )
    left = covered(len(one.ids), [(p[0], p[1], p[4]) for p in pieces])
    right = covered(len(two.ids), [(p[2], p[3], p[4]) for p in pieces])
    return Result(
        engine=engine,
        language=language,
        similarity=_similarity(one, two, left, right),
        passages=passages,
        a=left,
        b=right,
    )


def _numbered(tokens: Tokens, numbers: dict[str, int]) -> npt.NDArray[np.int64]:
    return np.array([numbers.setdefault(kind, len(numbers)) for kind in tokens.kinds], np.int64)


def least(smaller: int) -> int:
    """The shortest run that counts between programs of which the smaller has so many tokens."""
    return min(_MOST, LEAST + max(0, (smaller // _LEAST_FROM).bit_length()))


def _side(
    text: str,
    language: str,
    numbers: dict[str, int],
    others: list[npt.NDArray[np.int64]],
) -> _Side:
    tokens = tokens_of(text, language)
    ids = _numbered(tokens, numbers)
    mask = bytearray(len(ids))
    for start, end in usual_places(text, language):
        first, last = bisect_left(tokens.starts, start), bisect_left(tokens.starts, end)
        mask[first:last] = bytes([_COMMON]) * (last - first)
    for other in others:
        for i, _j, length in tiles(ids, other, _MOST):
            mask[i : i + length] = bytes([_COMMON]) * length
    return _Side(tokens, ids, mask)


def _alike(one: _Side, two: _Side) -> list[Piece]:
    if len(one.ids) and np.array_equal(one.ids, two.ids):
        found = [(0, 0, len(one.ids))]
    else:
        found = tiles(one.ids, two.ids, least(min(len(one.ids), len(two.ids))))
    pieces: list[Piece] = []
    for i, j, length in found:
        signs = [max(one.mask[i + at], two.mask[j + at]) for at in range(length)]
        begin = 0
        for sign, group in groupby(signs):
            count = len(list(group))
            x, y = i + begin, j + begin
            equal = sum(
                left == right
                for left, right in zip(
                    one.tokens.said[x : x + count], two.tokens.said[y : y + count], strict=True
                )
            )
            kind: Kind = (
                "common" if sign == _COMMON else "same" if equal >= _SAME * count else "close"
            )
            pieces.append((x, x + count, y, y + count, kind))
            begin += count
    return pieces


def _literals(one: _Side, two: _Side, pieces: list[Piece]) -> list[Piece]:
    """Equal strings of several words and unusual numbers that no run holds."""
    taken_a, taken_b = bytearray(one.mask), bytearray(two.mask)
    for i0, i1, j0, j1, _kind in pieces:
        taken_a[i0:i1] = b"\1" * (i1 - i0)
        taken_b[j0:j1] = b"\1" * (j1 - j0)
    places: defaultdict[str, list[int]] = defaultdict(list)
    for at in reversed(two.tokens.values):
        if not taken_b[at] and (value := _telling(two.tokens.said[at])):
            places[value].append(at)
    found: list[Piece] = []
    for at in one.tokens.values:
        if taken_a[at]:
            continue
        value = _telling(one.tokens.said[at])
        if value and places.get(value):
            other = places[value].pop()
            found.append((at, at + 1, other, other + 1, "same"))
    return found


def _telling(literal: str) -> str:
    """What a literal says, or nothing where everybody may say it."""
    if literal[0].isdigit():
        return "" if literal in _PLAIN_NUMBERS else _number(literal)
    words = _LETTERS.findall(literal)
    return " ".join(plain(word) for word in words) if len(words) >= _TELLING_WORDS else ""


def _number(literal: str) -> str:
    return (
        literal.lower().rstrip("fdl") if not literal.lower().startswith("0x") else literal.lower()
    )


def _similarity(one: _Side, two: _Side, a: Coverage, b: Coverage) -> float:
    """The share of the smaller program in passages, and the share of its literals in the other.

    Who rewrites a program leaves what it prints and counts with; docs/comparison.md has the
    measurement. What is set aside is left out of both.
    """
    share = share_of_smaller(a, b)
    left, right = _values(one), _values(two)
    fewer = min(left.total(), right.total())
    if not fewer or not share:
        return round(share, 4)
    weight = _LITERALS * min(1.0, fewer / _LITERALS_FROM)
    return round((1 - weight) * share + weight * (left & right).total() / fewer, 4)


def _values(side: _Side) -> Counter[str]:
    said = (side.tokens.said[at] for at in side.tokens.values if side.mask[at] == _COUNTS)
    return Counter(
        _number(value) if value[0].isdigit() else " ".join(map(plain, _LETTERS.findall(value)))
        for value in said
    )
