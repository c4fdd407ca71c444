"""Forms about names: asking to open one, answering that, asking whether one may be told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.enums import ConsentPurpose, RevealOutcome, RevealPurpose
from cases.forms.desk import KeyedForm
from cases.models import Respondent
from cases.services import consent, reveal
from cases.services.consent import REPORTER
from integrity.web.forms import Form, LineField, PickField, SelectField, TextField


class AskRevealForm(KeyedForm):
    """What the name is needed for, and why."""

    purpose = PickField(
        label=_("What is it for?"),
        help_text=_("Whoever reported is told this, and not who asked."),
        choices=RevealPurpose.choices,
        missing=_("Choose what it is for"),
    )
    reason = TextField(
        label=_("Why do you need to know who reported?"),
        help_text=_(
            "The officer who answers reads it, and so do those who may read the case. Say why a "
            "question through their report is not enough."
        ),
        max_length=reveal.REASON_LENGTH,
        rows=5,
        missing=_("Say why you need to know who reported"),
    )


class AnswerRevealForm(Form):
    """Approve or refuse, with a reason."""

    outcome = PickField(
        label=_("Your answer"),
        choices=[
            (RevealOutcome.APPROVED, _("Approve it")),
            (RevealOutcome.REFUSED, _("Refuse it")),
        ],
        choice_hints={
            RevealOutcome.APPROVED: _("The officer who asked can read it for 24 hours."),
            RevealOutcome.REFUSED: _("The name stays sealed."),
        },
        missing=_("Approve it or refuse it"),
    )
    reason = TextField(
        label=_("Reason"),
        help_text=_("It is kept with the request."),
        max_length=reveal.REASON_LENGTH,
        rows=4,
        missing=_("Give the reason for your answer"),
    )


class AskConsentForm(KeyedForm):
    """For what somebody would be named, to whom, and why. They read these words."""

    purpose = PickField(label=_("What is it for?"), missing=_("Choose what it is for"))
    to_whom = LineField(
        label=_("Who outside the office would be told?"),
        help_text=_("Exactly, as the person will read it: a name or an office, and where."),
        max_length=consent.TO_WHOM_LENGTH,
        required=False,
    )
    reason = TextField(
        label=_("Why do you ask?"),
        help_text=_("They read it. Say nothing about other people in it."),
        max_length=consent.REASON_LENGTH,
        rows=5,
        missing=_("Say why you ask. The person reads it"),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        subject: consent.Subject,
        learners: Sequence[Respondent],
        names_hidden: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        purposes = [
            purpose
            for purpose in subject.purposes
            if purpose != ConsentPurpose.TELL_LEARNER or learners
        ]
        hints = {
            ConsentPurpose.TELL_DESK: _("The name stands on the case from then on."),
            ConsentPurpose.TELL_LEARNER: _(
                "We write the name to them. The desk does not see it by that."
            )
            if subject.kind == REPORTER
            else _("We write the name to them, and it stands on their page."),
            ConsentPurpose.TELL_OTHERS: _("An officer sees the name once, to pass it on."),
        }
        self.fields["purpose"] = PickField(
            label=_("What is it for?"),
            choices=[(purpose.value, purpose.label) for purpose in purposes],
            choice_hints={str(purpose): text for purpose, text in hints.items()},
            missing=_("Choose what it is for"),
        )
        if len(learners) > 1:
            self.fields["learner"] = SelectField(
                label=_("Which learner would be told?"),
                help_text=_("Only for telling a learner."),
                required=False,
                choices=[
                    (
                        str(row.public_id),
                        _("Learner %(number)s") % {"number": number}
                        if names_hidden
                        else row.user.display_name,
                    )
                    for number, row in enumerate(learners, 1)
                ],
            )
        self.only = str(learners[0].public_id) if len(learners) == 1 else ""
        self.order_fields(["purpose", "learner", "to_whom", "reason"])

    @property
    def asked(self) -> dict[str, Any]:
        """What the service takes, of a valid form."""
        told = self.cleaned_data
        return {
            "purpose": told["purpose"],
            "to_whom": told["to_whom"],
            "reason": told["reason"],
            "learner_id": told.get("learner") or self.only or None,
            "form_key": self.key,
        }


class YesNoForm(Form):
    """May we name you? Nothing is chosen beforehand."""

    answer = PickField(
        label=_("May we tell them your name?"),
        choices=[("yes", _("Yes, you may tell them")), ("no", _("No, do not tell them"))],
        missing=_("Choose yes or no. You can also leave this page; then nothing is told"),
    )

    @property
    def yes(self) -> bool:
        """Whether it is a yes, of a valid form."""
        return bool(self.cleaned_data["answer"] == "yes")
