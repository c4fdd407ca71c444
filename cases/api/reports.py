"""Reports: sending one, and one's own. Nobody else's is here."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from cases import receipts, rules
from cases.api.moments import WHEN, DayOrMoment, when_told
from cases.enums import EvidenceKind, ReceivedBy, ReportKind, ReportMode, ReportStatus
from cases.evidence import StoredFile, received
from cases.evidence.errors import FIELD
from cases.evidence.incoming import MAX_FILES
from cases.governing import happened, kept_day
from cases.models import Report as StoredReport
from cases.selectors import report as selectors
from cases.services import floods, intake
from cases.services.answers import ACCOUNT_LENGTH, NAME_LENGTH, QUOTE_LENGTH
from cases.services.clean import MAX_LINKS
from cases.services.entry import type_named
from cases.views.my_reports import progress
from integrity.accounts.models import User
from integrity.api.body import (
    CleanText,
    PageQuery,
    Strict,
    StrictJSONParser,
    StrictPartsParser,
)
from integrity.api.scopes import Scope
from integrity.api.views import ApiView, bad_cursor, page, page_shape
from integrity.core.errors import InvalidInput, NotFound
from integrity.courses.models import Course, Post, Submission
from integrity.courses.paging import newest_first
from integrity.courses.rules import courses_of
from integrity.web.clients import address_of


class ReportLine(serializers.Serializer[Any]):
    """A report you sent, and where it stands. The end is one of three words, never more."""

    id = serializers.UUIDField(source="public_id")
    reference = serializers.CharField()
    kind = serializers.ChoiceField(choices=ReportKind.choices)
    mode = serializers.ChoiceField(choices=ReportMode.choices)
    about = serializers.SerializerMethodField(help_text="A place or a rule, never a person.")
    progress = serializers.SerializerMethodField(
        help_text="submitted, linked, withdrawn or closed."
    )
    outcome = serializers.SerializerMethodField(
        help_text="action_taken, no_violation or not_pursued once it is closed, else empty."
    )
    submitted_at = serializers.DateTimeField()

    def get_about(self, report: StoredReport) -> str:
        return selectors.about(report)

    def get_progress(self, report: StoredReport) -> str:
        return progress(report).shape

    def get_outcome(self, report: StoredReport) -> str:
        return report.outcome if progress(report).shape == "closed" else ""


class Report(ReportLine):
    """A report as you sent it."""

    course = serializers.CharField(source="course.slug", default=None, allow_null=True)
    submission = serializers.UUIDField(source="submission.public_id", default=None, allow_null=True)
    post = serializers.UUIDField(source="post.public_id", default=None, allow_null=True)
    violation_type = serializers.CharField(
        source="violation_type.code", default=None, allow_null=True
    )
    account = serializers.CharField()
    quoted_text = serializers.CharField()
    visible_name = serializers.CharField()
    links = serializers.ListField(child=serializers.CharField())
    files = serializers.SerializerMethodField(help_text="How many files came with it.")
    incident_at = serializers.SerializerMethodField(help_text=WHEN)

    @extend_schema_field(DayOrMoment(allow_null=True))
    def get_incident_at(self, report: StoredReport) -> str | None:
        return when_told(happened(report))

    def get_files(self, report: StoredReport) -> int:
        return report.evidence.filter(kind=EvidenceKind.FILE).count()


class SentReport(Report):
    """A report that has just been sent."""

    receipt_code = serializers.SerializerMethodField(
        help_text="Of a report without a name: the only way back to it, told once. Else empty."
    )

    def get_receipt_code(self, report: StoredReport) -> str:
        return str(self.context["code"])


class NewReport(Strict):
    """A report to be sent. With files it is the part `json` of `multipart/form-data`.

    `flag` needs a submission; the others need an account. Submissions, posts and courses are those
    you can see; anything else is treated as if it did not exist.
    """

    kind = serializers.ChoiceField(choices=ReportKind.choices)
    mode = serializers.ChoiceField(
        choices=ReportMode.choices,
        help_text="named or confidential: whether those who work on the case see your name. "
        "anonymous: nothing that leads to you is kept, and the answer holds a receipt code.",
    )
    account = CleanText(
        required=False, allow_blank=True, length=ACCOUNT_LENGTH, help_text="What happened."
    )
    quoted_text = CleanText(
        required=False, allow_blank=True, length=QUOTE_LENGTH, help_text="The words themselves."
    )
    visible_name = CleanText(
        required=False,
        allow_blank=True,
        length=NAME_LENGTH,
        single_line=True,
        help_text="Who did it, as the name is shown there.",
    )
    links = serializers.ListField(
        child=serializers.CharField(max_length=2000), required=False, max_length=MAX_LINKS
    )
    incident_at = DayOrMoment(required=False, help_text=WHEN)
    course = serializers.CharField(required=False, max_length=100, help_text="Its short name.")
    submission = serializers.UUIDField(required=False)
    post = serializers.UUIDField(required=False)
    violation_type = serializers.CharField(
        required=False, max_length=60, help_text="A code of the policy in force."
    )
    good_faith = serializers.BooleanField(
        help_text="That you said what you know, as truthfully as you can."
    )


class NewReportWithFiles(NewReport):
    """As `NewReport`, with files of the kinds that the pages take."""

    files = serializers.ListField(
        child=serializers.FileField(allow_empty_file=True), required=False, max_length=MAX_FILES
    )


class NewReportParts(serializers.Serializer[Any]):
    """The parts of a body with files: at most ten, of 10 MB each and 16 MB together."""

    json = NewReport(help_text="The report.")
    files = serializers.ListField(child=serializers.FileField(), required=False)


class ReportsView(ApiView):
    """One's own reports."""

    scopes: ClassVar[Mapping[str, str]] = {
        "GET": Scope.REPORTS_READ,
        "POST": Scope.REPORTS_WRITE,
    }
    queries: ClassVar[Mapping[str, type[Strict]]] = {"GET": PageQuery}
    parser_classes = (StrictJSONParser, StrictPartsParser)

    @extend_schema(summary="Reports you sent", responses=page_shape(ReportLine))
    def get(self, request: Request) -> Response:
        """The newest first; drafts of the pages are not among them."""
        sent = (
            rules.own_reports(self.user)
            .exclude(status=ReportStatus.DRAFT)
            .select_related("submission__assignment", "violation_type")
            .defer("account", "quoted_text")
        )
        try:
            found = newest_first(
                sent,
                by="submitted_at",
                after=self.asked.get("cursor"),
                size=self.asked["limit"],
            )
        except NotFound as error:
            raise bad_cursor() from error
        return page(ReportLine, found.rows, str(found.next) if found.next else None)

    @extend_schema(
        summary="Send a report",
        request={"application/json": NewReport, "multipart/form-data": NewReportParts},
        responses={201: SentReport},
    )
    def post(self, request: Request) -> Response:
        """Sent as if from the pages: filed, sealed, acknowledged. At most five in an hour.

        Without a name nothing ties the report to the token. The receipt code is in this answer
        alone: the same key with the same body repeats it for 24 hours, afterwards nobody can.
        """
        uploads = request.data.get("files", ())
        if not _are_files(uploads):
            return self.once(request, lambda: self._send(request, ()))
        # Opened before anything is locked; what is not kept, as when it was sent before, goes.
        with _named_files(), received(uploads) as stored:
            return self.once(request, lambda: self._send(request, stored))

    def _send(self, request: Request, stored: Sequence[StoredFile]) -> Response:
        told = self.read(NewReportWithFiles, request)
        matter = _matter(self.user, told)
        nameless = told["mode"] == ReportMode.ANONYMOUS
        code = receipts.new_code() if nameless else ""
        report = intake.submit_report(
            actor=self.user,
            kind=told["kind"],
            mode=told["mode"],
            form_key=secrets.token_hex(32),
            account=told.get("account", ""),
            quoted_text=told.get("quoted_text", ""),
            visible_name=told.get("visible_name", ""),
            links=told.get("links", ()),
            good_faith=told["good_faith"],
            language=self.user.language,
            receipt=code,
            stored=stored,
            # Few people have a token: that one was used would say who has no name here.
            received_by=ReceivedBy.WEB if nameless else ReceivedBy.API,
            source=_source(request, self.user, nameless=nameless),
            **_when(told),
            **matter,
        )
        return Response(
            SentReport(report, context={"code": code}).data, status=status.HTTP_201_CREATED
        )


