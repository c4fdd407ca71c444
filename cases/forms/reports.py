"""Forms of the desk about reports: a message to whoever reported, a review of a dismissal."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from cases.enums import ReviewOutcome
from cases.evidence.accept import ACCEPT
from cases.forms.desk import KeyedForm, RevisedForm
from cases.services.dialogue import BODY_LENGTH
from cases.services.review import TEXT_LENGTH
from integrity.web.forms import ManyFilesField, ManyFilesInput, PickField, TextField


class AskForm(KeyedForm):
    """A message to whoever reported."""

    body = TextField(
        label=_("Your message"),
        help_text=_(
            "Ask for what they saw. Do not ask who they are, and tell nothing about the learner."
        ),
        max_length=BODY_LENGTH,
        rows=5,
        missing=_("Write the message"),
    )
    uploads = ManyFilesField(
        label=_("Files"),
        help_text=_(
            "They get a clean copy under another name. See that nothing in it tells about other "
            "people."
        ),
        required=False,
        widget=ManyFilesInput(attrs={"accept": ACCEPT, "multiple": True}),
    )


class DecideReviewForm(RevisedForm):
    """Whether a dismissal stands, and why."""

    outcome = PickField(
        label=_("What does the review lead to?"),
        choices=ReviewOutcome.choices,
        choice_hints={
            ReviewOutcome.STANDS: _("The case stays closed."),
            ReviewOutcome.TAKEN_UP: _("The case goes back to triage, with all its reports."),
        },
        missing=_("Choose what the review leads to"),
    )
    reasons = TextField(
        label=_("Reasons"),
        help_text=_("Whoever reported reads them. Tell nothing about other people."),
        max_length=TEXT_LENGTH,
        rows=6,
        missing=_("Give the reasons"),
    )
