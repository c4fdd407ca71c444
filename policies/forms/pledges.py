"""The form with which a learner pledges, and the filter of a list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from integrity.web.forms import Form, LineField, OnceForm, SelectField, TickField
from policies import pledging
from policies.enums import PledgeState
from policies.models import Version

EVERYBODY = _("Everybody")


class PledgeForm(Form):
    """One box to tick for each text. The number of the version shown travels with it."""

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, texts: Iterable[pledging.Text]
    ) -> None:
        super().__init__(data)
        self.slugs: list[str] = []
        for text in texts:
            slug = text.version.document.slug
            # A text that was pledged to meanwhile stays part of a form that was sent before.
            if text.pledge is not None and (data is None or self.shown_name(slug) not in data):
                continue
            self.slugs.append(slug)
            self.fields[self.shown_name(slug)] = forms.IntegerField(
                min_value=1,
                initial=text.version.number,
                required=False,
                widget=forms.HiddenInput,
            )
            self.fields[self.tick_name(slug)] = TickField(
                label=_("I have read this text, version %(number)s, and I pledge to keep it.")
                % {"number": text.version.number},
                missing=_("Tick the box for “%(title)s” if you pledge to keep it")
                % {"title": text.version.document.title},
            )

    @staticmethod
    def shown_name(slug: str) -> str:
        return f"shown-{slug}"

    @staticmethod
    def tick_name(slug: str) -> str:
        return f"pledge-{slug}"

    @property
    def versions(self) -> dict[str, int]:
        """The numbers shown, by short name, of a valid form; 0 for a text that was not shown."""
        return {slug: self.cleaned_data[self.shown_name(slug)] or 0 for slug in self.slugs}

    def shows(self, version: Version) -> bool:
        """Whether a sent form was about this very version."""
        return str(self.data.get(self.shown_name(version.document.slug), "")) == str(version.number)


class ListForm(Form):
    """Which learners of a list are shown."""

    state = SelectField(
        label=_("Show"),
        required=False,
        choices=[
            ("", EVERYBODY),
            *((state.value, state.label) for state in PledgeState if state != PledgeState.NOTHING),
        ],
    )
    q = LineField(label=_("Name"), max_length=100, required=False)


class ExportForm(Form):
    """What an export of a list holds; no course means every course in scope."""

    course = forms.SlugField(max_length=80, required=False)
    state = forms.ChoiceField(required=False, choices=ListForm.base_fields["state"].choices)  # type: ignore[attr-defined]


class RemindForm(OnceForm):
    """Sent once, it is one mailing; no course means every course."""

    course = forms.SlugField(max_length=80, required=False, widget=forms.HiddenInput)
