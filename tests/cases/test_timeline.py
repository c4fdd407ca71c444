"""The timeline (CF1): letters, notes and evidence in one stream, and what it never tells."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from cases.selectors.timeline import KINDS, people_in, timeline
from cases.services import triage
from integrity.audit import services as audit
from tests.cases import builders as build
from tests.cases.test_process import World

pytestmark = pytest.mark.django_db


def told(world: World, **kwargs: Any) -> list[str]:
    lines = timeline(world.number, reader=world.officer, **kwargs).lines
    return [f"{line.text} {line.detail} {line.quote}" for line in lines]


def test_notes_answers_and_evidence_stand_in_one_stream_with_their_words() -> None:
    world = World().answered(text="From my notes of week 3.")
    triage.add_note(
        actor=world.moderator, number=world.number, body="Ask the teacher.", form_key=uuid4().hex
    )
    lines = told(world)
    assert "Ask the teacher." in lines[0]
    assert any("From my notes of week 3." in line for line in lines)
    assert any("Article" in line and line.startswith("Evidence added") for line in lines)
    assert any(line.startswith("Notice sent") for line in lines)


def test_long_texts_are_cut_on_the_case_and_whole_in_the_history() -> None:
    world = World().opened()
    triage.add_note(
        actor=world.moderator, number=world.number, body="word " * 200 + "END", form_key=uuid4().hex
    )
    assert "END" not in told(world)[0]
    assert "END" in told(world, whole=True)[0]


def test_one_kind_or_one_person_can_be_asked_for(client: Client) -> None:
    world = World().found()
    triage.add_note(
        actor=world.officer, number=world.number, body="Only this.", form_key=uuid4().hex
    )
    assert [line.partition(" added")[0] for line in told(world, kind="notes")] == ["Note"]
    assert all(
        "Notice" in t or "answered" in t or "etter" in t for t in told(world, kind="letters")
    )
    assert any(t.startswith("Findings recorded") for t in told(world, kind="decisions"))
    assert told(world, kind="nonsense") == told(world)
    theirs = told(world, by=world.officer.public_id)
    assert len(theirs) == 1
    assert "Only this." in theirs[0]
    client.force_login(world.officer)
    address = reverse("desk:history", args=[world.number])
    for query in ("?kind=evidence", f"?by={world.moderator.public_id}", "?by=x&kind=%00"):
        assert client.get(address + query).status_code == 200
    html = client.get(f"{address}?kind=notes").content.decode()
    assert "Only this." in html
    assert "Findings recorded" not in html
    assert set(KINDS) == {"letters", "notes", "evidence", "decisions", "people", "system"}


def test_20_conflicts_are_in_no_filter_for_who_may_not_know_them() -> None:
    world = World().opened()
    declared = build.moderator("Dora Declared")
    triage.declare_conflict(actor=declared, number=world.number, reason="We share a flat.")
    for kind in ("", *KINDS):
        lines = timeline(world.number, reader=world.moderator, kind=kind).lines
        assert not any("flat" in line.quote or "Dora" in line.who for line in lines)
    assert not timeline(world.number, reader=world.moderator, by=declared.public_id).lines
    assert "Dora Declared" not in [name for _key, name in people_in(world.number, officer=False)]
    assert "Dora Declared" in [name for _key, name in people_in(world.number, officer=True)]


def test_who_reported_is_no_person_of_the_timeline() -> None:
    world = World().found()
    people = [name for _key, name in people_in(world.number, officer=True)]
    assert "Ines Ferreira" in people
    assert "Rosa Reporter" not in people


def test_a_page_costs_one_query_at_any_number_of_events(count_queries: Any) -> None:
    world = World().answered()

    def cost(**kwargs: Any) -> int:
        with count_queries() as queries:
            timeline(world.number, reader=world.officer, **kwargs)
        return int(queries.number)

    assert cost() == 1
    for _round in range(40):
        with audit.transaction():
            audit.record(
                "note.added",
                actor=audit.Actor.user(world.moderator.public_id, role="moderator"),
                subject=("note", str(uuid4())),
                case_number=world.number,
            )
    assert cost() == cost(kind="notes") == cost(by=world.moderator.public_id) == 1


def test_a_key_goes_on_where_the_page_ended_under_a_filter() -> None:
    world = World().found()
    seen: list[str] = []
    before = ""
    while True:
        page = timeline(world.number, reader=world.officer, kind="evidence", size=1, before=before)
        seen += [str(line.iso) + str(line.detail) for line in page.lines]
        before = page.earlier
        if not before:
            break
    whole = timeline(world.number, reader=world.officer, kind="evidence", size=50)
    assert len(seen) >= len(whole.lines)
