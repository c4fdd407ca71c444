"""What people are told when they cannot write somewhere, on pages and by services alike."""

from django.utils.translation import gettext_lazy as _

EMPTY = _("Write something first")
BARRED_FROM_CHANNEL = _(
    "A decision keeps you out of this channel. The letter about it says why, and what you can do."
)
BARRED_FROM_MESSAGES = _(
    "A decision keeps you from writing here. The letter about it says why, and what you can do."
)
