"""A message that is held for some minutes, because what it tells of may be undone."""

from __future__ import annotations

from integrity.audit import services as audit
from integrity.core import clock
from notifications.enums import State
from notifications.models import Letter, OutboxMessage

TAKEN_BACK = "TakenBack"


def take_back(key: str) -> bool:
    """Stop the message of this key while it is held; True when it will not be sent.

    Call it inside `audit.transaction()`, which undoes what the message tells of. Its letter, which
    was in nobody's list yet, goes; the message stays in the register as not sent on purpose. False
    for one that is not there, whose time is over (the person may have read it), or that was taken
    back before. Of a worker and this, one finds the row in another state and leaves it.
    """
    if not audit.in_transaction():
        raise RuntimeError("A message is taken back inside audit.transaction() only.")
    held = OutboxMessage.objects.filter(
        key=key, state=State.QUEUED, attempts=0, next_attempt_at__gt=clock.now()
    )
    if not held.update(state=State.SUPPRESSED, last_error=TAKEN_BACK):
        return False
    message = OutboxMessage.objects.only("public_id", "event", "case_number", "institution").get(
        key=key
    )
    Letter.objects.filter(message=message).delete()
    audit.record(
        "message.taken_back",
        actor=audit.Actor.system("outbox"),
        subject=("message", str(message.public_id)),
        case_number=message.case_number,
        institution=message.institution,
        data={"event": message.event},
    )
    return True
