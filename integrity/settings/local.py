"""One machine, no server: SQLite, the embedded broker, a mailbox in `var/mail/`."""

from integrity.settings.base import *

# Static files come straight from their folders: nothing to collect before a start.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
