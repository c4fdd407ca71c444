"""Puts facts in order: checks each, works out what follows from measures, finds what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from policies.schemes.errors import BadFacts, MissingFacts
from policies.schemes.format import Bounds, Condition, Factor, Option, SchemeFile


@dataclass(frozen=True)
class Wanted:
    """A fact that has to be given: the question, whose it is to answer, and the answers there are.

    `instead` names measures (id, title) from which the answer can be worked out.
    """

    factor: str
    title: str
    source: str
    options: tuple[tuple[str, str], ...]
    unit: str = ""
    instead: tuple[tuple[str, str], ...] = ()

    @property
    def question(self) -> str:
        if not self.options:
            answers = _("a number")
        else:
            answers = ", ".join(name for name, _title in self.options)
        text = _("%(title)s (%(factor)s) is missing: %(answers)s") % {
            "title": self.title,
            "factor": self.factor,
            "answers": answers,
        }
        if self.instead:
            text += "; " + _("or %(measures)s") % {
                "measures": ", ".join(name for name, _title in self.instead)
            }
        return text

    def as_json(self) -> dict[str, Any]:
        return {
            "factor": self.factor,
            "title": self.title,
            "source": self.source,
            "options": [{"id": name, "title": title} for name, title in self.options],
            "unit": self.unit,
            "instead": [name for name, _title in self.instead],
        }


@dataclass(frozen=True)
class Known:
    """All facts that count: the option or number of each factor that is asked, in file order."""

    options: Mapping[str, Option]
    numbers: Mapping[str, Decimal]
    worked_out: Mapping[str, str]  # factor -> the measures it was worked out from, in words

    def has(self, factor: str) -> bool:
        return factor in self.options or factor in self.numbers


def holds(condition: Condition, known: Known, unknown: set[str] | None = None) -> bool | None:
    """Whether `condition` holds; `None` when that hangs on facts in `unknown`."""
    unknown = unknown or set()
    if condition.operator in ("all", "any"):
        results = [holds(part, known, unknown) for part in condition.parts]
        decides = condition.operator == "any"
        if decides in results:
            return decides
        return None if None in results else not decides
    if condition.operator == "not":
        inner = holds(condition.parts[0], known, unknown)
        return None if inner is None else not inner
    if condition.fact in unknown:
        return None
    if condition.operator == "in":
        option = known.options.get(condition.fact)
        return option is not None and option.id in condition.options
    value = known.numbers.get(condition.fact)
    if value is None:
        return False
    return {
        "at_least": value >= condition.number,
        "above": value > condition.number,
        "at_most": value <= condition.number,
        "below": value < condition.number,
    }[condition.operator]


def settle(scheme: SchemeFile, facts: Mapping[str, Any]) -> Known:
    """The facts that count. Raises `BadFacts`, and when all are right `MissingFacts`."""
    options, numbers, measured = _read(scheme, facts)
    missing: list[Wanted] = []
    worked_out: dict[str, str] = {}
    asked_options: dict[str, Option] = {}
    asked_numbers: dict[str, Decimal] = {}
    open_factors: set[str] = set()
    for factor in scheme.factors:
        so_far = Known(asked_options, asked_numbers, {})
        if factor.asked_when is not None:
            asked = holds(factor.asked_when, so_far, open_factors)
            if asked is None:
                open_factors.add(factor.id)
                continue
            if not asked:
                continue
        if factor.id in numbers:
            asked_numbers[factor.id] = numbers[factor.id]
        elif factor.id in options:
            asked_options[factor.id] = options[factor.id]
        else:
            found, needs = _work_out(scheme, factor, measured)
            if found is None:
                missing.append(wanted_for(scheme, factor, needs))
                open_factors.add(factor.id)
            else:
                asked_options[factor.id] = found
                worked_out[factor.id] = _in_words(scheme, factor, measured)
    if missing:
        raise MissingFacts(missing)
    return Known(asked_options, asked_numbers, worked_out)


def wanted_for(scheme: SchemeFile, factor: Factor, measures: set[str] | None = None) -> Wanted:
    """What is asked when nobody has given `factor`."""
    if measures is None:
        measures = {
            name for option in factor.options if option.when for name in option.when.facts()
        }
    return Wanted(
        factor.id,
        factor.title,
        factor.source,
        tuple((option.id, option.title) for option in factor.options),
        factor.bounds.unit if factor.bounds else "",
        tuple((item.id, item.title) for item in scheme.measures if item.id in measures),
    )


def _read(
    scheme: SchemeFile, facts: Mapping[str, Any]
) -> tuple[dict[str, Option], dict[str, Decimal], dict[str, Decimal]]:
    factors = {factor.id: factor for factor in scheme.factors}
    measures = {measure.id: measure for measure in scheme.measures}
    options: dict[str, Option] = {}
    numbers: dict[str, Decimal] = {}
    measured: dict[str, Decimal] = {}
    problems: dict[str, str] = {}
    for name, value in facts.items():
        if value is None:
            continue
        factor = factors.get(name)
        holder = factor or measures.get(name)
        if holder is None:
            problems[str(name)[:80]] = _("This scheme does not ask for it.")
        elif holder.bounds is not None:
            number = _number(value, holder.bounds)
            if isinstance(number, str):
                problems[name] = number
            else:
                (measured if factor is None else numbers)[name] = number
        elif factor is not None:
            option = factor.option(value) if isinstance(value, str) else None
            if option is None:
                problems[name] = _("Please choose one of: %(options)s.") % {
                    "options": ", ".join(item.id for item in factor.options)
                }
            else:
                options[name] = option
    if problems:
        raise BadFacts(problems)
    return options, numbers, measured


def _number(value: Any, bounds: Bounds) -> Decimal | str:
    """The number, or what is wrong with it."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return _("Please give a number.")
    text = str(value).strip()
    try:
        number = Decimal(text) if len(text) <= 30 else Decimal("NaN")
    except InvalidOperation:
        return _("Please give a number.")
    # Beyond these sizes a number is a mistake, and writing it out would fill the page.
    if not number.is_finite() or (number and not -9 <= number.adjusted() <= 12):
        return _("Please give a number.")
    if bounds.whole and number != number.to_integral_value():
        return _("Please give a whole number.")
    if bounds.minimum is not None and number < bounds.minimum:
        return _("Please give at least %(limit)s.") % {"limit": bounds.minimum}
    if bounds.maximum is not None and number > bounds.maximum:
        return _("Please give at most %(limit)s.") % {"limit": bounds.maximum}
    return number


def _work_out(
    scheme: SchemeFile, factor: Factor, measured: Mapping[str, Decimal]
) -> tuple[Option | None, set[str] | None]:
    """The last listed option whose condition holds, or the measures still needed to tell."""
    known = Known({}, measured, {})
    unknown = {measure.id for measure in scheme.measures} - set(measured)
    needed: set[str] = set()
    for option in reversed(factor.options):
        result = holds(option.when, known, unknown) if option.when else False
        if result:
            # Where an option above is still open, this one is only the least it can be.
            return (None, needed) if needed else (option, None)
        if result is None and option.when:
            needed |= unknown.intersection(option.when.facts())
    return None, needed or None


def _in_words(scheme: SchemeFile, factor: Factor, measured: Mapping[str, Decimal]) -> str:
    used = {name for option in factor.options if option.when for name in option.when.facts()}
    return ", ".join(
        f"{item.title}: {measured[item.id].normalize():f}{unit(item.bounds)}"
        for item in scheme.measures
        if item.id in used and item.id in measured
    )


def unit(bounds: Bounds) -> str:
    """The unit with a space before it, or nothing."""
    return f" {bounds.unit}" if bounds.unit else ""
