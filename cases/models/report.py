"""What somebody tells the office. Who told it is sealed."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.enums import (
    ClosingOutcome,
    DismissalReason,
    ImportStatus,
    ReceivedBy,
    ReportKind,
    ReportMode,
    ReportStatus,
    ReviewOutcome,
    ScanState,
)
from cases.models.case import Case
from integrity.core import clock, ids
from integrity.core.fields import BoundedText


class Report(models.Model):
    """A flag, an honor code report or a conduct incident.

    There is no foreign key to the person who sent it: `reporter_ref` is a keyed fingerprint to find
    one's own reports by, `reporter_sealed` the identity under a key outside the database (PV1).
    `public_id` is random, `form_key` makes the same form sent twice one report.
    """

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    reference = models.CharField(_("reference"), max_length=20, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=ReportKind.choices)
    mode = models.CharField(_("name given"), max_length=14, choices=ReportMode.choices)
    status = models.CharField(
        _("status"),
        max_length=12,
        choices=ReportStatus.choices,
        default=ReportStatus.SUBMITTED,
    )
    # Of a dismissal: what its sender is shown until it cannot be undone any more.
    status_before = models.CharField(
        max_length=12, choices=ReportStatus.choices, blank=True, editable=False
    )
    reporter_ref = models.CharField(max_length=64, blank=True, editable=False)
    reporter_sealed = models.BinaryField(null=True, editable=False)
    # Who told the desk without having an account: a name and how to reach them, sealed (IN10).
    informant_sealed = models.BinaryField(null=True, editable=False)
    # Slow, keyed hash of the receipt code of a report without an account: its only way back (IN4).
    # Of one that is not sent yet, the keyed fingerprint of the browser's key.
    receipt_ref = models.CharField(max_length=64, blank=True, editable=False)
    institution = models.ForeignKey(
        "courses.Institution", on_delete=models.PROTECT, related_name="reports"
    )
    course = models.ForeignKey(
        "courses.Course",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reports",
    )
    submission = models.ForeignKey(
        "courses.Submission",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reports",
    )
    post = models.ForeignKey(
        "courses.Post",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reports",
    )
    violation_type = models.ForeignKey(
        "policies.ViolationType",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reports",
        verbose_name=_("reported as"),
    )
    account = BoundedText(_("what happened"), max_length=4_000, blank=True)
    quoted_text = BoundedText(_("the words themselves"), max_length=4_000, blank=True)
    visible_name = models.CharField(_("name shown there"), max_length=150, blank=True)
    links = models.JSONField(_("links"), default=list, blank=True)
    incident_at = models.DateTimeField(_("when it happened"), null=True, blank=True)
    # Only the day is known; `incident_at` is then its 00:00 UTC and stands for the day alone.
    incident_day_only = models.BooleanField(_("hour not known"), default=False)
    good_faith = models.BooleanField(_("sent in good faith"), default=False)
    # The versions of the words the sender saw and agreed to (cases/notices.py).
    good_faith_statement = models.CharField(max_length=20, blank=True)
    processing_notice = models.CharField(max_length=20, blank=True)
    received_by = models.CharField(
        _("how it reached us"),
        max_length=10,
        choices=ReceivedBy.choices,
        default=ReceivedBy.WEB,
    )
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("entered by"),
    )
    imported_with = models.ForeignKey(
        "cases.ReportImport",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reports",
    )
    submitted_at = models.DateTimeField(_("received"), default=clock.now)
    acknowledged_at = models.DateTimeField(_("acknowledged"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    outcome = models.CharField(
        _("outcome"), max_length=16, choices=ClosingOutcome.choices, blank=True
    )
    dismissal_reason = models.CharField(max_length=20, choices=DismissalReason.choices, blank=True)
    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, null=True, blank=True, related_name="reports"
    )
    # How far the person has come with a draft: the number of the page they saved last.
    draft_step = models.PositiveSmallIntegerField(default=0, editable=False)
    form_key = models.CharField(max_length=64, unique=True, editable=False)
    # Fingerprint of what was sent, so that the same key with other content is noticed.
    form_digest = models.CharField(max_length=64, editable=False)

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(status__in=ReportStatus.values),
                name="cases_report_status_known",
            ),
            models.CheckConstraint(
                condition=Q(status="draft") | Q(case__isnull=False),
                name="cases_report_sent_has_case",
            ),
            models.CheckConstraint(
                condition=Q(reporter_ref="") | Q(reporter_sealed__isnull=False),
                name="cases_report_reporter_sealed",
            ),
            models.CheckConstraint(
                condition=Q(receipt_ref="") | Q(reporter_ref="", mode="anonymous"),
                name="cases_report_receipt_or_reporter",
            ),
            models.CheckConstraint(
                condition=Q(received_by__in=ReceivedBy.values),
                name="cases_report_received_known",
            ),
            models.UniqueConstraint(
                fields=["receipt_ref"],
                condition=~Q(receipt_ref=""),
                name="cases_report_receipt_once",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # "My reports": the newest first.
            models.Index(fields=["reporter_ref", "-submitted_at"], name="cases_report_mine"),
            # Whose receipt should have been delivered by now, and who is to be asked how they fare:
            # a stretch of days, looked at again and again.
            models.Index(
                fields=["submitted_at"],
                condition=~Q(reporter_ref=""),
                name="cases_report_arrived",
            ),
            models.Index(
                fields=["closed_at"],
                condition=Q(closed_at__isnull=False),
                name="cases_report_ended",
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class ReportImport(models.Model):
    """A list of reports as a file: checked line by line first, filed when somebody says so (IN10).

    The file lies sealed on disk at `path`. `lines` is what became of each line, or
    would: `[{"line": 2, "kind": "flag", "errors": {}, "reference": "R-7Q2M-X94T", "known": true}]`.
    """

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    institution = models.ForeignKey(
        "courses.Institution", on_delete=models.PROTECT, related_name="+"
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    uploaded_at = models.DateTimeField(_("uploaded"), default=clock.now)
    status = models.CharField(
        _("status"), max_length=8, choices=ImportStatus.choices, default=ImportStatus.CHECKED
    )
    filed_at = models.DateTimeField(_("filed"), null=True, blank=True)
    path = models.CharField(max_length=120, unique=True)
    sha256 = models.CharField(_("fingerprint"), max_length=64)
    lines = models.JSONField(default=list)
    form_key = models.CharField(max_length=64, unique=True, editable=False)

    class Meta:
        verbose_name = _("list of reports")
        verbose_name_plural = _("lists of reports")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(status__in=["checked", "filing"], filed_at__isnull=True)
                | Q(status="filed", filed_at__isnull=False),
                name="cases_import_filed_whole",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class SealedFile(models.Model):
    """A file that is no evidence (yet): checked, copied and sealed already."""

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    description = models.CharField(_("what it shows"), max_length=200, blank=True)
    original_path = models.CharField(max_length=120, unique=True)
    original_type = models.CharField(max_length=100)
    original_size = models.PositiveIntegerField()
    original_sha256 = models.CharField(max_length=64)
    derivative_path = models.CharField(max_length=120, unique=True)
    derivative_type = models.CharField(max_length=100)
    derivative_size = models.PositiveIntegerField()
    derivative_sha256 = models.CharField(max_length=64)
    # Of a moving picture the clean copy shows only the beginning.
    moving = models.BooleanField(default=False)
    name_sealed = models.BinaryField(editable=False)
    scan = models.CharField(
        max_length=10, choices=ScanState.choices, default=ScanState.UNSCANNED, editable=False
    )
    created_at = models.DateTimeField(default=clock.now)
    # A form sent twice brings its files once.
    form_key = models.CharField(max_length=80, unique=True, editable=False)

    class Meta:
        abstract = True
        ordering: ClassVar[list[str]] = ["id"]

    def __str__(self) -> str:
        return str(self.public_id)


class ReportTrail(models.Model):
    """A case this report was in before it went into another one: whoever sent it stays shut out."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="trail")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["case", "report"], name="cases_trail_once"),
        ]

    def __str__(self) -> str:
        return f"{self.report}, {self.case}"


