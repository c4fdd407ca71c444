"""What a version says, as data: to tell whether somebody changed it, and to name it in the history.

Four parts, each edited on a page of its own. A digest is the SHA-256 of the part as JSON with
sorted keys and without spaces; rows of lists come in their order.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from policies.models import Version

TEXT, TERMS, VIOLATIONS, CONSEQUENCES = "text", "terms", "violation_types", "consequences"
# The fields of each part; those of lists are the fields of a row.
FIELDS: dict[str, tuple[str, ...]] = {
    TEXT: ("body", "effective_at", "change_summary", "language"),
    TERMS: (
        "no_refunds",
        "response_working_days",
        "extension_working_days",
        "appeal_working_days",
        "clock_starts",
        "standard_of_proof",
        "appeal_grounds",
        "pledge",
        "pledge_grace_days",
    ),
    VIOLATIONS: ("code", "kind", "title", "description", "clause", "urgent", "elements"),
    CONSEQUENCES: ("code", "title", "description", "clause", "takes_away"),
}
PARTS = tuple(FIELDS)
LISTS = (VIOLATIONS, CONSEQUENCES)
# Came later than texts that stand: left out where nothing is said, so that their digests hold.
LATER = frozenset({"clock_starts"})


def of(version: Version) -> dict[str, Any]:
    """Part -> what the version says in it. Reads the two lists."""
    return {part: part_of(version, part) for part in PARTS}


def part_of(version: Version, part: str) -> Any:
    """One part: a mapping of fields, or the rows of a list."""
    if part not in LISTS:
        return {
            name: plain(value)
            for name in FIELDS[part]
            if (value := getattr(version, name)) or name not in LATER
        }
    rows = version.violation_types if part == VIOLATIONS else version.consequences
    return [{name: getattr(row, name) for name in FIELDS[part]} for row in rows.all()]


def digests(version: Version) -> dict[str, str]:
    """Part -> its digest."""
    return {part: digest(said) for part, said in of(version).items()}


def whole(version: Version) -> str:
    """The digest of everything a version says."""
    return digest(of(version))


def digest(said: Any) -> str:
    """The digest of a part, or of all of them."""
    written = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(written.encode()).hexdigest()


def others(seen: Mapping[str, str], stored: Mapping[str, str]) -> list[str]:
    """The parts of `seen` that are not stored like that any more."""
    return [part for part, was in seen.items() if stored[part] != was]


def plain(value: Any) -> Any:
    """A value of a field as JSON has it: an instant as text in UTC."""
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
