"""Files of messages between the desk and whoever reported (IN4, IN6)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases import receipts
from cases.enums import ScanState
from cases.evidence import store
from cases.models import Case, Evidence, MessageFile, Report, ReportMessage
from cases.services import dialogue, evidence, showing
from integrity.accounts.models import User
from integrity.audit.models import Event
from integrity.core.errors import Conflict, IllegalTransition, InvalidInput
from notifications.models import OutboxMessage
from tests.cases import builders as build
from tests.cases import intake_builders as intake
from tests.cases.test_intake_concurrency import at_once
from tests.cases.test_process import World
from tests.cases.test_report_pages import text, token
from tests.courses import builders as make

pytestmark = pytest.mark.django_db

FOLLOW = "/report/follow/"


@pytest.fixture(autouse=True)
def root(settings: Any, tmp_path: Path) -> Path:
    settings.EVIDENCE_ROOT = tmp_path / "evidence"
    return settings.EVIDENCE_ROOT


@pytest.fixture
def reporter() -> User:
    return make.person("Quentin Reporter")


@pytest.fixture
def world(reporter: User) -> World:
    world = World()
    world.report.delete()
    world.report = build.report(world.case, reporter)
    return world


@pytest.fixture
def code(world: World) -> str:
    """Of another report in the same case, without a name."""
    code = receipts.new_code()
    nobody: dict[str, Any] = {"mode": "anonymous", "reporter_ref": "", "reporter_sealed": None}
    build.report(world.case, receipt_ref=receipts.fingerprint(code), **nobody)
    return code


def nameless() -> Report:
    return Report.objects.get(mode="anonymous")


def ask(world: World, report: Report | None = None, **kwargs: Any) -> ReportMessage:
    return dialogue.ask(
        **{
            "actor": world.moderator,
            "number": world.number,
            "report_id": (report or world.report).public_id,
            "body": "Is it this page?",
            "form_key": "q1",
            "uploads": [intake.upload("Amara Okonjo.png", intake.told_picture())],
            **kwargs,
        }
    )


def answer(world: World, **kwargs: Any) -> ReportMessage:
    report = kwargs.pop("report", world.report)
    report.refresh_from_db()
    return dialogue.answer(
        **{
            "report": report,
            "body": "Here it is.",
            "form_key": "a1",
            "uploads": [intake.upload("mine.png", intake.told_picture())],
            **kwargs,
        }
    )


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def by_code(code: str) -> Client:
    client = Client()
    assert client.post(FOLLOW, {"code": code}).status_code == 303
    return client


# What whoever reported sends


def test_a_file_of_whoever_reported_becomes_evidence(world: World, root: Path) -> None:
    message = answer(world)

    piece = Evidence.objects.get(message=message)
    assert (piece.report, piece.added_by, piece.case) == (world.report, None, world.case)
    assert piece.title == "Picture"
    assert len(intake.files(root)) == 2
    event = Event.objects.get(action="evidence.added")
    assert (event.actor_kind, event.actor) == ("sealed", world.report.reporter_ref)
    page = text(client_of(world.moderator).get(reverse("desk:case", args=[world.number])))
    assert reverse("desk:evidence", args=[world.number, piece.public_id]) in page
    _file, content = showing.open_file(actor=world.moderator, evidence_id=piece.public_id)
    assert intake.CANARY.encode() not in content


def test_what_the_desk_entered_for_somebody_is_their_own_message(world: World) -> None:
    """The history names who wrote, not the clerk who had entered the report (IN10)."""
    Report.objects.filter(pk=world.report.pk).update(
        received_by="phone", entered_by=world.moderator
    )

    answer(world)

    event = Event.objects.get(action="evidence.added")
    assert (event.actor_kind, event.actor) == ("sealed", world.report.reporter_ref)


def test_after_the_notice_it_is_no_evidence_and_the_desk_still_reads_it(
    world: World, reporter: User, root: Path
) -> None:
    world.notified()
    before = Evidence.objects.count()
    address = reverse("my:report", args=[world.report.public_id])
    Report.objects.filter(pk=world.report.pk).update(status="linked")
    client = client_of(reporter)
    page = client.get(address)
    assert "cannot become evidence any more" in text(page)

    sent = client.post(
        reverse("my:answer_report", args=[world.report.public_id]),
        {
            "form_token": token(page),
            "body": "One more.",
            "uploads": [intake.upload("late.png", intake.told_picture())],
        },
    )

    assert sent.status_code == 303
    assert Evidence.objects.count() == before
    file = MessageFile.objects.get(message__asked_by=None)
    assert "came too late to be used as evidence" in text(client.get(address))
    download = reverse("desk:message_file", args=[world.number, file.public_id])
    page = text(client_of(world.moderator).get(reverse("desk:case", args=[world.number])))
    assert download in page
    assert "It came after the notice and is no evidence" in page
    assert client_of(world.moderator).get(download).status_code == 200
    # Neither the learner nor, once sealed, whoever sent it gets it back.
    assert client_of(world.learner).get(download).status_code == 404
    own = reverse("my:report_file", args=[world.report.public_id, file.public_id])
    assert client.get(own).status_code == 404
    assert str(file.public_id) not in text(
        client_of(world.learner).get(reverse("my:case", args=[world.number]))
    )


def test_by_code_a_file_is_sent_without_a_session(world: World, code: str) -> None:
    client = by_code(code)
    page = client.get(FOLLOW)

    sent = client.post(
        f"{FOLLOW}answer/",
        {
            "form_token": token(page),
            "body": "I kept this.",
            "uploads": [intake.upload("kept.png", intake.told_picture())],
        },
    )

    assert sent["Location"] == f"{FOLLOW}#dialogue"
    piece = Evidence.objects.get(message__report=nameless())
    event = Event.objects.get(action="evidence.added")
    assert (event.actor_kind, event.actor) == ("system", "intake")
    assert piece.added_by is None
    page_now = text(client.get(FOLLOW))
    assert "Your message has arrived" in page_now
    assert "The people who work on the case see a clean copy" in page_now
    assert "kept.png" not in page_now


# One form, one message


def test_the_same_form_twice_is_one_message_with_its_files_once(world: World, root: Path) -> None:
    assert answer(world) == answer(world)
    assert ask(world) == ask(world)

    assert Evidence.objects.filter(message__isnull=False).count() == 1
    assert MessageFile.objects.count() == 1
    assert len(intake.files(root)) == 4
    for act in (answer, ask):
        with pytest.raises(Conflict):
            act(world, uploads=[intake.upload("other.txt", b"Other words.")])
        with pytest.raises(Conflict):
            act(world, uploads=[])
    assert len(intake.files(root)) == 4


def test_the_same_file_chosen_twice_is_one(world: World) -> None:
    same = [intake.upload(name, b"The same words.") for name in ("a.txt", "b.txt")]

    answer(world, uploads=same)

    assert Evidence.objects.filter(message__isnull=False).count() == 1


@pytest.mark.parametrize(
    "place", ["cases.services.evidence.attach", "cases.services.dialogue.audit.record"]
)
def test_a_crash_in_between_leaves_all_or_nothing(
    world: World, root: Path, monkeypatch: Any, place: str
) -> None:
    def crash(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError("The power is gone.")

    with intake.nothing_changes(root), monkeypatch.context() as patch:
        patch.setattr(place, crash)
        with pytest.raises(RuntimeError):
            answer(world)
    assert not ReportMessage.objects.exists()

    answer(world)

    assert Evidence.objects.filter(message__isnull=False).count() == 1


def test_case_48_without_room_on_the_disk_nothing_is_left(
    world: World, root: Path, monkeypatch: Any
) -> None:
    def full(*_args: Any, **_kwargs: Any) -> str:
        raise store.StorageFull

    monkeypatch.setattr(store, "write", full)
    with intake.nothing_changes(root):
        for act in (answer, ask):
            with pytest.raises(store.StorageFull):
                act(world)


def test_case_48_without_room_on_the_disk_the_words_stay_on_both_pages(
    world: World, reporter: User, root: Path, monkeypatch: Any
) -> None:
    def full(*_args: Any, **_kwargs: Any) -> str:
        raise store.StorageFull

    mine = reverse("my:report", args=[world.report.public_id])
    send = reverse("my:answer_report", args=[world.report.public_id])
    desk = reverse("desk:ask", args=[world.number, world.report.public_id])
    people = [(client_of(reporter), mine, send), (client_of(world.moderator), desk, desk)]
    forms = [{"form_token": token(client.get(page))} for client, page, _to in people]
    monkeypatch.setattr(store, "write", full)
    for (client, _page, to), form in zip(people, forms, strict=True):
        uploads = [intake.upload("page.txt", b"Page 3")]
        with intake.nothing_changes(root):
            refused = client.post(to, {**form, "body": "What I typed.", "uploads": uploads})
        assert refused.status_code == 507
        assert "What I typed." in text(refused)
        assert "cannot store files at the moment" in text(refused)


def test_a_file_that_is_refused_leaves_the_words_in_the_form(
    world: World, reporter: User, root: Path
) -> None:
    client = client_of(reporter)
    address = reverse("my:report", args=[world.report.public_id])
    form = {"form_token": token(client.get(address)), "body": "What I typed."}

    with intake.nothing_changes(root):
        refused = client.post(
            reverse("my:answer_report", args=[world.report.public_id]),
            {**form, "uploads": [intake.upload("run.exe", b"MZ\x90\x00" + bytes(60))]},
        )

    assert refused.status_code == 400
    assert "What I typed." in text(refused)
    assert "run.exe" in text(refused)
    assert not ReportMessage.objects.exists()


def test_no_file_is_opened_for_a_message_that_may_not_be_written(
    world: World, monkeypatch: Any
) -> None:
    def opened(*_args: Any, **_kwargs: Any) -> None:
        raise AssertionError("It was opened.")

    for number in range(5):
        answer(world, form_key=f"a{number}", uploads=[])
    monkeypatch.setattr("cases.evidence.incoming.prepare", opened)
    with pytest.raises(Conflict):
        answer(world, form_key="a5")
    build.dismissed(actor=world.moderator, number=world.number, reason="not_enough")
    with pytest.raises(IllegalTransition):
        answer(world, form_key="a6")


def test_eleven_files_are_too_many(world: World) -> None:
    files = [intake.upload(f"{number}.txt", b"%d" % number) for number in range(11)]

    with pytest.raises(InvalidInput) as refusal:
        answer(world, uploads=files)

    assert "uploads" in refusal.value.fields


@pytest.mark.django_db(transaction=True)
def test_the_same_form_at_the_same_moment_is_one_message(root: Path) -> None:
    world = World()

    results = at_once(4, lambda _number: answer(world, report=Report.objects.get()))

    assert {type(result) for result in results} == {ReportMessage}, results
    assert ReportMessage.objects.count() == 1
    assert Evidence.objects.filter(message__isnull=False).count() == 1
    assert len(intake.files(root)) == 2


# What the desk sends


def test_the_desk_sends_a_file_and_a_reporter_with_an_account_downloads_it(
    world: World, reporter: User
) -> None:
    file = ask(world).files.get()
    client = client_of(reporter)
    address = reverse("my:report_file", args=[world.report.public_id, file.public_id])
    page = text(client.get(reverse("my:report", args=[world.report.public_id])))
    assert address in page
    # Names of files say who people are.
    assert "Okonjo" not in page

    response = client.get(address)

    assert response.status_code == 200
    assert response["Content-Disposition"].startswith('attachment; filename="file-')
    assert "no-store" in response["Cache-Control"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert response["Content-Type"] == "image/png"
    assert intake.CANARY.encode() not in response.content
    assert client.post(address).status_code == 405
    letter = OutboxMessage.objects.get(event="report_question").letter
    assert "There is 1 file with it" in text(
        client.get(reverse("notifications:letter", args=[letter.public_id]))
    )


def test_by_code_the_file_is_downloaded_and_by_nothing_else(world: World, code: str) -> None:
    file = ask(world, nameless()).files.get()
    address = f"{FOLLOW}files/{file.public_id}/"
    client = by_code(code)
    assert address in text(client.get(FOLLOW))

    assert client.get(address).status_code == 200

    client.post(f"{FOLLOW}leave/")
    assert client.get(address).status_code == 404
    forged = Client()
    forged.cookies["report-follow"] = f"{nameless().public_id}:x:y"
    assert forged.get(address).status_code == 404


def test_for_everybody_else_the_file_does_not_exist(
    world: World, code: str, reporter: User
) -> None:
    own, theirs = ask(world).files.get(), ask(world, nameless(), form_key="q2").files.get()
    visitor, other = Client(), by_code(code)

    def at(report: Report, file: MessageFile) -> str:
        return reverse("my:report_file", args=[report.public_id, file.public_id])

    # By the right way in, the file of the other report of the same case.
    assert client_of(reporter).get(at(world.report, theirs)).status_code == 404
    assert other.get(f"{FOLLOW}files/{own.public_id}/").status_code == 404
    assert client_of(reporter).get(at(nameless(), theirs)).status_code == 404
    for user in (world.learner, world.moderator, make.person("Nosy Parker")):
        assert client_of(user).get(at(world.report, own)).status_code == 404
        assert client_of(user).get(f"{FOLLOW}files/{own.public_id}/").status_code == 404
    assert visitor.get(at(world.report, own)).status_code == 302
    elsewhere = build.case(institution=world.case.institution)
    desk = client_of(world.moderator)
    for number in (elsewhere.number, "IC-2026-999999"):
        assert desk.get(reverse("desk:message_file", args=[number, own.public_id])).status_code == (
            404
        )
    here = reverse("desk:message_file", args=[world.number, own.public_id])
    assert desk.get(here).status_code == 200
    assert client_of(build.auditor()).get(here).status_code == 200
    away = build.moderator("Pat Ner", make.institution())
    for user in (world.learner, reporter, away):
        assert client_of(user).get(here).status_code == 404


@pytest.mark.parametrize("state", [ScanState.HELD, ScanState.INFECTED])
def test_hostile_40_what_the_scanner_has_not_passed_is_opened_by_nobody(
    world: World, reporter: User, state: str
) -> None:
    file = ask(world).files.get()
    MessageFile.objects.update(scan=state)
    client = client_of(reporter)
    address = reverse("my:report_file", args=[world.report.public_id, file.public_id])

    page = text(client.get(reverse("my:report", args=[world.report.public_id])))

    assert address not in page
    assert "is being checked" in page
    assert client.get(address).status_code == 404
    desk = client_of(world.moderator)
    here = reverse("desk:message_file", args=[world.number, file.public_id])
    assert desk.get(here).status_code == 404
    case = text(desk.get(reverse("desk:case", args=[world.number])))
    assert here not in case
    assert "The scanner has not passed it" in case


def test_hostile_41_a_file_the_scanner_has_not_seen_is_held_with_its_message(
    world: World, monkeypatch: Any
) -> None:
    monkeypatch.setattr("cases.evidence.scanner.scan", lambda _content: ScanState.HELD)

    assert ask(world).files.get().scan == ScanState.HELD


def test_no_file_of_a_message_counts_as_left_over(world: World, root: Path) -> None:
    ask(world)

    assert len(intake.files(root)) == 2
    assert evidence.orphans(older_than=timedelta(seconds=-60)) == []


def test_the_desk_sends_files_from_its_page(world: World, reporter: User) -> None:
    desk = client_of(world.moderator)
    address = reverse("desk:ask", args=[world.number, world.report.public_id])
    page = desk.get(address)
    assert 'enctype="multipart/form-data"' in text(page)

    sent = desk.post(
        address,
        {
            "form_token": token(page),
            "body": "Please look at this.",
            "uploads": [intake.upload("page.txt", b"Page 3")],
        },
    )

    assert sent.status_code == 303
    assert MessageFile.objects.get().message.asked_by == world.moderator
    assert Case.objects.get(number=world.number).evidence.count() == world.case.evidence.count()
