"""The demo's own policies: complete, published, repeatable, each type at its clause."""

from __future__ import annotations

import pytest

from integrity.audit.models import Event
from integrity.courses.models import Institution
from policies import selectors
from policies.enums import ConsequenceCode, StandardOfProof
from policies.models import Document, SchemeVersion, Version
from policies.rendering import render
from policies.rules import process_terms
from policies.services.demo import load_demo_policies
from tests.policies.conftest import ACTOR, SOURCES

pytestmark = pytest.mark.django_db

# PO2, each with its code.
ACADEMIC = {
    "plagiarism", "unauthorised_materials", "unauthorised_collaboration", "contract_cheating",
    "impersonation", "account_sharing", "unauthorised_sharing", "fraud", "multiple_accounts",
    "dishonest_results", "other_academic",
}  # fmt: skip
CONDUCT = {
    "dangerous_speech", "harassment", "threats", "discriminatory_language", "sexual_attention",
    "encouraging_others", "disruption", "peer_review_abuse", "retaliation", "other_conduct",
}  # fmt: skip


def rows() -> list[tuple[str, list[int]]]:
    models = (Document, Version, SchemeVersion, Institution)
    return [
        (m.__name__, list(m.objects.order_by("pk").values_list("pk", flat=True))) for m in models
    ]


def test_loading_twice_changes_nothing(demo):
    before, events = rows(), Event.objects.count()
    assert load_demo_policies(ACTOR) == demo
    assert rows() == before
    assert Event.objects.count() == events
    assert [item.slug for item in demo] == [
        "honor-code", "code-of-conduct", "northbridge-supplement",
    ]  # fmt: skip


def test_an_institution_that_is_here_already_keeps_its_zone(northbridge):
    load_demo_policies(ACTOR)
    northbridge.refresh_from_db()
    assert northbridge.time_zone == "America/New_York"
    assert Institution.objects.filter(slug="northbridge").count() == 1


def test_every_type_of_po2_is_offered(demo):
    assert {item.code for item in selectors.offered_types("flag")} == ACADEMIC
    assert {item.code for item in selectors.offered_types("violation")} == ACADEMIC
    incident = selectors.offered_types("incident")
    assert {item.code for item in incident} == CONDUCT
    assert incident[-1].code == "other_conduct"
    assert {item.code for item in incident if item.urgent} == {"dangerous_speech", "threats"}


def test_the_catalogue_of_sa5_is_named(demo):
    named = set(
        Version.objects.filter(document__institution=None).values_list(
            "consequences__code", flat=True
        )
    )
    missing = set(ConsequenceCode.values) - named
    assert not missing, f"no file policies/demo/*-types.json names {sorted(missing)}"


def test_each_type_and_consequence_stands_at_its_clause(demo):
    for version in Version.objects.select_related("document"):
        titles = {
            clause.number: clause.title
            for _part, clause in render(version.body, version.document.title).clauses()
        }
        for item in version.violation_types.all():
            assert titles[item.clause] == item.title, (version, item)
            assert len(item.elements) >= 2, item
        for entry in version.consequences.all():
            assert titles[entry.clause], (version, entry)


def test_no_refunds_stand_in_the_text_and_beside_it(demo):
    for slug in ("honor-code", "code-of-conduct"):
        version = selectors.governing_version(Document.objects.get(slug=slug))
        assert version is not None
        assert version.no_refunds
        assert (
            selectors.no_refunds(version) in " ".join(version.body.split()) or slug != "honor-code"
        )


def test_the_supplement_sets_what_differs_and_leaves_the_rest(demo):
    platform = selectors.governing_for("honor_code")
    college = Institution.objects.get(slug="northbridge")
    supplement = selectors.governing_for("honor_code", institution=college)
    terms = process_terms(supplement, platform)
    assert terms.response_working_days == 15
    assert terms.extension_working_days == 5
    assert terms.appeal_working_days == 10
    assert terms.standard_of_proof == StandardOfProof.CLEAR
    assert terms.appeal_grounds == process_terms(platform).appeal_grounds != ()
    offered = {item.code: item for item in selectors.offered_types("flag", institution=college)}
    assert set(offered) == ACADEMIC | {"made_up_results"}
    assert offered["plagiarism"].description.startswith("Sources that are used")


def test_no_sentence_is_taken_from_the_source_documents(demo):
    if not SOURCES.exists():
        pytest.skip(f"the source documents are not here ({SOURCES})")
    theirs = " ".join(path.read_text() for path in SOURCES.glob("*.txt")).lower().split()
    runs = {tuple(theirs[i : i + 8]) for i in range(len(theirs) - 7)}
    assert len(runs) > 1_000
    for version in Version.objects.all():
        ours = version.body.lower().split()
        for i in range(len(ours) - 7):
            assert tuple(ours[i : i + 8]) not in runs, " ".join(ours[i : i + 8])


def test_schemes_go_with_their_policies(demo):
    honor = selectors.governing_for("honor_code")
    conduct = selectors.governing_for("code_of_conduct")
    college = Institution.objects.get(slug="northbridge")
    assert selectors.scheme_for(honor).scheme.slug == "honor-code-ladder"
    assert selectors.scheme_for(conduct).scheme.slug == "conduct-ladder"
    assert selectors.scheme_for(honor, institution=college).scheme.slug == "points-tariff"
    assert selectors.scheme_for(conduct, institution=college).scheme.slug == "conduct-ladder"
    supplement = selectors.governing_for("honor_code", institution=college)
    assert selectors.scheme_for(supplement).scheme.slug == "points-tariff"
