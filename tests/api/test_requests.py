"""What every request has in common: bodies, parameters, idempotency keys, problem documents."""

from __future__ import annotations

import json
import signal
import sys
import tracemalloc
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from cases.models import Case, Note, Report
from cases.services import triage
from integrity.api import idempotency
from integrity.api.models import IdempotencyRecord
from integrity.api.tasks import forget
from integrity.audit.models import Event
from integrity.core import clock
from integrity.core.errors import Conflict, IllegalTransition, Stale, WindowClosed
from notifications.models import OutboxMessage
from tests.api.caller import Program, refused
from tests.cases import builders as build
from tests.cases import intake_builders as intake
from tests.cases.test_intake_concurrency import at_once
from tests.courses import builders as make
from tests.support.processes import Process

BODY = {
    "kind": "violation",
    "mode": "confidential",
    "account": "Answers were sold in a chat.",
    "good_faith": True,
}

pytestmark = pytest.mark.django_db


@pytest.fixture
def program() -> Program:
    return Program(intake.scene().reporter)


def nothing_was_sent() -> bool:
    return not Report.objects.exists() and not IdempotencyRecord.objects.exists()


# Bodies


@pytest.mark.parametrize(
    "extra",
    [
        {"status": "linked"},
        {"reporter": "somebody"},
        {"reporter_ref": "0" * 64},
        {"case": "IC-2026-000001"},
        {"id": 1},
        {"role": "officer"},
        {"institution": "platform"},
    ],
)
def test_case_24_nothing_can_be_assigned_that_is_not_asked_for(
    program: Program, extra: dict[str, Any]
) -> None:
    problem = refused(program.post("reports", {**BODY, **extra}), 400)
    assert set(problem["errors"]) == set(extra)
    assert nothing_was_sent()


def test_every_field_that_is_wrong_is_named(program: Program) -> None:
    problem = refused(program.post("reports", {"kind": "gossip", "links": ["x" * 3000]}), 400)
    assert {"kind", "mode", "good_faith"} <= set(problem["errors"])
    assert any(name.startswith("links") for name in problem["errors"])
    assert problem["detail"]
    assert all(isinstance(text, str) for texts in problem["errors"].values() for text in texts)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b"null",
        b'{"kind": NaN}',
        b'{"a": 1, "a": 2}',
        b"\xff\xfe{",
        b'{"kind": ' + b"9" * 5000 + b"}",
        b'{"x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"x": ' + b'{"x": ' * 20 + b"1" + b"}" * 21,
    ],
    ids=range(11),
)
def test_case_34_what_is_no_object_of_a_sensible_depth_is_refused(
    program: Program, raw: bytes
) -> None:
    refused(program.ask("POST", "reports", raw=raw), 400)
    assert nothing_was_sent()


def test_case_34_a_large_body_is_refused_in_bounded_memory(program: Program) -> None:
    raw = json.dumps({**BODY, "account": "x" * 12_000_000}).encode()
    tracemalloc.start()
    refused(program.ask("POST", "reports", raw=raw), 413)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # The test's own copies of the body are in it.
    assert peak < 3 * len(raw)
    assert program.ask("POST", "reports", raw=b" " * 17_000_000).status_code == 413
    many = {f"field{number}": 1 for number in range(10_000)}
    problem = refused(program.post("reports", many), 400)
    assert len(problem["errors"]) <= 20
    assert nothing_was_sent()


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800b", "\udfff", "a\x07b"])
@pytest.mark.parametrize("name", ["account", "visible_name", "quoted_text"])
def test_case_35_what_cannot_be_stored_is_refused_at_its_field(
    program: Program, name: str, text: str
) -> None:
    problem = refused(program.post("reports", {**BODY, name: text}, key="k"), 400)
    assert list(problem["errors"]) == [name]
    assert nothing_was_sent()


def test_case_35_invisible_controls_are_taken_out(program: Program) -> None:
    body = {**BODY, "account": "words\u202e that\u200b turn", "links": []}
    told = program.post("reports", body).json()
    assert told["account"] == "words that turn"


def test_case_35_a_name_that_cannot_be_printed_harms_nobody(program: Program) -> None:
    for name in ("\ud800", "a\x00", "x" * 5000, "<script>"):
        problem = refused(program.post("reports", {**BODY, name: 1}), 400)
        assert list(problem["errors"]) == [""]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "text/html"])
