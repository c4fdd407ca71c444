"""The other rooms that belong to a policy."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

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
    slug = kept.document.slug
    return [
        Room(
            "users",
            _("Yearly review"),
            _("The meeting, what people sent in, and the outcome."),
            reverse("policy_reviews:review", args=[slug]),
        ),
        Room(
            "send",
            _("Tell everybody"),
            _("Of a new version, and of the policy once a year: by email and by other media."),
            reverse("policy_reviews:telling", args=[slug]),
        ),
    ]


def helpful(kept: Kept) -> dict[int, tuple[int, int]]:
    """Number of a version -> how many say that it helped, and how many that it did not."""
    return {}
