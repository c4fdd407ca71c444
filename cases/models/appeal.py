"""Appeals against a determination (AP1), decided by somebody uninvolved (AP2)."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.enums import AppealOutcome
from cases.models.case import Respondent
from cases.models.decision import Determination
from integrity.core import clock, ids
from integrity.core.fields import BoundedText


class Appeal(models.Model):
    """One appeal per determination. It is decided once; nothing of it is overwritten.

    `grounds` are codes of the policy's grounds. `conditions` are told to the learner,
    `private_notes` to nobody but the desk.
    """

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    determination = models.OneToOneField(
        Determination, on_delete=models.PROTECT, related_name="appeal"
    )
    respondent = models.ForeignKey(Respondent, on_delete=models.PROTECT, related_name="appeals")
    grounds = models.JSONField(_("grounds"), default=list)
    text = BoundedText(_("why the decision should change"), max_length=10_000)
    lodged_at = models.DateTimeField(_("lodged"), default=clock.now)
    form_key = models.CharField(max_length=64, unique=True, editable=False)
    outcome = models.CharField(
        _("outcome"), max_length=12, choices=AppealOutcome.choices, blank=True
    )
    reasons = BoundedText(_("reasons"), max_length=10_000, blank=True)
    conditions = BoundedText(_("conditions"), max_length=4_000, blank=True)
    private_notes = BoundedText(_("notes for the desk"), max_length=10_000, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    letter = models.OneToOneField(
        "notifications.Letter", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(outcome="", decided_at__isnull=True, decided_by__isnull=True)
                | Q(
                    ~Q(outcome=""),
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                    letter__isnull=False,
                ),
                name="cases_appeal_decided_whole",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # Appeals that wait, the oldest first.
            models.Index(
                fields=["lodged_at", "id"], condition=Q(outcome=""), name="cases_appeal_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.respondent}"
