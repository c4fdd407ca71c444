"""Reads a scheme file and checks it. Every problem is named with its place and the reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from policies.enums import ConsequenceCode, SchemeKind
from policies.schemes import located
from policies.schemes.checks import Checker, Field
from policies.schemes.errors import SchemeError
from policies.schemes.format import (
    FORMAT,
    Action,
    Below,
    Bounds,
    Condition,
    Factor,
    Measure,
    Measured,
    Option,
    Outcome,
    PointsWhen,
    SchemeFile,
    Step,
    Trigger,
)
from policies.schemes.params import read_params

_NUMERIC = ("at_least", "above", "at_most", "below")


def parse_text(text: str) -> tuple[SchemeFile, dict[str, Any]]:
    """The scheme in `text` and the JSON it was read from; problems name lines."""
    value, lines = located.read(text)
    return parse(value, lines), value


def parse(value: Any, lines: Mapping[located.Path, int] | None = None) -> SchemeFile:
    """The scheme in `value`. Raises `SchemeError` with every problem found."""
    check = Checker(lines or {})
    file = check.object((), value)
    if file is None:
        raise SchemeError(check.problems)
    scheme = _Parser(check).scheme(file)
    if check.problems:
        raise SchemeError(check.problems)
    return scheme


@dataclass(frozen=True)
class _Reference:
    """A condition on one fact, whose name is checked when all names are known."""

    path: located.Path
    condition: Condition
    among: str  # measures, factors
    earlier_than: int | None  # only factors that stand before this one


class _Parser:
    def __init__(self, check: Checker) -> None:
        self.check = check
        self.kind = SchemeKind.LADDER
        self.measures: dict[str, Measure] = {}
        self.factors: dict[str, Factor] = {}
        self.actions: dict[str, Action] = {}
        self.references: list[_Reference] = []

    def scheme(self, file: Field) -> SchemeFile:
        if file.take("format") != FORMAT:
            file.problem("format", f"must be {FORMAT}")
        self.kind = SchemeKind(file.choice("kind", SchemeKind.values) or SchemeKind.LADDER)
        head = {
            "slug": file.slug("slug"),
            "title": file.text("title", 200),
            "note": file.text("note", 1000, needed=False),
            "institution": file.slug("institution", needed=False),
            "policy": file.slug("policy", needed=False),
            "effective": file.text("effective", 40, needed=False),
            "status": file.choice("status", ("draft", "published"), default="published"),
        }
        for item in file.objects("measures", needed=False):
            measure = self._measure(item)
            if self._new(item, measure.id):
                self.measures[measure.id] = measure
        for item in file.objects("factors"):
            factor = self._factor(item)
            if self._new(item, factor.id):
                self.factors[factor.id] = factor
        self._read_actions(file)
        outcomes = self._outcomes(file)
        below = self._below(file)
        file.nothing_else()
        for reference in self.references:
            self._check_reference(reference)
        return SchemeFile(
            **head,
            kind=self.kind,
            measures=tuple(self.measures.values()),
            factors=tuple(self.factors.values()),
            outcomes=outcomes,
            below=below,
        )

    def _new(self, item: Field, name: str) -> bool:
        if name in self.measures or name in self.factors:
            item.problem("id", f'"{name}" is used twice')
            return False
        return True

    # Facts

    def _measure(self, item: Field) -> Measure:
        measure = Measure(
            item.slug("id"),
            item.text("title", 300),
            item.choice("source", ("case", "officer")),
            self._bounds(item),
        )
        item.nothing_else()
        return measure

    def _bounds(self, item: Field) -> Bounds:
        low, high = item.number("minimum", needed=False), item.number("maximum", needed=False)
        if low is not None and high is not None and low > high:
            item.problem("minimum", "is greater than maximum")
        return Bounds(item.text("unit", 40, needed=False), low, high, item.flag("whole"))

    def _factor(self, item: Field) -> Factor:
        asked_when = None
        if "asked_when" in item.left:
            path = (*item.path, "asked_when")
            asked_when = self._condition(
                path, item.take("asked_when"), "factors", earlier_than=len(self.factors)
            )
        bounds: Bounds | None = None
        steps: tuple[Step, ...] = ()
        per: tuple[Decimal, int] | None = None
        options: tuple[Option, ...] = ()
        number = item.child("number")
        if number is None:
            options = self._options(item)
        else:
            if "options" in item.left:
                item.problem("options", "a factor has options or a number, not both")
                item.take("options")
            bounds, steps, per = self._bounds(number), self._steps(number), self._per(number)
            if self.kind == SchemeKind.TARIFF and not steps and per is None:
                number.problem("", 'needs "steps" or "per" to give points')
            number.nothing_else()
        factor = Factor(
            item.slug("id"),
            item.text("title", 300),
            item.choice("source", ("case", "officer")),
            options,
            bounds,
            steps,
            per,
            asked_when,
        )
        item.nothing_else()
        return factor

    def _points(self, item: Field) -> int:
        if self.kind == SchemeKind.TARIFF:
            return item.whole("points")
        if "points" in item.left:
            item.problem("points", "belong to a tariff only")
            item.take("points")
        return 0

    def _steps(self, number: Field) -> tuple[Step, ...]:
        steps: list[Step] = []
        for item in number.objects("steps", needed=False):
            start, above = item.number("from", needed=False), item.number("above", needed=False)
            if (start is None) == (above is None):
                item.problem("", 'needs either "from" or "above"')
            value = start if start is not None else above
            step = Step(value or Decimal(0), start is None, self._points(item))
            if steps and (step.value, step.strict) <= (steps[-1].value, steps[-1].strict):
                item.problem("", "must begin after the step before it")
            steps.append(step)
            item.nothing_else()
        return tuple(steps)

    def _per(self, number: Field) -> tuple[Decimal, int] | None:
        item = number.child("per")
        if item is None:
            return None
        every = item.number("every") or Decimal(0)
        if every <= 0:
            item.problem("every", "must be greater than 0")
        points = self._points(item)
        item.nothing_else()
        return every, points

    def _options(self, item: Field) -> tuple[Option, ...]:
        options: list[Option] = []
        names: set[str] = set()
        for entry in item.objects("options"):
            option = self._option(entry)
            for name in (option.id, *sorted(option.aliases)):
                if name in names:
                    entry.problem("", f'"{name}" is used twice in this factor')
                names.add(name)
            options.append(option)
        return tuple(options)

    def _option(self, entry: Field) -> Option:
        when = None
        if "when" in entry.left:
            when = self._condition((*entry.path, "when"), entry.take("when"), "measures")
        rules = []
        for rule in entry.objects("points_when", needed=False):
            condition = self._condition((*rule.path, "when"), rule.take("when"), "factors")
            rules.append(PointsWhen(condition, self._points(rule), rule.text("why", 300)))
            rule.nothing_else()
        option = Option(
            entry.slug("id"),
            entry.text("title", 300),
            self._points(entry),
            tuple(rules),
            frozenset(entry.names("aliases")),
            when,
        )
        entry.nothing_else()
        return option

    # Conditions

    def _condition(
        self, path: located.Path, value: Any, among: str, *, earlier_than: int | None = None
    ) -> Condition:
        nothing = Condition("all")
        item = self.check.object(path, value)
        if item is None:
            return nothing
        for group in ("all", "any"):
            if group in item.left:
                parts = tuple(
                    self._condition((*path, group, index), part, among, earlier_than=earlier_than)
                    for index, part in enumerate(item.items(group))
                )
                item.nothing_else()
                return Condition(group, parts=parts)
        if "not" in item.left:
            inner = self._condition(
                (*path, "not"), item.take("not"), among, earlier_than=earlier_than
            )
            item.nothing_else()
            return Condition("not", parts=(inner,))
        fact = item.text("fact", 80)
        tests = [name for name in ("is", "in", *_NUMERIC) if name in item.left]
        if len(tests) != 1:
            item.problem("", "needs exactly one of is, in, " + ", ".join(_NUMERIC))
            return nothing
        test = tests[0]
        if test in _NUMERIC:
            condition = Condition(test, fact, number=item.number(test) or Decimal(0))
        elif test == "is":
            condition = Condition("in", fact, frozenset([item.text("is", 80)]))
        else:
            condition = Condition("in", fact, frozenset(item.names("in", needed=True)))
        item.nothing_else()
        self.references.append(_Reference(path, condition, among, earlier_than))
        return condition

    def _check_reference(self, reference: _Reference) -> None:
        name, path = reference.condition.fact, reference.path
        numeric = reference.condition.operator in _NUMERIC
        if reference.among == "measures":
            if name not in self.measures:
                self.check.problem(path, f'there is no measure "{name}"')
            elif not numeric:
                self.check.problem(path, "a measure is a number; compare it with at_least or above")
            return
        earlier = list(self.factors)[: reference.earlier_than]
        if name not in earlier:
            which = "factor" if reference.earlier_than is None else "factor before this one"
            self.check.problem(path, f'there is no {which} called "{name}"')
            return
        factor = self.factors[name]
        if numeric != (factor.bounds is not None):
            wanted = "a number" if factor.bounds else "one of its options"
            self.check.problem(path, f'"{name}" has to be compared with {wanted}')
            return
        known = {option.id for option in factor.options}
        for option in sorted(reference.condition.options - known):
            self.check.problem(path, f'"{name}" has no option "{option}"')

    # What follows

    def _read_actions(self, file: Field) -> None:
        always = tuple(self._consequence(item) for item in file.objects("always", needed=False))
        holder = file.child("actions")
        if holder is None:
            file.problem("actions", "is missing")
            return
        for name in list(holder.left):
            item = self.check.object((*holder.path, name), holder.take(name))
            if item is None:
                continue
            named = tuple(self._consequence(entry) for entry in item.objects("consequences"))
            codes = [consequence.code for consequence in named]
            if len(set(codes)) != len(codes):
                item.problem("consequences", "names a consequence twice")
            added = tuple(entry for entry in always if entry.code not in codes)
            self.actions[name] = Action(name, item.text("title", 300), named + added)
            item.nothing_else()

    def _consequence(self, item: Field) -> Measured:
        code = item.choice("code", ConsequenceCode.values)
        found = Measured(code, read_params(code, item.child("params"), item))
        item.nothing_else()
        return found

    def _range(self, item: Field, *, needed: bool = True) -> tuple[Action, ...]:
        found = []
        for index, name in enumerate(item.names("range", needed=needed)):
            if name in self.actions:
                found.append(self.actions[name])
            else:
                self.check.problem((*item.path, "range", index), f'there is no action "{name}"')
        return tuple(found)

    def _outcomes(self, file: Field) -> tuple[Outcome, ...]:
        outcomes: list[Outcome] = []
        items = file.objects("outcomes")
        for index, item in enumerate(items):
            start = 0
            triggers: tuple[Trigger, ...] = ()
            if self.kind == SchemeKind.TARIFF:
                start = item.whole("from")
                if outcomes and start <= outcomes[-1].start:
                    item.problem("from", "must be greater than in the band before")
            else:
                triggers = self._triggers(item)
                # An outcome that always applies hides those behind it.
                open_at = 0 if self.kind == SchemeKind.LADDER else len(items) - 1
                if not triggers and index != open_at:
                    which = "first rung" if self.kind == SchemeKind.LADDER else "last rule"
                    item.problem("triggers", f"only the {which} may go without")
            outcome = Outcome(
                item.slug("id"),
                item.text("title", 300),
                item.text("clause", 20, needed=False),
                start,
                triggers,
                self._range(item),
            )
            if any(outcome.id == other.id for other in outcomes):
                item.problem("id", f'"{outcome.id}" is used twice')
            outcomes.append(outcome)
            item.nothing_else()
        return tuple(outcomes)

    def _triggers(self, item: Field) -> tuple[Trigger, ...]:
        found = []
        for entry in item.objects("triggers", needed=False):
            condition = self._condition((*entry.path, "when"), entry.take("when"), "factors")
            found.append(Trigger(entry.text("title", 300), condition))
            entry.nothing_else()
        return tuple(found)

    def _below(self, file: Field) -> Below:
        item = file.child("below")
        if item is None:
            return Below("", ())
        below = Below(item.text("says", 500), self._range(item, needed=False))
        item.nothing_else()
        return below
