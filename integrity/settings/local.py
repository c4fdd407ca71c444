"""One machine, no server: SQLite, the embedded broker, a mailbox in `var/mail/`."""

from integrity.settings.base import *  # noqa: F403
from integrity.settings.base import env

DEBUG = env.bool("DEBUG", default=False)
