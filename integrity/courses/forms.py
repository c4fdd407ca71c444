"""Forms of the course pages."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from integrity.core.forms import Form, LineField, OnceForm, PickField, Text, TextField
from integrity.courses.enums import Permission
from integrity.courses.selectors import QUESTIONS
from integrity.courses.services.terms import MAX_NOTE
from integrity.courses.words import EMPTY


class TermsForm(OnceForm):
    """What an assignment permits: the four questions, and the limits in words."""

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        for name, question in QUESTIONS.items():
            self.fields[name] = PickField(
                label=question,
                choices=Permission.choices,
                missing=_("Choose one of the answers"),
            )
        self.fields["note"] = TextField(
            label=_("Limits and examples"),
            help_text=_("Needed when something is allowed within limits. Learners read this."),
            max_length=MAX_NOTE,
            required=False,
        )

    @property
    def said(self) -> dict[str, str]:
        """The answers and the note, of a valid form."""
        return {name: self.cleaned_data[name] for name in (*QUESTIONS, "note")}


class WriteForm(OnceForm):
    """A text for others, at most `most` characters."""

    def __init__(self, data: Any = None, *, label: Text, most: int, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["body"] = TextField(label=label, max_length=most, rows=4, missing=EMPTY)


class FindForm(Form):
    """Somebody's name, or a part of it."""

    q = LineField(label=_("Name"), max_length=100, required=False)
