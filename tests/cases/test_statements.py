"""Statements: one question, nothing of the case, sent once, evidence until the notice goes out."""

from __future__ import annotations

import html
import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases import rules, undoing
from cases.enums import EvidenceKind
from cases.models import Case, Evidence, StatementRequest
from cases.selectors.case_parts import people_page
from cases.services import adviser, notice, statement, triage
from integrity.accounts.enums import Role
from integrity.accounts.models import User
from integrity.audit.models import Event
from integrity.core import clock
from integrity.core.errors import (
    Conflict,
    IllegalTransition,
    InvalidInput,
    NotFound,
    NotPermitted,
)
from integrity.web.forms import new_form_token
from notifications.content import unseal_letter, unseal_message
from notifications.models import Letter, OutboxMessage
from tests.cases import builders as build
from tests.cases.test_adviser import friend, invite, suspend, words_of
from tests.cases.test_process import World
from tests.courses import builders as make

pytestmark = pytest.mark.django_db

QUESTION = "Was the article part of the reading list in week 3?"
WORDS = "Yes. I handed it out on 12 October.\n\nNobody was told to copy from it."


@pytest.fixture
def world() -> World:
    return World().opened()


@pytest.fixture
def teacher(world: World) -> User:
    assert world.case.course is not None
    return make.teach(world.case.course, make.person("Priya Teacher"))


def ask(world: World, person: User, **kwargs: Any) -> StatementRequest:
    return statement.ask(
        **{
            "actor": world.moderator,
            "number": world.number,
            "email": person.email,
            "question": QUESTION,
            "form_key": uuid.uuid4().hex,
            **kwargs,
        }
    )


def give(request: StatementRequest, **kwargs: Any) -> StatementRequest:
    return statement.give(
        **{"actor": request.person, "request_id": request.public_id, "text": WORDS, **kwargs}
    )


def url_of(request: StatementRequest) -> str:
    return reverse("my:statement", args=[request.public_id])


def send_notice(world: World) -> None:
    notice.send(
        actor=world.moderator,
        number=world.number,
        respondent_id=world.rid,
        questions="",
        revision=None,
    )


# Asking


def test_a_question_becomes_a_letter_that_names_no_case(world: World, teacher: User) -> None:
    request = ask(world, teacher)
    message = OutboxMessage.objects.get(event="statement_requested")
    mail = unseal_message(message.content_sealed)
    letter = Letter.objects.get(event="statement_requested")
    text = unseal_letter(letter.content_sealed).html
    assert QUESTION not in mail.text
    assert QUESTION in html.unescape(text)
    assert "Data Ethics" in text
    assert url_of(request) in text
    for telling in (world.number, "Amara", "plagiar"):
        assert telling not in f"{mail.subject}{mail.text}{text}{letter.case_number}"


def test_the_same_form_again_asks_once(world: World, teacher: User) -> None:
    first = ask(world, teacher, form_key="k")
    assert ask(world, teacher, form_key="k").pk == first.pk
    assert Letter.objects.filter(event="statement_requested").count() == 1
    with pytest.raises(Conflict):
        ask(world, teacher, form_key="k", question="Something else?")


