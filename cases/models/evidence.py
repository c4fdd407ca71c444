"""Evidence: the sealed original, the clean copy, and who was shown what."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.covering import Sheet, Span
from cases.enums import EvidenceKind, FileRole, RedactionKind, ScanState
from cases.evidence.figures import Pair, numbered
from cases.models.case import Case, Respondent
from cases.models.report import Report, ReportMessage
from cases.others import NOBODY, Names
from integrity.core import clock, ids
from integrity.core.fields import BoundedText


class Evidence(models.Model):
    """One piece of evidence in a case: a file, a link, quoted text or the stored submission.

    `label` counts within the case (E1, E2, ...). It came with a report, with a response, or was
    added by the desk; `added_by` is empty for what a report brought, for its sender is sealed.
    """

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="evidence")
    report = models.ForeignKey(
        Report, on_delete=models.PROTECT, null=True, blank=True, related_name="evidence"
    )
    # It came later, with an answer of whoever reported.
    message = models.ForeignKey(
        ReportMessage, on_delete=models.PROTECT, null=True, blank=True, related_name="evidence"
    )
    respondent = models.ForeignKey(
        Respondent,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="evidence_given",
        verbose_name=_("given by the respondent"),
    )
    position = models.PositiveSmallIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=12, choices=EvidenceKind.choices)
    title = models.CharField(_("title"), max_length=200)
    description = BoundedText(_("what it shows"), max_length=2_000, blank=True)
    url = models.URLField(_("link"), max_length=2_000, blank=True)
    text = BoundedText(_("text"), max_length=200_000, blank=True)
    # The text with what was covered taken out; NULL while nothing is. Others see `shown_text`.
    redacted_text = BoundedText(max_length=200_000, null=True, blank=True, editable=False)
    # What a similarity tool found: {"tool", "version", "pairs": [{"a", "b", "similarity"}]}.
    figures = models.JSONField(null=True, blank=True)
    submission = models.ForeignKey(
        "courses.Submission",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    sha256 = models.CharField(_("fingerprint on arrival"), max_length=64)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    added_at = models.DateTimeField(_("added"), default=clock.now)
    # A form sent twice adds its evidence once; empty for what came with a report or an answer.
    form_key = models.CharField(max_length=64, null=True, blank=True, unique=True, editable=False)

    # Whose names the one who reads it now is not to see; nothing that is stored.
    hidden: Names = NOBODY

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering: ClassVar[list[str]] = ["case", "position"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["case", "position"], name="cases_evidence_numbered"),
            models.CheckConstraint(
                condition=Q(kind__in=EvidenceKind.values),
                name="cases_evidence_kind_known",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # Other cases with the same file or address: both have their fingerprint here.
            models.Index(fields=["sha256"], name="cases_evidence_same"),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.title}"

    @property
    def label(self) -> str:
        """The number within the case as people say it: E1."""
        return f"E{self.position}"

    @property
    def pairs(self) -> list[Pair]:
        """What a similarity tool found, highest first, with the names: for the desk alone."""
        return numbered(self.figures)

    def seen_by(self, hidden: Names) -> Evidence:
        """The piece as one reader sees it: `shown_...` without these names (`cases.others`)."""
        self.hidden = hidden
        return self

    @property
    def shown_text(self) -> str:
        """What people outside the desk see of the text: without what was covered."""
        return self.hidden.hide(self.text if self.redacted_text is None else self.redacted_text)

    @property
    def heads(self) -> list[str]:
        """What is read before the text: title, description, address.

        `Redaction` counts through these, each with a line break after it, and on into the text.
        """
        return [self.title, self.description, self.url]

    @property
    def covering(self) -> list[Redaction]:
        """What is covered now; one query unless `redactions` were fetched ahead."""
        return [row for row in self.redactions.all() if row.removed_at is None]

    @property
    def covered(self) -> list[Span]:
        """The spans that are covered now, counted as `heads` says."""
        return [
            (row.start, row.end)
            for row in self.covering
            if row.start is not None and row.end is not None
        ]

    def _shown(self, index: int) -> str:
        return self.hidden.hide(Sheet(self.heads).shown(index, self.covered))

    @property
    def shown_title(self) -> str:
        """The title as people outside the desk see it."""
        return self._shown(0)

    @property
    def shown_description(self) -> str:
        """The description as people outside the desk see it."""
        return self._shown(1)

    @property
    def shown_url(self) -> str:
        """The address as people outside the desk see it; with a covered part it leads nowhere."""
        return self._shown(2)

    @property
    def shown_sha256(self) -> str:
        """The fingerprint on arrival of words and links, or "" where something is covered.

        Of a short text it would let somebody try out which words are missing. That of a file never:
        whoever gets hold of the file of somebody they suspect would know who sent it.
        """
        # Of a comparison it would let them try out what is covered in either text.
        kept = (EvidenceKind.FILE, EvidenceKind.SIMILARITY, EvidenceKind.COMPARISON)
        has_file = self.kind in kept
        less = self.covering or any(self.hidden.spans(text) for text in (*self.heads, self.text))
        return "" if has_file or less else self.sha256


class EvidenceFile(models.Model):
    """Bytes on disk under a random name. An original is sealed with a key outside the database."""

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="files")
    role = models.CharField(max_length=12, choices=FileRole.choices)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=120, unique=True)
    # The sender's own file name may say who they are: it stays sealed with the original.
    name_sealed = models.BinaryField(null=True, editable=False)
    # The same for all files of a piece: what the scanner said about the original.
    scan = models.CharField(
        max_length=10, choices=ScanState.choices, default=ScanState.UNSCANNED, editable=False
    )
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # What waits for the scanner; empty on most days.
            models.Index(fields=["created_at"], condition=Q(scan="held"), name="cases_file_held"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["evidence", "role"], name="cases_file_one_per_role"),
            models.CheckConstraint(
                condition=Q(role__in=FileRole.values), name="cases_file_role_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.evidence}: {self.get_role_display()}"


class Redaction(models.Model):
    """One thing that is covered before a piece of evidence is shown to anybody outside the desk.

    Words are `start` to `end` (characters, half open) in `Evidence.heads`, the text and the text of
    the clean copy, each followed by a line break; an area lies on `page` (from 0)
    and is given in ten-thousandths of the page's width and height. The original stays sealed and
    whole. Uncovered again (`removed_at`) it stays on record.
    """

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="redactions")
    kind = models.CharField(max_length=6, choices=RedactionKind.choices)
    start = models.PositiveIntegerField(null=True, blank=True)
    end = models.PositiveIntegerField(null=True, blank=True)
    page = models.PositiveSmallIntegerField(null=True, blank=True)
    left = models.PositiveSmallIntegerField(null=True, blank=True)
    top = models.PositiveSmallIntegerField(null=True, blank=True)
    width = models.PositiveSmallIntegerField(null=True, blank=True)
    height = models.PositiveSmallIntegerField(null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=500)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField(_("covered"), default=clock.now)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    removed_at = models.DateTimeField(_("uncovered"), null=True, blank=True)
    form_key = models.CharField(max_length=80, unique=True, editable=False)

    class Meta:
        verbose_name = _("redaction")
        verbose_name_plural = _("redactions")
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(
                    kind="text",
                    start__isnull=False,
                    end__gt=F("start"),
                    page__isnull=True,
                    left__isnull=True,
                    top__isnull=True,
                    width__isnull=True,
                    height__isnull=True,
                )
                | Q(
                    kind="area",
                    start__isnull=True,
                    end__isnull=True,
                    page__isnull=False,
                    left__lt=10_000,
                    top__lt=10_000,
                    width__gt=0,
                    height__gt=0,
                    width__lte=10_000 - F("left"),
                    height__lte=10_000 - F("top"),
                ),
                name="cases_redaction_one_kind",
            ),
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True, removed_by__isnull=True)
                | Q(removed_at__isnull=False, removed_by__isnull=False),
                name="cases_redaction_removed_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.evidence}"


class Disclosure(models.Model):
    """The disclosure ledger: this evidence was shown to this respondent from this instant (CF2)."""

    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="disclosures")
    respondent = models.ForeignKey(Respondent, on_delete=models.PROTECT, related_name="disclosures")
    disclosed_at = models.DateTimeField(_("shown"), default=clock.now)
    first_viewed_at = models.DateTimeField(_("first opened"), null=True, blank=True)

    class Meta:
        verbose_name = _("disclosure")
        verbose_name_plural = _("disclosures")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["evidence", "respondent"], name="cases_disclosure_once")
        ]

    def __str__(self) -> str:
        return f"{self.evidence}: {self.respondent}"
