"""What the desk and whoever reported write to each other, with files."""

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
from notifications.recipients import Recipient
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
    assert "We have written to you about your report" in page
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
    assert new(page)
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
    # Reading it is not doing something about it.
    dialogue.seen_by_desk(
        actor=world.moderator, case=world.case, messages=ReportMessage.objects.all()
    )
    assert waits(world.moderator)
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


def test_whoever_reported_writes_without_being_asked(world: World, reporter: User) -> None:
    client = Client()
    client.force_login(reporter)
    address = reverse("my:report", args=[world.report.public_id])
    page = client.get(address)
    assert "Your message" in text(page)

    sent = client.post(
        reverse("my:answer_report", args=[world.report.public_id]),
        {"form_token": token(page), "body": "It goes on, Zqlater."},
    )

    assert sent.status_code == 303
    shown = text(client.get(address))
    assert "Zqlater" in shown
    assert "Your message has arrived" in shown
    assert "not read yet" in shown


def test_a_few_messages_in_a_row_and_then_it_is_the_desks_turn(
    world: World, reporter: User
) -> None:
    for number in range(5):
        answer(world, form_key=f"a{number}", body=f"Part {number}")
    with pytest.raises(Conflict, match="Please wait until we have written back"):
        answer(world, form_key="a5", body="Part 5")
    client = Client()
    client.force_login(reporter)
    full = text(client.get(reverse("my:report", args=[world.report.public_id])))
    assert "Please wait until we have written back" in full
    assert "emergency number" in full
    assert "<textarea" not in full
    # The same form again is still the message it was.
    assert answer(world, form_key="a4", body="Part 4").body == "Part 4"

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


def test_once_it_is_closed_nobody_writes(world: World, reporter: User) -> None:
    ask(world)
    build.dismissed(actor=world.moderator, number=world.number, reason="not_enough")

    with pytest.raises(IllegalTransition):
        answer(world)
    with pytest.raises(IllegalTransition):
        ask(world, form_key="q2", body="And now?")
    client = Client()
    client.force_login(reporter)
    page = text(client.get(reverse("my:report", args=[world.report.public_id])))
    assert QUESTION in page
    assert "<textarea" not in page


def test_whoever_has_neither_account_nor_code_is_not_written_to(world: World) -> None:
    """Entered by the desk for somebody who called (IN10)."""
    nobody: dict[str, Any] = {"mode": "anonymous", "reporter_ref": "", "reporter_sealed": None}
    entered = build.report(world.case, received_by="phone", **nobody)

    with pytest.raises(IllegalTransition, match="no account and no code"):
        ask(world, report_id=entered.public_id)

    desk = Client()
    desk.force_login(world.moderator)
    page = text(desk.get(reverse("desk:case", args=[world.number])))
    assert reverse("desk:ask", args=[world.number, world.report.public_id]) in page
    assert reverse("desk:ask", args=[world.number, entered.public_id]) not in page


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
    assert "Write the message" in text(empty)
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


# Who knows that something was written


def test_whoever_has_the_case_gets_one_letter_until_somebody_reads(world: World) -> None:
    triage.claim(actor=world.moderator, number=world.number)

    answer(world, body="Quillfeather wrote it.")
    answer(world, form_key="a2", body="And more.")

    message = OutboxMessage.objects.get(event="message_arrived")
    assert message.recipient_ref == Recipient.user(world.moderator).ref
    content = unseal_message(message.content_sealed)
    for word in ("Quillfeather", "report", "plagiarism", "Essay", "Okonjo"):
        assert word.lower() not in (content.subject + content.text).lower()
    assert world.number in content.subject
    client = Client()
    client.force_login(world.moderator)
    letter = text(client.get(reverse("notifications:letter", args=[message.letter.public_id])))
    assert "Quillfeather" not in letter
    client.get(reverse("desk:case", args=[world.number]))

    answer(world, form_key="a3", body="And again.")

    assert OutboxMessage.objects.filter(event="message_arrived").count() == 2


def test_who_may_not_work_on_the_case_any_more_gets_no_letter(world: World) -> None:
    triage.claim(actor=world.moderator, number=world.number)
    world.moderator.grants.update(ended_at=clock.now() - timedelta(seconds=1))

    answer(world)

    assert not OutboxMessage.objects.filter(event="message_arrived").exists()


def test_where_nobody_has_it_the_queue_shows_it(world: World, count_queries: Any) -> None:
    desk = Client()
    desk.force_login(world.moderator)
    queue = reverse("desk:queue") + "?view=unclaimed"
    assert "new message" not in text(desk.get(queue))
    with count_queries() as quiet:
        desk.get(queue)

    answer(world)
    answer(world, form_key="a2", body="And more.")

    assert not OutboxMessage.objects.filter(event="message_arrived").exists()
    with count_queries() as loud:
        assert "2 new messages" in text(desk.get(queue))
    assert loud.number == quiet.number
    desk.get(reverse("desk:case", args=[world.number]))
    assert "new message" not in text(desk.get(queue))


def test_the_desk_has_read_it_when_somebody_who_works_on_it_has_seen_it(
    world: World, reporter: User
) -> None:
    answer(world)
    address = reverse("desk:case", args=[world.number])
    for reader, method in ((build.auditor(), "get"), (world.moderator, "head")):
        client = Client()
        client.force_login(reader)
        assert getattr(client, method)(address).status_code == 200
        assert ReportMessage.objects.get().read_at is None
    at = clock.now().replace(microsecond=0) + timedelta(hours=2)

    desk = Client()
    desk.force_login(world.moderator)
    with clock.frozen(at):
        first = text(desk.get(address))
    again = text(desk.get(address))

    assert new(first)
    assert not new(again)
    assert ReportMessage.objects.get().read_at == at
    client = Client()
    client.force_login(reporter)
    page = text(client.get(reverse("my:report", args=[world.report.public_id])))
    assert "not read yet" not in page
    assert "Your message has arrived" not in page


def new(page: str) -> bool:
    return ">New<" in page.replace("\n", "").replace(" ", "")


def test_the_desk_sees_when_a_reporter_with_an_account_has_seen_it(
    world: World, reporter: User
) -> None:
    ask(world)
    desk = Client()
    desk.force_login(world.moderator)
    address = reverse("desk:case", args=[world.number])
    assert "not seen yet" in text(desk.get(address))
    client = Client()
    client.force_login(reporter)
    mine = reverse("my:report", args=[world.report.public_id])
    client.head(mine)
    assert ReportMessage.objects.get().read_at is None

    assert new(text(client.get(mine)))

    assert not new(text(client.get(mine)))
    assert "not seen yet" not in text(desk.get(address))
    assert ReportMessage.objects.get().read_at is not None
