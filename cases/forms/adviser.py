"""The form with which a respondent asks somebody to help."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from cases.forms.desk import KeyedForm
from integrity.web.forms import EmailField


class InviteForm(KeyedForm):
    """Whom to ask, by the address they read their mail at."""

    email = EmailField(
        label=_("Email address"),
        help_text=_(
            "They get an email that says only that somebody asks for their help. They sign in with "
            "this address, or make an account with it, to say yes."
        ),
        missing=_("Enter the email address of the person you want to ask"),
    )
