"""Template tags every page shares."""

from django import template

register = template.Library()
