"""Forms of the decision: findings with an answer to every point, and what follows from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from cases import supports
from cases.enums import Completion, FindingOutcome
from cases.forms.desk import RevisedForm
from cases.models import Allegation, Evidence, ResponsePoint
from cases.recommendation import Advice
from integrity.web.forms import Form, LineField, PickField, PicksField, TextField
from policies.models import Consequence
from policies.schemes import Wanted

Text = str | Promise

# Chosen instead of an action of the range: the consequences are ticked one by one.
OTHER = "other"
FACT = "fact-"


@dataclass(frozen=True)
class Asked:
    """What one consequence needs to be told. `usual`: it is recommended, or nothing is."""

    consequence: Consequence
    bound: list[BoundField]
    usual: bool

    @property
    def opened(self) -> bool:
        """Whether something was typed here, or has to be looked at again."""
        return any(
            field.errors or field.value() not in (None, "", [], field.field.initial)
            for field in self.bound
        )


class FindingsForm(RevisedForm):
    """A finding on every allegation, an answer to every point, and the reasons.

    Fields are named as the service names them: `finding-<id>`, `completion-<id>`, `supports-<id>`,
    `answer-<id>`. `pieces` are what a finding may rest on.
    """

    def __init__(
        self,
        data: Any = None,
        *,
        allegations: Sequence[Allegation],
        points: Sequence[ResponsePoint],
        pieces: Sequence[Evidence] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        self.allegations = list(allegations)
        self.points = list(points)
        for allegation in self.allegations:
            key = str(allegation.public_id)
            self.fields[f"finding-{key}"] = PickField(
                label=_("Was this shown?"),
                choices=FindingOutcome.choices,
                missing=_("Say whether this was shown"),
            )
            self.fields[f"completion-{key}"] = PickField(
                label=_("Tried, or done?"),
                choices=Completion.choices,
                initial=allegation.completion,
                required=False,
            )
            self.fields[f"supports-{key}"] = rests_on(pieces)
        for point in self.points:
            self.fields[f"answer-{point.public_id}"] = TextField(
                label=_("Your answer to this point"),
                max_length=4_000,
                rows=3,
                missing=_("Answer this point of the learner"),
            )
        self.fields["reasons_finding"] = TextField(
            label=_("Reasons for the findings"),
            help_text=_("The learner, a second officer and an appeal will read this."),
            max_length=10_000,
            rows=8,
            missing=_("Give the reasons for the findings"),
        )

    @property
    def findings(self) -> dict[str, tuple[str, str]]:
        """Outcome and completion by the allegation's public id, of a valid form."""
        return {
            str(a.public_id): (
                self.cleaned_data[f"finding-{a.public_id}"],
                self.cleaned_data[f"completion-{a.public_id}"],
            )
            for a in self.allegations
        }

    @property
    def supports(self) -> dict[str, list[str]]:
        """What each finding rests on, by public ids, of a valid form."""
        return {
            str(a.public_id): list(self.cleaned_data[f"supports-{a.public_id}"])
            for a in self.allegations
        }

    @property
    def answers(self) -> dict[str, str]:
        """Answers by the point's public id, of a valid form."""
        return {str(p.public_id): self.cleaned_data[f"answer-{p.public_id}"] for p in self.points}

    def lines(
        self,
    ) -> Iterator[
        tuple[
            Allegation, BoundField, BoundField, BoundField, list[tuple[ResponsePoint, BoundField]]
        ]
    ]:
        """Each allegation with its fields and the points that answer it."""
        for a in self.allegations:
            yield (
                a,
                self[f"finding-{a.public_id}"],
                self[f"completion-{a.public_id}"],
                self[f"supports-{a.public_id}"],
                [
                    (p, self[f"answer-{p.public_id}"])
                    for p in self.points
                    if p.allegation_id == a.pk
                ],
            )

    def other_points(self) -> list[tuple[ResponsePoint, BoundField]]:
        """Points that belong to no allegation: circumstances, and anything else."""
        return [(p, self[f"answer-{p.public_id}"]) for p in self.points if p.allegation_id is None]


