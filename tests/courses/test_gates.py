"""What a learner has to do before a course opens: asked on every read, of learners alone (PO6)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from integrity.core import clock
from integrity.core.forms import new_form_token
from integrity.courses import gates, rules, services
from integrity.courses.enums import EnrolmentStatus
from integrity.courses.models import DirectMessage, Enrolment, Post
from tests.courses import builders as make
from tests.policies import pledged as build

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


class Room:
    """A course that waits for its learner's pledge, with everything that has a page."""

    def __init__(self) -> None:
        self.text = build.text("2026-01-01")
        self.course = make.course()
        self.enrolment = build.learner(self.course)
        self.learner = self.enrolment.learner
        self.teacher = make.teach(self.course)
        self.mentor = make.role(self.course).user
        self.task = make.assignment(self.course)
        self.peer = build.learner(self.course, "Tomás Rivera").learner
        self.work = make.submission(self.task, self.peer)
        self.channel = make.channel(self.course)
        self.post = make.post(self.course, self.peer)

    @property
    def pages(self) -> list[str]:
        slug, task = self.course.slug, self.task.public_id
        return [
            reverse("courses:course", args=[slug]),
            reverse("courses:assignment", args=[slug, task]),
            reverse("courses:submission", args=[slug, task, self.work.public_id]),
            reverse("courses:post", args=[slug, self.post.public_id]),
            reverse("courses:channel", args=[slug, self.channel.public_id]),
            reverse("messages:conversation", args=[self.teacher.public_id]),
        ]

    @property
    def pledge_page(self) -> str:
        return reverse("pledges:course", args=[self.course.slug])


@pytest.fixture
def room() -> Room:
    return Room()


@pytest.fixture
def signed_in() -> Callable[[Any], Client]:
    def by(user: Any) -> Client:
        # A session of its own each time: an old one ends by itself.
        client = Client()
        client.force_login(user)
        return client

    return by


def test_every_page_of_the_course_leads_to_the_pledge_and_back(
    room: Room, signed_in: Callable[[Any], Client]
) -> None:
    client = signed_in(room.learner)
    for page in room.pages:
        for ask in (client.get, client.head):
            answer = ask(page)
            assert answer.status_code == 303, page
            assert answer["Location"].startswith(f"{room.pledge_page}?next=%2F"), page
    build.pledge(room.enrolment)
    for page in room.pages:
        assert client.get(page).status_code == 200, page


def test_what_is_sent_to_a_closed_course_is_refused(
    room: Room, signed_in: Callable[[Any], Client]
) -> None:
    client = signed_in(room.learner)
    for page in room.pages[-2:]:
        told = {"body": "Hello.", "form_token": new_form_token()}
        assert client.post(page, told).status_code == 403, page
    for act in (
        lambda: services.post_in_channel(
            actor=room.learner, channel=room.channel, body="Hello.", form_key="k"
        ),
        lambda: services.send_message(
            actor=room.learner, recipient=room.teacher, body="Hello.", form_key="k"
        ),
    ):
        with pytest.raises(gates.Closed) as refused:
            act()
        assert refused.value.gate.url == room.pledge_page
    assert not rules.may_post(room.learner, room.channel)
    assert not rules.may_message(room.learner, room.teacher)
    assert Post.objects.count() == 1
    assert not DirectMessage.objects.exists()


def test_who_teaches_or_helps_without_being_enrolled_is_not_asked(
    room: Room, signed_in: Callable[[Any], Client]
) -> None:
    for person in (room.teacher, room.mentor):
        client = signed_in(person)
        for page in room.pages[:-1]:
            assert client.get(page).status_code == 200, page
    done = make.enrol(room.course, make.person(), status=EnrolmentStatus.COMPLETED).learner
    assert signed_in(done).get(room.pages[0]).status_code == 200


def test_outsiders_learn_nothing_of_the_gate(
    room: Room, signed_in: Callable[[Any], Client]
) -> None:
    client = signed_in(make.person())
    for page in room.pages:
        assert client.get(page).status_code == 404, page
    assert client.get(room.pledge_page).status_code == 404


