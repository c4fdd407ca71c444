"""What the pages for reporters show, one function a page, each a constant number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from cases import receipts, rules, undoing, workflow
from cases.enums import CaseKind, CaseStatus, ReportKind, ReportMode, ReportStatus
from cases.evidence.incoming import NAME_PURPOSE
from cases.governing import DOCUMENTS, VIOLATIONS
from cases.models import DismissalReview, DraftFile, Evidence, Report
from cases.selectors.dialogue import Talk, talk_of
from integrity.accounts.models import User
from integrity.core import clock, crypto
from integrity.core.errors import NotFound
from integrity.courses.enums import DECIDED_BY_INSTITUTION
from integrity.courses.models import Assignment, Course, Institution, Post, Submission
from integrity.courses.page_selectors.record import with_decisions
from integrity.courses.paging import Page, newest_first
from integrity.courses.rules import courses_of, visible_posts, visible_submissions
from integrity.courses.selectors import platform
from notifications.models import Letter
from policies import selectors as policies

PAGE_SIZE = 20
_SHOWN = (
    *("institution", "course", "violation_type", "submission__assignment__course"),
    *("post__course", "case__institution", "case__policy_version"),
)
_UNIT = "assignment__course__programme", "assignment__course__institution"


def office_for(course: Course | None) -> Institution:
    """Whose staff decide about a matter in `course` (PO5).

    The institution where the course belongs to a degree, a MasterTrack-like or a university
    certificate; the platform otherwise, and where no course is named.
    """
    if course is None:
        return platform()
    programme = course.programme
    if programme is not None and programme.product_kind in DECIDED_BY_INSTITUTION:
        return course.institution
    return course.institution if course.institution.is_platform else platform()


def reportable_submission(user: User, public_id: UUID | str) -> Submission | None:
    """A submission the user may read and so may flag; None for any other, and for none (33)."""
    wanted = _uuid(public_id)
    if wanted is None:
        return None
    return visible_submissions(user).select_related(*_UNIT).filter(public_id=wanted).first()


def reportable_post(user: User, public_id: UUID | str) -> Post | None:
    """A post the user may read; None for any other, for one that a decision removed, for none."""
    wanted = _uuid(public_id)
    if wanted is None:
        return None
    found = visible_posts(user).select_related("course__programme", "course__institution")
    post = with_decisions(found).filter(public_id=wanted).first()
    return None if post is None or post.hidden else post  # type: ignore[attr-defined]


def post_now(report: Report) -> Post | None:
    """The post a draft is about, as it is shown in the course now; None where it is about none."""
    if report.post_id is None:
        return None
    return with_decisions(Post.objects.select_related("course")).get(pk=report.post_id)


def _uuid(value: UUID | str) -> UUID | None:
    if isinstance(value, UUID):
        return value
    try:
        return UUID(value)
    except ValueError:
        return None


def own_courses(user: User) -> list[Course]:
    """Courses to choose from, by title."""
    return list(
        courses_of(user).select_related("programme", "institution").order_by("title", "pk")[:200]
    )


def flaggable_assignments(user: User) -> list[Assignment]:
    """Assignments in which the user may look for the submission to flag, by course."""
    return list(
        Assignment.objects.filter(course__in=courses_of(user))
        .select_related("course")
        .only("title", "public_id", "position", "course__title", "course__code", "course__slug")
        .order_by("course__title", "course_id", "position", "id")[:100]
    )


def offered_types(
    kind: str,
    *,
    institution: Institution,
    course: Course | None = None,
    at: datetime | None = None,
) -> list[policies.OfferedType]:
    """Violation types to choose from, as the texts in force at the incident name them (default:
    now): the platform's with what the institution and the course say differently (PO5)."""
    of = CaseKind.CONDUCT if kind == ReportKind.INCIDENT else CaseKind.ACADEMIC
    texts = policies.texts_for(DOCUMENTS[of], at=at, institution=institution, course=course)
    return [
        policies.OfferedType(row.code, row.title, row.description, row.urgent, (row,))
        for row in texts.violation_types()
        if row.kind == VIOLATIONS[of]
    ]


# Drafts


def held(user: User | None, key: str, public_id: UUID) -> QuerySet[Report]:
    """The report with this id if it is the user's own, or if `key` holds it; else none.

    A key holds a report without a name until it is sent, and then the way to its receipt code. Only
    then is there slow work to do.
    """
    own = Q(reporter_ref__in=rules.reporter_refs(user)) if user is not None else Q(pk__in=[])
    if key:
        drafts = receipts.draft_fingerprints(key, public_id)
        own |= Q(receipt_ref__in=drafts, status=ReportStatus.DRAFT)
        if receipt := _sent_with(key, public_id):
            own |= Q(receipt_ref=receipt)
    return Report.objects.filter(own, public_id=public_id)


def _sent_with(key: str, public_id: UUID) -> str:
    """What the report keeps of its code, if it was sent with this key; else ""."""
    nameless = Report.objects.filter(public_id=public_id, reporter_ref="").exclude(receipt_ref="")
    sent = nameless.exclude(status=ReportStatus.DRAFT).values_list("receipt_ref", flat=True).first()
    return sent if sent and receipts.matching(key, public_id, sent) else ""


