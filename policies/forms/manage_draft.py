"""Forms of a draft: text and time, and the terms."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from integrity.web.forms import DateField, LineField, SelectField, TextField
from policies.enums import ClockStart, StandardOfProof
from policies.forms.codes import code_of, free_code
from policies.forms.manage import SeenForm
from policies.models import Version
from policies.models.version import BODY_LIMIT
from policies.rules import start_of_day

MAX_GROUNDS = 20


class TextForm(SeenForm):
    """The text, what changed, its language, and when it takes effect in the owner's zone."""

    body = TextField(
        label=_("Text"),
        help_text=_(
            "Markdown. A line that begins with ## opens a part; clauses get their numbers by "
            "themselves."
        ),
        max_length=BODY_LIMIT,
        rows=24,
        missing=_("Write the text"),
    )
    change_summary = TextField(
        label=_("What changed, in a few sentences"),
        help_text=_("Learners read it before they pledge to the new version."),
        max_length=1_000,
        required=False,
        rows=3,
    )
    day = DateField(label=_("Takes effect on"), missing=_("Enter the day it takes effect"))
    hour = forms.TimeField(
        label=_("at"),
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        error_messages={
            "required": _("Enter a time; 00:00 is the beginning of the day"),
            "invalid": _("Enter a time like 14:30"),
        },
    )
    language = LineField(
        label=_("Language of the text"),
        help_text=_("Its code, such as en, es or pt-BR."),
        max_length=10,
        missing=_("Enter the code of the language, such as en"),
        validators=[
            RegexValidator(
                re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z"),
                _("Enter the code of the language, such as en, es or pt-BR"),
            )
        ],
    )

    def __init__(self, data: Any = None, *, version: Version, **kwargs: Any) -> None:
        self.zone = version.document.owner_zone
        self.stored = version.effective_at
        local = version.effective_at.astimezone(ZoneInfo(self.zone))
        kwargs["initial"] = {
            "body": version.body,
            "change_summary": version.change_summary,
            "day": local.date(),
            "hour": local.time().replace(second=0, microsecond=0),
            "language": version.language,
            **kwargs.get("initial", {}),
        }
        super().__init__(data, **kwargs)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("day") and data.get("hour") is not None:
            try:
                data["effective_at"] = self._instant(data)
            except ValidationError as error:
                self.add_error("hour", error)
            except OverflowError:
                self.add_error("day", _("Enter a day that a calendar has."))
        return data

    def _instant(self, data: dict[str, Any]) -> datetime:
        """The instant that was typed. Of a time that comes twice the first, as for a whole day."""
        zone = ZoneInfo(self.zone)
        local = datetime.combine(data["day"], data["hour"])
        stored = self.stored.astimezone(zone)
        if stored.replace(second=0, microsecond=0, tzinfo=None) == local:
            # Nothing was changed: seconds, and the second of two hours, stay.
            return self.stored
        if local.time() == time():
            return start_of_day(data["day"], self.zone).astimezone(UTC)
        instant = local.replace(tzinfo=zone).astimezone(UTC)
        if instant.astimezone(zone).replace(tzinfo=None) != local:
            raise ValidationError(
                _("This time does not exist on that day, for the clocks change. Choose another.")
            )
        return instant

    @property
    def said(self) -> dict[str, Any]:
        """What the service takes, of a valid form."""
        names = ("body", "change_summary", "language", "effective_at")
        return {name: self.cleaned_data[name] for name in names}


def _days(label: Any, **kwargs: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=1,
        max_value=365,
        error_messages={
            "required": _("Enter a number of days from 1 to 365"),
            "invalid": _("Enter a number of days from 1 to 365"),
            "min_value": _("Enter a number of days from 1 to 365"),
            "max_value": _("Enter a number of days from 1 to 365"),
        },
        **kwargs,
    )


