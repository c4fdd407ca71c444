"""Writing, checking and sending the answer: once, in time, and without losing a word."""

from __future__ import annotations

import html
import re
import time
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cases.models import Evidence, Notice, Response, ResponsePoint
from cases.services import triage
from integrity.audit.models import Event
from integrity.core import clock
from integrity.web.forms import new_form_token
from notifications.models import OutboxMessage
from tests.cases.test_process import World
from tests.courses import builders as make

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)
WORDS = "I took notes on paper and forgot where the sentences came from.\n\nI am sorry."


class Desk:
    """The learner at the form."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.world = World().notified()
        self.number = self.world.number
        self.url = reverse("my:answer", args=[self.number])
        self.allegation = self.world.respondent.allegations.get()
        client.force_login(self.world.learner)
        self.token = new_form_token()

    def data(self, **changes: Any) -> dict[str, Any]:
        key = self.allegation.public_id
        data = {
            "form_token": self.token,
            f"stance-{key}": "explain",
            f"text-{key}": WORDS,
            "mitigation": "I was ill.",
            "statement": "Ask the library.",
            "step": "send",
        }
        for name, value in changes.items():
            data[f"{name}-{key}" if name in ("stance", "text") else name] = value
        return {name: value for name, value in data.items() if value is not None}

    def post(self, **changes: Any) -> Any:
        return self.client.post(self.url, self.data(**changes))

    def nothing_happened(self) -> None:
        assert not Response.objects.exists()
        assert not Event.objects.filter(action="response.submitted").exists()
        assert not OutboxMessage.objects.filter(event="response_received").exists()
        assert not Evidence.objects.filter(respondent__isnull=False).exists()
        assert self.world.respondent.status == "notified"

    def keeps(self, answer: Any, *texts: str) -> None:
        shown = html.unescape(answer.content.decode())
        for text in texts:
            assert text in shown


@pytest.fixture
def desk(client: Client) -> Desk:
    return Desk(client)


def fields(page: Any) -> dict[str, str]:
    """The hidden fields of the form that sends, as a browser would send them."""
    forms = re.findall(r"<form[^>]*>.*?</form>", page.content.decode(), re.DOTALL)
    form = next(text for text in forms if 'value="send"' in text)
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    return {name: html.unescape(value) for name, value in found}


def test_the_whole_way_form_check_send_confirmation(desk):
    page = desk.client.get(desk.url)
    assert page.status_code == 200
    assert b"Three sentences are in an article." in page.content
    check = desk.post(step="check")
    assert check.status_code == 200
    desk.keeps(check, "I want to explain", "forgot where the sentences came from", "I was ill.")
    desk.nothing_happened()
    sent = desk.client.post(desk.url, {**fields(check), "step": "send"})
    assert (sent.status_code, sent.url) == (303, reverse("my:answered", args=[desk.number]))
    response = Response.objects.get()
    assert (response.mitigation, response.statement) == ("I was ill.", "Ask the library.")
    point = response.points.get(allegation=desk.allegation)
    assert (point.stance, point.text) == ("explain", WORDS)
    assert desk.world.respondent.status == "review"
    done = desk.client.get(sent.url)
    assert done.status_code == 200
    desk.keeps(done, "We have your answer", desk.number)
    assert OutboxMessage.objects.filter(event="response_received").count() == 1


def test_change_goes_back_with_every_word_and_without_complaint(desk):
    check = desk.post(step="check")
    back = desk.client.post(desk.url, {**fields(check), "step": "change"})
    assert back.status_code == 200
    desk.keeps(back, "forgot where the sentences came from", "I was ill.", "Ask the library.")
    assert b"needs another look" not in back.content
    assert re.search(r'value="explain"[^>]*checked', back.content.decode())
    desk.nothing_happened()


def test_agreeing_needs_no_words(desk):
    answer = desk.post(stance="admit", text="", mitigation="", statement="")
    assert answer.status_code == 303
    assert ResponsePoint.objects.get().stance == "admit"


@pytest.mark.parametrize("step", ["check", "send"])
@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"stance": None}, "choose whether you agree, disagree or want to explain"),
        ({"stance": "maybe"}, "Select a valid choice"),
        ({"stance": "contest", "text": "  "}, "tell us in your words"),
        ({"stance": "explain", "text": "\u200b"}, "tell us in your words"),
        ({"text": "a" * 10_001}, "at most 10,000 characters"),
        ({"mitigation": "bell \x07"}, "control characters"),
        ({"statement": "nul \x00"}, "control characters"),
        ({"form_token": "forged"}, "Nothing was sent"),
        ({"form_token": None}, "Nothing was sent"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(desk, step, changes, says):
    answer = desk.post(step=step, **changes)
    assert answer.status_code == 400
    desk.keeps(answer, says)
    for name, text in (("mitigation", "I was ill."), ("statement", "Ask the library.")):
        if name not in changes:
            desk.keeps(answer, text)
    if "text" not in changes:
        desk.keeps(answer, "forgot where the sentences came from")
    desk.nothing_happened()


def test_an_expired_form_can_be_sent_again_with_its_fresh_token(desk, monkeypatch):
    yesterday = time.time() - 24 * 60 * 60
    with monkeypatch.context() as past:
        past.setattr(time, "time", lambda: yesterday)
        old = new_form_token()
    refused = desk.post(form_token=old)
    assert refused.status_code == 400
    desk.keeps(refused, "This page was open for too long", "forgot where the sentences came from")
    desk.nothing_happened()
    token = re.search(r'name="form_token" value="([^"]+)"', refused.content.decode())[1]
    assert token != old
    assert desk.post(form_token=token).status_code == 303


def test_sending_twice_is_one_answer(desk):
    first, second = desk.post(), desk.post()
    assert first.status_code == second.status_code == 303
    assert first.url == second.url
    assert Response.objects.count() == 1
    assert Event.objects.filter(action="response.submitted").count() == 1


def test_another_answer_is_refused_and_its_words_can_be_copied(desk):
    desk.post()
    other = desk.post(form_token=new_form_token(), text="Something else entirely.")
    assert other.status_code == 409
    desk.keeps(other, "You have answered this letter already", "Something else entirely.")
    changed = desk.post(text="The same form with other words.")
    assert changed.status_code == 409
    assert Response.objects.count() == 1
    assert ResponsePoint.objects.get(allegation=desk.allegation).text == WORDS


def test_a_second_form_after_the_answer_is_not_even_checked(desk):
    desk.post()
    assert desk.client.get(desk.url).status_code == 303
    again = desk.post(form_token=new_form_token(), step="check")
    assert again.status_code == 409


@pytest.mark.parametrize(("after", "status"), [(timedelta(0), 303), (SECOND, 409)])
def test_the_last_second_counts_and_the_next_one_does_not(desk, after, status):
    desk.world.delivered()
    due = Notice.objects.get().due_at
    desk.client.logout()
    with clock.frozen(due + after):
        desk.client.force_login(desk.world.learner)
        answer = desk.post()
        assert answer.status_code == status
        if status == 409:
            desk.keeps(answer, "The time to answer has passed", "forgot where the sentences")
            assert desk.client.get(desk.url).status_code == 409
            desk.nothing_happened()


def test_a_case_dismissed_meanwhile_takes_no_answer(desk):
    triage.dismiss(actor=desk.world.moderator, number=desk.number, reason="not_enough")
    answer = desk.post()
    assert answer.status_code == 409
    desk.keeps(answer, "There is nothing to answer now", "forgot where the sentences came from")
    assert not Response.objects.exists()


def test_nobody_else_answers(desk):
    desk.client.force_login(make.person("Stranger"))
    assert desk.post().status_code == 404
    desk.client.force_login(desk.world.moderator)
    assert desk.post().status_code == 404
    desk.nothing_happened()


def test_a_request_from_elsewhere_is_refused(desk):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(desk.world.learner)
    assert strict.post(desk.url, desk.data()).status_code == 403
    desk.nothing_happened()


def test_the_allegation_of_another_case_is_not_answered_here(desk):
    extra = {"stance-6f1c9b1e-0000-4000-8000-000000000000": "admit"}
    answer = desk.client.post(desk.url, {**desk.data(), **extra})
    assert answer.status_code == 303
    assert ResponsePoint.objects.filter(allegation__isnull=False).count() == 1


def test_confirmation_is_not_there_before_the_answer(desk):
    assert desk.client.get(reverse("my:answered", args=[desk.number])).status_code == 404


def text_file(name: str = "notes.txt", content: bytes = b"My notes of week two.") -> Any:
    return SimpleUploadedFile(name, content, content_type="text/plain")


def test_files_arrive_with_the_answer_and_are_shown_to_their_sender(desk):
    check = desk.post(uploads=[text_file(), text_file("more.txt", b"Others.")])
    assert check.status_code == 200
    desk.keeps(check, "notes.txt", "more.txt")
    desk.nothing_happened()
    assert desk.client.post(desk.url, {**fields(check), "step": "send"}).status_code == 303
    files = Evidence.objects.filter(respondent=desk.world.respondent)
    assert files.count() == 2
    page = desk.client.get(reverse("my:case", args=[desk.number])).content.decode()
    for file in files:
        url = reverse("my:evidence", args=[desk.number, file.public_id])
        assert url in page
        assert (
            reverse("evidence:file", args=[file.public_id]) in desk.client.get(url).content.decode()
        )


@pytest.mark.parametrize(
    "upload",
    [
        ("empty.txt", b""),
        ("page.html", b"<!doctype html><script>alert(1)</script>"),
        ("tool.exe", b"MZ\x90\x00" + bytes(64)),
        ("picture.png", b"this is no picture"),
    ],
)
def test_a_refused_file_stops_the_answer_but_no_word_is_lost(desk, upload):
    answer = desk.post(uploads=[text_file(*upload)])
    assert answer.status_code == 400
    desk.keeps(answer, "Check your answer", "forgot where the sentences came from", upload[0])
    desk.nothing_happened()
    check = desk.post(step="check")
    again = desk.client.post(desk.url, {**fields(check), "step": "send"})
    assert again.status_code == 303


def test_no_room_for_files_says_so_and_keeps_the_words(desk, monkeypatch):
    from cases.evidence.errors import StorageFull
    from cases.services import answer_drafts

    def full(*args: Any, **kwargs: Any) -> Any:
        raise StorageFull

    monkeypatch.setattr(answer_drafts, "keep", full)
    answer = desk.post(uploads=[text_file()])
    assert answer.status_code == 507
    desk.keeps(answer, "We cannot store files at the moment", "forgot where the sentences")
    desk.nothing_happened()
