"""Where a message stands, and what may follow."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """How a message travels."""

    EMAIL = "email", _("Email")


class State(models.TextChoices):
    """Where a message stands. `TRANSITIONS` says what may follow."""

    QUEUED = "queued", _("Waiting to be sent")
    CLAIMED = "claimed", _("Picked up by a worker")
    TRANSMITTING = "transmitting", _("Being handed over")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed, will be tried again")
    UNCERTAIN = "uncertain", _("Not known whether it was sent")
    DEAD = "dead", _("Could not be sent")
    SUPPRESSED = "suppressed", _("Not sent on purpose")
    BOUNCED = "bounced", _("Came back")


class BounceReason(models.TextChoices):
    """Why a message came back, as the mail server of the other side says."""

    UNKNOWN = "unknown", _("Nobody has this address")
    FULL = "full", _("The mailbox is full")
    REFUSED = "refused", _("The other side does not take mail from us")
    OTHER = "other", _("Another reason")


class RecipientKind(models.TextChoices):
    """Whether the desk may know whom a message is for."""

    NAMED = "named", _("Named person")
    SEALED = "sealed", _("Reporter (sealed)")


# The only way a state changes: `services.delivery` and `services.desk` move a row with an update
# that names the state it leaves, so of two that try the same step one finds nothing to move.
TRANSITIONS: dict[State, frozenset[State]] = {
    # Taken back while it was held.
    State.QUEUED: frozenset({State.CLAIMED, State.SUPPRESSED}),
    State.CLAIMED: frozenset(
        {State.TRANSMITTING, State.FAILED, State.QUEUED, State.DEAD, State.SUPPRESSED}
    ),
    State.TRANSMITTING: frozenset({State.SENT, State.FAILED, State.DEAD, State.UNCERTAIN}),
    State.FAILED: frozenset({State.CLAIMED, State.QUEUED, State.SENT}),
    State.UNCERTAIN: frozenset({State.QUEUED, State.SENT}),
    State.DEAD: frozenset({State.QUEUED, State.SENT}),
    State.SENT: frozenset({State.BOUNCED}),
    State.SUPPRESSED: frozenset(),
    # It was handed over, and the other side sent it back: it never arrived.
    State.BOUNCED: frozenset({State.QUEUED, State.SENT}),
}

DUE = (State.QUEUED, State.FAILED)
LEASED = (State.CLAIMED, State.TRANSMITTING)
# What a person should look at; `failed` mends itself but is shown so that an outage is seen.
NEEDS_ATTENTION = (State.FAILED, State.UNCERTAIN, State.DEAD, State.BOUNCED)
# The first word of the error of a message that came back; a `BounceReason` follows.
BOUNCED = "Bounced"
