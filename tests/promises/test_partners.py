"""Institutions: whose text and whose word counts, and what the platform hears of it."""

from __future__ import annotations

import pytest
from django.urls import reverse

from cases.governing import texts
from cases.models import Case, CaseReport
from cases.services import determination, intake
from integrity.core.errors import NotPermitted
from integrity.courses.enums import ProductKind
from integrity.courses.models import Programme
from policies.enums import StandardOfProof
from policies.models import Document
from tests.cases import builders as build
from tests.cases.partner_builders import Partner
from tests.courses import builders as make
from tests.promises.helpers import page
from tests.promises.register import HONOR, LEARNER, each, promise

pytestmark = pytest.mark.django_db


@pytest.fixture
def partner(db: None) -> Partner:
    return Partner()


@promise(HONOR, "2.5", "Where they conflict the institution's text governs", "PO5")
def test_the_institutions_words_window_and_standard_govern(partner: Partner) -> None:
    governing = texts(partner.fresh())
    assert governing.terms.response_working_days == 15
    assert governing.terms.standard_of_proof == StandardOfProof.CLEAR
    titles = {row.code: row.title for row in governing.violation_types()}
    assert titles["plagiarism"] == "Plagiarism at the college"


@promise(HONOR, "2.5", "Where the institution is silent the platform's text holds", "PO5")
def test_what_the_institution_leaves_open_is_the_platforms(partner: Partner) -> None:
    governing = texts(partner.fresh())
    assert partner.platform_text is not None
    assert governing.terms.appeal_working_days == partner.platform_text.appeal_working_days
    codes = {row.code for row in governing.violation_types()}
    assert "impersonation" in codes, "named by the platform's text alone"


@promise(HONOR, "2.5", "Between learner and institution its consequences govern", "PO5")
@promise(
    LEARNER, "4.1", "In its own programmes the provider's consequences alone can follow", "PO5"
)
def test_only_the_institutions_consequences_can_follow(partner: Partner) -> None:
    allowed = {row.code for row in texts(partner.fresh()).consequences()}
    assert allowed == {"no_action", "warning_written", "assignment_failed"}


@each(
    LEARNER,
    "kind",
    "PO5",
    {
        kind.value: ("4.1", says)
        for kind, says in (
            (ProductKind.DEGREE, "Degree cases go to the institution"),
            (ProductKind.MASTERTRACK, "Cases of MasterTrack-like programmes go to it as well"),
            (ProductKind.UNIVERSITY_CERTIFICATE, "So do those of university certificates"),
        )
    },
)
def test_a_case_of_the_institutions_programme_is_routed_to_it(kind: str, partner: Partner) -> None:
    course = make.course(
        institution=partner.institution,
        programme=Programme.objects.create(
            slug="msc", title="MSc", product_kind=kind, institution=partner.institution
        ),
    )
    learner = make.enrol(course).learner
    report = intake.submit_report(
        actor=make.person("Rosa Reporter"),
        kind="flag",
        mode="confidential",
        form_key="degree",
        institution=partner.institution,
        submission=make.submission(make.assignment(course), learner),
        account="It is word for word the same.",
        good_faith=True,
        language="en",
    )
    assert report.case is not None
    assert (report.case.institution_decides, report.case.institution) == (
        True,
        partner.institution,
    )


@promise(LEARNER, "4.1", "The provider alone decides there, not the platform", "PO5")
def test_nobody_of_the_platform_decides(partner: Partner) -> None:
    partner.answered()
    for user in (partner.platform_moderator, partner.platform_officer):
        with pytest.raises(NotPermitted):
            determination.record_findings(
                actor=user,
                number=partner.number,
                respondent_id=partner.rid,
                findings=partner.findings(),
                reasons_finding="So it is.",
                answers=partner.answers(),
                supports=build.rests_on(partner.respondent),
            )


@promise(HONOR, "2.2", "A report of the case goes to the platform", "PO5")
def test_the_determination_sends_the_platform_a_report(partner: Partner) -> None:
    partner.decided("warning_written")
    report = CaseReport.objects.get()
    assert report.case.number == partner.number
    assert [row["code"] for row in report.findings] == ["plagiarism"]
    assert [row["code"] for row in report.consequences] == ["warning_written"]


@promise(LEARNER, "4.1", "The learner reads who decides and by which text", "PO5")
def test_the_learner_reads_who_decides(partner: Partner) -> None:
    partner.notified()
    shown = page(partner.learner, reverse("my:case", args=[partner.number]))
    assert partner.institution.name in shown
    assert Case.objects.get(pk=partner.case.pk).supplement == partner.version
    assert Document.objects.filter(pk=partner.version.document_id).exists()
