"""The OpenAPI document: valid, complete, without warnings, and what really happens."""

from __future__ import annotations

import re
from typing import Any

import jsonschema
import pytest
from django.test import Client
from django.urls import reverse
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.validation import validate_schema

from integrity.api import docs, schema
from integrity.api.scopes import Scope
from tests.api.caller import Program
from tests.api.test_matrix import BODIES, Api, views
from tests.api.test_pledges import Room
from tests.cases import builders as build

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    schema.document.cache_clear()
    GENERATOR_STATS.reset()
    with GENERATOR_STATS.silence():
        made = dict(schema.document())
    assert not GENERATOR_STATS, (GENERATOR_STATS._warn_cache, GENERATOR_STATS._error_cache)
    return made


def operations(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (path, method.upper()): operation
        for path, found in document["paths"].items()
        for method, operation in found.items()
    }


def test_the_document_is_valid_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    validate_schema(document)


def test_every_resource_is_in_it_with_its_scope(document: dict[str, Any]) -> None:
    scene = Api()
    found = operations(document)
    wanted = set()
    for name, view in views().items():
        address = f"/api/v1/{scene.address(name)}"
        for method, scope in view.scopes.items():
            path = next(
                path
                for path, known in found
                if known == method and re.fullmatch(re.sub(r"{\w+}", "[^/]+", path), address)
            )
            assert found[path, method]["security"] == [{"bearer": [scope] if scope else []}]
            wanted.add((path, method))
    assert wanted == set(found)
    ids = [op["operationId"] for op in found.values()]
    assert len(ids) == len(set(ids))


def test_every_scope_opens_something() -> None:
    used = {scope for view in views().values() for scope in view.scopes.values()}
    assert used - {""} == set(Scope.values)


def test_every_operation_says_what_it_is_and_how_it_refuses(document: dict[str, Any]) -> None:
    for (_path, method), operation in operations(document).items():
        assert operation["summary"]
        assert operation["description"]
        problem = operation["responses"]["default"]["content"]["application/problem+json"]
        assert problem["schema"]["$ref"].endswith("/Problem")
        names = [item["name"] for item in operation.get("parameters", ())]
        assert ("Idempotency-Key" in names) == (method == "POST")


# These need a course that asks for a pledge.
PLEDGING = {("/api/v1/pledges", "POST"), ("/api/v1/pledges/lists", "GET")}


def fits(document: dict[str, Any], method: str, address: str, answer: Any) -> tuple[str, str]:
    """The operation that answered; fails where the answer does not fit its schema."""
    path, operation = next(
        (path, operation)
        for (path, known), operation in operations(document).items()
        if known == method and re.fullmatch(re.sub(r"{\w+}", "[^/]+", path), f"/api/v1/{address}")
    )
    part = operation["responses"][str(answer.status_code)]["content"]
    whole = {**part["application/json"]["schema"], "components": document["components"]}
    jsonschema.Draft202012Validator(whole).validate(answer.json())
    assert answer.status_code in (200, 201)
    return path, method


def test_answers_are_as_the_document_says(document: dict[str, Any]) -> None:
    """Every good answer of a world with everything in it fits its schema."""
    scene = Api()
    checked = set()
    for name in views():
        address = scene.address(name)
        for person in ("auditor", "officer", "reporter", "accused"):
            program = Program(scene.person(person))
            for method in ("GET", "POST"):
                answer = program.ask(
                    method, address, BODIES.get(name) if method == "POST" else None
                )
                if answer.status_code not in (200, 201) or answer.streaming:
                    continue
                checked.add(fits(document, method, address, answer))
    files = {("/api/v1/exports/{export}/content", "GET")}
    assert checked == set(operations(document)) - files - PLEDGING


def test_answers_about_pledges_are_as_the_document_says(document: dict[str, Any]) -> None:
    """In a course that asks for a pledge, with somebody who looks after it."""
    room = Room()
    administrator = Program(build.administrator())
    checked = {
        fits(document, "POST", "pledges", room.program.ask("POST", "pledges", room.body)),
        fits(document, "GET", "pledges/lists", administrator.get(room.listed())),
    }
    assert checked == PLEDGING


def test_everybody_can_read_it(document: dict[str, Any]) -> None:
    answer = Client().get(reverse("api:schema"))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/vnd.oai.openapi+json"
    assert answer.json()["paths"].keys() == document["paths"].keys()
    assert Client().post(reverse("api:schema")).status_code == 405


def test_the_page_shows_every_operation_and_loads_nothing_from_elsewhere(
    document: dict[str, Any], settings: Any
) -> None:
    answer = Client().get(reverse("api:docs"))
    html = answer.content.decode()
    for (path, _method), operation in operations(document).items():
        assert operation["summary"] in html
        assert path in html
    for scope in Scope.values:
        assert scope in html
    loaded = re.findall(r'<(?:script|link|img|iframe)[^>]*(?:src|href)="([^"]*)"', html)
    assert loaded
    assert all(address.startswith("/") and not address.startswith("//") for address in loaded)
    assert not re.search(r"<style|\sstyle=|<script(?![^>]*src)|\son\w+=", html)
    assert "script-src 'self'" in answer["Content-Security-Policy"]


def test_the_example_of_a_post_is_a_body_that_is_read() -> None:
    posts = [op for item in docs.resources() for op in item.operations if op.method == "POST"]
    assert len(posts) == 5
    for operation in posts:
        assert "Idempotency-Key" in operation.curl
        assert "$TOKEN" in operation.curl
