"""Consequences for a person's standing: nothing, warnings, and time without access."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from cases.models import Respondent, Sanction
from cases.sanctions.base import Handler, days_field, read_days
from integrity.accounts import services as accounts
from integrity.accounts.enums import RestrictionKind
from integrity.accounts.selectors import active_restriction

LONGEST_SUSPENSION = 365


class NoAction(Handler):
    code = "no_action"

    def describe(self, sanction: Sanction) -> str:
        return _("Nothing follows.")


class SpokenWarning(Handler):
    code = "warning_verbal"

    def describe(self, sanction: Sanction) -> str:
        return _("Somebody talks with you about what happened. It is kept with your earlier cases.")


class WrittenWarning(Handler):
    code = "warning_written"

    def describe(self, sanction: Sanction) -> str:
        return _("This letter is a warning. Your work and your access stay as they are.")


class TemporarySuspension(Handler):
    """No access but to letters, answers and appeals, from the decision on for some days."""

    code = "temporary_suspension"

    def fields(self, respondent: Respondent) -> dict[str, forms.Field]:
        return {"days": days_field(_("If the account is suspended: for how many days?"))}

    def clean(self, respondent: Respondent, params: Mapping[str, Any]) -> dict[str, Any]:
        return dict(read_days(params, most=LONGEST_SUSPENSION, required=True))

    def takes_away(self, respondent: Respondent, params: Mapping[str, Any]) -> bool:
        return True

    def describe(self, sanction: Sanction) -> str:
        return _(
            "For %(days)s days you can sign in, read your letters, answer and appeal. "
            "Everything else is closed."
        ) % {"days": sanction.params["days"]}

    def apply(self, sanction: Sanction) -> None:
        if sanction.starts_at is None:
            raise ValueError("A suspension that is carried out has begun.")
        accounts.restrict(
            user=sanction.respondent.person,
            kind=RestrictionKind.SUSPENDED,
            source=sanction.source,
            starts_at=sanction.starts_at,
            ends_at=sanction.ends_at,
        )

    def reverse(self, sanction: Sanction) -> list[str]:
        return _lift(sanction)


def _lift(sanction: Sanction) -> list[str]:
    """Lift the restriction; other restrictions on the same person still stand."""
    if not accounts.lift(source=sanction.source):
        return []
    if active_restriction(sanction.respondent.person) is not None:
        return [_("This restriction is gone, but another one still stands.")]
    return [_("You can use your courses again.")]


class Expulsion(Handler):
    """No access but to letters, answers and appeals, without an end."""

    code = "expulsion"

    def takes_away(self, respondent: Respondent, params: Mapping[str, Any]) -> bool:
        return True

    def describe(self, sanction: Sanction) -> str:
        return _(
            "You can sign in, read your letters, answer and appeal. Everything else is closed."
        )

    def apply(self, sanction: Sanction) -> None:
        if sanction.starts_at is None:
            raise ValueError("An expulsion that is carried out has begun.")
        accounts.restrict(
            user=sanction.respondent.person,
            kind=RestrictionKind.EXPELLED,
            source=sanction.source,
            starts_at=sanction.starts_at,
            ends_at=None,
        )

    def reverse(self, sanction: Sanction) -> list[str]:
        return _lift(sanction)
