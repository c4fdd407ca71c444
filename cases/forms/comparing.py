"""Forms around a comparison: what is compared, what is set aside, what it is called (CF3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.comparison import languages
from cases.evidence.accept import DOCX, ODT, PDF
from cases.evidence.accept import TEXT as PLAIN_TEXT
from cases.forms.desk import KeyedForm
from cases.services.compared_texts import LONGEST, Given
from cases.services.comparing import PASTE, REASONS, UPLOAD
from cases.versus import Text
from integrity.web.forms import FileField, Form, LineField, SelectField, TextField

SIDES = ("a", "b")
_ACCEPT = ",".join(
    f".{ending}" for kind in (PDF, DOCX, ODT, PLAIN_TEXT) for ending in sorted(kind.extensions)
)


class CompareForm(KeyedForm):
    """What is compared with what. Only the fields of the chosen way are asked for and sent on."""

    def __init__(
        self, data: Any = None, files: Any = None, *, choices: Sequence[tuple[str, str]], **kw: Any
    ) -> None:
        super().__init__(data, files, **kw)
        labels = {"a": _("First text"), "b": _("Second text")}
        for side in SIDES:
            self.fields[f"{side}_source"] = SelectField(
                label=labels[side],
                choices=[("", _("Choose")), *choices],
                missing=_("Choose what is compared"),
            )
            self.fields[f"{side}_text"] = TextField(
                label=_("Words to paste"),
                help_text=_("Only for words you paste. At most 400,000 characters."),
                max_length=LONGEST,
                required=False,
                rows=6,
            )
            self.fields[f"{side}_upload"] = FileField(
                label=_("File to upload"),
                help_text=_(
                    "Only for a file you upload: a PDF, a Word or OpenDocument text, plain text or "
                    "a program, of at most 10 MB. Its words are kept, the file is not."
                ),
                required=False,
                widget=forms.FileInput(attrs={"accept": _ACCEPT}),
            )
            self.fields[f"{side}_title"] = LineField(
                label=_("What is it?"),
                help_text=_(
                    "Only for words or a file of yours: where they are from, so that others can "
                    "find it. Leave out names of people."
                ),
                max_length=200,
                required=False,
            )
        self.fields["language"] = SelectField(
            label=_("Language"),
            help_text=_("Of a program, so that names and spaces in it do not count."),
            choices=[("", _("Find out from the texts")), *languages().items()],
            required=False,
        )

    def given(self, side: str) -> Given:
        """What was chosen for a side, of a valid form."""
        data = self.cleaned_data
        source = str(data[f"{side}_source"])
        kind, _colon, name = source.partition(":")
        if kind == "e":
            return Given(evidence_id=name)
        if kind == "s":
            return Given(submission_id=name)
        title = str(data[f"{side}_title"])
        if source == UPLOAD:
            return Given(title=title, upload=data[f"{side}_upload"])
        return Given(title=title, text=str(data[f"{side}_text"]))

    def clean(self) -> dict[str, Any]:
        """Words of one's own need the words, and what they are."""
        data = super().clean() or self.cleaned_data
        for side in SIDES:
            source = data.get(f"{side}_source")
            if source in (PASTE, UPLOAD) and not data.get(f"{side}_title"):
                self._ask(f"{side}_title", _("Say what this text is"))
            if source == PASTE and not data.get(f"{side}_text"):
                self._ask(f"{side}_text", _("Paste the words"))
            if source == UPLOAD and not data.get(f"{side}_upload"):
                self._ask(f"{side}_upload", _("Choose a file"))
        return data

    def _ask(self, field: str, message: Text) -> None:
        if field not in self.errors:
            self.add_error(field, str(message))


class AsideForm(Form):
    """Passages to set aside, with a reason, or to count again."""

    reason = SelectField(
        label=_("Why is it set aside?"),
        choices=[("", _("Choose")), *REASONS.items()],
        missing=_("Choose why it is set aside"),
    )
    note = LineField(
        label=_("In your words"),
        help_text=_("Only the desk reads it. Needed for another reason."),
        max_length=500,
        required=False,
    )
    revision = forms.CharField(widget=forms.HiddenInput, required=False)

    @property
    def passages(self) -> list[int]:
        """The numbers that are ticked; what is no number is left out."""
        sent: Any = self.data
        ticked = sent.getlist("passage") if hasattr(sent, "getlist") else []
        return [int(one) for one in ticked if one.isascii() and one.isdecimal() and len(one) < 7]

    @property
    def seen(self) -> int:
        """The revision the form was opened on; -1 for one that cannot be read."""
        text = str(self.data.get("revision", ""))
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1


class AttachForm(KeyedForm):
    """What the comparison is called as evidence."""

    title = LineField(
        label=_("Short name"),
        help_text=_("The learner is shown it. Leave out names of people."),
        max_length=200,
        missing=_("Give it a short name"),
    )
    description = TextField(
        label=_("What does it show?"),
        help_text=_("Say where to look, not what it proves."),
        max_length=2_000,
        required=False,
        rows=4,
    )
    revision = forms.CharField(widget=forms.HiddenInput, required=False)

    @property
    def seen(self) -> int:
        """The revision the form was opened on; -1 for one that cannot be read."""
        text = str(self.data.get("revision", ""))
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1


def source_of(piece_id: UUID | None, submission_id: UUID | None) -> str:
    """The choice that stands for this side."""
    if piece_id is not None:
        return f"e:{piece_id}"
    return f"s:{submission_id}" if submission_id is not None else PASTE
