"""Reads Dockerfile and docker-compose.yml the way an engine would, as far as tests need it."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
_VARIABLE = re.compile(r"\$(?:\$|\{(?P<name>\w+)(?::(?P<kind>[?-])(?P<text>[^}]*))?\})")


def interpolate(value: Any, values: Mapping[str, str]) -> Any:
    """Replace `${NAME}`, `${NAME:-default}`, `${NAME:?reason}` and `$$` everywhere in `value`.

    Raises `KeyError` for a variable that is required and not given.
    """

    def replace(match: re.Match[str]) -> str:
        name = match["name"]
        if name is None:
            return "$"
        if values.get(name):
            return values[name]
        if match["kind"] == "-":
            return str(match["text"])
        raise KeyError(name)

    if isinstance(value, str):
        return _VARIABLE.sub(replace, value)
    if isinstance(value, list):
        return [interpolate(item, values) for item in value]
    if isinstance(value, dict):
        return {name: interpolate(item, values) for name, item in value.items()}
    return value


def variables(value: Any) -> set[str]:
    """Names of all variables that `value` uses."""
    return {match["name"] for match in _VARIABLE.finditer(json.dumps(value)) if match["name"]}


def compose() -> dict[str, Any]:
    """docker-compose.yml with its anchors resolved and its variables as they stand."""
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return loaded


@dataclass
class Stage:
    """One stage of a Dockerfile: its base image and its instructions in order."""

    image: str
    name: str = ""
    instructions: list[tuple[str, str]] = field(default_factory=list)

    def of(self, instruction: str) -> list[str]:
        """The arguments of every such instruction."""
        return [text for kind, text in self.instructions if kind == instruction]

    @property
    def environment(self) -> dict[str, str]:
        """What ENV sets, without references to other variables."""
        pairs = [shlex.split(text) for text in self.of("ENV")]
        return dict(pair.split("=", 1) for line in pairs for pair in line if "$" not in pair)


def dockerfile() -> list[Stage]:
    """The stages of the Dockerfile, the last one being the image that runs."""
    text = (ROOT / "Dockerfile").read_text()
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    stages: list[Stage] = []
    for line in re.sub(r"\\\n\s*", " ", "\n".join(lines)).splitlines():
        if not line.strip():
            continue
        kind, _, rest = line.partition(" ")
        kind, rest = kind.upper(), rest.strip()
        if kind == "FROM":
            image, _, name = rest.partition(" AS ")
            stages.append(Stage(image.strip(), name.strip()))
        else:
            stages[-1].instructions.append((kind, rest))
    return stages
