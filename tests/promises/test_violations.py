"""Each kind of violation the documents name can be reported, and is judged by its clause."""

from __future__ import annotations

from typing import Any

import pytest

from cases.models import Report
from cases.services import allegation, determination
from policies.models import ViolationType
from tests.cases import intake_builders as make
from tests.cases.test_process import World
from tests.courses import builders as base
from tests.policies.conftest import document, version
from tests.promises.helpers import page
from tests.promises.register import CONDUCT, HONOR, LEARNER, PLEDGE, each, promise

pytestmark = [pytest.mark.usefixtures("shared"), pytest.mark.django_db]


def reported(code: str, kind: str, **fields: Any) -> Report:
    """A report of one kind of violation of the demo's policies, about somebody's work or post."""
    platform = base.institution(slug="platform", is_platform=True)
    course = base.course(institution=platform)
    learner = base.enrol(course).learner
    if kind == "flag":
        fields["submission"] = base.submission(base.assignment(course), learner)
    elif "post" not in fields:
        fields["post"] = base.post(course, learner)
    slug = "code-of-conduct" if kind == "incident" else "honor-code"
    violation = ViolationType.objects.filter(code=code, version__document__slug=slug).latest("pk")
    return make.intake.submit_report(
        actor=base.person("Rosa Reporter"),
        kind=kind,
        mode="confidential",
        form_key="key",
        institution=platform,
        violation_type=violation,
        account="It is word for word the same.",
        good_faith=True,
        language="en",
        **fields,
    )


def assert_leads_to_its_clause(report: Report, code: str) -> None:
    case = report.case
    assert case is not None
    assert case.policy_version is not None
    named = case.policy_version.violation_types.get(code=code)
    assert case.reported_as == named.title
    assert named.clause
    assert named.get_absolute_url().endswith(f"#p{named.clause.replace('.', '-')}")


@each(
    LEARNER,
    "code",
    "PO2",
    {
        "plagiarism": ("2.1", "Taking over words or ideas can be reported and judged"),
        "unauthorised_materials": ("2.2", "Using what a task rules out can be reported and judged"),
        "unauthorised_collaboration": ("2.3", "Joint work on a task for one can be reported"),
        "contract_cheating": ("2.4", "Bought work, or work made by a tool, can be reported"),
        "impersonation": ("2.5", "Working under another's account can be reported"),
        "unauthorised_sharing": ("2.6", "Passing on solutions, official ones too, can be reported"),
        "fraud": ("2.7", "Untrue claims about a piece of work can be reported"),
        "other_academic": ("2.8", "What no other kind fits and is unfair can be reported as well"),
    },
)
def test_an_academic_kind_is_reported_under_its_clause(code: str) -> None:
    assert_leads_to_its_clause(reported(code, "flag"), code)


@each(
    CONDUCT,
    "code",
    "PO2",
    {
        "dangerous_speech": ("3.1", "Speech that makes violence likelier can be reported"),
        "harassment": ("3.1", "Harassment can be reported"),
        "threats": ("3.1", "Threats, self-harm and doxxing can be reported"),
        "discriminatory_language": ("3.1", "Language that shuts people out can be reported"),
        "sexual_attention": ("3.1", "Sexual attention nobody asked for can be reported"),
        "encouraging_others": ("3.1", "Talking others into it can be reported"),
        "disruption": ("3.1", "Disturbing talks and discussions can be reported"),
        "peer_review_abuse": ("3.1", "Misuse of peer reviews can be reported"),
        "retaliation": ("3.1", "Revenge for a concern, by false reports too, can be reported"),
    },
)
def test_a_kind_of_conduct_is_reported_under_its_clause(code: str) -> None:
    assert_leads_to_its_clause(reported(code, "incident"), code)


@promise(CONDUCT, "3.1", "Threats, self-harm and doxxing come first", "QU7")
def test_threats_are_urgent() -> None:
    assert reported("threats", "incident").case.urgent  # type: ignore[union-attr]


@promise(CONDUCT, "0", "The list of behaviours is an open one", "PO2")
def test_conduct_that_no_kind_names_can_be_reported() -> None:
    report = reported("other_conduct", "incident")
    assert_leads_to_its_clause(report, "other_conduct")


@promise(LEARNER, "0", "The list of violations is an open one", "PO2")
def test_the_page_says_that_the_list_is_open() -> None:
    assert "The list is never complete." in page(None, "/policies/honor-code/")


