"""How texts become words that are searched, the same on both databases."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from integrity.core.text import search_key

# Longer ones are cut, in a text as in what is asked for, so that the beginning still finds them.
LONGEST = 64
# Vowel signs and the like, which `search_key` leaves: in many scripts they are parts of words.
_SIGNS = "".join(
    char
    for block in (range(0x0300, 0x3100), range(0xA800, 0xAC00))
    for char in map(chr, block)
    if unicodedata.category(char)[0] == "M"
)
_WORD = re.compile(rf"(?:[^\W_]|[{re.escape(_SIGNS)}])+")
# Written without spaces between words: Thai to Myanmar, Khmer, kana, Han.
_UNSPACED = re.compile(
    "([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff]+)"
)
_LETTERS_AND_DIGITS = re.compile(r"[^\W\d]+|\d+")


def unspaced(sign: str) -> bool:
    """Whether words of this sign's script stand beside each other without blanks."""
    return _UNSPACED.fullmatch(sign) is not None


def terms(text: str) -> Iterator[str]:
    """The words of a text as they are kept: lower case, no accents, only letters and digits.

    Scripts without spaces give each sign and each pair of neighbours. Nothing that a query language
    could read as its own is ever in a term (HOSTILE 35).
    """
    for run in _WORD.findall(search_key(text)):
        if run.isascii():
            yield run[:LONGEST]
            continue
        for part in _UNSPACED.split(run):
            if _UNSPACED.fullmatch(part):
                yield from part
                yield from (part[at : at + 2] for at in range(len(part) - 1))
            elif part:
                yield part[:LONGEST]


def code_terms(text: str) -> Iterator[str]:
    """As `terms`, for numbers and codes: "CS050" is found by "cs", by "050" and by "50" too."""
    for term in terms(text):
        yield term
        parts = _LETTERS_AND_DIGITS.findall(term)
        if len(parts) > 1:
            yield from parts
        yield from (part.lstrip("0") for part in parts if part[0] == "0" and part.strip("0"))


def asked(text: str, *, most: int) -> list[str]:
    """What somebody looks for, as terms that are all wanted; at most `most`, the first.

    A word that may go on has "*" at its end: the last, unless it is a single sign.
    """
    wanted: list[str] = []
    for run in _WORD.findall(search_key(text)):
        for part in _UNSPACED.split(run):
            if len(part) > 1 and _UNSPACED.fullmatch(part):
                wanted += [part[at : at + 2] for at in range(len(part) - 1)]
            elif part:
                wanted.append(part[:LONGEST])
    wanted = wanted[:most]
    if wanted and len(wanted[-1]) > 1 and not _UNSPACED.search(wanted[-1]):
        wanted[-1] += "*"
    return wanted


def joined(words: Iterable[str], *, most: int) -> str:
    """Each word once, in the order of its first appearance, in at most `most` bytes of UTF-8."""
    kept: dict[str, None] = {}
    size = 0
    for word in words:
        if word not in kept:
            size += len(word.encode()) + 1
            if size > most:
                break
            kept[word] = None
    return " ".join(kept)
