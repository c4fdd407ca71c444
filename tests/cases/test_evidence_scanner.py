"""Every file is shown to the virus scanner first, and held while it cannot be asked."""

from __future__ import annotations

import logging
import socket
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import reverse

from cases import workflow
from cases.enums import EvidenceKind, FileRole, ScanState
from cases.evidence import FileRefused, limits, preview, scanner
from cases.letters.words import shown_to
from cases.models import Case, Disclosure, DraftFile, Evidence, EvidenceFile
from cases.services import drafts, evidence, notice, scanning, showing
from cases.tasks import scan_held
from integrity.audit.models import Event
from integrity.core.errors import IllegalTransition, InvalidInput, NotFound
from tests.cases import builders, clamd
from tests.cases import intake_builders as make
from tests.cases.clamd import EICAR, Clamd
from tests.cases.test_process import World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def root(settings: Any, tmp_path: Path) -> Path:
    settings.EVIDENCE_ROOT = tmp_path / "evidence"
    return settings.EVIDENCE_ROOT


@pytest.fixture
def server(settings: Any) -> Iterator[Clamd]:
    with clamd.running() as running:
        settings.CLAMD_URL = running.url
        yield running


@pytest.fixture
def away(settings: Any) -> None:
    settings.CLAMD_URL = clamd.nobody()


def states(piece: Evidence) -> set[str]:
    return set(piece.files.values_list("scan", flat=True))


def sent(scene: make.Scene, content: bytes = b"words", name: str = "a.txt") -> Evidence:
    case = make.send(scene, uploads=[make.upload(name, content)]).case
    return case.evidence.filter(kind=EvidenceKind.FILE).latest("position")


# What is asked


def test_a_good_file_is_shown_to_the_scanner_whole_and_passed(server: Clamd) -> None:
    content = b"x" * (limits.SCAN_CHUNK_BYTES * 3 + 5)

    assert scanner.scan(content) == ScanState.CLEAN
    assert server.seen == [len(content)]


def test_without_a_scanner_nobody_is_asked() -> None:
    assert scanner.scan(EICAR) == ScanState.UNSCANNED


def test_a_scanner_behind_a_local_socket_is_asked(settings: Any, tmp_path: Path) -> None:
    path = tmp_path / "clamd.sock"
    settings.CLAMD_URL = f"unix://{path}"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()

        def answer() -> None:
            line, _whom = listening.accept()
            with line, line.makefile("rwb") as stream:
                while not stream.peek(1).endswith(b"\0\0\0\0") and stream.read1(4096):
                    pass
                stream.write(b"stream: OK\0")

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        assert scanner.scan(b"words") == ScanState.CLEAN
        thread.join()


@pytest.mark.parametrize("url", ["http://x:1", "tcp://", "tcp://host:no", "unix://x", "clamd"])
def test_an_address_that_is_none_is_said(settings: Any, url: str) -> None:
    settings.CLAMD_URL = url
    with pytest.raises(ImproperlyConfigured):
        scanner.address()


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\0",
        b"INSTREAM size limit exceeded. ERROR\0",
        b"stream: OK and more\0",
        b"OK\0",
        b"stream: \0 FOUND\0",
        b"HTTP/1.1 200 OK\r\n\r\nstream: OK\0",
        b"x" * 10_000,
    ],
)
def test_hostile_41_an_answer_that_is_none_holds_the_file(server: Clamd, answer: bytes) -> None:
    server.answer = answer

    assert scanner.scan(b"words") == ScanState.HELD


def test_hostile_41_a_scanner_that_does_not_answer_in_time_holds_the_file(
    server: Clamd, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.delay = 2.0
    monkeypatch.setattr(limits, "SCAN_SECONDS", 0.1)

    assert scanner.scan(b"words") == ScanState.HELD


@pytest.mark.usefixtures("away")
def test_hostile_41_a_scanner_that_is_away_holds_the_file_and_the_log_says_nothing_of_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.DEBUG):
        assert scanner.scan(b"secret words") == ScanState.HELD

    assert "not reached" in caplog.text
    assert "secret" not in caplog.text


# What comes in


@pytest.mark.usefixtures("server")
def test_hostile_40_a_harmful_file_is_refused_at_its_field_and_nothing_is_kept(
    root: Path,
) -> None:
    scene = make.scene()
    with make.nothing_changes(root), pytest.raises(InvalidInput) as refusal:
        make.send(scene, uploads=[make.upload("test.txt", EICAR)])

    assert list(refusal.value.fields) == ["uploads"]
    message = str(refusal.value.fields["uploads"][0])
    assert message.startswith("test.txt: The virus scanner says")


