"""Administrators edit drafts; what is published they read."""

from __future__ import annotations

import pytest
from django.urls import reverse

from integrity.accounts.enums import Role
from integrity.audit.models import Event
from policies import services
from policies.models import Document, SchemeVersion, Version
from tests.courses import builders as make
from tests.policies.conftest import ACTOR, DATA, at, document, version

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(frozen_clock):
    frozen_clock.move_to(at("2026-03-01 12:00"))


@pytest.fixture
def admin(client):
    user = make.person("Ada Min")
    make.grant(user, Role.ADMINISTRATOR)
    client.force_login(user)
    return client


def fields(**changes):
    return {
        "body": "## One\n\nText.", "effective_at_0": "2026-04-01", "effective_at_1": "00:00:00",
        "change_summary": "", "language": "en", "no_refunds": "", "response_working_days": "10",
        "extension_working_days": "5", "appeal_working_days": "10",
        "standard_of_proof": "balance_of_probabilities", "appeal_grounds": "[]",
    } | changes  # fmt: skip


def empty_formsets():
    return {
        f"{prefix}-{name}": value
        for prefix in ("violation_types", "consequences")
        for name, value in {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0}.items()
    }


def test_a_draft_is_made_edited_and_published(admin):
    of = document()
    made = admin.post(reverse("admin:policies_version_add"), fields(document=of.pk))
    assert made.status_code == 302, made.context and made.context["errors"]
    draft = Version.objects.get()
    assert (draft.number, draft.status) == (1, "draft")
    change = reverse("admin:policies_version_change", args=[draft.pk])
    assert admin.get(change).status_code == 200
    formsets = empty_formsets() | {
        "violation_types-TOTAL_FORMS": 1, "violation_types-0-code": "fraud",
        "violation_types-0-kind": "academic", "violation_types-0-title": "Fraud",
        "violation_types-0-position": 1, "violation_types-0-elements": '["It is false."]',
    }  # fmt: skip
    saved = admin.post(change, fields(body="## Two\n\nOther.") | formsets)
    assert saved.status_code == 302, saved.context and saved.context["errors"]
    draft.refresh_from_db()
    assert draft.body.startswith("## Two")
    assert draft.violation_types.get().elements == ["It is false."]
    admin.post(
        reverse("admin:policies_version_changelist"),
        {"action": "publish", "_selected_action": [draft.pk]},
    )
    draft.refresh_from_db()
    assert draft.is_published
    actions = list(Event.objects.order_by("sequence").values_list("action", flat=True))
    assert actions == [
        "policy.version_created",
        "policy.draft_changed",
        "policy.draft_changed",
        "policy.published",
    ]
    assert all(kind == "user" for kind in Event.objects.values_list("actor_kind", flat=True))


def test_what_is_published_is_read_only(admin):
    published = version(document(), "2025-01-01")
    change = reverse("admin:policies_version_change", args=[published.pk])
    assert admin.get(change).status_code == 200
    assert admin.post(change, fields(body="other") | empty_formsets()).status_code == 403
    delete = reverse("admin:policies_version_delete", args=[published.pk])
    assert admin.post(delete, {"post": "yes"}).status_code == 403
    published.refresh_from_db()
    assert published.body != "other"


def test_a_draft_can_be_deleted(admin):
    draft = services.create_draft(
        actor=ACTOR, document=document(), body="x", effective_at=at("2026-05-01"),
        violation_types=[services.ViolationDraft(code="a", kind="academic", title="A")],
    )  # fmt: skip
    delete = reverse("admin:policies_version_delete", args=[draft.pk])
    assert admin.post(delete, {"post": "yes"}).status_code == 302
    assert not Version.objects.exists()
    assert Event.objects.order_by("-sequence").first().action == "policy.draft_deleted"


@pytest.mark.parametrize(
    "wrong", [{"body": ""}, {"body": "a\x00b"}, {"response_working_days": ""},
              {"effective_at_0": "never"}, {"appeal_grounds": '{"a": 1}'}],
)  # fmt: skip
def test_wrong_input_stays_on_the_form(admin, wrong):
    of = document()
    page = admin.post(reverse("admin:policies_version_add"), fields(document=of.pk, **wrong))
    assert page.status_code == 200
    assert page.context["errors"]
    assert not Version.objects.exists()


def test_publishing_into_the_past_is_refused_in_words(admin):
    draft = services.create_draft(
        actor=ACTOR, document=document(), body="x", effective_at=at("2026-01-01")
    )
    page = admin.post(
        reverse("admin:policies_version_changelist"),
        {"action": "publish", "_selected_action": [draft.pk]}, follow=True,
    )  # fmt: skip
    assert "never takes effect in the past" in page.content.decode()
    draft.refresh_from_db()
    assert not draft.is_published


def test_a_scheme_is_imported_and_its_problems_are_told(admin):
    add = reverse("admin:policies_schemeversion_add")
    assert admin.get(add).status_code == 200
    refused = admin.post(add, {"file": '{\n"format": 2}'})
    assert refused.status_code == 200
    assert "line 2, format: must be 1" in refused.content.decode()
    text = (DATA / "credit-tariff.json").read_text()
    assert admin.post(add, {"file": text}).status_code == 302
    made = SchemeVersion.objects.get()
    assert not made.is_published
    admin.post(
        reverse("admin:policies_schemeversion_changelist"),
        {"action": "publish", "_selected_action": [made.pk]},
    )
    made.refresh_from_db()
    assert made.is_published
    page = reverse("admin:policies_schemeversion_change", args=[made.pk])
    assert admin.get(page).status_code == 200
    assert admin.post(page, {"data": "{}"}).status_code == 403


def test_names_of_documents_are_recorded(admin):
    admin.post(
        reverse("admin:policies_document_add"),
        {"slug": "terms", "kind": "terms", "title": "Terms", "summary": "", "institution": ""},
    )
    assert Document.objects.get().slug == "terms"
    assert Event.objects.get().action == "policy.document_saved"


def test_an_administrator_of_an_institution_sees_its_own_only(client, northbridge):
    user = make.person("Nora Bridge")
    make.grant(user, Role.ADMINISTRATOR, northbridge)
    client.force_login(user)
    own = document(title="Own rules", institution=northbridge)
    other = document(title="Platform rules")
    hidden = version(other, "2025-01-01")
    page = client.get(reverse("admin:policies_document_changelist")).content.decode()
    assert "Own rules" in page
    assert "Platform rules" not in page
    address = reverse("admin:policies_version_change", args=[hidden.pk])
    assert client.get(address).status_code in (302, 404)
    add = reverse("admin:policies_version_add")
    assert client.post(add, fields(document=other.pk)).status_code == 200
    assert client.post(add, fields(document=own.pk)).status_code == 302
    assert Version.objects.filter(document=own).count() == 1
    text = (DATA / "credit-tariff.json").read_text()
    scheme = client.post(reverse("admin:policies_schemeversion_add"), {"file": text})
    assert "your institution" in scheme.content.decode()


@pytest.mark.parametrize("role", [None, Role.MODERATOR, Role.OFFICER, Role.AUDITOR])
def test_nobody_else_enters(client, role):
    user = make.person()
    if role:
        make.grant(user, role)
    client.force_login(user)
    for name in ("document", "version", "scheme", "schemeversion"):
        page = client.get(reverse(f"admin:policies_{name}_changelist"))
        assert page.status_code in (302, 403)
