"""The pages on which one pledges, and those that say who has and who has not."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from integrity.accounts.enums import Role
from integrity.accounts.models import User
from integrity.audit.models import Event
from integrity.core import clock
from integrity.core.forms import new_form_token
from policies.models import Mailing, Pledge, Version
from tests.courses import builders as make
from tests.policies import pledged as build
from tests.policies.conftest import at

pytestmark = pytest.mark.django_db


class Room:
    """A course with the platform's code and terms of its own, and a learner who waits."""

    def __init__(self) -> None:
        self.course = make.course()
        self.code = build.text(
            "2026-01-01",
            "## One\n\nHand in your own work.",
            pledge="I hand in **my own** work. <b>x</b>",
        )
        self.terms = build.terms_of(self.course)
        self.enrolment = build.learner(self.course)
        self.learner = self.enrolment.learner
        self.page = reverse("pledges:course", args=[self.course.slug])

    def filled(self, *versions: Version, **more: str) -> dict[str, str]:
        told: dict[str, str] = {}
        for item in versions or (self.code, self.terms):
            slug = item.document.slug
            told |= {f"shown-{slug}": str(item.number), f"pledge-{slug}": "on"}
        return {**told, **more}

    def admin(self, *, everywhere: bool = False) -> User:
        person = make.person("Ada Minami")
        make.grant(person, Role.ADMINISTRATOR, None if everywhere else self.course.institution)
        return person

    def list_of(self, version: Version | None = None) -> str:
        found = version or self.code
        return reverse(
            "pledges:in_course", args=[found.document.slug, found.number, self.course.slug]
        )


@pytest.fixture
def room() -> Room:
    return Room()


@pytest.fixture
def by(client: Client) -> Callable[[Any], Client]:
    def signed_in(user: Any) -> Client:
        client.force_login(user)
        return client

    return signed_in


# Pledging


def test_each_text_is_there_with_what_one_promises_and_a_box(
    room: Room, by: Callable[[Any], Client]
) -> None:
    html = by(room.learner).get(room.page).content.decode()
    assert "Hand in your own work." in html
    assert "<strong>my own</strong>" in html
    assert "<b>x</b>" not in html
    # A text without words of its own gets a plain promise.
    assert f"I have read “{room.terms.document.title}” and I will keep it" in html
    assert "Only for this course" in html
    assert html.count('type="checkbox"') == 2
    assert room.code.get_absolute_url() in html


def test_the_ticks_make_the_pledges_and_lead_back(room: Room, by: Callable[[Any], Client]) -> None:
    client = by(room.learner)
    wanted = reverse("courses:course", args=[room.course.slug]) + "?after=x"
    assert f'value="{wanted}"' in client.get(room.page, {"next": wanted}).content.decode()
    answer = client.post(room.page, room.filled(next=wanted))
    assert (answer.status_code, answer["Location"]) == (303, wanted)
    assert {row.version for row in Pledge.objects.all()} == {room.code, room.terms}
    # Sent twice it is one pledge; nothing is an error.
    again = client.post(room.page, room.filled())
    assert again["Location"] == reverse("courses:course", args=[room.course.slug])
    assert Pledge.objects.count() == 2


@pytest.mark.parametrize("wanted", ["//evil.example", "/\\evil.example", "https://evil.example/"])
def test_case_12_the_way_back_is_local(
    room: Room, by: Callable[[Any], Client], wanted: str
) -> None:
    answer = by(room.learner).post(room.page, room.filled(next=wanted))
    assert answer["Location"] == reverse("courses:course", args=[room.course.slug])


def test_without_a_tick_nothing_is_recorded_and_the_others_stay(
    room: Room, by: Callable[[Any], Client]
) -> None:
    told = room.filled()
    del told[f"pledge-{room.terms.document.slug}"]
    answer = by(room.learner).post(room.page, told)
    html = answer.content.decode()
    assert answer.status_code == 400
    assert f"Tick the box for “{room.terms.document.title}”" in html
    assert len(re.findall(r"<input[^>]*checked", html)) == 1
    assert not Pledge.objects.exists()


