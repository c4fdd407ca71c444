"""Reads fields of a JSON object and notes what is wrong, place by place, without stopping."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from policies.schemes.errors import Problem
from policies.schemes.located import Path, show

_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")


class Checker:
    """Collects problems with their places and lines."""

    def __init__(self, lines: Mapping[Path, int]) -> None:
        self.lines = lines
        self.problems: list[Problem] = []

    def problem(self, path: Path, reason: str) -> None:
        """Note `reason` at `path`; the line is that of the nearest part that stands in the file."""
        known = path
        while known and known not in self.lines:
            known = known[:-1]
        self.problems.append(Problem(show(path), reason, self.lines.get(known, 0)))

    def object(self, path: Path, value: Any) -> Field | None:
        """The object at `path`, or `None` with a problem noted."""
        if isinstance(value, dict):
            return Field(self, path, value)
        self.problem(path, "must be an object in braces")
        return None


class Field:
    """One object of the file. Each reading method takes a name out of it."""

    def __init__(self, check: Checker, path: Path, value: Mapping[str, Any]) -> None:
        self.check = check
        self.path = path
        self.left = dict(value)

    def problem(self, name: str, reason: str) -> None:
        self.check.problem((*self.path, name) if name else self.path, reason)

    def take(self, name: str) -> Any:
        """The raw value, or `None` when it is not there."""
        return self.left.pop(name, None)

    def nothing_else(self) -> None:
        """Note every name that nobody has taken: usually a typing error."""
        for name in self.left:
            self.problem(name, "is not known here")

    def text(self, name: str, limit: int, *, needed: bool = True) -> str:
        value = self.take(name)
        if value is None and not needed:
            return ""
        if not isinstance(value, str) or not value.strip():
            self.problem(name, "is missing" if value is None else "must be a text in double quotes")
            return ""
        if len(value) > limit:
            self.problem(name, f"is longer than {limit} characters")
        if any(ord(char) < 32 or 0xD800 <= ord(char) <= 0xDFFF for char in value):
            self.problem(name, "contains a control character")
        return value.strip()

    def slug(self, name: str, *, needed: bool = True) -> str:
        value = self.text(name, 80, needed=needed)
        if value and not _SLUG.fullmatch(value):
            self.problem(name, "may only have small letters, digits, - and _")
        return value

    def choice(self, name: str, choices: Sequence[str], *, default: str = "") -> str:
        value = self.take(name)
        if value is None and default:
            return default
        if not isinstance(value, str) or value not in choices:
            self.problem(name, "must be one of " + ", ".join(choices))
            return ""
        return value

    def flag(self, name: str) -> bool:
        value = self.take(name)
        if value is not None and not isinstance(value, bool):
            self.problem(name, "must be true or false")
        return value is True

    def number(self, name: str, *, needed: bool = True) -> Decimal | None:
        value = self.take(name)
        if value is None:
            if needed:
                self.problem(name, "is missing")
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.problem(name, "must be a number")
            return None
        number = Decimal(str(value))
        if not number.is_finite() or (number and not -9 <= number.adjusted() <= 12):
            self.problem(name, "is too large or too small")
            return Decimal(0)
        return number

    def whole(self, name: str, *, needed: bool = True) -> int:
        value = self.number(name, needed=needed)
        if value is None:
            return 0
        if value != value.to_integral_value() or abs(value) > 1_000_000:
            self.problem(name, "must be a whole number, at most 1000000")
            return 0
        return int(value)

    def child(self, name: str) -> Field | None:
        value = self.take(name)
        return None if value is None else self.check.object((*self.path, name), value)

    def items(self, name: str, *, needed: bool = True, at_most: int = 60) -> list[Any]:
        value = self.take(name)
        if value is None and not needed:
            return []
        if not isinstance(value, list):
            self.problem(name, "is missing" if value is None else "must be a list in brackets")
            return []
        if needed and not value:
            self.problem(name, "is empty")
        if len(value) > at_most:
            self.problem(name, f"has more than {at_most} entries")
            return []
        return value

    def objects(self, name: str, *, needed: bool = True, at_most: int = 60) -> list[Field]:
        found = []
        for index, value in enumerate(self.items(name, needed=needed, at_most=at_most)):
            field = self.check.object((*self.path, name, index), value)
            if field is not None:
                found.append(field)
        return found

    def names(self, name: str, *, needed: bool = False) -> list[str]:
        """A list of distinct texts."""
        found: list[str] = []
        for index, value in enumerate(self.items(name, needed=needed)):
            place = (*self.path, name, index)
            if not isinstance(value, str) or not value:
                self.check.problem(place, "must be a text in double quotes")
            elif value in found:
                self.check.problem(place, f'"{value}" is given twice')
            else:
                found.append(value)
        return found