def _source(request: Request, user: User, *, nameless: bool) -> floods.Source:
    """Who is counted, as on the pages: without a name the address, for nothing ties the two."""
    return floods.Source.address(address_of(request)) if nameless else floods.Source.account(user)


def _are_files(uploads: object) -> bool:
    return bool(uploads) and isinstance(uploads, list) and isinstance(uploads[0], UploadedFile)


@contextmanager
def _named_files() -> Iterator[None]:
    """Refusals of files stand at the part they came in."""
    try:
        yield
    except InvalidInput as error:
        if FIELD not in error.fields:
            raise
        rest = {name: told for name, told in error.fields.items() if name != FIELD}
        raise InvalidInput({"files": error.fields[FIELD], **rest}) from error


class ReportView(ApiView):
    """One of one's own reports."""

    scopes: ClassVar[Mapping[str, str]] = {"GET": Scope.REPORTS_READ}

    @extend_schema(summary="A report you sent", responses=Report)
    def get(self, request: Request, report: str) -> Response:
        """As it was sent, and where it stands."""
        found = selectors.my_report(self.user, UUID(report))
        return Response(Report(found.report).data)


def _matter(user: User, told: Mapping[str, Any]) -> dict[str, Any]:
    """What the report is about, as the service takes it; only what the user can see is there."""
    problems: dict[str, list[Any]] = {}
    if len({"submission", "post", "course"} & told.keys()) > 1:
        text = _("Name one of them: the course follows from a submission or post.")
        raise InvalidInput({"": [text]})
    submission: Submission | None = None
    post: Post | None = None
    course: Course | None = None
    if "submission" in told:
        submission = selectors.reportable_submission(user, told["submission"])
        if submission is None:
            problems["submission"] = [_("There is no such submission.")]
    if "post" in told:
        post = selectors.reportable_post(user, told["post"])
        if post is None:
            problems["post"] = [_("There is no such post.")]
    if "course" in told:
        own = courses_of(user).select_related("programme", "institution")
        course = own.filter(slug=told["course"]).first()
        if course is None:
            problems["course"] = [_("There is no such course.")]
    if submission is not None:
        course = submission.assignment.course
    elif post is not None:
        course = post.course
    institution = selectors.office_for(course)
    violation = None
    if "violation_type" in told:
        when = _when(told)
        violation = type_named(
            told["kind"],
            told["violation_type"],
            institution=institution,
            course=course,
            target=submission or post,
            incident_at=when.get("incident_at"),
            day_only=when.get("incident_day_only", False),
        )
        if violation is None:
            problems["violation_type"] = [_("The policy in force has no such type.")]
    if problems:
        raise InvalidInput(problems)
    return {
        "institution": institution,
        "course": course,
        "submission": submission,
        "post": post,
        "violation_type": violation,
    }


def _when(told: Mapping[str, Any]) -> dict[str, Any]:
    """When it happened, as the service takes it; nothing where nobody said."""
    given = told.get("incident_at")
    if given is None:
        return {}
    if isinstance(given, datetime):
        return {"incident_at": given}
    return {"incident_at": kept_day(given), "incident_day_only": True}
