"""Where a text names its sources: in brackets, by number, and in a list at its end.

Two texts about one matter name the same sources in the same form, and nobody writes that form
themselves. A list of sources is told by how its entries look and not by its heading alone: words
are not set aside because somebody wrote "References" above them.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from cases.comparison.words import Words

# An entry of a list; more words are prose.
ENTRY_WORDS = 60
# Sources in one pair of brackets; more is a sentence in capital letters.
_BRACKET_WORDS = 25
# "Weber, van der Berg and Ruiz (2019)": names before a year that stands alone.
_NAMES = 6
_YEAR = r"(?:1[5-9]|20)\d\d[a-z]?"
_IS_YEAR = re.compile(_YEAR, re.IGNORECASE)
_BRACKETS = re.compile(r"\(([^()]{4,200})\)")
_NUMBERS = re.compile(
    r"\[\s*\d{1,3}(?:\s*[,;\u2013-]\s*\d{1,3})*(?:,?\s*pp?\.\s*\d{1,4}(?:[\u2013-]\d{1,4})?)?\s*\]"
)
# What may stand in small letters in a citation.
_SMALL = frozenset(
    """
    a al and as bis cap ch chap cf cit cited compare d da das de del della den der des di do dos du
    e ed eds eg en esp et f ff fig for from ibid ie in la le los n nd no nr nota op org p par
    para pp quoted s sec see ss te ten ter the und van ver vgl vol von voir véase siehe y zit zu
    """.split()
)
_BEFORE_NAMES = frozenset(("As", "For", "From", "In", "See", "Compare", "And"))
_SURNAME = r"[^\W\d_][\w'\u2019\u2010-]{1,30}"
_MARK = r"^[ \t]*(?:[-*\u2022\u2013][ \t]+)?(?:\[\d{1,3}\]|\(?\d{1,3}[.)])?[ \t]*"
# "Weber, M." and "Müller-Lüdenscheidt, K. and Ruiz, A."
_STRICT = re.compile(rf"{_MARK}(?:[a-z]{{2,3}} ){{0,2}}({_SURNAME}(?: {_SURNAME})?), [^\W\d_]\.")
_LOOSE = re.compile(
    rf"{_MARK}({_SURNAME})(?:, {_SURNAME}|.{{0,60}}?(?:[(,.] ?{_YEAR}|\bet al\b|https?://|\bdoi\b))",
    re.IGNORECASE,
)
_DATED = re.compile(rf"\b{_YEAR}\b|https?://|\bwww\.|\bdoi\b|\bn\.\s?d\.", re.IGNORECASE)
_HEADING = re.compile(
    r"""
    ^[ \t\#*\d.]*
    (?:references|bibliography|works\ cited|sources|literature|reference\ list
      |referencias|bibliografía|fuentes|références|bibliographie|literatur(?:verzeichnis)?
      |quellen(?:verzeichnis)?|referências|bibliografia|riferimenti|literatuur|bronnen
      |литература|список\ литературы)
    [ \t*:]*$
    """,
    re.IGNORECASE | re.VERBOSE,
)


def cited(words: Words) -> bytearray:
    """1 for each word that says where something is from, 0 for the others."""
    marked = bytearray(len(words))
    for first, last in (*_in_text(words), *_entries(words)):
        marked[first:last] = b"\1" * (last - first)
    return marked


def _reach(words: Words, start: int, end: int) -> tuple[int, int]:
    return bisect_left(words.starts, start), bisect_left(words.starts, end)


def _in_text(words: Words) -> Iterator[tuple[int, int]]:
    text = words.text
    if "[" in text:
        for match in _NUMBERS.finditer(text):
            yield _reach(words, *match.span())
    if "(" not in text:
        return
    for match in _BRACKETS.finditer(text):
        first, last = _reach(words, *match.span())
        said = words.raw[first:last]
        if not any(_IS_YEAR.fullmatch(word) for word in said) or not all(map(_may_cite, said)):
            continue
        if any(word[0].isupper() and len(word) > 1 for word in said):
            if last - first <= _BRACKET_WORDS:
                yield first, last
            continue
        named = _names_before(words, first, match.start())
        if named < first:
            yield named, last


def _may_cite(word: str) -> bool:
    return (
        word[0].isupper()
        or word[0].isdigit()
        or _IS_YEAR.fullmatch(word) is not None
        or word.casefold() in _SMALL
    )


def _names_before(words: Words, first: int, bracket: int) -> int:
    """The first of the names that stand right before word `first`, or `first` where none does."""
    named, at, end = first, first, bracket
    while at > 0 and first - at < _NAMES:
        word = words.raw[at - 1]
        between = words.text[words.ends[at - 1] : end]
        if between.strip(" \t\r\n,&.'\u2019") or "\n\n" in between:
            break
        if word in _BEFORE_NAMES:
            break
        if word[0].isupper() and len(word) > 1:
            named = at - 1
        elif word.casefold() not in _SMALL:
            break
        at -= 1
        end = words.starts[at]
    return named


def _entries(words: Words) -> Iterator[tuple[int, int]]:
    """Entries of a list of sources, and lines elsewhere that look like one beyond doubt."""
    below = False
    begin = end = 0
    open_entry = strict = stopped = False

    def finished() -> Iterator[tuple[int, int]]:
        first, last = _reach(words, begin, end)
        if 0 < last - first <= ENTRY_WORDS and _DATED.search(words.text, begin, end):
            yield first, last

    place = 0
    for line in words.text.splitlines(keepends=True):
        start, place = place, place + len(line)
        bare = line.rstrip()
        heading = len(bare) < 60 and _HEADING.match(bare) is not None
        starts, sure = _starts(bare, below=below)
        goes_on = open_entry and bare and not heading and not starts
        ended, stopped = stopped, bare.endswith(".")
        if goes_on and not (strict and not below and ended):
            end = start + len(bare)
            continue
        if open_entry:
            yield from finished()
            open_entry = False
        if heading:
            below = True
        elif starts:
            open_entry, strict = True, sure
            begin, end = start, start + len(bare)
        elif bare:
            # Prose again: the list has ended.
            below = False
    if open_entry:
        yield from finished()


def _starts(line: str, *, below: bool) -> tuple[bool, bool]:
    """Whether an entry begins with this line, and whether that is beyond doubt."""
    match = _STRICT.match(line)
    if match is not None and match.group(1)[0].isupper():
        return True, True
    match = _LOOSE.match(line) if below else None
    return match is not None and match.group(1)[0].isupper(), False
