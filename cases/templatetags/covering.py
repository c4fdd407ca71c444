"""How covered parts look on a page."""

from __future__ import annotations

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from cases.covering import MARK

register = template.Library()


@register.filter
def covered(value: str) -> SafeString:
    """Text, escaped unless it is safe already, with each mark said in a word to who cannot see it.

    Used after filters that look at lines: `{{ text|paragraphs|covered }}`.
    """
    said = format_html(
        '<span aria-hidden="true">{}</span><span class="vh">{}</span>', MARK, _("(covered)")
    )
    return mark_safe(conditional_escape(value).replace(MARK, said))  # noqa: S308 - escaped
