"""What the pages of an unsent answer and an unsent appeal have in common, for both writers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest

from cases.forms.appeal import AppealForm
from cases.forms.my import AnswerForm
from cases.models import AnswerDraftFile, Respondent
from cases.selectors.meanwhile import Field
from cases.services import answer_drafts
from cases.services.answer_drafts import Kept, Kind, Overlap
from integrity.accounts.models import User
from policies.difference import words

Written = AnswerForm | AppealForm


@dataclass(frozen=True)
class FileLine:
    """A file of the draft, with its name, and whether the reader may take it out."""

    file: AnswerDraftFile
    name: str
    removable: bool

    @property
    def icon(self) -> str:
        return "image" if self.file.derivative_type.startswith("image/") else "file-text"


def state(user: User, kept: Kept, *, owner: bool) -> dict[str, Any]:
    """What the pages say about what is kept: files, and who saved it last."""
    return {
        "kept": kept,
        "by_me": kept.saved_by == user,
        "lines": [
            FileLine(file, answer_drafts.name_of(file), owner or file.added_by_id == user.pk)
            for file in kept.files
        ],
    }


def keep_words(user: User, respondent: Respondent, kind: Kind, form: Written) -> Overlap | None:
    """Keep what a valid unfinished form holds; what somebody else changed as well, if anything.

    Raises what `answer_drafts.save` raises but for that.
    """
    try:
        answer_drafts.save(
            actor=user,
            respondent_id=respondent.public_id,
            kind=kind,
            fields=form.words,
            revision=form.opened_on,
            seen=form.marks,
        )
    except Overlap as overlap:
        return overlap
    return None


def differing(form: Written, kept: Kept, names: Iterable[str]) -> list[Field]:
    """Stored and typed words of these fields, read as stored made typed."""
    return [
        Field(
            form.called(name),
            words(
                _said(form.fields[name], kept.fields.get(name, "")),
                _said(form.fields[name], form[name].value()),
            ),
        )
        for name in names
    ]


def _said(field: forms.Field, value: Any) -> str:
    """A value as somebody reads it: chosen codes as what they are called."""
    values: Sequence[Any] = value if isinstance(value, list | tuple) else [value]
    named: dict[str, str] = {}
    if isinstance(field, forms.ChoiceField):
        named = {str(key): str(label) for key, label in field.choices}  # type: ignore[misc, union-attr]
    said = ("" if one is None else str(one) for one in values)
    return ", ".join(named.get(one, one) for one in said)


def to_remove(request: HttpRequest) -> UUID | None:
    """The file whose button was pressed, if one was."""
    try:
        return UUID(request.POST.get("remove", ""))
    except ValueError:
        return None