@pytest.mark.usefixtures("server")
def test_hostile_40_a_harmful_file_is_refused_by_draft_and_desk_too(root: Path) -> None:
    scene = make.scene()
    draft = drafts.start(
        actor=scene.reporter, kind="violation", form_key="k", page=drafts.Page(step=1)
    )
    case = make.send(scene).case
    moderator = builders.moderator()
    with make.nothing_changes(root):
        with pytest.raises(InvalidInput):
            drafts.add_files(
                actor=scene.reporter,
                draft_id=draft.public_id,
                uploads=[make.upload("test.txt", EICAR)],
                form_key="f",
            )
        with pytest.raises(InvalidInput) as refusal:
            evidence.add(
                actor=moderator,
                number=case.number,
                kind="file",
                title="A file",
                upload=make.upload("test.txt", EICAR),
                form_key="d",
            )

    assert list(refusal.value.fields) == ["upload"]


@pytest.mark.usefixtures("server")
def test_hostile_40_a_harmful_file_is_not_opened_before_it_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from cases.evidence import clean, incoming

    def opened(*_file: Any) -> Any:
        raise AssertionError("It was opened.")

    monkeypatch.setattr(clean, "copy", opened)
    with pytest.raises(FileRefused):
        incoming.prepare(incoming.Incoming("test.txt", EICAR))


@pytest.mark.usefixtures("server")
def test_both_files_of_a_piece_carry_what_the_scanner_said() -> None:
    piece = sent(make.scene())

    assert piece.files.count() == 2
    assert states(piece) == {ScanState.CLEAN}


@pytest.mark.usefixtures("away")
def test_hostile_41_a_held_file_exists_for_nobody(client: Client) -> None:
    scene = make.scene()
    piece = sent(scene, make.picture(), "a.png")
    assert states(piece) == {ScanState.HELD}
    Disclosure.objects.create(evidence=piece, respondent=piece.case.respondents.get())

    for user in (builders.moderator(), builders.officer(), scene.learner):
        with pytest.raises(NotFound):
            showing.open_file(actor=user, evidence_id=piece.public_id)
        client.force_login(user)
        answer = client.get(reverse("evidence:file", args=[piece.public_id]))
        assert answer.status_code == 404
        assert answer.content == client.get("/files/nothing/").content


@pytest.mark.usefixtures("away")
def test_hostile_41_a_held_text_is_not_previewed() -> None:
    piece = sent(make.scene())

    assert preview(piece.files.get(role=FileRole.DERIVATIVE)) is None


def test_hostile_41_a_link_made_before_is_nothing_once_the_file_is_held(client: Client) -> None:
    piece = sent(make.scene())
    client.force_login(builders.moderator())
    link = client.get(reverse("evidence:file", args=[piece.public_id]))["Location"]

    piece.files.update(scan=ScanState.HELD)

    assert client.get(link).status_code == 404


@pytest.mark.usefixtures("away")
def test_hostile_41_what_a_draft_holds_is_held_when_it_is_sent() -> None:
    scene = make.scene()
    draft = drafts.start(
        actor=scene.reporter, kind="violation", form_key="k", page=drafts.Page(step=1)
    )
    drafts.add_files(
        actor=scene.reporter,
        draft_id=draft.public_id,
        uploads=[make.upload("a.txt", b"words")],
        form_key="f",
    )
    row = DraftFile.objects.get()
    assert row.scan == ScanState.HELD

    from cases.services.intake import stored_file

    assert stored_file(row).scan == ScanState.HELD


# The notice


def notifiable() -> World:
    world = World()
    world.alleged()
    return world


def add(world: World, content: bytes = b"words") -> Evidence:
    return evidence.add(
        actor=world.moderator,
        number=world.number,
        kind="file",
        title="A file",
        upload=make.upload("a.txt", content),
        form_key=uuid.uuid4().hex,
    )


@pytest.mark.usefixtures("away")
def test_hostile_41_no_notice_is_sent_while_a_file_is_held() -> None:
    world = notifiable()
    piece = add(world)
    respondent = world.case.respondents.get()

    with pytest.raises(IllegalTransition, match="waits for the virus scanner"):
        notice.send(
            actor=world.moderator,
            number=world.number,
            respondent_id=respondent.public_id,
            questions="",
            revision=None,
        )
    assert piece not in shown_to(respondent)
    assert not Disclosure.objects.exists()

    piece.files.update(scan=ScanState.CLEAN)
    fresh = Case.objects.get(number=world.number)
    assert not workflow.unmet("notify", fresh, respondent)
    assert piece in shown_to(respondent)


def test_hostile_40_a_harmful_piece_supports_no_notice_and_is_left_out_of_one() -> None:
    world = notifiable()
    respondent = world.case.respondents.get()
    piece = add(world)
    EvidenceFile.objects.update(scan=ScanState.INFECTED)

    world.notified()

    shown = set(Disclosure.objects.values_list("evidence__public_id", flat=True))
    assert shown
    assert piece.public_id not in shown
    assert piece not in shown_to(respondent)


def test_hostile_40_a_harmful_piece_alone_supports_no_notice() -> None:
    world = notifiable()
    piece = add(world)
    Evidence.objects.exclude(pk=piece.pk).delete()
    piece.files.update(scan=ScanState.INFECTED)

    fresh = Case.objects.get(number=world.number)
    unmet = workflow.unmet("notify", fresh, fresh.respondents.get())

    assert [str(reason) for reason in unmet] == ["Add the evidence the learner is to be shown."]


