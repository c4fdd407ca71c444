"""What can go wrong when a letter is written."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from integrity.core.errors import DomainError


class LetterRefused(DomainError):
    """A letter cannot be written as its template asks, so its step does not happen."""

    message = _("The letter could not be written completely, so nothing was changed.")

    def __init__(self, why: str = "") -> None:
        super().__init__()
        self.why = why

    def __str__(self) -> str:
        return self.why or str(self.message)


class UnknownEvent(LetterRefused):
    """Nobody registered this event."""


class PayloadRefused(LetterRefused):
    """A field of the payload is missing, empty, of another type, or not known."""


class UnfilledPlaceholder(LetterRefused):
    """The template names something that the payload does not fill."""


class KeyTaken(LetterRefused):
    """The same key was used for another event or another case."""
