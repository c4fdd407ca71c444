"""Writing a message into the outbox, in the transaction of the decision it tells of."""

from __future__ import annotations

from datetime import timedelta
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.db import IntegrityError

from integrity.audit import services as audit
from integrity.core import clock, ids
from notifications import conf, content, hints, registry, rendering
from notifications.enums import Channel
from notifications.errors import KeyTaken, LetterRefused
from notifications.models import (
    CASE_LENGTH,
    INSTITUTION_LENGTH,
    KEY_LENGTH,
    Letter,
    OutboxMessage,
)
from notifications.recipients import Recipient

LIMITS = {"key": KEY_LENGTH, "case_number": CASE_LENGTH, "institution": INSTITUTION_LENGTH}


def queue(
    event: str,
    *,
    recipient: Recipient,
    payload: Any,
    key: str,
    case_number: str = "",
    institution: str = "",
    letter: bool | None = None,
    hold: timedelta = timedelta(0),
) -> OutboxMessage:
    """Write one message, and the letter it announces, to be sent after the commit.

    Call it inside `audit.transaction()`; it sends nothing, asks no broker and cannot outlive a
    rollback. `payload` is the event's dataclass (or a mapping of its fields). `key` names the
    message for good (`"<event>:<public id of its cause>"`, nothing personal in it): the second
    call with the same key returns the first message and writes nothing. `letter=None` does what
    the event was registered with. With `hold` it leaves that much later, and until then its letter
    is in nobody's list: so long it can be taken back (`holding.take_back`).

    Raises `LetterRefused` when a letter cannot be written completely, so that the decision stops
    too, and `KeyTaken` when the key belongs to another event or case.
    """
    if not audit.in_transaction():
        raise RuntimeError("A message is queued inside audit.transaction() only.")
    kind = registry.get(event)
    check_lengths(key=key, case_number=case_number, institution=institution)
    known = OutboxMessage.objects.filter(key=key).first()
    if known is None:
        try:
            # A savepoint: the same key may have been committed by another worker just now, and
            # PostgreSQL gives up the whole transaction otherwise.
            with audit.transaction():
                return _write(
                    kind,
                    recipient=recipient,
                    payload=payload,
                    key=key,
                    case_number=case_number,
                    institution=institution,
                    letter=kind.letter if letter is None else letter,
                    hold=hold,
                )
        except IntegrityError:
            known = OutboxMessage.objects.filter(key=key).first()
            if known is None:
                raise
    if known.event != event or known.case_number != case_number:
        raise KeyTaken(f"The key of {event} belongs to another message.")
    return known


def check_lengths(**values: str) -> None:
    """`LetterRefused` for a value that its column cannot keep."""
    # SQLite keeps any length.
    for name, value in values.items():
        if len(value) > LIMITS[name] or not value.isprintable() or (name == "key" and not value):
            raise LetterRefused(f"{name} needs at most {LIMITS[name]} printable characters.")


def _write(
    kind: registry.Event,
    *,
    recipient: Recipient,
    payload: Any,
    key: str,
    case_number: str,
    institution: str,
    letter: bool,
    hold: timedelta,
) -> OutboxMessage:
    at = clock.now()
    leaves_at = at + hold
    rendered = rendering.render(kind, payload, recipient=recipient, letter=letter, at=at)
    language = rendering.language(recipient.language)
    public_id = ids.public_id()
    message = OutboxMessage.objects.create(
        public_id=public_id,
        event=kind.name,
        channel=Channel.EMAIL,
        language=language,
        key=key,
        recipient_kind=recipient.kind,
        recipient_ref=recipient.ref,
        recipient_sealed=recipient.seal(),
        content_sealed=content.seal_message(subject=rendered.subject, text=rendered.text),
        institution=institution,
        case_number=case_number,
        # Fixed here, so that a message sent a second time is the same message to mail systems.
        message_id=f"<{public_id}@{mail_domain()}>",
        priority=kind.priority,
        next_attempt_at=leaves_at,
        give_up_at=leaves_at + conf.GIVE_UP_AFTER,
        created_at=at,
    )
    written: Letter | None = None
    if letter:
        written = Letter.objects.create(
            message=message,
            event=kind.name,
            recipient_kind=recipient.kind,
            recipient_ref=recipient.ref,
            title=rendered.title,
            content_sealed=content.seal_letter(to=recipient.name, html=rendered.html),
            language=language,
            institution=institution,
            case_number=case_number,
            created_at=leaves_at,
        )
    audit.record(
        "letter.queued",
        actor=audit.Actor.system("outbox"),
        subject=("message", str(message.public_id)),
        case_number=case_number,
        institution=institution,
        data={
            "event": kind.name,
            "message": str(message.public_id),
            "letter": str(written.public_id) if written else "",
            "language": language,
        },
    )
    hints.after_commit()
    return message


def mail_domain() -> str:
    """The domain in the Message-ID of everything sent from here."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
