"""Two texts or programs beside each other: which passages they share (CF3).

Pure: no rows, no files, no clock. The same input always gives the same result.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from cases.comparison.languages import guess_language, languages
from cases.comparison.result import Coverage, Passage, Result

__all__ = ["Coverage", "Passage", "Result", "compare", "guess_language", "languages"]

_WORD = re.compile(r"\w+")
_LEAST = 5


def compare(a: str, b: str, *, language: str = "text", common: Sequence[str] = ()) -> Result:
    """What `a` and `b` share. `common`: texts whose words are set aside, as the assignment's own.

    Raises `ValueError` for a language that is not in `languages()`.
    """
    if language not in languages():
        raise ValueError(language)
    words_a, words_b = (list(_WORD.finditer(text)) for text in (a, b))
    matcher = SequenceMatcher(
        None,
        [word.group().casefold() for word in words_a],
        [word.group().casefold() for word in words_b],
        autojunk=False,
    )
    passages = tuple(
        Passage(
            kind="same",
            a=(words_a[i].start(), words_a[i + n - 1].end()),
            b=(words_b[j].start(), words_b[j + n - 1].end()),
            words=n,
        )
        for i, j, n in matcher.get_matching_blocks()
        if n >= _LEAST
    )
    shared = sum(passage.words for passage in passages)
    least = min(len(words_a), len(words_b))
    return Result(
        engine="1",
        language=language,
        similarity=round(shared / least, 4) if least else 0.0,
        passages=passages,
        a=Coverage(words=len(words_a), counted=shared, set_aside=0),
        b=Coverage(words=len(words_b), counted=shared, set_aside=0),
    )
