"""The findings grid beside one allegation."""

from __future__ import annotations

from django import template

from cases.models import Allegation
from cases.selectors.case_page.grid import Grid, GridPart

register = template.Library()


@register.filter
def part_of(grid: Grid, allegation: Allegation) -> GridPart | None:
    """The part of the grid that is about an allegation."""
    return grid.of(allegation)
