"""Sending a report and reading one's own, under the rules of the pages."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest

from cases.enums import ClosingOutcome
from cases.models import Case, Report
from cases.services import floods
from integrity.audit.models import Event
from integrity.core import clock
from notifications.models import Letter
from tests.api.caller import Program, refused
from tests.cases import builders as build
from tests.cases import intake_builders as intake
from tests.courses import builders as make

pytestmark = pytest.mark.django_db


def body(**changes: Any) -> dict[str, Any]:
    told = {
        "kind": "violation",
        "mode": "confidential",
        "account": "Answers were sold in a chat.",
        "good_faith": True,
        **changes,
    }
    return {name: value for name, value in told.items() if value is not None}


@pytest.fixture
def scene() -> intake.Scene:
    return intake.scene()


@pytest.fixture
def program(scene: intake.Scene) -> Program:
    return Program(scene.reporter)


def test_a_flag_is_sent_filed_sealed_and_acknowledged(
    scene: intake.Scene, program: Program
) -> None:
    told = body(
        kind="flag",
        submission=str(scene.submission.public_id),
        violation_type="plagiarism",
        links=["https://example.org/article"],
    )
    answer = program.post("reports", told)
    assert answer.status_code == 201
    made = answer.json()
    report = Report.objects.get()
    case = Case.objects.get()
    assert made["id"] == str(report.public_id)
    assert made["reference"] == report.reference
    assert (made["progress"], made["outcome"]) == ("submitted", "")
    assert made["submission"] == told["submission"]
    assert made["course"] == scene.course.slug
    assert report.case == case
    assert case.submission == scene.submission
    assert Letter.objects.filter(event="report_received").count() <= 1
    event = Event.objects.get(action="report.received")
    assert event.actor_kind == "sealed"
    assert intake.CANARY not in answer.content.decode()


def test_the_case_is_nowhere_in_what_a_reporter_reads(program: Program) -> None:
    made = program.post("reports", body()).json()
    number = Case.objects.get().number
    for path in ("reports", f"reports/{made['id']}"):
        assert number not in program.get(path).content.decode()


def test_an_incident_about_a_post(scene: intake.Scene, program: Program) -> None:
    told = body(kind="incident", post=str(scene.post.public_id), violation_type="threats")
    assert program.post("reports", told).status_code == 201
    case = Case.objects.get()
    assert (case.post, case.urgent) == (scene.post, True)


def test_what_one_cannot_see_is_as_if_it_did_not_exist(
    scene: intake.Scene, program: Program
) -> None:
    elsewhere = make.course()
    hidden = make.submission(make.assignment(elsewhere), make.person())
    for name, there, nowhere in (
        ("submission", str(hidden.public_id), str(uuid4())),
        ("post", str(make.post(elsewhere, make.person()).public_id), str(uuid4())),
        ("course", elsewhere.slug, "no-such-course"),
    ):
        answers = [
            program.post("reports", body(kind="incident", **{name: value}))
            for value in (there, nowhere)
        ]
        assert answers[0].content == answers[1].content
        assert list(refused(answers[0], 400)["errors"]) == [name]
    assert not Report.objects.exists()


def test_case_33_whom_it_is_about_makes_no_difference_to_the_answer(
    scene: intake.Scene, program: Program
) -> None:
    own = Program(scene.learner)
    about = body(kind="flag", submission=str(scene.submission.public_id))
    answers = [
        own.post("reports", about),
        program.post("reports", about),
        program.post("reports", body(visible_name="Nobody Known")),
    ]
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    shapes = [set(answer.json()) for answer in answers]
    assert shapes[0] == shapes[1] == shapes[2]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"mode": "secret"}, "mode"),
        ({"good_faith": False}, "good_faith"),
        ({"account": ""}, "account"),
        ({"account": "x" * 4001}, "account"),
        ({"kind": "flag"}, "submission"),
        ({"incident_at": "2099-01-01T00:00:00Z"}, "incident_at"),
        ({"incident_at": "yesterday"}, "incident_at"),
        ({"links": ["javascript:alert(1)"]}, "links"),
        ({"links": "https://example.org"}, "links"),
        ({"violation_type": "gossip"}, "violation_type"),
        ({"submission": "1"}, "submission"),
    ],
)
def test_a_report_that_cannot_be_sent_says_why(
    program: Program, changes: dict[str, Any], field: str
) -> None:
    problem = refused(program.post("reports", body(**changes)), 400)
    assert any(name.startswith(field) for name in problem["errors"]), problem
    assert not Report.objects.exists()


def test_one_matter_at_a_time(scene: intake.Scene, program: Program) -> None:
    told = body(course=scene.course.slug, post=str(scene.post.public_id))
    refused(program.post("reports", told), 400)


def test_case_30_the_sixth_report_of_an_hour_waits(program: Program) -> None:
    for number in range(5):
        told = body(account=f"Words {number}.")
        assert program.post("reports", told, key=f"k{number}").status_code == 201
    answer = program.post("reports", body(account="Words 5."), key="k5")
    refused(answer, 429)
    assert 0 < int(answer["Retry-After"]) <= floods.REPORTS.seconds
    again = program.post("reports", body(account="Words 4."), key="k4")
    assert again["Idempotency-Replayed"] == "true"
    assert Report.objects.count() == 5


def test_a_refused_report_is_not_counted(program: Program) -> None:
    for _number in range(6):
        refused(program.post("reports", body(kind="flag")), 400)
    assert program.post("reports", body()).status_code == 201


def test_one_reads_ones_own_and_nobody_elses(scene: intake.Scene, program: Program) -> None:
    made = program.post("reports", body()).json()
    other = Program(scene.learner)
    assert other.get("reports").json()["results"] == []
    hidden = other.get(f"reports/{made['id']}")
    absent = other.get(f"reports/{uuid4()}")
    refused(hidden, 404)
    assert hidden.content == absent.content
    listed = program.get("reports").json()["results"]
    assert [row["id"] for row in listed] == [made["id"]]
    assert program.get(f"reports/{made['id']}").json() | {"receipt_code": ""} == made


def test_the_end_is_told_in_one_of_three_words(scene: intake.Scene, program: Program) -> None:
    made = program.post("reports", body()).json()
    moderator = build.moderator()
    build.dismissed(actor=moderator, number=Case.objects.get().number, reason="not_enough")
    told = program.get(f"reports/{made['id']}").json()
    assert told["progress"] == "closed"
    assert told["outcome"] in ClosingOutcome.values
    assert "not_enough" not in json.dumps(told)


def test_a_list_goes_on_where_it_stopped(scene: intake.Scene, program: Program) -> None:
    case = build.case()
    made = [build.report(case, scene.reporter, submitted_at=clock.now()) for _n in range(5)]
    seen: list[str] = []
    cursor = ""
    for _page in range(3):
        told = program.get(f"reports?limit=2{cursor}").json()
        seen += [row["id"] for row in told["results"]]
        cursor = f"&cursor={told['next']}"
    assert told["next"] is None
    assert seen == [str(report.public_id) for report in reversed(made)]


def test_a_longer_list_asks_the_database_no_more_often(
    scene: intake.Scene, program: Program, count_queries: Any
) -> None:
    case = build.case()
    # The first use of a day is written down.
    program.get("reports")
    numbers = []
    for _round in range(2):
        for _report in range(3):
            build.report(case, scene.reporter)
        with count_queries() as queries:
            assert program.get("reports").status_code == 200
        numbers.append(queries.number)
    assert numbers[0] == numbers[1]
