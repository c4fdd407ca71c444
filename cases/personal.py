"""Points out what in a text looks like personal data (IN7). It informs and never blocks.

Only the words themselves are looked at: nobody is looked up, so nothing tells whether somebody of
that name exists (HOSTILE 33). It never raises and takes time in proportion to the text: every
repetition in the patterns has a bound. What it takes for a name is a guess; ordinary capitals
(days, places, parts of a course) are left alone, and so a name made of such words is missed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import unquote

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases import personal_words as words

# Of one text at most so many are shown, and so many of one kind: the rest would be noise.
MOST = 8
MOST_OF_A_KIND = 3
# Longer texts are not read to the end; every field has a smaller limit.
READ = 20_000

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_LINK = re.compile(r"(?:https?://|www\.)\S{1,2000}")
_ACCOUNT = re.compile(r"\b[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{4}){2,7}(?:[ ]?[A-Z0-9]{1,4})?\b")
# Digits with the marks people put between them; not part of a word, an address or a decimal.
_PHONE = re.compile(r"(?<![\w/.@=&-])\+?\(?\d[\d ().-]{5,20}\d(?![\w@/-])")
_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[.-]\d{1,2}[.-]\d{2,4}|\d{4} ?- ?\d{2,4}")
# A decimal, a number in groups of three, the number of a book.
_NO_PHONE = re.compile(
    r"\d+\.\d+|\d{1,2}(?: \d{3}){2,3}|\d{1,3}(?: \d{3}){3}|97[89][- ]\d{1,5}[- ][\d -]{5,12}"
)
_CARD = re.compile(r"(?<![\w.-])[3-6]\d{3}(?:[ -]?\d{2,6}){2,4}(?![\w-])")
_WORD = re.compile(r"[^\W\d_][\w'’-]{0,39}")
_ENDS_A_SENTENCE = re.compile(r"[.!?:;…\n\r\t\"“”«»„()\[\]*#>–—/|]")


@dataclass(frozen=True)
class Pointer:
    """Something in a text, what it looks like, and the field it stands in."""

    label: str | Promise
    excerpt: str
    field: str = ""

    @property
    def page(self) -> str:
        """The page of a report on which the field is."""
        return {"account": "details", "quoted_text": "place"}.get(self.field, "evidence")


def pointers(text: str) -> list[Pointer]:
    """What looks personal in one text: different ones, at most `MOST`, the surest kinds first."""
    found: dict[str, Pointer] = {}
    counted: dict[int, int] = {}
    for kind, pointer in _of(text[:READ]):
        if counted.get(kind, 0) < MOST_OF_A_KIND and pointer.excerpt not in found:
            found[pointer.excerpt] = pointer
            counted[kind] = counted.get(kind, 0) + 1
    return list(found.values())[:MOST]


def in_fields(texts: Mapping[str, str]) -> list[Pointer]:
    """The same for several fields; what stands in two of them is named at the first."""
    found: dict[str, Pointer] = {}
    for field, text in texts.items():
        for pointer in pointers(text):
            found.setdefault(pointer.excerpt, replace(pointer, field=field))
    return list(found.values())


def _of(text: str) -> Iterator[tuple[int, Pointer]]:
    """Each with the number of its kind. What one kind has found is no longer there for the next."""
    finders: tuple[tuple[str | Promise, Callable[[str], Iterator[tuple[int, int]]]], ...] = (
        (_("a link with an email address in it"), _telling_links),
        (_("a link"), _links),
        (_("an email address"), _spans(_EMAIL)),
        (_("an account number"), _spans(_ACCOUNT)),
        (_("a number of a payment card"), _cards),
        (_("a number that an office gives to a person"), _identifiers),
        (_("an address where somebody lives"), _addresses),
        (_("a phone number"), _phones),
        (_("the name of a person"), _names),
    )
    rest = text
    for kind, (label, find) in enumerate(finders):
        spans = list(find(rest))
        for start, end in spans:
            if find is not _links:
                yield kind, Pointer(label, rest[start:end].strip())
        for start, end in spans:
            # As long as before, so that places stay where they are; no kind matches these.
            rest = rest[:start] + "\x00" * (end - start) + rest[end:]


def _spans(pattern: re.Pattern[str]) -> Callable[[str], Iterator[tuple[int, int]]]:
    def find(text: str) -> Iterator[tuple[int, int]]:
        for match in pattern.finditer(text):
            yield match.span()

    return find


def _telling_links(text: str) -> Iterator[tuple[int, int]]:
    for match in _LINK.finditer(text):
        if _EMAIL.search(unquote(match.group()).rpartition("://")[2].partition("/")[2]):
            yield match.start(), match.start() + len(match.group().rstrip(".,;:!?)”’"))


def _links(text: str) -> Iterator[tuple[int, int]]:
    """Other links say where something is; what stands in them is not looked at."""
    for match in _LINK.finditer(text):
        yield match.span()


def _digits(text: str) -> str:
    return "".join(char for char in text if "0" <= char <= "9")


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of payment cards (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = int(char) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _cards(text: str) -> Iterator[tuple[int, int]]:
    for match in _CARD.finditer(text):
        digits = _digits(match.group())
        if 13 <= len(digits) <= 19 and len(set(digits)) > 1 and luhn(digits):
            yield match.span()


def _identifiers(text: str) -> Iterator[tuple[int, int]]:
    for pattern, valid in words.IDENTIFIERS:
        for match in pattern.finditer(text):
            if valid is None or valid(match.group()):
                yield match.span()


def _addresses(text: str) -> Iterator[tuple[int, int]]:
    for pattern in words.ADDRESSES:
        for match in pattern.finditer(text):
            yield match.span()


def _phones(text: str) -> Iterator[tuple[int, int]]:
    for match in _PHONE.finditer(text):
        excerpt = match.group().strip()
        other = _DATE.fullmatch(excerpt) or _NO_PHONE.fullmatch(excerpt)
        if 7 <= len(_digits(excerpt)) <= 15 and not other:
            yield match.span()


# Names


@dataclass(frozen=True)
class _Token:
    start: int
    end: int
    text: str
    # Whether a sentence, a line or a quotation begins with it.
    first: bool
    # Whether nothing but a blank, or the dot of a title, is between it and the word before.
    joined: bool

    @property
    def capital(self) -> bool:
        return self.text[0].isupper() and not (len(self.text) > 1 and self.text.isupper())

    @property
    def ordinary(self) -> bool:
        plain = self.text.casefold()
        return plain.removesuffix("'s").removesuffix("’s") in words.NO_NAMES


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    end = 0
    for match in _WORD.finditer(text):
        between = text[end : match.start()]
        title = bool(found) and found[-1].text.casefold() in words.TITLES
        # "Mr. Meier" is one sentence, "with Nova K. She" is taken as one that goes on.
        glued = between in (" ", "\u00a0") or (title and between in (". ", "."))
        first = not found or (not glued and bool(_ENDS_A_SENTENCE.search(between)))
        found.append(_Token(match.start(), match.end(), match.group(), first, glued))
        end = match.end()
    return found


def _names(text: str) -> Iterator[tuple[int, int]]:
    tokens = _tokens(text)
    at = 0
    while at < len(tokens):
        last = _with_title(tokens, at) or _full_name(text, tokens, at)
        if last is None:
            at += 1
            continue
        yield tokens[at].start, tokens[last].end
        at = last + 1


def _with_title(tokens: list[_Token], at: int) -> int | None:
    """The last word of a name after a title: "Dr. Ana Souza"."""
    title = tokens[at].text
    if title not in words.SMALL_TITLES and (
        title.casefold() not in words.TITLES or not title[0].isupper()
    ):
        return None
    last = at
    for token in tokens[at + 1 : at + 4]:
        follows = token.joined and (token.capital or token.text.casefold() in words.PARTICLES)
        if not follows or token.ordinary:
            break
        last += 1
    return last if last > at and tokens[last].capital else None


def _full_name(text: str, tokens: list[_Token], at: int) -> int | None:
    """The last word of a name in the middle of a sentence: "by Ana de Souza", "with Nova K."."""
    if tokens[at].first or not tokens[at].capital or len(tokens[at].text) < 2:
        return None
    run = [at]
    for place in range(at + 1, min(at + 5, len(tokens))):
        token = tokens[place]
        if not token.joined or not (token.capital or token.text.casefold() in words.PARTICLES):
            break
        run.append(place)
    while run and not tokens[run[-1]].capital:
        run.pop()
    capitals = [place for place in run if tokens[place].capital]
    if len(capitals) < 2 or any(tokens[place].ordinary for place in capitals):
        return None
    end = tokens[run[-1]].end
    if len(tokens[run[-1]].text) == 1 and text[end : end + 1] != ".":
        # "I" and other single letters are initials only with their dot.
        return None
    return run[-1]
