"""Where people find help at once, before and after they report something urgent (QU7).

`HELP_CONTACTS_FILE` names a TOML file with the contacts of the place and of each institution:

    [[contact]]
    institution = "northfield"            # its short name; left out: for everybody
    name = "Campus safety"
    reach = "+1 555 0100, at any hour"
    url = "https://safety.example.edu/"   # optional

Without it there are only the numbers that hold everywhere. What looks urgent in the words of a
report decides nothing: it shows these contacts, and the kind that was chosen alone makes a case
urgent.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import checks

from integrity.courses.models import Institution

_FIELDS = {"institution", "name", "reach", "url"}
# English and Spanish, as people write when somebody is in danger. Whole words, no bound left open.
_URGENT = re.compile(
    r"""\b(?:
        suicid\w{0,12} | self[- ]?harm\w{0,6}
      | (?:kill|hurt|harm|cut)\w{0,4}\ (?:my|him|her|them)sel\w+
      | (?:kill|shoot|stab|rape|murder|bomb|attack)\w{0,4}
          \ (?:you|me|him|her|them|us|people|everyone|everybody)
      | (?:will|going\ to|gonna|want\ to|wants\ to)\ (?:kill|shoot|stab|hurt|rape|murder|die|attack)
      | death\ threats? | threaten\w{0,4} | bomb | gun(?:man)? | doxx?(?:ed|ing|es)?
      | knows?\ where\ (?:you|i|we|she|he|they)\ lives? | (?:my|her|his|their)\ home\ address
      | in\ danger | blackmail\w{0,4} | stalk(?:s|ed|er|ing)?
      | suicidi\w{1,6} | matar(?:me|te|lo|la|nos|los|las|se)? | amenaz\w{1,8}
      | hacerme\ daño | hacerse\ daño | quitarme\ la\ vida | en\ peligro | acos[oa]\w{0,6}
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(frozen=True)
class Contact:
    """Somebody to turn to. `url` may be empty."""

    name: str
    reach: str
    url: str = ""


def contacts(institution: Institution | None) -> Sequence[Contact]:
    """The contacts of this institution and those for everybody, in the order of the file."""
    mine = ("", institution.slug if institution is not None else "")
    return [found for slug, found in _listed(settings.HELP_CONTACTS_FILE) if slug in mine]


def looks_urgent(*texts: str) -> bool:
    """Whether words in it are about violence, self-harm or doxxing. A guess: it only informs."""
    return any(_URGENT.search(text) for text in texts)


@lru_cache(maxsize=4)
def _listed(path: str) -> tuple[tuple[str, Contact], ...]:
    if not path:
        return ()
    with Path(path).open("rb") as file:
        return tuple(_contact(row) for row in tomllib.load(file).get("contact", []))


def _contact(row: dict[str, Any]) -> tuple[str, Contact]:
    texts = all(isinstance(value, str) for value in row.values())
    if not texts or set(row) - _FIELDS or not row.get("name") or not row.get("reach"):
        raise ValueError("Each contact has a name and how to reach it, as texts.")
    url = row.get("url", "")
    if url and not url.startswith("https://"):
        raise ValueError("The address of a contact starts with https://.")
    return row.get("institution", ""), Contact(row["name"], row["reach"], url)


@checks.register()
def file_can_be_read(**_options: Any) -> list[checks.CheckMessage]:
    """Say at the start, and not on the page of somebody in danger, that the file is wrong."""
    try:
        _listed(settings.HELP_CONTACTS_FILE)
    except (OSError, ValueError, AttributeError) as error:
        return [checks.Error(f"HELP_CONTACTS_FILE: {error}", id="cases.E001")]
    return []
