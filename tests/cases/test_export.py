"""The export of the history: what is in it, what is not, and who may have it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from cases.services import export, triage
from integrity.accounts.models import User
from integrity.audit import services as audit
from integrity.audit.models import Event
from integrity.core import spreadsheets
from integrity.core.errors import InvalidInput, NotFound
from tests.cases import builders as build
from tests.cases.test_process import World
from tests.courses import builders as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    world = World()
    world.found()
    world.confirm(world.propose(["assignment_failed"]).digest)
    return world


def rows(actor: User | None, **kwargs: Any) -> list[dict[str, Any]]:
    lines = export.export_history(actor=actor, format="jsonl", what=export.Filter(**kwargs))
    return [json.loads(line) for line in "".join(lines).splitlines()]


def test_every_event_is_there_in_order_and_names_nobody(world: World) -> None:
    auditor = build.auditor()
    before = Event.objects.count()
    found = rows(auditor)
    assert [row["sequence"] for row in found] == list(range(1, before + 2))
    assert found[-1]["action"] == "history.exported"
    text = json.dumps(found)
    for person in User.objects.all():
        assert str(person.public_id) not in text
        assert person.email not in text
        assert person.display_name not in text
    people = {row["actor"] for row in found if row["actor_kind"] == "user"}
    assert len(people) >= 4
    assert all(name.startswith("person-") for name in people)


def test_case_97_an_auditors_export_knows_reporters_as_reporters_only(world: World) -> None:
    with audit.transaction():
        audit.record(
            "report.received",
            actor=audit.Actor.sealed(world.report.reporter_ref, role="reporter"),
            subject=("report", str(world.report.public_id)),
            case_number=world.number,
            data={"kind": "flag"},
        )
    text = json.dumps(rows(build.auditor(), case_number=world.number))
    assert world.report.reporter_ref not in text
    assert '"reporter"' in text


def test_an_auditor_in_conflict_does_not_get_the_case(world: World) -> None:
    auditor = build.auditor()
    assert any(row["case_number"] == world.number for row in rows(auditor))
    make.teach(world.case.course, auditor)
    assert not any(row["case_number"] == world.number for row in rows(auditor))
    with pytest.raises(NotFound):
        rows(auditor, case_number=world.number)


def test_case_98_an_auditor_of_one_institution_gets_that_one(world: World) -> None:
    other = build.case(policy_version=world.version)
    triage.claim(actor=world.moderator, number=other.number)
    auditor = build.auditor("Nia", institution=other.institution)
    if other.institution == world.case.institution:
        pytest.fail("the builder must make another institution")
    assert {row["institution"] for row in rows(auditor)} == {other.institution.slug}


def test_nobody_else_exports(world: World) -> None:
    for person in (world.moderator, world.officer, world.learner):
        with pytest.raises(NotFound):
            rows(person)
    assert not Event.objects.filter(action="history.exported").exists()


def test_case_96_cells_never_start_a_formula() -> None:
    for start in "=+-@\t\r\n":
        assert spreadsheets.safe_cell(f"{start}1+1").startswith("'")
    assert "\x00" not in spreadsheets.safe_cell("\x00=1")
    assert spreadsheets.safe_cell("\x00=1").startswith("'")
    assert spreadsheets.safe_cell("plain") == "plain"


def test_csv_reads_back(world: World) -> None:
    text = "".join(export.export_history(actor=None, format="csv", what=export.Filter()))
    found = list(csv.DictReader(io.StringIO(text)))
    assert len(found) == Event.objects.count()
    assert json.loads(found[0]["data"]) == Event.objects.order_by("sequence")[0].data


def test_a_respondents_copy_leaves_others_out(world: World) -> None:
    found = rows(None, case_number=world.number, audience="respondent")
    actions = {row["action"] for row in found}
    assert "notice.sent" in actions
    assert not actions & {"history.opened", "findings.recorded", "note.added", "case.claimed"}
    assert {row["actor"] for row in found} <= {"moderator", "officer", "respondent", "learner"}
    with pytest.raises(InvalidInput):
        rows(None, audience="respondent")


def test_the_command_writes_a_whole_file_or_none(world: World, tmp_path: Path) -> None:
    target = tmp_path / "history.csv"
    call_command("export_history", "--format", "csv", "--output", str(target))
    assert len(target.read_text().splitlines()) == Event.objects.count() + 1
    assert list(tmp_path.iterdir()) == [target]
    for wrong in (
        ["--format", "csv", "--output", str(tmp_path / "no" / "x.csv")],
        ["--format", "csv", "--output", str(target), "--case", "IC-1999-000001"],
        ["--format", "csv", "--output", str(target), "--since", "yesterday"],
    ):
        with pytest.raises(CommandError) as error:
            call_command("export_history", *wrong)
        assert error.value.returncode == 2


def test_the_page_streams_and_says_what_is_wrong(world: World, client: Client) -> None:
    client.force_login(build.auditor())
    response = client.post("/audit/exports/", {"format": "csv", "case": world.number.lower()})
    assert response.status_code == 200
    assert response["Content-Disposition"] == 'attachment; filename="history.csv"'
    body = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    assert body.count(world.number.encode()) > 5
    refused = client.post("/audit/exports/", {"format": "csv", "case": "IC-1", "since": "x"})
    assert refused.status_code == 400
    assert 'value="IC-1"' in refused.content.decode()
    wrong = client.post("/audit/exports/", {"format": "csv", "case": "IC-2026-999999"})
    assert "There is no case with this number." in wrong.content.decode()


def test_the_page_costs_the_same_however_much_happened(
    world: World, client: Client, count_queries: Any
) -> None:
    client.force_login(build.auditor())
    client.get("/audit/")
    with count_queries() as few:
        assert client.get("/audit/").status_code == 200
    for _ in range(3):
        triage.add_note(actor=world.officer, number=world.number, body="Hm.", form_key=str(_))
    with count_queries() as many:
        client.get("/audit/")
    assert few.number == many.number
