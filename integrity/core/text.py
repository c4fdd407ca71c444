"""Rules for text that people send."""

from __future__ import annotations

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# A composed text has at most so many times the characters it came with (UAX #15): letters of some
# scripts, such as those of Hindi with a dot, are only ever written as two.
GROWTH = 3

# Controls that are invisible or turn the reading direction. Joiners stay: emoji and scripts need
# them.
# Marks of direction, blanks without width, and the tags in which whole texts can hide.
_INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_BREAKS = re.compile("\r\n?|[\u2028\u2029\x85]")


def clean_text(value: str, *, max_length: int, single_line: bool = False) -> str:
    """Text in composed form without invisible controls, stripped.

    Raises `ValidationError` for NUL and other control characters, for lone surrogates, and beyond
    `max_length` characters. On a single line breaks become spaces.
    """
    if any(0xD800 <= ord(char) <= 0xDFFF for char in value):
        raise ValidationError(_("This text contains characters that cannot be stored."))
    text = _BREAKS.sub("\n", value)
    if _CONTROL.search(text):
        raise ValidationError(_("This text contains control characters. Please remove them."))
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    if single_line:
        text = re.sub(r"\s+", " ", text)
    text = text.strip()
    if len(text) > max_length:
        raise ValidationError(
            _("Please use at most %(limit)s characters; there are %(count)s.")
            % {"limit": f"{max_length:,}", "count": f"{len(text):,}"}
        )
    return text


def search_key(text: str) -> str:
    """Lower case without accents, for a normalised search column on both databases."""
    if text.isascii():
        return " ".join(text.lower().split())
    # Decomposed first: a styled capital has no lower case, the letter it stands for has.
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return " ".join("".join(c for c in folded if not unicodedata.combining(c)).split())
