"""The course pages: who sees what, what is computed, how to flag and report."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.urls import reverse

from integrity.accounts.enums import Role
from integrity.courses import paging, services
from integrity.courses.enums import EffectKind, PostPlace
from tests.courses import builders as make

pytestmark = pytest.mark.django_db


class Room:
    """A course with two learners who handed in, and a teacher."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.course = make.course(title="Data Ethics")
        self.enrolment = make.enrol(self.course, make.person("Amara Okonjo"))
        self.learner = self.enrolment.learner
        self.peer = make.enrol(self.course, make.person("Tomás Rivera")).learner
        self.teacher = make.teach(self.course)
        self.task = make.assignment(self.course)
        self.mine = make.submission(self.task, self.learner, title="My own work")
        self.theirs = make.submission(self.task, self.peer, title="Data as labour")
        self.post = make.post(self.course, self.peer, body="Has anybody read chapter four?")

    def url(self, name: str, *args: Any) -> str:
        return reverse(f"courses:{name}", args=[self.course.slug, *args])

    @property
    def addresses(self) -> list[str]:
        return [
            self.url("course"),
            self.url("assignment", self.task.public_id),
            self.url("submission", self.task.public_id, self.theirs.public_id),
            self.url("post", self.post.public_id),
        ]

    def html(self, reader: Any, url: str, status: int = 200) -> str:
        self.client.force_login(reader)
        answer = self.client.get(url)
        assert answer.status_code == status
        return unescape(answer.content.decode())


@pytest.fixture
def room(client) -> Room:
    return Room(client)


def text(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def flag(submission: Any) -> str:
    return f"{reverse('report:flag')}?submission={submission.public_id}"


# Who sees what


def test_members_see_every_page_and_outsiders_none(room):
    for url in room.addresses:
        for reader in (room.learner, room.peer, room.teacher):
            room.html(reader, url)
        room.html(make.person("Stranger"), url, 404)


def test_a_course_one_is_not_in_looks_like_none(room):
    stranger = make.person("Stranger")
    elsewhere = reverse("courses:course", args=["no-such-course"])
    nowhere = room.html(stranger, elsewhere, 404)
    for url in room.addresses:
        assert room.html(stranger, url, 404) == nowhere


@pytest.mark.parametrize("role", list(Role))
def test_no_role_opens_a_course(room, role):
    user = make.person("Staff")
    make.grant(user, role)
    for url in room.addresses:
        room.html(user, url, 404)


def test_visitors_sign_in_first(room):
    for url in [*room.addresses, reverse("courses:courses")]:
        answer = room.client.get(url)
        assert answer.status_code == 302
        assert answer.url.startswith(reverse("account_login"))


def test_nothing_here_can_be_written(room):
    room.client.force_login(room.teacher)
    for url in [*room.addresses, reverse("courses:courses")]:
        for method in ("post", "put", "patch", "delete"):
            assert getattr(room.client, method)(url).status_code == 405


def test_parts_of_another_course_are_not_found_below_this_one(room):
    other = make.course()
    make.enrol(other, room.learner)
    foreign_task = make.assignment(other)
    foreign = make.submission(foreign_task, room.learner)
    foreign_post = make.post(other, room.learner)
    for url in (
        room.url("assignment", foreign_task.public_id),
        room.url("submission", room.task.public_id, foreign.public_id),
        room.url("submission", foreign_task.public_id, foreign.public_id),
        room.url("post", foreign_post.public_id),
        room.url("post", uuid.uuid4()),
    ):
        room.html(room.learner, url, 404)


def test_peers_do_not_learn_the_author_and_teachers_do(room):
    for url in room.addresses[1:3]:
        assert "Tomás Rivera" not in room.html(room.learner, url)
        assert "Tomás Rivera" in room.html(room.teacher, url)


def test_peers_do_not_see_scores_or_times_of_others(room):
    room.theirs.score = Decimal("61.25")
    room.theirs.save()
    for url in room.addresses[1:3]:
        assert "61.25" not in room.html(room.learner, url)
        assert "61.25" in room.html(room.teacher, url)


def test_work_that_a_decision_hides_is_not_found_by_peers(room):
    services.apply_effect(
        kind=EffectKind.CONTENT_HIDDEN,
        source="sanction:a",
        submission=room.theirs,
        starts_at=make.HANDED_IN,
    )
    url = room.addresses[2]
    room.html(room.learner, url, 404)
    assert "Data as labour" not in room.html(room.learner, room.addresses[1])
    assert "Others in the course no longer see this work" in room.html(room.peer, url)
    assert "Others in the course no longer see this work" in room.html(room.teacher, url)


def test_a_post_that_a_decision_hides_has_no_text_for_anybody(room):
    services.apply_effect(
        kind=EffectKind.CONTENT_HIDDEN,
        source="sanction:a",
        post=room.post,
        starts_at=make.HANDED_IN,
    )
    for reader in (room.learner, room.peer, room.teacher):
        for url in (room.addresses[0], room.addresses[3]):
            html = room.html(reader, url)
            assert "chapter four" not in html
            assert "This post was removed after a decision." in html


def test_a_peer_review_is_not_for_learners(room):
    review = make.post(room.course, room.peer, place=PostPlace.PEER_REVIEW)
    room.html(room.learner, room.url("post", review.public_id), 404)
    room.html(room.teacher, room.url("post", review.public_id))


# Flag and report


def test_others_work_can_be_flagged_and_ones_own_cannot(room):
    for reader, own, other in (
        (room.learner, room.mine, room.theirs),
        (room.peer, room.theirs, room.mine),
    ):
        html = room.html(reader, room.addresses[1])
        assert flag(other) in html
        assert flag(own) not in html
        for work, there in ((other, True), (own, False)):
            url = room.url("submission", room.task.public_id, work.public_id)
            assert (flag(work) in room.html(reader, url)) is there
    assert flag(room.theirs) in room.html(room.teacher, room.addresses[1])


def test_a_post_of_somebody_else_can_be_reported(room):
    report = f"{reverse('report:incident')}?post={room.post.public_id}"
    for url in (room.addresses[0], room.addresses[3]):
        assert report in room.html(room.learner, url)
        assert report not in room.html(room.peer, url)


# What is computed


def test_the_result_and_the_certificate_follow_the_effects(room):
    make.certificate(room.enrolment)
    url = room.url("course")
    html = text(room.html(room.learner, url))
    assert "80 %" in html
    assert "You have the certificate of this course." in html
    services.apply_effect(
        kind=EffectKind.SCORE_ZERO,
        source="sanction:a",
        submission=room.mine,
        starts_at=make.HANDED_IN,
    )
    services.settle_certificate(enrolment=room.enrolment)
    html = text(room.html(room.learner, url))
    assert "You do not pass with this." in html
    assert "Your certificate is withheld, because your result does not pass." in html
    assert "0 of 100 set by a decision" in html
    own = room.url("submission", room.task.public_id, room.mine.public_id)
    assert "Without the decision it would be 80." in text(room.html(room.learner, own))
    services.reverse_effects(source="sanction:a")
    services.settle_certificate(enrolment=room.enrolment)
    html = text(room.html(room.learner, url))
    assert "80 %" in html
    assert "You have the certificate of this course." in html
    assert "set by a decision" not in html


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (EffectKind.CERTIFICATE_WITHHELD, "Your certificate is withheld after a decision."),
        (EffectKind.CERTIFICATE_REVOKED, "Your certificate was taken back after a decision."),
    ],
)
def test_a_certificate_that_a_decision_took_says_so(room, kind, words):
    make.certificate(room.enrolment)
    services.apply_effect(
        kind=kind, source="sanction:a", enrolment=room.enrolment, starts_at=make.HANDED_IN
    )
    assert words in text(room.html(room.learner, room.url("course")))