def test_a_version_that_took_effect_in_between_is_shown_and_nothing_is_recorded(
    room: Room, by: Callable[[Any], Client]
) -> None:
    client = by(room.learner)
    told = room.filled()
    newer = build.after(room.code, "2026-02-01", "## One\n\nHand in your very own work.")
    answer = client.post(room.page, told)
    html = answer.content.decode()
    assert answer.status_code == 412
    assert "The texts changed while you were reading" in html
    assert "Hand in your very own work." in html
    assert "checked" not in html
    assert not Pledge.objects.exists()
    assert client.post(room.page, room.filled(newer, room.terms)).status_code == 303


def test_a_text_that_came_in_between_is_shown_and_nothing_is_recorded(
    room: Room, by: Callable[[Any], Client]
) -> None:
    client = by(room.learner)
    told = room.filled()
    more = build.text("2026-02-01")
    answer = client.post(room.page, told)
    assert answer.status_code == 412
    assert more.document.title in answer.content.decode()
    assert not Pledge.objects.exists()


@pytest.mark.parametrize("number", ["", "0", "x", "2", "99999999999999999999"])
def test_a_number_that_was_not_shown_records_nothing(
    room: Room, by: Callable[[Any], Client], number: str
) -> None:
    told = room.filled() | {f"shown-{room.code.document.slug}": number}
    assert by(room.learner).post(room.page, told).status_code == 412
    assert not Pledge.objects.exists()


def test_a_pledge_anew_shows_exactly_what_changed_against_the_version_pledged_before(
    room: Room, by: Callable[[Any], Client]
) -> None:
    with clock.frozen(at("2026-02-01")):
        build.pledge(room.enrolment)
    second = build.after(room.code, "2026-02-10", "## One\n\nHand in your own work today.")
    build.after(second, "2026-02-20", "## One\n\nHand in your own work tomorrow.")
    html = by(room.learner).get(room.page).content.decode()
    assert "What changed from version 1 to version 3" in html
    added = re.findall(r"<ins><span class=\"vh\">.*?</span>(.*?)<span", html)
    assert "work tomorrow." in " ".join(added) or "tomorrow." in " ".join(added)
    assert "today" not in html
    assert html.count('type="checkbox"') == 1
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids))


def test_where_the_institution_says_something_else_the_page_says_which_counts(
    by: Callable[[Any], Client],
) -> None:
    course = make.course()
    build.text("2026-01-01")
    college = build.text("2026-01-01", institution=course.institution)
    html = (
        by(build.learner(course).learner)
        .get(reverse("pledges:course", args=[course.slug]))
        .content.decode()
    )
    assert f"For every course of {course.institution.name}" in html
    # Both were made with the same defaults, so nothing takes the place of anything.
    assert "Where the texts differ" not in html
    build.after(college, "2026-02-01", response_working_days=15)
    html = (
        by(build.learner(course).learner)
        .get(reverse("pledges:course", args=[course.slug]))
        .content.decode()
    )
    assert "Where the texts differ" in html
    assert html.index("this counts here") < html.index("10", html.index("this counts here"))


def test_my_pledges_say_what_where_and_when_and_nothing_of_others(
    room: Room, by: Callable[[Any], Client]
) -> None:
    with clock.frozen(at("2026-02-01")):
        build.pledge(build.learner(room.course, "Tomás Rivera"))
    client = by(room.learner)
    html = client.get(reverse("pledges:mine")).content.decode()
    assert "Waiting for you" in html
    assert "You have not pledged yet" in html
    build.pledge(room.enrolment)
    html = client.get(reverse("pledges:mine")).content.decode()
    assert "Waiting for you" not in html
    assert room.code.get_absolute_url() in html
    assert room.course.title in html
    assert client.get(reverse("pledges:mine"), {"after": "nonsense"}).status_code == 404
    others = Pledge.objects.exclude(learner=room.learner).values_list("public_id", flat=True)
    assert client.get(reverse("pledges:mine"), {"after": str(others[0])}).status_code == 404


