"""What an institution tells the platform about the cases it decides (PO5)."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.enums import CaseReportKind
from cases.models.case import Case
from cases.models.decision import Determination
from integrity.core import clock, ids


class CaseReport(models.Model):
    """The report of a case that an institution decided under its own policy, to the platform.

    Written in the transaction of the decision, or of what changed it, and never changed but for who
    has read it. `findings` (code, title, outcome) and `consequences` (code, title, state) are named
    as in the letter to the respondent; the reasons stay with the institution.
    """

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="case_reports")
    determination = models.ForeignKey(
        Determination, on_delete=models.PROTECT, related_name="case_reports"
    )
    kind = models.CharField(_("about"), max_length=12, choices=CaseReportKind.choices)
    findings = models.JSONField(_("found"), default=list)
    consequences = models.JSONField(_("consequences"), default=list)
    sent_at = models.DateTimeField(_("sent"), default=clock.now)
    read_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    read_at = models.DateTimeField(_("read"), null=True, blank=True)

    class Meta:
        verbose_name = _("case report of an institution")
        verbose_name_plural = _("case reports of institutions")
        ordering: ClassVar[list[str]] = ["-sent_at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # Decided once; changed as often as something is taken back.
            models.UniqueConstraint(
                fields=["determination"],
                condition=Q(kind=CaseReportKind.DETERMINED),
                name="cases_case_report_once",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=CaseReportKind.values), name="cases_case_report_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(read_at__isnull=True, read_by__isnull=True)
                | Q(read_at__isnull=False, read_by__isnull=False),
                name="cases_case_report_read_whole",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-sent_at", "-id"], name="cases_case_report_list"),
        ]

    def __str__(self) -> str:
        return f"{self.case}: {self.kind}"
