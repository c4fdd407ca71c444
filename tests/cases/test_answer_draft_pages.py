"""The pages of what is not sent yet: kept at every step, on any device, shown to nobody else."""

from __future__ import annotations

import html
import json
import re
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cases.models import AnswerDraft, AnswerDraftFile, Appeal, Evidence, Response
from cases.models.answering import DRAFT_PURPOSE
from cases.services import answer_drafts, export, indexing
from cases.services.answer_drafts import Kind
from integrity.accounts.enums import RestrictionKind, Role
from integrity.accounts.models import User
from integrity.core import clock, crypto
from integrity.web.forms import new_form_token
from tests.api.caller import Program
from tests.cases import builders as build
from tests.cases.test_answer_drafts import decided
from tests.cases.test_my_restricted import suspend
from tests.cases.test_process import World
from tests.contracts.test_permission_matrix import Scene, routes, table
from tests.courses import builders as make

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)
CANARY = "Quillfeather"


@pytest.fixture(autouse=True)
def root(settings: Any, tmp_path: Path) -> Path:
    settings.EVIDENCE_ROOT = tmp_path / "evidence"
    return settings.EVIDENCE_ROOT


class Page:
    """A browser on the page of something that is not sent yet, as somebody opened it."""

    def __init__(self, user: User, address: str) -> None:
        self.client, self.address = Client(), address
        self.client.force_login(user)
        self.opened = self.open()

    def open(self) -> dict[str, Any]:
        """The fields of the form as the browser shows them now."""
        self.answer = self.client.get(self.address)
        self.opened = fields_of(self.answer)
        return self.opened

    def sign_in(self, user: User) -> None:
        """Begin a session of now, for a test that moved the clock."""
        self.client.logout()
        self.client.force_login(user)

    def press(self, step: str, **typed: Any) -> Any:
        """Send the form as it stands, with what was typed since."""
        self.answer = self.client.post(self.address, {**self.opened, **typed, "step": step})
        return self.answer


def fields_of(answer: Any) -> dict[str, Any]:
    """What a browser would send of the page's main form, untouched."""
    page = answer.content.decode()
    found: dict[str, Any] = {}
    forms = re.findall(r"<form[^>]*>.*?</form>", page, re.DOTALL)
    main = next((form for form in forms if 'name="seen"' in form), "")
    for tag in re.findall(r"<input[^>]*>", main):
        name = re.search(r'name="([^"]+)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        kind = re.search(r'type="([^"]+)"', tag)
        if name is None or (kind and kind[1] == "file"):
            continue
        if kind and kind[1] in ("radio", "checkbox") and "checked" not in tag:
            continue
        said = html.unescape(value[1]) if value else ""
        if kind and kind[1] == "checkbox":
            found.setdefault(name[1], []).append(said)
        else:
            found[name[1]] = said
    for name_, text in re.findall(
        r'<textarea[^>]*name="([^"]+)"[^>]*>\n?(.*?)</textarea>', main, re.DOTALL
    ):
        found[name_] = html.unescape(text)
    return found


def words_of(answer: Any) -> str:
    text = re.sub(r"<(script|style).*?</\1>", "", answer.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text)))


@pytest.fixture
def world() -> World:
    return World().notified()


def answer_of(world: World, user: User | None = None) -> Page:
    return Page(user or world.learner, reverse("my:answer", args=[world.number]))


def names(world: World) -> tuple[str, str]:
    key = world.respondent.allegations.get().public_id
    return f"stance-{key}", f"text-{key}"


def text_file(name: str = "notes.txt", content: bytes = b"My notes.") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="text/plain")


# Keeping


def test_half_an_answer_from_the_phone_is_there_at_the_desk(world: World) -> None:
    stance, text = names(world)
    phone = answer_of(world)
    saved = phone.press("later", **{stance: "contest", text: "It was my own"})
    assert (saved.status_code, saved.url) == (303, phone.address)
    assert "Saved. Nothing was sent" in words_of(phone.client.get(phone.address))
    desk = answer_of(world)
    assert desk.opened[stance] == "contest"
    assert desk.opened[text] == "It was my own"
    assert "You saved this:" in words_of(desk.answer)
    assert not Response.objects.exists()
    case = words_of(desk.client.get(reverse("my:case", args=[world.number])))
    assert "Go on with your answer" in case
    assert "Nobody who decides sees it." in case


