"""The respondent's answer: a stance and words on each allegation, and files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.enums import Stance
from cases.evidence.accept import ACCEPT
from cases.evidence.errors import FIELD
from cases.forms.drafted import DraftedForm
from cases.models import Allegation
from integrity.core.errors import InvalidInput
from integrity.web.forms import Form, ManyFilesField, ManyFilesInput, PickField, TextField

WORDS = 10_000

# What each choice means, below it.
HINTS: dict[str, str | Promise] = {
    Stance.ADMIT: _("You can say more below, but you need not."),
    Stance.CONTEST: _("Say what is wrong, and what you did instead."),
    Stance.EXPLAIN: _("Say how it came about, or what we may not know."),
}


class AnswerForm(DraftedForm):
    """A choice and words for every allegation, circumstances, anything else.

    Fields are named as the service names them: `stance-<id>` and `text-<id>` by the allegation's
    public id. Words are needed where the learner disagrees or explains.
    """

    def __init__(
        self, data: Any = None, *, allegations: Sequence[Allegation], **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.allegations = list(allegations)
        for allegation in self.allegations:
            key = str(allegation.public_id)
            self.fields[f"stance-{key}"] = PickField(
                label=_("What do you say to this?"),
                choices=Stance.choices,
                choice_hints=HINTS,
                missing=format_lazy(
                    "{}: {}",
                    allegation.violation_type.title,
                    _("choose whether you agree, disagree or want to explain"),
                ),
            )
            self.fields[f"text-{key}"] = TextField(
                label=_("In your words"),
                help_text=_("Needed when you disagree or want to explain."),
                max_length=WORDS,
                required=False,
                rows=8,
            )
        self.fields["mitigation"] = TextField(
            label=_("Is there anything about your circumstances that we should know?"),
            help_text=_(
                "For example illness, care for others, or instructions that were hard to "
                "understand. You need not tell us."
            ),
            max_length=WORDS,
            required=False,
        )
        self.fields["statement"] = TextField(
            label=_("Is there anything else you want to say?"),
            help_text=_("You can also name people who know something, and say what they know."),
            max_length=WORDS,
            required=False,
        )
        self._opened()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.unfinished:
            return cleaned
        for allegation in self.allegations:
            stance = cleaned.get(f"stance-{allegation.public_id}", "")
            name = f"text-{allegation.public_id}"
            if stance in (Stance.CONTEST, Stance.EXPLAIN) and cleaned.get(name) == "":
                message = format_lazy(
                    "{}: {}",
                    allegation.violation_type.title,
                    _("tell us in your words, so that we can look into it"),
                )
                self.add_error(name, ValidationError(message))
        return cleaned

    @property
    def answers(self) -> dict[str, tuple[str, str]]:
        """Stance and words by the allegation's public id, of a valid form."""
        return {
            str(a.public_id): (
                self.cleaned_data[f"stance-{a.public_id}"],
                self.cleaned_data[f"text-{a.public_id}"],
            )
            for a in self.allegations
        }

    def questions(self) -> Iterator[tuple[Allegation, forms.BoundField, forms.BoundField]]:
        """Each allegation with its two fields."""
        for a in self.allegations:
            yield a, self[f"stance-{a.public_id}"], self[f"text-{a.public_id}"]

    def carried(self) -> list[tuple[str, str]]:
        """Names and values to carry over to the next step, as they were typed."""
        return [(bound.html_name, str(bound.value() or "")) for bound in self]

    def called(self, name: str) -> str:
        """What a field is about, in a list where it stands without its question."""
        for allegation in self.allegations:
            title = allegation.violation_type.title
            if name == f"stance-{allegation.public_id}":
                return title
            if name == f"text-{allegation.public_id}":
                return f"{title}: {self.fields[name].label}"
        return str(self.fields[name].label)

    def typed(self) -> list[tuple[str, str]]:
        """Every text that was typed, with what it answers: for pages that take no form any more."""
        texts = []
        for allegation, _stance, text in self.questions():
            if text.value():
                texts.append((str(allegation.violation_type), str(text.value())))
        texts += [
            (str(self.fields[name].label), str(self[name].value()))
            for name in ("mitigation", "statement")
            if self[name].value()
        ]
        return texts


class AnswerFilesForm(Form):
    """Files that go with the answer. They are kept with its draft."""

    uploads = ManyFilesField(
        label=_("Add files"),
        help_text=_(
            "Notes, drafts, programs or messages that show how you worked: pictures, PDFs, Word or "
            "OpenDocument texts or plain text, up to 10 files of at most 10 MB. We remove hidden "
            "details, such as places, from the copy that is shown, and keep the original sealed."
        ),
        required=False,
        allow_empty_file=True,  # refused where files are read, with the file's name
        widget=ManyFilesInput(attrs={"accept": ACCEPT}),
    )

    def add_refusal(self, error: InvalidInput) -> None:
        """Only what is about files stands here."""
        super().add_refusal(InvalidInput({FIELD: error.fields.get(FIELD, [])}))