def test_only_json_is_read(program: Program, kind: str) -> None:
    answer = program.ask("POST", "reports", BODY, Content_Type=kind)
    refused(answer, 415)
    assert nothing_was_sent()


# Parameters


@pytest.mark.parametrize(
    "query",
    [
        "user__password__startswith=a",
        "assignee__password__startswith=pbkdf2",
        "ordering=assignee__password",
        "sort=-pk",
        "sort=search_text",
        "status=triage&status=closed",
        "status=open",
        "kind__in=academic",
        "institution=%00",
        "limit=0",
        "limit=101",
        "limit=9999999999999999999999",
        "limit=all",
        "cursor=1%20OR%201=1",
        "cursor=d-1",
        "cursor=n-99999999999999999999",
        "page=2",
    ],
)
def test_case_55_only_known_parameters_with_known_values(query: str) -> None:
    build.case()
    problem = refused(Program(build.officer()).get(f"cases?{query}"), 400)
    assert problem["errors"]


def test_case_55_addresses_without_parameters_take_none() -> None:
    case = build.case()
    officer = Program(build.officer())
    refused(officer.get(f"cases/{case.number}?expand=reporter"), 400)
    refused(officer.get("policies?fields=body"), 400)
    refused(officer.get("events?case=IC-2026-000001"), 403)
    refused(Program(build.auditor()).get("events?actor=x"), 400)


def test_a_cursor_of_another_list_leads_nowhere() -> None:
    auditor = Program(build.auditor())
    for path in ("events", "checkpoints", "exports", "letters", "reports"):
        refused(auditor.get(f"{path}?cursor=nowhere"), 400)
        refused(auditor.get(f"{path}?cursor=00000000-0000-4000-8000-00000000000x"), 400)


# Problem documents


@pytest.mark.parametrize(
    ("error", "status"),
    [(Conflict, 409), (IllegalTransition, 409), (WindowClosed, 409), (Stale, 412)],
)
def test_an_error_of_the_domain_is_a_problem_document(
    monkeypatch: Any, error: type[Exception], status: int
) -> None:
    case = build.case()

    def refuse(**_kwargs: Any) -> None:
        raise error

    monkeypatch.setattr(triage, "add_note", refuse)
    answer = Program(build.officer()).post(f"cases/{case.number}/notes", {"body": "x"}, key="k")
    assert refused(answer, status)["detail"]
    assert not IdempotencyRecord.objects.exists()


def test_an_address_of_nothing_is_a_problem_document_too() -> None:
    for program in (Program(), Program(make.person())):
        for path in ("nothing", "cases/", "reports/1", "policies/a/b", "cases/IC/x/y"):
            if path != "cases/":
                assert refused(program.get(path), 404)["title"] == "Not Found"


def test_an_answer_is_kept_in_no_cache() -> None:
    answer = Program(make.person()).get("letters")
    assert answer["Cache-Control"] == "no-store, private"
    assert "Authorization" in answer["Vary"]
    assert answer["X-Content-Type-Options"] == "nosniff"


# Idempotency keys


def test_the_same_key_and_body_give_the_first_answer_again(program: Program) -> None:
    first = program.post("reports", BODY, key="one")
    again = program.post("reports", dict(reversed(BODY.items())), key="one")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert "Idempotency-Replayed" not in first.headers
    assert again["Idempotency-Replayed"] == "true"
    assert Report.objects.count() == Case.objects.count() == OutboxMessage.objects.count() == 1


def test_case_59_the_same_key_with_another_body_or_address_is_refused(program: Program) -> None:
    program.post("reports", BODY, key="one")
    refused(program.post("reports", {**BODY, "account": "Other words."}, key="one"), 422)
    officer = Program(build.officer())
    case = build.case()
    assert officer.post(f"cases/{case.number}/notes", {"body": "x"}, key="two").status_code == 201
    other = build.case()
    refused(officer.post(f"cases/{other.number}/notes", {"body": "x"}, key="two"), 422)
    assert (Report.objects.count(), Note.objects.count()) == (1, 1)


def test_a_key_belongs_to_one_person() -> None:
    scene = intake.scene()
    for person in (scene.reporter, scene.learner):
        assert Program(person).post("reports", BODY, key="same").status_code == 201
    assert Report.objects.count() == 2


def test_a_key_outlives_the_token_it_came_with() -> None:
    person = intake.scene().reporter
    first = Program(person).post("reports", BODY, key="one")
    again = Program(person).post("reports", BODY, key="one")
    assert again.json() == first.json()


