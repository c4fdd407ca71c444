"""Where a text says itself that the words are somebody else's.

A quotation is set aside when it stands in quotation marks or in a quoted block and either is short
or has a source named beside it. A long one without a source counts: the marks alone do not say
whose words they are.
"""

from __future__ import annotations

import re
from bisect import bisect_left

from cases.comparison.words import Words

# With a source beside it a quotation may be a page long; without one, a sentence or two.
CITED_WORDS = 300
SHORT_WORDS = 40
# One or two words in marks are a name or a manner of speaking.
LEAST_WORDS = 3
_REACH = 160
# Who says something is named right before it or right after.
_SAYING = 40
_LONGEST = 3_000

_OPEN_CLOSE = (
    ("“", "”"),
    ("«", "»"),
    ("„", "“"),
    ("„", "”"),
    ("‹", "›"),
    ("「", "」"),
    ("『", "』"),
)
_PAIRS = [re.compile(rf"{begin}[^{begin}{end}]{{1,{_LONGEST}}}{end}") for begin, end in _OPEN_CLOSE]
_TEX = re.compile(rf"``[^`]{{1,{_LONGEST}}}?''")
_SINGLE = re.compile(rf"(?<!\w)‘[^‘]{{1,{_LONGEST}}}?’(?!\w)")
_STRAIGHT = re.compile(r'"')
_BLOCK = re.compile(r"(?:^[ \t]*>[^\n]*\n?)+", re.MULTILINE)
_SOURCE = re.compile(
    r"""
      \(\s*[^()\n]{0,80}?\b(?:1[5-9]|20)\d\d[a-z]?\b[^()\n]{0,40}\)   # (Hughes, 2007, p. 4)
    | \[\s*\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*\s*\]                       # [3], [3, 5]
    | [¹²³⁴-⁹]                                                       # a note
    | \bhttps?://\S | \bwww\.\S | \bdoi\b
    | \b(?:et\ al|ibid|op\.\ cit|cited\ in|quoted\ in|according\ to|in\ the\ words\ of)\b
    | \bp{1,2}\.\s?\d
    """,
    re.VERBOSE | re.IGNORECASE,
)
_SAYS = re.compile(
    r"""
      \b(?:writes?|wrote|says|said|states?|stated|argues?|argued|notes|noted|observes|observed
         |claims|claimed|explains|explained|defines|defined|puts\ it)\b
    | \b(?:según|citado\ en|escribe|escribió|dice|dijo|afirma|afirmó|sostiene|define|definió)\b
    | \b(?:selon|écrit|affirme|d'après|laut|nach|schreibt|schrieb|sagt|sagte|segundo|escreve)\b
    """,
    re.VERBOSE | re.IGNORECASE,
)


def quoted(words: Words) -> bytearray:
    """1 for each word that is quoted, 0 for the others."""
    text = words.text
    marked = bytearray(len(words))
    for start, end in _places(text):
        first, last = bisect_left(words.starts, start), bisect_left(words.starts, end)
        count = last - first
        if not LEAST_WORDS <= count <= CITED_WORDS:
            continue
        if count <= SHORT_WORDS or _has_source(text, start, end):
            marked[first:last] = b"\1" * count
    return marked


def _has_source(text: str, start: int, end: int) -> bool:
    return any(
        pattern.search(text, max(0, start - reach), start) or pattern.search(text, end, end + reach)
        for pattern, reach in ((_SOURCE, _REACH), (_SAYS, _SAYING))
    )


def _places(text: str) -> list[tuple[int, int]]:
    found = [
        match.span()
        for pattern, sign in (
            *((pattern, pattern.pattern[0]) for pattern in _PAIRS),
            (_TEX, "``"),
            (_SINGLE, "‘"),
            (_BLOCK, ">"),
        )
        if sign in text
        for match in pattern.finditer(text)
    ]
    return found + _straight(text)


def _straight(text: str) -> list[tuple[int, int]]:
    """Pairs of straight marks: an opening one leans on the word after it, a closing one before."""
    found = []
    opened: int | None = None
    for match in _STRAIGHT.finditer(text):
        at = match.start()
        before, after = text[at - 1 : at], text[at + 1 : at + 2]
        opens = (not before or not before.isalnum()) and bool(after) and not after.isspace()
        closes = bool(before) and not before.isspace()
        if opened is not None and (at - opened > _LONGEST or "\n\n" in text[opened:at]):
            opened = None
        if opened is not None and closes:
            found.append((opened, at + 1))
            opened = None
        elif opened is None and opens:
            opened = at
    return found
