"""How much a case presses, as numbers an institution may want to set otherwise.

One table for each kind of reason. A number says by how many hours of working days a case is brought
forward: 24 are one working day. Their sum are the points of a case (`Case.priority`), and what is
due less that sum its place in the queue (`Case.rank_at`). Which numbers, and why these: decision
0030. Nothing here says that somebody did anything: a claim that weighs much is looked at early.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.enums import CaseKind
from integrity.courses.enums import ProductKind

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Weight:
    """By how many hours of working days a case comes forward, and why, in words for the desk."""

    hours: int
    why: Text


@dataclass(frozen=True, slots=True)
class Level:
    """A stretch of points with a name. It begins with `least` points."""

    name: str
    label: Text
    least: int


# The highest first. Urgent cases stand above all of them, whatever their points.
LEVELS = (
    Level("high", _("High priority"), 48),
    Level("normal", _("Normal priority"), 12),
    Level("low", _("Low priority"), 0),
)

_HURTS = Weight(48, _("somebody may be hurt for as long as nobody acts"))
_OTHERS = Weight(24, _("the results or the place of others may suffer for as long as nobody acts"))
_FOR_PAY = Weight(24, _("work done by somebody else is soon hard to show"))

# By the code of the violation type: what was alleged, and before that what was reported.
VIOLATIONS: dict[str, Weight] = {
    "dangerous_speech": _HURTS,
    "threats": _HURTS,
    "harassment": _HURTS,
    "sexual_attention": _HURTS,
    "discriminatory_language": _HURTS,
    "retaliation": Weight(
        48, _("whoever speaks up must be safe, or nobody will tell us anything again")
    ),
    "encouraging_others": _OTHERS,
    "disruption": _OTHERS,
    "peer_review_abuse": _OTHERS,
    "impersonation": _FOR_PAY,
    "contract_cheating": _FOR_PAY,
    "account_sharing": _OTHERS,
    "unauthorised_sharing": _OTHERS,
    "dishonest_results": _OTHERS,
}
# Where the code says nothing, as with one that an institution added.
KINDS: dict[str, Weight] = {
    CaseKind.CONDUCT: Weight(24, _("somebody may feel unsafe for as long as nobody acts")),
    CaseKind.ACADEMIC: Weight(0, ""),
}

# By the share of the course result, in per cent: the first that the work reaches.
SHARES: tuple[tuple[int, Weight], ...] = (
    (50, Weight(24, _("the result of the whole course hangs on this work"))),
    (20, Weight(12, _("a good part of the course result hangs on this work"))),
)

_DEGREE = Weight(24, _("a degree or certificate may wait for this"))
# By what the course leads to.
PRODUCTS: dict[str, Weight] = {
    ProductKind.DEGREE: _DEGREE,
    ProductKind.UNIVERSITY_CERTIFICATE: _DEGREE,
    ProductKind.MASTERTRACK: _DEGREE,
    ProductKind.PROFESSIONAL_CERTIFICATE: Weight(12, _("a certificate for work may wait for this")),
}

# For each person after the first who reported on their own, and for how many of them at most: two
# voices can show more than one, and fifty must not be able to push somebody to the front.
REPORTER = Weight(8, _("people who did not report together may show more"))
MOST_REPORTERS = 3


def level_of(points: int) -> Level:
    """The level that `points` reach."""
    return next(level for level in LEVELS if points >= level.least or not level.least)
