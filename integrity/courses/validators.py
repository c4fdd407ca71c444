"""Rules for what people write here."""

from __future__ import annotations

from django.core.exceptions import ValidationError

from integrity.core.errors import InvalidInput
from integrity.core.text import clean_text
from integrity.courses.words import EMPTY


def written(field: str, value: str, *, most: int, required: bool = True) -> str:
    """The text, cleaned. Raises `InvalidInput` at `field` for what cannot be stored or is empty."""
    try:
        text = clean_text(value, max_length=most)
    except ValidationError as error:
        raise InvalidInput({field: error.messages}) from error
    if required and not text:
        raise InvalidInput({field: [EMPTY]})
    return text
