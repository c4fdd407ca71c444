"""What readers of a policy tell us: whether it helped, and what they did not understand (PO8)."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from integrity.core import clock, ids
from integrity.core.fields import BoundedText
from policies.models.version import Version


class HelpfulVote(models.Model):
    """Whether a version helped somebody. `voter_ref` is a keyed reference; it names nobody."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="votes")
    voter_ref = models.CharField(max_length=64)
    helpful = models.BooleanField(_("helped"))
    voted_at = models.DateTimeField(_("when"), default=clock.now)

    class Meta:
        verbose_name = _("answer to “Was this helpful?”")
        verbose_name_plural = _("answers to “Was this helpful?”")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["version", "voter_ref"], name="policies_vote_once"),
        ]

    def __str__(self) -> str:
        return f"{self.version}: {self.helpful}"


class Question(models.Model):
    """A question about a clause of a version, answered by the desk. Only its asker reads it."""

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    version = models.ForeignKey(
        Version, on_delete=models.PROTECT, related_name="questions", verbose_name=_("version")
    )
    clause = models.CharField(_("clause"), max_length=20, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="policy_questions"
    )
    text = BoundedText(_("question"), max_length=2_000)
    asked_at = models.DateTimeField(_("asked"), default=clock.now)
    answer = BoundedText(_("answer"), max_length=4_000, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    # A form sent twice is one question.
    form_key = models.CharField(max_length=64, unique=True, editable=False)

    class Meta:
        verbose_name = _("question about a policy")
        verbose_name_plural = _("questions about policies")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answered_by__isnull=True, answer="")
                | Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer=""),
                name="policies_answer_whole",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # The desk's list, what waits longest first.
            models.Index(
                fields=["asked_at", "id"],
                condition=Q(answered_at__isnull=True),
                name="policies_question_open",
            ),
            models.Index(fields=["asked_by", "-asked_at", "-id"], name="policies_question_own"),
        ]

    def __str__(self) -> str:
        return f"{self.version}, {self.clause}"

    def get_absolute_url(self) -> str:
        """The clause it is about, in the text of exactly that version."""
        page = self.version.get_absolute_url()
        return f"{page}#p{self.clause.replace('.', '-')}" if self.clause else page
