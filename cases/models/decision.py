"""The determination: findings, reasons, answers to every point, and what follows from them."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.enums import Completion, DeterminationStatus, FindingOutcome, SanctionStatus
from cases.models.case import Case, Respondent
from cases.models.evidence import Evidence
from cases.models.hearing import Allegation, ResponsePoint
from integrity.core import clock, ids
from integrity.core.fields import BoundedText


class Determination(models.Model):
    """What an officer finds about one respondent, and why (PR4).

    At most one is in the making (draft or proposed) and at most one is issued at a time: the
    database holds both. A draft holds the findings first; only then are earlier findings opened
    and consequences proposed (CF6). One that a second officer sent back is a draft again, with
    `return_reason`. `digest` is the fingerprint of everything that was proposed; a confirmation
    names it, so an edit in between voids the confirmation. `recommendation` is what the scheme
    said then, frozen. A `summary` one was notice, disclosure and decision in one letter (PR5). An
    annulled one stands in the record and counts for nothing any more (PR6).
    """

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    respondent = models.ForeignKey(
        Respondent, on_delete=models.PROTECT, related_name="determinations"
    )
    status = models.CharField(_("status"), max_length=12, choices=DeterminationStatus.choices)
    standard_of_proof = models.CharField(_("standard of proof"), max_length=40)
    reasons_finding = BoundedText(_("reasons for the finding"), max_length=10_000)
    reasons_penalty = BoundedText(_("reasons for the consequence"), max_length=10_000, blank=True)
    departure_reason = BoundedText(
        _("why something else than recommended"), max_length=4_000, blank=True
    )
    scheme_version = models.ForeignKey(
        "policies.SchemeVersion",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    recommendation = models.JSONField(_("recommendation"), default=dict, blank=True)
    needs_second = models.BooleanField(_("needs a second officer"), default=True)
    digest = models.CharField(max_length=64, blank=True, editable=False)
    found_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("findings by"),
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField(_("proposed"), default=clock.now)
    history_opened_at = models.DateTimeField(_("earlier findings opened"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    return_reason = BoundedText(_("why it was sent back"), max_length=4_000, blank=True)
    summary = models.BooleanField(_("settled by one letter"), default=False)
    # A summary decision is answered like a notice: until when.
    answer_until = models.DateTimeField(_("answer by"), null=True, blank=True)
    annulled_at = models.DateTimeField(_("annulled"), null=True, blank=True)
    annulled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    annulment_reason = BoundedText(_("why it was annulled"), max_length=4_000, blank=True)
    appeal_until = models.DateTimeField(_("appeal by"), null=True, blank=True)
    letter = models.OneToOneField(
        "notifications.Letter",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta:
        verbose_name = _("determination")
        verbose_name_plural = _("determinations")
        ordering: ClassVar[list[str]] = ["-proposed_at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["respondent"],
                condition=Q(status__in=["draft", "proposed"]),
                name="cases_determination_one_open",
            ),
            models.UniqueConstraint(
                fields=["respondent"],
                condition=Q(status="issued"),
                name="cases_determination_one_issued",
            ),
            models.CheckConstraint(
                condition=~Q(status="issued")
                | Q(
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                    letter__isnull=False,
                ),
                name="cases_determination_issued_whole",
            ),
            # Nobody confirms their own proposal, whatever the code above does.
            models.CheckConstraint(
                condition=~Q(status="issued", needs_second=True)
                | (~Q(decided_by=F("proposed_by")) & ~Q(decided_by=F("found_by"))),
                name="cases_determination_two_people",
            ),
            models.CheckConstraint(
                condition=Q(annulled_at__isnull=True, annulled_by__isnull=True, annulment_reason="")
                | Q(
                    Q(annulled_at__isnull=False, annulled_by__isnull=False), ~Q(annulment_reason="")
                ),
                name="cases_determination_annulled_whole",
            ),
            models.CheckConstraint(
                condition=Q(summary=True) | Q(answer_until__isnull=True),
                name="cases_determination_answer_summary",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.respondent}"

    def is_by(self, user: models.Model) -> bool:
        """Whether the user recorded the findings or proposed what follows from them."""
        return user.pk in (self.found_by_id, self.proposed_by_id)


class Finding(models.Model):
    """Whether one allegation was shown (CF5 in its first form)."""

    determination = models.ForeignKey(
        Determination, on_delete=models.CASCADE, related_name="findings"
    )
    allegation = models.ForeignKey(Allegation, on_delete=models.PROTECT, related_name="findings")
    outcome = models.CharField(_("finding"), max_length=12, choices=FindingOutcome.choices)
    completion = models.CharField(max_length=12, choices=Completion.choices)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["determination", "allegation"], name="cases_finding_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.allegation}: {self.get_outcome_display()}"

    @property
    def rests_on(self) -> list[Evidence]:
        """The pieces it rests on, in their order; no query where `supports__evidence` is there."""
        rows = (row.evidence for row in self.supports.all())
        return sorted(rows, key=lambda piece: piece.position)


class FindingSupport(models.Model):
    """A piece of evidence, shown to the respondent, on which a finding rests (PR4)."""

    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="supports")
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="supports")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["finding", "evidence"], name="cases_support_once")
        ]

    def __str__(self) -> str:
        return f"{self.finding}: {self.evidence.label}"


class Advice(models.Model):
    """Advice to a respondent without finding or consequence; never a prior (PR6)."""

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    respondent = models.ForeignKey(Respondent, on_delete=models.PROTECT, related_name="advice")
    text = BoundedText(_("advice"), max_length=4_000)
    letter = models.OneToOneField(
        "notifications.Letter", on_delete=models.PROTECT, related_name="+"
    )
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    given_at = models.DateTimeField(_("given"), default=clock.now)

    class Meta:
        verbose_name = _("advice")
        verbose_name_plural = _("advice")
        ordering: ClassVar[list[str]] = ["given_at", "id"]

    def __str__(self) -> str:
        return f"{self.respondent}"


class PointAnswer(models.Model):
    """What the determination answers to one point of the response."""

    determination = models.ForeignKey(
        Determination, on_delete=models.CASCADE, related_name="answers"
    )
    point = models.ForeignKey(ResponsePoint, on_delete=models.PROTECT, related_name="answers")
    text = BoundedText(_("answer"), max_length=4_000)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["determination", "point"], name="cases_answer_once")
        ]

    def __str__(self) -> str:
        return f"{self.point}"


class Sanction(models.Model):
    """One consequence of a determination (SA5). Its handler carries it out and reverses it."""

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="sanctions")
    respondent = models.ForeignKey(Respondent, on_delete=models.PROTECT, related_name="sanctions")
    determination = models.ForeignKey(
        Determination, on_delete=models.PROTECT, related_name="sanctions"
    )
    consequence = models.ForeignKey(
        "policies.Consequence", on_delete=models.PROTECT, related_name="sanctions"
    )
    code = models.CharField(_("kind"), max_length=40)
    params = models.JSONField(default=dict, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=SanctionStatus.choices)
    starts_at = models.DateTimeField(_("from"), null=True, blank=True)
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    reversed_at = models.DateTimeField(_("reversed"), null=True, blank=True)
    reversed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    reversal_reason = BoundedText(_("why it was reversed"), max_length=4_000, blank=True)

    class Meta:
        verbose_name = _("sanction")
        verbose_name_plural = _("sanctions")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["determination", "code"],
                name="cases_sanction_once_per_determination",
            ),
            models.CheckConstraint(
                condition=Q(status__in=SanctionStatus.values),
                name="cases_sanction_status_known",
            ),
            models.CheckConstraint(
                condition=~Q(status="reversed")
                | Q(reversed_at__isnull=False, reversed_by__isnull=False),
                name="cases_sanction_reversal_whole",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # Sanctions due: what ends next.
            models.Index(
                fields=["ends_at"],
                condition=Q(status="active"),
                name="cases_sanction_ends",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code}, {self.respondent}"

    @property
    def source(self) -> str:
        """How effects and restrictions name their cause."""
        return f"sanction:{self.public_id}"
