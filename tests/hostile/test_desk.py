"""The desk under attack: other scopes, parties, conflicts, and pieces of other cases."""

from __future__ import annotations

import csv
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import reverse

from tests.cases import builders as build
from tests.contracts.test_permission_matrix import TABLE, Scene, routes
from tests.courses import builders as make

with TABLE.open() as _file:
    ROWS = list(csv.DictReader(_file))
OF_A_CASE = [row for row in ROWS if row["route"].startswith("desk:")]
OF_A_CASE = [row for row in OF_A_CASE if "number" in routes()[row["route"]]]
NOT_THERE = {"404", "405"}
# Nothing is there, no such method, or first a fresh sign-in, which asks before it looks.
REFUSED = (404, 405, 302)


@pytest.mark.parametrize("person", ["partner_officer", "learner", "adviser"])
def test_hostile_20_a_case_of_another_scope_is_not_there_whatever_is_asked(person: str) -> None:
    """The cells are walked by tests/contracts/test_permission_matrix.py, every one of them."""
    assert OF_A_CASE
    assert {(row["route"], row[person]) for row in OF_A_CASE if row[person] not in NOT_THERE} == (
        set()
    )


@pytest.mark.parametrize("person", ["conflicted_moderator", "accused_officer", "accused"])
def test_hostile_21_a_case_is_not_there_for_a_party_or_a_teacher_of_its_course(
    person: str,
) -> None:
    assert {(row["route"], row[person]) for row in OF_A_CASE if row[person] not in NOT_THERE} == (
        set()
    )


CHILDREN = sorted(
    {
        row["route"]
        for row in ROWS
        if routes()[row["route"]] > {"number"} and row["route"].partition(":")[0] in ("desk", "my")
    }
)


@pytest.mark.django_db
def test_hostile_17_a_piece_of_one_case_is_not_there_below_another(client: Client) -> None:
    """Every address that names a case and something in it, asked with the number of another case.

    The officer may see both cases, the learner is named in both. The answer is the one that
    something that does not exist gets, to the letter.
    """
    scene = Scene()
    other = build.case(learner=scene.world.learner)
    wrong: list[str] = []
    for name, user in (("desk", scene.person("officer")), ("my", scene.world.learner)):
        client.force_login(user)
        for route in (route for route in CHILDREN if route.startswith(f"{name}:")):
            given = {**scene.arguments(route), "number": other.number}
            nothing = {
                key: uuid4() if isinstance(value, UUID) else value for key, value in given.items()
            }
            missing = _ask(client, "get", route, nothing)
            for method in ("get", "post"):
                found = _ask(client, method, route, given)
                if found[0] not in REFUSED or (method == "get" and found != missing):
                    wrong.append(f"{method} {route}: {found[0]}, nothing there: {missing[0]}")
    assert not wrong


def _ask(client: Client, method: str, route: str, arguments: dict[str, Any]) -> tuple[int, bytes]:
    answer = getattr(client, method)(reverse(route, kwargs=arguments))
    if answer.status_code == 302:
        assert answer.headers["Location"].startswith(reverse("account_reauthenticate"))
    return answer.status_code, b"" if answer.status_code == 405 else answer.content


@pytest.mark.django_db
def test_hostile_17_nor_is_a_respondent_of_another_case(client: Client) -> None:
    scene = Scene()
    other = build.case(learner=make.person("Zoe Other"))
    client.force_login(scene.person("officer"))
    stranger = other.respondents.get().public_id
    for route in CHILDREN:
        if routes()[route] == {"number", "public_id"} and route.startswith("desk:"):
            for method in ("get", "post"):
                answer = _ask(
                    client, method, route, {"number": scene.world.number, "public_id": stranger}
                )
                assert answer[0] in REFUSED, (method, route)
