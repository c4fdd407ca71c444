"""Cases and their parts: what the desk's pages show, and nothing more."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest

from cases.enums import CaseStatus, ReportMode
from cases.models import Appeal, Case, Determination, Note, Sanction
from cases.services import determination, triage
from integrity.core import clock
from tests.api.caller import Program, refused
from tests.cases import builders as build
from tests.cases.test_process import World
from tests.courses import builders as make

PARTS = (
    "events", "evidence", "allegations", "notices", "responses", "determinations", "sanctions",
    "appeals", "notes",
)  # fmt: skip

pytestmark = pytest.mark.django_db


def results(program: Program, path: str) -> list[dict[str, Any]]:
    answer = program.get(path)
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


# The list


def test_case_16_a_list_holds_only_what_the_reader_may_know() -> None:
    here, there = make.institution(), make.institution()
    mine = build.case(institution=here)
    build.case(institution=there)
    party = build.officer("Otto Party", here)
    about_me = build.case(institution=here, learner=party)
    declared = build.case(institution=here)
    build.conflict(declared, party)
    reported = build.case(institution=here)
    build.report(reported, party)
    numbers = [row["number"] for row in results(Program(party), "cases")]
    assert numbers == [mine.number]
    assert about_me.number not in json.dumps(results(Program(party), "cases?kind=academic"))
    assert results(Program(party), f"cases?institution={there.slug}") == []


def test_filters_and_orders_are_those_of_the_queue() -> None:
    late = build.case(due_at=clock.now())
    closed = build.case(status=CaseStatus.CLOSED)
    conduct = build.case(kind="conduct", due_at=clock.now().replace(year=2030))
    officer = Program(build.officer())

    def numbers(query: str = "") -> list[str]:
        return [row["number"] for row in results(officer, f"cases{query}")]

    assert numbers() == [conduct.number, closed.number, late.number]
    assert numbers("?sort=due") == [late.number, conduct.number, closed.number]
    assert numbers("?status=closed") == [closed.number]
    assert numbers("?kind=conduct") == [conduct.number]
    assert numbers(f"?institution={late.institution.slug}") == [late.number]


@pytest.mark.parametrize("sort", ["newest", "due"])
def test_a_list_goes_on_where_it_stopped(sort: str) -> None:
    made = {build.case().number for _number in range(5)}
    made |= {build.case(status=CaseStatus.CLOSED).number for _number in range(2)}
    made |= {build.case(urgent=True).number for _number in range(3)}
    officer = Program(build.officer())
    seen: list[str] = []
    cursor = ""
    while True:
        told = officer.get(f"cases?sort={sort}&limit=3{cursor}").json()
        seen += [row["number"] for row in told["results"]]
        if told["next"] is None:
            break
        cursor = f"&cursor={told['next']}"
    assert len(seen) == 10
    assert set(seen) == made


def test_a_longer_list_asks_the_database_no_more_often(count_queries: Any) -> None:
    officer = Program(build.officer())
    # The first use of a day is written down.
    officer.get("")
    numbers = []
    for _round in range(2):
        for _case in range(3):
            build.case(assignee=build.moderator())
        with count_queries() as queries:
            assert officer.get("cases").status_code == 200
        numbers.append(queries.number)
    assert numbers[0] == numbers[1]


# One case


def test_case_98_a_summary_shows_no_content() -> None:
    world = World().opened()
    other = Program(build.moderator("Tomasz Other"))
    told = other.get(f"cases/{world.number}").json()
    assert (told["access"], told["content"]) == ("summary", None)
    for word in ("Amara", "Three passages", "Essay 2, Data Ethics"):
        assert word not in json.dumps(told)
    for part in PARTS:
        refused(other.get(f"cases/{world.number}/{part}"), 403)
    refused(other.post(f"cases/{world.number}/notes", {"body": "x"}), 403)


def test_names_are_hidden_in_triage_as_on_the_page() -> None:
    world = World()
    report = build.report(world.case, make.person(), visible_name="A. Okonjo")
    moderator = Program(world.moderator)
    told = moderator.get(f"cases/{world.number}").json()
    assert told["access"] == "work"
    assert [row["name"] for row in told["content"]["respondents"]] == [None]
    assert {row["visible_name"] for row in told["content"]["reports"]} == {None}
    assert "Okonjo" not in json.dumps(told)
    world.opened()
    told = Program(world.officer).get(f"cases/{world.number}").json()
    assert [row["name"] for row in told["content"]["respondents"]] == ["Amara Okonjo"]
    assert report.visible_name in json.dumps(told)


def test_case_19_no_sealed_identity_is_in_any_answer() -> None:
    """Neither for the desk nor for an auditor; a given name is for those who work on it."""
    world = World().opened()
    sealed, named = make.person("Zebedee Quillfeather"), make.person("Nadia Open")
    build.report(world.case, sealed)
    build.report(world.case, named, mode=ReportMode.NAMED)
    for person in (world.officer, build.auditor()):
        program = Program(person)
        whole = program.get(f"cases/{world.number}").content.decode()
        for part in PARTS:
            whole += program.get(f"cases/{world.number}/{part}").content.decode()
        assert "Quillfeather" not in whole
        assert str(sealed.public_id) not in whole
        assert ("Nadia Open" in whole) == (person == world.officer)


def test_an_auditor_reads_and_writes_nothing() -> None:
    """HOSTILE 27."""
    world = World().opened()
    auditor = Program(build.auditor())
    told = auditor.get(f"cases/{world.number}").json()
    assert told["access"] == "read"
    refused(auditor.post(f"cases/{world.number}/notes", {"body": "x"}), 403)
    assert not Note.objects.exists()


def test_case_22_a_conflict_declared_is_a_case_gone() -> None:
    world = World().opened()
    moderator = Program(world.moderator)
    assert moderator.get(f"cases/{world.number}").status_code == 200
    triage.declare_conflict(actor=world.moderator, number=world.number, reason="We are friends.")
    for part in ("", *(f"/{name}" for name in PARTS)):
        refused(moderator.get(f"cases/{world.number}{part}"), 404)
    assert results(moderator, "cases") == []


def test_case_18_whom_it_is_about_reads_it_on_their_own_page_only() -> None:
    """Nothing of the desk's view is theirs, before the notice or after."""
    world = World()
    learner = Program(world.learner)
    for stage in (lambda: world, world.answered):
        stage()
        refused(learner.get("cases"), 403)
        for part in ("", *(f"/{name}" for name in PARTS)):
            hidden = learner.get(f"cases/{world.number}{part}")
            absent = learner.get(f"cases/IC-2026-999999{part}")
            refused(hidden, 404)
            assert hidden.content == absent.content


