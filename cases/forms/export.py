"""The export form of the auditor's page."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.services.export import Filter
from integrity.web.forms import Form, LineField


class ExportForm(Form):
    """What to export. Days begin at 00:00 UTC; the last day is included."""

    format = forms.ChoiceField(
        label=_("Format"),
        choices=[
            ("csv", _("Table (CSV), for a spreadsheet")),
            ("jsonl", _("JSON Lines, for programs")),
        ],
        initial="csv",
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the formats.")},
    )
    case = LineField(
        label=_("Case number"),
        help_text=_("Like IC-2026-000123. Leave it empty for all cases."),
        max_length=20,
        required=False,
    )
    since = forms.DateField(
        label=_("From"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": _("Enter a day like 2026-11-21.")},
    )
    until = forms.DateField(
        label=_("Until, that day included"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": _("Enter a day like 2026-11-21.")},
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        since, until = data.get("since"), data.get("until")
        if since and until and since > until:
            self.add_error("until", _("Choose a day that is not before the first one."))
        return data

    def filter(self) -> Filter:
        """The answers as the service takes them."""
        since, until = self.cleaned_data["since"], self.cleaned_data["until"]
        return Filter(
            case_number=self.cleaned_data["case"].upper(),
            since=datetime.combine(since, time.min, UTC) if since else None,
            until=datetime.combine(until + timedelta(days=1), time.min, UTC) if until else None,
        )
