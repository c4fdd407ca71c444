"""Errors of the domain. `integrity.web.errors` turns them into HTTP answers in one place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


class DomainError(Exception):
    """Something the rules do not allow. `message` is written for the person and safe to show."""

    message: Text = _("This is not possible.")

    def __init__(self, message: Text | None = None) -> None:
        if message is not None:
            self.message = message
        super().__init__(str(self.message))


class NotFound(DomainError):
    """The object does not exist, or not for this person: both look the same."""

    message = _("There is nothing at this address.")


class NotPermitted(DomainError):
    """The person may see the object but not do this to it."""

    message = _("You are not allowed to do this.")


class IllegalTransition(DomainError):
    """The process does not allow this step from where it stands."""

    message = _("This step is not possible at this stage.")


class WindowClosed(DomainError):
    """The time for this step has passed, or has not begun."""

    message = _("The time for this has passed.")


class Conflict(DomainError):
    """Somebody else was first, or the same key came with other content."""

    message = _("Somebody else has changed this in the meantime.")


class Stale(DomainError):
    """The form was filled in against an older state."""

    message = _("This was changed after you opened the page.")


class InvalidInput(DomainError):
    """Input that a rule refuses. `fields` maps fields to messages; "" is the form as a whole."""

    message = _("Some answers need another look.")

    def __init__(self, fields: Mapping[str, Sequence[Text]]) -> None:
        self.fields = {name: list(messages) for name, messages in fields.items()}
        super().__init__()


class NoRoom(DomainError):
    """There is no room to keep what was sent. Nothing of it was kept."""


class TooMany(DomainError):
    """This was done too often in a short time. `seconds` from now it is possible again."""

    message = _("This was tried very often in a short time. Please try again later.")

    def __init__(self, message: Text | None = None, *, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds
