"""What has to be shown for an allegation, what each piece of evidence says to it, comparisons."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.enums import ProofWeight
from cases.models.case import Case
from cases.models.evidence import Evidence
from cases.models.hearing import Allegation
from integrity.core import clock, ids
from integrity.core.fields import BoundedText


class ProofPoint(models.Model):
    """One thing that has to be shown for an allegation: a row of the findings grid (CF5)."""

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    allegation = models.ForeignKey(
        Allegation, on_delete=models.PROTECT, related_name="proof_points"
    )
    position = models.PositiveSmallIntegerField()
    text = models.CharField(_("what has to be shown"), max_length=200)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    added_at = models.DateTimeField(default=clock.now)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("point to show")
        verbose_name_plural = _("points to show")
        ordering: ClassVar[list[str]] = ["position", "id"]

    def __str__(self) -> str:
        return self.text


class ProofMark(models.Model):
    """What one piece of evidence says to one point: a cell of the findings grid."""

    point = models.ForeignKey(ProofPoint, on_delete=models.PROTECT, related_name="marks")
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="proof_marks")
    weight = models.CharField(_("what it says"), max_length=8, choices=ProofWeight.choices)
    remark = models.CharField(_("remark"), max_length=500, blank=True)
    marked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    marked_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["point", "evidence"], name="cases_mark_once"),
            models.CheckConstraint(
                condition=Q(weight__in=ProofWeight.values), name="cases_mark_weight_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.point}: {self.weight}"


class Comparison(models.Model):
    """Two texts or programs beside each other, with what they have in common (CF3).

    Each side is a piece of evidence of the case, a submission, or words that were pasted or
    uploaded; `a_text` and `b_text` are what was compared, as it was then. `result` is what
    `cases.comparison.compare` found, `set_aside` the passages somebody left out, with their reason.
    A comparison is attached to the case as evidence, or it stays a working paper of the desk.
    """

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="comparisons")
    language = models.CharField(_("language"), max_length=20)
    a_title = models.CharField(_("first"), max_length=200)
    b_title = models.CharField(_("second"), max_length=200)
    a_evidence = models.ForeignKey(
        Evidence, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    b_evidence = models.ForeignKey(
        Evidence, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    a_submission = models.ForeignKey(
        "courses.Submission", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    b_submission = models.ForeignKey(
        "courses.Submission", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    a_text = BoundedText(max_length=400_000)
    b_text = BoundedText(max_length=400_000)
    result = models.JSONField()
    set_aside = models.JSONField(default=list, blank=True)
    evidence = models.OneToOneField(
        Evidence, on_delete=models.PROTECT, null=True, blank=True, related_name="comparison"
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField(_("made"), default=clock.now)
    revision = models.PositiveIntegerField(default=0)
    form_key = models.CharField(max_length=64, unique=True, editable=False)

    class Meta:
        verbose_name = _("comparison")
        verbose_name_plural = _("comparisons")

    def __str__(self) -> str:
        return f"{self.a_title} / {self.b_title}"


class SubmissionPrint(models.Model):
    """One fingerprint of a submission, to find others in its course that share many of them.

    There are about a hundred for a submission of a page, so a row holds no more than it must:
    `value` is a number of 32 bits into which the course was stirred, and the key is all there is.
    """

    pk = models.CompositePrimaryKey("value", "submission_id")
    value = models.IntegerField()
    submission = models.ForeignKey(
        "courses.Submission", on_delete=models.CASCADE, related_name="prints"
    )

    def __str__(self) -> str:
        return str(self.value)


class PrintedSubmission(models.Model):
    """A submission whose fingerprints are in the index, and of which text they are.

    `sha256` is of the text that was fingerprinted; empty when the text has changed since.
    """

    submission = models.OneToOneField(
        "courses.Submission", on_delete=models.CASCADE, related_name="printed"
    )
    course = models.ForeignKey("courses.Course", on_delete=models.CASCADE, related_name="+")
    sha256 = models.CharField(max_length=64, blank=True)
    language = models.CharField(max_length=20)
    prints = models.PositiveIntegerField()
    printed_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # What is to be fingerprinted again.
            models.Index(fields=["submission"], name="cases_print_stale", condition=Q(sha256="")),
        ]

    def __str__(self) -> str:
        return str(self.submission)
