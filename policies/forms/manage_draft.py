"""Forms of a draft: text and time, terms, and the lists as rows.

Everything works without scripts: rows are added by sending the form with another button, which
stores nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, time
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.forms import BoundField
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from integrity.web.forms import DateField, LineField, SelectField, TextField, TickField
from policies.enums import TAKES_AWAY, ConsequenceCode, StandardOfProof, TakesAway, ViolationKind
from policies.forms.manage import SeenForm
from policies.models import Version
from policies.models.version import BODY_LIMIT
from policies.parts import ConsequenceDraft, ViolationDraft
from policies.rendering import render
from policies.rules import start_of_day

MAX_ROWS = 60
MAX_GROUNDS = 20
USUAL, NOTHING = "usual", "none"


class TextForm(SeenForm):
    """The text, what changed, its language, and when it takes effect in the owner's zone."""

    body = TextField(
        label=_("Text"),
        help_text=_(
            "Markdown. A line that begins with ## opens a part; clauses get their numbers by "
            "themselves."
        ),
        max_length=BODY_LIMIT,
        rows=24,
        missing=_("Write the text"),
    )
    change_summary = TextField(
        label=_("What changed, in a few sentences"),
        help_text=_("Learners read it before they pledge to the new version."),
        max_length=1_000,
        required=False,
        rows=3,
    )
    day = DateField(label=_("Takes effect on"), missing=_("Enter the day it takes effect"))
    hour = forms.TimeField(
        label=_("at"),
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        error_messages={
            "required": _("Enter a time; 00:00 is the beginning of the day"),
            "invalid": _("Enter a time like 14:30"),
        },
    )
    language = LineField(
        label=_("Language of the text"),
        help_text=_("Its code, such as en, es or pt-BR."),
        max_length=10,
        missing=_("Enter the code of the language, such as en"),
        validators=[
            RegexValidator(
                re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z"),
                _("Enter the code of the language, such as en, es or pt-BR"),
            )
        ],
    )

    def __init__(self, data: Any = None, *, version: Version, **kwargs: Any) -> None:
        self.zone = version.document.owner_zone
        self.stored = version.effective_at
        local = version.effective_at.astimezone(ZoneInfo(self.zone))
        kwargs["initial"] = {
            "body": version.body,
            "change_summary": version.change_summary,
            "day": local.date(),
            "hour": local.time().replace(second=0, microsecond=0),
            "language": version.language,
            **kwargs.get("initial", {}),
        }
        super().__init__(data, **kwargs)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("day") and data.get("hour") is not None:
            try:
                data["effective_at"] = self._instant(data)
            except ValidationError as error:
                self.add_error("hour", error)
            except OverflowError:
                self.add_error("day", _("Enter a day that a calendar has."))
        return data

    def _instant(self, data: dict[str, Any]) -> datetime:
        """The instant that was typed. Of a time that comes twice the first, as for a whole day."""
        zone = ZoneInfo(self.zone)
        local = datetime.combine(data["day"], data["hour"])
        stored = self.stored.astimezone(zone)
        if stored.replace(second=0, microsecond=0, tzinfo=None) == local:
            # Nothing was changed: seconds, and the second of two hours, stay.
            return self.stored
        if local.time() == time():
            return start_of_day(data["day"], self.zone).astimezone(UTC)
        instant = local.replace(tzinfo=zone).astimezone(UTC)
        if instant.astimezone(zone).replace(tzinfo=None) != local:
            raise ValidationError(
                _("This time does not exist on that day, for the clocks change. Choose another.")
            )
        return instant

    @property
    def said(self) -> dict[str, Any]:
        """What the service takes, of a valid form."""
        names = ("body", "change_summary", "language", "effective_at")
        return {name: self.cleaned_data[name] for name in names}


def _days(label: Any, **kwargs: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=1,
        max_value=365,
        error_messages={
            "required": _("Enter a number of days from 1 to 365"),
            "invalid": _("Enter a number of days from 1 to 365"),
            "min_value": _("Enter a number of days from 1 to 365"),
            "max_value": _("Enter a number of days from 1 to 365"),
        },
        **kwargs,
    )


