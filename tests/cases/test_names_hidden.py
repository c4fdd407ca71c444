"""Where the head of a case names nobody, no page of the case does (CF1, CF7)."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Case
from cases.selectors.timeline import case_events, people_in, timeline
from cases.services import notes
from tests.cases import builders as build
from tests.cases.test_process import World
from tests.courses import builders as make

pytestmark = pytest.mark.django_db

PAGES = ("case", "print", "case_letters", "notes", "history")


@pytest.fixture
def world() -> World:
    """An answered case against two, with a note that one of them reads."""
    found = World().answered()
    build.respondent(Case.objects.get(number=found.number), make.person("Bruno Reyes"))
    rid = Case.objects.get(number=found.number).respondents.order_by("pk")[0].public_id
    notes.add_note(
        actor=found.moderator,
        number=found.number,
        body="We read your answer.",
        form_key=uuid4().hex,
        respondent_id=rid,
    )
    return found


def shown(client: Client, world: World, page: str) -> str:
    client.force_login(world.officer)
    response = client.get(reverse(f"desk:{page}", args=[world.number]))
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("how", ["triage", "joined"])
def test_no_page_names_whom_the_head_does_not_name(
    client: Client, world: World, page: str, how: str
) -> None:
    assert "Amara Okonjo" in shown(client, world, page)
    if how == "triage":
        Case.objects.filter(number=world.number).update(status="triage")
    else:
        Case.objects.filter(number=world.number).update(
            status="dismissed",
            dismissal_reason="duplicate",
            merged_into=build.case(policy_version=world.version),
        )
    html = shown(client, world, page)
    assert "Amara Okonjo" not in html
    assert "Bruno Reyes" not in html
    assert world.moderator.display_name in html


def test_the_history_of_a_case_in_triage_names_the_desk_alone(world: World) -> None:
    Case.objects.filter(number=world.number).update(status="triage")
    lines = timeline(world.number, reader=world.officer, size=100).lines
    assert not any("Amara" in line.who for line in lines)
    assert any(world.moderator.display_name in line.who for line in lines)
    theirs = timeline(world.number, reader=world.officer, by=world.learner.public_id)
    assert theirs.lines == []
    assert "Amara Okonjo" not in [name for _key, name in people_in(world.number, officer=True)]
    found, _earlier = case_events(world.number, reader=world.officer, officer=True, size=100)
    assert "Amara Okonjo" not in [name for _event, name, _quote, _other in found]
