"""What an assignment permits (PO10): who says it, what is kept, and where it is read."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from integrity.audit.models import Event
from integrity.core import clock
from integrity.core.errors import Conflict, InvalidInput, NotPermitted
from integrity.core.forms import new_form_token
from integrity.courses import selectors
from integrity.courses.enums import Permission
from integrity.courses.models import AssignmentTerms
from integrity.courses.services import set_terms
from tests.courses import builders as make

pytestmark = pytest.mark.django_db

SAID = {
    "collaboration": "allowed",
    "sharing": "forbidden",
    "tools": "limited",
    "reuse": "unsaid",
    "note": "A spelling checker is fine.",
}


class Room:
    def __init__(self) -> None:
        self.course = make.course()
        self.task = make.assignment(self.course)
        self.teacher = make.teach(self.course)
        self.learner = make.enrol(self.course).learner

    def say(self, key: str = "first", by: Any = None, **changes: str) -> AssignmentTerms:
        return set_terms(
            actor=by or self.teacher, assignment=self.task, form_key=key, **{**SAID, **changes}
        )

    @property
    def page(self) -> str:
        return reverse("courses:assignment", args=[self.course.slug, self.task.public_id])

    @property
    def form(self) -> str:
        return reverse("courses:permits", args=[self.course.slug, self.task.public_id])


@pytest.fixture
def room() -> Room:
    return Room()


def test_a_teacher_says_it_and_it_is_in_the_history(room: Room) -> None:
    terms = room.say()
    assert selectors.terms_at(room.task) == terms
    assert (terms.tools, terms.note, terms.set_by) == (
        "limited",
        "A spelling checker is fine.",
        room.teacher,
    )
    event = Event.objects.get(action="assignment.terms_set")
    assert (event.data["tools"], event.data["terms"]) == ("limited", str(terms.public_id))
    assert "note" not in event.data


def test_what_was_said_before_stays_and_counts_for_then(room: Room) -> None:
    start = clock.now()
    with clock.frozen(start):
        first = room.say()
    with clock.frozen(start + timedelta(days=3)):
        second = room.say("second", collaboration="forbidden")
    assert selectors.terms_at(room.task, start - timedelta(microseconds=1)) is None
    assert selectors.terms_at(room.task, start) == first
    assert selectors.terms_at(room.task, start + timedelta(days=3, microseconds=-1)) == first
    assert selectors.terms_at(room.task, start + timedelta(days=3)) == second
    first.refresh_from_db()
    assert first.collaboration == "allowed"


def test_the_same_form_or_the_same_answers_are_said_once(room: Room) -> None:
    first = room.say()
    assert room.say() == first
    assert room.say("another key") == first
    assert AssignmentTerms.objects.count() == 1
    assert Event.objects.filter(action="assignment.terms_set").count() == 1
    with pytest.raises(Conflict):
        room.say(reuse="allowed")


def test_a_key_of_another_assignment_is_a_conflict(room: Room) -> None:
    room.say()
    other = Room()
    with pytest.raises(Conflict):
        other.say()


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"tools": "sometimes"}, "tools"), ({"note": " "}, "note"), ({"note": "x" * 2001}, "note")],
)
def test_an_answer_that_cannot_be_is_refused_at_its_field(
    room: Room, changes: dict[str, str], field: str
) -> None:
    with pytest.raises(InvalidInput) as error:
        room.say(**changes)
    assert list(error.value.fields) == [field]
    assert not AssignmentTerms.objects.exists()


def test_limits_are_named_only_where_something_is_limited(room: Room) -> None:
    assert room.say(tools="forbidden", note="").note == ""


def test_only_teachers_of_the_course_say_it(room: Room) -> None:
    for outsider in (room.learner, make.person(), Room().teacher, make.role(room.course).user):
        with pytest.raises(NotPermitted):
            room.say(by=outsider)
    assert not AssignmentTerms.objects.exists()


# Pages


def read(client: Client, reader: Any, url: str, status: int = 200) -> str:
    client.force_login(reader)
    answer = client.get(url)
    assert answer.status_code == status
    return unescape(answer.content.decode())


def test_everybody_in_the_course_reads_it(client: Client, room: Room) -> None:
    assert "Ask your teacher" in read(client, room.learner, room.page)
    room.say()
    for reader in (room.learner, room.teacher):
        page = read(client, reader, room.page)
        for answer in selectors.permits(room.task).answers:
            assert str(answer.question) in page
            assert str(answer.words) in page
        assert "A spelling checker is fine." in page
    assert room.form not in read(client, room.learner, room.page)
    assert room.form in read(client, room.teacher, room.page)


def test_the_form_is_for_teachers_of_the_course(client: Client, room: Room) -> None:
    read(client, room.learner, room.form, 403)
    read(client, make.person(), room.form, 404)
    read(client, Room().teacher, room.form, 404)
    elsewhere = make.assignment(make.course())
    read(
        client,
        room.teacher,
        reverse("courses:permits", args=[room.course.slug, elsewhere.public_id]),
        404,
    )


def test_the_form_saves_and_keeps_what_was_before(client: Client, room: Room) -> None:
    client.force_login(room.teacher)
    data = {**SAID, "form_token": new_form_token()}
    for _again in range(2):
        answer = client.post(room.form, data)
        assert (answer.status_code, answer["Location"]) == (303, room.page)
    assert AssignmentTerms.objects.count() == 1
    page = read(client, room.teacher, room.form)
    assert "What was said before" not in page
    assert "A spelling checker is fine." in page
    changed = {**SAID, "note": "Nothing but paper.", "form_token": new_form_token()}
    client.post(room.form, changed)
    page = read(client, room.teacher, room.form)
    assert "What was said before" in page
    assert "A spelling checker is fine." in page
    assert "Nothing but paper." in page


def test_a_wrong_answer_keeps_what_was_typed(client: Client, room: Room) -> None:
    client.force_login(room.teacher)
    data = {**SAID, "reuse": "", "note": "Only the list.", "form_token": new_form_token()}
    answer = client.post(room.form, data)
    assert answer.status_code == 400
    assert "Only the list." in answer.content.decode()
    assert 'href="#id_reuse' in answer.content.decode()
    assert not AssignmentTerms.objects.exists()
    assert client.post(room.form, {**SAID, "form_token": "forged"}).status_code == 400


def test_pages_cost_the_same_for_one_term_and_three(
    client: Client, room: Room, count_queries: Any
) -> None:
    def cost() -> list[int]:
        found = []
        for url in (room.page, room.form):
            read(client, room.teacher, url)
            with count_queries() as queries:
                read(client, room.teacher, url)
            found.append(queries.number)
        return found

    room.say()
    before = cost()
    for number, answer in enumerate((Permission.FORBIDDEN, Permission.UNSAID)):
        room.say(f"more {number}", reuse=answer, sharing="allowed")
    assert AssignmentTerms.objects.count() == 3
    assert cost() == before