class TermsForm(SeenForm):
    """Windows, standard of proof, grounds of appeal, the pledge, and "no refunds"."""

    WINDOWS: ClassVar[dict[str, Any]] = {
        "response_working_days": _("Working days to answer"),
        "extension_working_days": _("Working days more, if asked for"),
        "appeal_working_days": _("Working days to appeal"),
    }

    def __init__(self, data: Any = None, *, version: Version, **kwargs: Any) -> None:
        own = version.document.institution_id is not None
        grounds = version.appeal_grounds
        kwargs["initial"] = {
            **{name: getattr(version, name) for name in self.WINDOWS},
            "standard_of_proof": version.standard_of_proof,
            "no_refunds": version.no_refunds,
            "pledge": version.pledge,
            "pledge_grace_days": version.pledge_grace_days,
            **kwargs.get("initial", {}),
        }
        super().__init__(data, **kwargs)
        as_platform = _("Left empty, it is as the platform says.") if own else ""
        for name, label in self.WINDOWS.items():
            self.fields[name] = _days(label, required=not own, help_text=as_platform)
        self.fields["standard_of_proof"] = SelectField(
            label=_("How sure we have to be"),
            choices=[*([("", _("As the platform says"))] if own else []), *StandardOfProof.choices],
            required=not own,
        )
        self.grounds: list[tuple[str, str]] = []
        count = len(grounds) + 2
        # Lines that were typed stay where somebody else took some away meanwhile.
        while data is not None and count < MAX_GROUNDS and f"ground{count}_title" in data:
            count += 1
        for index in range(min(MAX_GROUNDS, count)):
            known = grounds[index] if index < len(grounds) else {"code": "", "title": ""}
            code, title = f"ground{index}_code", f"ground{index}_title"
            self.fields[code] = forms.CharField(
                widget=forms.HiddenInput, required=False, max_length=60, initial=known["code"]
            )
            self.fields[title] = LineField(
                label=_("Reason %(number)s") % {"number": index + 1},
                max_length=300,
                required=False,
                initial=known["title"],
            )
            self.grounds.append((code, title))
        self.fields["pledge"] = TextField(
            label=_("What learners promise"),
            help_text=_(
                "Markdown; it stands above the button with which they pledge. Left empty, they "
                "agree to the text itself."
            ),
            max_length=4_000,
            required=False,
            rows=6,
        )
        self.fields["pledge_grace_days"] = forms.IntegerField(
            label=_("Days to pledge to a new version"),
            help_text=_("So long a learner who pledged to the version before may go on without."),
            min_value=0,
            max_value=365,
            error_messages={
                "required": _("Enter a number of days from 0 to 365"),
                "invalid": _("Enter a number of days from 0 to 365"),
                "min_value": _("Enter a number of days from 0 to 365"),
                "max_value": _("Enter a number of days from 0 to 365"),
            },
        )
        self.fields["no_refunds"] = TextField(
            label=_("No refunds"),
            help_text=_("Every letter about a consequence quotes it."),
            max_length=1_000,
            required=False,
            rows=3,
        )

    @property
    def ground_lines(self) -> list[BoundField]:
        return [self[title] for _code, title in self.grounds]

    @property
    def windows(self) -> list[BoundField]:
        return [self[name] for name in self.WINDOWS]

    @property
    def said(self) -> dict[str, Any]:
        """What the service takes, of a valid form. A ground without words is taken away."""
        data = self.cleaned_data
        names = (*self.WINDOWS, "standard_of_proof", "no_refunds", "pledge", "pledge_grace_days")
        lines = [(data[code], data[title]) for code, title in self.grounds if data[title]]
        codes: list[str] = []
        for code, title in lines:
            codes.append(_free(code or _code(title, "reason"), codes))
        return {
            **{name: data[name] for name in names},
            "appeal_grounds": [
                {"code": code, "title": title}
                for code, (_code, title) in zip(codes, lines, strict=True)
            ],
        }


def _code(title: str, otherwise: str) -> str:
    """A code made of words; letters and numbers of the Latin script only."""
    made = slugify(title).replace("-", "_").strip("_")[:40].strip("_")
    return made if made[:1].isalpha() else otherwise


def _free(code: str, taken: list[str]) -> str:
    found, count = code, 1
    while found in taken:
        count += 1
        found = f"{code[:55]}_{count}"
    return found


class Row:
    """One row of a list, for a template."""

    def __init__(self, form: RowsForm, index: int) -> None:
        self.form, self.index = form, index

    def __getitem__(self, name: str) -> BoundField:
        return self.form[f"{self.index}-{name}"]

    @property
    def own(self) -> list[BoundField]:
        """Its fields, but for place and removal."""
        return [self[name] for name in self.form.columns() if name not in ("place", "remove")]

    @property
    def name(self) -> str:
        return str(self["title"].value() or "")

    @property
    def is_bad(self) -> bool:
        return any(self[name].errors for name in self.form.columns())

    @property
    def is_open(self) -> bool:
        """Whether it is shown unfolded: when it is new, or something of it is wrong."""
        return self.is_bad or not self.name