class TermsForm(SeenForm):
    """Windows, standard of proof, grounds of appeal, the pledge, and "no refunds"."""

    WINDOWS: ClassVar[dict[str, Any]] = {
        "response_working_days": _("Working days to answer"),
        "extension_working_days": _("Working days more, if asked for"),
        "appeal_working_days": _("Working days to appeal"),
    }

    def __init__(self, data: Any = None, *, version: Version, **kwargs: Any) -> None:
        own = version.document.institution_id is not None
        grounds = version.appeal_grounds
        kwargs["initial"] = {
            **{name: getattr(version, name) for name in self.WINDOWS},
            "clock_starts": version.clock_starts or ("" if own else ClockStart.DELIVERED),
            "standard_of_proof": version.standard_of_proof,
            "no_refunds": version.no_refunds,
            "pledge": version.pledge,
            "pledge_grace_days": version.pledge_grace_days,
            **kwargs.get("initial", {}),
        }
        super().__init__(data, **kwargs)
        as_platform = _("Left empty, it is as the platform says.") if own else ""
        for name, label in self.WINDOWS.items():
            self.fields[name] = _days(label, required=not own, help_text=as_platform)
        self.fields["clock_starts"] = SelectField(
            label=_("The time to answer starts"),
            choices=[*([("", _("As the platform says"))] if own else []), *ClockStart.choices],
            required=not own,
        )
        self.fields["standard_of_proof"] = SelectField(
            label=_("How sure we have to be"),
            choices=[*([("", _("As the platform says"))] if own else []), *StandardOfProof.choices],
            required=not own,
        )
        self.grounds: list[tuple[str, str]] = []
        count = len(grounds) + 2
        # Lines that were typed stay where somebody else took some away meanwhile.
        while data is not None and count < MAX_GROUNDS and f"ground{count}_title" in data:
            count += 1
        for index in range(min(MAX_GROUNDS, count)):
            known = grounds[index] if index < len(grounds) else {"code": "", "title": ""}
            code, title = f"ground{index}_code", f"ground{index}_title"
            self.fields[code] = forms.CharField(
                widget=forms.HiddenInput, required=False, max_length=60, initial=known["code"]
            )
            self.fields[title] = LineField(
                label=_("Reason %(number)s") % {"number": index + 1},
                max_length=300,
                required=False,
                initial=known["title"],
            )
            self.grounds.append((code, title))
        self.fields["pledge"] = TextField(
            label=_("What learners promise"),
            help_text=_(
                "Markdown; it stands above the button with which they pledge. Left empty, they "
                "agree to the text itself."
            ),
            max_length=4_000,
            required=False,
            rows=6,
        )
        self.fields["pledge_grace_days"] = forms.IntegerField(
            label=_("Days to pledge to a new version"),
            help_text=_("So long a learner who pledged to the version before may go on without."),
            min_value=0,
            max_value=365,
            error_messages={
                "required": _("Enter a number of days from 0 to 365"),
                "invalid": _("Enter a number of days from 0 to 365"),
                "min_value": _("Enter a number of days from 0 to 365"),
                "max_value": _("Enter a number of days from 0 to 365"),
            },
        )
        self.fields["no_refunds"] = TextField(
            label=_("No refunds"),
            help_text=_("Every letter about a consequence quotes it."),
            max_length=1_000,
            required=False,
            rows=3,
        )

    @property
    def ground_lines(self) -> list[BoundField]:
        return [self[title] for _code, title in self.grounds]

    @property
    def windows(self) -> list[BoundField]:
        return [self[name] for name in self.WINDOWS]

    @property
    def said(self) -> dict[str, Any]:
        """What the service takes, of a valid form. A ground without words is taken away."""
        data = self.cleaned_data
        names = (
            *(*self.WINDOWS, "clock_starts", "standard_of_proof"),
            *("no_refunds", "pledge", "pledge_grace_days"),
        )
        lines = [(data[code], data[title]) for code, title in self.grounds if data[title]]
        codes: list[str] = []
        for code, title in lines:
            codes.append(free_code(code or code_of(title, "reason"), codes))
        return {
            **{name: data[name] for name in names},
            "appeal_grounds": [
                {"code": code, "title": title}
                for code, (_code, title) in zip(codes, lines, strict=True)
            ],
        }
