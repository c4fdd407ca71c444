"""The other rooms that belong to a policy."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise

from policies.selectors_office import Kept


@dataclass(frozen=True)
class Room:
    """A link to a page of its own."""

    icon: str
    label: str | Promise
    hint: str | Promise
    url: str


def of(kept: Kept) -> list[Room]:
    """The rooms of a policy, in the order in which they are needed."""
    return []


def helpful(kept: Kept) -> dict[int, tuple[int, int]]:
    """Number of a version -> how many say that it helped, and how many that it did not."""
    return {}
