"""The form for a report that somebody of the office writes down for somebody else (IN10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.enums import ReceivedBy, ReportKind, ReportMode
from cases.evidence.accept import ACCEPT
from cases.forms.desk import KeyedForm
from cases.forms.moment import HourField, moment_of, told
from cases.informants import CONTACT_LENGTH, NAME_LENGTH
from cases.services.answers import ACCOUNT_LENGTH, QUOTE_LENGTH
from cases.services.answers import NAME_LENGTH as SHOWN_LENGTH
from cases.services.clean import LINK_LENGTH, MAX_LINKS
from cases.services.entry import BY_HAND, Person
from integrity.core import clock
from integrity.courses.models import Institution
from integrity.web.forms import (
    DateField,
    EmailField,
    LineField,
    ManyFilesField,
    ManyFilesInput,
    PickField,
    SelectField,
    TextField,
    TickField,
)
from policies.selectors import OfferedType

KINDS = {
    ReportKind.FLAG: _("Work that was handed in"),
    ReportKind.VIOLATION: _("Something else against the honor code"),
    ReportKind.INCIDENT: _("How somebody behaved"),
}
_GROUPS = {ReportKind.VIOLATION: _("Honor code"), ReportKind.INCIDENT: _("Conduct")}


class EntryForm(KeyedForm):
    """One page. Who told us decides by its own answer what is asked of the person."""

    received_by = PickField(
        label=_("How did it reach us?"),
        choices=[(way.value, way.label) for way in BY_HAND],
        missing=_("Choose how it reached us"),
    )
    mode = PickField(
        label=_("Who told us?"),
        choices=[
            (ReportMode.CONFIDENTIAL, _("Somebody who gave their name, in confidence")),
            (ReportMode.NAMED, _("Somebody who gave their name for the people on the case")),
            (ReportMode.ANONYMOUS, _("Somebody who did not say who they are")),
        ],
        choice_hints={
            ReportMode.CONFIDENTIAL: _(
                "The name is sealed. You know it, so somebody else has to take the case."
            ),
            ReportMode.NAMED: _("The people who work on the case see the name."),
            ReportMode.ANONYMOUS: _("You get a code that you can hand over. It is shown once."),
        },
        missing=_("Choose who told us"),
    )
    name = LineField(
        label=_("Their name"),
        help_text=_("As they gave it. Kept sealed, never in the text of the case."),
        max_length=NAME_LENGTH,
        required=False,
    )
    email = EmailField(
        label=_("Their email address"),
        help_text=_(
            "Read it back to them. If it is the confirmed address of an account, the person gets "
            "a letter and finds the report there. We do not tell you whether it is."
        ),
        required=False,
    )
    contact = LineField(
        label=_("Another way to reach them"),
        help_text=_("A telephone number, a postal address, an office."),
        max_length=CONTACT_LENGTH,
        required=False,
    )
    institution = SelectField(label=_("For which institution?"))
    kind = PickField(
        label=_("What is it about?"), choices=list(KINDS.items()), missing=_("Choose what it is")
    )
    violation_type = SelectField(
        label=_("What does it look like?"),
        help_text=_("What comes closest. Leave it open when you do not know."),
        required=False,
    )
    account = TextField(
        label=_("What happened?"),
        help_text=_("In their words as far as you can. Leave out who told you."),
        max_length=ACCOUNT_LENGTH,
        required=False,
        rows=7,
    )
    quoted_text = TextField(
        label=_("The words themselves"),
        help_text=_("If something was written or said that matters word for word."),
        max_length=QUOTE_LENGTH,
        required=False,
        rows=3,
    )
    visible_name = LineField(
        label=_("Who did it?"),
        help_text=_("The name as it is shown there. Leave it empty when nobody knows."),
        max_length=SHOWN_LENGTH,
        required=False,
    )
    course = LineField(
        label=_("Course"),
        help_text=_("Its short name: the last part of the course's address."),
        max_length=100,
        required=False,
    )
    about = LineField(
        label=_("Work or post"),
        help_text=_("Its address or its id, when they could point at it."),
        max_length=LINK_LENGTH,
        required=False,
    )
    day = DateField(label=_("On which day?"), required=False)
    hour = HourField()
    links = TextField(
        label=_("Links"),
        help_text=_("One on each line, at most %(count)s.") % {"count": MAX_LINKS},
        max_length=MAX_LINKS * LINK_LENGTH,
        required=False,
        rows=3,
    )
    uploads = ManyFilesField(
        label=_("Files"),
        help_text=_("Scans of what came on paper, attachments, pictures. Up to 10 MB each."),
        required=False,
        widget=ManyFilesInput(attrs={"accept": ACCEPT, "multiple": True}),
    )
    good_faith = TickField(
        label=_(
            "The person was told how we use what they say, and says that it is true as far as "
            "they know"
        ),
        help_text=_(
            "For a letter or an email: the text says what they know, and our answer tells them."
        ),
        missing=_("Tick this when the person was told"),
    )

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        institutions: Sequence[Institution],
        types: Mapping[str, Sequence[OfferedType]],
        **kwargs: Any,
    ) -> None:
        super().__init__(data, files, **kwargs)
        self.institutions = {row.slug: row for row in institutions}
        where: Any = self.fields["institution"]
        where.choices = [(row.slug, row.name) for row in institutions]
        if len(institutions) == 1:
            del self.fields["institution"]
        seen: set[str] = set()
        groups = []
        for kind, rows in types.items():
            codes = [(row.code, row.title) for row in rows if row.code not in seen]
            seen.update(code for code, _title in codes)
            if codes:
                groups.append((_GROUPS[ReportKind(kind)], codes))
        offered: Any = self.fields["violation_type"]
        offered.choices = [("", _("I do not know")), *groups]

    def clean_day(self) -> date | None:
        """A day that has begun for the reader."""
        day: date | None = self.cleaned_data.get("day")
        today = clock.now().astimezone(timezone.get_current_timezone()).date()
        if day is not None and not date(2000, 1, 1) <= day <= today:
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

    @property
    def report(self) -> dict[str, Any]:
        """What `entry.enter` takes, of a valid form."""
        given = self.cleaned_data
        first = next(iter(self.institutions.values()))
        return {
            "institution": self.institutions.get(given.get("institution", ""), first),
            "received_by": ReceivedBy(given["received_by"]),
            "mode": given["mode"],
            "person": Person(given["name"], given["email"], given["contact"]),
            "kind": given["kind"],
            "course": given["course"],
            "about": given["about"],
            "violation_type": given["violation_type"],
            "account": given["account"],
            "quoted_text": given["quoted_text"],
            "visible_name": given["visible_name"],
            "links": given["links"].split(),
            "uploads": given["uploads"],
            "good_faith": given["good_faith"],
            "form_key": self.key,
            **told(given["day"], given["hour"]),
        }