@dataclass(frozen=True)
class NamedFile:
    """A file of a draft with the name its sender gave it; shown to the sender only."""

    file: DraftFile
    name: str


def own_draft(user: User | None, public_id: UUID, *, key: str = "") -> Report:
    """One's own report, sent or not, with all its pages need. Raises `NotFound`.

    It is the user's, or `key` holds it (`held`).
    """
    report = held(user, key, public_id).select_related(*_SHOWN).first()
    if report is None:
        raise NotFound
    return report


def files_of(report: Report) -> list[NamedFile]:
    """The files of a draft, oldest first."""
    return [
        NamedFile(file, crypto.unseal(file.name_sealed, purpose=NAME_PURPOSE))
        for file in report.draft_files.all()
    ]


# Reports that were sent


@dataclass(frozen=True)
class MyReports:
    """The reader's list: what is not sent yet, and a page of what was."""

    drafts: Sequence[Report]
    sent: Page[Report]


@dataclass(frozen=True)
class MyReport:
    """One report as it was sent, what becomes of it, and the letters about it."""

    report: Report
    evidence: Sequence[Evidence]
    letters: Sequence[Letter]
    read_by: datetime | None
    talk: Talk
    review: DismissalReview | None
    review_until: datetime | None


def my_reports(user: User, *, after: str | None = None) -> MyReports:
    """The user's reports, newest first, a page at a time."""
    own = rules.own_reports(user).select_related(
        "course", "submission__assignment__course", "post__course", "violation_type"
    )
    drafts: Sequence[Report] = ()
    if not after:
        drafts = list(
            own.filter(status=ReportStatus.DRAFT)
            .annotate(files=Count("draft_files"))
            # All of them: `drafts.MAX_DRAFTS` bounds how many there can be.
            .order_by("-submitted_at", "-pk")
        )
    sent = own.exclude(status=ReportStatus.DRAFT).defer("account", "quoted_text")
    return MyReports(drafts, newest_first(sent, by="submitted_at", after=after, size=PAGE_SIZE))


def my_report(user: User, public_id: UUID) -> MyReport:
    """One own report that was sent. Raises `NotFound` for a draft and for anybody else's."""
    report = own_draft(user, public_id)
    if report.status == ReportStatus.DRAFT or report.case is None:
        raise NotFound
    return _told(report, _letters(user, report))


def by_code(code: str) -> UUID | None:
    """The report with this receipt code; None for a wrong one, after the same work."""
    # Said again, so that the index without the empty ones is used.
    kept = Report.objects.exclude(receipt_ref="").exclude(status=ReportStatus.DRAFT)
    found = kept.filter(receipt_ref__in=receipts.fingerprints(code))
    # Without an order: the database might walk through its rows in it instead of using the index.
    return next(iter(found.values_list("public_id", flat=True)[:1]), None)


def followed(public_id: UUID) -> MyReport:
    """A report without a name, for whoever has entered its code. Raises `NotFound`."""
    return _told(nameless(public_id), [])


def nameless(public_id: UUID) -> Report:
    """A report without a name that was sent. Raises `NotFound`."""
    report = (
        Report.objects.filter(mode=ReportMode.ANONYMOUS, public_id=public_id)
        .exclude(status=ReportStatus.DRAFT)
        .select_related(*_SHOWN)
        .first()
    )
    if report is None:
        raise NotFound
    return report


def _told(report: Report, letters: Sequence[Letter]) -> MyReport:
    review = DismissalReview.objects.filter(report=report).first()
    until = None
    dismissed = report.status == ReportStatus.DISMISSED and not undoing.held(report)
    if report.case is not None and dismissed and report.closed_at:
        until = workflow.review_until(report.case, closed_at=report.closed_at)
    return MyReport(
        report=report,
        evidence=_brought(report),
        letters=letters,
        read_by=read_by(report),
        talk=talk_of(report),
        review=review,
        # To the last second, inclusive.
        review_until=until if until and clock.now() < until + timedelta(seconds=1) else None,
    )


def _brought(report: Report) -> list[Evidence]:
    return list(report.evidence.only("kind", "description", "url", "position", "report", "title"))


def _letters(user: User, report: Report) -> list[Letter]:
    name = report.public_id
    about_it = Q(message__key=f"review_decided:{name}")
    for event in ("report_received", "report_closed", "report_question", "report_unsealed"):
        about_it |= Q(message__key__startswith=f"{event}:{name}")
    own = Letter.objects.filter(
        about_it, recipient_ref__in=rules.reporter_refs(user), created_at__lte=clock.now()
    )
    return list(own.defer("content_sealed").order_by("created_at", "pk"))


def read_by(report: Report) -> datetime | None:
    """Until when somebody will have read the report: the target of triage, counted from its own
    arrival, so that it says nothing of other reports about the same matter."""
    if report.case is None:
        return None
    return workflow.stage_deadline(report.case, CaseStatus.TRIAGE, at=report.submitted_at)


def about(report: Report) -> str:
    """What a report is about, for its sender: a place or a rule, never a person."""
    if report.submission is not None:
        return report.submission.assignment.title
    if report.violation_type is not None:
        return report.violation_type.title
    return str(ReportKind(report.kind).label)
