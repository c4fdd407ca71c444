"""The outbox and the letters.

Who receives a message is stored sealed, with a keyed reference to find it by, for everybody: a
copy of the database names nobody. The text is sealed too, because its greeting does.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from integrity.core import clock, ids
from notifications.enums import DUE, LEASED, NEEDS_ATTENTION, Channel, RecipientKind, State

DEFAULT_PRIORITY = 50
KEY_LENGTH = 200
CASE_LENGTH = 40
INSTITUTION_LENGTH = 100


class OutboxMessage(models.Model):
    """One message to one person over one channel, written with the decision it tells of.

    `recipient_ref` is the keyed reference of the person; a reporter's is another one than the same
    person's as respondent, so the two roles cannot be matched. `case_number` is text, not a key:
    cases stand above. `last_error` is the class of an error and an SMTP code, never more.
    """

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    event = models.CharField(_("event"), max_length=64)
    channel = models.CharField(
        _("channel"), max_length=16, choices=Channel.choices, default=Channel.EMAIL
    )
    language = models.CharField(_("language"), max_length=16)
    key = models.CharField(max_length=KEY_LENGTH, unique=True)
    recipient_kind = models.CharField(_("recipient"), max_length=16, choices=RecipientKind.choices)
    recipient_ref = models.CharField(max_length=64)
    recipient_sealed = models.BinaryField()
    content_sealed = models.BinaryField()
    institution = models.CharField(_("institution"), max_length=INSTITUTION_LENGTH, blank=True)
    case_number = models.CharField(_("case number"), max_length=CASE_LENGTH, blank=True)
    message_id = models.CharField(max_length=255)
    priority = models.PositiveSmallIntegerField(default=DEFAULT_PRIORITY)
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    # How often a worker vanished with this row in its hands; too often and it is set aside.
    lost_claims = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"), default=clock.now)
    # Temporary refusals are answered with another try until then; an unreachable server for ever.
    give_up_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True, blank=True)
    claimed_by = models.CharField(max_length=64, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    last_error = models.CharField(_("last error"), max_length=100, blank=True)
    created_at = models.DateTimeField(_("created"), default=clock.now, editable=False)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="outbox_state_known"),
            models.CheckConstraint(
                condition=Q(channel__in=Channel.values), name="outbox_channel_known"
            ),
            models.CheckConstraint(
                condition=Q(recipient_kind__in=RecipientKind.values),
                name="outbox_recipient_kind_known",
            ),
            # Proof of delivery cannot exist without delivery, nor delivery without its proof.
            models.CheckConstraint(
                condition=Q(state=State.SENT, sent_at__isnull=False)
                | (~Q(state=State.SENT) & Q(sent_at__isnull=True)),
                name="outbox_sent_has_its_time",
            ),
            # A row in work names its worker and since when, or its lease could never end.
            models.CheckConstraint(
                condition=~Q(state__in=LEASED) | (Q(claimed_at__isnull=False) & ~Q(claimed_by="")),
                name="outbox_claim_has_an_owner",
            ),
            models.CheckConstraint(condition=~Q(key=""), name="outbox_key_not_empty"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # The claim: only what waits is in it, so it stays small however many were ever sent.
            models.Index(
                fields=["priority", "next_attempt_at", "id"],
                condition=Q(state__in=DUE),
                name="outbox_due",
            ),
            # Leases that ran out, asked at every sweep.
            models.Index(
                fields=["claimed_at"], condition=Q(state__in=LEASED), name="outbox_leases"
            ),
            # The desk's list of what needs a person.
            models.Index(
                fields=["institution", "-created_at", "-id"],
                condition=Q(state__in=NEEDS_ATTENTION),
                name="outbox_attention",
            ),
            # The register of an institution, page by page, and of the whole platform.
            models.Index(fields=["institution", "-created_at", "-id"], name="outbox_register"),
            models.Index(fields=["-created_at", "-id"], name="outbox_newest"),
            models.Index(fields=["case_number", "created_at"], name="outbox_case"),
            models.Index(fields=["recipient_ref"], name="outbox_recipient"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.public_id}"


class Letter(models.Model):
    """The letter behind a message: read after login, by its recipient only.

    `content_sealed` holds what was decided upon, rendered and sanitised when the message was
    queued; it never changes. Delivered is `message.sent_at`, read is `first_read_at`. What a list
    needs is repeated here, so that the reader's list is one query without a join.
    """

    public_id = models.UUIDField(default=ids.public_id, unique=True, editable=False)
    message = models.OneToOneField(OutboxMessage, on_delete=models.PROTECT, related_name="letter")
    event = models.CharField(_("event"), max_length=64)
    recipient_kind = models.CharField(_("recipient"), max_length=16, choices=RecipientKind.choices)
    recipient_ref = models.CharField(max_length=64)
    title = models.CharField(_("title"), max_length=200)
    content_sealed = models.BinaryField()
    language = models.CharField(_("language"), max_length=16)
    institution = models.CharField(_("institution"), max_length=INSTITUTION_LENGTH, blank=True)
    case_number = models.CharField(_("case number"), max_length=CASE_LENGTH, blank=True)
    created_at = models.DateTimeField(_("written"), default=clock.now, editable=False)
    first_read_at = models.DateTimeField(_("first read"), null=True, blank=True)

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(first_read_at__isnull=True) | Q(first_read_at__gte=F("created_at")),
                name="letter_read_after_written",
            ),
            models.CheckConstraint(
                condition=Q(recipient_kind__in=RecipientKind.values),
                name="letter_recipient_kind_known",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # The reader's list, newest first.
            models.Index(fields=["recipient_ref", "-created_at", "-id"], name="letter_reader"),
            # The number beside "Letters", asked on every page of a signed-in person.
            models.Index(
                fields=["recipient_ref"],
                condition=Q(first_read_at__isnull=True),
                name="letter_unread",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.public_id}"
