"""Reads JSON and remembers on which line each value stands, so that errors can name it."""

from __future__ import annotations

import json
import re
from json.decoder import JSONDecodeError, scanstring  # type: ignore[attr-defined]
from typing import Any

from policies.schemes.errors import Problem, SchemeError

Path = tuple[str | int, ...]

MAX_DEPTH = 40
MAX_CHARACTERS = 500_000
_SPACE = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?")
_WORDS = {"true": True, "false": False, "null": None}


def show(path: Path) -> str:
    """`factors[2].options[0].points`; the whole file is `file`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}"
    return text.lstrip(".") or "file"


def read(text: str) -> tuple[Any, dict[Path, int]]:
    """The value, and the line (from 1) on which each part begins.

    Raises `SchemeError` with line and column for what is not JSON, for a name given twice in one
    object, for more than `MAX_DEPTH` levels, and beyond `MAX_CHARACTERS`.
    """
    if len(text) > MAX_CHARACTERS:
        raise SchemeError([Problem("file", f"is longer than {MAX_CHARACTERS} characters")])
    reader = _Reader(text)
    try:
        value = reader.value(reader.skip(0), ())
        end = reader.skip(reader.end)
        if end != len(text):
            raise JSONDecodeError("there is something after the end", text, end)
    except JSONDecodeError as error:
        place = f"column {error.colno}"
        raise SchemeError([Problem(place, f"not JSON: {error.msg}", error.lineno)]) from error
    return value, reader.lines


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.lines: dict[Path, int] = {}
        self.end = 0
        self._seen_until = 0
        self._line = 1

    def skip(self, at: int) -> int:
        match = _SPACE.match(self.text, at)
        return match.end() if match else at

    def line_at(self, at: int) -> int:
        # Values are met from front to back, so each line break is counted once.
        self._line += self.text.count("\n", self._seen_until, at)
        self._seen_until = at
        return self._line

    def value(self, at: int, path: Path) -> Any:
        if len(path) > MAX_DEPTH:
            raise JSONDecodeError("too many levels", self.text, at)
        self.lines[path] = self.line_at(at)
        char = self.text[at : at + 1]
        if char == "{":
            return self.object(at, path)
        if char == "[":
            return self.array(at, path)
        if char == '"':
            result, self.end = scanstring(self.text, at + 1, True)
            return result
        for word, meaning in _WORDS.items():
            if self.text.startswith(word, at):
                self.end = at + len(word)
                return meaning
        number = _NUMBER.match(self.text, at)
        if number is None or len(number.group()) > 30:
            raise JSONDecodeError("a value is expected here", self.text, at)
        self.end = number.end()
        return json.loads(number.group())

    def object(self, at: int, path: Path) -> dict[str, Any]:
        result: dict[str, Any] = {}
        at = self.skip(at + 1)
        while self.text[at : at + 1] != "}":
            if result:
                at = self.expect(",", at)
            if self.text[at : at + 1] != '"':
                raise JSONDecodeError("a name in double quotes is expected here", self.text, at)
            name, end = scanstring(self.text, at + 1, True)
            if name in result:
                raise JSONDecodeError(f'"{name}" is given twice', self.text, at)
            at = self.expect(":", self.skip(end))
            result[name] = self.value(at, (*path, name))
            at = self.skip(self.end)
        self.end = at + 1
        return result

    def array(self, at: int, path: Path) -> list[Any]:
        result: list[Any] = []
        at = self.skip(at + 1)
        while self.text[at : at + 1] != "]":
            if result:
                at = self.expect(",", at)
            result.append(self.value(at, (*path, len(result))))
            at = self.skip(self.end)
        self.end = at + 1
        return result

    def expect(self, char: str, at: int) -> int:
        if self.text[at : at + 1] != char:
            raise JSONDecodeError(f"'{char}' is expected here", self.text, at)
        return self.skip(at + 1)