def rests_on(pieces: Sequence[Evidence]) -> PicksField:
    """The question on what a finding rests: pieces the learner was shown, or is to be shown."""
    return PicksField(
        label=_("Where it was shown: on which evidence does this rest?"),
        help_text=_("Only what the learner was shown is here."),
        choices=[(str(piece.public_id), f"{piece.label}: {piece.title}") for piece in pieces],
        choice_hints={
            str(piece.public_id): _("A detector says so. It is not enough alone.")
            for piece in pieces
            if supports.from_detector(piece)
        },
        required=False,
    )


class ConsequenceForm(RevisedForm):
    """The officer's facts, what follows, and why.

    Facts are fields `fact-<factor>`. `choice` is an action of the recommended range or "other";
    then `consequences` says what. Where nothing is recommended only `consequences` is asked, and
    where nothing was shown only the letter remains. What a consequence needs to be told is asked in
    fields `<code>-<name>`, as its handler declares them (`asked`: fields by name, by code);
    `unavailable` says by code why one cannot be given in this case.
    """

    def __init__(
        self,
        data: Any = None,
        *,
        advice: Advice | None,
        consequences: Sequence[Consequence],
        shown: bool,
        asked: Mapping[str, Mapping[str, forms.Field]] | None = None,
        unavailable: Mapping[str, Text] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        self.shown = shown
        self.told: dict[str, list[str]] = {}
        self.known = {item.code: item for item in consequences}
        self.facts: list[str] = []
        recommendation = advice.recommendation if advice is not None else None
        self.actions = (
            {action.id: action for action in recommendation.range} if recommendation else {}
        )
        if not shown:
            return
        if advice is not None:
            # What is asked for can grow with what is answered.
            for item in {w.factor: w for w in (*advice.asked, *advice.missing)}.values():
                self._ask(item)
        if self.actions:
            self.fields["choice"] = PickField(
                label=_("What should follow?"),
                choices=[(a.id, a.title) for a in self.actions.values()]
                + [(OTHER, _("Something else"))],
                choice_hints=self._hints(),
                missing=_("Choose what should follow"),
            )
        impossible = unavailable or {}
        self.fields["consequences"] = PicksField(
            label=_("If something else: what?") if self.actions else _("What should follow?"),
            choices=[(item.code, item.title) for item in consequences],
            choice_hints={
                item.code: (
                    _("Not possible here: %(reason)s") % {"reason": impossible[item.code]}
                    if item.code in impossible
                    else item.description
                )
                for item in consequences
            },
            required=False,
        )
        for consequence in consequences:
            for name, field in (asked or {}).get(consequence.code, {}).items():
                if consequence.code not in impossible:
                    self._tell(consequence.code, name, field)
        self.fields["reasons_penalty"] = TextField(
            label=_("Reasons for the consequence"),
            help_text=_("The learner, a second officer and an appeal will read this."),
            max_length=10_000,
            missing=_("Give the reasons for the consequence"),
        )
        if self.actions:
            self.fields["departure_reason"] = TextField(
                label=_("Why does this case need something else?"),
                help_text=_(
                    "Only when you leave the recommended range. Say which fact the scheme does "
                    "not weigh. The learner reads it in the letter."
                ),
                max_length=4_000,
                required=False,
                rows=4,
            )

    def _ask(self, item: Wanted) -> None:
        name = f"{FACT}{item.factor}"
        if item.options:
            self.fields[name] = PickField(
                label=item.title, choices=list(item.options), required=not item.instead
            )
        else:
            self.fields[name] = self._number(item.title, item.unit, required=not item.instead)
        self.facts.append(name)
        for measure, title in item.instead:
            self.fields[f"{FACT}{measure}"] = self._number(title, "", required=False)
            self.facts.append(f"{FACT}{measure}")

    @staticmethod
    def _number(title: str, unit: str, *, required: bool) -> LineField:
        label = f"{title} ({unit})" if unit else title
        return LineField(
            label=label,
            max_length=20,
            required=required,
            widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "in--num"}),
        )

    def _hints(self) -> dict[str, Text]:
        first = next(iter(self.actions), "")
        hints: dict[str, Text] = {
            key: _("Inside the range, usual") if key == first else _("Inside the range")
            for key in self.actions
        }
        return {**hints, OTHER: _("Outside the range. It needs a reason of its own.")}

    def _tell(self, code: str, name: str, field: forms.Field) -> None:
        """Ask for a parameter of a consequence; what the scheme recommends stands there already."""
        for action in self.actions.values():
            for item in action.consequences:
                if item.code == code and name in item.params:
                    field.initial = item.params[name]
                    break
        self.fields[f"{code}-{name}"] = field
        self.told.setdefault(code, []).append(name)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.shown and self.actions and cleaned.get("choice") == OTHER:
            if not cleaned.get("consequences"):
                self.add_error("consequences", _now("Choose what follows, or “No action”."))
            if not cleaned.get("departure_reason"):
                self.add_error("departure_reason", _now("Say why this case needs something else"))
        elif self.shown and not self.actions and not cleaned.get("consequences"):
            self.add_error("consequences", _now("Choose what follows, or “No action”."))
        # What belongs to a consequence that was not chosen is nobody's mistake.
        for code in self.told.keys() - set(self.codes):
            for name in self.told[code]:
                self.errors.pop(f"{code}-{name}", None)
        return cleaned

    @property
    def codes(self) -> list[str]:
        """The chosen consequences, of a valid form."""
        action = self.actions.get(self.cleaned_data.get("choice", ""))
        if action is not None:
            return list(action.codes)
        return list(self.cleaned_data.get("consequences", []))

    @property
    def params(self) -> dict[str, dict[str, Any]]:
        """Parameters by consequence, of a valid form."""
        return {
            code: {name: self.cleaned_data.get(f"{code}-{name}", "") for name in self.told[code]}
            for code in self.codes
            if code in self.told
        }

    @property
    def asked(self) -> list[Asked]:
        """What each consequence needs to be told, in the order of the policy."""
        return [
            Asked(
                self.known[code],
                [self[f"{code}-{name}"] for name in names],
                not self.actions or any(code in a.codes for a in self.actions.values()),
            )
            for code, names in self.told.items()
        ]

    @property
    def asked_apart(self) -> list[Asked]:
        """Of these, what belongs to something outside the recommended range."""
        return [asked for asked in self.asked if not asked.usual]

    @property
    def asked_usually(self) -> list[Asked]:
        """Of these, what belongs to the recommended range, or all where nothing is recommended."""
        return [asked for asked in self.asked if asked.usual]

    @property
    def fact_fields(self) -> list[BoundField]:
        """The fields of the officer's facts, in the order of the scheme."""
        return [self[name] for name in self.facts]

    @property
    def something_else(self) -> bool:
        """Whether the choice outside the range has to be in sight."""
        value = self["choice"].value() if "choice" in self.fields else ""
        return value == OTHER or any(
            name in self.errors
            for name in (
                "consequences",
                "departure_reason",
                *(field.name for asked in self.asked_apart for field in asked.bound),
            )
        )

    def carried(self) -> list[tuple[str, str]]:
        """Names and values to carry over to the check page, as they were typed."""
        data: Any = self.data
        return [
            (key, value)
            for key, values in data.lists()
            for value in values
            if key not in ("csrfmiddlewaretoken", "step")
        ]


def given(data: Mapping[str, Any]) -> dict[str, str]:
    """The officer's facts as they were sent; empty ones left out."""
    return {
        key.removeprefix(FACT): str(value).strip()
        for key, value in data.items()
        if key.startswith(FACT) and str(value).strip()
    }


class ConfirmForm(Form):
    """Confirm exactly the proposal that was read."""

    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)
