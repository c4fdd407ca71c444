"""Receipt codes: the only way back to a report that was sent without a name (IN4).

A code has sixteen signs of Crockford's base32 (80 bits), shown as 7Q2M-X94T-0B6R-K3WZ. It is never
stored: a report keeps a slow hash of its keyed fingerprint (decision 0021). Nobody can look a code
up, not even its owner.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from uuid import UUID

from django.conf import settings

from integrity.core import crypto

# No letter that is mistaken for a digit, and no U.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 16
_GROUP = 4
_BITS = 5

CODE, DRAFT, MADE = "receipt", "report-draft", "receipt-code"

_HEARD = str.maketrans({"O": "0", "I": "1", "L": "1"})
# The same for all codes, or a report could not be found by one. What keeps the hashes apart from
# those of others is the key outside the database.
_SALT = b"integrity.cases.receipt.1"
_BLOCK = 8

_NO_SIGN = re.compile(r"[^0-9A-Z]")
_KEY = re.compile(r"[A-Za-z0-9_-]{43}")


def new_code() -> str:
    """A random code, as it is shown."""
    return shown("".join(secrets.choice(ALPHABET) for _sign in range(LENGTH)))


def plain(text: str) -> str:
    """What was typed as a code, without case, spaces and dashes; O read as 0, I and L as 1."""
    return _NO_SIGN.sub("", text.upper()).translate(_HEARD)[: LENGTH + 1]


def shown(code: str) -> str:
    """A code in groups of four, to be read aloud."""
    signs = plain(code)
    return "-".join(signs[at : at + _GROUP] for at in range(0, len(signs), _GROUP))


def slow(reference: str) -> str:
    """The slow hash of a keyed fingerprint of a code: scrypt, 64 hex digits.

    It takes `settings.RECEIPT_WORK` (N; about a tenth of a second and 32 MB for 2**15). With
    another N every hash is another one, and no code that was given out opens anything any more.
    """
    work = settings.RECEIPT_WORK
    # What the algorithm needs, and as much again.
    memory = 2 * 128 * work * _BLOCK
    return hashlib.scrypt(
        reference.encode(), salt=_SALT, n=work, r=_BLOCK, p=1, maxmem=memory, dklen=32
    ).hex()


def fingerprint(code: str) -> str:
    """What a report keeps of its code: the slow hash of its keyed fingerprint."""
    return slow(crypto.reference(plain(code), purpose=CODE))


def fingerprints(code: str) -> list[str]:
    """The fingerprints to look a code up by; as much work for a wrong code as for a right one."""
    return [slow(quick) for quick in crypto.references(plain(code), purpose=CODE)]


# A report that is not sent yet belongs to whoever holds the key in their browser.


def new_key() -> str:
    """A random key for the reports somebody writes without a name."""
    return secrets.token_urlsafe(32)


def is_key(text: str) -> bool:
    """Whether the text can be such a key."""
    return _KEY.fullmatch(text) is not None


def draft_fingerprint(key: str, report_id: UUID) -> str:
    """What a report that is not sent yet keeps of its key."""
    return crypto.reference(f"{key}:{report_id}", purpose=DRAFT)


def draft_fingerprints(key: str, report_id: UUID) -> list[str]:
    """The fingerprints under which the key may hold this report."""
    return crypto.references(f"{key}:{report_id}", purpose=DRAFT)


def codes_for(key: str, report_id: UUID) -> list[str]:
    """The code of this report, as its key makes it; the first one is that of the newest field key.

    Made from the key instead of drawn, so that the same form sent twice, by somebody whose first
    answer got lost, shows the same code.
    """
    return [_code(mac) for mac in crypto.references(f"{key}:{report_id}", purpose=MADE)]


def _code(mac: str) -> str:
    number = int(mac[: LENGTH * _BITS // 4], 16)
    return shown(
        "".join(ALPHABET[number >> _BITS * place & (len(ALPHABET) - 1)] for place in range(LENGTH))
    )


def matching(key: str, report_id: UUID, receipt_ref: str) -> str:
    """The code a sent report was given from this key; "" when it was not.

    One slow hash for each field key: the one that made the code made its fingerprint too.
    """
    for place, code in enumerate(codes_for(key, report_id)):
        quick = crypto.references(plain(code), purpose=CODE)[place]
        if secrets.compare_digest(slow(quick), receipt_ref):
            return code
    return ""
