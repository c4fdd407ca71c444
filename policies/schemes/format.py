"""What a scheme file says, once it is read and checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from policies.enums import SchemeKind

FORMAT = 1


@dataclass(frozen=True)
class Condition:
    """A test on facts. Exactly one form: a fact compared, or `all`/`any`/`not` of others."""

    operator: str  # in, at_least, above, at_most, below, all, any, not
    fact: str = ""
    options: frozenset[str] = frozenset()
    number: Decimal = Decimal(0)
    parts: tuple[Condition, ...] = ()

    def facts(self) -> Iterator[str]:
        """Every fact the condition looks at."""
        if self.fact:
            yield self.fact
        for part in self.parts:
            yield from part.facts()


@dataclass(frozen=True)
class Bounds:
    """What a number may be."""

    unit: str
    minimum: Decimal | None
    maximum: Decimal | None
    whole: bool


@dataclass(frozen=True)
class Measure:
    """A number from which options are worked out; it has no points of its own."""

    id: str
    title: str
    source: str
    bounds: Bounds


@dataclass(frozen=True)
class PointsWhen:
    """Points that replace an option's own while `when` holds."""

    when: Condition
    points: int
    why: str


@dataclass(frozen=True)
class Option:
    """One answer to a factor. `aliases` are other names for it, such as codes of violations."""

    id: str
    title: str
    points: int
    points_when: tuple[PointsWhen, ...]
    aliases: frozenset[str]
    when: Condition | None


@dataclass(frozen=True)
class Step:
    """Points of a number from `value` on; with `strict` only above it."""

    value: Decimal
    strict: bool
    points: int


@dataclass(frozen=True)
class Factor:
    """Something that is weighed: with options, or a number (`bounds` is set)."""

    id: str
    title: str
    source: str  # case, officer
    options: tuple[Option, ...]
    bounds: Bounds | None
    steps: tuple[Step, ...]
    per: tuple[Decimal, int] | None  # for every full `per[0]`, `per[1]` points
    asked_when: Condition | None

    def option(self, name: str) -> Option | None:
        """The option of this id or alias."""
        for option in self.options:
            if name == option.id or name in option.aliases:
                return option
        return None


@dataclass(frozen=True)
class Measured:
    """One consequence with its parameters."""

    code: str
    params: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code, "params": dict(self.params)}


@dataclass(frozen=True)
class Action:
    """Consequences that go together and are chosen as one."""

    id: str
    title: str
    consequences: tuple[Measured, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(item.code for item in self.consequences)

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "title": self.title,
            "consequences": [item.as_json() for item in self.consequences],
        }


@dataclass(frozen=True)
class Trigger:
    """Why a rung or rule applies."""

    title: str
    when: Condition


@dataclass(frozen=True)
class Outcome:
    """A rung, a band or a rule, with the range it opens; the first of it is the default."""

    id: str
    title: str
    clause: str
    start: int  # first points of a band; 0 elsewhere
    triggers: tuple[Trigger, ...]
    range: tuple[Action, ...]


@dataclass(frozen=True)
class Below:
    """What holds when no outcome applies; with an empty range nothing is recommended."""

    says: str
    range: tuple[Action, ...]


@dataclass(frozen=True)
class SchemeFile:
    """A whole scheme. Outcomes stand from the mildest to the severest; a table's in their order."""

    slug: str
    kind: SchemeKind
    title: str
    note: str
    institution: str
    policy: str
    effective: str
    status: str
    measures: tuple[Measure, ...]
    factors: tuple[Factor, ...]
    outcomes: tuple[Outcome, ...]
    below: Below
