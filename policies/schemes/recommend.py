"""Applies a scheme to facts and explains the result, factor by factor. No clock, no database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from policies.enums import SchemeKind
from policies.schemes.errors import MissingFacts
from policies.schemes.facts import Known, Wanted, holds, settle, unit
from policies.schemes.format import Action, Factor, Option, Outcome, SchemeFile, Trigger
from policies.schemes.parse import parse

if TYPE_CHECKING:
    from policies.models import SchemeVersion

__all__ = ["Line", "Recommendation", "Wanted", "evaluate", "recommend", "wanted"]


@dataclass(frozen=True)
class Line:
    """One factor of the breakdown. `points` is `None` where the scheme does not count points."""

    factor: str
    title: str
    option: str
    option_title: str
    source: str
    points: int | None
    why: str

    def as_json(self) -> dict[str, Any]:
        return {
            "factor": self.factor,
            "option": self.option,
            "points": self.points,
            "why": self.why,
        }


@dataclass(frozen=True)
class Recommendation:
    """What a scheme says to the facts of a case.

    `range` holds the actions that may be chosen without giving a reason, `default` is its first.
    Where no rung, band or rule applies `band` is `None` and `note` says so; `range` is then what
    the scheme names for this, or empty: nothing is recommended.
    """

    scheme: str
    version: int
    points: int | None
    band: str | None
    band_title: str
    clause: str
    range: tuple[Action, ...]
    breakdown: tuple[Line, ...]
    note: str

    @property
    def default(self) -> Action | None:
        return self.range[0] if self.range else None

    def covers(self, codes: set[str] | frozenset[str]) -> bool:
        """Whether some action of the range consists of exactly these consequences."""
        return any(set(action.codes) == set(codes) for action in self.range)

    def as_json(self) -> dict[str, Any]:
        """The form that `manage.py recommend` prints and a determination keeps."""
        return {
            "scheme": self.scheme,
            "version": self.version,
            "points": self.points,
            "band": self.band,
            "range": [action.as_json() for action in self.range],
            "default": self.default.as_json() if self.default else None,
            "breakdown": [line.as_json() for line in self.breakdown],
            "note": self.note,
        }


def recommend(scheme_version: SchemeVersion, facts: Mapping[str, Any]) -> Recommendation:
    """Apply a stored scheme version to `facts` (factor or measure id -> option id or number).

    Raises `BadFacts` for what the scheme does not know, `MissingFacts` naming everything that has
    still to be asked, `SchemeError` when the stored file is damaged.
    """
    scheme = parse(scheme_version.data)
    return evaluate(scheme, facts, version=scheme_version.number)


def wanted(scheme_version: SchemeVersion, facts: Mapping[str, Any]) -> tuple[Wanted, ...]:
    """The facts that are still to be asked, in the order of the file; empty when nothing is."""
    try:
        settle(parse(scheme_version.data), facts)
    except MissingFacts as error:
        return error.missing
    return ()


def evaluate(scheme: SchemeFile, facts: Mapping[str, Any], *, version: int) -> Recommendation:
    """`recommend` for a scheme that is already read, for applying it to many cases."""
    known = settle(scheme, facts)
    counts = scheme.kind == SchemeKind.TARIFF
    points = {
        factor.id: _points(factor, known) for factor in scheme.factors if known.has(factor.id)
    }
    total = sum(value for value, _why in points.values()) if counts else None
    outcome, reasons = _outcome(scheme, known, total)
    lines = tuple(
        _line(factor, known, points[factor.id], counts, reasons)
        for factor in scheme.factors
        if factor.id in points
    )
    if outcome is None:
        note = scheme.below.says or _("Nothing in this scheme applies: it recommends nothing.")
    else:
        note = "; ".join(trigger.title for trigger in reasons)
    return Recommendation(
        scheme=scheme.slug,
        version=version,
        points=total,
        band=outcome.id if outcome else None,
        band_title=outcome.title if outcome else "",
        clause=outcome.clause if outcome else "",
        range=outcome.range if outcome else scheme.below.range,
        breakdown=lines,
        note=note,
    )


def _outcome(
    scheme: SchemeFile, known: Known, total: int | None
) -> tuple[Outcome | None, tuple[Trigger, ...]]:
    """The outcome that applies and the triggers that led to it.

    Tariff: the last band that begins at or below the points. Ladder: the highest rung with a
    trigger that holds. Table: the first rule that holds.
    """
    if total is not None:
        fitting = [outcome for outcome in scheme.outcomes if outcome.start <= total]
        return (fitting[-1] if fitting else None), ()
    order = scheme.outcomes if scheme.kind == SchemeKind.TABLE else reversed(scheme.outcomes)
    for outcome in order:
        if not outcome.triggers:
            return outcome, ()
        met = tuple(trigger for trigger in outcome.triggers if holds(trigger.when, known))
        if met:
            return outcome, met
    return None, ()


def _points(factor: Factor, known: Known) -> tuple[int, str]:
    """Points of a factor and the reason where they are not simply the option's."""
    option = known.options.get(factor.id)
    if option is not None:
        return _option_points(option, known)
    value = known.numbers[factor.id]
    points = 0
    for step in factor.steps:
        if value > step.value or (value == step.value and not step.strict):
            points = step.points
    if factor.per:
        every, each = factor.per
        points += int(value // every) * each
    return points, ""


def _option_points(option: Option, known: Known) -> tuple[int, str]:
    for rule in option.points_when:
        if holds(rule.when, known):
            return rule.points, rule.why
    return option.points, ""


def _line(
    factor: Factor,
    known: Known,
    scored: tuple[int, str],
    counts: bool,
    reasons: tuple[Trigger, ...],
) -> Line:
    points, special = scored
    option = known.options.get(factor.id)
    if option is not None:
        name, title = option.id, option.title
    else:
        name = f"{known.numbers[factor.id].normalize():f}"
        title = name + (unit(factor.bounds) if factor.bounds else "")
    parts = [title, special, known.worked_out.get(factor.id, "")]
    parts += [
        _("counts towards: %(trigger)s") % {"trigger": trigger.title}
        for trigger in reasons
        if factor.id in trigger.when.facts()
    ]
    return Line(
        factor=factor.id,
        title=factor.title,
        option=name,
        option_title=title,
        source=factor.source,
        points=points if counts else None,
        why="; ".join(part for part in parts if part),
    )
