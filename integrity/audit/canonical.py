"""Canonical JSON: one value, one text, one sequence of bytes.

No Django here: the verifier must run where nothing of this product is installed. The rules are
written for third parties in `docs/history.md`; both must say the same.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

# Beyond this, languages that keep numbers as doubles would read another number.
LARGEST_INTEGER = 2**53 - 1
DEEPEST = 32
# Made once: json.dumps would build an encoder for every event.
_encode = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
).encode


class NotCanonical(ValueError):
    """The value has no canonical form."""


def text(value: str) -> str:
    """`value` in composed form (NFC). Raises `NotCanonical` for lone surrogates."""
    # A choice from an enumeration is a text too, but would print its name.
    plain = str.__str__(value)
    if plain.isascii():
        return plain
    try:
        plain.encode()
    except UnicodeEncodeError as error:
        raise NotCanonical("Text with lone surrogates cannot be written as UTF-8.") from error
    return unicodedata.normalize("NFC", plain)


def instant(value: datetime) -> str:
    """`2026-11-21T10:00:00.123456Z`: UTC, always with six digits. Raises for a naive time."""
    if value.tzinfo is None:
        raise NotCanonical("A time without a zone is no instant.")
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def plain(value: Any, *, _depth: int = 0) -> Any:
    """`value` as objects, lists, texts, whole numbers, true, false and null only.

    Times, dates, UUIDs and decimals become text. Raises `NotCanonical` for floats, for anything
    else that JSON does not know, for numbers beyond 2^53 - 1, for keys that are no text or that
    become equal in composed form, and for more than 32 levels.
    """
    if value is None or value is True or value is False:
        return value
    if isinstance(value, str):
        return text(value)
    if isinstance(value, int):
        if abs(value) > LARGEST_INTEGER:
            raise NotCanonical("A whole number beyond 2^53 - 1.")
        return int(value)
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise NotCanonical("A decimal that is not finite.")
        return format(value, "f")
    if _depth >= DEEPEST:
        raise NotCanonical(f"More than {DEEPEST} levels.")
    if isinstance(value, Mapping):
        result: dict[str, Any] = {}
        for key, inner in value.items():
            if not isinstance(key, str):
                raise NotCanonical(f"A key must be text, not {type(key).__name__}.")
            name = text(key)
            if name in result:
                raise NotCanonical("Two keys are the same in composed form.")
            result[name] = plain(inner, _depth=_depth + 1)
        return result
    if isinstance(value, list | tuple):
        return [plain(inner, _depth=_depth + 1) for inner in value]
    if isinstance(value, float):
        raise NotCanonical("No floats: write a decimal as text, or a whole number of small units.")
    raise NotCanonical(f"{type(value).__name__} has no canonical form.")


def dumps(value: Any) -> str:
    """The canonical text of `value`; encode it as UTF-8 for the bytes. Raises `NotCanonical`."""
    return _encode(plain(value))
