"""The demo's own policies: complete, published, repeatable, and each type points at its clause."""

import json

import pytest

from integrity.audit.services import Actor
from policies import selectors
from policies.models import Document, SchemeVersion, Version
from policies.rendering import render
from policies.services.demo import load_demo_policies

ACTOR = Actor.system("tests")

pytestmark = pytest.mark.django_db

ACADEMIC = {
    "plagiarism", "unauthorised_materials", "unauthorised_collaboration", "contract_cheating",
    "impersonation", "account_sharing", "unauthorised_sharing", "fraud", "multiple_accounts",
    "dishonest_results", "other_academic",
}  # fmt: skip
CONDUCT = {
    "dangerous_speech", "harassment", "threats", "discriminatory_language", "sexual_attention",
    "encouraging_others", "disruption", "peer_review_abuse", "retaliation", "other_conduct",
}  # fmt: skip


@pytest.fixture
def documents():
    return load_demo_policies(ACTOR)


def test_loading_twice_changes_nothing(documents):
    before = json.dumps(
        [
            list(m.objects.order_by("pk").values_list("pk", flat=True))
            for m in (Document, Version, SchemeVersion)
        ]
    )
    assert load_demo_policies(ACTOR) == documents
    after = json.dumps(
        [
            list(m.objects.order_by("pk").values_list("pk", flat=True))
            for m in (Document, Version, SchemeVersion)
        ]
    )
    assert before == after


def test_clauses(documents):
    for version in Version.objects.select_related("document"):
        r = render(version.body, version.document.title)
        titles = {c.number: c.title for _p, c in r.clauses()}
        for t in version.violation_types.all():
            assert titles[t.clause] == t.title
        for c in version.consequences.all():
            assert c.clause in titles
    assert {t.code for t in selectors.offered_types("flag")} == ACADEMIC
    assert {t.code for t in selectors.offered_types("incident")} == CONDUCT
