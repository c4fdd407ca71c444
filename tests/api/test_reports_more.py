"""Reports with files and without a name, and what is written about one, through the API."""

from __future__ import annotations

import json
import re
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from cases import receipts
from cases.models import Case, Report, ReportMessage
from cases.selectors import report as selectors
from cases.services import dialogue, triage
from integrity.api.models import IdempotencyRecord
from integrity.audit.models import Event
from integrity.core import crypto
from notifications.models import OutboxMessage
from tests.api.caller import Program, refused
from tests.api.test_reports import body
from tests.cases import builders as build
from tests.cases import intake_builders as intake
from tests.courses import builders as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def root(settings: Any, tmp_path: Path) -> Path:
    settings.EVIDENCE_ROOT = tmp_path / "evidence"
    return settings.EVIDENCE_ROOT


@pytest.fixture
def scene() -> intake.Scene:
    return intake.scene()


@pytest.fixture
def program(scene: intake.Scene) -> Program:
    return Program(scene.reporter)


def with_parts(program: Program, told: Any, *files: SimpleUploadedFile, key: str = "") -> Any:
    """A report with files, as a program sends it."""
    parts: dict[str, Any] = {"json": told if isinstance(told, str | list) else json.dumps(told)}
    if files:
        parts["files"] = list(files)
    headers = {**program.headers, **({"Idempotency-Key": key} if key else {})}
    return program.client.post("/api/v1/reports", parts, headers=headers)


def picture(name: str = "chat.png") -> SimpleUploadedFile:
    return intake.upload(name, intake.told_picture())


# Files


def test_files_become_evidence_with_clean_copies(program: Program, root: Path) -> None:
    note = intake.upload("note.txt", b"What I saw.")
    answer = with_parts(program, body(), picture(), note)
    assert answer.status_code == 201, answer.content
    assert answer.json()["files"] == 2
    report = Report.objects.get()
    assert report.received_by == "api"
    for piece in report.evidence.all():
        roles = set(piece.files.values_list("role", flat=True))
        assert roles == {"original", "derivative"}
    assert len(intake.files(root)) == 4
    assert not any(intake.CANARY.encode() in path.read_bytes() for path in intake.files(root))


def test_parts_without_files_are_a_report_too(program: Program) -> None:
    assert with_parts(program, body()).status_code == 201


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("a.png", b"no picture"),
        ("a.exe", b"MZ\x00\x01"),
        ("a.png", b""),
        ("a.png", intake.huge_picture()),
    ],
)
def test_a_file_that_is_refused_on_pages_is_refused_here(
    program: Program, root: Path, name: str, content: bytes
) -> None:
    problem = refused(with_parts(program, body(), intake.upload(name, content), key="k"), 400)
    assert list(problem["errors"]) == ["files"]
    assert not Report.objects.exists()
    assert not IdempotencyRecord.objects.exists()
    assert intake.files(root) == []


def test_a_report_that_is_refused_leaves_no_file(program: Program, root: Path) -> None:
    refused(with_parts(program, body(good_faith=False), picture()), 400)
    assert intake.files(root) == []


def test_case_59_the_same_key_with_other_files_is_refused(program: Program, root: Path) -> None:
    first = with_parts(program, body(), picture(), key="k")
    again = with_parts(program, body(), picture(), key="k")
    assert again["Idempotency-Replayed"] == "true"
    assert again.content == first.content
    refused(with_parts(program, body(), key="k"), 422)
    refused(with_parts(program, body(), intake.upload("chat.png", intake.picture()), key="k"), 422)
    refused(with_parts(program, body(account="Other."), picture(), key="k"), 422)
    refused(program.post("reports", body(mode="anonymous"), key="k"), 422)
    assert Report.objects.count() == 1
    assert len(intake.files(root)) == 2


@pytest.mark.parametrize(
    "told",
    [
        "{",
        "[]",
        '{"a": 1, "a": 2}',
        '{"kind": NaN}',
        '{"x": ' + "[" * 50_000 + "]" * 50_000 + "}",
        '{"files": []}',
        [json.dumps(body()), json.dumps(body())],
    ],
    ids=range(7),
)
def test_case_34_the_part_with_the_report_is_read_as_strictly(program: Program, told: Any) -> None:
    refused(with_parts(program, told, picture()), 400)
    assert not Report.objects.exists()


def test_case_24_parts_that_nobody_asked_for_are_refused(program: Program) -> None:
    for more in ({"status": "linked"}, {"other": picture()}):
        answer = program.client.post(
            "/api/v1/reports", {"json": json.dumps(body()), **more}, headers=program.headers
        )
        refused(answer, 400)
    refused(with_parts(program, body(files=["eA=="])), 400)
    refused(with_parts(program, body(reporter="x"), picture()), 400)
    problem = refused(program.post("reports", body(files=["eA=="])), 400)
    assert any(name.startswith("files") for name in problem["errors"])
    assert not Report.objects.exists()


