"""What the printed comparison is made of (CF3)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.templatetags.comparing import KINDS
from cases.versus import Block, Side, Versus
from integrity.web.dates import day_words

MOST_LISTED = 500


def document(
    versus: Versus, *, number: str, label: str, title: str, at: datetime, about: str = ""
) -> dict[str, Any]:
    """The data of `comparison.typ`: what the page shows, long stretches named and left out.

    Nobody of the desk is named in it, nor when it was printed.
    """
    facts = [(_("Case"), number)]
    if label:
        facts.append((_("Evidence"), label))
    facts += [
        (_("Compared"), day_words(timezone.localtime(at).date(), "long")),
        (_("Language"), str(versus.language)),
    ]
    return {
        "title": title,
        "head": number,
        "foot": label or _("Working paper, no evidence"),
        "about": about,
        "facts": facts,
        "figures": told(versus),
        "caveat": _(
            "A match shows where to look. It cannot tell why two texts agree, and a figure alone "
            "never proves anything."
        ),
        "covered": ngettext(
            "%(count)s passage is not marked, because parts of it are covered.",
            "%(count)s passages are not marked, because parts of them are covered.",
            versus.covered,
        )
        % {"count": versus.covered}
        if versus.covered
        else "",
        "kinds": [
            {"kind": kind, "word": str(KINDS[kind]), "count": str(count)}
            for kind, count in versus.kinds
        ],
        "program": versus.program,
        "sides": [_side(side, program=versus.program) for side in versus.sides],
        "passages_title": _("Passages"),
        "columns": [_("Number"), _("Kind"), _("Words")],
        "passages": [
            (
                str(mark.number),
                f"{KINDS[mark.kind]}. {mark.why}" if mark.why else str(KINDS[mark.kind]),
                str(mark.words),
            )
            for mark in versus.marks[:MOST_LISTED]
        ],
    }


def told(versus: Versus) -> str:
    """The figures in one sentence, of both texts."""
    a, b = versus.a.figure, versus.b.figure
    return ngettext(
        "%(a)s of %(all_a)s words of the first text and %(b)s of %(all_b)s of the second, in "
        "%(count)s passage.",
        "%(a)s of %(all_a)s words of the first text and %(b)s of %(all_b)s of the second, in "
        "%(count)s passages.",
        versus.counting,
    ) % {
        "a": a.counted,
        "all_a": a.words,
        "b": b.counted,
        "all_b": b.words,
        "count": versus.counting,
    }


def _side(side: Side, *, program: bool) -> dict[str, Any]:
    return {
        "title": side.title,
        "about": str(side.about),
        "withheld": str(side.withheld),
        "blocks": [_block(block, program=program) for block in side.blocks],
    }


def _block(block: Block, *, program: bool) -> dict[str, Any]:
    if block.folded:
        lines = ngettext(
            "%(count)s line without a match is left out",
            "%(count)s lines without a match are left out",
            block.folded,
        )
        words = ngettext(
            "%(count)s word without a match is left out",
            "%(count)s words without a match are left out",
            block.folded,
        )
        return {"folded": (lines if program else words) % {"count": block.folded}, "bits": []}
    bits = [
        {"text": bit.text, "kind": bit.kind, "starts": [mark.number for mark in bit.starts]}
        for bit in block.bits
    ]
    return {"folded": "", "bits": bits}