@promise(LEARNER, "0", "An attempt counts like the deed", "PO2")
def test_an_attempt_is_found_as_an_attempt(world: World) -> None:
    world.opened()
    violation = world.version.violation_types.get(code="impersonation")  # type: ignore[union-attr]
    made = allegation.add(
        actor=world.moderator,
        number=world.number,
        respondent_id=world.rid,
        violation_type_id=violation.pk,
        completion="attempted",
        description="A friend was to sit the exam.",
    )
    assert made.completion == "attempted"
    made.refresh_from_db()
    assert made.get_completion_display() != ""


@each(
    PLEDGE,
    "code",
    "PO2",
    {
        "account_sharing": ("2.1", "Lending an account or its password out is a violation"),
        "dishonest_results": ("2.1", "Improving or hurting results unfairly is a violation"),
        "unauthorised_sharing": ("2.1", "Handing round answers to graded problems is a violation"),
    },
)
def test_what_the_pledge_rules_out_can_be_alleged(code: str) -> None:
    assert_leads_to_its_clause(reported(code, "flag"), code)


@promise(HONOR, "1.1", "Bettering or damaging results unfairly is a violation", "PO2")
def test_unfair_results_can_be_alleged() -> None:
    assert_leads_to_its_clause(reported("dishonest_results", "flag"), "dishonest_results")


@promise(HONOR, "2.1", "Plagiarism is a violation with a clause of its own", "PO2")
def test_an_allegation_is_bound_to_the_clause(world: World) -> None:
    world.alleged()
    bound = world.respondent.allegations.get().violation_type
    assert (bound.code, bound.version) == ("plagiarism", world.version)
    assert bound.clause


@promise(LEARNER, "2.1", "A machine's rewording and one's own old work count too", "PO2")
def test_the_policies_of_the_demo_say_so_as_well(world: World) -> None:
    version = world.version
    assert version is not None
    text = version.body + version.violation_types.get(code="plagiarism").description
    assert "your own earlier work" in text
    assert "translat" in text


@promise(LEARNER, "2.7", "False papers given as an excuse are a violation too", "PO2")
def test_a_false_excuse_becomes_an_allegation_of_its_own(world: World) -> None:
    world.opened()
    fraud = world.version.violation_types.get(code="fraud")  # type: ignore[union-attr]
    made = allegation.add(
        actor=world.moderator,
        number=world.number,
        respondent_id=world.rid,
        violation_type_id=fraud.pk,
        completion="completed",
        description="The doctor's note is not genuine.",
    )
    assert made.violation_type.code == "fraud"
    assert any("excuse" in element for element in fraud.elements)


@promise(CONDUCT, "3.1", "Whoever talks others into it faces the same consequences", "PO2")
def test_encouraging_can_lead_to_whatever_the_deed_can(world: World) -> None:
    conduct = ViolationType.objects.filter(code="encouraging_others").latest("pk").version
    deed = conduct.violation_types.get(code="threats")
    # Consequences belong to the version, so every kind it names can lead to each of them.
    assert {row.code for row in conduct.consequences.all()} >= {"warning_written", "expulsion"}
    assert conduct.violation_types.get(code="encouraging_others").version == deed.version


@promise(LEARNER, "1.1", "Posts and peer reviews count as well as tasks", "IN3")
def test_a_post_can_be_what_a_case_is_about() -> None:
    report = reported("peer_review_abuse", "incident")
    assert report.case.post is not None  # type: ignore[union-attr]


@promise(LEARNER, "1.1", "What happens elsewhere and concerns coursework counts too", "IN2")
def test_something_outside_the_platform_can_be_reported() -> None:
    report = reported(
        "contract_cheating", "violation", post=None, links=["https://example.org/essays-for-sale"]
    )
    case = report.case
    assert case is not None
    assert (case.submission, case.post) == (None, None)
    assert case.evidence.get().url == "https://example.org/essays-for-sale"


@promise(LEARNER, "1.2", "Breaking the terms of use counts: they are policies too", "PO1")
def test_terms_of_use_are_kept_and_read_like_the_codes(client: Any) -> None:
    terms = document(kind="terms", title="Terms of use", slug="terms")
    version(terms, "2021-01-01")
    assert client.get("/policies/terms/").status_code == 200


@promise(CONDUCT, "0", "The platform decides in the end what is acceptable", "PR4")
def test_an_officer_decides_and_not_the_reporter(world: World) -> None:
    world.found("not_shown")
    made = world.respondent.determinations.get()
    assert made.findings.get().outcome == "not_shown"
    issued = determination.propose(
        actor=world.officer,
        number=world.number,
        respondent_id=world.rid,
        facts={},
        consequences=[],
        reasons_penalty="",
    )
    assert issued.decided_by == world.officer
