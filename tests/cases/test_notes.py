"""Notes for the desk and for the learner, with files, and colleagues they name."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cases.enums import CaseStatus, ScanState
from cases.models import AdviserAccess, Case, Evidence, Mention, Note, NoteFile
from cases.selectors import mentions as selectors
from cases.services import notes, scanning, triage
from cases.services.evidence import orphans
from integrity.accounts.enums import Role
from integrity.accounts.models import User
from integrity.audit.models import Event
from integrity.core import clock
from integrity.core.errors import Conflict, InvalidInput, NotFound, NotPermitted
from notifications.content import unseal_letter, unseal_message
from notifications.models import Letter, OutboxMessage
from tests.cases import builders as build
from tests.cases.intake_builders import picture
from tests.cases.test_process import World
from tests.courses import builders as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def root(settings: Any, tmp_path: Path) -> Path:
    settings.EVIDENCE_ROOT = tmp_path / "evidence"
    return settings.EVIDENCE_ROOT


def get(user: User, name: str, *args: Any) -> Any:
    client = Client()
    client.force_login(user)
    return client.get(reverse(name, args=args))


def upload(name: str = "timetable of Amara.txt", content: bytes = b"Week 3") -> Any:
    return SimpleUploadedFile(name, content)


def sent(message: OutboxMessage) -> str:
    email = unseal_message(message.content_sealed)
    letter = unseal_letter(Letter.objects.get(message=message).content_sealed)
    return f"{email.subject} {email.text} {letter.html}"


def add(world: World, body: str = "Let us wait.", **kwargs: Any) -> Note:
    told = {"actor": world.moderator, "number": world.number, "form_key": uuid4().hex, **kwargs}
    return notes.add_note(body=body, **told)


def adviser_of(world: World) -> tuple[User, AdviserAccess]:
    user = build.staff(Role.ADVISER, "Ada Viser")
    return user, AdviserAccess.objects.create(
        respondent=world.respondent,
        email=user.email,
        adviser=user,
        accepted_at=clock.now(),
        form_key=uuid4().hex,
    )


def test_a_shared_note_reaches_one_learner_and_their_adviser_and_the_first_reading_is_kept() -> (
    None
):
    world = World().notified()
    adviser, access = adviser_of(world)
    rid = world.rid
    other = build.respondent(world.case, make.person("Otto Other"), status=CaseStatus.NOTIFIED)
    note = add(world, "The library has the book.", respondent_id=rid, uploads=[upload()])
    internal = add(world, "She seems to hide it.", uploads=[upload("mine.txt", b"For us")])
    message = OutboxMessage.objects.get(event="note_shared")
    told = sent(message)
    assert world.number in told
    for telling in ("library", "book", world.moderator.display_name, "plagiarism"):
        assert telling not in told

    file = note.files.get()
    seen = get(adviser, "advising:case", access.public_id).content.decode()
    assert "The library has the book." in seen
    note.refresh_from_db()
    assert note.read_at is None
    revision = Case.objects.get(pk=world.case.pk).revision
    for _again in range(2):
        seen = get(world.learner, "my:case", world.number).content.decode()
        assert "The library has the book." in seen
        # Neither who wrote it, nor what the desk writes for itself, nor what the file was called.
        for hidden in (world.moderator.display_name, "hide it", "timetable of Amara"):
            assert hidden not in seen
    note.refresh_from_db()
    assert note.read_at is not None
    assert Event.objects.filter(action="note.read").count() == 1
    # A learner who reads makes no form of the desk stale.
    assert Case.objects.get(pk=world.case.pk).revision == revision
    assert "first read" in get(world.moderator, "desk:notes", world.number).content.decode()

    answer = get(world.learner, "my:note_file", world.number, file.public_id)
    assert answer.content.strip() == b"Week 3"
    assert "Amara" not in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store, private"
    assert get(adviser, "advising:note_file", access.public_id, file.public_id).status_code == 200
    # An internal file is nobody's outside the desk; a shared one nobody else's.
    inside = internal.files.get().public_id
    for user, route, key, what in (
        (world.learner, "my:note_file", world.number, inside),
        (adviser, "advising:note_file", access.public_id, inside),
        (other.user, "my:note_file", world.number, file.public_id),
        (make.person("Rita Reporter"), "my:note_file", world.number, file.public_id),
        (world.learner, "desk:note_file", world.number, file.public_id),
        (adviser, "my:note_file", world.number, file.public_id),
    ):
        assert get(user, route, key, what).status_code == 404
    for user in (world.learner, adviser, make.person("Nobody")):
        assert get(user, "desk:notes", world.number).status_code == 404
    assert get(world.moderator, "desk:note_file", world.number, inside).content.strip() == b"For us"
    # HOSTILE 17: a file of one case is not found under the number of another.
    elsewhere = build.case()
    answer = get(world.moderator, "desk:note_file", elsewhere.number, inside)
    assert answer.status_code == 404
    # Nothing of it is evidence.
    assert not Evidence.objects.filter(text__contains="library").exists()


def test_before_the_notice_nothing_can_be_shared() -> None:
    world = World().alleged()
    with pytest.raises(InvalidInput) as refused:
        add(world, respondent_id=world.rid)
    assert "respondent" in refused.value.fields
    with pytest.raises(NotFound):
        add(world, respondent_id=build.respondent(build.case()).public_id)
    assert not Note.objects.exists()
    page = get(world.moderator, "desk:notes", world.number).content.decode()
    assert "Who reads it?" not in page


def test_the_same_form_is_one_note_and_a_changed_one_is_refused() -> None:
    case = build.case()
    actor = build.moderator()
    same: dict[str, Any] = {"actor": actor, "number": case.number, "form_key": "k"}
    first = notes.add_note(body="Once.", uploads=[upload()], **same)
    assert notes.add_note(body="Once.", uploads=[upload()], **same) == first
    assert NoteFile.objects.count() == 1
    for changed in ({"body": "Twice."}, {"body": "Once.", "uploads": [upload("b.txt", b"B")]}):
        with pytest.raises(Conflict):
            notes.add_note(**same, **changed)
    with pytest.raises(InvalidInput):
        notes.add_note(**(same | {"form_key": "l"}), body="  ")
    auditor = build.auditor()
    with pytest.raises(NotPermitted):
        notes.add_note(
            actor=auditor, number=case.number, body="x", form_key="m", uploads=[upload()]
        )
    # The files are kept by nothing else than their note: they are nobody's left-over.
    assert orphans(older_than=timedelta(seconds=-60)) == []


def test_a_file_the_scanner_holds_is_opened_by_nobody(monkeypatch: Any) -> None:
    case = build.case()
    actor = build.moderator()
    note = notes.add_note(
        actor=actor, number=case.number, body="See.", form_key="k", uploads=[upload()]
    )
    file = note.files.get()
    NoteFile.objects.filter(pk=file.pk).update(scan=ScanState.HELD)
    assert get(actor, "desk:note_file", case.number, file.public_id).status_code == 404
    page = get(actor, "desk:notes", case.number).content.decode()
    assert "Waits for the virus scanner" in page
    monkeypatch.setattr(scanning.scanner, "set_up", lambda: True)
    monkeypatch.setattr(scanning.scanner, "ask", lambda content: ScanState.CLEAN)
    scanning.run()
    assert get(actor, "desk:note_file", case.number, file.public_id).status_code == 200


def test_whoever_is_named_gets_the_case_number_and_the_notes_page_marks_it_seen() -> None:
    case = build.case()
    ines, tomasz = build.moderator(), build.moderator("Tomasz Lem")
    client = Client()
    client.force_login(ines)
    address = reverse("desk:notes", args=[case.number])
    form = client.get(address).context["form"]
    sent_form = {
        "body": "@Tomasz Lem please look at the essay.",
        "mention": [str(tomasz.public_id)],
        "form_token": form["form_token"].value(),
    }
    for _again in range(2):
        assert client.post(address, sent_form).status_code == 303
    assert Mention.objects.count() == 1
    message = OutboxMessage.objects.get(event="mentioned")
    told = sent(message)
    assert case.number in told
    for telling in ("essay", "Ines", "Ferreira"):
        assert telling not in told
    assert selectors.unseen(tomasz) == 1
    assert selectors.unseen(ines) == 0
    listed = get(tomasz, "desk:mentions").content.decode()
    assert case.number in listed
    assert "essay" not in listed
    assert "names you" in get(tomasz, "desk:notes", case.number).content.decode()
    assert selectors.unseen(tomasz) == 0
    assert "names you" not in get(tomasz, "desk:notes", case.number).content.decode()
    assert [row.seen for row in selectors.mentions(tomasz)] == [True]


def test_who_reads_the_case_is_named_and_a_tie_leaves_no_gap() -> None:
    """HOSTILE 16."""
    case = build.case(status=CaseStatus.INVESTIGATION)
    ines, jonas = build.moderator(), build.officer()
    case.assignee, case.assigned_at = ines, clock.now()
    case.save()
    summary = build.moderator("Sam Summary")
    conflicted = build.officer("Connie Flict")
    build.conflict(case, conflicted)
    reporter = build.officer("Rita Reporter")
    build.report(case, reporter, mode="confidential")
    client = Client()
    client.force_login(ines)
    address = reverse("desk:notes", args=[case.number])
    page = client.get(address)
    shown = page.content.decode()
    offered = {name for _key, name in page.context["form"].fields["mention"].choices}
    assert offered == {"Jonas Abara", "Connie Flict", "Rita Reporter"}
    answers = set()
    for user in (summary, make.person("Some Learner")):
        assert user.display_name not in shown
        sent_form = {
            "body": "Look.",
            "mention": [str(user.public_id)],
            "form_token": page.context["form"]["form_token"].value(),
        }
        answer = client.post(address, sent_form)
        assert answer.status_code == 400
        assert "Look.</textarea>" in answer.content.decode()
        answers.add(str(answer.context["form"].errors["mention"]))
        with pytest.raises(InvalidInput):
            notes.add_note(
                actor=ines,
                number=case.number,
                body="Look.",
                form_key=uuid4().hex,
                mention=[user.public_id],
            )
    # One and the same answer, whatever the reason.
    assert len(answers) == 1
    assert "conflict" not in answers.pop()
    # Whoever is tied to the case is named like the others, and hears nothing.
    sent_form = {
        "body": "Look, all of you.",
        "mention": [str(user.public_id) for user in (jonas, conflicted, reporter)],
        "form_token": client.get(address).context["form"]["form_token"].value(),
    }
    assert client.post(address, sent_form).status_code == 303
    assert [row.user for row in Mention.objects.all()] == [jonas]
    assert OutboxMessage.objects.filter(event="mentioned").count() == 1
    # Nor does the note say who was told: the tied would be missing there.
    note = client.get(address).content.decode().partition('id="n-')[2].partition("</div>")[0]
    assert "Look, all of you." in note
    for user in (jonas, conflicted, reporter):
        assert user.display_name not in note


def test_a_file_for_one_learner_of_a_group_case_names_no_other() -> None:
    world = World().notified()
    rid = world.rid
    alone = add(world, "Alone.", respondent_id=rid, uploads=[upload("a.txt", b"By Bruno Reyes")])
    assert alone.files.count() == 1
    build.respondent(Case.objects.get(number=world.number), make.person("Bruno Reyes"))
    kept = {"respondent_id": rid, "form_key": uuid4().hex}
    for file in (
        upload("a.txt", b"Bruno Reyes sat beside you."),
        SimpleUploadedFile("a.png", picture(), content_type="image/png"),
    ):
        with pytest.raises(InvalidInput) as refused:
            add(world, "See the file.", uploads=[file], **kept)
        assert set(refused.value.fields) == {"uploads"}
    assert NoteFile.objects.count() == 1
    both = add(world, "For the desk.", uploads=[upload("b.txt", b"Bruno Reyes was there.")])
    told = add(world, "See the file.", uploads=[upload("c.txt", b"Week 3")], **kept)
    assert (both.files.count(), told.files.count()) == (1, 1)


def test_who_stops_reading_the_case_has_no_mention_of_it() -> None:
    case = build.case()
    ines, tomasz = build.moderator(), build.moderator("Tomasz Lem")
    notes.add_note(
        actor=ines, number=case.number, body="Look.", form_key="k", mention=[tomasz.public_id]
    )
    Case.objects.filter(pk=case.pk).update(status=CaseStatus.INVESTIGATION)
    assert selectors.unseen(tomasz) == 0
    assert selectors.mentions(tomasz) == []
    Case.objects.filter(pk=case.pk).update(status=CaseStatus.TRIAGE)
    triage.declare_conflict(actor=tomasz, number=case.number)
    assert not Mention.objects.exists()
