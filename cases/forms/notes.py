"""Notes, and who gets a case."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from cases.evidence.accept import ACCEPT
from cases.forms.desk import KeyedForm
from cases.models import Case, ConflictDeclaration, Respondent
from cases.services.assigning import NO_ROLE, NOT_FREE, NOTE_LENGTH
from cases.services.conflicts import REASON_LENGTH
from cases.services.notes import BODY_LENGTH, MAX_MENTIONS, NOT_A_READER
from integrity.accounts.models import User
from integrity.web.forms import (
    Form,
    ManyFilesField,
    ManyFilesInput,
    PickField,
    PicksField,
    SelectField,
    TextField,
)

# Nobody in particular: the note stays at the desk.
DESK = "desk"
# Nobody has the case: whoever wants can claim it.
QUEUE = "queue"


class NoteForm(KeyedForm):
    """A note for the desk or for one respondent, with files and people to tell."""

    body = TextField(
        label=_("Add a note"),
        help_text=_("It cannot be changed later. Nothing in a note counts as evidence."),
        max_length=BODY_LENGTH,
        rows=5,
        missing=_("Write the note first"),
    )

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        readers: Sequence[User] = (),
        respondents: Sequence[Respondent] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(data, files, **kwargs)
        if respondents:
            self.fields["respondent"] = SelectField(
                label=_("Who reads it?"),
                help_text=_("The learner gets a letter that there is a note. Advisers see it too."),
                choices=[
                    (DESK, _("Only the desk")),
                    *(
                        (str(row.public_id), _("The desk and %(name)s") % {"name": row.user})
                        for row in respondents
                    ),
                ],
                initial=DESK,
                required=False,
            )
        if readers:
            self.fields["mention"] = PicksField(
                label=_("Tell these colleagues"),
                help_text=_("People who read this case. The email names the case number only."),
                choices=[(str(user.public_id), user.display_name) for user in readers],
                error_messages={"invalid_choice": NOT_A_READER},
                required=False,
            )
        self.fields["uploads"] = ManyFilesField(
            label=_("Files"),
            help_text=_("Pictures, PDF or text. Whoever reads the note gets a clean copy."),
            required=False,
            widget=ManyFilesInput(attrs={"accept": ACCEPT, "multiple": True}),
        )

    def clean_respondent(self) -> str:
        """The respondent's public id, or nothing for the desk."""
        whom: str = self.cleaned_data["respondent"]
        return "" if whom == DESK else whom

    def clean_mention(self) -> list[str]:
        """The public ids of who is told."""
        chosen: list[str] = self.cleaned_data["mention"]
        if len(chosen) > MAX_MENTIONS:
            raise ValidationError(_("Those are too many people for one note."))
        return chosen


class _ToForm(KeyedForm):
    note = TextField(
        label=_("Note for them"),
        help_text=_("It stands with the notes of the desk."),
        max_length=NOTE_LENGTH,
        required=False,
        rows=4,
    )


class GiveForm(_ToForm):
    """Give a case to a colleague. `back`: it can go back to the queue instead.

    `officer`: whoever gives it may know whether a colleague lacks the role.
    """

    def __init__(
        self,
        data: Any = None,
        *,
        colleagues: Sequence[User],
        back: bool = False,
        officer: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        choices: list[tuple[str, Any]] = [("", _("Choose a colleague"))]
        if back:
            choices.append((QUEUE, _("Nobody: back to the queue")))
        choices += [(str(user.public_id), user.display_name) for user in colleagues]
        self.fields["to"] = SelectField(
            label=_("Who gets the case?"),
            choices=choices,
            missing=_("Choose a colleague"),
            error_messages={"invalid_choice": NO_ROLE if officer else NOT_FREE},
        )
        # Whom it was with when the page was opened.
        self.fields["was"] = forms.CharField(widget=forms.HiddenInput, required=False)
        self.order_fields(["to", "note", "was"])


class MoveForm(_ToForm):
    """Give cases of one person to colleagues, in turn."""

    def __init__(
        self,
        data: Any = None,
        *,
        cases: Sequence[Case],
        colleagues: Sequence[User],
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        self.fields["numbers"] = PicksField(
            label=_("Which cases?"),
            choices=[(case.number, f"{case.number}: {case.title}") for case in cases],
            initial=[case.number for case in cases],
            missing=_("Tick at least one case"),
        )
        self.fields["to"] = PicksField(
            label=_("Who gets them?"),
            help_text=_("Several colleagues get them in turn. Nobody gets what they cannot have."),
            choices=[(str(user.public_id), user.display_name) for user in colleagues],
            missing=_("Choose at least one colleague"),
        )
        self.order_fields(["numbers", "to", "note"])


class UndoForm(Form):
    """Take back what a colleague declared."""

    def __init__(
        self, data: Any = None, *, declared: Sequence[ConflictDeclaration], **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.fields["who"] = PickField(
            label=_("Whose declaration is taken back?"),
            choices=[(str(row.user.public_id), row.user.display_name) for row in declared],
            missing=_("Choose whose declaration it is"),
        )
        self.fields["reason"] = TextField(
            label=_("Why?"),
            help_text=_("For example: they pressed the wrong button, and told you so."),
            max_length=REASON_LENGTH,
            rows=3,
            missing=_("Say why it is taken back"),
        )
