"""When something happened, as somebody fills it in: a day alone, or a day and an hour."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import from_current_timezone
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.forms.desk import RevisedForm
from cases.governing import kept_day
from integrity.core import clock
from integrity.web import dates
from integrity.web.forms import DateField


def _zone_hint() -> str:
    return _("In your time zone, %(zone)s. Leave it empty if you do not know.") % {
        "zone": dates.zone_name()
    }


class HourField(forms.TimeField):
    """An hour and minute of a day in the reader's zone, which its hint names. Never required."""

    default_error_messages = {"invalid": gettext_lazy("Enter a time like 14:30")}

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", gettext_lazy("At what time?"))
        kwargs.setdefault("help_text", lazy(_zone_hint, str)())
        kwargs.setdefault("required", False)
        kwargs.setdefault("widget", forms.TimeInput(format="%H:%M", attrs={"type": "time"}))
        kwargs.setdefault("input_formats", ["%H:%M", "%H:%M:%S"])
        super().__init__(**kwargs)


def moment_of(day: date, hour: time) -> datetime:
    """The instant of an hour of a day in the reader's zone.

    Raises `ValidationError` for an hour the clocks leave out or repeat there, and for one that has
    not come yet.
    """
    try:
        found = from_current_timezone(datetime.combine(day, hour))
    except ValidationError as error:
        raise ValidationError(
            _(
                "The clocks change on that day in %(zone)s, so this hour does not exist or exists "
                "twice. Leave the time empty."
            )
            % {"zone": dates.zone_name()}
        ) from error
    if found > clock.now():
        raise ValidationError(_("Enter a time that has passed."))
    return found


def told(day: date | None, hour: time | None) -> dict[str, Any]:
    """When it happened as services and drafts keep it; checked by `moment_of` before."""
    if day is None:
        return {"incident_at": None, "incident_day_only": False}
    if hour is None:
        return {"incident_at": kept_day(day), "incident_day_only": True}
    return {"incident_at": moment_of(day, hour), "incident_day_only": False}


class IncidentForm(RevisedForm):
    """When it happened: a day, and an hour where it is known."""

    day = DateField(
        label=gettext_lazy("On which day did it happen?"),
        missing=gettext_lazy("Say on which day it happened"),
    )
    hour = HourField()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("day") and given.get("hour"):
            try:
                moment_of(given["day"], given["hour"])
            except ValidationError as error:
                self.add_error("hour", error)
        return given

    @property
    def moment(self) -> dict[str, Any]:
        """`day` or `at`, as the service takes it, of a valid form."""
        day, hour = self.cleaned_data["day"], self.cleaned_data.get("hour")
        return {"day": day} if hour is None else {"at": moment_of(day, hour)}

    def carried(self) -> list[tuple[str, str]]:
        """Names and values to carry over to the next step, as they were typed."""
        return [
            (name, str(self[name].value() or "")) for name in ("revision", "opened", "day", "hour")
        ]
