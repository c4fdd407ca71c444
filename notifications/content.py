"""The sealed text of messages and letters."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from integrity.core import crypto

MESSAGE_PURPOSE = "message"
LETTER_PURPOSE = "letter"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageContent:
    """What an email says."""

    subject: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterContent:
    """What a letter says, and to whom by name. `html` is sanitised."""

    to: str = field(repr=False)
    html: str = field(repr=False)


def seal_message(*, subject: str, text: str) -> bytes:
    """Ciphertext for `OutboxMessage.content_sealed`."""
    return crypto.seal(json.dumps({"subject": subject, "text": text}), purpose=MESSAGE_PURPOSE)


def unseal_message(blob: bytes | memoryview) -> MessageContent:
    """What `seal_message` was given. Raises `crypto.CannotOpen`."""
    return MessageContent(**json.loads(crypto.unseal(blob, purpose=MESSAGE_PURPOSE)))


def seal_letter(*, to: str, html: str) -> bytes:
    """Ciphertext for `Letter.content_sealed`."""
    return crypto.seal(json.dumps({"to": to, "html": html}), purpose=LETTER_PURPOSE)


def unseal_letter(blob: bytes | memoryview) -> LetterContent:
    """What `seal_letter` was given. Raises `crypto.CannotOpen`."""
    return LetterContent(**json.loads(crypto.unseal(blob, purpose=LETTER_PURPOSE)))