def test_later_asks_for_nothing_and_check_keeps_the_words_though_it_complains(world: World) -> None:
    _stance, text = names(world)
    page = answer_of(world)
    assert page.press("later", mitigation="I was ill.").status_code == 303
    page.open()
    refused = page.press("check", **{text: "My own notes."})
    assert refused.status_code == 400
    assert "choose whether you agree, disagree or want to explain" in words_of(refused)
    kept = answer_drafts.read(world.respondent, Kind.ANSWER)
    assert kept.fields[text] == "My own notes."
    # The page that complains was opened on what it kept, so it can be saved again.
    page.opened = fields_of(refused)
    assert page.press("later", **{text: "My own notes, all of them."}).status_code == 303


def test_an_old_page_is_kept_and_sent_with_a_fresh_form_only(world: World) -> None:
    page = answer_of(world)
    stance, text = names(world)
    typed = {stance: "explain", text: "It took days.", "form_token": "forged"}
    assert page.press("later", **typed).status_code == 303
    page.open()
    refused = page.press("check", form_token="forged")
    assert refused.status_code == 400
    assert "Nothing was sent" in words_of(refused)
    assert not Response.objects.exists()


def test_two_windows_show_the_difference_and_lose_nothing(world: World) -> None:
    first, second = answer_of(world), answer_of(world)
    first.press("later", statement="Ask the library.", mitigation="I was ill.")
    clash = second.press("later", statement="Ask my tutor.")
    assert clash.status_code == 412
    shown = words_of(clash)
    assert "The same words were changed somewhere else" in shown
    assert "You saved them in another window or on another device." in shown
    assert "the library." in shown
    again = fields_of(clash)
    assert again["statement"] == "Ask my tutor."
    # What only the other window wrote is in the form already.
    assert again["mitigation"] == "I was ill."
    second.opened = again
    assert second.press("later", statement="Ask the library and my tutor.").status_code == 303
    kept = answer_drafts.read(world.respondent, Kind.ANSWER).fields
    assert kept["statement"] == "Ask the library and my tutor."
    assert kept["mitigation"] == "I was ill."


def test_what_an_adviser_added_after_the_check_is_looked_at_before_sending(world: World) -> None:
    access = build.adviser(world.respondent, may_write=True)
    stance, text = names(world)
    page = answer_of(world)
    check = page.press("check", **{stance: "explain", text: "From my notes."})
    assert check.status_code == 200
    other = Page(access.adviser, reverse("advising:answer", args=[access.public_id]))
    assert other.opened[text] == "From my notes."
    other.press("later", statement="Ask for the notes.")
    page.opened = fields_of(check)
    stale = page.press("send")
    assert stale.status_code == 412
    assert "Something was added meanwhile" in words_of(stale)
    assert "Ask for the notes." in words_of(stale)
    assert not Response.objects.exists()
    page.opened = fields_of(stale)
    assert page.press("send").status_code == 303
    assert Response.objects.get().statement == "Ask for the notes."
    assert not AnswerDraft.objects.exists()


def test_words_that_both_changed_after_the_check_are_shown_in_the_form(world: World) -> None:
    stance, text = names(world)
    access = build.adviser(world.respondent, may_write=True)
    page = answer_of(world)
    check = fields_of(page.press("check", **{stance: "explain", text: "From my notes."}))
    other = Page(access.adviser, reverse("advising:answer", args=[access.public_id]))
    other.press("later", **{text: "From the notes of week two."})
    page.opened = check
    stale = page.press("send", **{text: "From my own notes."})
    assert stale.status_code == 412
    shown = words_of(stale)
    assert f"{access.adviser.display_name} saved them while you were writing." in shown
    assert "of week two." in shown
    assert fields_of(stale)[text] == "From my own notes."
    assert not Response.objects.exists()


