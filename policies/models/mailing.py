"""A message to very many people, queued in portions."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from integrity.core import clock, ids
from policies.enums import MailingKind
from policies.models.version import Version


class Mailing(models.Model):
    """One message to everybody it concerns, queued a portion at a time.

    `cursor` is the primary key up to which the audience has been read (a person, or an enrolment
    for a reminder of pledges); portion, cursor and messages commit together, so whoever goes on
    after a crash begins where the last whole portion ended. `total` is the size of the audience
    when it was started, to show progress by; `queued` counts messages written.
    """

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=20, choices=MailingKind.choices)
    version = models.ForeignKey(
        Version, on_delete=models.PROTECT, related_name="mailings", verbose_name=_("version")
    )
    course = models.ForeignKey(
        "courses.Course",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("course"),
    )
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    started_at = models.DateTimeField(_("started"), default=clock.now)
    total = models.PositiveIntegerField(_("people"), default=0)
    seen = models.PositiveIntegerField(_("looked at"), default=0)
    queued = models.PositiveIntegerField(_("messages written"), default=0)
    cursor = models.BigIntegerField(default=0)
    moved_at = models.DateTimeField(_("last portion"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    stopped_at = models.DateTimeField(_("stopped"), null=True, blank=True)
    stopped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # A form sent twice is one mailing.
    form_key = models.CharField(max_length=64, unique=True, editable=False)

    class Meta:
        verbose_name = _("mailing")
        verbose_name_plural = _("mailings")
        ordering: ClassVar[list[str]] = ["-started_at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(kind__in=MailingKind.values), name="policies_mailing_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(queued__lte=F("seen")), name="policies_mailing_counts"
            ),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | Q(stopped_at__isnull=True),
                name="policies_mailing_one_end",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # What a sweeper has to go on with.
            models.Index(
                fields=["started_at"],
                condition=Q(finished_at__isnull=True, stopped_at__isnull=True),
                name="policies_mailing_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}, {self.version}"

    @property
    def is_open(self) -> bool:
        """Whether portions are still to be queued."""
        return self.finished_at is None and self.stopped_at is None
