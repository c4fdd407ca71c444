"""The same message to very many people: what `queueing.queue` guarantees, a portion at a time."""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError

from integrity.audit import services as audit
from integrity.core import clock, ids
from notifications import conf, content, hints, registry, rendering
from notifications.enums import Channel
from notifications.errors import LetterRefused
from notifications.models import OutboxMessage
from notifications.recipients import Recipient
from notifications.services.queueing import check_lengths, mail_domain

# Two portions that collide both look again; a third writer at the same keys is not expected.
ATTEMPTS = 3


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One message of a portion; `key` as `queueing.queue` takes it. Equal payloads are written
    once for each language and time zone."""

    recipient: Recipient
    payload: Any
    key: str


def queue_many(
    event: str, items: Sequence[Item], *, source: tuple[str, str], institution: str = ""
) -> int:
    """Write the messages of `items` that are not there yet; returns how many that were.

    Call it inside `audit.transaction()`. Recipients and texts are sealed one by one and keys are
    unique, as with `queue`; who has a message of that key gets no second one. The history gets one
    event for the portion, about `source` (a type and a public identifier), with the number of
    messages: a million of them would say nothing that the outbox does not.

    The text differs only by the name in the greeting, so it is rendered once for each payload,
    language and time zone. Events with a letter are refused (`LetterRefused`): those are decisions.
    """
    if not audit.in_transaction():
        raise RuntimeError("Messages are queued inside audit.transaction() only.")
    kind = registry.get(event)
    if kind.letter:
        raise LetterRefused(f"{event} has a letter: each is queued by itself.")
    for item in items:
        check_lengths(key=item.key, institution=institution)
    by_key = {item.key: item for item in items}
    for attempt in range(1, ATTEMPTS + 1):
        known = set(OutboxMessage.objects.filter(key__in=by_key).values_list("key", flat=True))
        missing = [item for key, item in by_key.items() if key not in known]
        if not missing:
            return 0
        try:
            # A savepoint: PostgreSQL gives up the whole transaction when another worker has
            # committed one of the keys just now.
            with audit.transaction():
                OutboxMessage.objects.bulk_create(_messages(kind, missing, institution))
                audit.record(
                    "letters.queued",
                    actor=audit.Actor.system("outbox"),
                    subject=source,
                    institution=institution,
                    data={"event": kind.name, "messages": len(missing)},
                )
        except IntegrityError:
            if attempt == ATTEMPTS:
                raise
            continue
        hints.after_commit()
        return len(missing)
    return 0


def _messages(kind: registry.Event, items: Sequence[Item], institution: str) -> list[OutboxMessage]:
    at = clock.now()
    name = secrets.token_hex(16)
    texts: dict[tuple[Any, str, str], rendering.Rendered] = {}
    rows = []
    for item in items:
        to = item.recipient
        language = rendering.language(to.language)
        wanted = (item.payload, language, to.time_zone)
        if wanted not in texts:
            nobody = dataclasses.replace(to, name=name)
            text = rendering.render(kind, item.payload, recipient=nobody, letter=False, at=at)
            if name in text.subject:
                raise LetterRefused(f"The subject of {kind.name} names its reader.")
            texts[wanted] = text
        public_id = ids.public_id()
        rows.append(
            OutboxMessage(
                public_id=public_id,
                event=kind.name,
                channel=Channel.EMAIL,
                language=language,
                key=item.key,
                recipient_kind=to.kind,
                recipient_ref=to.ref,
                recipient_sealed=to.seal(),
                content_sealed=content.seal_message(
                    subject=texts[wanted].subject,
                    text=texts[wanted].text.replace(name, to.name),
                ),
                institution=institution,
                message_id=f"<{public_id}@{mail_domain()}>",
                priority=kind.priority,
                next_attempt_at=at,
                give_up_at=at + conf.GIVE_UP_AFTER,
                created_at=at,
            )
        )
    return rows
