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
from notifications.services.queueing import queue

__all__ = ["Recipient", "queue", "reporter_ref", "seal_reporter"]
