"""Forms of an interim measure: taking one, and the learner's answer to it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.enums import InterimKind
from cases.forms.appeal import Carried
from cases.forms.desk import KeyedForm
from integrity.web.forms import TOKEN_FIELD, DateField, EmailField, Form, PickField, TextField

HINTS = {
    InterimKind.REQUEST_TO_STOP: _("You ask, and nothing else changes."),
    InterimKind.CONTENT_HIDDEN: _("What the learner posted is kept, but others do not see it."),
    InterimKind.NO_CONTACT: _(
        "The learner cannot send messages to one person, and the letter names that person. It has "
        "to, or the learner could not keep to it. It does not say who reported."
    ),
}


class MeasureForm(KeyedForm):
    """What is to hold, why, until when. What names a person is offered to officers only."""

    def __init__(
        self, data: Any = None, *, hides: bool, officer: bool, today: date, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.names = officer
        left_out = set()
        if not hides:
            left_out.add(InterimKind.CONTENT_HIDDEN)
        if not officer:
            left_out.add(InterimKind.NO_CONTACT)
        self.fields["kind"] = PickField(
            label=_("What is to hold until there is a decision?"),
            choices=[(kind.value, kind.label) for kind in InterimKind if kind not in left_out],
            choice_hints={kind: text for kind, text in HINTS.items() if kind not in left_out},
            missing=_("Choose what is to hold"),
        )
        if officer:
            self.fields["protects_email"] = EmailField(
                label=_("If no messages: to whom?"),
                help_text=_("The address of their account. The learner is told their name."),
                required=False,
            )
        self.fields["reason"] = TextField(
            label=_("Why is it needed now?"),
            help_text=_(
                "The learner reads this. Say what could happen otherwise, not what they did, and "
                "nothing from which anybody could tell who reported."
            ),
            max_length=2_000,
            rows=5,
            missing=_("Give the reason. The learner reads it"),
        )
        self.fields["until"] = DateField(
            label=_("Until when?"),
            help_text=_("At most 30 days from today. It ends by itself at the end of that day."),
            missing=_("Choose a day within the next 30 days"),
        )
        self.fields["until"].widget.attrs["min"] = today.isoformat()

    @property
    def measure(self) -> dict[str, Any]:
        """What the service takes, of a valid form."""
        return {
            "kind": self.cleaned_data["kind"],
            "reason": self.cleaned_data["reason"],
            "until": self.cleaned_data["until"],
            "protects_email": self.cleaned_data.get("protects_email", ""),
        }

    def carried(self) -> Carried:
        """Names and values to carry over to the next step, as they were typed."""
        names = (TOKEN_FIELD, "kind", "protects_email", "reason", "until")
        return [(name, str(self[name].value() or "")) for name in names if name in self.fields]


class MeasureAnswerForm(Form):
    """What the learner says to a measure. It is sent once."""

    text = TextField(
        label=_("What do you want to tell us about it?"),
        help_text=_("You need not answer. You can send this once."),
        max_length=4_000,
        rows=6,
        missing=_("Write what you want to tell us"),
    )
