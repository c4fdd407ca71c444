"""Ask about this clause: the reader's form, the desk's answer, the letter, and who reads it."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from integrity.accounts.enums import Role
from integrity.audit.models import Event
from integrity.core import clock
from integrity.core.errors import Conflict, InvalidInput, NotFound, TooMany
from integrity.web.forms import new_form_token
from notifications.models import Letter, OutboxMessage
from policies import services
from policies.models import Document, Question
from policies.selectors.readers import PAGE_SIZE, desk_questions, open_questions, own_questions
from policies.services import readers
from tests.courses import builders as make
from tests.policies.conftest import ACTOR, at, document, version
from tests.policies.test_pages import PageInspector, text
from tests.policies.test_rendering import HOSTILE

pytestmark = pytest.mark.django_db

ASK = "/policies/rules/v1/ask/?clause=1.1"
MINE = "/policies/questions/"
DESK = "/desk/questions/"
BODY = "## Sources\n\n### Naming them\n\nSay where words come from.\n\n### Notes\n\nKeep them."


@pytest.fixture
def rules():
    of = document(slug="rules", title="Rules")
    version(of, "2024-09-01", BODY)
    return of


@pytest.fixture
def own(northbridge):
    of = document(slug="own", title="Own", institution=northbridge)
    version(of, "2024-09-01", BODY)
    return of


def staff(role: Role = Role.MODERATOR, institution=None):
    person = make.person("Ines Ferreira")
    make.grant(person, role, institution)
    return person


def asked(of, *, by=None, text: str = "Does a footnote count?", clause: str = "1.1") -> Question:
    return readers.ask(
        actor=by or make.person(),
        version=of.versions.get(number=1),
        clause=clause,
        text=text,
        form_key=uuid4().hex,
    )


def signed_in(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_there_is_a_way_to_ask_at_every_clause(client, rules):
    content = client.get("/policies/rules/").content.decode()
    for number in ("1.1", "1.2"):
        assert f'href="/policies/rules/v1/ask/?clause={number}"' in content
        assert f"Ask about clause {number}" in content
    answer = client.get(ASK)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/login/?next=/policies/rules/v1/ask/")


def test_from_the_question_to_the_answer(rules):
    reader, moderator = make.person(), staff()
    client, desk = signed_in(reader), signed_in(moderator)
    form = client.get(ASK)
    assert "Say where words come from." in text(form)
    sent = {"text": "Does a footnote count?", "form_token": new_form_token()}
    for _time in range(2):
        answer = client.post(ASK, sent)
        assert (answer.status_code, answer.headers["Location"]) == (303, MINE)
    question = Question.objects.get()
    assert (question.clause, question.text) == ("1.1", "Does a footnote count?")
    assert "Not answered yet" in text(client.get(MINE))

    assert "Does a footnote count?" in text(desk.get(DESK))
    page = desk.get(f"{DESK}{question.public_id}/")
    assert "Say where words come from." in text(page)
    assert reader.display_name not in page.content.decode()
    for _time in range(2):
        answer = desk.post(f"{DESK}{question.public_id}/", {"text": "Yes, it does."})
        assert (answer.status_code, answer.headers["Location"]) == (303, DESK)
    words = text(client.get(MINE))
    assert "Yes, it does." in words
    assert moderator.display_name not in words
    assert "No question waits" in text(desk.get(DESK))
    assert "Does a footnote count?" in text(desk.get(f"{DESK}?view=answered"))

    letter = Letter.objects.get(event="question_answered")
    assert OutboxMessage.objects.filter(event="question_answered").count() == 1
    read = text(client.get(f"/my/letters/{letter.public_id}/"))
    assert "Yes, it does." in read
    assert "Clause 1.1 of Rules, version 1" in read
    actions = list(Event.objects.filter(action__startswith="policy.question").order_by("sequence"))
    assert [row.action for row in actions] == ["policy.question_asked", "policy.question_answered"]
    assert all("footnote" not in str(vars(row)) for row in actions)


def test_a_question_about_the_whole_policy(rules):
    client = signed_in(make.person())
    client.post(
        "/policies/rules/v1/ask/", {"text": "Who wrote this?", "form_token": new_form_token()}
    )
    question = Question.objects.get()
    assert question.clause == ""
    assert "The whole policy" in text(client.get(MINE))
    readers.answer(actor=staff(), public_id=question.public_id, text="We did.")
    assert "Rules, version 1" in text(client.get(f"/my/letters/{Letter.objects.get().public_id}/"))


@pytest.mark.parametrize(
    "address",
    [
        "/policies/rules/v1/ask/?clause=9.9", "/policies/rules/v1/ask/?clause=1",
        "/policies/rules/v1/ask/?clause=%3Cscript%3E", "/policies/rules/v2/ask/",
        "/policies/nothing/v1/ask/", "/policies/rules/v3/ask/",
    ],
)  # fmt: skip
def test_what_is_not_there_is_not_asked_about(rules, address):
    services.create_draft(actor=ACTOR, document=rules, body=BODY, effective_at=at("2030-01-01"))
    client = signed_in(make.person())
    sent = {"text": "Why?", "form_token": new_form_token()}
    assert client.get(address).status_code == 404
    assert client.post(address, sent).status_code == 404
    assert not Question.objects.exists()


def test_case_32_what_was_typed_stays_when_the_form_is_refused(rules):
    client = signed_in(make.person())
    forged = client.post(ASK, {"text": "Does it count?", "form_token": "forged"})
    assert forged.status_code == 400
    assert "Does it count?" in forged.content.decode()
    empty = client.post(ASK, {"text": " ", "form_token": new_form_token()})
    assert empty.status_code == 400
    assert "Say what you would like to know" in text(empty)
    long = client.post(ASK, {"text": "x" * 2001, "form_token": new_form_token()})
    assert long.status_code == 400
    assert not Question.objects.exists()


def test_case_59_the_same_form_with_other_words_is_refused(rules):
    client = signed_in(make.person())
    token = new_form_token()
    client.post(ASK, {"text": "One?", "form_token": token})
    again = client.post(ASK, {"text": "Two?", "form_token": token})
    assert again.status_code == 400
    assert "Two?" in again.content.decode()
    assert Question.objects.get().text == "One?"


def test_the_same_words_on_another_form_wait_for_one_answer(rules):
    person = make.person()
    first = asked(rules, by=person)
    assert asked(rules, by=person) == first, "going back and sending once more"
    others = [
        asked(rules, by=person, text="And a heading?"),
        asked(rules, by=person, clause=""),
        asked(rules),
    ]
    assert first not in others
    readers.answer(actor=staff(), public_id=first.public_id, text="It does.")
    assert asked(rules, by=person) != first, "answered, it may be asked anew"


def test_a_form_key_belongs_to_who_used_it(rules):
    question = asked(rules)
    with pytest.raises(Conflict):
        readers.ask(
            actor=make.person(),
            version=question.version,
            clause=question.clause,
            text=question.text,
            form_key=question.form_key,
        )


def test_case_30_questions_are_limited_and_repetitions_not_counted(rules):
    person = make.person()
    first = asked(rules, by=person)
    for _time in range(readers.QUESTIONS.count):
        again = readers.ask(
            actor=person,
            version=first.version,
            clause="1.1",
            text=first.text,
            form_key=first.form_key,
        )
        assert again == first
    for number in range(readers.QUESTIONS.count - 1):
        asked(rules, by=person, text=f"Does it count {number} times?")
    with pytest.raises(TooMany):
        asked(rules, by=person, text="And once more?")
    asked(rules, by=make.person())
    answer = signed_in(person).post(ASK, {"text": "More?", "form_token": new_form_token()})
    assert answer.status_code == 429


def test_only_the_asker_and_the_desk_in_scope_read_a_question(rules, own, northbridge):
    asker = make.person()
    platform, theirs = asked(rules, by=asker), asked(own, by=asker)
    everywhere, inside = staff(), staff(Role.OFFICER, northbridge)
    elsewhere = staff(Role.MODERATOR, make.institution())
    others = [
        make.person(), asker, staff(Role.AUDITOR), staff(Role.ADMINISTRATOR), staff(Role.ADVISER),
    ]  # fmt: skip

    def reads(person, question) -> bool:
        address = f"{DESK}{question.public_id}/"
        client = signed_in(person)
        got, posted = client.get(address), client.post(address, {"text": " "})
        assert got.status_code in (200, 404)
        assert posted.status_code == (400 if got.status_code == 200 else 404)
        if got.status_code == 404:
            absent = client.get(f"{DESK}{uuid4()}/")
            assert got.content == absent.content
        return got.status_code == 200

    assert reads(everywhere, platform)
    assert reads(everywhere, theirs)
    assert reads(inside, theirs)
    assert not reads(inside, platform)
    assert not reads(elsewhere, theirs)
    for person in others:
        assert not reads(person, platform)
        assert not reads(person, theirs)
    assert "footnote" not in text(signed_in(make.person()).get(MINE))
    assert [open_questions(one).count() for one in (everywhere, inside, elsewhere)] == [2, 1, 0]


def test_nobody_answers_a_question_of_their_own(rules):
    moderator = staff()
    question = asked(rules, by=moderator)
    with pytest.raises(NotFound):
        readers.answer(actor=moderator, public_id=question.public_id, text="Yes.")
    assert not open_questions(moderator).exists()


def test_case_61_two_people_answer_and_one_letter_goes_out(rules):
    question = asked(rules)
    readers.answer(actor=staff(), public_id=question.public_id, text="Yes.")
    late = signed_in(staff()).post(f"{DESK}{question.public_id}/", {"text": "No, never."})
    assert late.status_code == 409
    assert "No, never." in text(late), "what was typed can be copied"
    assert Question.objects.get().answer == "Yes."
    assert OutboxMessage.objects.filter(event="question_answered").count() == 1


def test_an_answer_without_words_is_none(rules):
    question = asked(rules)
    with pytest.raises(InvalidInput):
        readers.answer(actor=staff(), public_id=question.public_id, text=" ")
    assert not OutboxMessage.objects.exists()


@pytest.mark.parametrize("payload", [*HOSTILE, '"><script>alert(1)</script>', "{{7*7}}"])
def test_case_50_hostile_words_stay_inert(rules, payload):
    reader, moderator = make.person(), staff()
    question = asked(rules, by=reader, text=payload)
    desk, client = signed_in(moderator), signed_in(reader)
    pages = [desk.get(DESK), desk.get(f"{DESK}{question.public_id}/")]
    readers.answer(actor=moderator, public_id=question.public_id, text=payload)
    letter = Letter.objects.get(event="question_answered")
    pages += [
        client.get(MINE),
        client.get(f"/my/letters/{letter.public_id}/"),
        desk.get(f"{DESK}{question.public_id}/"),
        desk.get(f"{DESK}?view=answered"),
    ]
    for page in pages:
        assert page.status_code == 200
        PageInspector().feed(page.content.decode())
        assert "49" not in text(page).split()


def test_the_list_goes_on_where_the_page_ends(rules, frozen_clock):
    reader, moderator = make.person(), staff()
    start = clock.now()
    made = []
    for number in range(PAGE_SIZE + 3):
        # Two at the same instant, across the end of a page too.
        frozen_clock.move_to(start + timedelta(minutes=number // 2 * 90))
        made.append(
            Question.objects.create(
                version=rules.versions.get(number=1),
                asked_by=reader,
                text=f"Question {number}",
                form_key=str(number),
            )
        )
    first = desk_questions(moderator)
    second = desk_questions(moderator, after=first.next)
    assert [*first.rows, *second.rows] == made, "each once, the oldest first"
    assert second.next == ""
    mine = own_questions(reader)
    assert [*mine.rows, *own_questions(reader, after=mine.next).rows] == made[::-1]
    assert "More questions" in text(signed_in(moderator).get(DESK))
    for key in ("x", "1-", "9" * 17 + "-1", "-1"):
        assert signed_in(moderator).get(DESK, {"after": key}).status_code == 200


def test_queries_do_not_grow_with_questions(rules, own, count_queries):
    reader, moderator = make.person(), staff()
    desk, client = signed_in(moderator), signed_in(reader)
    asked(rules, by=reader)
    numbers = []
    for one in (desk, client):
        one.get(MINE)
    for _round in range(2):
        for one, address in ((desk, DESK), (client, MINE)):
            with count_queries() as found:
                assert one.get(address).status_code == 200
            numbers.append(found.number)
        for _time in range(3):
            asked(own, by=make.person())
        asked(own, by=reader)
    assert numbers[:2] == numbers[2:]
    assert max(numbers) <= 10


def test_the_menu_of_the_desk_counts_what_waits(rules):
    moderator = staff()
    asked(rules)
    content = " ".join(signed_in(moderator).get(DESK).content.decode().split())
    assert f'href="{DESK}"' in content
    assert 'Questions <span class="badge">1</span>' in content or "Questions 1" in text(
        signed_in(moderator).get(DESK)
    )


def test_no_policy_takes_the_address_of_the_questions():
    with pytest.raises(ValidationError):
        Document(slug="questions", kind="terms", title="Questions").full_clean()