# Who has and who has not


def test_the_counts_are_those_of_the_courses_one_may_see(
    room: Room, by: Callable[[Any], Client]
) -> None:
    build.pledged(room.enrolment, room.code, at("2026-02-01"))
    build.learner(room.course, "Tomás Rivera")
    elsewhere = build.learner(make.course(title="Far away")).course
    address = reverse("pledges:current", args=[room.code.document.slug])
    html = by(room.admin()).get(address).content.decode()
    assert room.course.title in html
    assert elsewhere.title not in html
    cells = re.findall(r'<td role="cell"\s+class="r num"[^>]*>(\d+)</td>', html)
    assert cells == ["2", "1", "0", "1"]
    assert elsewhere.title in by(room.admin(everywhere=True)).get(address).content.decode()


def test_lists_are_hidden_from_everybody_else(room: Room, by: Callable[[Any], Client]) -> None:
    officer = make.person()
    make.grant(officer, Role.OFFICER)
    foreign = make.person()
    make.grant(foreign, Role.ADMINISTRATOR, make.course().institution)
    for person in (room.learner, officer, foreign, make.teach(make.course())):
        assert by(person).get(room.list_of()).status_code == 404
    # An institution's administrator and another course's teacher see the text, not this course.
    pages = [reverse("pledges:lists"), reverse("pledges:current", args=[room.code.document.slug])]
    for person in (room.learner, officer):
        for page in pages:
            assert by(person).get(page).status_code == 404


