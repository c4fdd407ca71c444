"""Fingerprints of a text or program: a few numbers, of which two that share a passage share some.

A number for every run of words, and of each window of neighbouring numbers the smallest: so a
passage of `SURE_WORDS` words that stands in two texts leaves at least one common number. After S.
Schleimer, D. Wilkerson and A. Aiken, "Winnowing: local algorithms for document fingerprinting"
(2003). Case, accents, punctuation and layout make no difference.
"""

from __future__ import annotations

import unicodedata
from functools import cache

import numpy as np
import numpy.typing as npt

from cases.comparison.languages import PROSE
from cases.comparison.lexing import tokens_of, usual_places
from cases.comparison.tiling import windows

Prints = npt.NDArray[np.uint64]

# Words (tokens of a program) in a run, and runs in a window.
_WORDS, _TOKENS = 4, 12
_WINDOW = 8
SURE_WORDS = _WORDS + _WINDOW - 1

_BASE = 0x100000001B3
_INVERSE = np.uint64(pow(_BASE, -1, 2**64))
_APART, _LETTER, _HIDDEN, _WHOLE = 0, 1, 2, 3
# Scripts without spaces: each letter is a word.
_DENSE = ((0x3040, 0x30FF), (0x3400, 0x9FFF), (0xF900, 0xFAFF), (0x0E00, 0x0EFF), (0x1000, 0x109F))


def prints(text: str, language: str = PROSE) -> Prints:
    """The fingerprints of `text`, each once, smallest first. None for a text of a few words."""
    if language == PROSE:
        return _winnowed(_runs_of_words(text))
    tokens = tokens_of(text, language)
    kept = np.ones(len(tokens), bool)
    starts = np.array(tokens.starts, np.int64)
    for start, end in usual_places(text, language):
        first, last = np.searchsorted(starts, (start, end))
        kept[first:last] = False
    ids = np.array([_number(kind) for kind in tokens.kinds], np.uint64)[kept]
    return _winnowed(_spread(windows(ids.view(np.int64), _TOKENS)))


def _runs_of_words(text: str) -> Prints:
    words = _words(text)
    count = len(words) - _WORDS + 1
    if count <= 0:
        return np.empty(0, np.uint64)
    total = np.zeros(count, np.uint64)
    for at in range(_WORDS):
        total = total * np.uint64(0xBF58476D1CE4E5B9) + words[at : at + count]
    return _spread(total)


def _words(text: str) -> Prints:
    """A number for each word."""
    if text.isascii():
        codes = np.frombuffer(text.encode(), np.uint8)
        kinds, plain = _table(0x80)
    else:
        codes = np.frombuffer(text.encode("utf-32-le", "replace"), np.uint32)
        kinds, plain = _table(0x10000)
        # Above the first plane stand pictures, and letters too rare to tell apart here.
        codes = np.where(codes < 0x10000, codes, np.where(codes >= 0x20000, 0x4E00, 0x20))
    kind = kinds[codes]
    if (kind == _HIDDEN).any():
        seen = kind != _HIDDEN
        codes, kind = codes[seen], kind[seen]
    inside = kind != _APART
    if not inside.any():
        return np.empty(0, np.uint64)
    whole = kind == _WHOLE
    begins = inside.copy()
    begins[1:] &= ~inside[:-1] | whole[1:] | whole[:-1]
    starts = np.flatnonzero(begins)
    powers, inverses = _powers(1 << len(codes).bit_length())
    values = plain[codes] * powers[: len(codes)]
    values[~inside] = 0
    return _spread(np.add.reduceat(values, starts) * inverses[starts])


def _winnowed(runs: Prints) -> Prints:
    if len(runs) <= _WINDOW:
        return np.unique(runs)[:1] if len(runs) else runs
    least = runs
    # The smallest of 8 by the smallest of 2, of 4.
    for step in (1, 2, 4):
        least = np.minimum(least[:-step], least[step:])
    changed = np.ones(len(least), bool)
    changed[1:] = least[1:] != least[:-1]
    return np.unique(least[changed])


def _spread(values: Prints) -> Prints:
    """Neighbouring numbers far apart, so that the smallest is any of them."""
    values = (values ^ (values >> np.uint64(31))) * np.uint64(0x9E3779B97F4A7C15)
    return values ^ (values >> np.uint64(29))


@cache
def _number(kind: str) -> int:
    value = 0xCBF29CE484222325
    for byte in kind.encode("utf-8", "replace"):
        value = ((value ^ byte) * _BASE) % 2**64
    return value


@cache
def _powers(length: int) -> tuple[Prints, Prints]:
    powers = np.full(length, _BASE, np.uint64)
    inverses = np.full(length, _INVERSE, np.uint64)
    powers[0] = inverses[0] = 1
    return np.cumprod(powers, dtype=np.uint64), np.cumprod(inverses, dtype=np.uint64)


@cache
def _table(size: int) -> tuple[npt.NDArray[np.uint8], Prints]:
    """For each character what it is, and as which it counts: without case and accents."""
    kinds = np.zeros(size, np.uint8)
    plain = np.zeros(size, np.uint64)
    for code in range(size):
        sign = chr(code)
        category = unicodedata.category(sign)
        if category == "Cf" or (category == "Mn" and unicodedata.combining(sign) not in (0, 7, 9)):
            kinds[code] = _HIDDEN
        elif category[0] in "LNM":
            dense = any(first <= code <= last for first, last in _DENSE)
            kinds[code] = _WHOLE if dense and category[0] == "L" else _LETTER
            plain[code] = ord(unicodedata.normalize("NFKD", sign.casefold())[0])
    return kinds, plain