def test_case_34_too_much_is_refused_in_bounded_memory(program: Program, root: Path) -> None:
    size = 11 * 1024 * 1024
    large = SimpleUploadedFile("a.txt", b"x" * size)
    tracemalloc.start()
    refused(with_parts(program, body(), large), 400)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # The test's own copies of the body are in it.
    assert peak < 8 * size
    huge = SimpleUploadedFile("a.txt", b"x" * (20 * 1024 * 1024))
    assert with_parts(program, body(), huge).status_code == 413
    many = [intake.upload(f"{number}.txt", b"x") for number in range(11)]
    refused(with_parts(program, body(), *many), 400)
    fields = {f"field{number}": "x" for number in range(10_000)}
    answer = program.client.post("/api/v1/reports", fields, headers=program.headers)
    assert 400 <= answer.status_code < 500
    long = with_parts(program, body(account="x" * 2_000_000))
    assert long.status_code == 413
    assert not Report.objects.exists()
    assert intake.files(root) == []


def test_a_broken_body_of_parts_is_refused(program: Program) -> None:
    for raw in (b"", b"--x", b"--x\r\n\r\n\r\n--x--", b"\xff" * 100):
        answer = program.ask(
            "POST", "reports", raw=raw, Content_Type="multipart/form-data; boundary=x"
        )
        refused(answer, 400)
    refused(program.ask("POST", "reports", raw=b"", Content_Type="multipart/form-data"), 400)


def test_only_reports_are_sent_in_parts(scene: intake.Scene) -> None:
    auditor = Program(build.auditor())
    answer = auditor.client.post("/api/v1/exports", {"json": "{}"}, headers=auditor.headers)
    refused(answer, 415)


# Without a name


def test_a_report_without_a_name_is_nobodys_and_its_code_leads_to_it(
    scene: intake.Scene, program: Program
) -> None:
    answer = program.post("reports", body(mode="anonymous"))
    assert answer.status_code == 201
    made = answer.json()
    report = Report.objects.get()
    assert (report.reporter_ref, report.reporter_sealed) == ("", None)
    # Few people have a token: how it came would say something.
    assert report.received_by == "web"
    assert selectors.by_code(made["receipt_code"]) == report.public_id
    visitor = Client()
    assert visitor.post("/report/follow/", {"code": made["receipt_code"]}).status_code == 303
    assert program.get("reports").json()["results"] == []
    refused(program.get(f"reports/{made['id']}"), 404)
    assert not OutboxMessage.objects.exists()
    assert not Event.objects.filter(actor_kind="sealed").exists()


def test_a_report_with_a_name_has_no_code(program: Program) -> None:
    made = program.post("reports", body()).json()
    assert made["receipt_code"] == ""
    assert "receipt_code" not in program.get(f"reports/{made['id']}").json()


def test_files_without_a_name_are_taken_too(program: Program) -> None:
    made = with_parts(program, body(mode="anonymous"), picture()).json()
    assert made["files"] == 1
    assert made["receipt_code"]


def test_the_code_is_told_again_to_the_same_key_alone(
    scene: intake.Scene, program: Program
) -> None:
    first = program.post("reports", body(mode="anonymous"), key="random-key")
    again = program.post("reports", body(mode="anonymous"), key="random-key")
    assert again.json()["receipt_code"] == first.json()["receipt_code"]
    # Somebody else's program with the same key gets a report of its own.
    other = Program(make.person("Other Person"))
    answer = other.post("reports", body(mode="anonymous"), key="random-key")
    assert "Idempotency-Replayed" not in answer.headers
    assert answer.json()["receipt_code"] != first.json()["receipt_code"]


def test_case_107_what_is_stored_gives_neither_the_code_nor_who_sent_it(
    scene: intake.Scene, program: Program
) -> None:
    code = program.post("reports", body(mode="anonymous"), key="random-key").json()["receipt_code"]
    record = IdempotencyRecord.objects.get()
    # Whoever has the database and the keys of this server, and not the program's own key.
    opened = crypto.unseal_bytes(record.answer_sealed, purpose="idempotency")
    report = Report.objects.get()
    for word in (code, receipts.plain(code), report.reference, str(report.public_id)):
        assert word.encode() not in opened
    everybody = [scene.reporter, scene.learner]
    owners = {crypto.reference(person.public_id, purpose="idempotency") for person in everybody}
    assert record.owner not in owners
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            if table.startswith(("cases_", "api_", "audit_", "notifications_")):
                cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - names of our own tables
                rows = repr([[_readable(cell) for cell in row] for row in cursor.fetchall()])
                assert receipts.plain(code) not in rows.replace("-", ""), table


