"""Every resource, method and kind of person: `permissions.csv` says who gets in (HOSTILE 15, 16).

Everybody asks with a token that has every scope, so that the table tells what the person may do.
Verdicts are those of `tests/contracts/test_permission_matrix.py`, and `401` for nobody. A resource
in no row fails. After a change, `PERMISSIONS=write .venv/bin/python -m pytest
tests/api/test_matrix.py` writes what is; read the difference line by line before it is committed.
"""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.urls import get_resolver, reverse

from cases.models import CaseNumber
from integrity.accounts.models import User
from integrity.api.models import RequestedExport
from integrity.api.views import ApiView
from integrity.core import clock
from policies.selectors import schemes_in_force
from tests.api.caller import Program, refused
from tests.contracts.test_permission_matrix import GROUPS, PEOPLE, Scene

TABLE = Path(__file__).with_name("permissions.csv")
METHODS = ("GET", "POST")
# Bodies that are good, so that a refusal is about the person.
BODIES: dict[str, Any] = {
    "reports": {
        "kind": "violation",
        "mode": "confidential",
        "account": "Answers were sold.",
        "good_faith": True,
    },
    "case_notes": {"body": "Called back."},
    "report_messages": {"body": "I saw it again."},
    "exports": {"format": "csv"},
}

pytestmark = pytest.mark.django_db


def views() -> dict[str, type[ApiView]]:
    """Every resource by the name of its address."""
    _namespaces, resolver = get_resolver().namespace_dict["v1"]
    patterns: list[Any] = list(resolver.url_patterns)
    return {item.name: item.callback.cls for item in patterns}


class Api(Scene):
    """The scene with an export of the auditor."""

    def __init__(self) -> None:
        super().__init__()
        at = clock.now()
        scheme = schemes_in_force().first()
        assert scheme is not None
        self.scheme = scheme
        # Numbers of the builders' cases are taken.
        CaseNumber.objects.create(year=at.year, last=900_000)
        self.export = RequestedExport.objects.create(
            user=self.person("auditor"),
            format="csv",
            created_at=at,
            expires_at=at.replace(year=at.year + 1),
        )

    def address(self, name: str) -> str:
        """The address of a resource without `/api/v1/`."""
        known: dict[str, dict[str, Any]] = {
            "report": {"report": self.report.public_id},
            "report_messages": {"report": self.report.public_id},
            "letter": {"letter": self.letter.public_id},
            "export": {"export": self.export.public_id},
            "export_content": {"export": self.export.public_id},
            "policy": {"slug": "honor-code"},
            "policy_version": {"slug": "honor-code", "version": 1},
            "scheme": {"slug": self.scheme.scheme.slug},
        }
        if name in known:
            kwargs = known[name]
        else:
            kwargs = {"number": self.world.number} if name.startswith("case") else {}
        if name == "cases":
            kwargs = {}
        return reverse(f"v1:{name}", kwargs=kwargs).removeprefix("/api/v1/")


def verdict(status: int) -> str:
    if status in (401, 403, 404, 405):
        return str(status)
    return "in" if status in (200, 201, 400, 409) else f"unplanned {status}"


def ask(program: Program, method: str, name: str, address: str) -> str:
    """One request whose effects are taken back."""
    cache.clear()
    body = BODIES.get(name, {}) if method == "POST" else None
    with transaction.atomic():
        answer = program.ask(method, address, body)
        if answer.streaming:
            b"".join(answer.streaming_content)
        transaction.set_rollback(True)
    return verdict(answer.status_code)


def measured(people: tuple[str, ...]) -> dict[tuple[str, str], dict[str, str]]:
    scene = Api()
    programs = {name: Program(scene.people[name]) for name in people}
    found: dict[tuple[str, str], dict[str, str]] = {}
    for name in sorted(views()):
        address = scene.address(name)
        for method in METHODS:
            found[name, method] = {
                person: ask(programs[person], method, name, address) for person in people
            }
        for person in people[:2]:
            # Another way to ask is not another way in (HOSTILE 28).
            got = found[name, "GET"][person]
            assert ask(programs[person], "HEAD", name, address) == got, (name, person)
            if address:
                assert ask(programs[person], "GET", name, address + "/") == got, (name, person)
    return found


