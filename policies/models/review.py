"""The yearly review of a policy, and telling everybody about it (PO7)."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from integrity.core import clock, ids
from integrity.core.fields import BoundedText
from policies.enums import Medium, ReviewCapacity
from policies.models.document import Document
from policies.models.mailing import Mailing
from policies.models.version import Version


class Review(models.Model):
    """One review of a document: due on a day, open until its outcome is recorded.

    It closes only with a learner, an instructor and an administrator taking part
    (`services.reviews.close`). A closed one never changes.
    """

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="reviews")
    due_on = models.DateField(_("due"))
    opened_at = models.DateTimeField(_("opened"), default=clock.now)
    meeting_at = models.DateTimeField(_("meeting"), null=True, blank=True)
    meeting_place = models.CharField(_("where or how to join"), max_length=300, blank=True)
    minutes = BoundedText(_("record of the meeting"), max_length=20_000, blank=True)
    outcome = BoundedText(_("outcome"), max_length=4_000, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("review of a policy")
        verbose_name_plural = _("reviews of policies")
        ordering: ClassVar[list[str]] = ["-due_on", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["document"],
                condition=Q(closed_at__isnull=True),
                name="policies_review_one_open",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True)
                | Q(closed_by__isnull=False, meeting_at__isnull=False)
                & ~Q(outcome="")
                & ~Q(minutes=""),
                name="policies_review_closed_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document}, {self.due_on}"


class ReviewParticipant(models.Model):
    """Somebody took part in a review as learner, instructor or administrator."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="participants")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="policy_reviews"
    )
    capacity = models.CharField(_("as"), max_length=14, choices=ReviewCapacity.choices)
    attended = models.BooleanField(_("took part"), default=False)

    class Meta:
        verbose_name = _("participant of a review")
        verbose_name_plural = _("participants of reviews")
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # One person cannot stand for two of the three groups.
            models.UniqueConstraint(fields=["review", "person"], name="policies_participant_once"),
            models.CheckConstraint(
                condition=Q(capacity__in=ReviewCapacity.values), name="policies_capacity_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.review}: {self.capacity}"


class ReviewInput(models.Model):
    """What somebody of the community wants a review to consider."""

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="inputs")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="review_inputs"
    )
    clause = models.CharField(_("clause"), max_length=20, blank=True)
    text = BoundedText(_("what should change, and why"), max_length=4_000)
    sent_at = models.DateTimeField(_("sent"), default=clock.now)
    # What the meeting made of it.
    reply = BoundedText(_("what became of it"), max_length=2_000, blank=True)
    form_key = models.CharField(max_length=64, unique=True, editable=False)

    class Meta:
        verbose_name = _("input to a review")
        verbose_name_plural = _("input to reviews")
        ordering: ClassVar[list[str]] = ["sent_at", "id"]

    def __str__(self) -> str:
        return f"{self.review}: {self.text[:40]}"


class Dissemination(models.Model):
    """A policy was brought before everybody, by one medium on one day. Added, never changed."""

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="disseminations")
    medium = models.CharField(_("medium"), max_length=12, choices=Medium.choices)
    day = models.DateField(_("day"))
    note = models.CharField(_("where, and how many it reached"), max_length=500, blank=True)
    mailing = models.OneToOneField(
        Mailing,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="dissemination",
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(_("recorded"), default=clock.now)
    form_key = models.CharField(max_length=64, unique=True, editable=False)

    class Meta:
        verbose_name = _("dissemination of a policy")
        verbose_name_plural = _("dissemination of policies")
        ordering: ClassVar[list[str]] = ["-day", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(medium__in=Medium.values), name="policies_medium_known"
            ),
            # What went out by email is shown by its mailing, not by somebody's word.
            models.CheckConstraint(
                condition=Q(medium="email", mailing__isnull=False)
                | ~Q(medium="email") & Q(mailing__isnull=True),
                name="policies_email_has_mailing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version}: {self.medium}, {self.day}"
