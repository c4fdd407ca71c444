"""What a version is going to name, before it is written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class ViolationDraft:
    """A violation type to be.

    Without `clause` it gets the number of the clause of its title, else of the one called `under`.
    """

    code: str
    kind: str
    title: str
    description: str = ""
    clause: str = ""
    under: str = ""
    urgent: bool = False
    elements: Sequence[str] = field(default_factory=tuple)


@dataclass(frozen=True, kw_only=True)
class ConsequenceDraft:
    """A consequence to be. Without `clause` it gets the number of the clause called `under`."""

    code: str
    title: str
    description: str = ""
    clause: str = ""
    under: str = ""
    takes_away: str | None = None
