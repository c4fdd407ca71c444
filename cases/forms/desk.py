"""Forms of the desk before a decision: triage, notes, allegations, evidence, the notice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.enums import (
    DISMISSAL_CHOICES,
    Completion,
    DismissalDetail,
    DismissalReason,
    EvidenceKind,
)
from cases.evidence.accept import ACCEPT, ACCEPT_RESULT
from cases.models import Respondent
from cases.services import duplicates
from integrity.core import clock
from integrity.web.forms import (
    TOKEN_FIELD,
    EmailField,
    FileField,
    Form,
    LineField,
    LinkField,
    OnceForm,
    PickField,
    SelectField,
    TextField,
)
from policies.models import ViolationType

Text = str | Promise


class KeyedForm(OnceForm):
    """A form whose service takes a key: sent twice, it is done once."""

    @property
    def key(self) -> str:
        """The key of this filling-in, of a valid form."""
        return str(self.cleaned_data[TOKEN_FIELD])


class RevisedForm(Form):
    """A form that knows on which state of the case it was opened.

    A revision that is no number counts as an old one: the service refuses it as stale.
    """

    revision = forms.CharField(widget=forms.HiddenInput, required=False)
    # What happened since then is shown to whoever comes second.
    opened = forms.CharField(
        widget=forms.HiddenInput,
        required=False,
        initial=lambda: clock.now().isoformat(),
    )

    @property
    def opened_at(self) -> datetime | None:
        """When the page of the form was opened; None where that cannot be read."""
        text = str(self.data.get(self.add_prefix("opened"), ""))
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            return None
        return at if at.tzinfo is not None else None

    @property
    def seen(self) -> int:
        """The revision the form was opened on; -1 for one that cannot be read."""
        text = str(self.data.get(self.add_prefix("revision"), ""))
        return int(text) if text.isdecimal() and len(text) < 10 else -1

    def renew(self, revision: int) -> None:
        """Show the form again on this state, with everything that was typed."""
        data: Any = self.data
        data = data.copy()
        data[self.add_prefix("revision")] = str(revision)
        data[self.add_prefix("opened")] = clock.now().isoformat()
        self.data = data


class OpenForm(Form):
    """Open a case; where nobody is named yet, with the learner's email address."""

    learner_email = EmailField(
        label=_("Email address of the learner the report is about"),
        help_text=_("The address of their account. They learn of it with the notice, not before."),
        missing=_("Enter the email address of the learner"),
    )

    def __init__(self, data: Any = None, *, named: bool, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        if named:
            del self.fields["learner_email"]


class NumberField(LineField):
    """The number of a case."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=20, **kwargs)

    def to_python(self, value: Any) -> str:
        return super().to_python(value).strip().upper()


class DuplicateField(NumberField):
    """In which case the matter is dealt with; wanted where that is the reason (`asked_for`)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=_("Number of the other case"),
            help_text=_(
                "Only where the matter is dealt with in another case. The two are linked then."
            ),
            required=False,
            **kwargs,
        )

    @staticmethod
    def asked_for(form: forms.Form) -> None:
        """Say at the field that it is missing. For `clean` of a form with this and a reason."""
        told = form.cleaned_data
        if told.get("reason") != DismissalReason.DUPLICATE:
            # What belongs to a reason that was not chosen is nobody's mistake.
            form.errors.pop(duplicates.FIELD, None)
            told[duplicates.FIELD] = ""
        elif not told.get(duplicates.FIELD) and duplicates.FIELD not in form.errors:
            form.add_error(duplicates.FIELD, str(duplicates.MISSING))


class DismissForm(Form):
    """Dismiss a case with a reason code and, if wanted, a note."""

    reason = PickField(
        label=_("Why is the case dismissed?"),
        choices=DISMISSAL_CHOICES,
        missing=_("Choose a reason"),
    )
    duplicate_of = DuplicateField()
    detail = SelectField(
        label=_("Kept by the desk"),
        help_text=_("Only the desk ever sees this. It is in no letter and no export."),
        choices=[("", _("Nothing to add")), *DismissalDetail.choices],
        required=False,
    )
    note = TextField(
        label=_("Note for the office"),
        help_text=_("Nobody outside the office reads it."),
        max_length=4_000,
        required=False,
        rows=4,
    )

    def clean(self) -> dict[str, Any]:
        """The other case's number is wanted with one reason, and dropped with the others."""
        data = super().clean() or self.cleaned_data
        DuplicateField.asked_for(self)
        return data


