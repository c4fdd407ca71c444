"""Why a file does not get in."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from integrity.core.errors import InvalidInput, NoRoom, Text

# The form field, and the argument of services, that carries files.
FIELD = "uploads"


class FileRefused(InvalidInput):
    """The file is not taken. The message says what would be, and stands at the field."""

    def __init__(self, message: Text) -> None:
        super().__init__({FIELD: [message]})
        self.reason = message
        # What stands in a log or a traceback is the reason too.
        self.args = (str(message),)


class Busy(FileRefused):
    """Too many files are being opened; there is no use in trying the next one at once."""


class StorageFull(NoRoom):
    """There is no room for the file (HTTP 507). Nothing of it was kept."""

    message = _(
        "We cannot store files at the moment. Your words are safe. "
        "Please try again later, or go on without the file."
    )
