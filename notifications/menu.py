"""What this app adds to the pages every app shares: a menu entry, statuses, the way in for
people under a restriction."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from integrity.web import navigation, restricted, statuses
from notifications import selectors
from notifications.models import Letter


def _signed_in(user: Any) -> bool:
    return bool(user.is_authenticated)


def _unread(user: Any) -> QuerySet[Letter] | None:
    return selectors.unread(user) if user.is_authenticated else None


navigation.register(
    navigation.Item(
        key="letters",
        label=_("Letters"),
        url_name="notifications:letters",
        place="main",
        order=60,
        icon="mail",
        shown_to=_signed_in,
        counted=_unread,
    )
)
navigation.register(
    navigation.Item(
        key="letters-desk",
        label=_("Your letters"),
        url_name="notifications:letters",
        place="tools",
        order=20,
        icon="mail",
        shown_to=_signed_in,
        counted=_unread,
    )
)

# Fairness: whoever may use nothing else must still learn what was decided and how to appeal.
restricted.allow("notifications:letters", "notifications:letter")

for _state, _shape, _tone, _word in (
    ("queued", "open", "quiet", _("Waiting to be sent")),
    ("claimed", "told", "open", _("Being sent")),
    ("transmitting", "told", "open", _("Being sent")),
    ("sent", "decided", "good", pgettext_lazy("message", "Sent")),
    ("failed", "soon", "wait", _("Failed, will be tried again")),
    ("uncertain", "unsure", "wait", _("Perhaps sent")),
    ("dead", "fail", "stop", _("Could not be sent")),
    ("bounced", "fail", "stop", _("Came back")),
    ("suppressed", "dismissed", "quiet", _("Not sent on purpose")),
):
    statuses.register(f"message_{_state}", shape=_shape, tone=_tone, word=_word)