# Its parts


def test_the_parts_tell_the_process_from_end_to_end() -> None:
    world = World().answered()
    officer = Program(world.officer)
    at = f"cases/{world.number}"
    allegation = results(officer, f"{at}/allegations")[0]
    respondent = str(world.rid)
    assert allegation["violation_type"] == "plagiarism"
    assert allegation["respondent"] == respondent
    assert allegation["finding"] == ""
    notice = results(officer, f"{at}/notices")[0]
    assert notice["answered_at"] is not None
    response = results(officer, f"{at}/responses")[0]
    assert response["notice"] == notice["id"]
    assert response["points"][0]["allegation"] == allegation["id"]
    evidence = results(officer, f"{at}/evidence")
    assert [row["label"] for row in evidence][:1] == ["E1"]
    assert all(row["shown_to"] == 1 for row in evidence)
    events = results(officer, f"{at}/events")
    assert [row["sequence"] for row in events] == sorted(
        (row["sequence"] for row in events), reverse=True
    )
    assert {"notice.sent", "evidence.added"} <= {row["action"] for row in events}
    by = {row["action"]: row["by"] for row in events}
    assert by["notice.sent"] == world.moderator.display_name
    assert results(officer, f"{at}/determinations") == []
    assert results(officer, f"{at}/sanctions") == []


def test_what_an_officer_is_still_writing_is_not_told() -> None:
    world = World().answered()
    respondent = world.respondent
    point = respondent.responses.get().points
    determination.record_findings(
        actor=world.officer,
        number=world.number,
        respondent_id=world.rid,
        findings={str(respondent.allegations.get().public_id): ("shown", "completed")},
        reasons_finding="SECRET DRAFT",
        answers={str(row.public_id): "We read it." for row in point.all()},
        supports=build.rests_on(respondent),
        revision=None,
    )
    assert Determination.objects.get().status == "draft"
    for person in (world.officer, world.moderator, build.auditor()):
        answer = Program(person).get(f"cases/{world.number}/determinations")
        assert answer.json()["results"] == []


