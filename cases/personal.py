"""Points out what in a text looks like personal data (IN7). It informs and never blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MOST = 5
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_ACCOUNT = re.compile(r"\b[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{4}){2,7}(?:[ ]?[A-Z0-9]{1,4})?\b")
# Digits with the marks people put between them; not part of a word, an address or a decimal.
_PHONE = re.compile(r"(?<![\w/.@=&-])\+?\(?\d[\d ().-]{5,20}\d(?![\w@/-])")
_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[.-]\d{1,2}[.-]\d{2,4}|\d{4} ?- ?\d{2,4}")
_LINK = re.compile(r"https?://\S+")


@dataclass(frozen=True)
class Pointer:
    """Something in a text, and what it looks like."""

    label: str | Promise
    excerpt: str


def pointers(*texts: str) -> list[Pointer]:
    """At most `MOST` different ones, in the order they stand."""
    found: dict[str, Pointer] = {}
    for text in texts:
        for pointer in _of(text):
            found.setdefault(pointer.excerpt, pointer)
    return list(found.values())[:MOST]


def _of(text: str) -> Iterator[Pointer]:
    words = _LINK.sub(" ", text)
    for match in _EMAIL.finditer(words):
        yield Pointer(_("an email address"), match.group())
    rest = _EMAIL.sub(" ", words)
    for match in _ACCOUNT.finditer(rest):
        yield Pointer(_("an account number"), match.group())
    for match in _PHONE.finditer(_ACCOUNT.sub(" ", rest)):
        excerpt = match.group().strip()
        digits = sum(char.isdigit() for char in excerpt)
        if 7 <= digits <= 15 and not _DATE.fullmatch(excerpt):
            yield Pointer(_("a phone number"), excerpt)
