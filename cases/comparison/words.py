"""The words of a text, with their places in it.

A word is a run of letters and digits with the marks that stand on them. Signs that are not seen
(zero-width spaces, soft hyphens) belong to the word they stand in and do not change it, nor does a
line break after a hyphen, as PDFs leave it. In scripts without spaces every character is a word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

# Scripts that put no space between words: kana, Han, Thai, Lao, Khmer, Burmese.
_DENSE = (
    "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
    "\U00020000-\U0002ffff"
)
# A longer word is cut: putting the marks of one letter in order takes the square of their number.
_LONGEST = 80
_ASCII = re.compile(rf"[0-9A-Za-z]{{1,{_LONGEST}}}(?:-\r?\n[a-z]{{1,{_LONGEST}}})?")
_LETTER = rf"(?:(?![{_DENSE}])[^\W_])"
_DENSE_LETTER = re.compile(rf"[{_DENSE}]")
_BROKEN = re.compile(r"-\r?\n")
# Letters of other scripts that look like Latin ones; read as such in a word that has Latin letters.
_LOOKALIKES = str.maketrans(
    "асеорхуіјѕһԁԛԝкмтвнзαοενικτρυχ",
    "aceopxyijshdqwkmtbhзaoevikтpux".replace("з", "3").replace("т", "t"),
)
_LATIN = re.compile(r"[a-z]")
_FOREIGN = re.compile(r"[\u0370-\u03ff\u0400-\u052f]")
# Not a mark, and the marks of Indic scripts that make another letter: nukta, virama.
_KEPT_MARKS = frozenset((0, 7, 9))
_WIDE_STOPS = frozenset("。！？｡")
# Ends a sentence when it stands between two words; so does an empty line.
_STOPS = re.compile(r"[.!?;:…。！？｡；：؟۔।]|\n[ \t\r]*\n|\n[ \t]*(?:[-*•·–>]|\d+[.)])[ \t]")


@dataclass(frozen=True)
class Words:
    """The words of one text: as they are compared, where they begin and where they end."""

    text: str
    plain: list[str]
    raw: list[str]
    starts: list[int]
    ends: list[int]

    def __len__(self) -> int:
        return len(self.plain)

    def span(self, first: int, last: int) -> tuple[int, int]:
        """The characters from word `first` to before word `last`."""
        return self.starts[first], self.ends[last - 1]

    def sentences(self, longest: int) -> list[tuple[int, int]]:
        """Words first to last (half open) of each sentence, none with more than `longest`."""
        text, starts, ends = self.text, self.starts, self.ends
        cuts = [0]
        for at, (end, start) in enumerate(zip(ends, starts[1:], strict=False), start=1):
            # "example.com", "3.14": a sign alone between two words ends nothing, unless both are
            # long: then a space was forgotten.
            alone = start - end == 1 and text[end] not in _WIDE_STOPS
            if alone and not (end - starts[at - 1] > 3 and ends[at] - start > 3):
                continue
            if _STOPS.search(text, end, start):
                cuts.append(at)
        cuts.append(len(starts))
        return [
            (first, min(first + longest, last))
            for begin, last in pairwise(cuts)
            for first in range(begin, last, longest)
        ]


def words_of(text: str) -> Words:
    """The words of `text`; offsets are those of its characters."""
    pattern = _ASCII if text.isascii() else _pattern(text)
    raw: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for match in pattern.finditer(text):
        raw.append(match.group())
        starts.append(match.start())
        ends.append(match.end())
    known = {word: plain(word) for word in set(raw)}
    return Words(text, [known[word] for word in raw], raw, starts, ends)


def _pattern(text: str) -> re.Pattern[str]:
    # The marks a text has, of the thousands there are.
    seen = set(text)
    marks = _class(c for c in seen if unicodedata.category(c)[0] == "M")
    hidden = _class(c for c in seen if unicodedata.category(c) == "Cf")
    inside = f"(?:{_LETTER}|[{marks}{hidden}])" if marks or hidden else _LETTER
    more = f"{inside}{{0,{_LONGEST}}}"
    dense = rf"[{_DENSE}][{marks}]{{0,{_LONGEST}}}" if marks else rf"[{_DENSE}]"
    # A dense letter is one only where it is a letter: its block holds punctuation too.
    return re.compile(rf"(?=[^\W_]){dense}|{_LETTER}{more}(?:-\r?\n[a-z]{more})?")


def _class(characters: Iterable[str]) -> str:
    return "".join(re.escape(c) for c in sorted(characters))


def plain(word: str) -> str:
    """The word without case, accents and what is not seen; alike for all ways to write it."""
    if word.isascii():
        return _BROKEN.sub("", word).lower()
    split = unicodedata.normalize("NFKD", _BROKEN.sub("", word).casefold())
    kept = split
    if not split.isalnum():
        kept = "".join(
            c
            for c in split
            if unicodedata.combining(c) in _KEPT_MARKS and unicodedata.category(c) != "Cf"
        )
    if _LATIN.search(kept) and _FOREIGN.search(kept):
        kept = kept.translate(_LOOKALIKES)
    return kept or word
