"""Who works on a case, and for officers who is shut out of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from cases.models import (
    AdviserAccess,
    Case,
    ConflictDeclaration,
    InterimMeasure,
    Respondent,
    StatementRequest,
    Watcher,
)
from cases.selectors.case_head import Head
from cases.selectors.words import Text
from integrity.accounts.models import RoleGrant, User
from integrity.accounts.rules import STAFF_OF_CASES
from integrity.core import clock
from integrity.core.gathering import Rows, gather
from integrity.courses.models import Teaching


@dataclass(frozen=True)
class People:
    """Who works on the case besides the person it is with; `blocked` only for officers."""

    watchers: list[User]
    blocked: list[tuple[User, Text]]


_TIES = ("works", "watches", "declared", "teaches", "party", "beside")


def people_of(top: Head, user: User) -> People:
    """Who follows the case; for officers also who of the desk is shut out and why: one query."""
    rows = people_rows(top.case, officer=top.officer)
    return people_lines(top, gather({"people": rows})["people"])


def people_rows(case: Case, *, officer: bool) -> Rows:
    """Everybody tied to the case, with how. Nobody's tie as reporter is among them."""
    watchers = Watcher.objects.filter(case=case)
    declared = ConflictDeclaration.objects.filter(case=case)
    teachings = Teaching.objects.filter(course=case.course_id)
    parties = Respondent.objects.filter(case=case)
    advisers = AdviserAccess.objects.filter(respondent__case=case, adviser__isnull=False)
    asked = StatementRequest.objects.filter(case=case, withdrawn_at__isnull=True)
    protected = InterimMeasure.objects.filter(case=case, protects__isnull=False)
    ids = watchers.values("user")
    if officer:
        ids = ids.union(
            *(rows.values("user") for rows in (declared, teachings, parties)),
            # Without their order, which SQLite does not take inside a union.
            advisers.order_by().values("adviser"),
            asked.order_by().values("person"),
            protected.order_by().values("protects"),
        )
    at = clock.now()
    grants = RoleGrant.objects.filter(
        Q(institution__isnull=True) | Q(institution=case.institution_id),
        Q(ended_at__isnull=True) | Q(ended_at__gt=at),
        user=OuterRef("pk"),
        role__in=STAFF_OF_CASES,
    )
    me = OuterRef("pk")
    rows = (
        User.objects.filter(pk__in=ids)
        .annotate(
            works=Exists(grants),
            watches=Exists(watchers.filter(user=me)),
            declared=Exists(declared.filter(user=me)),
            teaches=Exists(teachings.filter(user=me)),
            party=Exists(parties.filter(user=me)),
            beside=Exists(advisers.filter(adviser=me))
            | Exists(asked.filter(person=me))
            | Exists(protected.filter(protects=me)),
        )
        .order_by("display_name", "pk")
    )
    return Rows(rows, but=_unread(), extra=_TIES)


def _unread() -> list[str]:
    return [
        one.name
        for one in User._meta.concrete_fields  # noqa: SLF001 - documented by Django
        if one.name not in ("id", "public_id", "display_name")
    ]


def people_lines(top: Head, rows: Sequence[Any]) -> People:
    """Who follows, and who is shut out, from gathered `people_rows`; no query.

    That somebody of the desk is the reporter is no reason told to anybody.
    """
    case = top.case
    people = People([], [])
    for row in rows:
        shut_out: Text = (
            _("Declared a conflict of interest")
            if row.declared
            else _("Teaches %(course)s") % {"course": case.course.code}
            if row.teaches and case.course is not None
            else _("Is part of this case")
            if row.party and not top.names_hidden
            else _("Advises the learner, was asked for a statement, or is protected")
            if row.beside and not top.names_hidden
            else ""
        )
        if shut_out:
            if row.works and top.officer:
                people.blocked.append((row, shut_out))
        elif row.watches and not row.party and not row.beside:
            people.watchers.append(row)
    return people
