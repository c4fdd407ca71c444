"""What the outbox writes into the history. Nothing personal: messages are named by their id."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from integrity.audit import services as audit

audit.register(
    "letter.queued",
    fields={"event", "message", "letter", "language"},
    label=_("Letter written"),
)
# A portion of a message to very many people; the outbox has each of them.
audit.register(
    "letters.queued", fields={"event", "messages"}, label=_("Messages to many people written")
)
audit.register("letter.read", fields={"event", "letter"}, label=_("Letter read"))
audit.register("message.sent", fields={"event", "attempts"}, label=_("Message sent"))
audit.register(
    "message.failed",
    fields={"event", "attempts", "error"},
    label=_("Message could not be sent"),
)
audit.register(
    "message.uncertain",
    fields={"event", "attempts", "error"},
    label=_("Not known whether a message was sent"),
)
audit.register(
    "message.suppressed", fields={"event", "error"}, label=_("Message not sent on purpose")
)
audit.register(
    "message.taken_back",
    fields={"event"},
    label=_("Message taken back before it was sent"),
    icon="undo-2",
)
audit.register(
    "message.bounced",
    fields={"event", "was_sent_at", "reason"},
    label=_("Message came back undelivered"),
    icon="undo-2",
)
audit.register("message.resent", fields={"event", "was"}, label=_("Message queued again"))
audit.register(
    "message.marked_sent", fields={"event", "was"}, label=_("Message marked as sent by a person")
)
