"""When something happened, in requests and answers: a day or an instant."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from integrity.core.forms import FIRST_YEAR

WHEN = (
    "A day (2026-11-20) where the hour is not known, else an instant (2026-11-20T14:30:00Z). "
    "A day is not taken for its midnight: where a policy changed on it, the text that is kinder "
    "to the learner governs."
)
DAY_OR_MOMENT: dict[str, Any] = {
    "anyOf": [{"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}]
}
_LAST_YEAR = 9998
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@extend_schema_field(DAY_OR_MOMENT)
class DayOrMoment(serializers.Field[Any, Any, Any, Any]):
    """Reads a bare day as a `date` and anything else as an aware `datetime`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._day, self._moment = serializers.DateField(), serializers.DateTimeField()

    def to_internal_value(self, data: Any) -> date | datetime:
        bare = isinstance(data, str) and _DAY.fullmatch(data.strip()) is not None
        found: date | datetime = (self._day if bare else self._moment).run_validation(data)
        # The last days of the calendar have no day after them, and no other zone.
        if not FIRST_YEAR <= found.year <= _LAST_YEAR:
            raise serializers.ValidationError(
                [_("Enter a day like 2026-11-20, after the year 1999.")]
            )
        return found

    def to_representation(self, value: Any) -> str | None:
        return when_told(value)


def when_told(value: date | datetime | None) -> str | None:
    """A day or an instant as answers have it."""
    if value is None:
        return None
    if isinstance(value, datetime):
        return str(serializers.DateTimeField().to_representation(value))
    return value.isoformat()
