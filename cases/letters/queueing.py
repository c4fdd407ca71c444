"""Writing a letter to a respondent, or only looking at it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from cases.models import (
    Case,
    Respondent,
)
from integrity.core import clock
from notifications import registry, rendering
from notifications import services as notifications
from notifications.models import OutboxMessage
from notifications.recipients import Recipient


def render_for(event: str, respondent: Respondent, payload: Any) -> rendering.Rendered:
    """The letter as it would be written now, for a preview."""
    return rendering.render(
        registry.get(event),
        payload,
        recipient=Recipient.user(respondent.user),
        letter=True,
        at=clock.now(),
    )


def queue_for(
    event: str,
    case: Case,
    respondent: Respondent,
    payload: Any,
    *,
    key: str,
    hold: timedelta = timedelta(0),
) -> OutboxMessage:
    """Queue a letter to a respondent, in the transaction of what it tells."""
    return notifications.queue(
        event,
        recipient=Recipient.user(respondent.user),
        payload=payload,
        key=key,
        case_number=case.number,
        institution=case.institution.slug,
        hold=hold,
    )


def was_queued(key: str) -> bool:
    """Whether the message with this key exists."""
    return OutboxMessage.objects.filter(key=key).exists()
