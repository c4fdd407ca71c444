"""What a person decides about a message that did not simply go out."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from integrity.accounts.models import User
from integrity.audit import services as audit
from integrity.core import clock
from integrity.core.errors import IllegalTransition, InvalidInput, NotFound
from notifications import conf, hints
from notifications.enums import BOUNCED, NEEDS_ATTENTION, BounceReason, RecipientKind, State
from notifications.models import OutboxMessage


def resend(*, message: UUID | str, actor: User, role: str = "") -> OutboxMessage:
    """Queue a failed, uncertain, dead or bounced message again, at once, with the same Message-ID.

    The caller has checked that `actor` may do so. Raises `NotFound`, and `IllegalTransition` for a
    message that is sent, on its way or suppressed.
    """
    with audit.transaction():
        row = _locked(message)
        was = row.state
        now = clock.now()
        row.state = State.QUEUED
        row.next_attempt_at = now
        row.give_up_at = now + conf.GIVE_UP_AFTER
        row.lost_claims = 0
        row.claimed_at = None
        row.claimed_by = ""
        row.save(
            update_fields=[
                "state", "next_attempt_at", "give_up_at", "lost_claims", "claimed_at", "claimed_by",
            ]
        )  # fmt: skip
        _record("message.resent", row, actor, role, was)
        hints.after_commit()
    return row


def mark_sent(*, message: UUID | str, actor: User, role: str = "") -> OutboxMessage:
    """Note that a failed, uncertain, dead or bounced message did reach its recipient, as of now.

    "Now" and not the time of the attempt, because windows that start with delivery must not be
    shortened by a guess. Raises `NotFound` and `IllegalTransition`.
    """
    with audit.transaction():
        row = _locked(message)
        was = row.state
        row.state = State.SENT
        row.sent_at = clock.now()
        row.save(update_fields=["state", "sent_at"])
        _record("message.marked_sent", row, actor, role, was)
    return row


def mark_bounced(*, message: UUID | str, actor: User, reason: str, role: str = "") -> OutboxMessage:
    """Note that a message that was sent came back: it is not delivered, and never was.

    Its proof of delivery goes; the history keeps from when it was. The caller has checked that
    `actor` may do so. Raises `NotFound`, `InvalidInput` for no `BounceReason`, and
    `IllegalTransition` for a message that was not sent, or a letter that a named person read.
    """
    if reason not in BounceReason.values:
        raise InvalidInput({"reason": [_("Choose why it came back.")]})
    with audit.transaction():
        row = _row(message)
        if row.state != State.SENT or row.sent_at is None:
            raise IllegalTransition(_("Only a message that was sent can come back."))
        # A reporter's reading is for nobody to know.
        letter = getattr(row, "letter", None)
        named = row.recipient_kind == RecipientKind.NAMED
        if named and letter is not None and letter.first_read_at is not None:
            raise IllegalTransition(_("The letter was read, so it came."))
        was = row.sent_at
        row.state = State.BOUNCED
        row.sent_at = None
        row.last_error = f"{BOUNCED} {reason}"
        row.save(update_fields=["state", "sent_at", "last_error"])
        _record_as(
            audit.Actor.user(actor.public_id, role=role),
            "message.bounced",
            row,
            was_sent_at=was.isoformat(),
            reason=reason,
        )
    return row


def retry_failed() -> int:
    """Make everything that failed or was given up due now (`deliver_outbox --retry-failed`).

    What is uncertain stays: sending it again is a person's decision, one by one.
    """
    now = clock.now()
    count = 0
    with audit.transaction():
        rows = OutboxMessage.objects.select_for_update().filter(
            state__in=(State.FAILED, State.DEAD)
        )
        for row in rows.order_by("id"):
            if row.state == State.DEAD:
                _record_as(
                    audit.Actor.system("deliver_outbox"), "message.resent", row, was=str(row.state)
                )
            count += 1
        rows.update(
            state=State.QUEUED,
            next_attempt_at=now,
            give_up_at=now + conf.GIVE_UP_AFTER,
            lost_claims=0,
            claimed_at=None,
            claimed_by="",
        )
    return count


def _row(public_id: UUID | str) -> OutboxMessage:
    row = OutboxMessage.objects.select_for_update().filter(public_id=public_id).first()
    if row is None:
        raise NotFound
    return row


def _locked(public_id: UUID | str) -> OutboxMessage:
    row = _row(public_id)
    if row.state not in NEEDS_ATTENTION:
        raise IllegalTransition
    return row


def _record(action: str, row: OutboxMessage, actor: User, role: str, was: str) -> None:
    _record_as(audit.Actor.user(actor.public_id, role=role), action, row, was=str(was))


def _record_as(actor: audit.Actor, action: str, row: OutboxMessage, **data: str) -> None:
    audit.record(
        action,
        actor=actor,
        subject=("message", str(row.public_id)),
        case_number=row.case_number,
        institution=row.institution,
        data={"event": row.event, **data},
    )