def _readable(cell: Any) -> Any:
    return bytes(cell) if isinstance(cell, memoryview) else cell


def test_case_30_without_a_name_the_address_is_counted(
    scene: intake.Scene, program: Program
) -> None:
    for number in range(5):
        told = body(mode="anonymous", account=f"Words {number}.")
        assert program.post("reports", told, key=f"k{number}").status_code == 201
    told = body(mode="anonymous", account="Words 5.")
    answer = program.post("reports", told)
    refused(answer, 429)
    assert 0 < int(answer["Retry-After"]) <= 3600
    assert int(re.findall(r"\d+", answer.json()["detail"])[-1]) <= 60
    again = program.post("reports", body(mode="anonymous", account="Words 4."), key="k4")
    assert again["Idempotency-Replayed"] == "true"
    # With a name the person is counted, and has five of their own.
    assert program.post("reports", body()).status_code == 201
    cache.clear()


def test_case_33_exists_absent_or_deleted_makes_no_difference(
    scene: intake.Scene, program: Program
) -> None:
    gone = make.person("Gone Person")
    make.enrol(scene.course, gone)
    left = make.submission(scene.assignment, gone)
    gone.is_active = False
    gone.save()
    for mode in ("confidential", "anonymous"):
        answers = [
            program.post("reports", body(mode=mode, **about))
            for about in (
                {"kind": "flag", "submission": str(scene.submission.public_id)},
                {"kind": "flag", "submission": str(left.public_id)},
            )
        ]
        assert {answer.status_code for answer in answers} == {201}
        shapes = [
            {
                name: value
                for name, value in answer.json().items()
                if name not in ("id", "reference", "submitted_at", "submission", "receipt_code")
            }
            for answer in answers
        ]
        times = [shape.pop("incident_at") is not None for shape in shapes]
        assert shapes[0] == shapes[1]
        assert times == [True, True]
        assert [list(answer.json()) for answer in answers][0] == list(answers[1].json())
    names = [
        program.post("reports", body(mode="anonymous", visible_name=name)).status_code
        for name in (scene.learner.display_name, "Nobody Known", gone.display_name)
    ]
    assert names == [201, 201, 201]


@pytest.mark.parametrize("day", ["9999-12-31", "1999-12-31", "0001-01-01"])
def test_a_day_at_the_end_of_the_calendar_is_refused_at_its_field(
    scene: intake.Scene, program: Program, day: str
) -> None:
    answer = program.post(
        "reports", body(kind="violation", violation_type="plagiarism", incident_at=day)
    )
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["incident_at"]


# What is written about a report


def test_a_question_is_read_and_answered(scene: intake.Scene, program: Program) -> None:
    made = program.post("reports", body()).json()
    path = f"reports/{made['id']}/messages"
    assert program.get(path).json() == {"results": []}
    case = Case.objects.get()
    moderator = build.moderator()
    triage.claim(actor=moderator, number=case.number)
    dialogue.ask(
        actor=moderator, number=case.number, report_id=made["id"], body="When?", form_key="q"
    )
    [asked] = program.get(path).json()["results"]
    assert (asked["body"], asked["from_office"], asked["files"]) == ("When?", True, 0)
    assert ReportMessage.objects.get().read_at is not None
    told = program.post(path, {"body": "On Monday."}, key="a")
    assert told.status_code == 201, told.content
    assert told.json()["from_office"] is False
    assert program.post(path, {"body": "On Monday."}, key="a")["Idempotency-Replayed"] == "true"
    refused(program.post(path, {"body": "On Tuesday."}, key="a"), 422)
    both = program.get(path).json()["results"]
    assert [row["body"] for row in both] == ["When?", "On Monday."]
    assert moderator.display_name not in json.dumps(both)


def test_messages_of_others_do_not_exist(scene: intake.Scene, program: Program) -> None:
    made = program.post("reports", body()).json()
    path = f"reports/{made['id']}/messages"
    other = Program(scene.learner)
    absent = other.get("reports/00000000-0000-4000-8000-000000000000/messages")
    assert other.get(path).content == absent.content
    refused(other.post(path, {"body": "x"}), 404)
    refused(program.post(path, {"body": ""}), 400)
    refused(program.post(path, {"body": "x" * 4_001}), 400)
    reader = Program(scene.reporter, "reports:read")
    refused(reader.post(path, {"body": "x"}), 403)


def test_looking_only_at_the_head_reads_nothing(scene: intake.Scene, program: Program) -> None:
    made = program.post("reports", body()).json()
    moderator = build.moderator()
    dialogue.ask(
        actor=moderator,
        number=Case.objects.get().number,
        report_id=made["id"],
        body="When?",
        form_key="q",
    )
    assert program.ask("HEAD", f"reports/{made['id']}/messages").status_code == 200
    assert ReportMessage.objects.get().read_at is None
