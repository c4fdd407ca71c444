"""Administrators look after their policies: list, names, next version, and who enters."""

from __future__ import annotations

import pytest
from django.urls import reverse

from integrity.accounts.enums import Role
from integrity.audit.models import Event
from policies import services
from policies.models import Document, Version
from policies.rules import process_terms
from policies.selectors import governing_version
from tests.courses import builders as make
from tests.policies.conftest import ACTOR, at, document, version
from tests.policies.office import Office, administrator, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(frozen_clock):
    frozen_clock.move_to(at("2026-03-01 12:00"))


@pytest.fixture
def office():
    return Office()


def draft(of: Document, **fields) -> Version:
    given = {"body": "## One\n\nText.", "effective_at": at("2026-05-01"), **fields}
    return services.create_draft(actor=ACTOR, document=of, **given)


DRAFT_PAGES = ("text", "terms", "violations", "consequences", "check", "delete")


def test_the_list_says_what_is_in_force_what_comes_and_what_is_written(office):
    of = document(title="Honor code")
    version(of, "2025-01-01")
    coming = draft(of)
    services.publish(actor=ACTOR, version=coming)
    draft(of, effective_at=at("2026-06-01"))
    document(title="Nothing yet")
    page = office.get("list")
    entry = next(item for item in page.context["entries"] if item.document == of)
    assert entry.current.number == 1
    assert [item.number for item in entry.coming] == [2]
    assert entry.draft.number == 3
    text = text_of(page)
    for words in ("Honor code", "Nothing yet", "1 January 2025", "1 May 2026", "Version 3"):
        assert words in text


def test_the_list_costs_the_same_however_many_there_are(office, django_assert_max_num_queries):
    for _number in range(3):
        version(document(), "2025-01-01")
    office.get("list")
    with django_assert_max_num_queries(12):
        office.get("list")
    for _number in range(6):
        version(document(), "2025-01-01")
    with django_assert_max_num_queries(12):
        office.get("list")


def test_a_policy_is_made_once_however_often_the_form_is_sent(office):
    sent = {
        "title": "Honor code", "summary": "What we promise", "slug": "honor-code",
        "kind": "honor_code", "institution": "platform", "course": "", "needs_pledge": "on",
    }  # fmt: skip
    for _time in range(2):
        assert office.post("new", given=sent).headers["Location"] == office.address(
            "document", Document.objects.get()
        )
    made = Document.objects.get()
    assert (made.title, made.needs_pledge, made.institution) == ("Honor code", True, None)
    assert [event.action for event in Event.objects.all()] == ["policy.document_saved"]
    assert Event.objects.get().data["needs_pledge"] is True
    other = office.post("new", given=sent | {"title": "Something else"})
    assert other.status_code == 400
    assert "slug" in other.context["form"].errors


@pytest.mark.parametrize("slug", ["manage", "new", "Two Words", "UPPER", "a/b", ""])
def test_a_short_name_that_is_no_address_is_refused(office, slug):
    sent = {"title": "T", "slug": slug, "kind": "terms", "institution": "platform"}
    page = office.post("new", given=sent)
    assert page.status_code == 400
    assert "slug" in page.context["form"].errors
    assert page.context["form"]["title"].value() == "T"
    assert not Document.objects.exists()


def test_terms_of_one_course_need_a_course_of_their_owner(office, northbridge):
    own, other = make.course(institution=northbridge), make.course()
    sent = {
        "title": "Terms", "slug": "terms", "kind": "terms", "institution": str(northbridge.pk),
        "course": other.slug,
    }  # fmt: skip
    assert "course" in office.post("new", given=sent).context["form"].errors
    assert office.post("new", given=sent | {"institution": "platform"}).status_code == 400
    assert office.post("new", given=sent | {"course": own.slug}).status_code == 303
    assert Document.objects.get().course == own


