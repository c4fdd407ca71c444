"""Forms of this product: clean text, messages that say what to do, and one effect per form.

Below every app, so that course pages have them too; pages above import them from `integrity.web`.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.datastructures import MultiValueDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from integrity.core.errors import InvalidInput, NoRoom
from integrity.core.text import clean_text

Text = str | Promise

_TOKEN_SALT = "integrity.web.form-token"  # noqa: S105 - a name, no secret
TOKEN_FIELD = "form_token"  # noqa: S105
# Nothing here is older.
FIRST_YEAR = 2000


def new_form_token() -> str:
    """A signed random token for one filling-in of a form."""
    return signing.TimestampSigner(salt=_TOKEN_SALT).sign(secrets.token_urlsafe(18))


def read_form_token(token: str) -> str:
    """The random part of a token that was signed here and has not expired.

    Raises `signing.BadSignature` for any other. It lives as long as a session can
    (`SESSION_COOKIE_AGE`).
    """
    signer = signing.TimestampSigner(salt=_TOKEN_SALT)
    return signer.unsign(token, max_age=settings.SESSION_COOKIE_AGE)


class Form(forms.Form):
    """Base of all forms. The browser's own checks are left off: the server's say more."""

    use_required_attribute = False

    def add_refusal(self, error: InvalidInput) -> None:
        """Put what a service refused onto the fields it named, other names onto the form."""
        for name, messages in error.fields.items():
            for message in messages:
                self.add_error(name if name in self.fields else None, ValidationError(str(message)))

    def add_no_room(self, error: NoRoom) -> None:
        """Say at the field for files that there is no room for them; what was typed stays."""
        fields = (name for name, field in self.fields.items() if isinstance(field, forms.FileField))
        self.add_error(next(fields, None), ValidationError(str(error.message)))
        self._no_room = True

    @property
    def http_status(self) -> int:
        """400 for a form that was sent and refused, 507 where there was no room, else 200."""
        if getattr(self, "_no_room", False):
            return 507
        return 400 if self.is_bound and self.errors else 200


class OnceForm(Form):
    """A form whose repeated sending is one act.

    It carries a signed random token. `cleaned_data["form_token"]` is the key that services take as
    idempotency key, together with who acts: the same key again gives the same result. A forged,
    missing or expired token is an error of the form; what was typed stays, and the form that is
    shown again carries a fresh token. After a refusal for another reason the token stays the same,
    for nothing has been done with it.
    """

    form_token = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(data, *args, **kwargs)
        self.fields[TOKEN_FIELD].initial = new_form_token()

    def clean_form_token(self) -> str:
        """The key. Raises for a token that was not made here or is too old."""
        token = self.cleaned_data.get(TOKEN_FIELD, "")
        try:
            return read_form_token(token)
        except signing.SignatureExpired:
            self.renew_token()
            raise ValidationError(
                _("This page was open for too long. Nothing was sent. Please send it again."),
                code="expired",
            ) from None
        except signing.BadSignature:
            self.renew_token()
            raise ValidationError(
                _(
                    "We could not tell where this form came from. Nothing was sent. "
                    "Please send it again."
                ),
                code="forged",
            ) from None

    def renew_token(self) -> None:
        """Let the form that is shown again be another one: its old token was used up."""
        data = self.data.copy() if isinstance(self.data, MultiValueDict) else dict(self.data)
        data[self.add_prefix(TOKEN_FIELD)] = new_form_token()
        self.data = data


class _CleanText(forms.CharField):
    single_line = True

    def __init__(self, *, max_length: int, missing: Text | None = None, **kwargs: Any) -> None:
        messages = dict(kwargs.pop("error_messages", {}))
        if missing is not None:
            messages["required"] = missing
        super().__init__(max_length=None, error_messages=messages, **kwargs)
        # After Django's own set-up: cleaning checks the length itself, on cleaned text.
        self.max_length: int = max_length

    def to_python(self, value: Any) -> str:
        if value in self.empty_values:
            return ""
        return clean_text(str(value), max_length=self.max_length, single_line=self.single_line)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        # No maxlength: a browser would cut pasted text off without a word.
        return {}


class LineField(_CleanText):
    """One line of text, cleaned by `integrity.core.text.clean_text`.

    `max_length` counts characters after cleaning; `missing` is the message for an empty answer,
    written as what to do ("Enter the name of the course").
    """

    def __init__(self, *, max_length: int = 200, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)


class TextField(_CleanText):
    """Text of several lines, cleaned the same way; shown with the number of characters."""

    single_line = False
    widget = forms.Textarea

    def __init__(self, *, max_length: int = 4000, rows: int = 6, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": rows}))
        super().__init__(max_length=max_length, **kwargs)


class _Missing:
    """Adds `missing=` to a field class: the message for an empty answer."""

    def __init__(self, *args: Any, missing: Text | None = None, **kwargs: Any) -> None:
        if missing is not None:
            kwargs["error_messages"] = {"required": missing, **kwargs.get("error_messages", {})}
        super().__init__(*args, **kwargs)


class EmailField(_Missing, forms.EmailField):
    """An email address, in lower case, at most 254 characters."""

    default_error_messages = {"invalid": _("Enter an email address like name@example.edu")}

    def clean(self, value: Any) -> str:
        return str(super().clean(value)).lower()


class LinkField(_Missing, forms.URLField):
    """A web address with https:// or http://, at most 2,000 characters."""

    default_error_messages = {"invalid": _("Enter the whole address, starting with https://")}

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 2000)
        kwargs.setdefault("assume_scheme", "https")
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> str:
        if value in self.empty_values:
            return ""
        text = clean_text(str(value), max_length=self.max_length or 2000, single_line=True)
        if text and not text.lower().startswith(("https://", "http://")):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return str(super().to_python(text))

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {}


