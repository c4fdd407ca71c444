"""Forms of the yearly work on a policy: its review, and bringing it before everybody."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from integrity.web.forms import (
    TOKEN_FIELD,
    DateField,
    EmailField,
    Form,
    LineField,
    MomentField,
    OnceForm,
    PickField,
    PicksField,
    TextField,
)
from policies.enums import Medium, ReviewCapacity
from policies.forms.manage import SeenForm
from policies.models import ReviewParticipant


class KeyedForm(OnceForm):
    """A form whose service takes a key: sent twice, it is done once."""

    @property
    def key(self) -> str:
        """The key of this filling-in, of a valid form."""
        return str(self.cleaned_data[TOKEN_FIELD])


class MeetingForm(Form):
    """When and where the meeting of a review is."""

    meeting_at = MomentField(
        label=_("When is the meeting?"),
        missing=_("Set the day and the time"),
    )
    meeting_place = LineField(
        label=_("Where is it, or how do people join?"),
        help_text=_("Only people who are invited read it."),
        max_length=300,
        missing=_("Say where it is, or how to join"),
    )


class InviteForm(Form):
    """Somebody who is asked to take part, and for whom they speak."""

    email = EmailField(
        label=_("Email address of the person"),
        help_text=_("The address of their account here."),
        missing=_("Enter the email address of the person"),
    )
    capacity = PickField(
        label=_("For whom do they speak?"),
        choices=ReviewCapacity.choices,
        choice_hints={
            ReviewCapacity.LEARNER: _("They are enrolled in a course where this policy holds."),
            ReviewCapacity.INSTRUCTOR: _("They teach a course where this policy holds."),
            ReviewCapacity.ADMINISTRATOR: _("They look after this policy."),
        },
        missing=_("Choose for whom they speak"),
    )


class RecordForm(SeenForm):
    """Who took part, what was said, and what comes of it. Everything may still be empty."""

    minutes = TextField(
        label=_("Record of the meeting"),
        help_text=_("What was talked about. Only administrators read it."),
        max_length=20_000,
        required=False,
        rows=10,
    )
    outcome = TextField(
        label=_("Outcome"),
        help_text=_(
            "What changes in the policy, or that nothing does, and why. Everybody reads it."
        ),
        max_length=4_000,
        required=False,
        rows=5,
    )

    def __init__(
        self, data: Any = None, *, people: Iterable[ReviewParticipant], **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.fields["attended"] = PicksField(
            label=_("Who took part?"),
            help_text=_("At least one learner, one instructor and one administrator have to."),
            choices=[
                (str(item.pk), f"{item.person.display_name}, {item.get_capacity_display()}")
                for item in people
            ],
            required=False,
        )
        self.order_fields(["attended", "minutes", "outcome"])


class ReplyForm(Form):
    """What became of something that was sent to a review."""

    reply = TextField(
        label=_("What became of it?"),
        help_text=_("Whoever sent it reads this."),
        max_length=2_000,
        rows=4,
        missing=_("Say what became of it"),
    )


class InputForm(KeyedForm):
    """What somebody wants a review to consider."""

    clause = LineField(
        label=_("Clause"),
        help_text=_("Its number, such as 3.1, if it is about one."),
        max_length=20,
        required=False,
    )
    text = TextField(
        label=_("What should change, and why?"),
        help_text=_("The people who review the policy see your name with it."),
        max_length=4_000,
        missing=_("Say what should change, and why"),
    )


class MediumForm(KeyedForm):
    """How, when and where a policy was brought before users, other than by email."""

    medium = PickField(
        label=_("How was it brought before users?"),
        choices=[item for item in Medium.choices if item[0] != Medium.EMAIL],
        missing=_("Choose how it was brought before users"),
    )
    day = DateField(label=_("On which day?"), missing=_("Enter the day"))
    note = LineField(
        label=_("Where was it, and about how many did it reach?"),
        max_length=500,
        missing=_("Say where it was, and about how many it reached"),
    )


class TellForm(KeyedForm):
    """Nothing to fill in: pressed twice, a message to very many people still leaves once."""
