"""What the page of a policy says about its reviews."""

from __future__ import annotations

from dataclasses import dataclass

from django import template

from policies import reviewing
from policies.models import Document
from policies.selectors_reviews import took_part

register = template.Library()


@dataclass(frozen=True)
class Call:
    """Where the reviews stand, and which groups took part in the last one."""

    standing: reviewing.Standing
    groups: tuple[str, ...]


@register.simple_tag
def review_call(document: Document) -> Call:
    """When the policy was reviewed, with whom, and when it is next. At most four queries."""
    standing = reviewing.standing(document)
    return Call(standing, took_part(standing.last))
