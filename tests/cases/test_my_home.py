"""The start page of every role, and what comes before duty."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.enums import ReportStatus
from integrity.accounts import services as accounts
from integrity.accounts.enums import RestrictionKind, Role
from integrity.core import clock
from tests.cases import builders as build
from tests.cases.test_my_pages import tell
from tests.cases.test_process import World
from tests.courses import builders as make

pytestmark = pytest.mark.django_db


def home(client: Client, user: Any, url: str = "/") -> str:
    client.force_login(user)
    answer = client.get(url)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def holder(*roles: Role) -> Any:
    user = make.person("Somebody")
    for role in roles:
        make.grant(user, role)
    return user


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.OFFICER])
def test_the_desk_comes_first_for_those_who_work_there(client, role):
    client.force_login(holder(role, Role.AUDITOR, Role.ADMINISTRATOR))
    answer = client.get("/")
    assert (answer.status_code, answer.url) == (302, reverse("desk:dashboard"))


@pytest.mark.parametrize(
    ("role", "heading"),
    [
        (Role.AUDITOR, "For auditors"),
        (Role.ADMINISTRATOR, "For administrators"),
        (Role.ADVISER, "For advisers"),
    ],
)
def test_each_role_has_its_page(client, role, heading):
    html = home(client, holder(role))
    assert f"<h1>{heading}</h1>" in html
    assert reverse("my:home") in html


def test_a_teacher_finds_courses_new_work_and_how_to_flag(client):
    course = make.course(title="Data Ethics")
    teacher = make.teach(course)
    work = make.submission(
        make.assignment(course), make.enrol(course).learner, title="Notes", score=None
    )
    graded = make.submission(work.assignment, make.person(), title="Graded already")
    html = home(client, teacher)
    assert reverse("courses:course", args=[course.slug]) in html
    assert "Notes" in html
    assert graded.title not in html
    assert "Flag this submission" in html


def test_a_learner_finds_courses_reports_and_nothing_else(client):
    enrolment = make.enrol(make.course(title="Data Ethics"))
    html = home(client, enrolment.learner)
    assert "Nothing waits for you" in html
    assert "Data Ethics" in html
    assert "You have not reported anything." in html
    assert "/desk/" not in html
    assert "/admin/" not in html


def test_a_visitor_gets_the_public_page(client):
    assert "Have we written to you?" in client.get("/").content.decode()
    assert client.get(reverse("my:home")).status_code == 302


def test_reports_that_were_sent_stand_with_their_progress(client):
    world = World()
    reporter = make.person("Reporter")
    report = build.report(world.case, reporter, status=ReportStatus.SUBMITTED)
    html = home(client, reporter)
    assert reverse("my:report", args=[report.public_id]) in html
    assert "Received" in html
    assert world.learner.display_name not in html


@pytest.mark.parametrize("roles", [(), (Role.OFFICER,), (Role.AUDITOR, Role.ADMINISTRATOR)])
def test_a_question_that_waits_for_me_comes_before_every_duty(client, roles):
    world = World()
    for role in roles:
        make.grant(world.learner, role)
    if not roles:
        world.notified()
    else:
        tell(world.case, world)
    html = home(client, world.learner)
    assert "We have a question for you" in html
    assert "Nothing has been decided." in html
    assert reverse("my:case", args=[world.number]) in html


def test_a_letter_that_waits_is_named(client):
    world = World().answered()
    html = home(client, world.learner)
    assert "There is a letter for you" in html
    assert "We have received your answer" in html


def test_everybody_has_their_own_matters_at_my(client):
    user = holder(Role.OFFICER, Role.AUDITOR, Role.ADMINISTRATOR)
    make.teach(make.course(), user)
    html = home(client, user, reverse("my:home"))
    for name in ("desk:dashboard", "audit:history", "admin:index", "courses:courses"):
        assert reverse(name) in html


def test_a_restricted_officer_is_not_sent_to_a_closed_desk(client):
    user = holder(Role.OFFICER)
    accounts.restrict(
        user=user,
        kind=RestrictionKind.SUSPENDED,
        source="sanction:a",
        starts_at=clock.now() - timedelta(hours=1),
        ends_at=None,
    )
    html = home(client, user)
    assert reverse("desk:dashboard") not in html.partition("<main")[2]


def test_start_pages_cost_the_same_for_one_and_three(client, count_queries):
    world = World()
    learner, teacher = world.learner, make.person("Ruth")
    make.teach(world.case.course, teacher)
    tell(world.case, world)
    build.report(world.case, learner)

    def costs() -> list[int]:
        found = []
        for user in (learner, teacher):
            home(client, user)
            with count_queries() as queries:
                home(client, user)
            found.append(queries.number)
        return found

    before = costs()
    for _ in range(2):
        case = build.case(learner=learner, policy_version=world.version)
        make.teach(case.course, teacher)
        enrolment = make.enrol(case.course, learner)
        make.certificate(enrolment)
        make.submission(case.assignment, learner, score=None)
        tell(case, world)
        build.report(case, learner)
    assert costs() == before
    assert max(before) <= 35
