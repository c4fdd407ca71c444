"""The administration: who comes in, what can be set up there, and what is not there at all."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.contrib import admin
from django.urls import reverse

from integrity.accounts.enums import Role
from integrity.accounts.models import Restriction, RoleGrant, User
from integrity.accounts.rules import has_role
from integrity.audit.checkpoints import verify_database
from integrity.audit.models import Event
from integrity.courses.models import Certificate, Effect, Post, Submission
from tests.courses import builders as make

pytestmark = pytest.mark.django_db

LISTS = [
    "accounts_user",
    "accounts_rolegrant",
    "courses_institution",
    "courses_holiday",
    "courses_programme",
    "courses_course",
    "courses_assignment",
    "courses_enrolment",
]


@pytest.fixture
def administrator() -> User:
    user = make.person("Ada Min")
    make.grant(user, Role.ADMINISTRATOR)
    return user


@pytest.fixture
def inside(client, administrator):
    client.force_login(administrator)
    return client


def test_the_way_in_is_the_ordinary_sign_in(client):
    for url in (reverse("admin:index"), reverse("admin:accounts_user_changelist")):
        answer = client.get(url, follow=True)
        landed, _status = answer.redirect_chain[-1]
        assert landed.startswith(reverse("account_login"))
        assert "next=" in landed
    assert client.post(
        reverse("admin:login"), {"username": "a@example.edu", "password": "x"}
    ).url.startswith(reverse("account_login"))


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_nobody_else_comes_in(client, role):
    user = make.person("Staff")
    make.grant(user, role)
    client.force_login(user)
    for name in LISTS:
        answer = client.get(reverse(f"admin:{name}_changelist"), follow=True)
        assert answer.status_code == 403


@pytest.mark.parametrize("name", LISTS)
def test_lists_can_be_opened_and_searched(inside, name):
    course = make.course()
    make.assignment(course)
    make.enrol(course)
    url = reverse(f"admin:{name}_changelist")
    assert inside.get(url).status_code == 200
    assert inside.get(f"{url}?q=data").status_code == 200
    # No way to guess a password letter by letter: refused, or the filter is dropped.
    assert inside.get(f"{url}?user__password__startswith=a").status_code in (302, 400)


def test_scores_and_effects_are_not_there():
    names = {model._meta.label for model in admin.site._registry}
    # Cases are there to find, read only (tests/cases/test_admin.py).
    assert {name for name in names if name.startswith(("cases.", "audit.", "notifications."))} == {
        "cases.Case"
    }
    for model in (Submission, Effect, Certificate, Post, Restriction):
        assert model not in admin.site._registry


def form_data(page: Any) -> dict[str, str]:
    """What a browser would send for the inputs of the page, unchanged."""
    html = page.content.decode()
    data = {}
    for tag in re.findall(r"<input[^>]*>", html):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and 'type="submit"' not in tag and ("checkbox" not in tag or "checked" in tag):
            data[name[1]] = unescape(value[1]) if value else ""
    return data


def test_a_person_made_here_has_a_lower_case_address_and_no_password(inside):
    url = reverse("admin:accounts_user_add")
    data = {
        **form_data(inside.get(url)),
        "email": "New.Person@Example.edu",
        "display_name": "New Person",
        "language": "en",
        "time_zone": "America/Bogota",
        "is_active": "on",
    }
    answer = inside.post(url, data)
    assert answer.status_code == 302, answer.context["errors"]
    user = User.objects.get(display_name="New Person")
    assert user.email == "new.person@example.edu"
    assert not user.has_usable_password()


def test_a_role_is_granted_and_ended_on_record(inside, administrator):
    user, institution = make.person("Officer to be"), make.institution()
    url = reverse("admin:accounts_rolegrant_add")
    answer = inside.post(
        url, {"user": user.pk, "role": Role.OFFICER, "institution": institution.pk}
    )
    assert answer.status_code == 302
    grant = RoleGrant.objects.get(user=user)
    assert has_role(user, Role.OFFICER, institution_id=institution.pk, anywhere=False)
    listing = reverse("admin:accounts_rolegrant_changelist")
    for _ in range(2):
        inside.post(listing, {"action": "end_now", "_selected_action": [grant.pk]})
    user.forget_roles()
    assert not has_role(user, Role.OFFICER)
    events = Event.objects.filter(subject_type="role").order_by("sequence")
    assert [event.action for event in events] == ["role.granted", "role.ended"]
    assert {event.institution for event in events} == {institution.slug}
    assert verify_database().ok


def test_a_role_given_with_the_person_is_on_record_too(inside):
    user = make.person("Moderator to be")
    url = reverse("admin:accounts_user_change", args=[user.pk])
    data = form_data(inside.get(url))
    data |= {
        "email": user.email,
        "display_name": user.display_name,
        "is_active": "on",
        "grants-TOTAL_FORMS": "1",
        "grants-0-role": Role.MODERATOR,
        "grants-0-institution": "",
    }
    answer = inside.post(url, data)
    assert answer.status_code == 302
    assert has_role(User.objects.get(pk=user.pk), Role.MODERATOR)
    assert Event.objects.filter(action="role.granted").count() == 1


def test_nothing_that_others_hang_on_can_be_deleted(inside):
    course = make.course()
    make.enrol(course)
    for name, pk in (
        ("accounts_user", make.person().pk),
        ("courses_institution", course.institution.pk),
        ("courses_course", course.pk),
    ):
        assert inside.post(reverse(f"admin:{name}_delete", args=[pk])).status_code == 403
    grant = RoleGrant.objects.get()
    assert (
        inside.post(reverse("admin:accounts_rolegrant_delete", args=[grant.pk])).status_code == 403
    )


@pytest.mark.parametrize("name", ["accounts_user", "accounts_rolegrant", "courses_enrolment"])
def test_lists_cost_the_same_for_one_row_and_three(inside, name, count_queries):
    def cost() -> int:
        inside.get(reverse(f"admin:{name}_changelist"))
        with count_queries() as queries:
            inside.get(reverse(f"admin:{name}_changelist"))
        return queries.number

    def more() -> None:
        user = make.enrol(make.course()).learner
        make.grant(user, Role.MODERATOR, make.institution())

    more()
    before = cost()
    more()
    more()
    assert cost() == before


def test_an_administrator_grants_themselves_no_role(inside, administrator):
    alone = {"user": administrator.pk, "role": Role.OFFICER, "institution": ""}
    answer = inside.post(reverse("admin:accounts_rolegrant_add"), alone)
    assert answer.status_code == 200
    page = reverse("admin:accounts_user_change", args=[administrator.pk])
    assert "grants-0-role" not in inside.get(page).content.decode()
    inside.post(
        page,
        {
            "email": administrator.email,
            "display_name": administrator.display_name,
            "language": "en",
            "time_zone": "UTC",
            "is_active": "on",
            "grants-TOTAL_FORMS": 1,
            "grants-INITIAL_FORMS": 0,
            "grants-0-role": Role.OFFICER,
            "grants-0-user": administrator.pk,
        },
    )
    assert not has_role(User.objects.get(pk=administrator.pk), Role.OFFICER)
    other = make.person("Ona Ruiz")
    inside.post(reverse("admin:accounts_rolegrant_add"), {**alone, "user": other.pk})
    assert has_role(other, Role.OFFICER)
