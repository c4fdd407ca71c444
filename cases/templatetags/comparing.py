"""How a comparison looks on a page: the words for its kinds, and the markup of its texts."""

from __future__ import annotations

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.covering import MARK
from cases.templatetags.covering import covered
from cases.versus import Block, Mark, Side, Text

register = template.Library()

KINDS: dict[str, Text] = {
    "same": gettext_lazy("same words"),
    "close": gettext_lazy("close wording"),
    "quoted": gettext_lazy("quoted and cited"),
    "common": gettext_lazy("common phrase"),
    "aside": gettext_lazy("set aside"),
}


@register.filter
def kind_word(kind: str) -> Text:
    """The kind of a passage in words."""
    return KINDS[kind]


@register.simple_tag
def beside(block: Block, side: Side) -> SafeString:
    """The bits of a block, everything escaped; each passage begins with a link to its other half.

    Written here and not in a template: a text can have thousands of passages.
    """
    out = []
    for bit in block.bits:
        text = covered(bit.text) if bit.text == MARK else escape(bit.text)
        if bit.kind:
            links = "".join(_link(mark, side) for mark in bit.starts)
            out.append(f'<mark class="{escape(bit.kind)}">{links}{text}</mark>')
        else:
            out.append(text)
    return mark_safe("".join(out))  # noqa: S308 - every part is escaped above


def _link(mark: Mark, side: Side) -> SafeString:
    said = _("Passage %(number)s, %(kind)s: see it in the other text") % {
        "number": mark.number,
        "kind": KINDS[mark.kind],
    }
    return format_html(
        '<a id="{}{}" href="#{}{}" aria-label="{}">{}</a>',
        side.letter, mark.number, side.other, mark.number, said, mark.number,
    )  # fmt: skip