def test_a_decision_with_its_consequences_and_an_appeal() -> None:
    world = World().answered()
    respondent = world.respondent
    decided = Determination.objects.create(
        respondent=respondent,
        status="proposed",
        standard_of_proof="balance",
        reasons_finding="It was shown.",
        proposed_by=world.officer,
    )
    consequence = world.version.consequences.first()  # type: ignore[union-attr]
    Sanction.objects.create(
        case=world.case,
        respondent=respondent,
        determination=decided,
        consequence=consequence,
        code=consequence.code,
        status="proposed",
    )
    Appeal.objects.create(
        respondent=respondent,
        determination=decided,
        grounds=["facts"],
        text="It was not so.",
        form_key="k",
        private_notes="FOR THE DESK",
    )
    officer = Program(world.officer)
    at = f"cases/{world.number}"
    assert results(officer, f"{at}/determinations")[0]["reasons_finding"] == "It was shown."
    assert results(officer, f"{at}/sanctions")[0]["code"] == consequence.code
    appeal = results(officer, f"{at}/appeals")[0]
    assert (appeal["text"], appeal["outcome"]) == ("It was not so.", "")
    assert "FOR THE DESK" not in json.dumps(appeal)
    Determination.objects.update(status="draft")
    assert results(officer, f"{at}/sanctions") == []


def test_a_note_is_added_as_on_the_page() -> None:
    world = World().opened()
    moderator = Program(world.moderator)
    body = {"body": "  Called\u200b back.  "}
    answer = moderator.post(f"cases/{world.number}/notes", body, key="one")
    assert answer.status_code == 201
    assert answer.json()["body"] == "Called back."
    assert moderator.post(f"cases/{world.number}/notes", body, key="one").json() == answer.json()
    note = Note.objects.get()
    assert note.author == world.moderator
    listed = results(Program(world.officer), f"cases/{world.number}/notes")
    assert [row["id"] for row in listed] == [str(note.public_id)]
    for wrong in ({}, {"body": ""}, {"body": "x" * 10_001}, {"body": 5, "author": 1}):
        refused(moderator.post(f"cases/{world.number}/notes", wrong), 400)
    assert Note.objects.count() == 1


def test_notes_and_events_come_in_pages() -> None:
    world = World().opened()
    for number in range(5):
        build.note(world.case, world.moderator, f"Note {number}")
    program = Program(world.moderator)
    first = program.get(f"cases/{world.number}/notes?limit=3").json()
    rest = program.get(f"cases/{world.number}/notes?limit=3&cursor={first['next']}").json()
    bodies = [row["body"] for row in first["results"] + rest["results"]]
    assert bodies == [f"Note {number}" for number in (4, 3, 2, 1, 0)]
    assert rest["next"] is None
    triage.watch(actor=world.officer, number=world.number)
    triage.unwatch(actor=world.officer, number=world.number)
    seen: list[int] = []
    cursor = ""
    while True:
        told = program.get(f"cases/{world.number}/events?limit=1{cursor}").json()
        seen += [row["sequence"] for row in told["results"]]
        if told["next"] is None:
            break
        cursor = f"&cursor={told['next']}"
    whole = results(program, f"cases/{world.number}/events")
    assert seen == [row["sequence"] for row in whole]


def test_the_parts_ask_no_more_often_for_a_fuller_case(count_queries: Any) -> None:
    world = World().answered()
    officer = Program(world.officer)

    def measured() -> dict[str, int]:
        found = {}
        for part in ("", *(f"/{name}" for name in PARTS)):
            with count_queries() as queries:
                assert officer.get(f"cases/{world.number}{part}").status_code == 200
            found[part] = queries.number
        return found

    officer.get("")
    before = measured()
    for number in range(3):
        build.evidence(world.case, form_key=uuid4().hex, position=10 + number)
        build.note(world.case, world.moderator)
        build.report(world.case)
    assert measured() == before
    assert max(before.values()) < 25


def test_numbers_that_are_none_are_not_there() -> None:
    officer = Program(build.officer())
    for number in ("IC-2026-000000", "0", "x" * 20, "x" * 21, "..", "%00", "IC-2026-000001%0a"):
        assert officer.get(f"cases/{number}").status_code == 404
    assert not Case.objects.exists()
