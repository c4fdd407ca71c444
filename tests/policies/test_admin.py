"""The administration: policies are read there, schemes are imported there."""

from __future__ import annotations

import pytest
from django.urls import reverse

from integrity.accounts.enums import Role
from policies import services
from policies.models import SchemeVersion
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


def test_policies_are_read_here_and_changed_on_their_own_pages(admin):
    of = document(title="Honor code", needs_pledge=True)
    published = version(of, "2025-01-01")
    draft = services.create_draft(
        actor=ACTOR, document=of, body="## Two\n\nOther.", effective_at=at("2026-05-01"),
        violation_types=[services.ViolationDraft(code="a", kind="academic", title="A type")],
    )  # fmt: skip
    places = {
        ("document", of.pk): "/policies/manage/" + of.slug + "/",
        ("version", published.pk): "/policies/manage/" + of.slug + "/",
        ("version", draft.pk): "/policies/manage/" + of.slug + "/v2/",
    }
    for (name, pk), place in places.items():
        listed = admin.get(reverse(f"admin:policies_{name}_changelist"))
        change = reverse(f"admin:policies_{name}_change", args=[pk])
        shown = admin.get(change)
        assert listed.status_code == shown.status_code == 200
        for page in (listed, shown):
            assert f'href="{place}"' in page.content.decode()
        assert admin.post(change, {"title": "Other", "body": "other"}).status_code == 403
        assert admin.get(reverse(f"admin:policies_{name}_add")).status_code == 403
        delete = reverse(f"admin:policies_{name}_delete", args=[pk])
        assert admin.post(delete, {"post": "yes"}).status_code == 403
    text = admin.get(reverse("admin:policies_version_change", args=[draft.pk])).content.decode()
    assert "A type" in text
    assert "Other." in text
    of.refresh_from_db()
    draft.refresh_from_db()
    assert (of.title, draft.body) == ("Honor code", "## Two\n\nOther.")


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


def test_an_administrator_of_an_institution_sees_its_own_only(client, northbridge):
    user = make.person("Nora Bridge")
    make.grant(user, Role.ADMINISTRATOR, northbridge)
    client.force_login(user)
    document(title="Own rules", institution=northbridge)
    other = document(title="Platform rules")
    hidden = version(other, "2025-01-01")
    page = client.get(reverse("admin:policies_document_changelist")).content.decode()
    assert "Own rules" in page
    assert "Platform rules" not in page
    address = reverse("admin:policies_version_change", args=[hidden.pk])
    assert client.get(address).status_code in (302, 404)
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
