"""A form whose words are kept on the server between its pages, by more than one pair of hands."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core import signing

from cases.forms.desk import KeyedForm
from cases.services.answer_drafts import Fields, Kept, Value, mark
from integrity.web.forms import TOKEN_FIELD, read_form_token

_HIDDEN = (TOKEN_FIELD, "revision", "seen")


class DraftedForm(KeyedForm):
    """Opens with what is kept, and knows on which state it was opened.

    `unfinished`: for keeping what was typed so far, so that nothing has to be answered yet and a
    page that was open for days is as good as a fresh one.
    """

    revision = forms.CharField(widget=forms.HiddenInput, required=False)
    # The mark of every field as the page showed it, as JSON.
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        kept: Kept | None = None,
        unfinished: bool = False,
        initial: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        self.kept = kept or Kept()
        self.unfinished = unfinished
        super().__init__(data, initial={**self.kept.fields, **(initial or {})}, **kwargs)

    def _opened(self) -> None:
        """To be called when all fields are there."""
        self.fields["revision"].initial = str(self.kept.revision)
        self.fields["seen"].initial = self._marks(self.kept.fields)
        if self.unfinished:
            for field in self.fields.values():
                field.required = False

    @property
    def names(self) -> list[str]:
        """The fields people fill in."""
        return [name for name in self.fields if name not in _HIDDEN]

    def _marks(self, stored: Fields) -> str:
        return json.dumps(
            {name: mark(stored.get(name, self._nothing(name))) for name in self.names}
        )

    def _nothing(self, name: str) -> Value:
        return [] if isinstance(self.fields[name], forms.MultipleChoiceField) else ""

    def clean_form_token(self) -> str:
        """The key; keeping a draft needs none of a certain age."""
        if not self.unfinished:
            return super().clean_form_token()
        try:
            return read_form_token(str(self.cleaned_data.get(TOKEN_FIELD, "")))
        except signing.BadSignature:
            return secrets.token_urlsafe(18)

    @property
    def words(self) -> dict[str, Value]:
        """What was typed, of a valid form."""
        return {name: self.cleaned_data[name] for name in self.names}

    @property
    def opened_on(self) -> int:
        """The revision the page was opened on; -1 for one that cannot be read."""
        text = str(self.data.get("revision", ""))
        return int(text) if text.isdecimal() and len(text) < 10 else -1

    @property
    def marks(self) -> dict[str, str]:
        """The marks the page was opened with; none where they cannot be read."""
        try:
            found = json.loads(str(self.data.get("seen", "")))
        except ValueError:
            return {}
        return {str(k): str(v) for k, v in found.items()} if isinstance(found, dict) else {}

    def renew(self, kept: Kept, *, fields: Fields | None = None, but: Iterable[str] = ()) -> None:
        """Show the form on what is kept now, filled with `fields` (default: what is kept).

        The fields `but` stay as they were typed.
        """
        data: Any = self.data
        data = data.copy()
        left = set(but)
        filled = kept.fields if fields is None else fields
        for name in self.names:
            if name not in left:
                value = filled.get(name, self._nothing(name))
                data.setlist(name, value if isinstance(value, list) else [value])
        data["revision"] = str(kept.revision)
        data["seen"] = self._marks(kept.fields)
        self.data = data
