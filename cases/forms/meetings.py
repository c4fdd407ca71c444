"""Forms of a meeting: the desk's invitation and who came, the learner's choice and answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from cases.enums import MinutesAnswer
from cases.forms.desk import KeyedForm, RevisedForm
from cases.selectors.meetings import Offered
from cases.services import meetings as service
from cases.services import minutes as writing
from integrity.accounts.models import User
from integrity.web.forms import (
    Form,
    LineField,
    MomentField,
    PickField,
    PicksField,
    SelectField,
    TextField,
)

# As many are in sight; the others open.
IN_SIGHT = 3
USUAL_LENGTH = 45


class ZonedMomentField(MomentField):
    """A day and time as the clocks of one zone show it, whoever types it.

    A time those clocks leave out, or show twice, is refused.
    """

    def __init__(self, *, zone: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.zone = ZoneInfo(zone)

    def to_python(self, value: Any) -> datetime | None:
        """The instant that was meant."""
        with timezone.override(self.zone):
            return super().to_python(value)

    def prepare_value(self, value: Any) -> Any:
        """What the clocks there show at an instant."""
        with timezone.override(self.zone):
            return super().prepare_value(value)


class _PlanFields(Form):
    """Where, when, and who comes; `colleagues` are offered whatever ties them to the case."""

    def plan_fields(
        self, *, zone: str, colleagues: Sequence[User], chosen: Iterable[str], needed: bool
    ) -> None:
        """Add the fields; without `needed` no time has to be given."""
        self.fields["place"] = LineField(
            label=_("Where is it, or how does one join?"),
            help_text=_("A room or a link. The learner reads it, and so does their calendar."),
            max_length=300,
            missing=_("Say where it is, or how to join"),
        )
        for index in range(1, service.MOST_TIMES + 1):
            self.fields[f"time_{index}"] = ZonedMomentField(
                zone=zone,
                label=_("Time %(number)s") % {"number": index},
                required=needed and index == 1,
                missing=_("Offer at least one time"),
            )
        self.fields["minutes"] = SelectField(
            label=_("How long does it take?"),
            choices=[
                (str(length), ngettext("%(n)s minute", "%(n)s minutes", length) % {"n": length})
                for length in service.LENGTHS
            ],
            initial=str(USUAL_LENGTH),
        )
        self.fields["office"] = PicksField(
            label=_("Who comes from the office?"),
            help_text=_("The learner is told how many come, and no names."),
            choices=[(str(user.public_id), user.display_name) for user in colleagues],
            initial=list(chosen),
            missing=_("Choose who comes from the office"),
        )
        self.fields["others"] = TextField(
            label=_("Who else comes?"),
            help_text=_("An interpreter, for instance. One name a line; the learner reads them."),
            max_length=1_000,
            rows=2,
            required=False,
        )

    @property
    def first_times(self) -> list[forms.BoundField]:
        """The fields in sight."""
        return [self[f"time_{i}"] for i in range(1, IN_SIGHT + 1)]

    @property
    def more_times(self) -> list[forms.BoundField]:
        """The fields that open."""
        return [self[f"time_{i}"] for i in range(IN_SIGHT + 1, service.MOST_TIMES + 1)]

    @property
    def more_open(self) -> bool:
        """Whether something stands in those."""
        return any(bound.value() or bound.errors for bound in self.more_times)

    @property
    def plan(self) -> dict[str, Any]:
        """What the service takes, of a valid form."""
        return {
            "place": self.cleaned_data["place"],
            "times": [self.cleaned_data.get(f"time_{i}") for i in range(1, service.MOST_TIMES + 1)],
            "minutes": int(self.cleaned_data["minutes"]),
            "office": self.cleaned_data["office"],
            "others": self.cleaned_data["others"].splitlines(),
        }


class OfferForm(KeyedForm, _PlanFields):
    """What it is about, and times to choose from. Sent twice, it is one invitation."""

    def __init__(
        self,
        data: Any = None,
        *,
        zone: str,
        colleagues: Sequence[User],
        chosen: Iterable[str],
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        self.fields["about"] = TextField(
            label=_("What do you want to talk about?"),
            help_text=_(
                "The learner reads it. Say what you want to understand, and leave out who reported."
            ),
            max_length=2_000,
            rows=5,
            missing=_("Say what you want to talk about. The learner reads it"),
        )
        self.plan_fields(zone=zone, colleagues=colleagues, chosen=chosen, needed=True)


class ChangeForm(RevisedForm, _PlanFields):
    """Another place, other people, or other times; times left empty stay as they are."""

    def __init__(
        self,
        data: Any = None,
        *,
        zone: str,
        colleagues: Sequence[User],
        chosen: Iterable[str],
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        self.plan_fields(zone=zone, colleagues=colleagues, chosen=chosen, needed=False)


class CameForm(Form):
    """Who came, and who else did."""

    def __init__(
        self, data: Any = None, *, people: Sequence[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.fields["came"] = PicksField(
            label=_("Who came?"),
            help_text=_("Leave everybody out who did not. It is held against nobody."),
            choices=people,
            required=False,
        )
        self.fields["also"] = TextField(
            label=_("Who else was there?"),
            help_text=_("One name a line."),
            max_length=1_000,
            rows=2,
            required=False,
        )


class MinutesForm(KeyedForm):
    """A wording of the minutes; `last` is the number of the one that was read before."""

    last = forms.IntegerField(widget=forms.HiddenInput, min_value=0, required=False)
    text = TextField(
        label=_("What was said?"),
        help_text=_(
            "What each side said, in the order it was said; what you think of it does not belong "
            "here. The learner reads it, and says whether it is right."
        ),
        max_length=writing.TEXT_LENGTH,
        rows=14,
        missing=_("Write what was said"),
    )


class ChooseForm(Form):
    """One of the times that are offered."""

    slot = PickField(
        label=_("Which time suits you?"),
        missing=_("Choose one of the times"),
        error_messages={
            "invalid_choice": _(
                "This time is not offered any more. The times that are stand below."
            )
        },
    )

    def __init__(self, data: Any = None, *, choices: Sequence[Offered], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.offer(choices)

    def offer(self, rows: Sequence[Offered]) -> None:
        """Let these be the choices, each with the hour where the institution is."""
        slot: Any = self.fields["slot"]
        slot.choices = [(str(row.slot.public_id), row.span.words) for row in rows]
        slot.choice_hints = {
            str(row.slot.public_id): row.span.there for row in rows if row.span.there
        }


class DeclineForm(Form):
    """When it would suit, in words."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    words = TextField(
        label=_("When would it suit you?"),
        help_text=_("Days and hours, or that you would rather answer in writing."),
        max_length=1_000,
        rows=3,
        missing=_("Say when it would suit you, or that you would rather write"),
    )


class AnswerMinutesForm(Form):
    """Whether a wording is right, and else what is wrong in it."""

    answer = PickField(
        label=_("Is it right?"),
        choices=[
            (MinutesAnswer.AGREED, _("Yes, that is what was said")),
            (MinutesAnswer.OBJECTED, _("No, something is wrong or missing")),
        ],
        missing=_("Choose whether it is right"),
    )
    objection = TextField(
        label=_("If not: what is wrong or missing?"),
        help_text=_("Your words stay beside ours, as you wrote them."),
        max_length=writing.OBJECTION_LENGTH,
        rows=5,
        required=False,
    )
