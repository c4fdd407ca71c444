"""How far the help of an adviser reaches: as the respondent says, from the next request on."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cases import rules
from cases.models import AdviserAccess, Evidence, EvidenceFile
from cases.services import adviser, evidence, notice, response, showing
from cases.services.adviser import Scope
from integrity.audit.models import Event
from integrity.core.errors import Conflict, NotFound
from integrity.web.forms import new_form_token
from tests.api.caller import Program
from tests.cases import builders as build
from tests.cases.test_adviser import FRIEND, friend, invite, suspend, words_of
from tests.cases.test_process import World
from tests.courses import builders as make

pytestmark = pytest.mark.django_db

NONE = Scope(reads_evidence=False, may_write=False, comes_along=False)


@pytest.fixture(autouse=True)
def root(settings: Any, tmp_path: Path) -> None:
    settings.EVIDENCE_ROOT = tmp_path / "evidence"


def with_file() -> World:
    """A case with a file among what the learner was shown."""
    world = World().alleged()
    evidence.add(
        actor=world.moderator,
        number=world.number,
        kind="file",
        title="Scan",
        upload=SimpleUploadedFile("scan.txt", b"The same sentences."),
        form_key=uuid.uuid4().hex,
    )
    notice.send(
        actor=world.moderator,
        number=world.number,
        respondent_id=world.rid,
        questions="How did it come about?",
        revision=None,
    )
    return world


@pytest.fixture
def world() -> World:
    return with_file()


def signed_in(access: AdviserAccess) -> Client:
    client = Client()
    client.force_login(access.adviser)
    return client


def set_to(world: World, access: AdviserAccess, scope: Scope) -> AdviserAccess:
    return adviser.change(
        actor=world.learner, number=world.number, access_id=access.public_id, scope=scope
    )


def addresses(world: World, access: AdviserAccess) -> dict[str, str]:
    piece = Evidence.objects.get(kind="file")
    return {
        "evidence": reverse("advising:evidence", args=[access.public_id, piece.public_id]),
        "file": reverse("evidence:file", args=[piece.public_id]),
    }


# Choosing it


def test_the_respondent_says_what_may_be_done_when_asking(world: World, client: Client) -> None:
    client.force_login(world.learner)
    address = reverse("my:advisers", args=[world.number])
    sent = client.post(
        address, {"form_token": new_form_token(), "email": FRIEND, "may": ["may_write"]}
    )
    assert sent.status_code == 303
    access = AdviserAccess.objects.get()
    assert Scope.of(access) == Scope(reads_evidence=False, may_write=True, comes_along=False)
    shown = words_of(client.get(address))
    assert "Write with you" in shown
    data = Event.objects.get(action="adviser.invited").data
    assert data == {"reads_evidence": False, "may_write": True, "comes_along": False}


def test_whoever_is_asked_reads_how_far_it_goes(world: World, client: Client) -> None:
    user = friend()
    invite(world, scope=Scope(reads_evidence=False, may_write=True, comes_along=False))
    client.force_login(user)
    shown = words_of(client.get(reverse("advising:list")))
    assert "You can write with them on what they have not sent yet." in shown
    assert "You can read what they were asked and shown" not in shown
    assert "You can come along to meetings." not in shown


def test_the_same_form_with_other_boxes_is_a_conflict(world: World) -> None:
    invite(world, form_key="k")
    assert invite(world, form_key="k").pk == AdviserAccess.objects.get().pk
    with pytest.raises(Conflict):
        invite(world, form_key="k", scope=Scope(may_write=True))


def test_it_is_changed_on_a_page_and_recorded_once(world: World, client: Client) -> None:
    access = build.adviser(world.respondent)
    client.force_login(world.learner)
    address = reverse("my:adviser", args=[world.number, access.public_id])
    assert client.get(address, follow=True).status_code == 200
    for _time in range(2):
        sent = client.post(address, {"may": ["comes_along", "may_write"]})
        assert sent.status_code == 303
    access.refresh_from_db()
    assert Scope.of(access) == Scope(reads_evidence=False, may_write=True, comes_along=True)
    event = Event.objects.get(action="adviser.changed")
    assert event.data == {"reads_evidence": False, "may_write": True, "comes_along": True}
    assert access.email not in str(event.__dict__)


def test_only_the_respondent_changes_it_and_not_after_it_ended(world: World) -> None:
    access = build.adviser(world.respondent)
    other = make.person("Stranger")
    for user in (access.adviser, world.moderator, world.officer, other):
        with pytest.raises(NotFound):
            adviser.change(
                actor=user, number=world.number, access_id=access.public_id, scope=Scope()
            )
    adviser.revoke(actor=world.learner, number=world.number, access_id=access.public_id)
    with pytest.raises(Conflict):
        set_to(world, access, Scope(may_write=True))


def test_it_can_be_changed_after_the_end_of_the_case_and_by_somebody_suspended(
    world: World, client: Client
) -> None:
    access = build.adviser(world.respondent)
    world.respondent.case.respondents.update(status="closed")
    suspend(world.learner)
    client.force_login(world.learner)
    address = reverse("my:adviser", args=[world.number, access.public_id])
    assert client.post(address, {"may": []}).status_code == 303
    access.refresh_from_db()
    assert Scope.of(access) == NONE


# What it opens


def test_reading_along_opens_evidence_files_and_decision(world: World) -> None:
    access = build.adviser(world.respondent)
    client = signed_in(access)
    for address in addresses(world, access).values():
        assert client.get(address, follow=True).status_code == 200, address
    shown = words_of(client.get(reverse("advising:case", args=[access.public_id])))
    for text in ("Three sentences are in an article.", "Scan", "How did it come about?"):
        assert text in shown


def test_without_reading_nothing_but_where_the_case_stands(world: World) -> None:
    access = build.adviser(
        world.respondent, reads_evidence=False, may_write=False, comes_along=True
    )
    client = signed_in(access)
    for address in addresses(world, access).values():
        assert client.get(address, follow=True).status_code == 404, address
    shown = words_of(client.get(reverse("advising:case", args=[access.public_id])))
    assert world.learner.display_name in shown
    assert "Answer by" in shown
    for text in ("Three sentences", "Scan", "How did it come about?", "What they were shown"):
        assert text not in shown
    piece = Evidence.objects.get(kind="file")
    with pytest.raises(NotFound):
        showing.may_open(actor=access.adviser, evidence_id=piece.public_id)
    assert not rules.advised_on(access.adviser, piece)


def test_who_may_only_write_sees_what_is_asked_and_none_of_the_evidence(world: World) -> None:
    access = build.adviser(world.respondent, reads_evidence=False, may_write=True)
    client = signed_in(access)
    for address in addresses(world, access).values():
        assert client.get(address, follow=True).status_code == 404, address
    for name in ("advising:case", "advising:answer"):
        shown = words_of(client.get(reverse(name, args=[access.public_id])))
        assert "Three sentences are in an article." in shown
        assert "How did it come about?" in shown
        assert "Scan" not in shown


def test_an_answer_and_a_decision_are_for_those_who_read(world: World) -> None:
    response.submit(
        actor=world.learner,
        respondent_id=world.rid,
        points=world.points(text="I wrote it at night."),
        mitigation="I was ill.",
        uploads=[SimpleUploadedFile("mine.txt", b"My notes.")],
        form_key=uuid.uuid4().hex,
    )
    own = EvidenceFile.objects.filter(evidence__respondent=world.respondent).first()
    assert own is not None
    file = reverse("evidence:file", args=[own.evidence.public_id])
    for reads, status in ((True, 200), (False, 404)):
        access = build.adviser(world.respondent, reads_evidence=reads, may_write=True)
        client = signed_in(access)
        shown = words_of(client.get(reverse("advising:case", args=[access.public_id])))
        assert ("I wrote it at night." in shown) is reads
        assert ("I was ill." in shown) is reads
        assert client.get(file, follow=True).status_code == status
        # Nothing is unsent any more.
        assert client.get(reverse("advising:answer", args=[access.public_id])).status_code == 409


@pytest.mark.parametrize("narrowed", ["evidence", "file"])
def test_narrowing_holds_at_the_next_request(world: World, narrowed: str) -> None:
    access = build.adviser(world.respondent, may_write=True)
    client = signed_in(access)
    address = addresses(world, access)[narrowed]
    draft = reverse("advising:answer", args=[access.public_id])
    assert client.get(address, follow=True).status_code == 200
    assert client.get(draft).status_code == 200
    set_to(world, access, Scope(reads_evidence=False, may_write=True))
    assert client.get(address, follow=True).status_code == 404
    assert client.get(draft).status_code == 200
    set_to(world, access, Scope(reads_evidence=True, may_write=False))
    assert client.get(address, follow=True).status_code == 200
    assert client.get(draft).status_code == 404
    set_to(world, access, NONE)
    assert client.get(address, follow=True).status_code == 404
    assert client.get(reverse("advising:case", args=[access.public_id])).status_code == 200
    adviser.revoke(actor=world.learner, number=world.number, access_id=access.public_id)
    assert client.get(reverse("advising:case", args=[access.public_id])).status_code == 404


def test_a_scope_of_one_case_opens_nothing_of_another(world: World) -> None:
    access = build.adviser(world.respondent, reads_evidence=False, may_write=True)
    other = World.__new__(World)
    other.__dict__.update(world.__dict__)
    elsewhere = build.respondent(build.case(), make.person("Somebody Else"))
    AdviserAccess.objects.create(
        respondent=elsewhere,
        email=access.email,
        adviser=access.adviser,
        accepted_at=access.accepted_at,
        form_key=uuid.uuid4().hex,
    )
    piece = Evidence.objects.get(kind="file")
    assert rules.advised_reading(access.adviser).count() == 1
    assert not rules.advised_on(access.adviser, piece)
    assert signed_in(access).get(addresses(world, access)["file"], follow=True).status_code == 404


def test_no_program_of_an_adviser_reads_more_than_their_pages(world: World) -> None:
    access = build.adviser(world.respondent, may_write=True)
    program = Program(access.adviser)
    assert program.ask("GET", f"cases/{world.number}/").status_code == 404
    assert world.number not in program.ask("GET", "cases/").content.decode()
