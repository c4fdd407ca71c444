"""Letters, policies and schemes."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from integrity.audit.models import Event
from notifications.models import Letter
from policies.models import Version
from tests.api.caller import Program, refused
from tests.cases import builders as build
from tests.cases.test_process import World
from tests.courses import builders as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return World().notified()


def test_a_letter_is_read_by_its_recipient_and_that_is_noted_once(world: World) -> None:
    program = Program(world.learner)
    line = program.get("letters?read=false").json()["results"][0]
    assert (line["event"], line["case"], line["read_at"]) == ("notice_sent", world.number, None)
    assert program.ask("HEAD", f"letters/{line['id']}").status_code == 200
    assert not Event.objects.filter(action="letter.read").exists()
    letter = program.get(f"letters/{line['id']}").json()
    assert letter["to"] == "Amara Okonjo"
    assert "<p" in letter["html"]
    assert letter["read_at"] is not None
    program.get(f"letters/{line['id']}")
    assert Event.objects.filter(action="letter.read").count() == 1
    assert program.get("letters?read=false").json()["results"] == []
    assert len(program.get("letters?read=true").json()["results"]) == 1
    assert len(program.get("letters").json()["results"]) == 1


def test_somebody_elses_letter_is_not_there(world: World) -> None:
    letter = Letter.objects.get(event="notice_sent")
    for person in (make.person(), world.moderator, world.officer, build.auditor()):
        program = Program(person)
        hidden = program.get(f"letters/{letter.public_id}")
        refused(hidden, 404)
        assert hidden.content == program.get(f"letters/{uuid4()}").content
        assert program.get("letters").json()["results"] == []
        refused(program.get(f"letters?cursor={letter.public_id}"), 400)
    letter.refresh_from_db()
    assert letter.first_read_at is None


def test_letters_ask_no_more_often_when_there_are_more(world: World, count_queries: Any) -> None:
    program = Program(world.learner)
    program.get("")
    with count_queries() as one:
        program.get("letters")
    build.report(world.case, world.learner)
    with count_queries() as more:
        program.get("letters")
    assert one.number == more.number < 8


def test_policies_come_with_every_version_and_what_it_names(world: World) -> None:
    program = Program(make.person())
    listed = program.get("policies").json()["results"]
    assert "honor-code" in [row["slug"] for row in listed]
    policy = program.get("policies/honor-code").json()
    version = Version.objects.get(document__slug="honor-code", number=policy["version"])
    assert policy["text"] == version.body
    assert "plagiarism" in [row["code"] for row in policy["violation_types"]]
    assert policy["consequences"]
    assert policy["state"] == "in_force"
    number = policy["version"]
    assert program.get(f"policies/honor-code/versions/{number}").json() == policy
    refused(program.get("policies/honor-code/versions/999"), 404)
    refused(program.get("policies/no-such-policy"), 404)


def test_a_draft_is_seen_by_nobody(world: World) -> None:
    made = Version.objects.filter(document__slug="honor-code").order_by("number").last()
    assert made is not None
    draft = Version.objects.create(
        document=made.document,
        number=made.number + 1,
        body="SECRET",
        effective_at=made.effective_at,
    )
    for person in (make.person(), world.officer, build.administrator()):
        program = Program(person)
        refused(program.get(f"policies/honor-code/versions/{draft.number}"), 404)
        policy = program.get("policies/honor-code").json()
        assert draft.number not in policy["versions"]


def test_schemes_are_for_those_who_decide_audit_and_configure(world: World) -> None:
    for person in (world.moderator, world.officer, build.auditor(), build.administrator()):
        program = Program(person)
        scheme = program.get("schemes").json()["results"][0]
        whole = program.get(f"schemes/{scheme['slug']}").json()
        assert isinstance(whole["data"], dict)
        assert {key: whole[key] for key in scheme} == scheme
        refused(program.get("schemes/no-such-scheme"), 404)
    refused(Program(make.person()).get("schemes"), 403)


def test_the_start_tells_what_there_is_and_what_the_token_may(world: World) -> None:
    program = Program(make.person(), "letters:read")
    told = program.get("").json()
    assert told["scopes"] == ["letters:read"]
    for address in told["resources"].values():
        assert program.get(address.removeprefix("/api/v1/")).status_code in (200, 403)
    for address in (told["schema"], told["docs"]):
        assert program.client.get(address).status_code == 200
