"""Sanctions in force, as far as somebody may read their cases: what ends next comes first."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import F, Q
from django.urls import reverse

from cases import rules
from cases.enums import SanctionStatus
from cases.letters.alerts import ALERTS
from cases.models import Case, Sanction
from cases.selectors.words import Days, Due, due
from integrity.accounts.enums import Role
from integrity.accounts.models import User
from integrity.accounts.rules import STAFF_OF_CASES, scope
from integrity.web import dates
from notifications.recipients import references_of

PAGE_SIZE = 50
VIEWS = ("active", "past")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_KEY = re.compile(r"e(\d{1,17})?-(\d{1,18})")


@dataclass(frozen=True, slots=True)
class SanctionRow:
    """One sanction as a line, every text ready. `name` is the learner's."""

    title: str
    name: str
    number: str
    url: str
    status: str
    since: str
    until: Due | None


@dataclass(frozen=True)
class SanctionsPage:
    """A page of sanctions; `next` is the key of the following one ("" at the end)."""

    view: str
    rows: list[SanctionRow]
    next: str


def sanctions_page(user: User, *, view: str = "active", after: str = "") -> SanctionsPage:
    """Sanctions of cases the user may read: one query.

    "active" are in force, by their end, those without one last; "past" ended or were reversed, the
    newest first. An unknown view is the first, an unreadable key the first page.
    """
    view = view if view in VIEWS else VIEWS[0]
    days = Days.of_reader()
    cases = rules.readable_by(user)
    statuses = (
        (SanctionStatus.ACTIVE,)
        if view == "active"
        else (SanctionStatus.ENDED, SanctionStatus.REVERSED)
    )
    rows = Sanction.objects.filter(status__in=statuses, case__in=cases.values("pk")).select_related(
        "consequence", "respondent__user", "case"
    )
    found = _KEY.fullmatch(after)
    if view == "active":
        rows = rows.order_by(F("ends_at").asc(nulls_last=True), "pk")
        if found is not None:
            rows = rows.filter(_after(found))
    else:
        rows = rows.order_by("-pk")
        if found is not None and found[1] is None:
            rows = rows.filter(pk__lt=int(found[2]))
    page = list(rows[: PAGE_SIZE + 1])
    more = len(page) > PAGE_SIZE
    page = page[:PAGE_SIZE]
    return SanctionsPage(
        view=view,
        rows=[_row(row, days) for row in page],
        next=_key(page[-1], view) if more else "",
    )


def letters_scope(user: User) -> tuple[set[str] | None, Q]:
    """Which letters somebody of the desk may see: slugs of institutions (None: all), a condition.

    Letters of a case are seen by those who may read the case; letters that name none, such as those
    to reporters, by officers and auditors where they are in charge. Of alerts everybody sees their
    own: the row alone would tell an officer that there is something they are kept from.
    """
    institutions = slugs(user, *STAFF_OF_CASES, Role.AUDITOR)
    among = Q(case_number__in=rules.readable_by(user).values("number"))
    everything = slugs(user, Role.OFFICER, Role.AUDITOR)
    of_no_case = Q(case_number="") & (
        ~Q(event__in=ALERTS) | Q(recipient_ref__in=references_of(user))
    )
    if everything is None:
        among |= of_no_case
    elif everything:
        among |= of_no_case & Q(institution__in=everything)
    return institutions, among


def names_hidden_in(numbers: Collection[str]) -> set[str]:
    """Those of these cases that name nobody yet (`rules.names_hidden`): one query."""
    found = Case.objects.filter(number__in=numbers).only(
        "number", "status", "names_open", "merged_into"
    )
    return {case.number for case in found if rules.names_hidden(case)}


def slugs(user: User, *roles: str) -> set[str] | None:
    """The institutions where the user holds one of `roles`, by slug; None: everywhere. No query."""
    if scope(user, *roles) is None:
        return None
    return {
        grant.institution.slug
        for grant in user.role_grants()
        if grant.role in roles and grant.institution is not None
    }


def _after(found: re.Match[str]) -> Q:
    last = int(found[2])
    if found[1] is None:
        return Q(ends_at__isnull=True, pk__gt=last)
    at = _EPOCH + timedelta(microseconds=int(found[1]))
    return Q(ends_at__gt=at) | Q(ends_at=at, pk__gt=last) | Q(ends_at__isnull=True)


def _key(row: Sanction, view: str) -> str:
    if view != "active" or row.ends_at is None:
        return f"e-{row.pk}"
    return f"e{(row.ends_at - _EPOCH) // timedelta(microseconds=1)}-{row.pk}"


def _row(row: Sanction, days: Days) -> SanctionRow:
    since = row.starts_at.astimezone(days.zone).date() if row.starts_at else None
    return SanctionRow(
        title=row.consequence.title,
        name=row.respondent.user.display_name,
        number=row.case.number,
        url=reverse("desk:case", args=[row.case.number]),
        status=row.status,
        since=dates.day_words(since, "brief", now=days.today) if since else "",
        until=due(row.ends_at, days),
    )
