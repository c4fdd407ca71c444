"""`/api/docs/`: the schema as a page of this site, without a script and without another host."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from integrity.api.schema import document
from integrity.api.scopes import Scope

_SAMPLES: dict[str, Any] = {
    "string": "…",
    "integer": 1,
    "boolean": True,
    "array": [],
    "object": {},
}
# Words that say more than a sample of the type would.
_WORDS: dict[str, Any] = {
    "kind": "violation",
    "mode": "confidential",
    "account": "What I saw.",
    "body": "Called the learner back.",
    "format": "csv",
    "since": "2026-09-01",
    "good_faith": True,
}


@dataclass(frozen=True)
class Field:
    """A parameter, or a field of a body or answer."""

    name: str
    kind: str
    required: bool
    words: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Operation:
    """One address with its method."""

    anchor: str
    method: str
    path: str
    summary: str
    words: str
    scope: str
    parameters: list[Field]
    body: list[Field]
    answer: list[Field]
    rows: bool
    curl: str


@dataclass
class Resource:
    """The operations of one noun."""

    name: str
    operations: list[Operation] = field(default_factory=list)


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Every resource with its parameters and an example, for everybody."""
    return render(
        request,
        "api/docs.html",
        {"resources": resources(), "scopes": list(Scope), "site_url": settings.SITE_URL},
    )


@lru_cache(maxsize=1)
def resources() -> list[Resource]:
    """What the page shows, read from the schema."""
    schema = document()
    found: dict[str, Resource] = {}
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            name = operation["tags"][0]
            entry = found.setdefault(name, Resource(name))
            entry.operations.append(_operation(schema, path, method.upper(), operation))
    return list(found.values())


def _operation(
    schema: Mapping[str, Any], path: str, method: str, operation: Mapping[str, Any]
) -> Operation:
    scopes = operation["security"][0]["bearer"]
    content = operation.get("requestBody", {}).get("content", {})
    body = list(_fields(schema, content.get("application/json", {}).get("schema", {})))
    answer, rows = _answer(schema, operation)
    return Operation(
        anchor=operation["operationId"],
        method=method,
        path=path,
        summary=operation.get("summary", ""),
        words=operation.get("description", ""),
        scope=scopes[0] if scopes else "",
        parameters=[
            _field(schema, item["name"], item["schema"], item)
            for item in operation.get("parameters", ())
        ],
        body=body,
        answer=answer,
        rows=rows,
        curl=_curl(path, method, body),
    )


def _resolved(schema: Mapping[str, Any], part: Mapping[str, Any]) -> Mapping[str, Any]:
    """The part itself, behind a reference or the wrappers around one."""
    for wrapper in ("allOf", "oneOf", "anyOf"):
        if wrapper in part:
            inner = _resolved(schema, part[wrapper][0])
            return {**inner, **{key: value for key, value in part.items() if key != wrapper}}
    if "$ref" in part:
        name = part["$ref"].rpartition("/")[2]
        found: Mapping[str, Any] = schema["components"]["schemas"][name]
        return _resolved(schema, found)
    return part


def _fields(schema: Mapping[str, Any], part: Mapping[str, Any]) -> Iterator[Field]:
    whole = _resolved(schema, part)
    required = whole.get("required", ())
    for name, inner in whole.get("properties", {}).items():
        yield _field(schema, name, inner, {"required": name in required})


def _field(
    schema: Mapping[str, Any], name: str, part: Mapping[str, Any], about: Mapping[str, Any]
) -> Field:
    whole = _resolved(schema, part)
    kinds = whole.get("type", "any")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    kind = whole.get("format") or " or ".join(kinds)
    # Choices already stand beside it; the generator repeats them as a list in the text.
    words = (about.get("description") or part.get("description") or "").partition("\n")[0]
    choices = tuple(str(item) for item in whole.get("enum", ()) if item)
    text = "" if words.startswith("* ") else words
    return Field(name, kind, bool(about.get("required")), text, choices)


def _answer(schema: Mapping[str, Any], operation: Mapping[str, Any]) -> tuple[list[Field], bool]:
    good: Mapping[str, Any] = next(
        (r for code, r in operation["responses"].items() if code.startswith("2")), {}
    )
    part = good.get("content", {}).get("application/json", {}).get("schema", {})
    whole = _resolved(schema, part)
    rows = whole.get("properties", {}).get("results")
    if rows is None:
        return list(_fields(schema, part)), False
    return list(_fields(schema, rows["items"])), True


def _curl(path: str, method: str, body: list[Field]) -> str:
    lines = ['curl -H "Authorization: Bearer $TOKEN"']
    if method == "POST":
        sample = {item.name: _sample(item) for item in body if item.required}
        lines += [
            "-H 'Content-Type: application/json'",
            '-H "Idempotency-Key: $(uuidgen)"',
            f"-d '{json.dumps(sample, ensure_ascii=False)}'",
        ]
        if any(item.name == "account" for item in body):
            sample["account"] = _WORDS["account"]
            lines[-1] = f"-d '{json.dumps(sample, ensure_ascii=False)}'"
    address = path.replace("{", "$").replace("}", "")
    return " \\\n  ".join([*lines, f'"{settings.SITE_URL}{address}"'])


def _sample(item: Field) -> Any:
    if item.name in _WORDS:
        return _WORDS[item.name]
    return item.choices[0] if item.choices else _SAMPLES.get(item.kind, "…")
