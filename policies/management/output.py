"""What the commands of this app share."""

from __future__ import annotations

from pathlib import Path

from django.core.management.base import CommandError

from integrity.core.errors import DomainError, InvalidInput
from policies.importer import CannotRead, read_source
from policies.schemes import SchemeError

FINDING, BAD_USE = 1, 2


def refusal(error: DomainError) -> str:
    """Everything an error says, one line for each thing that is wrong."""
    if isinstance(error, SchemeError):
        return "\n".join([str(error.message), *(str(problem) for problem in error.problems)])
    if isinstance(error, InvalidInput):
        lines = [
            f"{name}: {text}" if name else str(text)
            for name, texts in error.fields.items()
            for text in texts
        ]
        return "\n".join([str(error.message), *lines])
    return str(error.message)


def read_text(path: Path) -> str:
    """The text of a file, else bad use."""
    try:
        return read_source(path)
    except CannotRead as error:
        raise CommandError(f"{path}: {error.message}", returncode=BAD_USE) from error
