"""The forms around signing in: allauth's, with labels, hints and messages in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from allauth.account import forms as allauth_forms
from django import forms
from django.utils.translation import gettext_lazy as _

from integrity.core.text import clean_text

_EMAIL = _("Email address")
_PASSWORD_HINT = _(
    "At least 10 characters, not easy to guess, and not like your name or email address."
)

# Label, hint and the message for an empty answer; lazy texts.
Words = tuple[Any, Any, Any]

if TYPE_CHECKING:
    _Base = forms.Form
else:
    _Base = object


class _Plain(_Base):
    """Drops placeholders (labels say it) and gives each field its words: label, hint, missing."""

    words: ClassVar[dict[str, Words]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            if name in self.words:
                field.label, field.help_text, missing = self.words[name]
                field.error_messages["required"] = missing


_NEW_PASSWORDS: dict[str, Words] = {
    "password1": (_("New password"), _PASSWORD_HINT, _("Enter a new password")),
    "password2": (_("The same password again"), "", _("Enter the password a second time")),
}


class LoginForm(_Plain, allauth_forms.LoginForm):
    """Sign in with email address and password."""

    words: ClassVar[dict[str, Words]] = {
        "login": (_EMAIL, "", _("Enter your email address")),
        "password": (_("Password"), "", _("Enter your password")),
    }


class SignupForm(_Plain, allauth_forms.SignupForm):
    """Make an account: the name letters carry, the email address that is the login, a password."""

    words: ClassVar[dict[str, Words]] = {
        "display_name": (
            _("Your name"),
            _("As you want us to write to you."),
            _("Enter your name"),
        ),
        "email": (_EMAIL, _("You sign in with it."), _("Enter your email address")),
        "password1": (_("Password"), _PASSWORD_HINT, _("Enter a password")),
        "password2": (
            _("The same password again"),
            "",
            _("Enter the password a second time"),
        ),
    }

    display_name = forms.CharField(widget=forms.TextInput(attrs={"autocomplete": "name"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(list(self.words))

    def clean_display_name(self) -> str:
        """One line of clean text, at most 150 characters."""
        name = clean_text(self.cleaned_data["display_name"], max_length=150, single_line=True)
        if not name:
            raise forms.ValidationError(self.fields["display_name"].error_messages["required"])
        return name


class AddEmailForm(_Plain, allauth_forms.AddEmailForm):
    """Add an address to the account."""

    words: ClassVar[dict[str, Words]] = {
        "email": (
            _("Another email address"),
            _("We send an email there to make sure that it is yours."),
            _("Enter an email address"),
        )
    }


class ChangePasswordForm(_Plain, allauth_forms.ChangePasswordForm):
    """Change the password, knowing the present one."""

    words: ClassVar[dict[str, Words]] = {
        "oldpassword": (_("Present password"), "", _("Enter your present password")),
        **_NEW_PASSWORDS,
    }


class SetPasswordForm(_Plain, allauth_forms.SetPasswordForm):
    """Choose a password for an account that has none."""

    words: ClassVar[dict[str, Words]] = _NEW_PASSWORDS


class ResetPasswordForm(_Plain, allauth_forms.ResetPasswordForm):
    """Ask for a link to choose a new password."""

    words: ClassVar[dict[str, Words]] = {"email": (_EMAIL, "", _("Enter your email address"))}


class ResetPasswordKeyForm(_Plain, allauth_forms.ResetPasswordKeyForm):
    """Choose a new password, having followed the link."""

    words: ClassVar[dict[str, Words]] = _NEW_PASSWORDS


class ReauthenticateForm(_Plain, allauth_forms.ReauthenticateForm):
    """Prove once more who is sitting there."""

    words: ClassVar[dict[str, Words]] = {"password": (_("Password"), "", _("Enter your password"))}
