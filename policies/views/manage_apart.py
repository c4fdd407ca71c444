"""What somebody else stored, and what was typed meanwhile, word by word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.utils.translation import gettext as _

from policies import contents
from policies.difference import CHANGED, GONE, NEW, Change, words
from policies.enums import ClockStart, StandardOfProof
from policies.models import Version


def apart(part: str, theirs: Any, mine: Mapping[str, Any]) -> list[Change]:
    """From what is stored to what was typed: only what differs.

    `theirs` is a part as `policies.contents` reads it, `mine` what a form gives to the service.
    """
    if part in contents.LISTS:
        stored = {row["code"]: _row(row) for row in theirs}
        typed = {item.code: _row(asdict(item)) for item in mine[part]}
        titles = {row["code"]: row["title"] for row in theirs}
        titles |= {item.code: item.title for item in mine[part]}
    else:
        stored = {name: _said(name, theirs.get(name)) for name in contents.FIELDS[part]}
        typed = {name: _said(name, mine[name]) for name in contents.FIELDS[part]}
        titles = {name: _label(name) for name in contents.FIELDS[part]}
    found = []
    for key in {**stored, **typed}:
        before, after = stored.get(key), typed.get(key)
        if before == after:
            continue
        kind = NEW if before is None else GONE if after is None else CHANGED
        found.append(Change(kind, "", titles[key], words(before or "", after or "")))
    return found


def _label(name: str) -> str:
    field: Any = Version._meta.get_field(name)  # noqa: SLF001 - public by docs
    words = str(field.verbose_name)
    return words[:1].upper() + words[1:]


def _row(row: Mapping[str, Any]) -> str:
    lines = [str(row["title"]), str(row["description"]), *row.get("elements", ())]
    return "\n".join(line for line in lines if line)


def _said(name: str, value: Any) -> str:
    if value in (None, ""):
        return _("Not mentioned")
    if name == "effective_at":
        return value if isinstance(value, str) else str(contents.plain(value))
    if name == "clock_starts":
        return str(ClockStart(value).label)
    if name == "standard_of_proof":
        return str(StandardOfProof(value).label)
    if isinstance(value, list):
        return "\n".join(item["title"] for item in value)
    return str(value)