class DraftFile(SealedFile):
    """A file of a report that is not sent yet.

    On sending it becomes evidence, and this row goes; the files on disk stay where they are.
    """

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="draft_files")


class ReportMessage(models.Model):
    """A question of the desk to whoever sent a report, or what they said to it (IN4).

    `asked_by` is set for the desk's words and empty for the sender's, who stays sealed.
    """

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="messages")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    body = BoundedText(_("message"), max_length=4_000)
    sent_at = models.DateTimeField(_("sent"), default=clock.now)
    # When the other side first saw it: the sender the desk's words, the desk the sender's.
    read_at = models.DateTimeField(_("read"), null=True, blank=True)
    # A form sent twice is one message.
    form_key = models.CharField(max_length=64, unique=True, editable=False)

    class Meta:
        verbose_name = _("message about a report")
        verbose_name_plural = _("messages about reports")
        ordering: ClassVar[list[str]] = ["sent_at", "id"]
        indexes: ClassVar[list[models.Index]] = [
            # What the desk has not read yet.
            models.Index(
                fields=["report", "sent_at"],
                condition=Q(read_at__isnull=True, asked_by__isnull=True),
                name="cases_message_unread",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report}"


class MessageFile(SealedFile):
    """A file the desk sent with its message. What the sender sends with theirs is evidence."""

    message = models.ForeignKey(ReportMessage, on_delete=models.PROTECT, related_name="files")


class DismissalReview(models.Model):
    """Whoever reported asks somebody uninvolved to look at a dismissal again, once (AP1)."""

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    report = models.OneToOneField(Report, on_delete=models.PROTECT, related_name="review")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reviews")
    # Who dismissed it, and so may not decide about it.
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    text = BoundedText(_("why it should be looked at again"), max_length=4_000)
    asked_at = models.DateTimeField(_("asked"), default=clock.now)
    form_key = models.CharField(max_length=64, unique=True, editable=False)
    outcome = models.CharField(
        _("outcome"), max_length=12, choices=ReviewOutcome.choices, blank=True
    )
    reasons = BoundedText(_("reasons"), max_length=4_000, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    class Meta:
        verbose_name = _("review of a dismissal")
        verbose_name_plural = _("reviews of dismissals")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(outcome="", decided_at__isnull=True, decided_by__isnull=True)
                | Q(
                    outcome__in=ReviewOutcome.values,
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                ),
                name="cases_review_decided_whole",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # Reviews that wait, the oldest first.
            models.Index(
                fields=["asked_at", "id"], condition=Q(outcome=""), name="cases_review_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report}"
