"""The part of signing up that is ours: the name."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from integrity.core.text import clean_text


class SignupForm(forms.Form):
    """Mixed into the sign-up form of allauth: asks for the name that letters carry."""

    display_name = forms.CharField(
        label=_("Your name"),
        help_text=_("As you want us to write to you."),
        max_length=150,
        error_messages={"required": _("Enter your name")},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ("display_name", "email", "password1", "password2")

    def clean_display_name(self) -> str:
        """One line of clean text."""
        name = clean_text(self.cleaned_data["display_name"], max_length=150, single_line=True)
        if not name:
            raise forms.ValidationError(_("Enter your name"), code="required")
        return name

    def signup(self, request: HttpRequest, user: Any) -> None:
        """Called by allauth with the new, saved user."""
        user.display_name = self.cleaned_data["display_name"]
        user.save(update_fields=["display_name"])
