"""The door to the outbox.

from notifications import services as notifications

with audit.transaction():
    ...
    notifications.queue(
        "notice_sent",
        recipient=notifications.Recipient.user(user),
        payload=payloads.NoticeSent(...),
        key=f"notice_sent:{notice.public_id}",
        case_number=case.number,
        institution=case.institution.slug,
    )
"""

from notifications.recipients import Recipient, reporter_ref, seal_reporter
from notifications.services.bulk import Item, queue_many
from notifications.services.delivery import Tally, deliver_batch, deliver_due, recover
from notifications.services.desk import mark_bounced, mark_sent, resend
from notifications.services.holding import take_back
from notifications.services.queueing import queue
from notifications.services.reading import note_read

__all__ = [
    "Item",
    "Recipient",
    "Tally",
    "deliver_batch",
    "deliver_due",
    "mark_bounced",
    "mark_sent",
    "note_read",
    "queue",
    "queue_many",
    "recover",
    "reporter_ref",
    "resend",
    "seal_reporter",
    "take_back",
]