class RowsForm(SeenForm):
    """A list of a version: each row has a place in the order and can be ticked to go."""

    rows = forms.IntegerField(widget=forms.HiddenInput, required=False)
    code_field: ClassVar[str]

    def __init__(self, data: Any = None, *, version: Version, more: int = 0, **kwargs: Any) -> None:
        self.clauses = render(version.body, version.document.title).known()
        stored = self.stored(version)
        initial = {
            f"{index}-{name}": value
            for index, row in enumerate(stored)
            for name, value in {**row, "place": index + 1}.items()
        }
        typed = kwargs.pop("typed", None)
        self.count = len(stored)
        # A list that is longer already keeps all of its rows.
        self.limit = max(MAX_ROWS, len(stored))
        if data is not None or typed is not None:
            self.count = self._counted(data if data is not None else typed)
        self.count = min(self.limit, self.count + more)
        if typed is not None:
            initial = {**typed}
        for index in range(self.count - more, self.count):
            initial.setdefault(f"{index}-place", index + 1)
        super().__init__(data, initial=initial | {"rows": self.count, **kwargs.get("initial", {})})
        # Shown again, it has as many rows as now.
        self.initial["rows"] = self.count
        for index in range(self.count):
            for name, field in self.columns().items():
                self.fields[f"{index}-{name}"] = field

    def _counted(self, data: Any) -> int:
        text = str(data.get("rows", ""))
        known = text.isascii() and text.isdecimal() and len(text) < 4
        return min(self.limit, int(text)) if known else 0

    def columns(self) -> dict[str, forms.Field]:
        """Fresh fields of one row, in their order."""
        raise NotImplementedError

    def stored(self, version: Version) -> list[dict[str, Any]]:
        """The rows of the version as the form shows them."""
        raise NotImplementedError

    @property
    def lines(self) -> list[Row]:
        return [Row(self, index) for index in range(self.count)]

    def _common(self) -> dict[str, forms.Field]:
        return {
            "place": forms.IntegerField(
                label=_("Place in the list"), min_value=1, max_value=999, required=False
            ),
            "remove": TickField(label=_("Take it off the list"), required=False),
        }

    def _clause(self) -> forms.Field:
        choices: list[tuple[str, Any]] = [("", _("None"))]
        choices += [(number, f"{number} {title}"[:80]) for number, title in self.clauses.items()]
        return SelectField(label=_("Where the text says it"), choices=choices, required=False)

    def kept(self) -> Iterator[int]:
        """The rows that stay, in the order of their places; one that is empty is none."""
        data = self.cleaned_data
        rows = [index for index in range(self.count) if not self._is_gone(index)]
        yield from sorted(rows, key=lambda index: (data.get(f"{index}-place") or 1_000, index))

    def _is_gone(self, index: int) -> bool:
        data = self.cleaned_data
        written = [
            name
            for name in self.columns()
            if name not in ("place", "remove", "kind", "takes_away") and data.get(f"{index}-{name}")
        ]
        failed = any(f"{index}-{name}" in self.errors for name in self.columns())
        return bool(data.get(f"{index}-remove")) or not (written or failed)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self.cleaned_data = data
        if data.get("rows") != self.count:
            # Rows that were not counted would be lost.
            raise ValidationError(_("We could not read this form. Please open the page again."))
        for index in range(self.count):
            if data.get(f"{index}-remove"):
                # What goes is not looked at.
                for name in self.columns():
                    self.errors.pop(f"{index}-{name}", None)
        codes: list[str] = []
        for index in self.kept():
            self.check(index)
            code = data.get(f"{index}-code", "")
            if code and code in codes:
                self.add_error(f"{index}-code", _("This is in the list already."))
            codes.append(code)
        return data

    def check(self, index: int) -> None:
        """Put what is wrong with a row onto its fields, and fill in what follows from others."""
        raise NotImplementedError