@pytest.mark.parametrize("email", ["nobody@example.edu", "", "x"])
def test_the_desk_is_told_that_there_is_no_such_account(world: World, email: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        ask(world, world.learner, email=email)
    assert list(refused.value.fields) == ["email"]


def test_neither_oneself_nor_the_learner_is_asked(world: World) -> None:
    for person in (world.moderator, world.learner):
        with pytest.raises(InvalidInput):
            ask(world, person)
    assert not StatementRequest.objects.exists()


def test_an_adviser_gives_no_statement() -> None:
    world = World().notified()
    user = friend()
    adviser.accept(actor=user, access_id=invite(world).public_id)
    triage.dismiss(actor=world.officer, number=world.number, reason="not_enough")
    # Once the dismissal is no longer held it begins anew.
    with clock.frozen(clock.now() + undoing.WITHIN + timedelta(seconds=1)):
        triage.reopen(actor=world.officer, number=world.number, reason="More came.")
    triage.open_case(actor=world.moderator, number=world.number)
    with pytest.raises(InvalidInput):
        ask(world, user)


def test_a_reporter_is_asked_like_anybody_else(world: World) -> None:
    """A refusal would tell the desk who reported."""
    reporter = make.person("Rosa")
    build.report(world.case, reporter)
    assert ask(world, reporter).person == reporter


def test_only_in_an_investigation_by_those_who_work_on_it(world: World, teacher: User) -> None:
    for actor, error in (
        (teacher, NotFound),
        (world.learner, NotFound),
        (make.person(), NotFound),
        (build.auditor(), NotPermitted),
        (build.moderator("Somebody Else"), NotPermitted),
    ):
        with pytest.raises(error):
            ask(world, teacher, actor=actor)
    triage.release(actor=world.moderator, number=world.number)
    with pytest.raises(IllegalTransition):
        ask(world, teacher, actor=world.officer)
    late = World().notified()
    with pytest.raises(IllegalTransition):
        ask(late, teacher, actor=late.moderator)


# Answering


def test_what_is_said_becomes_evidence_and_is_shown_without_a_name(client: Client) -> None:
    world = World().alleged()
    teacher = make.person("Priya Teacher")
    request = ask(world, teacher)
    give(request)
    piece = Evidence.objects.get(kind=EvidenceKind.STATEMENT)
    assert (piece.label, piece.title, piece.text) == ("E2", "Statement", WORDS)
    assert piece.description == QUESTION
    send_notice(world)
    client.force_login(world.learner)
    page = client.get(reverse("my:evidence", args=[world.number, piece.public_id]))
    shown = words_of(page)
    assert "I handed it out on 12 October." in shown
    assert QUESTION in shown
    assert "Priya" not in page.content.decode()
    assert "Priya" not in client.get(reverse("my:case", args=[world.number])).content.decode()
    client.force_login(world.moderator)
    desk = client.get(reverse("desk:case", args=[world.number]))
    assert "Priya Teacher" in words_of(desk)


def test_sent_once_and_repeatable(world: World, teacher: User) -> None:
    request = ask(world, teacher)
    give(request)
    give(request)
    assert Evidence.objects.filter(kind=EvidenceKind.STATEMENT).count() == 1
    assert Event.objects.filter(action="statement.given").count() == 1
    with pytest.raises(Conflict):
        give(request, text="Something else.")
    with pytest.raises(InvalidInput):
        give(ask(world, teacher), text="  ")


def test_case_17_only_who_was_asked_answers(client: Client, world: World, teacher: User) -> None:
    request = ask(world, teacher)
    for user in (make.person(), world.learner, world.moderator, world.officer):
        with pytest.raises(NotFound):
            give(request, actor=user)
        client.force_login(user)
        hidden = client.get(url_of(request))
        absent = client.get(reverse("my:statement", args=[uuid.uuid4()]))
        assert hidden.status_code == absent.status_code == 404
        assert hidden.content == absent.content
        assert client.post(url_of(request), {"text": "x", "step": "send"}).status_code == 404
    assert not Evidence.objects.exists()


def test_after_the_notice_it_is_too_late_and_said_politely(client: Client) -> None:
    world = World().alleged()
    teacher = make.person("Priya Teacher")
    request = ask(world, teacher)
    client.force_login(teacher)
    assert client.get(url_of(request)).status_code == 200
    send_notice(world)
    with pytest.raises(IllegalTransition):
        give(request)
    page = client.get(url_of(request))
    assert "The matter has gone on" in words_of(page)
    typed = client.post(url_of(request), {"text": WORDS, "step": "send"})
    assert typed.status_code == 409
    assert "I handed it out on 12 October." in words_of(typed)
    assert not Evidence.objects.filter(kind=EvidenceKind.STATEMENT).exists()
    assert url_of(request) not in client.get(reverse("my:home")).content.decode()


def test_a_question_taken_back_is_settled(client: Client, world: World, teacher: User) -> None:
    request = ask(world, teacher)
    other = World().opened()
    with pytest.raises(NotFound):
        statement.withdraw(actor=other.moderator, number=other.number, request_id=request.public_id)
    for _time in range(2):
        statement.withdraw(actor=world.moderator, number=world.number, request_id=request.public_id)
    assert Event.objects.filter(action="statement.withdrawn").count() == 1
    with pytest.raises(IllegalTransition):
        give(request)
    client.force_login(teacher)
    assert "This question is settled" in words_of(client.get(url_of(request)))
    given = ask(world, teacher)
    give(given)
    with pytest.raises(IllegalTransition):
        statement.withdraw(actor=world.moderator, number=world.number, request_id=given.public_id)


def test_the_page_says_the_question_and_the_course_and_nothing_else(
    client: Client, world: World, teacher: User
) -> None:
    request = ask(world, teacher)
    client.force_login(teacher)
    for url in (url_of(request), "/", reverse("my:home")):
        page = client.get(url)
        shown = words_of(page)
        assert QUESTION in shown
        assert "Data Ethics" in shown
        body = page.content.decode()
        for hidden in (world.number, "Amara", "Okonjo", "plagiar", world.moderator.display_name):
            assert hidden not in body, (url, hidden)


def test_write_check_change_send(client: Client, world: World, teacher: User) -> None:
    request = ask(world, teacher)
    client.force_login(teacher)
    url = url_of(request)
    empty = client.post(url, {"text": "", "step": "check"})
    assert empty.status_code == 400
    check = client.post(url, {"text": WORDS, "step": "check"})
    assert "Nothing has been sent yet." in words_of(check)
    assert not Evidence.objects.exists()
    back = client.post(url, {"text": WORDS, "step": "change"})
    assert re.search(r"<textarea[^>]*>\s*Yes\. I handed it out", back.content.decode())
    for _time in range(2):
        assert client.post(url, {"text": WORDS, "step": "send"}).status_code == 303
    assert "Thank you, we have your answer" in words_of(client.get(url))
    other = client.post(url, {"text": "Other words.", "step": "send"})
    assert other.status_code == 409
    assert "Other words." in words_of(other)
    assert Evidence.objects.filter(kind=EvidenceKind.STATEMENT).count() == 1


def test_a_suspended_person_is_not_reached(client: Client, world: World, teacher: User) -> None:
    request = ask(world, teacher)
    suspend(teacher)
    client.force_login(teacher)
    assert client.get(url_of(request)).status_code == 403
    assert client.post(url_of(request), {"text": WORDS, "step": "send"}).status_code == 403


def test_hostile_text_is_inert(client: Client, world: World, teacher: User) -> None:
    hostile = "<script>alert(1)</script> {{7*7}}"
    request = ask(world, teacher, question=hostile)
    client.force_login(teacher)
    check = client.post(url_of(request), {"text": hostile, "step": "check"}).content.decode()
    assert "<script>alert" not in check
    give(request, text=hostile)
    client.force_login(world.moderator)
    page = client.get(reverse("desk:statements", args=[world.number])).content.decode()
    assert "<script>alert" not in page
    assert "{{7*7}}" in page


# The desk


def test_case_21_who_was_asked_does_no_desk_work_in_the_case(client: Client, world: World) -> None:
    colleague = build.officer("Connie Colleague")
    assert rules.access(colleague, world.case) == rules.Access.WORK
    request = ask(world, colleague)
    assert rules.access(colleague, world.case) == rules.Access.NONE
    people = people_page(world.officer, world.number).people
    assert [row for row, _why in people.blocked] == [colleague]
    client.force_login(colleague)
    assert client.get(reverse("desk:case", args=[world.number])).status_code == 404
    # Taken back before anything was said, nothing ties them to it.
    statement.withdraw(actor=world.moderator, number=world.number, request_id=request.public_id)
    assert rules.access(colleague, world.case) == rules.Access.WORK


def test_case_21_the_register_of_letters_does_not_say_who_was_asked(
    client: Client, world: World, teacher: User
) -> None:
    ask(world, teacher)
    conflicted = build.officer("Connie Colleague")
    build.conflict(world.case, conflicted)
    client.force_login(conflicted)
    page = client.get(reverse("desk:letters") + "?event=statement_requested").content.decode()
    assert teacher.display_name not in page
    assert page.count("<tr") > 1, "that a letter is on its way can be seen"


def test_a_case_does_not_stay_with_somebody_who_is_asked(world: World) -> None:
    triage.watch(actor=world.officer, number=world.number)
    request = ask(world, world.moderator, actor=world.officer)
    another = build.moderator()
    triage.claim(actor=another, number=world.number)
    statement.withdraw(actor=another, number=world.number, request_id=request.public_id)
    case = Case.objects.get(number=world.number)
    assert rules.access(world.moderator, case) == rules.Access.SUMMARY


def test_the_desk_asks_from_the_case_and_sees_what_came(
    client: Client, world: World, teacher: User
) -> None:
    client.force_login(world.moderator)
    case = client.get(reverse("desk:case", args=[world.number])).content.decode()
    assert reverse("desk:statements", args=[world.number]) in case
    ask_url = reverse("desk:ask_statement", args=[world.number])
    assert ask_url in client.get(reverse("desk:statements", args=[world.number])).content.decode()
    form = client.get(ask_url)
    assert "Priya Teacher" in words_of(form)
    token = new_form_token()
    nobody = client.post(ask_url, {"form_token": token, "person": "other", "question": QUESTION})
    assert nobody.status_code == 400
    unknown = client.post(
        ask_url,
        {
            "form_token": token,
            "person": "other",
            "email": "nobody@example.edu",
            "question": QUESTION,
        },
    )
    assert unknown.status_code == 400
    assert "There is no account with this email address." in words_of(unknown)
    assert QUESTION in words_of(unknown)
    data = {"form_token": token, "person": str(teacher.public_id), "question": QUESTION}
    for _time in range(2):
        sent = client.post(ask_url, data)
        assert sent.status_code == 303
    request = StatementRequest.objects.get()
    assert request.person == teacher
    waiting = words_of(client.get(reverse("desk:statements", args=[world.number])))
    assert "Waits" in waiting
    case_page = words_of(client.get(reverse("desk:case", args=[world.number])))
    assert "1 question is not answered yet" in case_page
    assert "1 answer is missing, and cannot be added afterwards" in case_page
    give(request)
    page = client.get(reverse("desk:statements", args=[world.number]))
    assert "E1" in words_of(page)


def test_the_desk_takes_a_question_back(client: Client, world: World, teacher: User) -> None:
    request = ask(world, teacher)
    other = World().opened()
    client.force_login(world.moderator)
    foreign = reverse("desk:withdraw_statement", args=[other.number, request.public_id])
    assert client.post(foreign).status_code in (403, 404)
    url = reverse("desk:withdraw_statement", args=[world.number, request.public_id])
    assert client.post(url).status_code == 303
    request.refresh_from_db()
    assert request.withdrawn_at is not None


def test_an_auditor_reads_and_does_not_ask(client: Client, world: World, teacher: User) -> None:
    ask(world, teacher)
    client.force_login(build.auditor())
    page = client.get(reverse("desk:statements", args=[world.number]))
    assert page.status_code == 200
    assert "<form" not in page.content.decode().split("<main")[1].split("</main")[0]
    assert client.get(reverse("desk:ask_statement", args=[world.number])).status_code == 403


def test_a_waiting_question_comes_before_duty(client: Client, world: World) -> None:
    colleague = make.person("Connie")
    make.grant(colleague, Role.MODERATOR, make.institution())
    ask(world, colleague)
    client.force_login(colleague)
    assert QUESTION in words_of(client.get("/"))


def test_pages_cost_the_same_for_one_and_three(
    client: Client, world: World, teacher: User, count_queries: Any
) -> None:
    costs = []
    for more in (1, 2):
        for _number in range(more):
            ask(world, teacher)
            give(ask(world, teacher, question=f"{uuid.uuid4()}?"), text=str(uuid.uuid4()))
        found = []
        for user, url in (
            (world.moderator, reverse("desk:statements", args=[world.number])),
            (teacher, reverse("my:home")),
        ):
            client.force_login(user)
            client.get(url)
            with count_queries() as queries:
                assert client.get(url).status_code == 200
            found.append(queries.number)
        costs.append(found)
    assert costs[0] == costs[1]
