"""Forms of a statement: the desk's question, and the answer of whoever is asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.forms.appeal import Carried
from cases.forms.desk import KeyedForm
from cases.services.statement import QUESTION_LENGTH, TEXT_LENGTH
from integrity.accounts.models import User
from integrity.web.forms import EmailField, Form, PickField, TextField

OTHER = "other"


class AskForm(KeyedForm):
    """Whom to ask, a teacher of the course or somebody by address, and what."""

    def __init__(self, data: Any = None, *, teachers: Sequence[User], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.teachers = {str(row.public_id): row for row in teachers}
        if teachers:
            self.fields["person"] = PickField(
                label=_("Whom do you ask?"),
                choices=[
                    *((key, row.display_name) for key, row in self.teachers.items()),
                    (OTHER, _("Somebody else, by email address")),
                ],
                choice_hints={key: _("Teaches the course") for key in self.teachers},
                missing=_("Choose whom you ask"),
            )
        self.fields["email"] = EmailField(
            label=_("Email address of somebody else") if teachers else _("Whom do you ask?"),
            help_text=_("The address of their account."),
            required=not teachers,
            missing=_("Enter the email address of the person you ask"),
        )
        self.fields["question"] = TextField(
            label=_("What do you ask?"),
            help_text=_(
                "The person reads this question and the name of the course, nothing else. Do not "
                "name the learner unless it cannot be understood otherwise, and leave out who "
                "reported."
            ),
            max_length=QUESTION_LENGTH,
            rows=6,
            missing=_("Write the question"),
        )

    def clean(self) -> dict[str, Any]:
        """Somebody else needs an address."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if given.get("person") == OTHER and not given.get("email") and "email" not in self.errors:
            self.add_error("email", _("Enter the email address of the person you ask"))
        return given

    @property
    def address(self) -> str:
        """The address of whoever is asked, of a valid form."""
        teacher = self.teachers.get(self.cleaned_data.get("person", ""))
        return teacher.email if teacher is not None else str(self.cleaned_data["email"])


class StatementForm(Form):
    """What somebody knows, in their own words. It is sent once."""

    text = TextField(
        label=_("What do you know about it?"),
        help_text=_("Say what you saw yourself, when and where. You need not find out anything."),
        max_length=TEXT_LENGTH,
        rows=10,
        missing=_("Write what you know, or that you know nothing about it"),
    )

    def carried(self) -> Carried:
        """Names and values to carry over to the next step, as they were typed."""
        return [("text", str(self["text"].value() or ""))]
