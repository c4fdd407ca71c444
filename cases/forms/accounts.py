"""Forms about likely second accounts: the person's walk, and the desk's words (PO9)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from cases.forms.desk import KeyedForm
from integrity.web.forms import EmailField, Form, LineField, PickField, TextField

MINE, OTHER = "mine", "other"


class WhoseForm(Form):
    """One account or two."""

    whose = PickField(
        label=_("Do you have a second account here?"),
        choices=[
            (MINE, _("Yes, I have another account")),
            (OTHER, _("No, this is my only account")),
        ],
        choice_hints={
            MINE: _("You keep this one and close the other. We walk you through it."),
            OTHER: _("You tell us so, and we read it."),
        },
        missing=_("Choose one of the two"),
    )


class NotMineForm(Form):
    """In their words, if they like."""

    text = TextField(
        label=_("Is there anything we should know?"),
        help_text=_("You need not write anything. You can send this once."),
        max_length=2_000,
        required=False,
        rows=5,
    )


class OtherAddressForm(KeyedForm):
    """The address of the other account. Shown to nobody, so it has to be known."""

    email = EmailField(
        label=_("With which email address do you sign in to the other account?"),
        help_text=_("We send a code there, to make sure that it is yours."),
        missing=_("Enter the email address of the other account"),
    )


class CodeForm(Form):
    """The code from the email."""

    code = LineField(
        label=_("The code from the email"),
        help_text=_("Eight digits. Spaces do not matter."),
        max_length=40,
        missing=_("Enter the code from the email"),
        widget=LineField.widget(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "in--s"}
        ),
    )
