"""What the page of a policy says about its reviews."""

from __future__ import annotations

from django import template

from policies import reviewing
from policies.models import Document

register = template.Library()


@register.simple_tag
def review_standing(document: Document) -> reviewing.Standing:
    """When the policy was reviewed and when it is next. Three queries."""
    return reviewing.standing(document)
