"""What a respondent has begun and not sent, and the time they have for it (PR2, AP1)."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.enums import MoreTimeOutcome
from cases.models.decision import Determination
from cases.models.hearing import Notice
from cases.models.report import SealedFile
from integrity.core import clock, ids
from integrity.core.fields import BoundedText

# What the words of a draft are sealed for.
DRAFT_PURPOSE = "answer-draft"


class AnswerDraft(models.Model):
    """An answer to a notice or an appeal that is not sent yet; it goes when it is sent.

    Read by the respondent, and by an adviser who may write; by nobody else. Its words are sealed.
    `revision` counts the savings: who saves an older one is told what changed meanwhile.
    """

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    notice = models.OneToOneField(
        Notice, on_delete=models.CASCADE, null=True, blank=True, related_name="draft"
    )
    determination = models.OneToOneField(
        Determination, on_delete=models.CASCADE, null=True, blank=True, related_name="appeal_draft"
    )
    content_sealed = models.BinaryField()
    revision = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField(_("saved"), default=clock.now)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("draft of an answer")
        verbose_name_plural = _("drafts of answers")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(notice__isnull=False, determination__isnull=True)
                | Q(notice__isnull=True, determination__isnull=False),
                name="cases_answer_draft_of_one",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class AnswerDraftFile(SealedFile):
    """A file that goes with a draft. On sending it becomes evidence, and this row goes."""

    draft = models.ForeignKey(AnswerDraft, on_delete=models.CASCADE, related_name="files")
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )


class MoreTime(models.Model):
    """A respondent asks for more time to answer, or is given it unasked (PR2).

    Given, `until` is the new end; time is never taken away.
    """

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="more_time")
    # Empty where the desk gave it unasked.
    reason = BoundedText(_("why more time is needed"), max_length=2_000, blank=True)
    asked_at = models.DateTimeField(_("asked"), default=clock.now)
    form_key = models.CharField(max_length=64, unique=True, editable=False)
    outcome = models.CharField(
        _("outcome"), max_length=10, choices=MoreTimeOutcome.choices, blank=True
    )
    until = models.DateTimeField(_("answer by"), null=True, blank=True)
    words = BoundedText(_("what the learner is told"), max_length=2_000, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    class Meta:
        verbose_name = _("request for more time")
        verbose_name_plural = _("requests for more time")
        ordering: ClassVar[list[str]] = ["asked_at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["notice"], condition=Q(outcome=""), name="cases_more_time_one_waits"
            ),
            models.CheckConstraint(
                condition=Q(outcome="", decided_at__isnull=True, decided_by__isnull=True)
                | Q(~Q(outcome=""), decided_at__isnull=False, decided_by__isnull=False),
                name="cases_more_time_decided_whole",
            ),
            models.CheckConstraint(
                condition=Q(outcome="granted", until__isnull=False)
                | Q(~Q(outcome="granted"), until__isnull=True),
                name="cases_more_time_until",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.notice}"