class ViolationsForm(RowsForm):
    """What a report can be about."""

    def columns(self) -> dict[str, forms.Field]:
        return {
            "title": LineField(label=_("Title"), max_length=200, required=False),
            "kind": SelectField(label=_("Kind"), choices=ViolationKind.choices, required=False),
            "description": TextField(
                label=_("Description"),
                help_text=_("Whoever reports something reads it."),
                max_length=4_000,
                required=False,
                rows=3,
            ),
            "elements": TextField(
                label=_("What has to be shown"),
                help_text=_("One sentence on each line; a decision answers each of them."),
                max_length=6_200,
                required=False,
                rows=4,
            ),
            "clause": self._clause(),
            "urgent": TickField(label=_("Reports about it are looked at first"), required=False),
            "code": forms.SlugField(
                label=_("Code"),
                help_text=_(
                    "Schemes name it so: keep it from version to version. Left empty, it is made "
                    "of the title."
                ),
                max_length=60,
                required=False,
                error_messages={"invalid": _("Use letters, numbers, hyphens and underscores")},
            ),
            **self._common(),
        }

    def stored(self, version: Version) -> list[dict[str, Any]]:
        names = ("code", "kind", "title", "description", "clause", "urgent")
        return [
            {name: getattr(row, name) for name in names} | {"elements": "\n".join(row.elements)}
            for row in version.violation_types.all()
        ]

    def check(self, index: int) -> None:
        data = self.cleaned_data
        if not data.get(f"{index}-title") and f"{index}-title" not in self.errors:
            self.add_error(f"{index}-title", _("Give it a title, or tick that it goes"))
        if not data.get(f"{index}-kind") and f"{index}-kind" not in self.errors:
            self.add_error(f"{index}-kind", _("Choose the kind"))
        if not data.get(f"{index}-code") and f"{index}-code" not in self.errors:
            data[f"{index}-code"] = _code(data.get(f"{index}-title", ""), f"type_{index + 1}")
        lines = self._elements(index)
        if len(lines) > 20 or any(len(line) > 300 for line in lines):
            self.add_error(
                f"{index}-elements", _("Write at most 20 lines of at most 300 characters each.")
            )

    def _elements(self, index: int) -> list[str]:
        lines = str(self.cleaned_data.get(f"{index}-elements", "")).splitlines()
        return [line.strip() for line in lines if line.strip()]

    @property
    def said(self) -> dict[str, Any]:
        """What the service takes, of a valid form."""
        data = self.cleaned_data
        names = ("code", "kind", "title", "description", "clause", "urgent")
        return {
            "violation_types": [
                ViolationDraft(
                    elements=tuple(self._elements(index)),
                    **{name: data[f"{index}-{name}"] for name in names},
                )
                for index in self.kept()
            ]
        }


class ConsequencesForm(RowsForm):
    """What may follow."""

    def columns(self) -> dict[str, forms.Field]:
        return {
            "code": SelectField(
                label=_("What is done"),
                choices=[("", _("Choose one")), *ConsequenceCode.choices],
                required=False,
            ),
            "title": LineField(
                label=_("Title"),
                help_text=_("As the letter names it. Left empty, it is called as above."),
                max_length=200,
                required=False,
            ),
            "description": TextField(
                label=_("Description"), max_length=4_000, required=False, rows=3
            ),
            "clause": self._clause(),
            "takes_away": SelectField(
                label=_("Takes away"),
                choices=[
                    (USUAL, _("What it usually takes away")),
                    (NOTHING, _("Nothing")),
                    *TakesAway.choices,
                ],
                required=False,
            ),
            **self._common(),
        }

    def stored(self, version: Version) -> list[dict[str, Any]]:
        return [
            {
                "code": row.code,
                "title": row.title,
                "description": row.description,
                "clause": row.clause,
                "takes_away": USUAL
                if row.takes_away == TAKES_AWAY.get(row.code, "")
                else row.takes_away or NOTHING,
            }
            for row in version.consequences.all()
        ]

    def check(self, index: int) -> None:
        data = self.cleaned_data
        code = data.get(f"{index}-code", "")
        if not code and f"{index}-code" not in self.errors:
            self.add_error(f"{index}-code", _("Choose what is done, or tick that it goes"))
        if code and not data.get(f"{index}-title"):
            data[f"{index}-title"] = str(ConsequenceCode(code).label)

    @property
    def said(self) -> dict[str, Any]:
        """What the service takes, of a valid form."""
        data = self.cleaned_data
        takes = {USUAL: None, "": None, NOTHING: ""}
        return {
            "consequences": [
                ConsequenceDraft(
                    takes_away=takes.get(data[f"{index}-takes_away"], data[f"{index}-takes_away"]),
                    **{
                        name: data[f"{index}-{name}"]
                        for name in ("code", "title", "description", "clause")
                    },
                )
                for index in self.kept()
            ]
        }
