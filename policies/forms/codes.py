"""Codes made of titles, for what schemes and letters name from version to version."""

from __future__ import annotations

from django.utils.text import slugify


def code_of(title: str, otherwise: str) -> str:
    """A code made of words; letters and numbers of the Latin script only."""
    made = slugify(title).replace("-", "_").strip("_")[:40].strip("_")
    return made if made[:1].isalpha() else otherwise


def free_code(code: str, taken: list[str]) -> str:
    found, count = code, 1
    while found in taken:
        count += 1
        found = f"{code[:55]}_{count}"
    return found
