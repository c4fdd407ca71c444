"""Once a year everybody hears of a policy, by email and by other media, each on record (PO7)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from integrity.accounts.enums import Role
from integrity.accounts.models import RoleGrant, User
from integrity.audit.models import Event
from integrity.core import clock
from integrity.core.errors import Conflict, InvalidInput, NotPermitted
from integrity.courses.models import Course, Institution, Teaching
from notifications.models import OutboxMessage
from policies import reviewing
from policies.models import Dissemination, Mailing, Version
from policies.services import dissemination, mailings
from tests.notifications.builders import person
from tests.policies.conftest import at, document, version

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def that_day() -> Any:
    with clock.frozen(at("2026-11-22 12:00")):
        yield


@pytest.fixture
def admin() -> User:
    user = person("Ada Admin")
    RoleGrant.objects.create(user=user, role=Role.ADMINISTRATOR)
    return user


@pytest.fixture
def code() -> Version:
    return version(document(title="Honor code"), "2025-01-01")


def client(user: User) -> Client:
    made = Client()
    made.force_login(user)
    return made


def recorded(actor: User, code: Version, **fields: Any) -> Dissemination:
    given = {
        "medium": "banner",
        "day": date(2026, 11, 20),
        "note": "On every page",
        "form_key": "one",
        **fields,
    }
    return dissemination.record_medium(actor=actor, document=code.document, **given)


def test_another_medium_is_recorded_once_with_its_day(admin: User, code: Version) -> None:
    row = recorded(admin, code)
    assert recorded(admin, code) == row
    assert (row.medium, row.day, row.version) == ("banner", date(2026, 11, 20), code)
    event = Event.objects.get(action="policy.disseminated")
    assert '"medium":"banner"' in event.payload


def test_it_belongs_to_the_version_in_force_that_day(admin: User, code: Version) -> None:
    second = version(code.document, "2026-11-21")
    assert recorded(admin, code, form_key="1").version == code
    assert recorded(admin, code, form_key="2", day=date(2026, 11, 21)).version == second


@pytest.mark.parametrize(
    ("fields", "at_field"),
    [
        ({"medium": "email"}, "medium"),
        ({"medium": "smoke"}, "medium"),
        ({"note": "  "}, "note"),
        ({"day": date(2026, 11, 23)}, "day"),
        ({"day": date(2024, 12, 31)}, "day"),
        ({"day": date(1926, 11, 20)}, "day"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    admin: User, code: Version, fields: dict[str, Any], at_field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        recorded(admin, code, **fields)
    assert list(refused.value.fields) == [at_field]
    assert not Dissemination.objects.exists()


def test_the_email_and_its_record_are_one_step(admin: User, code: Version) -> None:
    row = dissemination.start_email(actor=admin, document=code.document, form_key="one")
    assert dissemination.start_email(actor=admin, document=code.document, form_key="one") == row
    assert row.mailing is not None
    assert (row.medium, row.mailing.kind, Mailing.objects.count()) == ("email", "dissemination", 1)
    with pytest.raises(Conflict):
        dissemination.start_email(actor=admin, document=code.document, form_key="two")
    assert Dissemination.objects.count() == 1
    mailings.run(seconds=30)
    assert OutboxMessage.objects.get(event="policy_yearly").key == (
        f"dissemination:{code.pk}:2026:{admin.public_id}"
    )


def test_only_who_looks_after_the_policy_does_either(
    code: Version, northbridge: Institution
) -> None:
    partner = person("Partner")
    RoleGrant.objects.create(user=partner, role=Role.ADMINISTRATOR, institution=northbridge)
    for actor in (partner, person("Learner")):
        with pytest.raises(NotPermitted):
            recorded(actor, code)
        with pytest.raises(NotPermitted):
            dissemination.start_email(actor=actor, document=code.document, form_key="x")
    assert not Mailing.objects.exists()


def test_both_kinds_of_media_are_asked_for(admin: User, code: Version) -> None:
    assert reviewing.standing(code.document).missing == ["email", "other"]
    recorded(admin, code)
    standing = reviewing.standing(code.document)
    assert standing.missing == ["email"]
    assert standing.telling_overdue
    dissemination.start_email(actor=admin, document=code.document, form_key="mail")
    standing = reviewing.standing(code.document)
    assert standing.missing == []
    assert not standing.telling_overdue
    # The banner came first, and a year is counted from it.
    assert standing.tell_by == date(2027, 11, 20)


def test_after_twelve_months_it_is_missing_again(admin: User, code: Version) -> None:
    recorded(admin, code)
    for when, missing in (("2027-11-20 12:00", False), ("2027-11-21 12:00", True)):
        with clock.frozen(at(when)):
            assert ("other" in reviewing.standing(code.document).missing) is missing


def test_an_email_that_was_stopped_did_not_reach_everybody(admin: User, code: Version) -> None:
    row = dissemination.start_email(actor=admin, document=code.document, form_key="mail")
    assert row.mailing is not None
    mailings.stop(actor=admin, mailing=row.mailing)
    assert "email" in reviewing.standing(code.document).missing


# Pages


def test_the_page_lists_media_by_year_and_starts_the_email(admin: User, code: Version) -> None:
    slug = code.document.slug
    recorded(admin, code, note="Poster in the library", medium="print", form_key="1")
    recorded(admin, code, note="Last year", day=date(2025, 11, 3), form_key="2")
    browser = client(admin)
    page = browser.get(reverse("policy_reviews:telling", args=[slug])).content.decode()
    assert page.index("Poster in the library") < page.index("Last year")
    assert "2025" in page
    check = browser.get(reverse("policy_reviews:email", args=[slug]))
    assert "It goes to 1 person." in " ".join(check.content.decode().split())
    assert "Once a year: Honor code" in check.content.decode()
    token = check.context["form"]["form_token"].value()
    for _time in range(2):
        sent = browser.post(reverse("policy_reviews:email", args=[slug]), {"form_token": token})
        assert sent.status_code == 303
    mailing = Mailing.objects.get()
    assert sent["Location"] == reverse("policy_reviews:mailing", args=[mailing.public_id])


def test_a_form_without_its_token_starts_nothing(admin: User, code: Version) -> None:
    for name in ("email", "new_version"):
        args = [code.document.slug, *([code.number] if name == "new_version" else [])]
        assert client(admin).post(reverse(f"policy_reviews:{name}", args=args)).status_code == 400
    assert not Mailing.objects.exists()


def test_a_medium_is_recorded_on_the_page_and_mistakes_stay_in_the_form(
    admin: User, code: Version
) -> None:
    browser = client(admin)
    page = reverse("policy_reviews:medium", args=[code.document.slug])
    token = browser.get(page).context["form"]["form_token"].value()
    typed = {"form_token": token, "medium": "event", "day": "2026-12-24", "note": "Assembly"}
    refused = browser.post(page, typed)
    assert refused.status_code == 400
    assert "Assembly" in refused.content.decode()
    assert "day" in refused.context["form"].errors
    assert browser.post(page, {**typed, "day": "2026-11-01"}).status_code == 303
    assert Dissemination.objects.get().note == "Assembly"


def test_everybody_is_told_of_a_version_from_its_page(admin: User, code: Version) -> None:
    browser = client(admin)
    page = reverse("policy_reviews:new_version", args=[code.document.slug, code.number])
    token = browser.get(page).context["form"]["form_token"].value()
    assert browser.post(page, {"form_token": token}).status_code == 303
    assert Mailing.objects.get().kind == "new_version"
    unknown = reverse("policy_reviews:new_version", args=[code.document.slug, 7])
    assert browser.get(unknown).status_code == 404


def test_the_progress_page_shows_figures_and_stops(admin: User, code: Version) -> None:
    for number in range(4):
        person(f"P{number}")
    mailing = mailings.start(actor=admin, kind="new_version", version=code, form_key="one")
    browser = client(admin)
    page = reverse("policy_reviews:mailing", args=[mailing.public_id])
    shown = " ".join(browser.get(page).content.decode().split())
    assert 'value="0" max="5"' in shown
    assert 'data-refresh="' in shown
    assert '<noscript> <meta http-equiv="refresh"' in shown
    stopped = browser.post(reverse("policy_reviews:stop", args=[mailing.public_id]))
    assert stopped.status_code == 303
    shown = browser.get(page).content.decode()
    assert "data-refresh" not in shown
    assert "http-equiv" not in shown
    mailing.refresh_from_db()
    assert mailing.stopped_by == admin


def test_for_others_the_progress_page_is_not_there(
    admin: User, code: Version, northbridge: Institution
) -> None:
    course = Course.objects.create(institution=northbridge, slug="n", code="N", title="N")
    teacher, other = person("Teacher"), person("Other teacher")
    Teaching.objects.create(course=course, user=teacher)
    mailing = mailings.start(
        actor=teacher, kind="pledge_reminder", version=code, course=course, form_key="one"
    )
    page = reverse("policy_reviews:mailing", args=[mailing.public_id])
    stop = reverse("policy_reviews:stop", args=[mailing.public_id])
    assert client(teacher).get(page).status_code == 200
    assert client(admin).get(page).status_code == 200
    assert client(other).get(page).status_code == 404
    assert client(other).post(stop).status_code == 404
    mailing.refresh_from_db()
    assert mailing.is_open


def test_a_policy_of_another_institution_is_not_there(
    code: Version, northbridge: Institution
) -> None:
    partner = person("Partner")
    RoleGrant.objects.create(user=partner, role=Role.ADMINISTRATOR, institution=northbridge)
    browser = client(partner)
    for name in ("review", "meeting", "invite", "record", "telling", "medium", "email"):
        page = reverse(f"policy_reviews:{name}", args=[code.document.slug])
        assert browser.get(page).status_code == 404, name
        assert browser.post(page).status_code in (404, 405), name


# Once a year


def test_what_everybody_has_this_year_is_not_sent_and_recorded_a_second_time(
    admin: User, code: Version
) -> None:
    row = dissemination.start_email(actor=admin, document=code.document, form_key="one")
    assert row.mailing is not None
    mailings.run(seconds=30)
    with clock.frozen(at("2026-12-30 12:00")):
        with pytest.raises(Conflict):
            dissemination.start_email(actor=admin, document=code.document, form_key="two")
        assert reviewing.standing(code.document).email == date(2026, 11, 22)
    with clock.frozen(at("2027-01-02 12:00")):
        dissemination.start_email(actor=admin, document=code.document, form_key="two")
        mailings.run(seconds=30)
    assert OutboxMessage.objects.filter(event="policy_yearly").count() == 2


def test_a_yearly_email_that_was_stopped_can_be_sent_to_the_others(
    admin: User, code: Version
) -> None:
    row = dissemination.start_email(actor=admin, document=code.document, form_key="one")
    assert row.mailing is not None
    mailings.stop(actor=admin, mailing=row.mailing)
    again = dissemination.start_email(actor=admin, document=code.document, form_key="two")
    assert again != row