class ReasonForm(Form):
    """A step that needs nothing but a reason; without `missing` not even that."""

    reason = TextField(max_length=4_000, rows=5)

    def __init__(
        self,
        data: Any = None,
        *,
        label: Text,
        hint: Text = "",
        missing: Text = "",
        limit: int = 4_000,
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        self.fields["reason"] = TextField(
            label=label,
            help_text=hint,
            missing=missing,
            max_length=limit,
            rows=5,
            required=bool(missing),
        )


class AllegationForm(RevisedForm):
    """What is alleged: a violation of the governing version, against one respondent."""

    completion = PickField(
        label=_("Was it tried, or done?"),
        choices=Completion.choices,
        initial=Completion.COMPLETED,
        missing=_("Choose attempted or completed"),
    )
    description = TextField(
        label=_("What is said to have happened?"),
        help_text=_(
            "The learner reads this in the notice. Say what was seen and where, not what it means "
            "about them, and leave out who reported it."
        ),
        max_length=4_000,
        missing=_("Say what is said to have happened"),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        respondents: Sequence[Respondent],
        violations: Iterable[ViolationType],
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        violations = list(violations)
        self.fields["violation_type"] = PickField(
            label=_("Which rule is said to be broken?"),
            choices=[(str(v.pk), _named(v)) for v in violations],
            choice_hints={str(v.pk): v.description for v in violations},
            missing=_("Choose a rule"),
        )
        self.fields["respondent"] = SelectField(
            label=_("Against whom?"),
            choices=[(str(r.public_id), r.user.display_name) for r in respondents],
            initial=str(respondents[0].public_id) if respondents else "",
        )
        if len(respondents) == 1:
            self.fields["respondent"].widget = forms.HiddenInput()
        self.order_fields(["respondent", "violation_type", "completion", "description"])


def _named(violation: ViolationType) -> str:
    return f"{violation.clause} {violation.title}".strip()


class EvidenceForm(KeyedForm):
    """A piece of evidence of one kind: a link, quoted text, a file or what a tool found."""

    kind = forms.ChoiceField(choices=EvidenceKind.choices, widget=forms.HiddenInput)
    url = LinkField(label=_("Address"), help_text=_("Start with https://"))
    text = TextField(
        label=_("The words"),
        help_text=_("Exactly as they stand there."),
        max_length=200_000,
        rows=8,
        missing=_("Enter the words you want to keep"),
    )
    upload = FileField(
        label=_("File"),
        help_text=_(
            "A picture, a PDF, a Word or OpenDocument text, or plain text, of at most 10 MB. The "
            "original is sealed; everybody sees a clean copy without hidden details."
        ),
        missing=_("Choose a file"),
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
    )
    title = LineField(
        label=_("Short name"),
        help_text=_("The learner is shown it. Leave out names of people."),
        max_length=200,
        missing=_("Give it a short name"),
    )
    description = TextField(
        label=_("What does it show?"),
        max_length=2_000,
        required=False,
        rows=4,
    )

    OWN = {
        EvidenceKind.LINK: "url",
        EvidenceKind.QUOTE: "text",
        EvidenceKind.FILE: "upload",
        EvidenceKind.SIMILARITY: "upload",
    }

    def __init__(self, data: Any = None, files: Any = None, *, kind: str, **kwargs: Any) -> None:
        kwargs["initial"] = {**kwargs.get("initial", {}), "kind": kind}
        super().__init__(data, files, **kwargs)
        for name in set(self.OWN.values()) - {self.OWN[EvidenceKind(kind)]}:
            del self.fields[name]
        if kind == EvidenceKind.SIMILARITY:
            self._ask_for_result()

    def _ask_for_result(self) -> None:
        upload, told = self.fields["upload"], self.fields["description"]
        upload.label = _("Result")
        upload.help_text = _(
            "The “.jplag” or “.zip” file of JPlag, the “.zip” or “pairs.csv” file of Dolos, or a "
            "PDF of any tool, of at most 10 MB. The original is sealed."
        )
        upload.widget.attrs["accept"] = ACCEPT_RESULT
        told.help_text = _(
            "In the figures of JPlag and Dolos every submission gets a number in place of its "
            "name. Only the desk sees which is whose: say here which number is the learner’s."
        )

    def clean_kind(self) -> str:
        """The kind the page was opened for."""
        kind: str = self.cleaned_data["kind"]
        if kind != self.initial["kind"]:
            raise ValidationError(_("Choose what you want to add."))
        return kind


class NoticeForm(RevisedForm):
    """Questions that go with the notice."""

    questions = TextField(
        label=_("Questions to the learner"),
        help_text=_(
            "Ask what you need to know to understand what happened. Everything else is in the "
            "letter already: allegations, evidence, what can follow, until when and how to answer."
        ),
        max_length=4_000,
        required=False,
        rows=6,
    )

    def __init__(self, *args: Any, look: Sequence[str] = (), **kwargs: Any) -> None:
        """`look`: what a person has to look at in a group case (`notice.to_look_at`)."""
        super().__init__(*args, **kwargs)
        if look:
            self.fields["looked"] = forms.BooleanField(
                label=_("I looked at %(pieces)s: nobody but this learner can be recognised there")
                % {"pieces": ", ".join(look)},
                help_text=_(
                    "Names of other learners are taken out of texts by themselves. In pictures and "
                    "pages, cover them. A nickname or a description is never found by itself."
                ),
                error_messages={
                    "required": _("Look at the pictures, cover what you have to, and say so here.")
                },
            )
