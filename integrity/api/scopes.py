"""What a token may be used for. A scope only narrows what its owner may do on pages."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models
from django.utils.translation import gettext_lazy as _

from integrity.accounts.enums import Role
from integrity.accounts.models import User
from integrity.accounts.rules import STAFF_OF_CASES, has_role


class Scope(models.TextChoices):
    """One permission of a token."""

    REPORTS_READ = "reports:read", _("Read the reports you sent")
    REPORTS_WRITE = "reports:write", _("Send reports as you")
    CASES_READ = "cases:read", _("Read the cases you can read")
    CASES_WRITE = "cases:write", _("Add notes to cases you work on")
    POLICIES_READ = "policies:read", _("Read policies and schemes")
    PLEDGES_READ = "pledges:read", _("Read your pledges, and those of courses you look after")
    PLEDGES_WRITE = "pledges:write", _("Pledge as you")
    EXPORTS_READ = "exports:read", _("Download exports of the history")
    EXPORTS_WRITE = "exports:write", _("Ask for exports of the history")
    LETTERS_READ = "letters:read", _("Read your letters; opening one counts as reading it")
    EVENTS_READ = "events:read", _("Read the history and its checkpoints")


FOR_EVERYBODY = (
    Scope.REPORTS_READ,
    Scope.REPORTS_WRITE,
    Scope.LETTERS_READ,
    Scope.POLICIES_READ,
    Scope.PLEDGES_READ,
    Scope.PLEDGES_WRITE,
)


def useful_to(user: User) -> list[Scope]:
    """The scopes with which the user could do anything, in their order."""
    found = set(FOR_EVERYBODY)
    if has_role(user, *STAFF_OF_CASES, Role.AUDITOR):
        found.add(Scope.CASES_READ)
    if has_role(user, *STAFF_OF_CASES):
        found.add(Scope.CASES_WRITE)
    if has_role(user, Role.AUDITOR):
        found |= {Scope.EXPORTS_READ, Scope.EXPORTS_WRITE, Scope.EVENTS_READ}
    return [scope for scope in Scope if scope in found]


def unknown(names: Iterable[str]) -> list[str]:
    """The names that are no scope."""
    return [name for name in names if name not in Scope.values]
