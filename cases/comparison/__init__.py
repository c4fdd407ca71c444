"""Two texts or programs beside each other: which passages they share (CF3).

`compare` is pure: no rows, no files, no clock. The same input always gives the same result, and
which of two texts is named first changes nothing but the order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cases.comparison import programs, prose
from cases.comparison.extracting import extract
from cases.comparison.languages import PROSE, guess_language, languages
from cases.comparison.result import Coverage, Passage, Result

__all__ = [
    "ENGINE",
    "Coverage",
    "Passage",
    "Result",
    "compare",
    "extract",
    "guess_language",
    "languages",
]

# Stands in each result; goes up when the same two texts give another one.
ENGINE = "2"


def compare(a: str, b: str, *, language: str = PROSE, common: Sequence[str] = ()) -> Result:
    """What `a` and `b` share. `common`: texts whose words are set aside, as the assignment's own.

    No two passages overlap in either text. Raises `ValueError` for a language that is not in
    `languages()`.
    """
    if language not in languages():
        raise ValueError(language)
    turned = (len(b), b) < (len(a), a)
    first, second = (b, a) if turned else (a, b)
    if language == PROSE:
        found = prose.compare(ENGINE, first, second, common)
    else:
        found = programs.compare(ENGINE, first, second, language, common)
    return _turned(found) if turned else found


def _turned(found: Result) -> Result:
    passages = sorted(
        (replace(p, a=p.b, b=p.a) for p in found.passages), key=lambda p: (p.a, p.b, p.kind)
    )
    return replace(found, passages=tuple(passages), a=found.b, b=found.a)