# Later


@pytest.mark.usefixtures("away")
def test_held_files_are_looked_at_when_the_scanner_is_back(settings: Any) -> None:
    scene = make.scene()
    good = sent(scene)
    assert scan_held() == {"clean": 0, "infected": 0, "held": 0}
    assert states(good) == {ScanState.HELD}

    with clamd.running() as back:
        settings.CLAMD_URL = back.url
        assert scan_held() == {"clean": 1, "infected": 0, "held": 0}

    assert states(good) == {ScanState.CLEAN}
    event = Event.objects.get(action="evidence.passed")
    assert event.data == {"label": good.label}
    assert event.case_number == good.case.number
    showing.open_file(actor=builders.moderator(), evidence_id=good.public_id)


@pytest.mark.usefixtures("away")
def test_hostile_40_what_is_found_harmful_later_stays_shut_and_is_recorded_once(
    settings: Any,
) -> None:
    bad = sent(make.scene(), EICAR, "test.txt")

    with clamd.running() as back:
        settings.CLAMD_URL = back.url
        assert scanning.run()["infected"] == 1
        assert scanning.run() == {"clean": 0, "infected": 0, "held": 0}

    assert states(bad) == {ScanState.INFECTED}
    event = Event.objects.get(action="evidence.infected")
    assert event.data == {"label": bad.label}
    assert event.actor_role != "reporter"
    with pytest.raises(NotFound):
        showing.open_file(actor=builders.officer(), evidence_id=bad.public_id)


@pytest.mark.usefixtures("away")
def test_held_drafts_are_looked_at_too(settings: Any) -> None:
    scene = make.scene()
    draft = drafts.start(
        actor=scene.reporter, kind="violation", form_key="k", page=drafts.Page(step=1)
    )
    files = [make.upload("a.txt", b"words"), make.upload("b.txt", EICAR)]
    drafts.add_files(actor=scene.reporter, draft_id=draft.public_id, uploads=files, form_key="f")

    with clamd.running() as back:
        settings.CLAMD_URL = back.url
        assert scanning.run() == {"clean": 1, "infected": 1, "held": 0}

    assert list(DraftFile.objects.order_by("pk").values_list("scan", flat=True)) == [
        ScanState.CLEAN,
        ScanState.INFECTED,
    ]
    assert Event.objects.filter(action__startswith="evidence.").count() == 0


@pytest.mark.usefixtures("away")
def test_without_a_scanner_held_files_stay_held(settings: Any) -> None:
    piece = sent(make.scene())
    settings.CLAMD_URL = ""

    assert scanning.run() == {"clean": 0, "infected": 0, "held": 0}
    assert states(piece) == {ScanState.HELD}


@pytest.mark.usefixtures("away")
def test_a_held_file_that_cannot_be_read_stops_no_other(settings: Any, root: Path) -> None:
    scene = make.scene()
    lost = sent(scene)
    (root / lost.files.get(role=FileRole.ORIGINAL).path).unlink()
    good = sent(scene, b"other words")

    with clamd.running() as back:
        settings.CLAMD_URL = back.url
        assert scanning.run() == {"clean": 1, "infected": 0, "held": 1}

    assert states(good) == {ScanState.CLEAN}
    assert states(lost) == {ScanState.HELD}


@pytest.mark.usefixtures("away")
def test_hostile_41_a_file_the_scanner_chokes_on_keeps_no_other_waiting_for_ever(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = make.scene()
    heavy = sent(scene, b"takes for ever")
    good = sent(scene, b"other words")
    settings.CLAMD_URL = "tcp://scanner.example:3310"

    def ask(content: bytes) -> ScanState:
        if content == b"takes for ever":
            raise scanner.Unreachable
        return ScanState.CLEAN

    monkeypatch.setattr(scanner, "ask", ask)
    for _minute in range(40):
        scanning.run()

    assert states(good) == {ScanState.CLEAN}
    assert states(heavy) == {ScanState.HELD}


def test_the_desk_sees_a_held_piece_and_how_it_ended(settings: Any, client: Client) -> None:
    settings.CLAMD_URL = clamd.nobody()
    world = notifiable()
    piece = add(world)
    client.force_login(world.moderator)
    address = reverse("desk:evidence", args=[world.number, piece.public_id])
    case_page = reverse("desk:case", args=[world.number])
    for state, short, long in (
        (ScanState.HELD, "Waits for the scanner", "It waits for the virus scanner."),
        (ScanState.INFECTED, "Harmful", "The virus scanner says that it is harmful."),
    ):
        piece.files.update(scan=state)
        for page, words in ((case_page, short), (address, long)):
            text = client.get(page).content.decode()
            assert words in text
            link = reverse("evidence:file", args=[piece.public_id])
            assert f'"{link}"' not in text