def test_names_change_but_what_others_stand_on_stays(office):
    of = document(slug="honor", title="Old title")
    office.post("names", of, title="New title", slug="other", needs_pledge="on")
    of.refresh_from_db()
    assert (of.slug, of.title, of.needs_pledge) == ("other", "New title", True)
    version(of, "2025-01-01")
    page = office.get("names", of)
    assert {"slug", "kind", "institution", "course"}.isdisjoint(page.context["form"].fields)
    office.post("names", of, slug="third", kind="terms", title="Newer", needs_pledge=None)
    of.refresh_from_db()
    assert (of.slug, of.kind, of.title, of.needs_pledge) == ("other", "honor_code", "Newer", False)


def test_the_second_of_two_who_name_a_policy_sees_what_the_first_saved(office):
    of = document(title="First")
    opened = office.form("names", of)
    office.post("names", of, given=opened | {"title": "Of somebody else"})
    late = office.post("names", of, given=opened | {"title": "Mine"})
    assert late.status_code == 412
    assert "Of somebody else" in text_of(late)
    assert late.context["form"]["title"].value() == "Mine"
    of.refresh_from_db()
    assert of.title == "Of somebody else"
    seen = late.context["form"]["seen"].value()
    again = office.post("names", of, given=opened | {"title": "Mine", "seen": seen})
    assert again.status_code == 303
    of.refresh_from_db()
    assert of.title == "Mine"


def test_the_next_version_starts_as_a_copy_of_all_of_the_last_one(office):
    of = document()
    version(
        of, "2025-01-01", body="## One\n\nText.", pledge="I promise.", pledge_grace_days=3,
        no_refunds="No money back.", response_working_days=7,
        violation_types=[services.ViolationDraft(code="fraud", kind="academic", title="Fraud")],
        consequences=[services.ConsequenceDraft(code="no_action", title="Nothing")],
    )  # fmt: skip
    for _time in range(2):
        answer = office.post("start", of, given={"after": "1"})
        assert answer.headers["Location"] == office.address("text", of, 2)
    made = of.versions.get(number=2)
    assert (made.body, made.pledge, made.pledge_grace_days) == (
        "## One\n\nText.", "I promise.", 3,
    )  # fmt: skip
    assert (made.no_refunds, made.response_working_days) == ("No money back.", 7)
    assert made.violation_types.get().code == "fraud"
    assert made.consequences.get().code == "no_action"
    assert made.change_summary == ""
    assert of.versions.count() == 2
    # Somebody who opened the page when the draft was there gets the same one.
    assert office.post("start", of, given={"after": "2"}).headers["Location"].endswith("/v2/")
    assert of.versions.count() == 2


def test_what_comes_is_replaced_by_a_version_of_the_same_instant(office):
    of = document()
    version(of, "2025-01-01")
    coming = services.publish(actor=ACTOR, version=draft(of))
    assert "the later one counts" in text_of(office.get("document", of))
    office.post("start", of, given={"after": "2"})
    made = of.versions.get(number=3)
    assert made.effective_at == coming.effective_at
    office.post("check", of, 3, when="planned", text="on", violations="on", consequences="on")
    made.refresh_from_db()
    assert made.is_published
    assert governing_version(of, coming.effective_at) == made


def test_the_first_version_has_no_text_and_cannot_be_published(office):
    of = document(title="Honor code")
    office.post("start", of, given={"after": "0"})
    made = of.versions.get()
    assert made.body == "# Honor code"
    page = office.post("check", of, 1, when="now", text="on", violations="on", consequences="on")
    assert page.status_code == 400
    assert "There is no text yet." in text_of(page)
    made.refresh_from_db()
    assert not made.is_published


def test_what_nobody_set_in_an_institutions_first_version_is_as_the_platform_says(office):
    owner = make.course().institution
    of = document(title="Supplement", institution=owner)
    office.post("start", of, given={"after": "0"})
    made = of.versions.get()
    platform = version(document(title="Honor code"), "2026-01-01", response_working_days=15)
    assert process_terms(made, platform).response_working_days == 15
    assert (made.standard_of_proof, made.appeal_grounds) == ("", [])
    terms = office.form("terms", of, 1)
    assert office.post("terms", of, 1, given=terms).status_code == 303


