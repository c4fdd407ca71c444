"""What a production start refuses. Pure: the values go in, the reasons come out."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from urllib.parse import urlsplit

SECRET_LENGTH = 50
KEY_BYTES = 32
# 32 random bytes hold about 30 different values; fewer than 16 do not happen by chance.
DIFFERENT = 16
# Of the slow hash of receipt codes; cheaper ones are for tests.
RECEIPT_WORK = 2**15


def weak_secret(value: str) -> bool:
    """Too short, or typed by hand: few different characters, or Django's own placeholder."""
    return (
        len(value) < SECRET_LENGTH
        or len(set(value)) < DIFFERENT
        or value.startswith("django-insecure")
    )


def weak_key(value: str) -> bool:
    """Not base64 of 32 bytes that look random."""
    try:
        raw = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return True
    return len(raw) != KEY_BYTES or len(set(raw)) < DIFFERENT


def _admits(host: str, allowed: Sequence[str]) -> bool:
    return any(host == name or (name.startswith(".") and host.endswith(name)) for name in allowed)


def problems(
    *,
    secret_key: str,
    field_keys: Sequence[str],
    signing_key: str,
    allowed_hosts: Sequence[str],
    debug: bool,
    database_url: str,
    redis_url: str,
    email_url: str,
    site_url: str,
    receipt_work: int,
) -> list[str]:
    """Reasons not to start, one for each weak setting; empty when all are good.

    The texts name the variable and never its value: they end up in logs.
    """
    site = urlsplit(site_url)
    checks = [
        (weak_secret(secret_key), f"SECRET_KEY must be {SECRET_LENGTH} random characters or more"),
        (
            not field_keys or any(map(weak_key, field_keys)),
            f"FIELD_KEYS must hold random keys of {KEY_BYTES} bytes in base64",
        ),
        (
            weak_key(signing_key) or signing_key in field_keys,
            f"AUDIT_SIGNING_KEY must be a random key of its own of {KEY_BYTES} bytes in base64",
        ),
        (
            not allowed_hosts or any("*" in host for host in allowed_hosts),
            "ALLOWED_HOSTS must name the hosts, without *",
        ),
        (debug, "DEBUG must be off"),
        (receipt_work < RECEIPT_WORK, f"RECEIPT_WORK must be {RECEIPT_WORK} or more"),
        (
            not database_url.startswith(("postgres://", "postgresql://")),
            "DATABASE_URL must name a PostgreSQL database",
        ),
        (not redis_url.startswith(("redis://", "rediss://")), "REDIS_URL must name a Redis"),
        (not email_url.startswith("smtp"), "EMAIL_URL must name a mail server"),
        (site.scheme != "https", "SITE_URL must start with https://"),
        (
            bool(allowed_hosts) and not _admits(site.hostname or "", allowed_hosts),
            "ALLOWED_HOSTS must contain the host of SITE_URL",
        ),
    ]
    return [text for wrong, text in checks if wrong]
