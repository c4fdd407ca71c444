"""Forms for what was noticed: a group of cases, possible retaliation, how a reporter fares."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.enums import DISMISSAL_CHOICES, CheckInAnswer
from cases.services.check_ins import TEXT_LENGTH
from integrity.web.forms import Form, PickField, PicksField, TextField

CLAIM = "claim"
DISMISS = "dismiss"


class SurgeForm(Form):
    """Cases of a group, and what to do with each of them."""

    cases = PicksField(label=_("Cases"), missing=_("Choose at least one case"))
    action = forms.ChoiceField(
        choices=[(CLAIM, CLAIM), (DISMISS, DISMISS)], widget=forms.HiddenInput
    )
    reason = PickField(
        label=_("Why are they dismissed?"),
        choices=DISMISSAL_CHOICES,
        missing=_("Choose a reason"),
    )
    note = TextField(
        label=_("Note for the office"),
        help_text=_("Nobody outside the office reads it."),
        max_length=4_000,
        required=False,
        rows=3,
    )

    def __init__(self, data: Any = None, *, numbers: Sequence[str], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        field: Any = self.fields["cases"]
        field.choices = [(number, number) for number in numbers]
        if self.data.get("action") == CLAIM:
            self.fields["reason"].required = False


class CheckInForm(Form):
    """How somebody who had reported fares. They need not answer."""

    answer = PickField(
        label=_("How have you been since your report?"),
        choices=CheckInAnswer.choices,
        missing=_("Choose an answer"),
    )
    text = TextField(
        label=_("What happens?"),
        help_text=_("Only if somebody makes life hard for you. Who, what and when, if you know."),
        max_length=TEXT_LENGTH,
        required=False,
        rows=6,
    )