@pytest.mark.parametrize("after", ["", "x", "-1", "99999999", "²"])
def test_a_start_after_something_that_is_no_number_is_nothing(office, after):
    assert office.post("start", document(), given={"after": after}).status_code == 404


def test_a_start_after_a_version_that_never_was_is_refused(office):
    of = document()
    assert office.post("start", of, given={"after": "7"}).status_code == 409
    assert not of.versions.exists()


# Who enters


@pytest.mark.parametrize("role", [None, Role.MODERATOR, Role.OFFICER, Role.ADVISER, Role.AUDITOR])
def test_for_others_nothing_is_here(client, role):
    user = make.person()
    if role:
        make.grant(user, role)
    client.force_login(user)
    of = document()
    draft(of)
    absent = client.get("/policies/manage/no-such/v9/")
    assert absent.status_code == 404
    for name in ("list", "new"):
        hidden = client.get(reverse(f"policy_office:{name}"))
        assert (hidden.status_code, hidden.content) == (404, absent.content)
    for name in ("document", "names"):
        assert client.get(reverse(f"policy_office:{name}", args=[of.slug])).status_code == 404
    assert client.post(reverse("policy_office:start", args=[of.slug])).status_code == 404
    for name in DRAFT_PAGES:
        address = reverse(f"policy_office:{name}", args=[of.slug, 1])
        assert client.get(address).status_code == client.post(address).status_code == 404
    home = client.get("/policies/").content.decode()
    assert "Manage policies" not in home


def test_a_visitor_signs_in_first(client):
    answer = client.get(reverse("policy_office:list"))
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(reverse("account_login"))


def test_an_institutions_administrator_looks_after_its_own_only(northbridge):
    own = document(title="Own rules", institution=northbridge)
    platform = document(title="Platform rules")
    elsewhere = document(title="Other rules", institution=make.institution())
    for of in (own, platform, elsewhere):
        draft(of, response_working_days=5, extension_working_days=5, appeal_working_days=5)
    office = Office(administrator(northbridge))
    text = text_of(office.get("list"))
    assert "Own rules" in text
    assert "Platform rules" not in text
    assert "Other rules" not in text
    for of in (platform, elsewhere):
        for name in ("document", "names"):
            assert office.get(name, of).status_code == 404
        assert office.post("start", of, given={"after": "1"}).status_code == 404
        for name in DRAFT_PAGES:
            assert office.get(name, of, 1).status_code == 404
            assert office.post(name, of, 1, given={"step": "save"}).status_code == 404
    for name in DRAFT_PAGES:
        assert office.get(name, own, 1).status_code == 200
    assert Version.objects.count() == 3


def test_an_institutions_administrator_makes_no_policy_for_others(northbridge):
    other = make.institution()
    office = Office(administrator(northbridge))
    sent = {"title": "T", "slug": "t", "kind": "terms", "course": ""}
    for owner in ("platform", str(other.pk), "", "x"):
        page = office.post("new", given=sent | {"institution": owner})
        assert page.status_code == 400
        assert "institution" in page.context["form"].errors
    assert not Document.objects.exists()
    assert office.post("new", given=sent | {"institution": str(northbridge.pk)}).status_code == 303
    of = Document.objects.get()
    moved = office.post("names", of, institution=str(other.pk))
    assert moved.status_code == 400
    of.refresh_from_db()
    assert of.institution == northbridge


def test_the_menu_leads_there_and_says_where_one_is(office):
    page = text_of(office.get("list"))
    assert 'href="/policies/manage/" aria-current="page">Manage policies' in page
    assert page.count('aria-current="true"') == 0
    public = text_of(office.client.get("/policies/"))
    assert 'href="/policies/manage/">Manage policies' in public