def test_a_file_that_comes_after_the_check_is_shown_before_it_is_sent(world: World) -> None:
    access = build.adviser(world.respondent, may_write=True)
    stance, text = names(world)
    page = answer_of(world)
    page.opened = fields_of(page.press("check", **{stance: "explain", text: "From my notes."}))
    answer_drafts.add_files(
        actor=access.adviser,
        respondent_id=world.rid,
        uploads=[text_file("theirs.txt")],
        form_key="theirs",
    )
    stale = page.press("send")
    assert stale.status_code == 412
    assert "Something was added meanwhile" in words_of(stale)
    assert "theirs.txt" in words_of(stale)
    page.opened = fields_of(stale)
    assert page.press("send").status_code == 303
    assert Evidence.objects.filter(respondent=world.respondent).count() == 1


# Files


def test_files_are_added_removed_and_go_with_the_answer(world: World) -> None:
    stance, text = names(world)
    page = answer_of(world)
    page.press("upload", uploads=[text_file(), text_file("more.txt", b"More.")], **{text: "Half"})
    page.open()
    assert page.opened[text] == "Half"
    assert "notes.txt" in words_of(page.answer)
    gone = AnswerDraftFile.objects.first()
    assert gone is not None
    page.client.post(page.address, {**page.opened, "remove": str(gone.public_id)})
    page.open()
    assert "notes.txt" not in words_of(page.answer)
    page.opened = fields_of(page.press("check", **{stance: "explain"}))
    assert "more.txt" in words_of(page.answer)
    assert page.press("send").status_code == 303
    assert Evidence.objects.filter(respondent=world.respondent).count() == 1


def test_a_refused_file_costs_no_word_and_no_other_file(world: World) -> None:
    page = answer_of(world)
    bad = SimpleUploadedFile("tool.exe", b"MZ\x90\x00" + bytes(64))
    refused = page.press("check", uploads=[text_file(), bad], statement="Kept all the same.")
    assert refused.status_code == 400
    assert "tool.exe" in words_of(refused)
    kept = answer_drafts.read(world.respondent, Kind.ANSWER)
    assert kept.fields["statement"] == "Kept all the same."
    assert [answer_drafts.name_of(file) for file in kept.files] == ["notes.txt"]


# The end


def test_a_draft_is_deleted_only_when_it_was_asked_for_twice(world: World) -> None:
    page = answer_of(world)
    page.press("later", statement="Begun.")
    asked = page.press("discard")
    assert asked.status_code == 200
    assert "Delete this draft?" in words_of(asked)
    assert AnswerDraft.objects.exists()
    assert page.press("forget").status_code == 303
    assert not AnswerDraft.objects.exists()


def test_when_the_time_is_over_what_was_typed_and_what_was_kept_can_be_copied(world: World) -> None:
    page = answer_of(world)
    page.press("later", statement="Kept in time.")
    page.open()
    world.delivered()
    with clock.frozen(world.respondent.notices.get().due_at + SECOND):
        page.sign_in(world.learner)
        for step in ("later", "check", "send", "upload"):
            late = page.press(step, statement="Typed too late.")
            assert late.status_code == 409
            assert "Typed too late." in words_of(late)
            assert "Kept in time." in words_of(late)
        read = page.client.get(page.address)
        assert read.status_code == 409
        assert "Kept in time." in words_of(read)
        case = words_of(page.client.get(reverse("my:case", args=[world.number])))
        assert "Read the answer you began" in case
    assert not Response.objects.exists()


@pytest.mark.parametrize("kind", list(RestrictionKind))
def test_an_appeal_is_kept_checked_and_sent_under_any_restriction(kind: str) -> None:
    world = decided()
    suspend(world.learner, kind=kind, ends_at=None)
    page = Page(world.learner, reverse("my:appeal", args=[world.number]))
    saved = page.press("later", grounds=["procedure"], text="I was not")
    assert saved.status_code == 303
    page = Page(world.learner, page.address)
    assert (page.opened["grounds"], page.opened["text"]) == (["procedure"], "I was not")
    page.opened = fields_of(page.press("check", text="I was not asked."))
    assert page.press("send").status_code == 303
    made = Appeal.objects.get()
    assert (made.grounds, made.text) == (["procedure"], "I was not asked.")
    assert not AnswerDraft.objects.exists()


