"""The history for auditors: events, checkpoints, and exports as on the page."""

from __future__ import annotations

import csv
import io
import json
from typing import Any
from uuid import uuid4

import pytest

from cases.services import triage
from integrity.accounts.models import User
from integrity.api.models import RequestedExport
from integrity.audit import checkpoints
from integrity.audit.models import Event
from integrity.core import clock
from tests.api.caller import Program, refused
from tests.cases import builders as build
from tests.cases.test_process import World
from tests.courses import builders as make

pytestmark = pytest.mark.django_db


def rows(program: Program, path: str = "events") -> list[dict[str, Any]]:
    answer = program.get(path)
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


def content(program: Program, export: str) -> str:
    answer = program.get(f"exports/{export}/content")
    assert answer.status_code == 200
    return b"".join(answer.streaming_content).decode()


@pytest.fixture
def world() -> World:
    return World().answered()


def test_case_97_people_are_pseudonyms(world: World) -> None:
    auditor = build.auditor()
    found = rows(Program(auditor), "events?limit=100")
    assert found
    whole = json.dumps(found)
    for person in User.objects.all():
        assert person.display_name not in whole
        assert person.email not in whole
        assert str(person.public_id) not in whole
    assert {row["actor"] for row in found if row["actor_kind"] == "user"}


def test_events_are_the_chain_newest_first(world: World) -> None:
    auditor = Program(build.auditor())
    seen: list[int] = []
    cursor = ""
    while True:
        told = auditor.get(f"events?limit=7{cursor}").json()
        seen += [row["sequence"] for row in told["results"]]
        if told["next"] is None:
            break
        cursor = f"&cursor={told['next']}"
    assert seen == list(Event.objects.order_by("-sequence").values_list("sequence", flat=True))
    of_case = rows(auditor, f"events?case={world.number}&limit=100")
    assert {row["case"] for row in of_case} == {world.number}


def test_case_16_an_auditor_sees_the_institutions_they_audit(world: World) -> None:
    elsewhere = Program(build.auditor("Elsa Where", make.institution()))
    assert rows(elsewhere) == []
    assert rows(elsewhere, f"events?case={world.number}") == []
    here = Program(build.auditor("Hera Here", world.case.institution))
    assert {row["institution"] for row in rows(here)} == {world.case.institution.slug}


def test_case_21_a_conflict_hides_the_case_in_the_history_too(world: World) -> None:
    auditor = build.auditor()
    build.conflict(world.case, auditor)
    program = Program(auditor)
    assert world.number not in json.dumps(rows(program, "events?limit=100"))
    hidden = program.get(f"events?case={world.number}&limit=1")
    assert hidden.content == program.get("events?case=IC-2020-999999&limit=1").content
    made = program.post("exports", {"format": "jsonl"}).json()
    assert world.number not in content(program, made["id"])
    refused(program.post("exports", {"format": "csv", "case": world.number}), 400)


def test_checkpoints_are_documents_to_keep(world: World) -> None:
    auditor = Program(build.auditor())
    made = checkpoints.make_checkpoint()
    assert made is not None
    found = rows(auditor, "checkpoints")
    assert [row["id"] for row in found] == [made.id]
    assert found[0]["document"] == json.loads(json.dumps(checkpoints.document(made)))


def test_an_export_is_the_one_of_the_page(world: World) -> None:
    auditor = Program(build.auditor())
    made = auditor.post("exports", {"format": "csv", "case": world.number.lower()}, key="one")
    assert made.status_code == 201
    told = made.json()
    assert told["case"] == world.number
    assert auditor.get(told["content"].removeprefix("/api/v1/")).status_code == 200
    lines = list(csv.DictReader(io.StringIO(content(auditor, told["id"]))))
    kept = Event.objects.filter(case_number=world.number).order_by("sequence")
    numbers = [int(line["sequence"]) for line in lines]
    assert numbers == list(kept.values_list("sequence", flat=True))
    assert [row["id"] for row in rows(auditor, "exports")] == [told["id"]]
    assert auditor.get(f"exports/{told['id']}").json() == told


