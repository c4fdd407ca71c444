"""Model fields shared by all apps."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _


class BoundedText(models.TextField):
    """Long text whose `max_length` holds on both databases, by a rule of the model.

    SQLite does not enforce lengths and a `TextField` never does; services call `full_clean`, so
    the bound is checked there with a message at the field.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if kwargs.get("max_length") is None:
            raise TypeError("A bounded text needs max_length.")
        super().__init__(*args, **kwargs)

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        super().validate(value, model_instance)
        if value and self.max_length is not None and len(value) > self.max_length:
            raise ValidationError(
                _("Please use at most %(limit)s characters."),
                params={"limit": self.max_length},
            )