@pytest.mark.parametrize(("after", "status"), [(timedelta(0), 303), (SECOND, 409)])
def test_hostile_82_the_page_of_the_appeal_takes_it_until_the_last_second(
    after: timedelta, status: int
) -> None:
    world = decided()
    page = Page(world.learner, reverse("my:appeal", args=[world.number]))
    page.press("later", grounds=["procedure"], text="I was not asked.")
    page.open()
    page.opened = fields_of(page.press("check", text="I was not asked, ever."))
    with clock.frozen(world.respondent.determinations.get().appeal_until + after):
        page.sign_in(world.learner)
        sent = page.press("send")
        assert sent.status_code == status
        if status == 409:
            assert "I was not asked, ever." in words_of(sent)
            assert not Appeal.objects.exists()


def test_somebody_suspended_keeps_an_answer_with_files_and_deletes_it(world: World) -> None:
    suspend(world.learner)
    page = answer_of(world)
    kept = page.press("upload", uploads=[text_file()], statement="Begun.")
    assert kept.status_code == 303
    page.open()
    assert page.opened["statement"] == "Begun."
    assert "notes.txt" in words_of(page.answer)
    assert page.press("discard").status_code == 200
    assert page.press("forget").status_code == 303
    assert not AnswerDraft.objects.exists()


# The adviser's page


def test_an_adviser_writes_and_finds_no_way_to_send(world: World) -> None:
    access = build.adviser(world.respondent, may_write=True)
    page = Page(access.adviser, reverse("advising:answer", args=[access.public_id]))
    assert page.answer.status_code == 200
    assert "only Amara Okonjo can send it" in words_of(page.answer)
    stance, text = names(world)
    for step in ("send", "check", "forget", "discard", "later"):
        page.press(step, **{stance: "explain", text: "With help."})
        page.open()
    assert not Response.objects.exists()
    kept = answer_drafts.read(world.respondent, Kind.ANSWER)
    assert kept.fields[text] == "With help."
    shown = words_of(answer_of(world).answer)
    assert f"{access.adviser.display_name} saved this:" in shown
    added = page.press("upload", uploads=[text_file("theirs.txt")])
    assert added.status_code == 303
    assert "theirs.txt" in words_of(answer_of(world).answer)


def test_an_adviser_who_writes_too_late_can_copy_it(world: World) -> None:
    access = build.adviser(world.respondent, may_write=True)
    page = Page(access.adviser, reverse("advising:answer", args=[access.public_id]))
    world.delivered()
    with clock.frozen(world.respondent.notices.get().due_at + SECOND):
        page.sign_in(access.adviser)
        late = page.press("later", statement="Too late.")
        assert late.status_code == 409
        assert "Too late." in words_of(late)
    assert not AnswerDraft.objects.exists()


def test_an_adviser_helps_with_the_appeal() -> None:
    world = decided()
    access = build.adviser(world.respondent, may_write=True)
    page = Page(access.adviser, reverse("advising:appeal", args=[access.public_id]))
    page.press("later", grounds=["procedure"], text="They were not asked.")
    mine = Page(world.learner, reverse("my:appeal", args=[world.number]))
    assert mine.opened["text"] == "They were not asked."
    assert mine.opened["grounds"] == ["procedure"]


# Nobody else


def canary_draft(world: World) -> None:
    """A draft of an answer whose words and whose file are named in nothing else."""
    stance, text = names(world)
    page = answer_of(world)
    typed = {stance: "explain", text: f"{CANARY} knows.", "mitigation": f"{CANARY} was ill."}
    page.press("upload", uploads=[text_file(f"{CANARY}.txt", f"{CANARY}.".encode())], **typed)
    assert AnswerDraftFile.objects.count() == 1