class PickField(_Missing, forms.ChoiceField):
    """One of a few choices as radio buttons. `choice_hints` maps a value to a line below it."""

    widget = forms.RadioSelect

    def __init__(self, *, choice_hints: Mapping[str, Text] | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.choice_hints = dict(choice_hints or {})


class PicksField(_Missing, forms.MultipleChoiceField):
    """Any of a few choices as boxes to tick. `choice_hints` as in `PickField`."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, *, choice_hints: Mapping[str, Text] | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.choice_hints = dict(choice_hints or {})


class SelectField(_Missing, forms.ChoiceField):
    """One of many choices as a list that opens."""


class TickField(_Missing, forms.BooleanField):
    """A single box to tick; required means that it must be ticked."""


class DateField(_Missing, forms.DateField):
    """A day. The browser's own date control, which sends year-month-day."""

    default_error_messages = {"invalid": _("Enter a date like 2026-11-21")}

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
        kwargs.setdefault("input_formats", ["%Y-%m-%d"])
        super().__init__(**kwargs)


class MomentField(_Missing, forms.DateTimeField):
    """A day and time in the reader's zone; cleaned to an aware datetime.

    A time that does not exist there, or exists twice, is refused when the clocks change.
    """

    default_error_messages = {"invalid": _("Enter a date and a time like 2026-11-21 14:30")}

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "widget",
            forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
        )
        kwargs.setdefault("input_formats", ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"])
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> datetime | None:
        try:
            found: datetime | None = super().to_python(value)
        except forms.ValidationError as error:
            if getattr(error, "code", None) != "ambiguous_timezone":
                raise
            raise forms.ValidationError(
                _(
                    "The clocks change on that day, so this time does not exist or exists twice. "
                    "Choose another."
                ),
                code="ambiguous_timezone",
            ) from error
        if found is not None and found.year < FIRST_YEAR:
            raise forms.ValidationError(
                _("Enter a day like 2026-11-20, after the year 1999."), code="invalid"
            )
        return found


class FileField(_Missing, forms.FileField):
    """One uploaded file. What it may be is checked where it is stored."""


class ManyFilesInput(forms.ClearableFileInput):
    """A file control that takes several files."""

    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"


class ManyFilesField(_Missing, forms.FileField):
    """Several uploaded files, cleaned to a list (empty when none came)."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        one = super().clean
        if isinstance(data, list | tuple):
            return [one(item, initial) for item in data] if data else self._none(one, initial)
        return [one(data, initial)] if data else self._none(one, initial)

    @staticmethod
    def _none(one: Any, initial: Any) -> list[Any]:
        one(None, initial)
        return []
