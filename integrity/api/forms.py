"""The form for a new token."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from integrity.accounts.models import User
from integrity.api.scopes import useful_to
from integrity.web.forms import TOKEN_FIELD, LineField, OnceForm, PickField, PicksField

_ENDS = [("30", _("30 days")), ("90", _("90 days")), ("365", _("One year"))]


class TokenForm(OnceForm):
    """What a token is for, what it may do, and for how long."""

    name = LineField(
        label=_("What is it for?"),
        help_text=_("A name by which you know it again, such as the program that uses it."),
        max_length=100,
        missing=_("Say what the token is for."),
    )
    scopes = PicksField(
        label=_("What may it do?"),
        help_text=_("It never may do more than you. Choose as little as it needs."),
        missing=_("Choose what the token may be used for."),
    )
    days = PickField(label=_("For how long?"), choices=_ENDS, initial="90")

    def __init__(self, data: Any = None, *, user: User, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        scopes: Any = self.fields["scopes"]
        scopes.choices = [(scope.value, scope.label) for scope in useful_to(user)]
        scopes.choice_hints = {scope.value: scope.value for scope in useful_to(user)}

    @property
    def key(self) -> str:
        """The key of this filling-in, of a valid form."""
        return str(self.cleaned_data[TOKEN_FIELD])
