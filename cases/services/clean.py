"""Input of services, cleaned once more: an API or a command is no form."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.utils.translation import gettext as _

from integrity.core.errors import InvalidInput, Text
from integrity.core.text import clean_text

MAX_LINKS = 10
LINK_LENGTH = 2_000

_is_address = URLValidator(schemes=["http", "https"])


class Problems:
    """What is wrong with an input, by field; `stop` raises all of it at once."""

    def __init__(self) -> None:
        self.fields: dict[str, list[Text]] = {}

    def add(self, field: str, message: Text) -> None:
        self.fields.setdefault(field, []).append(message)

    def text(self, field: str, value: str, *, max_length: int, single_line: bool = False) -> str:
        """`value` cleaned, or "" with its problem noted."""
        try:
            return clean_text(value, max_length=max_length, single_line=single_line)
        except ValidationError as error:
            for message in error.messages:
                self.add(field, message)
            return ""

    def link(self, field: str, value: str) -> str:
        """A whole web address, or "" with its problem noted."""
        link = self.text(field, value, max_length=LINK_LENGTH, single_line=True)
        try:
            if link:
                _is_address(link)
                # "https://university.example@evil.example" shows one place and leads to another.
                if "@" in urlsplit(link).netloc:
                    raise ValidationError("")
        except (ValidationError, ValueError):
            self.add(field, _("Enter the whole address, starting with https://"))
            return ""
        return link

    def links(self, field: str, values: Iterable[str]) -> tuple[str, ...]:
        """Addresses without repetitions, in their order."""
        found = dict.fromkeys(self.link(field, value) for value in values)
        found.pop("", None)
        if len(found) > MAX_LINKS:
            self.add(field, _("Please give at most %(count)s links.") % {"count": MAX_LINKS})
        return tuple(found)

    def stop(self) -> None:
        """Raise `InvalidInput` if anything was noted."""
        if self.fields:
            raise InvalidInput(self.fields)


def save(obj: models.Model) -> None:
    """Check the fields and save. Related rows are known to exist, so they are not asked again."""
    related = {field.name for field in obj._meta.concrete_fields if field.is_relation}  # noqa: SLF001
    try:
        obj.clean_fields(exclude=related)
    except ValidationError as error:
        raise InvalidInput(error.message_dict) from error
    obj.save()
