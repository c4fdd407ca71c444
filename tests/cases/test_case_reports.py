"""What an institution tells the platform about the cases it decides (PO5)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from cases.enums import CaseReportKind
from cases.models import CaseReport, ConflictDeclaration
from cases.selectors import case_reports as selectors
from cases.selectors.dashboard import dashboard
from cases.services import appeal, case_reports, sanction
from cases.services.rehearsal import rehearse
from integrity.accounts.models import RoleGrant, User
from integrity.audit.models import Event
from integrity.core import clock
from integrity.core.errors import NotFound, NotPermitted
from notifications.content import unseal_message
from notifications.models import Letter, OutboxMessage
from notifications.recipients import references_of
from tests.cases import builders as build
from tests.cases.partner_builders import Partner
from tests.cases.test_process import World
from tests.courses import builders as make

pytestmark = pytest.mark.django_db

LIST = reverse("desk:case_reports")


@pytest.fixture
def partner() -> Partner:
    return Partner()


def get(user: User, address: str) -> tuple[int, str]:
    client = Client()
    client.force_login(user)
    answer = client.get(address)
    return answer.status_code, re.sub(r"\s+", " ", answer.content.decode())


def address(report: CaseReport) -> str:
    return reverse("desk:case_report", args=[report.public_id])


# When it is written


def test_a_decision_is_reported_by_code_and_title_and_without_reasons(partner: Partner) -> None:
    partner.decided("assignment_failed", "warning_written")
    report = CaseReport.objects.get()
    assert report.kind == CaseReportKind.DETERMINED
    assert report.determination == partner.respondent.determinations.get()
    assert report.findings == [
        {
            "code": "plagiarism",
            "title": "Plagiarism at the college",
            "outcome": "shown",
            "completion": "completed",
        }
    ]
    assert [row["code"] for row in report.consequences] == ["assignment_failed", "warning_written"]
    assert {row["state"] for row in report.consequences} == {"active"}
    event = Event.objects.get(action="case_report.sent")
    assert event.case_number == partner.number
    said = get(partner.platform_officer, address(report))[1]
    assert "Plagiarism at the college" in said
    for secret in ("The sentences are the article", "A large part", "It fits better", "Amara"):
        assert secret not in said


def test_what_was_not_shown_is_reported_too(partner: Partner) -> None:
    partner.found("not_shown")
    partner.propose([])
    report = CaseReport.objects.get()
    assert [row["outcome"] for row in report.findings] == ["not_shown"]
    assert report.consequences == []


def test_the_platforms_own_decisions_are_not_reported() -> None:
    world = World().found()
    world.propose(["warning_written"])
    assert not CaseReport.objects.exists()
    assert not OutboxMessage.objects.filter(event="case_report").exists()


def test_a_look_at_the_letter_reports_nothing(partner: Partner) -> None:
    partner.found()
    rehearse(
        actor=partner.officer,
        number=partner.number,
        respondent_id=partner.rid,
        facts={"severity": "serious"},
        consequences=["warning_written"],
        reasons_penalty="A large part.",
        departure_reason="It fits better.",
    )
    assert not CaseReport.objects.exists()
    assert not OutboxMessage.objects.filter(event="case_report").exists()


def test_an_appeal_that_changes_something_is_reported(partner: Partner) -> None:
    partner.decided("warning_written")
    lodged = partner.appealed()
    appeal.decide(
        actor=partner.second,
        number=partner.number,
        appeal_id=lodged.public_id,
        outcome="overturned",
        reasons="The notes prove it.",
    )
    first, second = CaseReport.objects.order_by("pk")
    assert second.kind == CaseReportKind.CHANGED
    assert [row["outcome"] for row in second.findings] == ["set_aside"]
    assert [row["state"] for row in second.consequences] == ["reversed"]
    # The first one stays what it was.
    assert [row["state"] for row in first.consequences] == ["active"]
    assert "Set aside" in get(partner.platform_officer, address(second))[1]


def test_an_appeal_that_changes_nothing_is_not_reported(partner: Partner) -> None:
    partner.decided("warning_written")
    lodged = partner.appealed()
    appeal.decide(
        actor=partner.second,
        number=partner.number,
        appeal_id=lodged.public_id,
        outcome="upheld",
        reasons="Nothing is new.",
    )
    assert CaseReport.objects.count() == 1


def test_each_consequence_taken_back_is_reported(partner: Partner) -> None:
    partner.decided("assignment_failed", "warning_written")
    for row in partner.respondent.sanctions.order_by("pk"):
        for _again in range(2):
            sanction.reverse(
                actor=partner.officer,
                number=partner.number,
                sanction_id=row.public_id,
                reason="An error.",
            )
    kinds = list(CaseReport.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["determined", "changed", "changed"]
    last = CaseReport.objects.latest("pk")
    assert [row["state"] for row in last.consequences] == ["reversed", "reversed"]
    assert "An error." not in get(partner.platform_officer, address(last))[1]


# The letter


def test_the_platforms_officers_are_told_where_and_nothing_of_the_matter(partner: Partner) -> None:
    ConflictDeclaration.objects.create(
        case=partner.case, user=partner.platform_second, reason="We share an office."
    )
    partner.decided("warning_written")
    report = CaseReport.objects.get()
    message = OutboxMessage.objects.get(event="case_report")
    # Nobody is named outside the seal, so nobody can see who was left out.
    assert str(partner.platform_officer.public_id) not in message.key
    assert message.recipient_ref in references_of(partner.platform_officer)
    told = unseal_message(message.content_sealed)
    assert partner.number in told.subject
    for text in (told.subject, told.text):
        assert "lagiarism" not in text
        assert "Written warning" not in text
        assert "Amara" not in text
    letter = Letter.objects.get(event="case_report")
    client = Client()
    client.force_login(partner.platform_officer)
    said = client.get(reverse("notifications:letter", args=[letter.public_id])).content.decode()
    assert address(report) in said
    assert "lagiarism" not in said


def test_an_officer_whose_role_ends_later_is_told(partner: Partner) -> None:
    RoleGrant.objects.filter(user=partner.platform_officer).update(
        ended_at=clock.now() + timedelta(days=30)
    )
    partner.decided("warning_written")
    told = OutboxMessage.objects.filter(event="case_report").values_list("recipient_ref", flat=True)
    assert set(told) & set(references_of(partner.platform_officer))


# Who reads it


def test_case_15_platform_people_read_it_and_nobody_else(partner: Partner) -> None:
    partner.decided("warning_written")
    page = address(CaseReport.objects.get())
    for user in (partner.platform_moderator, partner.platform_officer, build.auditor()):
        assert get(user, page)[0] == 200
        assert partner.number in get(user, LIST)[1]
    for user in (
        partner.officer,
        partner.moderator,
        build.auditor("Local Auditor", partner.institution),
        build.administrator(),
        partner.learner,
        make.person(),
    ):
        assert get(user, page)[0] == 404
        assert get(user, LIST)[0] == 404


def test_case_16_who_has_a_conflict_finds_nothing_of_it(partner: Partner) -> None:
    partner.decided("warning_written")
    report = CaseReport.objects.get()
    reporter = build.officer("Rosa Reporter")
    build.report(partner.case, reporter)
    teacher = build.moderator("Tea Cher")
    assert partner.case.course is not None
    make.teach(partner.case.course, teacher)
    for user in (reporter, teacher):
        assert selectors.case_reports_page(user).rows == []
        assert dashboard(user).reports == 0
        assert partner.number not in get(user, LIST)[1]
        missing = reverse("desk:case_report", args=["00000000-0000-4000-8000-000000000000"])
        assert get(user, address(report)) == get(user, missing)
        with pytest.raises(NotFound):
            case_reports.mark_read(actor=user, report_id=report.public_id)
    report.refresh_from_db()
    assert report.read_at is None


def test_reading_is_noted_once_and_an_auditor_notes_nothing(partner: Partner) -> None:
    partner.decided("warning_written")
    report = CaseReport.objects.get()
    auditor = build.auditor()
    with pytest.raises(NotPermitted):
        case_reports.mark_read(actor=auditor, report_id=report.public_id)
    assert "Mark as read" not in get(auditor, address(report))[1]
    assert dashboard(partner.platform_officer).reports == 1
    client = Client()
    client.force_login(partner.platform_moderator)
    mark = reverse("desk:case_report_read", args=[report.public_id])
    assert "Mark as read" in client.get(address(report)).content.decode()
    assert client.post(mark).status_code == 303
    report.refresh_from_db()
    first = report.read_at
    assert report.read_by == partner.platform_moderator
    case_reports.mark_read(actor=partner.platform_officer, report_id=report.public_id)
    report.refresh_from_db()
    assert (report.read_by, report.read_at) == (partner.platform_moderator, first)
    assert Event.objects.filter(action="case_report.read").count() == 1
    assert dashboard(partner.platform_officer).reports == 0
    assert partner.number not in get(partner.platform_officer, LIST)[1]
    assert partner.number in get(partner.platform_officer, LIST + "?view=all")[1]


def test_the_list_goes_on_by_key_from_any_depth(
    partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selectors, "PAGE_SIZE", 2)
    partner.decided("warning_written")
    first = CaseReport.objects.get()
    for minutes in (1, 1, 2, 3):
        CaseReport.objects.create(
            case=first.case,
            determination=first.determination,
            kind=CaseReportKind.CHANGED,
            sent_at=first.sent_at - timedelta(minutes=minutes),
        )
    user = partner.platform_officer
    seen: list[int] = []
    after = ""
    for _page in range(3):
        page = selectors.case_reports_page(user, after=after)
        seen += [row.pk for row in page.rows]
        after = page.next
    assert after == ""
    wanted = CaseReport.objects.order_by("-sent_at", "-pk").values_list("pk", flat=True)
    assert seen == list(wanted)
    for key in ("nonsense", "99999999999999999999-1", "d1-2"):
        assert selectors.case_reports_page(user, after=key).rows[0].pk == seen[0]


def test_the_dashboard_leads_to_what_nobody_has_read(partner: Partner) -> None:
    partner.decided("warning_written")
    said = get(partner.platform_officer, reverse("desk:dashboard"))[1]
    assert "Case reports of institutions" in said
    assert "Case reports of institutions" not in get(partner.officer, reverse("desk:dashboard"))[1]
    assert LIST not in get(partner.officer, reverse("desk:dashboard"))[1]
