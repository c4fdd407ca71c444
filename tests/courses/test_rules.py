"""Who sees what of a course."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser

from integrity.accounts.enums import Role
from integrity.core import clock
from integrity.courses import rules, services
from integrity.courses.enums import EffectKind, EnrolmentStatus, PostPlace
from tests.courses import builders as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def course():
    return make.course()


@pytest.fixture
def learner(course):
    return make.enrol(course).learner


@pytest.fixture
def peer(course):
    return make.enrol(course, make.person("Peer")).learner


@pytest.fixture
def teacher(course):
    return make.teach(course)


def hide(kind=EffectKind.CONTENT_HIDDEN, **target):
    return services.apply_effect(
        kind=kind, source="sanction:a", starts_at=clock.now() - timedelta(hours=1), **target
    )


def test_enrolled_and_teaching_people_see_the_course(course, learner, teacher):
    assert set(rules.courses_of(learner)) == set(rules.courses_of(teacher)) == {course}


@pytest.mark.parametrize("role", list(Role))
def test_no_role_opens_a_course(course, learner, role):
    user = make.person("Staff")
    make.grant(user, role)
    make.grant(user, role, course.institution)
    assert not rules.courses_of(user).exists()
    assert not rules.visible_submissions(user).exists()
    assert not rules.visible_posts(user).exists()


@pytest.mark.parametrize("outsider", [AnonymousUser(), None])
def test_visitors_and_inactive_people_see_nothing(course, learner, outsider):
    if outsider is None:
        outsider = learner
        outsider.is_active = False
    make.submission(make.assignment(course), learner)
    make.post(course, learner)
    assert not rules.courses_of(outsider).exists()
    assert not rules.visible_submissions(outsider).exists()
    assert not rules.visible_posts(outsider).exists()


@pytest.mark.parametrize(
    ("status", "sees"),
    [
        (EnrolmentStatus.ACTIVE, True),
        (EnrolmentStatus.COMPLETED, True),
        (EnrolmentStatus.LEFT, False),
    ],
)
def test_the_course_stays_open_after_its_end_but_not_after_leaving(course, status, sees):
    learner = make.enrol(course, status=status).learner
    assert rules.courses_of(learner).exists() is sees


def test_removal_closes_the_course_while_it_lasts(course, learner):
    hide(EffectKind.REMOVED_FROM_COURSE, enrolment=learner.enrolments.get())
    assert not rules.courses_of(learner).exists()
    services.reverse_effects(source="sanction:a")
    assert rules.courses_of(learner).exists()


def test_somebody_elses_removal_changes_nothing(course, learner, peer):
    hide(EffectKind.REMOVED_FROM_COURSE, enrolment=peer.enrolments.get())
    assert rules.courses_of(learner).exists()


def test_own_work_peers_work_and_taught_work_are_visible(course, learner, peer, teacher):
    task = make.assignment(course)
    mine, theirs = make.submission(task, learner), make.submission(task, peer)
    elsewhere = make.submission(make.assignment(make.course()), learner)
    for user in (learner, peer, teacher):
        assert set(rules.visible_submissions(user)) == {mine, theirs}
    assert elsewhere not in rules.visible_submissions(learner)


def test_hidden_work_is_left_to_its_author_and_the_teachers(course, learner, peer, teacher):
    mine = make.submission(make.assignment(course), learner)
    hide(submission=mine)
    assert mine in rules.visible_submissions(learner)
    assert mine in rules.visible_submissions(teacher)
    assert mine not in rules.visible_submissions(peer)


def test_a_teacher_who_learns_elsewhere_is_a_peer_there(course, teacher):
    other = make.course()
    make.enrol(other, teacher)
    work = make.submission(make.assignment(other), make.enrol(other, make.person()).learner)
    hide(submission=work)
    assert work not in rules.visible_submissions(teacher)


def test_peer_reviews_and_posts_outside_courses_are_not_for_learners(course, learner, teacher):
    forum = make.post(course, learner)
    review = make.post(course, learner, place=PostPlace.PEER_REVIEW)
    private = make.post(None, learner, place=PostPlace.CHAT)
    assert set(rules.visible_posts(learner)) == {forum}
    assert set(rules.visible_posts(teacher)) == {forum, review}
    assert private not in rules.visible_posts(teacher)
