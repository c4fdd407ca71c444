"""Forms for several cases: joining, taking out, linking, many at once; and bad faith."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.enums import DISMISSAL_CHOICES, CaseLinkKind, DismissalDetail
from cases.forms.desk import DuplicateField, KeyedForm, NumberField
from cases.services.bad_faith import REASON_LENGTH, REASONS_LENGTH
from cases.services.linking import NOTE_LENGTH
from integrity.accounts.models import User
from integrity.web.forms import Form, LineField, PickField, PicksField, SelectField, TextField

Text = str | Promise
# As a value of "Assign to": whoever does it.
ME = "me"


class DetailField(SelectField):
    """What the desk keeps beside the reason of a dismissal (QU4)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=_("Kept by the desk"),
            help_text=_("Only the desk ever sees this. It is in no letter and no export."),
            choices=[("", _("Nothing to add")), *DismissalDetail.choices],
            required=False,
            **kwargs,
        )


class BulkForm(KeyedForm):
    """Several cases, and one thing to do with them. `do` says which fields there are."""

    do = forms.CharField(widget=forms.HiddenInput, required=False)
    back = forms.CharField(widget=forms.HiddenInput, required=False, max_length=2_000)

    def __init__(
        self,
        data: Any = None,
        *,
        kind: str,
        cases: Sequence[tuple[str, Text]],
        people: Sequence[User] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        self.fields["case"] = PicksField(
            label=_("Cases"), choices=cases, missing=_("Choose at least one case")
        )
        if kind == "assign":
            self.fields["to"] = SelectField(
                label=_("Who is to have them?"),
                choices=[(ME, _("Me")), *((str(p.public_id), p.display_name) for p in people)],
                initial=ME,
                missing=_("Choose who is to have the cases"),
            )
            self.fields["note"] = TextField(
                label=_("Note for them"),
                help_text=_("It is added to each case, for people of the desk."),
                max_length=4_000,
                required=False,
                rows=3,
            )
        elif kind == "dismiss":
            self.fields["reason"] = PickField(
                label=_("Why are they dismissed?"),
                choices=DISMISSAL_CHOICES,
                missing=_("Choose a reason"),
            )
            self.fields["duplicate_of"] = DuplicateField()
            self.fields["detail"] = DetailField()
            self.fields["note"] = TextField(
                label=_("Note for the office"),
                help_text=_("Nobody outside the office reads it."),
                max_length=4_000,
                required=False,
                rows=3,
            )
        else:
            self.fields["into"] = PickField(
                label=_("Which case goes on?"),
                help_text=_("The others end as duplicates of it. The oldest is a good choice."),
                choices=cases,
                initial=cases[0][0] if cases else "",
                missing=_("Choose the case that goes on"),
            )

    def clean_to(self) -> str:
        return str(self.cleaned_data["to"])

    def clean(self) -> dict[str, Any]:
        """What `DismissForm` asks, where several are dismissed."""
        data = super().clean() or self.cleaned_data
        if "duplicate_of" in self.fields:
            DuplicateField.asked_for(self)
        return data


class MergeForm(KeyedForm):
    """Join this case with another one."""

    other = NumberField(
        label=_("Number of the other case"),
        help_text=_("Such as IC-2026-000123."),
        missing=_("Enter the number of the other case"),
    )
    goes_on = PickField(
        label=_("Which of the two goes on?"),
        choices=[
            ("here", _("This one: the reports of the other one come into it")),
            ("there", _("The other one: the reports of this one go into it")),
        ],
        initial="here",
        missing=_("Choose which of the two goes on"),
    )


class SplitForm(KeyedForm):
    """Take reports out of a case."""

    reports = PicksField(
        label=_("Which reports belong to another matter?"),
        missing=_("Choose at least one report"),
    )

    def __init__(
        self, data: Any = None, *, lines: Sequence[tuple[str, Text, Text]], **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.fields["reports"] = PicksField(
            label=_("Which reports belong to another matter?"),
            help_text=_("At least one stays."),
            choices=[(name, words) for name, words, _hint in lines],
            choice_hints={name: hint for name, _words, hint in lines},
            missing=_("Choose at least one report"),
        )


class LinkForm(Form):
    """Link this case with another one."""

    other = NumberField(
        label=_("Number of the other case"),
        help_text=_("Such as IC-2026-000123."),
        missing=_("Enter the number of the other case"),
    )
    kind = PickField(
        label=_("How do they belong together?"),
        choices=[choice for choice in CaseLinkKind.choices if choice[0] != CaseLinkKind.SPLIT],
        initial=CaseLinkKind.RELATED,
        missing=_("Choose how they belong together"),
    )
    note = LineField(
        label=_("Why?"),
        help_text=_("One line for colleagues. Leave out names of people."),
        max_length=NOTE_LENGTH,
        required=False,
    )


class BadFaithForm(Form):
    """Why a report counts as made in bad faith."""

    reasons = TextField(
        label=_("What shows that the report was made in bad faith?"),
        help_text=_(
            "Say what was found, and how. That a report was wrong or could not be shown is no bad "
            "faith."
        ),
        max_length=REASONS_LENGTH,
        rows=6,
        missing=_("Give the reasons"),
    )


class BadFaithBackForm(Form):
    """Why it does not count as that any more."""

    reason = TextField(
        label=_("Why is it taken back?"),
        max_length=REASON_LENGTH,
        rows=4,
        missing=_("Say why it is taken back"),
    )
