"""Cases in the administration: found by those who may see them, changed by nobody."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client, RequestFactory
from django.urls import reverse

from cases.models import Case, Report
from cases.selectors import overview
from integrity.accounts.enums import Role
from integrity.accounts.models import RoleGrant, User
from integrity.audit.checkpoints import make_checkpoint, verify_database
from integrity.audit.models import Event
from integrity.courses.models import Institution
from tests.cases import builders as build
from tests.cases.test_process import World
from tests.courses import builders as make

pytestmark = pytest.mark.django_db

# What can be set up in the administration, and what may be done with it: a deliberate list. Cases,
# reports, evidence, decisions, letters and the history are never changed there.
CHANGED_THERE = {
    "accounts.User": {"add", "change"},
    "accounts.RoleGrant": {"add"},
    "courses.Institution": {"add", "change"},
    "courses.Holiday": {"add", "change", "delete"},
    "courses.Programme": {"add", "change"},
    "courses.Course": {"add", "change"},
    "courses.Assignment": {"add", "change"},
    "courses.Enrolment": {"add", "change"},
    "courses.Channel": {"add", "change"},
    "courses.HeldRole": {"add", "change"},
    "courses.PeerReview": {"add"},
    # Policies are looked after on pages of their own.
    "policies.Document": set(),
    "policies.Version": set(),
    "policies.Scheme": set(),
    "policies.SchemeVersion": {"add"},
    "cases.Case": set(),
}


@pytest.fixture
def world() -> World:
    return World()


def administrator(*roles: Role, where: Institution | None = None, name: str = "Ada Min") -> User:
    user = make.person(name)
    make.grant(user, Role.ADMINISTRATOR, where)
    for role in roles:
        make.grant(user, role, where)
    return user


def inside(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def one(case: Case) -> str:
    return reverse("admin:cases_case_change", args=[case.pk])


LIST = "/admin/cases/case/"


def test_what_may_be_changed_is_a_deliberate_list() -> None:
    # The addresses of the administration are what registers everything.
    request = RequestFactory().get(reverse("admin:index"))
    request.user = administrator()
    found: dict[str, set[str]] = {}
    for model, there in admin.site._registry.items():
        row = model._default_manager.first()  # noqa: SLF001 - public by docs
        allowed = {
            "add": there.has_add_permission(request),
            "change": there.has_change_permission(request, row or model()),
            "delete": there.has_delete_permission(request, row or model()),
        }
        found[model._meta.label] = {name for name, yes in allowed.items() if yes}  # noqa: SLF001
    assert found == CHANGED_THERE


def test_an_administrator_alone_sees_no_case(world: World) -> None:
    client = inside(administrator())
    page = client.get(LIST)
    assert page.status_code == 200
    assert world.number not in page.content.decode()
    assert client.get(one(world.case)).status_code == 404


def test_an_administrator_who_is_an_officer_sees_theirs_and_the_way_to_the_desk(
    world: World,
) -> None:
    client = inside(administrator(Role.OFFICER))
    assert world.number in client.get(LIST).content.decode()
    page = client.get(one(world.case)).content.decode()
    assert reverse("desk:case", args=[world.number]) in page
    assert 'name="_save"' not in page
    assert "<textarea" not in page
    assert 'name="number"' not in page


def test_only_cases_of_the_own_institution_are_there(world: World) -> None:
    elsewhere = make.institution()
    client = inside(administrator(Role.OFFICER, where=elsewhere))
    assert world.number not in client.get(LIST).content.decode()
    assert client.get(one(world.case)).status_code == 404


def test_a_conflict_hides_a_case_here_too(world: World) -> None:
    officer = administrator(Role.OFFICER)
    build.respondent(world.case, officer)
    client = inside(officer)
    assert world.number not in client.get(LIST).content.decode()
    hidden, missing = client.get(one(world.case)), client.get("/admin/cases/case/999999/change/")
    assert hidden.status_code == missing.status_code == 404
    assert without_nonce(hidden) == without_nonce(missing)


def without_nonce(answer: Any) -> str:
    text = re.sub(r'(nonce|value)="[^"]+"', "", answer.content.decode())
    return re.sub(r"/admin/cases/case/\d+/change/", "", text)


@pytest.mark.parametrize("way", ["add/", "{pk}/delete/", "{pk}/history/"])
def test_there_is_no_other_way_in(world: World, way: str) -> None:
    client = inside(administrator(Role.OFFICER))
    url = LIST + way.format(pk=world.case.pk)
    assert client.get(url).status_code == 404
    assert client.post(url, {"post": "yes"}).status_code == 404


def test_nothing_is_changed_by_sending_a_form(world: World) -> None:
    client = inside(administrator(Role.OFFICER))
    before = Case.objects.values().get(pk=world.case.pk)
    assert client.post(one(world.case), {"status": "closed", "number": "X"}).status_code == 404
    client.post(LIST, {"action": "delete_selected", "_selected_action": [world.case.pk]})
    assert Case.objects.values().get(pk=world.case.pk) == before


def test_reporters_and_what_was_reported_are_nowhere(world: World) -> None:
    client = inside(administrator(Role.OFFICER))
    report = Report.objects.filter(case=world.case).first()
    assert report is not None
    for url in (LIST, one(world.case), "/admin/"):
        page = client.get(url).content.decode()
        for secret in (report.reference, report.reporter_ref, report.account, world.case.title):
            assert not secret or secret not in page
    # Nor can they be found by guessing.
    for lookup in ("reports__reporter_ref__startswith", "words__text__contains", "title__contains"):
        answer = client.get(f"{LIST}?{lookup}=a")
        assert answer.status_code in (302, 400), lookup
    assert world.number not in client.get(f"{LIST}?q={world.learner.display_name}").content.decode()


def test_no_hash_of_a_password_can_be_guessed_letter_by_letter() -> None:
    client = inside(administrator())
    for lookup in ("password__startswith", "password", "grants__user__password__startswith"):
        answer = client.get(f"/admin/accounts/user/?{lookup}=md5")
        assert answer.status_code in (302, 400), lookup


def test_the_list_costs_the_same_for_one_case_and_many(world: World, count_queries: Any) -> None:
    client = inside(administrator(Role.OFFICER))
    client.get(LIST)
    with count_queries() as few:
        client.get(LIST)
    for _more in range(4):
        build.case(institution=world.case.institution)
    with count_queries() as many:
        client.get(LIST)
    assert len(many.list) == len(few.list)


# Administrators of one institution


def test_an_administrator_of_an_institution_grants_roles_there_only() -> None:
    here, elsewhere = make.institution(), make.institution()
    own = administrator(where=here)
    officer_of_all = make.person("Olga Officer")
    make.grant(officer_of_all, Role.OFFICER)
    colleague = make.person("Cora Colleague")
    client = inside(own)
    page = client.get("/admin/accounts/rolegrant/").content.decode()
    assert "Olga Officer" not in page
    add = "/admin/accounts/rolegrant/add/"
    for institution in ("", elsewhere.pk):
        answer = client.post(
            add, {"user": colleague.pk, "role": Role.OFFICER, "institution": institution}
        )
        assert answer.status_code == 200
        assert not RoleGrant.objects.filter(user=colleague, role=Role.OFFICER).exists()
    assert (
        client.post(
            add, {"user": colleague.pk, "role": Role.OFFICER, "institution": here.pk}
        ).status_code
        == 302
    )
    assert RoleGrant.objects.filter(user=colleague, role=Role.OFFICER, institution=here).exists()


def test_an_administrator_of_an_institution_ends_no_role_elsewhere() -> None:
    own = administrator(where=make.institution())
    other = make.person("Olga Officer")
    grant = make.grant(other, Role.OFFICER)
    inside(own).post(
        "/admin/accounts/rolegrant/", {"action": "end_now", "_selected_action": [grant.pk]}
    )
    grant.refresh_from_db()
    assert grant.ended_at is None


def test_an_administrator_of_an_institution_cannot_take_over_an_account() -> None:
    own = administrator(where=make.institution())
    other = make.person("Olga Officer")
    url = reverse("admin:accounts_user_change", args=[other.pk])
    answer = inside(own).post(url, {"email": "mine@example.edu", "display_name": "Mine"})
    assert answer.status_code == 403
    other.refresh_from_db()
    assert other.display_name == "Olga Officer"


def test_an_administrator_of_an_institution_changes_no_other(world: World) -> None:
    client = inside(administrator(where=make.institution()))
    course = world.case.course
    assert course is not None
    for url in (
        reverse("admin:courses_course_change", args=[course.pk]),
        reverse("admin:courses_institution_change", args=[course.institution_id]),
    ):
        assert client.get(url).status_code == 302
    assert client.get(reverse("admin:courses_institution_add")).status_code == 403
    assert course.title not in client.get("/admin/courses/course/").content.decode()


def test_who_is_made_a_teacher_and_unmade_is_on_record(world: World) -> None:
    course = world.case.course
    assert course is not None
    person = make.person("Priya Teacher")
    url = reverse("admin:courses_course_change", args=[course.pk])
    client = inside(administrator())

    def send(rows: list[dict[str, str]]) -> None:
        page = client.get(url).context
        form = page["adminform"].form
        data = {name: form[name].value() for name in form.fields if form[name].value() is not None}
        for inline in page["inline_admin_formsets"]:
            formset = inline.formset
            data |= {f"{formset.prefix}-TOTAL_FORMS": "0", f"{formset.prefix}-INITIAL_FORMS": "0"}
        old = sum(1 for row in rows if "id" in row)
        data |= {"teachings-TOTAL_FORMS": str(len(rows)), "teachings-INITIAL_FORMS": str(old)}
        for number, row in enumerate(rows):
            data |= {f"teachings-{number}-{name}": value for name, value in row.items()}
        answer = client.post(url, data)
        assert answer.status_code == 302, answer.content.decode()

    send([{"course": str(course.pk), "user": str(person.pk)}])
    row = course.teachings.get(user=person)
    known = {"id": str(row.pk), "course": str(course.pk)}
    send([{**known, "user": str(make.person().pk)}])
    assert course.teachings.filter(user=person).exists(), "nobody is put in another's place"
    send([{**known, "DELETE": "on"}])
    assert not course.teachings.filter(user=person).exists()

    events = Event.objects.filter(action__startswith="course.teacher").order_by("sequence")
    assert [event.action for event in events] == ["course.teacher_added", "course.teacher_removed"]
    for event in events:
        assert event.institution == course.institution.slug
        assert event.personal == {"person": str(person.public_id)}
    assert verify_database().ok


def test_changing_a_person_is_on_record_without_saying_to_what() -> None:
    person = make.person("Before Change")
    url = reverse("admin:accounts_user_change", args=[person.pk])
    client = inside(administrator())
    form = client.get(url).context["adminform"].form
    data = {name: form[name].value() for name in form.fields if form[name].value()}
    management = {
        f"grants-{name}": "0" for name in ("TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS")
    }
    answer = client.post(url, {**data, **management, "display_name": "After Change"})
    assert answer.status_code == 302
    event = Event.objects.get(action="person.changed")
    assert event.data == {"fields": ["display_name"]}
    assert event.personal == {"person": str(person.public_id)}
    assert "After Change" not in event.payload
    assert verify_database().ok


# Start pages of those who keep things in order, and of those who check


def test_an_administrator_reads_how_things_stand() -> None:
    user = administrator()
    shown = overview.administration(user)
    assert shown.staff == RoleGrant.objects.values("user").distinct().count()
    assert shown.people == User.objects.count()
    assert shown.institutions == Institution.objects.count()
    page = inside(user).get("/")
    assert page.status_code == 200
    for name in (
        "policy_office:list",
        "admin:policies_schemeversion_changelist",
        "admin:accounts_user_changelist",
        "admin:courses_course_changelist",
    ):
        link = reverse(name)
        assert link in page.content.decode()
        assert inside(user).get(link).status_code == 200


def test_an_administrator_of_an_institution_counts_its_own_only() -> None:
    here = make.institution()
    user = administrator(where=here)
    make.grant(make.person("Olga Officer"), Role.OFFICER)
    shown = overview.administration(user)
    assert (shown.staff, shown.people, shown.institutions) == (1, None, 1)
    assert inside(user).get("/").status_code == 200


def test_an_auditor_reads_how_long_the_history_is_and_when_it_was_signed(world: World) -> None:
    user = build.auditor()
    assert overview.auditing(user).checkpoint_at is None
    assert "Not yet" in inside(user).get("/").content.decode()
    made = make_checkpoint()
    assert made is not None
    shown = overview.auditing(user)
    assert shown.events == Event.objects.count() == shown.sealed
    assert shown.checkpoint == made.pk
    assert f"up to event {made.sequence}" in inside(user).get("/").content.decode()


def test_an_auditor_of_another_institution_counts_its_events_only(world: World) -> None:
    shown = overview.auditing(build.auditor("Tove Away", make.institution()))
    assert (shown.events, shown.exports) == (0, 0)
