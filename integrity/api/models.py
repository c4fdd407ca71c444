"""Tokens, and what was answered to a request that carried an idempotency key."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from integrity.core import clock, ids


class ApiToken(models.Model):
    """Lets a program act for a person, within scopes and until an end.

    The secret is shown once and stored nowhere: `digest` is its keyed fingerprint. `last_used_at`
    is kept to the day, for its minute beside the minute of a report would tell who sent that.
    """

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="api_tokens"
    )
    name = models.CharField(_("name"), max_length=100)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.JSONField(_("scopes"), default=list)
    created_at = models.DateTimeField(_("made"), default=clock.now)
    expires_at = models.DateTimeField(_("valid until"))
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    # A form sent twice makes one token; empty for one made at the command line.
    form_key = models.CharField(max_length=64, null=True, blank=True, unique=True, editable=False)

    class Meta:
        verbose_name = _("access token")
        verbose_name_plural = _("access tokens")
        ordering: ClassVar[list[str]] = ["-created_at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="api_token_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def works(self) -> bool:
        """Whether it is accepted now. The instant `expires_at` itself is over."""
        return self.revoked_at is None and clock.now() < self.expires_at


class IdempotencyRecord(models.Model):
    """The answer to a POST, stored in the transaction of its work.

    Who asked, and the key they sent, are keyed fingerprints: a copy of the database must not tell
    who sent a report. The answer is sealed for the same reason, and opens only with the key that
    was sent: it may hold a receipt code.
    """

    owner = models.CharField(max_length=64, editable=False)
    key = models.CharField(max_length=64, editable=False)
    target = models.CharField(max_length=200, editable=False)
    body_digest = models.CharField(max_length=64, editable=False)
    status = models.PositiveSmallIntegerField(default=0, editable=False)
    answer_sealed = models.BinaryField(default=b"", editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name = _("answered request")
        verbose_name_plural = _("answered requests")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["owner", "key"], name="api_idempotency_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # What is forgotten after a day.
            models.Index(fields=["created_at"], name="api_idempotency_age"),
        ]

    def __str__(self) -> str:
        return f"{self.target} {self.status}"


class RequestedExport(models.Model):
    """An export of the history that somebody asked for. The file is written while it is read.

    Nothing of it is kept: what its owner may see is asked again at every download. Days are as on
    the page: `since` from 00:00 UTC, `until` including that day.
    """

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="requested_exports"
    )
    format = models.CharField(max_length=10)
    case_number = models.CharField(max_length=20, blank=True)
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = _("requested export")
        verbose_name_plural = _("requested exports")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="api_export_ends_after_start"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["user", "-id"], name="api_export_own"),
        ]

    def __str__(self) -> str:
        return f"{self.format} {self.public_id}"
