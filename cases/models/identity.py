"""Who reported, and how that is kept, asked about and watched over."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.enums import (
    CheckInAnswer,
    ConsentAnswer,
    ConsentPurpose,
    RetaliationKind,
    RetaliationOutcome,
    RevealOutcome,
    RevealPurpose,
)
from cases.models.beside import StatementRequest
from cases.models.case import Case, Respondent
from cases.models.report import Report
from integrity.core import clock, ids
from integrity.core.fields import BoundedText


class Reveal(models.Model):
    """A request to open the sealed identity of a reporter (PV1).

    One officer asks and says why, another one answers, and only the first may then read it, until
    `expires_at`. Every reading is an event of the history.
    """

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reveals")
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="reveals")
    purpose = models.CharField(_("purpose"), max_length=8, choices=RevealPurpose.choices)
    reason = BoundedText(_("why the name is needed"), max_length=2_000)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField(_("asked"), default=clock.now)
    outcome = models.CharField(
        _("answer"), max_length=10, choices=RevealOutcome.choices, blank=True
    )
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    answer_reason = BoundedText(_("reason of the answer"), max_length=2_000, blank=True)
    expires_at = models.DateTimeField(_("until"), null=True, blank=True)
    first_read_at = models.DateTimeField(_("first read"), null=True, blank=True)
    form_key = models.CharField(max_length=64, unique=True, editable=False)

    class Meta:
        verbose_name = _("request to open an identity")
        verbose_name_plural = _("requests to open an identity")
        ordering: ClassVar[list[str]] = ["asked_at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(outcome="", answered_by__isnull=True, answered_at__isnull=True)
                | Q(
                    outcome__in=RevealOutcome.values,
                    answered_by__isnull=False,
                    answered_at__isnull=False,
                ),
                name="cases_reveal_answered_whole",
            ),
            # The second person is another one.
            models.CheckConstraint(
                condition=Q(answered_by__isnull=True) | ~Q(answered_by=models.F("asked_by")),
                name="cases_reveal_two_people",
            ),
            models.CheckConstraint(
                condition=Q(outcome="approved", expires_at__isnull=False)
                | (~Q(outcome="approved") & Q(expires_at__isnull=True, first_read_at__isnull=True)),
                name="cases_reveal_read_when_approved",
            ),
            models.UniqueConstraint(
                fields=["report", "asked_by"],
                condition=Q(outcome=""),
                name="cases_reveal_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case}"


class Consent(models.Model):
    """Somebody is asked whether they may be named, for one purpose and one disclosure (IN5).

    It is about a reporter, a witness or a respondent. `to_whom` says who would be told, in words
    the person reads before they answer. Used (`used_at`) it is spent: the next disclosure asks
    again. Until then it can be withdrawn.
    """

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="consents")
    report = models.ForeignKey(
        Report, on_delete=models.PROTECT, null=True, blank=True, related_name="consents"
    )
    statement = models.ForeignKey(
        StatementRequest, on_delete=models.PROTECT, null=True, blank=True, related_name="consents"
    )
    respondent = models.ForeignKey(
        Respondent, on_delete=models.PROTECT, null=True, blank=True, related_name="consents"
    )
    purpose = models.CharField(_("purpose"), max_length=16, choices=ConsentPurpose.choices)
    # The respondent who would be told, where that is the purpose.
    learner = models.ForeignKey(
        Respondent, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    to_whom = models.CharField(_("who would be told"), max_length=200, blank=True)
    reason = BoundedText(_("why we ask"), max_length=2_000)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField(_("asked"), default=clock.now)
    answer = models.CharField(_("answer"), max_length=8, choices=ConsentAnswer.choices, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("taken back"), null=True, blank=True)
    used_at = models.DateTimeField(_("told"), null=True, blank=True)
    used_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # What was told to the learner, sealed: the name as it was then.
    told_sealed = models.BinaryField(null=True, editable=False)
    form_key = models.CharField(max_length=64, unique=True, editable=False)

    class Meta:
        verbose_name = _("consent to be named")
        verbose_name_plural = _("consents to be named")
        ordering: ClassVar[list[str]] = ["asked_at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(report__isnull=False, statement__isnull=True, respondent__isnull=True)
                | Q(report__isnull=True, statement__isnull=False, respondent__isnull=True)
                | Q(report__isnull=True, statement__isnull=True, respondent__isnull=False),
                name="cases_consent_of_one",
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True)
                | Q(answer__in=ConsentAnswer.values, answered_at__isnull=False),
                name="cases_consent_answered_whole",
            ),
            # Nothing is told without a yes, nor after it was taken back.
            models.CheckConstraint(
                condition=Q(used_at__isnull=True, used_by__isnull=True, told_sealed__isnull=True)
                | Q(
                    used_at__isnull=False,
                    used_by__isnull=False,
                    answer="given",
                    withdrawn_at__isnull=True,
                ),
                name="cases_consent_used_when_given",
            ),
            models.CheckConstraint(
                condition=Q(purpose="tell_learner", learner__isnull=False)
                | (Q(learner__isnull=True) & ~Q(purpose="tell_learner")),
                name="cases_consent_names_the_learner",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case}"


class RetaliationMark(models.Model):
    """Something that may be an answer to a report, for somebody else to look at (IN9).

    The subject of an earlier report reports whoever had reported, or gives their work a low peer
    review; or whoever had reported says so. `case` is the later matter, where there is one. Who
    worked on the earlier case does not see the later one. Names are in neither.
    """

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=12, choices=RetaliationKind.choices)
    earlier_case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="answered_with")
    earlier_report = models.ForeignKey(
        Report, on_delete=models.PROTECT, related_name="answered_with"
    )
    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, null=True, blank=True, related_name="retaliation_marks"
    )
    peer_review = models.ForeignKey(
        "courses.PeerReview", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    told = BoundedText(_("what was told"), max_length=4_000, blank=True)
    noticed_at = models.DateTimeField(_("noticed"), default=clock.now)
    outcome = models.CharField(
        _("outcome"), max_length=10, choices=RetaliationOutcome.choices, blank=True
    )
    reasons = BoundedText(_("reasons"), max_length=2_000, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)

    class Meta:
        verbose_name = _("possible retaliation")
        verbose_name_plural = _("possible retaliation")
        ordering: ClassVar[list[str]] = ["-noticed_at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["earlier_report", "case"],
                condition=Q(case__isnull=False),
                name="cases_retaliation_case_once",
            ),
            models.UniqueConstraint(
                fields=["earlier_report", "peer_review"],
                condition=Q(peer_review__isnull=False),
                name="cases_retaliation_review_once",
            ),
            models.CheckConstraint(
                condition=Q(outcome="", settled_by__isnull=True, settled_at__isnull=True)
                | Q(
                    outcome__in=RetaliationOutcome.values,
                    settled_by__isnull=False,
                    settled_at__isnull=False,
                ),
                name="cases_retaliation_settled_whole",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # What nobody has looked at yet.
            models.Index(
                fields=["noticed_at", "id"], condition=Q(outcome=""), name="cases_retaliation_open"
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class CheckIn(models.Model):
    """Whoever reported is asked how they fare, so many days after the end of the matter (IN9)."""

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="check_ins")
    days = models.PositiveSmallIntegerField(_("days after the end"))
    asked_at = models.DateTimeField(_("asked"), default=clock.now)
    answer = models.CharField(_("answer"), max_length=8, choices=CheckInAnswer.choices, blank=True)
    text = BoundedText(_("in your words"), max_length=4_000, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    class Meta:
        verbose_name = _("check-in")
        verbose_name_plural = _("check-ins")
        ordering: ClassVar[list[str]] = ["asked_at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["report", "days"], name="cases_check_in_once"),
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True)
                | Q(answer__in=CheckInAnswer.values, answered_at__isnull=False),
                name="cases_check_in_answered_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report}, {self.days}"


class Sweep(models.Model):
    """How far something that looks through ever more rows has come: the newest it looked at.

    `last_id` is the key of a row, or where they are looked at by time, seconds since 1970.
    """

    name = models.CharField(max_length=32, unique=True)
    last_id = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return self.name
