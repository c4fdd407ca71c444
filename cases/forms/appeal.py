"""Forms of an appeal: the learner's, and the officer's who decides it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.enums import AppealOutcome
from cases.forms.desk import RevisedForm
from cases.forms.drafted import DraftedForm
from cases.models import Sanction
from integrity.web.forms import TOKEN_FIELD, PickField, PicksField, TextField

Text = str | Promise
Carried = list[tuple[str, str]]

# What each outcome means, below it.
OUTCOMES: dict[str, Text] = {
    AppealOutcome.UPHELD: _("Nothing changes."),
    AppealOutcome.REDUCED: _("Choose below what stands. Everything else is undone."),
    AppealOutcome.OVERTURNED: _("Everything that follows is undone. The decision ends."),
    AppealOutcome.SENT_BACK: _(
        "Everything that follows is undone. The case is in review again, for a new decision."
    ),
}


class AppealForm(DraftedForm):
    """On which grounds of the policy, and why. It is sent once."""

    def __init__(
        self, data: Any = None, *, grounds: Sequence[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.titles = dict(grounds)
        self.fields["grounds"] = PicksField(
            label=_("Why do you appeal?"),
            help_text=_("Choose everything that applies."),
            choices=grounds,
            missing=_("Choose at least one of the reasons"),
        )
        self.fields["text"] = TextField(
            label=_("Why should the decision change?"),
            help_text=_("Say what is wrong or new, and where it can be seen."),
            max_length=10_000,
            rows=10,
            missing=_("Tell us why the decision should change"),
        )
        self._opened()

    def called(self, name: str) -> str:
        """What a field is about, in a list."""
        return str(self.fields[name].label)

    @property
    def chosen(self) -> list[str]:
        """The grounds that were ticked, in the words of the policy."""
        ticked = self["grounds"].value() or []
        return [title for code, title in self.titles.items() if code in ticked]

    def carried(self) -> Carried:
        """Names and values to carry over to the next step, as they were typed."""
        return [
            *((name, str(self[name].value() or "")) for name in (TOKEN_FIELD, "revision", "seen")),
            *(("grounds", code) for code in self["grounds"].value() or []),
            ("text", str(self["text"].value() or "")),
        ]


class DecideAppealForm(RevisedForm):
    """The outcome, which consequences stand, reasons, conditions, and notes for the desk.

    "Less follows" is offered only where some consequences can stand and others be undone.
    """

    def __init__(self, data: Any = None, *, sanctions: Sequence[Sanction], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.some = len(sanctions) > 1
        self.fields["outcome"] = PickField(
            label=_("What does the appeal lead to?"),
            choices=[
                (value, label)
                for value, label in AppealOutcome.choices
                if self.some or value != AppealOutcome.REDUCED
            ],
            choice_hints=OUTCOMES,
            missing=_("Choose what the appeal leads to"),
        )
        if self.some:
            self.fields["keep"] = PicksField(
                label=_("If less follows: what stands?"),
                help_text=_("Some, but not all."),
                choices=[(str(row.public_id), row.consequence.title) for row in sanctions],
                required=False,
            )
        self.fields["reasons"] = TextField(
            label=_("Reasons"),
            help_text=_("The learner reads them. Answer what the appeal says."),
            max_length=10_000,
            rows=8,
            missing=_("Give the reasons. The learner reads them"),
        )
        self.fields["conditions"] = TextField(
            label=_("Conditions"),
            help_text=_("What the learner has to do or can rely on. They read this too."),
            max_length=4_000,
            required=False,
            rows=3,
        )
        self.fields["private_notes"] = TextField(
            label=_("Notes for the desk"),
            help_text=_("Only people who may read this case at the desk see them."),
            max_length=10_000,
            required=False,
            rows=3,
        )

    @property
    def decision(self) -> dict[str, Any]:
        """What the service takes, of a valid form."""
        return {
            "outcome": self.cleaned_data["outcome"],
            "keep": self.cleaned_data.get("keep", []),
            "reasons": self.cleaned_data["reasons"],
            "conditions": self.cleaned_data["conditions"],
            "private_notes": self.cleaned_data["private_notes"],
            "revision": self.seen,
        }

    def carried(self) -> Carried:
        """Names and values to carry over to the check page, as they were typed."""
        data: Any = self.data
        return [
            (key, value) for key, values in data.lists() for value in values if key in self.fields
        ]