def test_a_refusal_uses_no_key_up(program: Program) -> None:
    refused(program.post("reports", {**BODY, "kind": "gossip"}, key="one"), 400)
    assert program.post("reports", BODY, key="one").status_code == 201


@pytest.mark.parametrize("key", ["\xe9", "x" * 201, "a b"])
def test_a_key_that_is_none_is_refused(program: Program, key: str) -> None:
    problem = refused(program.post("reports", BODY, key=key), 400)
    assert list(problem["errors"]) == ["Idempotency-Key"]
    assert nothing_was_sent()


def test_an_old_answer_is_not_repeated_to_whoever_may_not_see_it_any_more() -> None:
    """A conflict declared in between (HOSTILE 22)."""
    moderator, case = build.moderator(), build.case()
    program = Program(moderator)
    path = f"cases/{case.number}/notes"
    assert program.post(path, {"body": "x"}, key="one").status_code == 201
    triage.declare_conflict(actor=moderator, number=case.number, reason="We share an office.")
    refused(program.post(path, {"body": "x"}, key="one"), 404)


def test_case_107_a_record_tells_neither_who_nor_what(program: Program) -> None:
    program.post("reports", BODY, key="my-own-key")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM api_idempotencyrecord")
        row = repr([bytes(c) if isinstance(c, memoryview) else c for c in cursor.fetchone()])
    report = Report.objects.get()
    for word in ("my-own-key", "Answers", report.reference, str(report.public_id)):
        assert word not in row
    assert str(program.token.user.public_id) not in row
    assert report.reporter_ref not in row


def test_answers_are_forgotten_after_a_day(program: Program, frozen_clock: Any) -> None:
    program.post("reports", BODY, key="one")
    frozen_clock.advance(hours=24, seconds=-1)
    assert forget() == 0
    assert program.post("reports", BODY, key="one")["Idempotency-Replayed"] == "true"
    frozen_clock.advance(seconds=1)
    again = program.post("reports", BODY, key="one")
    assert "Idempotency-Replayed" not in again.headers
    assert Report.objects.count() == 2
    frozen_clock.advance(days=2)
    assert forget() == 1
    assert not IdempotencyRecord.objects.exists()


def test_forgetting_is_on_the_schedule(settings: Any) -> None:
    names = [entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()]
    assert forget.name in names


def test_case_60_work_that_breaks_leaves_the_key_free(program: Program, monkeypatch: Any) -> None:
    def broken(*_args: Any, **_kwargs: Any) -> bytes:
        raise RuntimeError("the power went out")

    with monkeypatch.context() as patch:
        patch.setattr(idempotency.crypto, "seal_bytes", broken)
        with pytest.raises(RuntimeError):
            program.post("reports", BODY, key="one")
    assert nothing_was_sent()
    assert program.post("reports", BODY, key="one").status_code == 201
    assert Report.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_case_60_killed_in_the_middle_it_is_done_once_by_the_next_try(
    start_process: Callable[..., Process],
) -> None:
    program = Program(intake.scene().reporter)
    process = start_process(sys.executable, "-m", "tests.api.killed", program.secret)
    assert process.process.wait(timeout=60) == -signal.SIGKILL, process.output
    assert nothing_was_sent()
    assert not Event.objects.filter(action="report.received").exists()
    answer = program.post("reports", BODY, key="one")
    assert answer.status_code == 201, answer.content
    assert Report.objects.count() == 1
    assert program.post("reports", BODY, key="one").content == answer.content


@pytest.mark.django_db(transaction=True)
def test_case_58_the_same_key_twenty_times_at_once_is_one_report() -> None:
    person = intake.scene().reporter
    programs = [Program(person) for _number in range(20)]
    answers = at_once(20, lambda number: programs[number].post("reports", BODY, key="one"))
    assert {getattr(answer, "status_code", answer) for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    replayed = [answer for answer in answers if "Idempotency-Replayed" in answer.headers]
    assert len(replayed) == 19
    assert Report.objects.count() == Case.objects.count() == OutboxMessage.objects.count() == 1
    assert Event.objects.filter(action="report.received").count() == 1


def test_a_record_is_as_old_as_its_work(program: Program) -> None:
    program.post("reports", BODY, key="one")
    assert clock.now() - IdempotencyRecord.objects.get().created_at < timedelta(minutes=1)