def table() -> dict[tuple[str, str], dict[str, str]]:
    with TABLE.open(newline="") as file:
        return {(row.pop("resource"), row.pop("method")): row for row in csv.DictReader(file)}


def write(found: dict[tuple[str, str], dict[str, str]]) -> None:
    known = table() if TABLE.exists() else {}
    with TABLE.open("w", newline="") as file:
        writer = csv.DictWriter(file, ["resource", "method", *PEOPLE], lineterminator="\n")
        writer.writeheader()
        for (name, method), verdicts in sorted(found.items()):
            row = {**known.get((name, method), {}), **verdicts}
            writer.writerow({"resource": name, "method": method, **row})


@pytest.mark.parametrize("people", GROUPS, ids=["outside", "desk", "others"])
def test_case_15_every_resource_admits_whom_the_table_says(people: tuple[str, ...]) -> None:
    found = measured(people)
    if os.environ.get("PERMISSIONS") == "write":
        write(found)
    known = table()
    problems = [f"no such resource: {key}" for key in sorted(known.keys() - found.keys())]
    for (name, method), verdicts in found.items():
        row = known.get((name, method))
        if row is None:
            problems.append(f"{method} {name} is in no row")
            continue
        problems += [
            f"{method} {name} as {person}: {verdicts[person]}, the table says {row[person]}"
            for person in people
            if verdicts[person] != row[person]
        ]
    assert not problems, "\n".join(problems)


def test_nobody_gets_in_without_a_token() -> None:
    for row in table().values():
        assert row["visitor"] == "401"


def test_every_resource_needs_the_scope_it_names() -> None:
    """Deny by default: with every other scope, and with none it knows, the answer is 403."""
    scene = Api()
    people = {name: scene.people[name] for name in ("auditor", "officer", "reporter", "accused")}
    tried = 0
    for name, view in views().items():
        for method, scope in view.scopes.items():
            if not scope:
                continue
            for person in people.values():
                assert isinstance(person, User)
                others = [item for item in Program(person).token.scopes if item != scope]
                program = Program(person, *others)
                answer = program.ask(method, scene.address(name), BODIES.get(name))
                problem = refused(answer, 403)
                assert scope in problem["detail"]
                tried += 1
    assert tried > 80


def test_case_20_21_what_is_hidden_is_what_is_not_there() -> None:
    """Out of scope, in conflict, and party: byte for byte the 404 of no case at all."""
    scene = Api()
    number = scene.world.number
    for person in ("partner_officer", "conflicted_moderator", "accused_officer", "accused"):
        program = Program(scene.person(person))
        for part in ("", "/events", "/evidence", "/notes", "/sanctions"):
            hidden = program.get(f"cases/{number}{part}")
            absent = program.get(f"cases/IC-2026-999999{part}")
            assert hidden.status_code == absent.status_code == 404, (person, part)
            assert hidden.content == absent.content
            assert dict(hidden.headers) == dict(absent.headers)
        listed = program.get("cases")
        if listed.status_code == 200:
            assert number not in listed.content.decode()


def test_case_28_no_other_way_to_ask_is_another_way_in() -> None:
    scene = Api()
    moderator = Program(scene.person("moderator"))
    number = scene.world.number
    for path in (f"cases/{number}.json", "cases.json", "policies.json", "cases?format=json"):
        assert moderator.get(path).status_code in (400, 404)
    for method in ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
        assert moderator.ask(method, f"cases/{number}").status_code == 405
        assert Program().ask(method, f"cases/{number}").status_code == 401
    before = scene.world.case.notes.count()
    got = moderator.get(f"cases/{number}/notes", X_HTTP_Method_Override="POST")
    assert got.status_code == 200
    assert scene.world.case.notes.count() == before
    told = json.loads(moderator.get(f"cases/{number}", Accept="text/html").content)
    assert told["number"] == number
