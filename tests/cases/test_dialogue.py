"""Questions of the desk to whoever reported, and their answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import ReportMessage
from cases.selectors.dashboard import dashboard
from cases.services import dialogue, triage
from integrity.accounts.models import User
from integrity.audit import registry
from integrity.audit.models import Event
from integrity.core import clock
from integrity.core.errors import (
    Conflict,
    IllegalTransition,
    InvalidInput,
    NotFound,
    NotPermitted,
)
from notifications.content import unseal_message
from notifications.models import Letter, OutboxMessage
from tests.cases import builders as build
from tests.cases.test_process import World
from tests.cases.test_report_pages import fill, fill_post, text, token
from tests.courses import builders as make

pytestmark = pytest.mark.django_db

QUESTION = "Which article do you mean, Zqcanary?"


@pytest.fixture
def reporter() -> User:
    return make.person("Quentin Reporter")


@pytest.fixture
def world(reporter: User) -> World:
    world = World()
    world.report.delete()
    world.report = build.report(world.case, reporter)
    return world


def ask(world: World, **kwargs: Any) -> ReportMessage:
    return dialogue.ask(
        **{
            "actor": world.moderator,
            "number": world.number,
            "report_id": world.report.public_id,
            "body": QUESTION,
            "form_key": "q1",
            **kwargs,
        }
    )


def answer(world: World, **kwargs: Any) -> ReportMessage:
    world.report.refresh_from_db()
    return dialogue.answer(
        **{"report": world.report, "body": "The one in the reader.", "form_key": "a1", **kwargs}
    )


def test_a_question_reaches_the_reporter_and_says_nothing_on_the_way(
    world: World, reporter: User
) -> None:
    asked = ask(world)

    message = OutboxMessage.objects.get(event="report_question")
    assert message.recipient_ref == world.report.reporter_ref
    assert message.case_number == ""
    content = unseal_message(message.content_sealed)
    for word in ("Zqcanary", "article", "Essay", world.moderator.display_name, world.number):
        assert word not in content.subject + content.text
    client = Client()
    client.force_login(reporter)
    letter = text(client.get(reverse("notifications:letter", args=[message.letter.public_id])))
    assert QUESTION in letter
    assert world.moderator.display_name not in letter
    page = text(client.get(reverse("my:report", args=[world.report.public_id])))
    assert QUESTION in page
    assert "We have a question about your report" in page
    assert asked.asked_by == world.moderator


def test_the_answer_comes_back_without_a_name(world: World, reporter: User) -> None:
    ask(world)
    client = Client()
    client.force_login(reporter)
    address = reverse("my:report", args=[world.report.public_id])

    sent = client.post(
        reverse("my:answer_report", args=[world.report.public_id]),
        {"form_token": token(client.get(address)), "body": "The one in the reader."},
    )

    assert sent["Location"] == f"{address}#dialogue"
    event = Event.objects.get(action="report.answered")
    assert (event.actor_kind, event.actor) == ("sealed", world.report.reporter_ref)
    desk = Client()
    desk.force_login(world.moderator)
    page = text(desk.get(reverse("desk:case", args=[world.number])))
    assert "The one in the reader." in page
    assert ">New<" in page.replace("\n", "").replace(" ", "")
    assert reporter.display_name not in page


def test_an_answer_is_new_until_the_desk_does_something(world: World) -> None:
    triage.claim(actor=world.moderator, number=world.number)
    ask(world)
    with clock.frozen(clock.now() + timedelta(minutes=5)):
        answer(world)
    other = build.moderator("Tomasz Other")

    def waits(user: User) -> bool:
        piles = {pile.name: pile for pile in dashboard(user).piles}
        return bool(piles["answers"].rows)

    assert waits(world.moderator)
    assert not waits(other)
    with clock.frozen(clock.now() + timedelta(minutes=10)):
        triage.add_note(actor=world.moderator, number=world.number, body="Read it.", form_key="n1")
    assert not waits(world.moderator)


def test_the_same_form_again_is_one_message_and_other_words_are_a_conflict(world: World) -> None:
    assert ask(world) == ask(world)
    with pytest.raises(Conflict):
        ask(world, body="Something else?")
    assert answer(world) == answer(world)
    with pytest.raises(Conflict):
        answer(world, body="Something else.")

    assert ReportMessage.objects.count() == 2
    assert Letter.objects.filter(event="report_question").count() == 1
    assert Event.objects.filter(action__in=["report.asked", "report.answered"]).count() == 2


def test_three_messages_answer_one_question(world: World) -> None:
    with pytest.raises(IllegalTransition):
        answer(world)
    ask(world)
    for number in range(3):
        answer(world, form_key=f"a{number}", body=f"Part {number}")
    with pytest.raises(IllegalTransition):
        answer(world, form_key="a4", body="Part 4")
    ask(world, form_key="q2", body="And which page?")

    answer(world, form_key="a5", body="Page 5")


@pytest.mark.parametrize("body", ["", "  ", "x" * 4001, "a\x00b"])
def test_words_are_bounded(world: World, body: str) -> None:
    with pytest.raises(InvalidInput):
        ask(world, body=body)
    ask(world)
    with pytest.raises(InvalidInput):
        answer(world, body=body)


def test_case_17_a_report_of_another_case_is_not_there(world: World) -> None:
    other = build.report(build.case(institution=world.case.institution))

    with pytest.raises(NotFound):
        ask(world, report_id=other.public_id)
    desk = Client()
    desk.force_login(world.moderator)
    for method in (desk.get, desk.post):
        assert method(reverse("desk:ask", args=[world.number, other.public_id])).status_code == 404


def test_case_21_and_27_who_may_not_ask(world: World, reporter: User) -> None:
    """Somebody of the desk who reported it sees no such case; an auditor reads only."""
    make.grant(reporter, "moderator")
    with pytest.raises(NotFound):
        ask(world, actor=User.objects.get(pk=reporter.pk))
    with pytest.raises(NotPermitted):
        ask(world, actor=build.auditor())
    with pytest.raises(NotFound):
        ask(world, actor=world.learner)
    elsewhere = build.moderator("Pat Ner", make.institution())
    with pytest.raises(NotFound):
        ask(world, actor=elsewhere)

    assert not ReportMessage.objects.exists()


def test_once_it_is_closed_nobody_asks_or_answers(world: World) -> None:
    ask(world)
    triage.dismiss(actor=world.moderator, number=world.number, reason="not_enough")

    with pytest.raises(IllegalTransition):
        answer(world)
    with pytest.raises(IllegalTransition):
        ask(world, form_key="q2", body="And now?")


def test_nobody_else_answers_or_reads(world: World) -> None:
    ask(world)
    other = Client()
    other.force_login(make.person("Nosy Parker"))

    for address in (
        reverse("my:answer_report", args=[world.report.public_id]),
        reverse("my:review", args=[world.report.public_id]),
    ):
        assert fill_post(other, address, body="Mine.", text="Mine.").status_code == 404
    assert ReportMessage.objects.count() == 1


def test_the_desk_asks_on_a_page_of_its_own(world: World) -> None:
    desk = Client()
    desk.force_login(world.moderator)
    address = reverse("desk:ask", args=[world.number, world.report.public_id])
    assert address in text(desk.get(reverse("desk:case", args=[world.number])))

    empty = fill(desk, address, body="")
    sent = fill(desk, address, body=QUESTION)

    assert empty.status_code == 400
    assert "Write the question" in text(empty)
    assert (sent.status_code, sent["Location"]) == (
        303,
        reverse("desk:case", args=[world.number]),
    )
    assert ReportMessage.objects.get().body == QUESTION


def test_case_18_the_accused_sees_nothing_of_it(world: World) -> None:
    world.notified()
    ask(world)
    answer(world, body="Quillfeather wrote it.")
    client = Client()
    client.force_login(world.learner)
    for name in ("my:case", "my:answer"):
        page = text(client.get(reverse(name, args=[world.number])))
        assert "Zqcanary" not in page
        assert "Quillfeather" not in page
    for event in Event.objects.filter(action__in=["report.asked", "report.answered"]):
        assert "Quillfeather" not in event.payload
        assert not registry.get(event.action).respondent_may_see
