"""Public identifiers."""

from __future__ import annotations

import uuid


def public_id() -> uuid.UUID:
    """A random identifier for addresses. Random, because an ordered one would tell the time."""
    return uuid.uuid4()
