"""Pledges by the API: one's own, pledging, and who has and has not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from integrity.accounts.enums import Role
from integrity.audit.models import Event
from integrity.core import clock
from policies.models import Pledge
from tests.api.caller import Program, refused
from tests.courses import builders as make
from tests.policies import pledged as build
from tests.policies.conftest import at

pytestmark = pytest.mark.django_db


class Room:
    """A course with terms of its own beside the platform's code, and a learner who waits."""

    def __init__(self) -> None:
        self.code = build.text("2026-01-01", pledge="I hand in **my own** work.")
        self.course = make.course()
        self.terms = build.terms_of(self.course)
        self.enrolment = build.learner(self.course)
        self.program = Program(self.enrolment.learner)

    @property
    def body(self) -> dict[str, Any]:
        versions = {self.code.document.slug: 1, self.terms.document.slug: 1}
        return {"course": self.course.slug, "versions": versions}

    def listed(self, **more: str) -> str:
        asked = {"course": self.course.slug, "document": self.code.document.slug, **more}
        return "pledges/lists?" + "&".join(f"{name}={value}" for name, value in asked.items())


@pytest.fixture
def room() -> Room:
    return Room()


def test_what_waits_is_pledged_to_and_then_read_again(room: Room) -> None:
    before = room.program.get("pledges").json()
    assert before["results"] == []
    code, terms = before["waiting"]
    assert (code["document"], code["version"], code["state"]) == (
        room.code.document.slug,
        1,
        "waiting",
    )
    assert code["promise"] == "I hand in **my own** work."
    assert code["text"] == f"/api/v1/policies/{room.code.document.slug}/versions/1"
    assert terms["document"] == room.terms.document.slug
    answer = room.program.post("pledges", room.body, key="one")
    assert answer.status_code == 201
    after = room.program.get("pledges?limit=1").json()
    assert after["waiting"] == []
    more = room.program.get(f"pledges?cursor={after['next']}").json()
    both = sorted([*after["results"], *more["results"]], key=lambda row: row["document"])
    assert both == sorted(answer.json()["results"], key=lambda row: row["document"])


def test_the_same_key_and_the_same_pledge_again_are_one(room: Room) -> None:
    first = room.program.post("pledges", room.body, key="one")
    again = room.program.post("pledges", room.body, key="one")
    assert again["Idempotency-Replayed"] == "true"
    assert again.json() == first.json()
    assert room.program.post("pledges", room.body, key="two").json() == first.json()
    assert Pledge.objects.count() == 2
    assert Event.objects.filter(action="pledge.made").count() == 2


def test_another_version_in_force_records_nothing(room: Room) -> None:
    newer = build.after(room.code, "2026-03-01")
    refused(room.program.post("pledges", room.body, key="one"), 412)
    assert not Pledge.objects.exists()
    body = room.body
    body["versions"][newer.document.slug] = 2
    assert room.program.post("pledges", body, key="one").status_code == 201


def test_after_a_change_it_says_what_was_pledged_before_and_how_long_one_may_go_on(
    room: Room,
) -> None:
    room.program.post("pledges", room.body)
    with clock.frozen(clock.now() + timedelta(days=1)):
        now = clock.now()
        start = now - timedelta(days=1, hours=1)
        build.after(room.code, start.strftime("%Y-%m-%d %H:%M"), pledge_grace_days=10)
        (due,) = Program(room.enrolment.learner).get("pledges").json()["waiting"]
    assert (due["version"], due["pledged_before"], due["state"]) == (2, 1, "in_grace")
    assert due["grace_until"].startswith((start + timedelta(days=10)).strftime("%Y-%m-%dT%H:%M"))


@pytest.mark.parametrize(
    "change",
    [
        {"versions": {}},
        {"versions": {"no-such-text": 1}},
        {"versions": []},
        {"versions": {"x": 0}},
        {"versions": {"x": "one"}},
        {"learner": "somebody"},
        {"course": ""},
    ],
)
def test_what_is_wrong_is_refused_at_its_field(room: Room, change: dict[str, Any]) -> None:
    problem = refused(room.program.post("pledges", {**room.body, **change}), 400)
    assert {name.partition(".")[0] for name in problem["errors"]} == set(change)
    assert not Pledge.objects.exists()


def test_one_text_alone_is_not_enough(room: Room) -> None:
    body = {**room.body, "versions": {room.code.document.slug: 1}}
    problem = refused(room.program.post("pledges", body), 400)
    assert room.terms.document.title in problem["errors"]["versions"][0]
    assert not Pledge.objects.exists()


def test_a_course_one_does_not_learn_in_is_no_course(room: Room) -> None:
    for user in (make.person(), make.teach(room.course)):
        hidden = Program(user).post("pledges", room.body)
        absent = Program(user).post("pledges", {**room.body, "course": "no-such-course"})
        assert hidden.status_code == absent.status_code == 404
        assert hidden.content == absent.content


def test_administrators_in_scope_and_the_teacher_read_who_has_and_has_not(room: Room) -> None:
    build.pledged(room.enrolment, room.code, at("2026-02-01"))
    other = build.learner(room.course, "Tomás Rivera")
    admin = make.person()
    make.grant(admin, Role.ADMINISTRATOR, room.course.institution)
    platform = make.person()
    make.grant(platform, Role.ADMINISTRATOR)
    for user in (admin, platform, make.teach(room.course)):
        found = Program(user).get(room.listed()).json()["results"]
        assert [(row["name"], row["state"]) for row in found] == [
            ("Tomás Rivera", "waiting"),
            ("Amara Okonjo", "pledged"),
        ]
        (has,) = Program(user).get(room.listed(state="pledged")).json()["results"]
        assert has["person"] == str(room.enrolment.learner.public_id)
        first = Program(user).get(room.listed(limit="1")).json()
        assert first["next"] == str(other.learner.public_id)
        rest = Program(user).get(room.listed(cursor=first["next"])).json()
        assert [row["name"] for row in rest["results"]] == ["Amara Okonjo"]
        refused(Program(user).get(room.listed(cursor=str(uuid4()))), 400)


def test_out_of_scope_a_list_is_not_there(room: Room) -> None:
    foreign = make.person()
    make.grant(foreign, Role.ADMINISTRATOR, make.institution())
    make.course(institution=foreign.role_grants()[0].institution)
    officer = make.person()
    make.grant(officer, Role.OFFICER)
    for user in (foreign, officer, room.enrolment.learner, make.teach(make.course())):
        refused(Program(user).get(room.listed()), 404)
    refused(Program(foreign).get("pledges/lists"), 400)


def test_each_way_needs_its_scope(room: Room) -> None:
    learner = room.enrolment.learner
    refused(Program(learner, "pledges:read").post("pledges", room.body), 403)
    refused(Program(learner, "pledges:write").get("pledges"), 403)
    assert Program(learner, "pledges:write").post("pledges", room.body).status_code == 201