def test_somebody_removed_finds_the_course_on_the_list_without_a_way_in(room):
    services.apply_effect(
        kind=EffectKind.REMOVED_FROM_COURSE,
        source="sanction:a",
        enrolment=room.enrolment,
        starts_at=make.HANDED_IN,
    )
    html = room.html(room.learner, reverse("courses:courses"))
    assert "Data Ethics" in html
    assert "You no longer take part in this course" in text(html)
    assert f'href="{room.url("course")}"' not in html
    room.html(room.learner, room.url("course"), 404)


def test_the_list_is_empty_in_words(room):
    html = room.html(make.person("New"), reverse("courses:courses"))
    assert "You are not in a course yet" in html


def test_the_teacher_sees_no_result_of_their_own(room):
    html = text(room.html(room.teacher, room.url("course")))
    assert "Your result" not in html
    assert "Your score" not in html


def test_hostile_text_is_inert(room):
    bad = '<script>alert("x")</script>{{7*7}}'
    room.theirs.title = room.theirs.text = room.task.instructions = bad
    room.theirs.save()
    room.task.save()
    make.post(room.course, make.person(bad), body=bad)
    for url in room.addresses:
        for reader in (room.learner, room.teacher):
            room.client.force_login(reader)
            assert b"<script>alert" not in room.client.get(url).content


# Long lists


@pytest.mark.parametrize("name", ["course", "assignment"])
def test_long_lists_come_page_by_page(room, name):
    for number in range(paging.PAGE_SIZE + 1):
        at = make.HANDED_IN + timedelta(minutes=number + 1)
        who = make.person(f"Peer {number}")
        make.post(room.course, who, body=f"Row {number}.", created_at=at)
        make.submission(room.task, who, title=f"Row {number}.", submitted_at=at)
    url = room.url("course") if name == "course" else room.url("assignment", room.task.public_id)
    seen, pages = [], 0
    while url:
        html = room.html(room.learner, url)
        seen += re.findall(r"Row (\d+)\.", html)
        pages += 1
        found = re.search(r'href="(\?after=[^"]+)"[^>]*rel="next"', html)
        url = url.partition("?")[0] + found[1] if found else ""
    assert pages == 2
    assert seen == [str(number) for number in reversed(range(paging.PAGE_SIZE + 1))]


@pytest.mark.parametrize("after", ["x", "1 OR 1=1", "6f1c9b1e-0000-4000-8000-000000000000"])
def test_a_place_that_does_not_exist_is_not_found(room, after):
    for url in room.addresses[:2]:
        room.html(room.learner, f"{url}?after={after}", 404)


def test_pages_cost_the_same_for_one_row_and_three(room, count_queries):
    make.certificate(room.enrolment)
    urls = [reverse("courses:courses"), *room.addresses]

    def costs(reader: Any) -> list[int]:
        found = []
        for url in urls:
            room.html(reader, url)
            with count_queries() as queries:
                room.html(reader, url)
            found.append(queries.number)
        return found

    before = [costs(reader) for reader in (room.learner, room.teacher)]
    for number in range(2):
        task = make.assignment(room.course, title=f"Task {number}")
        for work_of in (room.learner, make.person("Peer")):
            for each in (task, room.task):
                work = make.submission(each, work_of)
                services.apply_effect(
                    kind=EffectKind.SCORE_ZERO,
                    source=f"sanction:{number}",
                    submission=work,
                    starts_at=make.HANDED_IN,
                )
        make.post(room.course, make.person("Peer"))
        course = make.course()
        make.certificate(make.enrol(course, room.learner))
        make.teach(course, room.teacher)
    assert [costs(reader) for reader in (room.learner, room.teacher)] == before
    assert max(max(row) for row in before) <= 24
