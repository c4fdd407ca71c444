"""The pages of a report, one form each. Words and hints are for somebody who is worried."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases import notices
from cases.enums import ReportKind, ReportMode
from cases.evidence.accept import ACCEPT
from cases.forms.moment import HourField, moment_of
from cases.services.answers import ACCOUNT_LENGTH, NAME_LENGTH, QUOTE_LENGTH
from cases.services.clean import MAX_LINKS
from cases.services.drafts import DESCRIPTION_LENGTH
from cases.services.review import TEXT_LENGTH
from integrity.core import clock
from integrity.courses.models import Course
from integrity.web.forms import (
    DateField,
    Form,
    LineField,
    LinkField,
    ManyFilesField,
    ManyFilesInput,
    OnceForm,
    PickField,
    SelectField,
    TextField,
    TickField,
)
from policies.selectors import OfferedType

LENGTH_OF_A_LIST_OF_LINKS = 2

_ACCOUNT_WORDS: dict[str, tuple[str | Promise, str | Promise]] = {
    ReportKind.FLAG: (
        _("What did you notice?"),
        _(
            "For example: “The second paragraph is the same as the end of an article we read in "
            "week 3.” Please leave out names, phone numbers and addresses of other people."
        ),
    ),
    ReportKind.VIOLATION: (
        _("What happened?"),
        _(
            "What you saw or heard yourself, and how you know. "
            "Please leave out names, phone numbers and addresses; a later page asks for a name."
        ),
    ),
    ReportKind.INCIDENT: (
        _("What happened?"),
        _(
            "What was said or done, in your own words. You do not have to repeat words that hurt. "
            "Please leave out phone numbers and addresses."
        ),
    ),
}


_IN_WORDS = _(
    "Say which course and assignment it was, and what you saw. "
    "Please leave out phone numbers and addresses of other people."
)


class DetailsForm(OnceForm):
    """What it looks like, and the account. `lenient`: to be finished later, nothing is required.

    `in_words`: the account is needed, for nothing else says what it is about.
    """

    code = PickField(label=_("What does it look like?"))
    account = TextField(max_length=ACCOUNT_LENGTH)

    def __init__(
        self,
        data: Any = None,
        *,
        kind: str,
        offered: Iterable[OfferedType],
        lenient: bool = False,
        in_words: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        self.offered = {item.code: item for item in offered}
        code: Any = self.fields["code"]
        code.choices = [(item.code, item.title) for item in self.offered.values()]
        code.choice_hints = {item.code: item.description for item in self.offered.values()}
        # Where a flag is told in words the words say it all.
        self.code_needed = bool(self.offered) and not (kind == ReportKind.FLAG and in_words)
        code.required = self.code_needed and not lenient
        code.error_messages["required"] = _("Choose what it looks like. You can be wrong.")
        code.help_text = _("Choose what comes closest. We check it, and you can be wrong.")
        account: Any = self.fields["account"]
        account.label, account.help_text = _ACCOUNT_WORDS[kind]
        if kind == ReportKind.FLAG and in_words:
            account.help_text = _IN_WORDS
        account.required = in_words and not lenient
        account.error_messages["required"] = _("Tell us what happened. A few words are enough.")
        self.account_needed = in_words
        if not self.offered:
            del self.fields["code"]

    @property
    def complete(self) -> bool:
        """Whether everything that is needed to send was answered."""
        told = self.cleaned_data
        return bool(told.get("code") or not self.code_needed) and bool(
            told.get("account") or not self.account_needed
        )


class PlaceForm(OnceForm):
    """Where, when and who, as far as somebody knows. Nothing is required."""

    course = SelectField(label=_("In which course?"), required=False)
    quoted_text = TextField(
        label=_("The words themselves"),
        help_text=_("If something was written, copy it here. Names in it may stay."),
        max_length=QUOTE_LENGTH,
        rows=4,
        required=False,
    )
    visible_name = LineField(
        label=_("Who did it?"),
        help_text=_(
            "The name you see there, as it is written. Leave it empty if you do not know: "
            "do not try to find out."
        ),
        max_length=NAME_LENGTH,
        required=False,
    )
    day = DateField(label=_("On which day?"), required=False)
    hour = HourField()

    def __init__(
        self, data: Any = None, *, kind: str, courses: Sequence[Course], **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        course: Any = self.fields["course"]
        course.choices = [
            ("", _("In no course, or I do not know")),
            *((item.slug, str(item)) for item in courses),
        ]
        if not courses:
            del self.fields["course"]
        if kind != ReportKind.INCIDENT:
            del self.fields["quoted_text"]

    def clean_day(self) -> date | None:
        """A day that has begun for the reader."""
        day: date | None = self.cleaned_data.get("day")
        if day is not None and not date(2000, 1, 1) <= day <= _today():
            raise ValidationError(_("Enter a day that has passed, such as 2026-11-20."))
        return day

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("hour") and "day" not in self.errors:
            if not given.get("day"):
                self.add_error("day", _("Say on which day, or leave the time empty."))
            else:
                try:
                    moment_of(given["day"], given["hour"])
                except ValidationError as error:
                    self.add_error("hour", error)
        return given


def _today() -> date:
    return clock.now().astimezone(timezone.get_current_timezone()).date()


class EvidenceForm(OnceForm):
    """Links, files, and what each file shows. Nothing is required.

    There are as many lines for links as were sent, else as there are links, or `lines` of them.
    """

    uploads = ManyFilesField(
        label=_("Files"),
        required=False,
        widget=ManyFilesInput(attrs={"accept": ACCEPT, "multiple": True}),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        links: Sequence[str],
        kept: Sequence[tuple[UUID, str]],
        lines: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        count = max(len(links), lines, LENGTH_OF_A_LIST_OF_LINKS)
        if self.is_bound:
            sent = sum(1 for name in self.data if name.startswith("link_"))
            count = max(count, min(sent, MAX_LINKS))
        count = min(count, MAX_LINKS)
        self.link_names = [f"link_{number}" for number in range(1, count + 1)]
        self.description_names = {file_id: f"description-{file_id}" for file_id, _text in kept}
        for number, name in enumerate(self.link_names, start=1):
            self.fields[name] = LinkField(
                label=_("Link %(number)s") % {"number": number},
                required=False,
                initial=links[number - 1] if number <= len(links) else "",
                error_messages={
                    "invalid": _("Link %(number)s: enter the whole address, starting with https://")
                    % {"number": number}
                },
            )
        for file_id, text in kept:
            self.fields[self.description_names[file_id]] = LineField(
                label=_("What does it show?"),
                max_length=DESCRIPTION_LENGTH,
                required=False,
                initial=text,
            )
        self.order_fields([*self.link_names, *self.description_names.values(), "uploads"])

    @property
    def links(self) -> list[Any]:
        """The fields for links, to be shown."""
        return [self[name] for name in self.link_names]

    @property
    def can_add_link(self) -> bool:
        return len(self.link_names) < MAX_LINKS

    def given_links(self) -> list[str]:
        """The links that were filled in."""
        return [link for name in self.link_names if (link := self.cleaned_data.get(name))]

    def given_descriptions(self) -> dict[UUID, str]:
        """What each file shows."""
        return {
            file_id: self.cleaned_data.get(name, "")
            for file_id, name in self.description_names.items()
        }


class NameForm(OnceForm):
    """Who learns the name. One way is chosen already, so it is no answer that has to be given."""

    mode = PickField(
        label=_("How do you want to report?"),
        choices=ReportMode.choices,
        choice_hints={
            ReportMode.ANONYMOUS: _(
                "We keep nothing that leads to you. You get a code: with it you come back, see "
                "what becomes of your report and answer questions. We cannot write to you."
            ),
            ReportMode.NAMED: _(
                "The people who work on the case see your name. "
                "Choose this if you want to be asked about what you saw."
            ),
            ReportMode.CONFIDENTIAL: _(
                "Your name is locked away. The people who work on the case do not see it, and we "
                "can still write to you."
            ),
        },
        required=False,
    )


class SendForm(OnceForm):
    """The good-faith statement, under the words that were shown.

    The page carries the versions of the statement and of the notice on data. Where one of them
    changed while the page was open, it is shown again with the new words: nobody agrees to, or was
    told, what they have not seen.
    """

    shown = forms.CharField(widget=forms.HiddenInput, required=False)
    good_faith = TickField(
        missing=_("Tick the box to say that you have told us what you know, truthfully."),
    )

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        said = notices.current_good_faith()
        tick: Any = self.fields["good_faith"]
        tick.label, tick.help_text = said.statement, said.hint
        self.fields["shown"].initial = _shown_now()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("shown") not in ("", None, _shown_now()):
            data: Any = self.data.copy()  # type: ignore[attr-defined]
            data[self.add_prefix("shown")] = _shown_now()
            data.pop(self.add_prefix("good_faith"), None)
            self.data = data
            raise ValidationError(
                _(
                    "What we say about your data, or what you are asked to say, has changed while "
                    "this page was open. Nothing was sent. Please read it and send it again."
                )
            )
        return given


def _shown_now() -> str:
    return f"{notices.current_good_faith().version} {notices.current_processing().version}"


class CodeForm(Form):
    """The receipt code of a report without a name. What is wrong with it is never said."""

    code = LineField(
        label=_("Your code"),
        help_text=_("Four groups of four signs. Large or small letters, with or without dashes."),
        max_length=100,
        missing=_("Enter the code you wrote down."),
    )


class ReviewForm(OnceForm):
    """Why a dismissal should be looked at again."""

    text = TextField(
        label=_("Why should somebody look at it again?"),
        help_text=_("What was overlooked, or what you know now. A few sentences are enough."),
        max_length=TEXT_LENGTH,
        missing=_("Tell us why it should be looked at again."),
    )
