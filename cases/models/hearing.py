"""What is alleged, how the respondent is told, and what they answer."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.enums import Completion, Stance
from cases.models.case import Case, Respondent
from integrity.core import clock, ids
from integrity.core.fields import BoundedText


class Allegation(models.Model):
    """One violation type of one policy version, alleged against one respondent (CF4)."""

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="allegations")
    respondent = models.ForeignKey(Respondent, on_delete=models.PROTECT, related_name="allegations")
    violation_type = models.ForeignKey(
        "policies.ViolationType",
        on_delete=models.PROTECT,
        related_name="allegations",
        verbose_name=_("violation"),
    )
    completion = models.CharField(
        _("attempted or completed"),
        max_length=12,
        choices=Completion.choices,
        default=Completion.COMPLETED,
    )
    description = BoundedText(_("what is said to have happened"), max_length=4_000)
    position = models.PositiveSmallIntegerField(_("number"))
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    added_at = models.DateTimeField(default=clock.now)
    withdrawn_at = models.DateTimeField(_("taken back"), null=True, blank=True)

    class Meta:
        verbose_name = _("allegation")
        verbose_name_plural = _("allegations")
        ordering: ClassVar[list[str]] = ["position"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["case", "position"], name="cases_allegation_numbered"),
            models.UniqueConstraint(
                fields=["respondent", "violation_type"],
                condition=Q(withdrawn_at__isnull=True),
                name="cases_allegation_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.violation_type}"


class Notice(models.Model):
    """The letter that tells a respondent what is alleged and until when to answer (PR1).

    `due_at` is never shortened. Delivery and reading are proved by the letter it names.
    """

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    respondent = models.ForeignKey(Respondent, on_delete=models.PROTECT, related_name="notices")
    letter = models.OneToOneField(
        "notifications.Letter", on_delete=models.PROTECT, related_name="+"
    )
    questions = BoundedText(_("questions to the learner"), max_length=4_000, blank=True)
    due_at = models.DateTimeField(_("answer by"))
    # The version of the words about what happens to the learner's data (cases/notices.py).
    processing_notice = models.CharField(max_length=20, blank=True)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    sent_at = models.DateTimeField(_("sent"), default=clock.now)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering: ClassVar[list[str]] = ["-sent_at"]

    def __str__(self) -> str:
        return f"{self.respondent}"


class Response(models.Model):
    """What the respondent answers to a notice; sent once, never changed afterwards (PR2)."""

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    notice = models.OneToOneField(Notice, on_delete=models.PROTECT, related_name="response")
    respondent = models.ForeignKey(Respondent, on_delete=models.PROTECT, related_name="responses")
    statement = BoundedText(_("anything else"), max_length=10_000, blank=True)
    mitigation = BoundedText(_("circumstances we should know about"), max_length=10_000, blank=True)
    submitted_at = models.DateTimeField(_("answered"), default=clock.now)
    form_key = models.CharField(max_length=64, unique=True, editable=False)

    class Meta:
        verbose_name = _("response")
        verbose_name_plural = _("responses")

    def __str__(self) -> str:
        return f"{self.respondent}"


class ResponsePoint(models.Model):
    """One point of a response. Every one must be answered in the determination (PR4).

    A point belongs to an allegation, or, for circumstances and everything else, to none.
    """

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    response = models.ForeignKey(Response, on_delete=models.PROTECT, related_name="points")
    allegation = models.ForeignKey(
        Allegation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="points",
    )
    stance = models.CharField(_("answer"), max_length=10, choices=Stance.choices, blank=True)
    text = BoundedText(_("in your words"), max_length=10_000, blank=True)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering: ClassVar[list[str]] = ["position"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["response", "position"], name="cases_point_numbered"),
            models.UniqueConstraint(
                fields=["response", "allegation"],
                condition=Q(allegation__isnull=False),
                name="cases_point_once_per_allegation",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.response}: {self.position}"
