"""Forms about more time to answer: the learner's, and the desk's."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.forms.desk import KeyedForm
from integrity.web.forms import DateField, Form, PickField, TextField
from notifications.enums import BounceReason

GIVE, REFUSE = "give", "refuse"
WORDS = 2_000


class AskMoreTimeForm(KeyedForm):
    """Why more time is needed."""

    reason = TextField(
        label=_("Why do you need more time?"),
        help_text=_("For example illness, exams, or that you look for somebody to help you."),
        max_length=WORDS,
        rows=6,
        missing=_("Say why you need more time"),
    )


class MoreTimeForm(KeyedForm):
    """Give more time or refuse it. `waits`: a request waits; without one nothing can be refused.

    An officer (`longer`) may choose a day; left empty it is what the policy gives.
    """

    REFUSE = REFUSE

    def __init__(
        self, data: Any = None, *, waits: bool, longer: bool, usual: str, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        if waits:
            self.fields["outcome"] = PickField(
                label=_("What do you answer?"),
                choices=[(GIVE, _("Give more time")), (REFUSE, _("Give no more time"))],
                missing=_("Choose what you answer"),
            )
        if longer:
            self.fields["until"] = DateField(
                label=_("Longer, until the end of"),
                help_text=_("Left empty it is what the policy gives: until %(day)s.")
                % {"day": usual},
                required=False,
            )
        self.fields["words"] = TextField(
            label=_("What do you tell the learner?"),
            help_text=_("They read it in the letter. Needed when you give no more time."),
            max_length=WORDS,
            required=False,
            rows=5,
        )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("outcome") == REFUSE and not cleaned.get("words", "").strip():
            self.add_error("words", _("Say why there is no more time. The learner reads it"))
        return cleaned


class CameBackForm(Form):
    """Why the email about a notice came back."""

    reason = PickField(
        label=_("Why did it come back?"),
        choices=BounceReason.choices,
        missing=_("Choose why it came back"),
    )
