"""The forms with which a respondent asks somebody to help, and says how far."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.forms.desk import KeyedForm
from cases.services.adviser import SCOPE, Scope
from integrity.web.forms import EmailField, Form, PicksField

# What each box allows, and below it what that means.
MAY: dict[str, tuple[str | Promise, str | Promise]] = {
    "reads_evidence": (
        _("Read along"),
        _("What you were asked and shown, what you say, and what is decided."),
    ),
    "may_write": (
        _("Write with you"),
        _("On your answer or appeal while it is not sent. They can never send it."),
    ),
    "comes_along": (_("Come along to meetings"), _("They are told when and where one is.")),
}


def _boxes() -> PicksField:
    return PicksField(
        label=_("What may they do?"),
        help_text=_("You can change this at any time."),
        choices=[(name, label) for name, (label, _hint) in MAY.items()],
        choice_hints={name: hint for name, (_label, hint) in MAY.items()},
        required=False,
        initial=[name for name in SCOPE if getattr(Scope(), name)],
    )


def _scope(ticked: list[str]) -> Scope:
    return Scope(**{name: name in ticked for name in SCOPE})


class ScopeForm(Form):
    """How far somebody's help reaches from now on."""

    may = _boxes()

    def __init__(self, data: Any = None, *, scope: Scope, **kwargs: Any) -> None:
        now = [name for name in SCOPE if getattr(scope, name)]
        super().__init__(data, initial={"may": now}, **kwargs)

    @property
    def scope(self) -> Scope:
        """What was ticked, of a valid form."""
        return _scope(self.cleaned_data["may"])


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
    may = _boxes()

    @property
    def scope(self) -> Scope:
        """What was ticked, of a valid form."""
        return _scope(self.cleaned_data["may"])
