"""Who told the desk: a name and how to reach them, kept sealed with the report (IN10, PV1)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from integrity.core import crypto

PURPOSE = "report-informant"
NAME_LENGTH = 150
CONTACT_LENGTH = 300


@dataclass(frozen=True)
class Informant:
    """What somebody said of themselves. `repr` shows none of it."""

    name: str = field(repr=False)
    contact: str = field(default="", repr=False)

    def sealed(self) -> bytes:
        """As `Report.informant_sealed` keeps it."""
        told = json.dumps({"name": self.name, "contact": self.contact}, ensure_ascii=False)
        return crypto.seal(told, purpose=PURPOSE)


def opened(blob: bytes | memoryview) -> Informant:
    """What was sealed. Who may ask for it is the caller's to know.

    Raises `crypto.CannotOpen` for changed bytes and for a key that is not configured.
    """
    told = json.loads(crypto.unseal(blob, purpose=PURPOSE))
    return Informant(told["name"], told["contact"])
