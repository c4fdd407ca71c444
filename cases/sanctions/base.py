"""What every handler can do, and the register of handlers by consequence code.

`apply` and `reverse` are called inside the decision's transaction and are safe to repeat: effects
are named by the sanction that causes them, so a second call finds the first one's work done.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.models import Respondent, Sanction
from integrity.core.errors import InvalidInput
from integrity.core.forms import LineField
from integrity.courses import selectors, services
from integrity.courses.models import Effect

Text = str | Promise
_handlers: dict[str, Handler] = {}


class Handler:
    """One consequence of the catalogue (SA5). Subclasses say what differs from doing nothing."""

    code: ClassVar[str]

    def __init_subclass__(cls) -> None:
        if "code" in cls.__dict__:
            _handlers[cls.code] = cls()

    def fields(self, respondent: Respondent) -> dict[str, forms.Field]:
        """What the officer has to say with it, as form fields by the names `clean` reads.

        None of them is required by the form: whether an answer is needed is known when this
        consequence is chosen, and `clean` says so.
        """
        return {}

    def clean(self, respondent: Respondent, params: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters, checked, as they are stored (JSON).

        Raises `InvalidInput` for wrong or missing ones, under the names of `fields`.
        """
        return {}

    def unavailable(self, respondent: Respondent) -> Text | None:
        """Why this consequence cannot be given here, or None when it can."""
        return None

    def takes_away(self, respondent: Respondent, params: Mapping[str, Any]) -> bool:
        """Whether it takes away a certificate, access or membership, as the record stands (PR4)."""
        return False

    def ends_at(self, params: Mapping[str, Any], starts_at: datetime) -> datetime | None:
        """When it ends by itself; None for what has no end."""
        return starts_at + days(params) if "days" in params else None

    def describe(self, sanction: Sanction) -> Text:
        """What it does, to the respondent; the words of the policy where these suffice."""
        return sanction.consequence.description

    def details(self, sanction: Sanction) -> list[tuple[Text, Text]]:
        """What the officer chose, question and answer, for the officer who confirms it."""
        if "days" in sanction.params:
            return [(_("How long"), for_days(sanction.params))]
        return []

    def apply(self, sanction: Sanction) -> None:
        """Carry it out on the learning record. Safe to repeat."""

    def reverse(self, sanction: Sanction) -> list[str]:
        """Take it back; returns what stands again, a sentence each. Safe to repeat."""
        return []


def handler(code: str) -> Handler:
    """The handler of a consequence. Raises `KeyError` for one that cannot be carried out."""
    return _handlers[code]


def codes() -> frozenset[str]:
    """The consequences that can be carried out."""
    return frozenset(_handlers)


def days(params: Mapping[str, Any]) -> timedelta:
    """The period of a sanction, from its checked parameters."""
    return timedelta(days=int(params["days"]))


def for_days(params: Mapping[str, Any]) -> str:
    """The period in words: "for 30 days", or that it has no end."""
    if "days" not in params:
        return _("without an end")
    count = int(params["days"])
    return ngettext("for %(count)s day", "for %(count)s days", count) % {"count": count}


def days_field(label: Text, *, hint: Text = "") -> LineField:
    """A field for a number of days."""
    return LineField(
        label=label,
        help_text=hint,
        max_length=6,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "in--num"}),
    )


def read_days(params: Mapping[str, Any], *, most: int, required: bool) -> dict[str, int]:
    """`{"days": n}` from 1 to `most`, or nothing where none was given and none is needed.

    Raises `InvalidInput` at "days".
    """
    given = params.get("days")
    if not required and given in (None, ""):
        return {}
    try:
        count = int(str(given))
    except ValueError:
        count = 0
    if not 1 <= count <= most:
        raise InvalidInput(
            {"days": [_("Enter for how many days, from 1 to %(most)s.") % {"most": most}]}
        )
    return {"days": count}


def taken_back(sanction: Sanction) -> list[Effect]:
    """End what the sanction caused on the record; the effects that counted until now."""
    before = set(
        selectors.active_effects().filter(source=sanction.source).values_list("pk", flat=True)
    )
    return [row for row in services.reverse_effects(source=sanction.source) if row.pk in before]
