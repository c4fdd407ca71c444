"""Appealing: until the last second, once, checked before it is sent, and told how it goes on."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Appeal, Determination, Sanction
from cases.services import appeal as service
from cases.services import deadlines, determination
from integrity.audit.models import Event
from integrity.core import clock
from integrity.web.forms import new_form_token
from notifications.models import Letter, OutboxMessage
from tests.cases import builders as build
from tests.cases.test_process import World
from tests.courses import builders as make

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)
WORDS = "I have found my notes of week two.\n\nThey name the article."
HOSTILE = "<script>alert(1)</script> {{7*7}} =cmd() \"onload='x'"


def words_of(answer: Any) -> str:
    """The text of a page in one line."""
    text = re.sub(r"<(script|style).*?</\1>", "", answer.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text)))


class Desk:
    """The learner, suspended by a decision, at the form."""

    def __init__(self, client: Client, *, suspended: bool = True) -> None:
        self.client = client
        self.world = world = World()
        world.found()
        codes = ["assignment_failed", "temporary_suspension"] if suspended else ["warning_written"]
        made = world.propose(codes, params={"temporary_suspension": {"days": 30}})
        if suspended:
            world.confirm(made.digest)
        self.number = world.number
        self.url = reverse("my:appeal", args=[self.number])
        self.page = reverse("my:case", args=[self.number])
        self.done = reverse("my:appealed", args=[self.number])
        self.decision = world.respondent.determinations.get()
        client.force_login(world.learner)
        self.token = new_form_token()

    def post(self, **changes: Any) -> Any:
        data = {
            "form_token": self.token,
            "grounds": ["new_evidence"],
            "text": WORDS,
            "step": "send",
            **changes,
        }
        return self.client.post(self.url, {k: v for k, v in data.items() if v is not None})

    def nothing_happened(self) -> None:
        assert not Appeal.objects.exists()
        assert not Event.objects.filter(action="appeal.lodged").exists()
        assert not OutboxMessage.objects.filter(event="appeal_received").exists()
        assert self.world.respondent.status == "decided"

    def decide(self, outcome: str, **kwargs: Any) -> None:
        service.decide(
            actor=build.officer("Kwame Boateng"),
            number=self.number,
            appeal_id=Appeal.objects.latest("pk").public_id,
            outcome=outcome,
            reasons="The notes name the article.",
            **kwargs,
        )

    def read(self, url: str = "") -> str:
        answer = self.client.get(url or self.page)
        assert answer.status_code == 200
        return words_of(answer)


@pytest.fixture
def desk(client: Client) -> Desk:
    return Desk(client)


def fields(page: Any) -> dict[str, list[str]]:
    """The hidden fields of the form that sends, as a browser would send them."""
    form = re.findall(r"<form[^>]*>.*?</form>", page.content.decode(), re.DOTALL)
    sending = next(text for text in form if 'value="send"' in text)
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', sending):
        found.setdefault(name, []).append(html.unescape(value))
    return found


# The whole way


def test_the_whole_way_form_check_send_confirmation_case(desk):
    text = desk.read()
    assert "You can appeal once. Somebody who had no part in this decision hears it." in text
    assert desk.url in desk.client.get(desk.page).content.decode()
    form = desk.read(desk.url)
    assert "Appeal against this decision" in form
    assert "your time zone" in form
    assert "What was decided stays in force until the appeal is decided:" in form
    for row in Sanction.objects.all():
        assert row.consequence.title in form
    check = desk.post(step="check", grounds=["new_evidence", "procedure"])
    shown = words_of(check)
    assert check.status_code == 200
    assert "They name the article." in shown
    desk.nothing_happened()
    sent = desk.client.post(desk.url, {**fields(check), "step": "send"})
    assert (sent.status_code, sent.url) == (303, desk.done)
    made = Appeal.objects.get()
    assert (made.text, made.grounds) == (WORDS, ["new_evidence", "procedure"])
    assert OutboxMessage.objects.filter(event="appeal_received").count() == 1
    assert "We have your appeal" in desk.read(desk.done)
    after = desk.read()
    assert "Somebody else looks at your appeal." in after
    assert "Now. Somebody else looks at it, since" in after
    assert "They name the article." in after
    assert "What was decided stays in force until then." in after
    again = desk.client.get(desk.url)
    assert (again.status_code, again.url) == (303, desk.page)


def test_change_goes_back_with_every_word_and_tick(desk):
    check = desk.post(step="check", grounds=["procedure"])
    back = desk.client.post(desk.url, {**fields(check), "step": "change"})
    assert back.status_code == 200
    page = back.content.decode()
    assert "They name the article." in words_of(back)
    assert re.search(r'value="procedure"[^>]*checked', page)
    assert not re.search(r'value="new_evidence"[^>]*checked', page)
    desk.nothing_happened()


@pytest.mark.parametrize("step", ["check", "send"])
@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"grounds": None}, "Choose at least one of the reasons"),
        ({"grounds": ["nonsense"]}, "nonsense is not one of the available choices"),
        ({"text": " \u200b "}, "Tell us why the decision should change"),
        ({"text": "a" * 10_001}, "at most 10,000 characters"),
        ({"text": "nul \x00"}, "control characters"),
        ({"form_token": "forged"}, "Nothing was sent"),
        ({"form_token": None}, "Nothing was sent"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(desk, step, changes, says):
    answer = desk.post(step=step, **changes)
    assert answer.status_code == 400
    assert says in words_of(answer)
    if "text" not in changes:
        assert "They name the article." in words_of(answer)
    desk.nothing_happened()


# Once


def test_58_the_same_form_twice_is_one_appeal(desk):
    first, second = desk.post(), desk.post()
    assert (first.status_code, first.url) == (second.status_code, second.url) == (303, desk.done)
    assert Appeal.objects.count() == 1
    assert OutboxMessage.objects.filter(event="appeal_received").count() == 1


def test_another_appeal_is_not_sent_and_its_words_are_given_back(desk):
    desk.post()
    again = desk.post(form_token=new_form_token(), text="Something else entirely.")
    assert again.status_code == 409
    assert "You have appealed already" in words_of(again)
    assert "Something else entirely." in words_of(again)
    assert Appeal.objects.get().text == WORDS


def test_a_key_of_somebody_else_is_no_error_of_ours(desk, client):
    desk.post()
    other = Desk(Client(), suspended=False)
    other.token = desk.token
    answer = other.post()
    assert answer.status_code == 409
    assert "They name the article." in words_of(answer)
    assert Appeal.objects.count() == 1


# The window


def test_82_the_last_second_counts_and_the_next_one_does_not(desk):
    until = desk.decision.appeal_until
    with clock.frozen(until):
        assert desk.client.get(desk.url).status_code == 200
        assert "Appeal against this decision" in desk.read()
    with clock.frozen(until + SECOND):
        answer = desk.client.get(desk.url)
        assert answer.status_code == 409
        assert "The time to appeal has passed" in words_of(answer)
        late = desk.post()
        assert late.status_code == 409
        assert "They name the article." in words_of(late)
        assert "The time to appeal ended on" in desk.read()
        assert desk.url not in desk.client.get(desk.page).content.decode()
    desk.nothing_happened()
    with clock.frozen(until):
        assert desk.post().status_code == 303


def test_it_closes_between_the_check_and_the_service(desk, monkeypatch):
    """The page still thought it open: the service refuses, and the words are given back."""
    real = service.lodge
    until = desk.decision.appeal_until

    def slow(**kwargs: Any) -> Any:
        with clock.frozen(until + SECOND):
            return real(**kwargs)

    monkeypatch.setattr("cases.views.my_appeal.service.lodge", slow)
    answer = desk.post()
    assert answer.status_code == 409
    assert "They name the article." in words_of(answer)
    desk.nothing_happened()


def test_before_a_decision_there_is_nothing_to_appeal_against(client):
    world = World().answered()
    client.force_login(world.learner)
    answer = client.get(reverse("my:appeal", args=[world.number]))
    assert answer.status_code == 409
    assert "There is nothing to appeal against now" in words_of(answer)
    assert client.get(reverse("my:appealed", args=[world.number])).status_code == 404


# Who


def test_only_the_respondent_and_nobody_of_the_desk(desk, client):
    missing = client.get(reverse("my:appeal", args=["IC-2026-999999"]))
    for user in (make.person("Somebody"), desk.world.officer, build.auditor()):
        other = Client()
        other.force_login(user)
        for url in (desk.url, desk.done):
            assert other.get(url).status_code == 404
        assert other.post(desk.url, {"step": "send"}).status_code == 404
    assert missing.status_code == 404
    visitor = Client().get(desk.url)
    assert (visitor.status_code, "/accounts/login/" in visitor.url) == (302, True)
    desk.nothing_happened()


def test_the_suspended_can_appeal(desk):
    assert desk.client.get(reverse("courses:courses")).status_code == 403
    assert desk.client.get(desk.url).status_code == 200
    assert desk.post().status_code == 303
    assert desk.client.get(desk.done).status_code == 200


def test_the_letter_leads_to_the_form(desk):
    letter = Letter.objects.get(event="determination_issued")
    page = desk.client.get(reverse("notifications:letter", args=[letter.public_id]))
    assert desk.url in page.content.decode()


# Afterwards


@pytest.mark.parametrize(
    ("outcome", "says"),
    [
        ("upheld", "The decision stands"),
        ("reduced", "Less follows from it"),
        ("overturned", "The decision is overturned"),
        ("sent_back", "It has to be looked at again"),
    ],
)
def test_the_outcome_its_reasons_and_conditions_are_told(desk, outcome, says):
    desk.post()
    keep = [str(Sanction.objects.get(code="assignment_failed").public_id)]
    desk.decide(
        outcome,
        keep=keep if outcome == "reduced" else (),
        conditions="Hand in your notes.",
        private_notes="Quietly noted.",
    )
    text = desk.read()
    assert says in text
    assert "The notes name the article." in text
    assert "Hand in your notes." in text
    assert "Quietly noted." not in text
    assert "Kwame Boateng" not in text
    assert "Appeal against this decision" not in text
    assert desk.client.get(desk.done).status_code == 303
    in_effect = {"upheld": 2, "reduced": 1}.get(outcome, 0)
    assert text.count("In effect") == in_effect
    if outcome == "sent_back":
        assert "What was decided before does not count any more." in text
    deadlines.run()
    assert says in desk.read()


def test_a_new_decision_after_it_was_sent_back_can_be_appealed_once_more(desk):
    desk.post()
    desk.decide("sent_back")
    determination.record_findings(
        actor=desk.world.officer,
        number=desk.number,
        respondent_id=desk.world.rid,
        findings=desk.world.findings(),
        reasons_finding="It was shown, but less of it.",
        answers=desk.world.answers(),
        supports=build.rests_on(desk.world.respondent),
    )
    desk.world.propose(["warning_written"])
    text = desk.read()
    assert "Appeal against this decision" in text
    assert "Your earlier appeal" in text
    assert desk.post().status_code == 409  # the key of the earlier form is used up
    assert desk.post(form_token=new_form_token(), text="Once more.").status_code == 303
    assert Appeal.objects.count() == 2
    assert "Once more." in desk.read()


def test_a_decision_that_is_looked_at_again_is_not_said_to_be_past_appeal(desk):
    until = Determination.objects.get().appeal_until
    with clock.frozen(until + timedelta(seconds=1)):
        service.take_up(
            actor=desk.world.officer,
            number=desk.number,
            respondent_id=desk.world.rid,
            reason="New.",
        )
    text = desk.read()
    assert "The time to appeal ended" not in text
    assert "We look at the decision again." in text
    assert desk.client.get(desk.url).status_code == 409


# What people typed, and what it costs


def test_50_52_what_was_typed_is_text(desk):
    page = desk.post(step="check", text=HOSTILE)
    assert b"<script>alert" not in page.content
    page = desk.client.post(desk.url, {**fields(page), "step": "send"})
    assert page.status_code == 303
    desk.decide("upheld", conditions=HOSTILE)
    answer = desk.client.get(desk.page)
    assert b"<script>alert" not in answer.content
    assert "<script>alert(1)</script> {{7*7}}" in html.unescape(answer.content.decode())


def test_the_pages_cost_the_same_with_one_and_with_three(desk, count_queries):
    desk.post()

    def cost(url: str) -> int:
        with count_queries() as queries:
            assert desk.client.get(url).status_code == 200
        return int(queries.number)

    cost(desk.page)
    one = [cost(desk.page), cost(desk.done)]
    for number in range(2):
        Appeal.objects.create(
            determination=Determination.objects.create(
                respondent=desk.world.respondent,
                status="superseded",
                standard_of_proof="balance",
                reasons_finding="Earlier.",
                proposed_by=desk.world.officer,
            ),
            respondent=desk.world.respondent,
            grounds=["procedure"],
            text=f"Earlier {number}",
            lodged_at=clock.now() - timedelta(days=30),
            form_key=f"earlier-{number}",
        )
    assert [cost(desk.page), cost(desk.done)] == one
    assert desk.read().count("Your earlier appeal") == 2
