"""What every handler can do, and the register of handlers by consequence code.

`apply` and `reverse` are called inside the decision's transaction and are safe to repeat: effects
are named by the sanction that causes them, so a second call finds the first one's work done.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.utils.functional import Promise

from cases.models import Respondent, Sanction

Text = str | Promise
_handlers: dict[str, Handler] = {}


class Handler:
    """One consequence of the catalogue (SA5). Subclasses say what differs from doing nothing."""

    code: ClassVar[str]

    def __init_subclass__(cls) -> None:
        _handlers[cls.code] = cls()

    def clean(self, respondent: Respondent, params: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters, checked. Raises `InvalidInput` for wrong or missing ones."""
        return {}

    def unavailable(self, respondent: Respondent) -> Text | None:
        """Why this consequence cannot be given here, or None when it can."""
        return None

    def takes_away(self, respondent: Respondent, params: Mapping[str, Any]) -> bool:
        """Whether it takes away a certificate, access or membership, as the record stands (PR4)."""
        return False

    def ends_at(self, params: Mapping[str, Any], starts_at: datetime) -> datetime | None:
        """When it ends by itself; None for what has no end."""
        return None

    def describe(self, sanction: Sanction) -> Text:
        """What it does, to the respondent; the words of the policy where these suffice."""
        return sanction.consequence.description

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
