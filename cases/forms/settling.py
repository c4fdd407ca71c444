"""Forms of what ends a matter without a hearing: one letter, advice; and annulling a decision."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.forms.decision import rests_on
from cases.forms.desk import RevisedForm
from cases.models import Allegation, Evidence, Respondent
from integrity.web.forms import PicksField, TextField, TickField
from policies.models import Consequence

Text = str | Promise


class SummaryForm(RevisedForm):
    """What one letter says: on what each finding rests, what follows, and why.

    Fields are named as the service names them: `supports-<allegation>`, `consequences`,
    `<code>-<name>` for what a consequence needs to be told, the reasons, and `looked`.
    """

    def __init__(
        self,
        data: Any = None,
        *,
        allegations: Sequence[Allegation],
        pieces: Sequence[Evidence],
        consequences: Sequence[Consequence],
        asked: Mapping[str, Mapping[str, forms.Field]],
        unavailable: Mapping[str, Text],
        look: Sequence[str] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        self.allegations = list(allegations)
        self.told: dict[str, list[str]] = {}
        for allegation in self.allegations:
            field = rests_on(pieces)
            field.label = _("On which evidence does this rest?")
            field.help_text = _("The letter shows all of it to the learner.")
            field.required = True
            field.error_messages["required"] = _(
                "Choose at least one piece of evidence on which this rests"
            )
            self.fields[f"supports-{allegation.public_id}"] = field
        self.fields["reasons_finding"] = TextField(
            label=_("Reasons for the findings"),
            help_text=_("The learner and an appeal will read this."),
            max_length=10_000,
            missing=_("Give the reasons for the findings"),
        )
        self.fields["consequences"] = PicksField(
            label=_("What should follow?"),
            choices=[(item.code, item.title) for item in consequences],
            choice_hints={
                item.code: (
                    _("Not possible here: %(reason)s") % {"reason": unavailable[item.code]}
                    if item.code in unavailable
                    else item.description
                )
                for item in consequences
            },
            missing=_("Choose what follows"),
        )
        for item in consequences:
            for name, asks in asked.get(item.code, {}).items():
                self.fields[f"{item.code}-{name}"] = asks
                self.told.setdefault(item.code, []).append(name)
        self.fields["reasons_penalty"] = TextField(
            label=_("Reasons for the consequence"),
            help_text=_("The learner and an appeal will read this."),
            max_length=10_000,
            missing=_("Give the reasons for the consequence"),
        )
        if look:
            self.fields["looked"] = TickField(
                label=_("I looked at %(pieces)s: nobody but this learner can be recognised there")
                % {"pieces": ", ".join(look)},
                missing=_("Look at the pictures, cover what you have to, and say so here."),
            )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        # What belongs to a consequence that was not chosen is nobody's mistake.
        for code in self.told.keys() - set(cleaned.get("consequences") or ()):
            for name in self.told[code]:
                self.errors.pop(f"{code}-{name}", None)
        return cleaned

    def lines(self) -> Iterator[tuple[Allegation, BoundField]]:
        """Each allegation with the question on what it rests."""
        for row in self.allegations:
            yield row, self[f"supports-{row.public_id}"]

    @property
    def rest(self) -> list[BoundField]:
        """Everything that is asked once, in its order."""
        own = {f"supports-{row.public_id}" for row in self.allegations}
        return [field for field in self.visible_fields() if field.name not in own]

    @property
    def filled(self) -> dict[str, Any]:
        """The arguments of the service, of a valid form."""
        chosen = list(self.cleaned_data["consequences"])
        return {
            "supports": {
                str(row.public_id): list(self.cleaned_data[f"supports-{row.public_id}"])
                for row in self.allegations
            },
            "consequences": chosen,
            "params": {
                code: {n: self.cleaned_data.get(f"{code}-{n}", "") for n in self.told[code]}
                for code in chosen
                if code in self.told
            },
            "reasons_finding": self.cleaned_data["reasons_finding"],
            "reasons_penalty": self.cleaned_data["reasons_penalty"],
            "looked": bool(self.cleaned_data.get("looked", False)),
            "revision": self.seen,
        }

    def carried(self) -> list[tuple[str, str]]:
        """Names and values to carry over to the check page, as they were typed."""
        data: Any = self.data
        return [
            (key, value)
            for key, values in data.lists()
            for value in values
            if key not in ("csrfmiddlewaretoken", "step")
        ]


class AdviceForm(RevisedForm):
    """Words to each learner of the case; who gets none hears only that it has ended."""

    def __init__(self, data: Any = None, *, people: Sequence[Respondent], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.people = list(people)
        alone = len(self.people) == 1
        for row in self.people:
            self.fields[f"advice-{row.public_id}"] = TextField(
                label=_("What do you advise?")
                if alone
                else _("What do you advise %(name)s?") % {"name": row.user.display_name},
                help_text=_("The learner reads this in a letter. Nothing in it is a finding."),
                max_length=4_000,
                required=alone,
                missing=_("Write what you advise"),
            )

    @property
    def advice(self) -> dict[str, str]:
        """The words by the respondent's public id, of a valid form."""
        return {
            str(row.public_id): self.cleaned_data[f"advice-{row.public_id}"] for row in self.people
        }