def test_a_report_letters_and_policies_are_never_behind_the_gate(
    room: Room, signed_in: Callable[[Any], Client]
) -> None:
    client = signed_in(room.learner)
    flag = f"{reverse('report:flag')}?submission={room.work.public_id}"
    incident = f"{reverse('report:incident')}?post={room.post.public_id}"
    for page in (
        flag,
        incident,
        reverse("report:choose"),
        reverse("report:violation"),
        reverse("notifications:letters"),
        reverse("my:cases"),
        reverse("my:reports"),
        reverse("policies:list"),
        reverse("policies:document", args=[room.text.document.slug]),
        reverse("account_settings"),
        reverse("courses:courses"),
        reverse("messages:messages"),
        reverse("pledges:mine"),
    ):
        assert client.get(page).status_code == 200, page
    assert room.work in rules.visible_submissions(room.learner)
    assert room.post in rules.visible_posts(room.learner)


def test_an_imported_enrolment_waits_like_any_other(
    room: Room, signed_in: Callable[[Any], Client]
) -> None:
    person = make.person()
    Enrolment.objects.bulk_create([Enrolment(course=room.course, learner=person)])
    assert signed_in(person).get(room.pages[0]).status_code == 303


def test_the_list_of_courses_says_which_one_waits(
    room: Room, signed_in: Callable[[Any], Client]
) -> None:
    client = signed_in(room.learner)
    html = client.get(reverse("courses:courses")).content.decode()
    assert "Waiting for your pledge" in html
    assert f'href="{room.pledge_page}"' in html
    messages = client.get(reverse("messages:messages")).content.decode()
    assert "Tomás Rivera" not in messages
    assert "Waiting for your pledge" in messages
    build.pledge(room.enrolment)
    assert "Waiting for your pledge" not in client.get(reverse("courses:courses")).content.decode()
    assert "Tomás Rivera" in client.get(reverse("messages:messages")).content.decode()


def test_an_old_conversation_stays_readable_but_waits(
    room: Room, signed_in: Callable[[Any], Client]
) -> None:
    make.message(room.teacher, room.learner)
    html = signed_in(room.learner).get(room.pages[-1]).content.decode()
    assert "Did you hear?" in html
    assert room.pledge_page in html
    assert not re.search(r"<textarea", html)


def test_after_a_new_version_the_course_stays_open_with_a_banner_to_the_second(
    room: Room, signed_in: Callable[[Any], Client]
) -> None:
    build.pledge(room.enrolment)
    start = clock.now().replace(microsecond=0) + timedelta(hours=1)
    build.after(room.text, start.strftime("%Y-%m-%d %H:%M:%S"), pledge_grace_days=3)
    end = start + timedelta(days=3)
    page = room.pages[0]
    banner = "A text you pledged to has a new version"
    with clock.frozen(start - SECOND):
        assert banner not in signed_in(room.learner).get(page).content.decode()
    for moment in (start, end - SECOND):
        with clock.frozen(moment):
            client = signed_in(room.learner)
            for inside in room.pages[:-1]:
                assert banner in client.get(inside).content.decode()
            assert rules.may_post(room.learner, room.channel)
            gate = gates.gate(room.learner, room.course)
            assert gate is not None
            assert gate.until == end
    with clock.frozen(end):
        assert signed_in(room.learner).get(page).status_code == 303
        assert not rules.may_post(room.learner, room.channel)


def test_of_several_gates_a_closed_one_comes_first(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = clock.now() + timedelta(days=1)

    def check(until: Any) -> gates.Check:
        return lambda rows: {
            row.course_id: gates.Gate(row.course, "/x/", "t", "t", "t", until) for row in rows
        }

    checks = {"a": check(later + SECOND), "b": check(later), "c": check(None)}
    monkeypatch.setattr(gates, "_checks", checks)
    found = gates.gate(room.learner, room.course)
    assert found is not None
    assert found.closed
    del checks["c"]
    found = gates.gate(room.learner, room.course)
    assert found is not None
    assert found.until == later
    assert gates.gate(room.teacher, room.course) is None