def test_a_list_is_narrowed_by_state_and_name_and_read_page_by_page(
    room: Room, by: Callable[[Any], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    graceful = build.learner(room.course, "Grace Period")
    build.pledged(graceful, room.code, at("2026-02-01"))
    newer = build.after(room.code, "2026-03-01", pledge_grace_days=365)
    has = build.learner(room.course, "Hanna Hasit")
    build.pledged(has, newer, at("2026-03-02"))
    client = by(make.teach(room.course))
    page = room.list_of(newer)

    def names(**asked: str) -> list[str]:
        html = client.get(page, asked).content.decode()
        return re.findall(r"<b><bdi>(.*?)</bdi></b>", html)

    assert names() == ["Hanna Hasit", "Grace Period", "Amara Okonjo"]
    assert names(state="pledged") == ["Hanna Hasit"]
    assert names(state="in_grace") == ["Grace Period"]
    assert names(state="waiting") == ["Amara Okonjo"]
    assert names(q="gra") == ["Grace Period"]
    assert names(q="gra", state="pledged") == []
    assert client.get(page, {"state": "everything"}).status_code == 400
    assert names(after=str(has.learner.public_id)) == ["Grace Period", "Amara Okonjo"]
    assert client.get(page, {"after": "nonsense"}).status_code == 404


def test_a_list_costs_the_same_however_long(
    room: Room, by: Callable[[Any], Client], django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    client = by(room.admin())
    client.get(room.list_of())
    for number in range(12):
        build.learner(room.course, f"Learner {number}")
    with django_assert_max_num_queries(20):
        client.get(room.list_of())
    with django_assert_max_num_queries(20):
        client.get(reverse("pledges:current", args=[room.code.document.slug]))


def test_case_96_the_file_has_one_line_a_learner_and_no_formula(
    room: Room, by: Callable[[Any], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("policies.pledge_lists.PORTION", 2)
    build.pledged(room.enrolment, room.code, at("2026-02-01"))
    for name in ("=1+1", "@SUM(A1)", "Tomás, Rivera"):
        build.learner(room.course, name)
    build.learner(make.course())
    address = reverse("pledges:export", args=[room.code.document.slug, 1])
    answer: Any = by(room.admin()).post(address, {"course": "", "state": ""})
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert [row["name"] for row in rows] == [
        "Amara Okonjo",
        "'=1+1",
        "'@SUM(A1)",
        "Tomás, Rivera",
    ]
    assert [row["state"] for row in rows] == ["pledged", "waiting", "waiting", "waiting"]
    assert rows[0]["pledged_at"] == "2026-02-01T00:00:00+00:00"
    assert rows[0]["course"] == room.course.slug
    (event,) = Event.objects.filter(action="pledge.list_exported")
    assert event.data["document"] == room.code.document.slug
    assert "Amara" not in str(event.data)
    only: Any = by(room.admin()).post(address, {"course": room.course.slug, "state": "pledged"})
    assert b"".join(only.streaming_content).count(b"\r\n") == 2
    assert by(room.admin()).post(address, {"state": "everything"}).status_code == 400
    assert by(room.learner).post(address, {}).status_code == 404


def test_a_reminder_goes_out_once_for_a_form_and_from_who_may(
    room: Room, by: Callable[[Any], Client]
) -> None:
    address = reverse("pledges:remind", args=[room.code.document.slug, 1])
    told = {"course": room.course.slug, "form_token": new_form_token()}
    teacher = make.teach(room.course)
    for _ in range(2):
        answer = by(teacher).post(address, told)
        assert (answer.status_code, answer["Location"]) == (303, room.list_of())
    mailing = Mailing.objects.get()
    assert (mailing.kind, mailing.version, mailing.course, mailing.total) == (
        "pledge_reminder",
        room.code,
        room.course,
        1,
    )
    progress = reverse("policy_reviews:mailing", args=[mailing.public_id])
    assert progress in by(teacher).get(room.list_of()).content.decode(), "how far it is"
    assert by(teacher).get(progress).status_code == 200
    everywhere = {"course": "", "form_token": new_form_token()}
    assert by(teacher).post(address, everywhere).status_code == 403
    assert by(room.learner).post(address, told).status_code == 404
    assert by(teacher).post(address, {**told, "form_token": "forged"}).status_code == 400
    assert by(room.admin(everywhere=True)).post(address, everywhere).status_code == 303
    assert Mailing.objects.count() == 2


def test_an_institutions_administrator_reminds_in_its_own_courses_alone(
    room: Room, by: Callable[[Any], Client]
) -> None:
    address = reverse("pledges:remind", args=[room.code.document.slug, 1])
    client = by(room.admin())
    assert "Remind everybody who has not pledged" in client.get(room.list_of()).content.decode()
    everywhere = {"course": "", "form_token": new_form_token()}
    assert client.post(address, everywhere).status_code == 403
    told = {"course": room.course.slug, "form_token": new_form_token()}
    assert client.post(address, told).status_code == 303
    page = reverse("policy_reviews:mailing", args=[Mailing.objects.get().public_id])
    assert client.get(page).status_code == 200
    other = make.course()
    build.learner(other)
    foreign = {"course": other.slug, "form_token": new_form_token()}
    assert client.post(address, foreign).status_code == 404
    assert Mailing.objects.count() == 1


@pytest.mark.parametrize("after", ["%00", "nowhere", "a" * 300])
def test_a_place_in_the_list_of_courses_that_is_none_is_not_found(
    room: Room, by: Callable[[Any], Client], after: str
) -> None:
    page = reverse("pledges:version", args=[room.code.document.slug, 1])
    assert by(room.admin()).get(f"{page}?after={after}").status_code == 404


def test_a_course_may_be_called_as_the_lists_are(by: Callable[[Any], Client]) -> None:
    course = make.course(slug="lists")
    build.text()
    page = by(build.learner(course).learner).get(reverse("pledges:course", args=["lists"]))
    assert page.status_code == 200
    assert page.context["course"] == course


def test_nobody_is_reminded_of_a_version_that_is_over(
    room: Room, by: Callable[[Any], Client]
) -> None:
    build.after(room.code, "2026-02-01")
    address = reverse("pledges:remind", args=[room.code.document.slug, 1])
    told = {"course": room.course.slug, "form_token": new_form_token()}
    client = by(room.admin(everywhere=True))
    assert client.post(address, told).status_code == 403
    assert (
        "no longer in force"
        in client.get(
            reverse("pledges:version", args=[room.code.document.slug, 1])
        ).content.decode()
    )
