"""Filters for letters. The letters' own engine loads them; pages use those of `integrity.web`."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.conf import settings
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

register = template.Library()


def in_words(at: datetime) -> str:
    """Day and time in words, in the reader's zone, which is named: "Friday 4 December 2026, 23:59
    (CET)"."""
    local = timezone.localtime(at)
    # Translators: a moment in a letter, in Django's date format syntax.
    words = formats.date_format(local, _("l j F Y, H:i"))
    name = local.tzname() or ""
    # Zones without letters of their own call themselves "-05".
    return f"{words} (UTC{name})" if name[:1] in "+-" else f"{words} ({name})"


@register.filter
def moment(at: datetime) -> str:
    """A moment in words, for plain text."""
    return in_words(at)


@register.filter
def moment_html(at: datetime) -> SafeString:
    """A moment in words, with the exact time for machines."""
    return format_html('<time datetime="{}">{}</time>', at.isoformat(), in_words(at))


@register.filter
def day(at: datetime) -> str:
    """Only the day, in words."""
    # Translators: a day in a letter, in Django's date format syntax.
    return formats.date_format(timezone.localtime(at), _("j F Y"))


@register.filter
def absolute(path: str) -> str:
    """A page of this site as a full address; a full address stays."""
    return f"{settings.SITE_URL}{path}" if path.startswith("/") else path
