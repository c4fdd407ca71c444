"""Filters for letters. The letters' own engine loads them; pages use those of `integrity.web`."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from integrity.web.dates import day_words, exact_words

register = template.Library()


@register.filter
def moment(at: datetime) -> str:
    """A moment in words, in the reader's zone: "Friday 4 December 2026, 23:59, Bogota time"."""
    return exact_words(at)


@register.filter
def moment_html(at: datetime) -> SafeString:
    """A moment in words, with the exact time for machines."""
    return format_html('<time datetime="{}">{}</time>', at.isoformat(), exact_words(at))


@register.filter
def day(at: datetime) -> str:
    """Only the day, in words: "4 December 2026"."""
    return day_words(timezone.localtime(at).date(), "long")
