"""What a similarity tool found, in words and as rows of a table (IN10).

Names in a result are those of everybody whose work was compared. The words number the submissions
instead, so they can be shown to a learner as they are; only the desk sees which number is whom.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from cases.evidence import limits
from cases.evidence.errors import FileRefused
from integrity.core.text import GROWTH, clean_text


@dataclass(frozen=True)
class Pair:
    """Two submissions by number and name, and how alike they are in percent."""

    first: int
    second: int
    a: str
    b: str
    percent: float


def checked(found: dict[str, Any]) -> dict[str, Any]:
    """Figures as they are stored, from what the opener answered. Raises `FileRefused`.

    `{"tool", "version", "total", "pairs": [{"a", "b", "similarity"}]}`, similarity a share of 1.
    """
    pairs = []
    for pair in found["pairs"][: limits.MAX_PAIRS]:
        share = float(pair["similarity"])
        if not (math.isfinite(share) and 0 <= share <= 1):
            raise FileRefused(_("We could not read this result."))
        pairs.append({"a": _name(pair["a"]), "b": _name(pair["b"]), "similarity": share})
    return {
        "tool": _name(found["tool"]),
        "version": _name(found["version"]),
        "total": max(int(found["total"]), len(pairs)),
        "pairs": pairs,
    }


def _name(text: str) -> str:
    printable = "".join(char if char.isprintable() else " " for char in str(text))
    return clean_text(printable, max_length=GROWTH * len(printable), single_line=True)


def numbered(figures: dict[str, Any] | None) -> list[Pair]:
    """The pairs, highest first, each submission with a number in the order they come up."""
    numbers: dict[str, int] = {}
    return [
        Pair(
            first=numbers.setdefault(pair["a"], len(numbers) + 1),
            second=numbers.setdefault(pair["b"], len(numbers) + 1),
            a=pair["a"],
            b=pair["b"],
            percent=round(pair["similarity"] * 100, 1),
        )
        for pair in (figures or {}).get("pairs", [])
    ]


def in_words(figures: dict[str, Any]) -> str:
    """The figures as text without names, in the language of the site, with what they cannot say."""
    pairs = numbered(figures)
    tool = f"{figures['tool']} {figures['version']}".strip()
    with translation.override(settings.LANGUAGE_CODE):
        head = _("%(tool)s compared submissions in pairs. Its result lists %(count)s pairs.") % {
            "tool": tool,
            "count": number_format(figures["total"]),
        }
        if figures["total"] > len(pairs):
            head += " " + _("These are the %(count)s with the highest numbers.") % {
                "count": number_format(len(pairs))
            }
        rows = [
            _("Submission %(first)s and submission %(second)s: %(percent)s %% alike")
            % {
                "first": pair.first,
                "second": pair.second,
                "percent": number_format(pair.percent, decimal_pos=1),
            }
            for pair in pairs
        ]
        caveat = _(
            "A number like this says how much two works have in common, not why. The same task, "
            "code that was given out, a shared book or the same helper lead to high numbers too. "
            "It proves nothing by itself: what counts is what stands in both works."
        )
    return "\n".join([head, "", *rows, "", caveat])
