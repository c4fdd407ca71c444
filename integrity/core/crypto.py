"""Sealing of values with keys that live outside the database.

`FIELD_KEYS` holds one or more keys of 32 bytes, newest first. The first one seals; every one opens,
so a key is rotated by putting a new one in front and sealing again. What is sealed is bound to its
purpose: a value moved to another column does not open.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_VERSION = b"\x01"
_KEY_ID = 4
_NONCE = 12


class CannotOpen(Exception):
    """No configured key opens this value for this purpose."""


@lru_cache(maxsize=16)
def _derived(key: str, use: str) -> bytes:
    raw = base64.b64decode(key, validate=True)
    if len(raw) != 32:
        raise ValueError("A field key has 32 bytes.")
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=use.encode()).derive(raw)


def _key_id(key: str) -> bytes:
    return hashlib.sha256(_derived(key, "key-id")).digest()[:_KEY_ID]


# As many of the first bytes of a sealed value as tell which key sealed it.
HEAD = len(_VERSION) + _KEY_ID


def newest_head() -> bytes:
    """The first `HEAD` bytes of everything the newest key seals."""
    return _VERSION + _key_id(settings.FIELD_KEYS[0])


def key_names() -> list[str]:
    """A name for each configured key (8 hex digits), the newest first; it tells nothing of it."""
    return [_key_id(key).hex() for key in settings.FIELD_KEYS]


def key_of(head: bytes | memoryview) -> str:
    """The name of the key that sealed a value, from its first `HEAD` bytes; "" for no sealed value.

    It need not be a configured one.
    """
    data = bytes(head)
    return data[1:HEAD].hex() if data[:1] == _VERSION and len(data) >= HEAD else ""


def seal_bytes(value: bytes, *, purpose: str) -> bytes:
    """AES-256-GCM ciphertext of `value`; two calls never give the same bytes."""
    key = settings.FIELD_KEYS[0]
    nonce = os.urandom(_NONCE)
    body = AESGCM(_derived(key, "seal")).encrypt(nonce, value, purpose.encode())
    return _VERSION + _key_id(key) + nonce + body


def unseal_bytes(blob: bytes | memoryview, *, purpose: str) -> bytes:
    """What `seal_bytes` was given; `CannotOpen` for a wrong key or purpose or changed bytes."""
    data = bytes(blob)
    head = 1 + _KEY_ID
    if data[:1] != _VERSION or len(data) < head + _NONCE:
        raise CannotOpen("Not a sealed value.")
    for key in settings.FIELD_KEYS:
        if hmac.compare_digest(_key_id(key), data[1:head]):
            try:
                return AESGCM(_derived(key, "seal")).decrypt(
                    data[head : head + _NONCE], data[head + _NONCE :], purpose.encode()
                )
            except InvalidTag as error:
                raise CannotOpen("The sealed value was changed or moved.") from error
    raise CannotOpen("The key that sealed this value is not configured.")


def seal(value: str, *, purpose: str) -> bytes:
    """`seal_bytes` for text."""
    return seal_bytes(value.encode(), purpose=purpose)


def unseal(blob: bytes | memoryview, *, purpose: str) -> str:
    """`unseal_bytes` for text."""
    return unseal_bytes(blob, purpose=purpose).decode()


def _reference(key: str, value: object, purpose: str) -> str:
    mac = hmac.new(_derived(key, "reference"), f"{purpose}\x00{value}".encode(), hashlib.sha256)
    return mac.hexdigest()


def reference(value: object, *, purpose: str) -> str:
    """A keyed fingerprint (64 hex digits) to find a sealed value by; useless without the key."""
    return _reference(settings.FIELD_KEYS[0], value, purpose)


def references(value: object, *, purpose: str) -> list[str]:
    """The fingerprints under every configured key, to look up rows from before a rotation."""
    return [_reference(key, value, purpose) for key in settings.FIELD_KEYS]