OTHERS = ("moderator", "officer", "auditor", "administrator", "reporter")


def test_nobody_but_the_two_writers_sees_a_draft_on_any_page(root: Path) -> None:
    scene = Scene()
    AnswerDraft.objects.create(
        notice=scene.respondent.notices.first(),
        content_sealed=crypto.seal(
            json.dumps({"statement": f"{CANARY} knows."}), purpose=DRAFT_PURPOSE
        ),
        saved_by=scene.person("accused"),
    )
    seen = 0
    for (route, method), row in table().items():
        if method != "GET" or route not in routes():
            continue
        address = reverse(route, kwargs=scene.arguments(route))
        for name in OTHERS:
            if row[name] != "in":
                continue
            client = Client()
            client.force_login(scene.people[name])
            answer = client.get(address)
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            assert CANARY.encode() not in body, (route, name)
            seen += answer.status_code == 200
    assert seen > 100


def test_no_search_no_export_no_program_and_no_copy_of_the_database_tells_of_it(
    world: World, root: Path
) -> None:
    canary_draft(world)
    case = world.respondent.case
    indexing.keep(case)
    for user in (world.moderator, world.officer, build.auditor()):
        client = Client()
        client.force_login(user)
        found = client.get(reverse("desk:queue"), {"q": CANARY})
        assert world.number not in words_of(found).replace(f"q={world.number}", "")
        program = Program(user)
        for path in ("cases/", f"cases/{world.number}/", f"cases/{world.number}/events/"):
            assert CANARY not in program.ask("GET", path).content.decode()
    for audience in ("audit", "respondent"):
        for format in ("csv", "jsonl"):
            what = export.Filter(case_number=world.number, audience=audience)
            lines = "".join(export.export_history(actor=None, format=format, what=what))
            assert CANARY not in lines
            assert "draft" not in lines.lower()
    for model in apps.get_models():
        for row in model._default_manager.all().values():
            assert CANARY not in json.dumps(row, default=_readable), model
    for path in root.rglob("*"):
        if path.is_file():
            assert CANARY.encode() not in path.read_bytes()


def _readable(value: Any) -> str:
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode("latin-1")
    return str(value)


def test_an_adviser_who_may_not_write_finds_no_draft(world: World) -> None:
    canary_draft(world)
    access = build.adviser(world.respondent)
    client = Client()
    client.force_login(access.adviser)
    page = client.get(reverse("advising:case", args=[access.public_id]))
    assert CANARY not in words_of(page)
    for name in ("advising:answer", "advising:appeal"):
        address = reverse(name, args=[access.public_id])
        assert client.get(address).status_code == 404
        assert client.post(address, {"step": "later"}).status_code == 404


def test_somebody_elses_access_opens_no_draft(world: World) -> None:
    access = build.adviser(world.respondent, may_write=True)
    for user in (make.person("Stranger"), world.moderator, world.officer, world.learner):
        client = Client()
        client.force_login(user)
        address = reverse("advising:answer", args=[access.public_id])
        assert client.get(address).status_code == 404
        typed = {"form_token": new_form_token(), "statement": "x", "step": "later"}
        assert client.post(address, typed).status_code == 404
    assert not AnswerDraft.objects.exists()
    assert client.get(reverse("advising:answer", args=[uuid.uuid4()])).status_code == 404


def test_a_suspended_adviser_writes_nothing(world: World) -> None:
    access = build.adviser(world.respondent, may_write=True)
    suspend(access.adviser)
    client = Client()
    client.force_login(access.adviser)
    assert client.get(reverse("advising:answer", args=[access.public_id])).status_code == 403


def test_whoever_audits_has_no_page_for_drafts(world: World) -> None:
    canary_draft(world)
    auditor = build.auditor()
    make.grant(auditor, Role.ADMINISTRATOR)
    client = Client()
    client.force_login(auditor)
    for address in (
        reverse("desk:case", args=[world.number]),
        reverse("desk:history", args=[world.number]),
    ):
        answer = client.get(address)
        assert CANARY not in words_of(answer)
