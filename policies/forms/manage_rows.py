"""Forms of a draft: the lists as rows.

Everything works without scripts: rows are added by sending the form with another button, which
stores nothing.
"""

from __future__ import annotations

from abc import ABCMeta, abstractmethod
from collections.abc import Iterator
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.forms.forms import DeclarativeFieldsMetaclass
from django.utils.translation import gettext_lazy as _

from integrity.web.forms import LineField, SelectField, TextField, TickField
from policies.enums import TAKES_AWAY, ConsequenceCode, TakesAway, ViolationKind
from policies.forms.codes import code_of
from policies.forms.manage import SeenForm
from policies.models import Version
from policies.parts import ConsequenceDraft, ViolationDraft
from policies.rendering import render

MAX_ROWS = 60
USUAL, NOTHING = "usual", "none"


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


class _Abstract(ABCMeta, DeclarativeFieldsMetaclass):
    """A form that cannot be made before what it leaves open is written."""


class RowsForm(SeenForm, metaclass=_Abstract):
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

    @abstractmethod
    def columns(self) -> dict[str, forms.Field]:
        """Fresh fields of one row, in their order."""

    @abstractmethod
    def stored(self, version: Version) -> list[dict[str, Any]]:
        """The rows of the version as the form shows them."""

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

    @abstractmethod
    def check(self, index: int) -> None:
        """Put what is wrong with a row onto its fields, and fill in what follows from others."""


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
            data[f"{index}-code"] = code_of(data.get(f"{index}-title", ""), f"type_{index + 1}")
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