def test_every_reading_of_an_export_is_history(world: World) -> None:
    auditor = Program(build.auditor())
    told = auditor.post("exports", {"format": "jsonl"}).json()
    exported = Event.objects.filter(action="history.exported")
    assert not exported.exists()
    assert auditor.ask("HEAD", f"exports/{told['id']}/content").status_code == 200
    assert not exported.exists()
    content(auditor, told["id"])
    content(auditor, told["id"])
    assert exported.count() == 2
    answer = auditor.get(f"exports/{told['id']}/content")
    b"".join(answer.streaming_content)
    assert answer["Content-Disposition"] == 'attachment; filename="history.jsonl"'
    assert answer["Cache-Control"] == "no-store, private"


def test_case_26_another_auditors_export_is_not_there(world: World) -> None:
    told = Program(build.auditor()).post("exports", {"format": "csv"}).json()
    other = Program(build.auditor("Odo Other"))
    for path in (f"exports/{told['id']}", f"exports/{told['id']}/content"):
        hidden = other.get(path)
        absent = other.get(path.replace(told["id"], str(uuid4())))
        refused(hidden, 404)
        assert hidden.content == absent.content
    assert rows(other, "exports") == []


def test_case_25_an_export_is_gone_after_a_day(world: World, frozen_clock: Any) -> None:
    program = Program(build.auditor())
    told = program.post("exports", {"format": "csv"}).json()
    frozen_clock.advance(hours=24, seconds=-1)
    assert program.get(f"exports/{told['id']}").status_code == 200
    frozen_clock.advance(seconds=1)
    refused(program.get(f"exports/{told['id']}"), 404)
    refused(program.get(f"exports/{told['id']}/content"), 404)
    assert rows(program, "exports") == []


def test_an_export_asked_for_before_a_conflict_leaves_the_case_out(world: World) -> None:
    auditor = build.auditor()
    program = Program(auditor)
    told = program.post("exports", {"format": "jsonl"}).json()
    one = program.post("exports", {"format": "jsonl", "case": world.number}).json()
    assert world.number in content(program, told["id"])
    build.conflict(world.case, auditor)
    assert world.number not in content(program, told["id"])
    refused(program.get(f"exports/{one['id']}/content"), 404)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "format"),
        ({"format": "exe"}, "format"),
        ({"format": "csv", "case": "IC-2026-999999"}, "case"),
        ({"format": "csv", "since": "2026-05-02", "until": "2026-05-01"}, "until"),
        ({"format": "csv", "since": "today"}, "since"),
        ({"format": "csv", "until": "9999-12-31"}, "until"),
        ({"format": "csv", "audience": "respondent"}, "audience"),
    ],
)
def test_an_export_that_cannot_be_made_says_why(body: dict[str, Any], field: str) -> None:
    problem = refused(Program(build.auditor()).post("exports", body), 400)
    assert list(problem["errors"]) == [field]
    assert not RequestedExport.objects.exists()


def test_days_are_those_of_the_page(world: World) -> None:
    auditor = Program(build.auditor())
    today = clock.now().date().isoformat()
    kept = auditor.post("exports", {"format": "jsonl", "since": today, "until": today}).json()
    assert content(auditor, kept["id"]).count("\n") > 5
    past = auditor.post("exports", {"format": "jsonl", "until": "2020-01-01"}).json()
    assert content(auditor, past["id"]) == ""


def test_the_history_asks_no_more_often_when_it_is_longer(world: World, count_queries: Any) -> None:
    auditor = Program(build.auditor())
    auditor.get("")
    numbers = []
    for _round in range(2):
        with count_queries() as queries:
            assert auditor.get("events?limit=100").status_code == 200
        numbers.append(queries.number)
        triage.add_note(actor=world.moderator, number=world.number, body="x", form_key=str(uuid4()))
    assert numbers[0] == numbers[1]
