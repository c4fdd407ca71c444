"""The second save of a form that somebody overtook: the difference, never an overwrite."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from cases.models import Allegation, Determination, Notice
from cases.services import determination, notes
from tests.cases import builders as build
from tests.cases.test_process import World

pytestmark = pytest.mark.django_db


def address(name: str, world: World, *args: Any) -> str:
    return reverse(f"desk:{name}", args=[world.number, *args])


def page(answer: HttpResponse) -> str:
    """The words of a page as they are read."""
    html = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return re.sub(r"\s+", " ", unescape(html))


def hidden(answer: HttpResponse) -> dict[str, str]:
    """The hidden fields of the state of the case."""
    html = answer.content.decode()
    found = {}
    for name in ("revision", "opened"):
        tag = re.search(rf'<input type="hidden" name="{name}"[^>]*>', html)
        assert tag, name
        value = re.search(r'value="([^"]*)"', tag[0])
        found[name] = unescape(value[1]) if value else ""
    return found


def findings(world: World, reasons: str) -> dict[str, Any]:
    data: dict[str, Any] = {"reasons_finding": reasons}
    for key, pieces in build.rests_on(world.respondent).items():
        data[f"supports-{key}"] = pieces
    for key, (outcome, completion) in world.findings().items():
        data |= {f"finding-{key}": outcome, f"completion-{key}": completion}
    return data | {f"answer-{key}": text for key, text in world.answers().items()}


def test_hostile_62_the_second_save_gets_the_difference_and_saves_on_a_second_step(
    client: Client,
) -> None:
    world = World().answered()
    client.force_login(world.moderator)
    opened = hidden(client.get(address("findings", world, world.rid)))
    determination.record_findings(
        actor=world.officer,
        number=world.number,
        respondent_id=world.rid,
        findings=world.findings(),
        reasons_finding="The sentences stand in the article of May.",
        answers=world.answers(),
        supports=build.rests_on(world.respondent),
    )
    typed = findings(world, "The sentences stand in the article of June.")
    answer = client.post(address("findings", world, world.rid), typed | opened)
    assert answer.status_code == 412
    told = page(answer)
    # What happened, who did it, and word by word what differs.
    assert "What happened meanwhile" in told
    assert f"by {world.officer.display_name}" in told
    html = answer.content.decode()
    assert re.search(r"<ins>.*?June\.", html, re.S)
    assert re.search(r"<del>.*?May\.", html, re.S)
    assert "The sentences stand in the article of June.</textarea>" in html
    assert Determination.objects.get().reasons_finding.endswith("May.")
    # Sent once more as it was opened it is refused once more.
    assert client.post(address("findings", world, world.rid), typed | opened).status_code == 412
    # The page that shows the difference has the way to save it.
    assert "Save mine on top of it" in told
    again = client.post(address("findings", world, world.rid), typed | hidden(answer))
    assert again.status_code == 303
    assert Determination.objects.get().reasons_finding.endswith("June.")


def test_hostile_62_a_stale_notice_is_not_sent_and_says_what_happened(client: Client) -> None:
    world = World().alleged()
    client.force_login(world.moderator)
    opened = hidden(client.get(address("notice", world, world.rid)))
    notes.add_note(actor=world.officer, number=world.number, body="Wait.", form_key=uuid4().hex)
    data = {"questions": "How did it come about?", "step": "send", **opened}
    answer = client.post(address("notice", world, world.rid), data)
    assert answer.status_code == 412
    assert "Note added" in page(answer)
    assert "How did it come about?" in page(answer)
    assert not Notice.objects.exists()


def test_hostile_62_a_second_allegation_waits_for_a_look_at_what_changed(client: Client) -> None:
    world = World().opened()
    client.force_login(world.moderator)
    opened = hidden(client.get(address("allege", world)))
    violation = world.version.violation_types.get(code="plagiarism")  # type: ignore[union-attr]
    data = {
        "respondent": str(world.rid),
        "violation_type": str(violation.pk),
        "completion": "completed",
        "description": "Three sentences are in an article.",
        **opened,
    }
    notes.add_note(actor=world.officer, number=world.number, body="Wait.", form_key=uuid4().hex)
    answer = client.post(address("allege", world), data)
    assert answer.status_code == 412
    assert "Three sentences are in an article." in page(answer)
    assert not Allegation.objects.exists()
    assert client.post(address("allege", world), data | hidden(answer)).status_code == 303
    # Pressed twice it is one allegation, and no error.
    assert client.post(address("allege", world), data | hidden(answer)).status_code == 303
    assert Allegation.objects.count() == 1


def test_a_form_without_a_time_or_with_nonsense_in_it_is_stale_all_the_same(
    client: Client,
) -> None:
    world = World().alleged()
    client.force_login(world.moderator)
    for opened in ("", "yesterday", "2026-11-22T10:00:00", "9999999"):
        data = {"questions": "Why?", "step": "send", "revision": "0", "opened": opened}
        answer = client.post(address("notice", world, world.rid), data)
        assert answer.status_code == 412
        assert "What happened meanwhile" in page(answer)
