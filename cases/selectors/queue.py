"""The queue: one page of cases, what is counted beside it, and a look at one of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q
from django.db.models.functions import Substr
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases import rules
from cases.enums import CaseKind, CaseStatus, ReportMode
from cases.models import Case, Report
from cases.selectors.queue_filters import (
    DUE,
    WORKING,
    Filters,
    View,
    confirmable_by,
    due_in,
    narrowed,
    shown_in,
    views_for,
)
from cases.selectors.queue_rows import Row, page_of, row_of, with_line
from cases.selectors.words import Days, Text, joined
from integrity.accounts.enums import Role
from integrity.accounts.models import User
from integrity.accounts.rules import has_role
from integrity.web import dates

EXCERPT = 400


@dataclass(frozen=True, slots=True)
class Choice:
    """A filter to tick, with how many cases it would leave (None: not counted)."""

    value: str
    label: Text
    chosen: bool
    count: int | None = None


@dataclass(frozen=True)
class Peek:
    """A look at one case of the page: what was reported, and what holds. No names."""

    case: Case
    access: rules.Access
    row: Row
    since: str
    reports: str
    named: str
    first_account: str


@dataclass
class Counts:
    """How many cases wait, from one query. `triage` are those in triage nobody has."""

    views: dict[str, int] = field(default_factory=dict)
    due: dict[str, int] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    kinds: dict[str, int] = field(default_factory=dict)
    institutions: dict[str, tuple[str, int]] = field(default_factory=dict)
    triage: int = 0


@dataclass(frozen=True)
class QueuePage:
    """Everything the queue shows. `total` is None where nobody counted."""

    filters: Filters
    views: list[tuple[View, int | None]]
    rows: list[Row]
    total: int | None
    next: str
    counts: Counts
    statuses: list[Choice]
    kinds: list[Choice]
    institutions: list[Choice]
    peek: Peek | None


def queue_page(user: User, params: QueryDict) -> QueuePage:
    """One page of the queue for somebody of the desk or an auditor.

    Three queries, and one more for a look at a case; see `page_of` for a list by deadline.
    Raises `InvalidInput` for parameters that do not exist.
    """
    filters = Filters.read(params, user)
    days = Days.of_reader()
    counts = count(user, filters.view, days)
    cases, following = page_of(
        with_line(narrowed(user, filters, days), user), sort=filters.sort, after=filters.after
    )
    peeked = next((case for case in cases if case.number == filters.peek), None)
    return QueuePage(
        filters=filters,
        views=[(view, counts.views.get(view.name)) for view in views_for(user)],
        rows=[row_of(case, user, days) for case in cases],
        total=None if filters.narrowed else counts.views.get(filters.view.name),
        next=following,
        counts=counts,
        statuses=_status_choices(filters, counts),
        kinds=[
            Choice(kind, CaseKind(kind).label, kind in filters.kinds, counts.kinds.get(kind))
            for kind in CaseKind.values
        ],
        institutions=_institution_choices(filters, counts, cases),
        peek=_peek(user, peeked, days) if peeked is not None else None,
    )


def count(user: User, view: View, days: Days) -> Counts:
    """Numbers beside views, deadlines and filters: one query, grouped by institution.

    Only cases somebody works on are counted; of decided and closed ones there is no end. Deadlines,
    statuses, kinds and institutions are those of `view`.
    """
    shown = shown_in(view, user)
    parts: dict[tuple[str, str], Q] = {
        ("views", "mine"): Q(assignee=user),
        ("views", "unclaimed"): Q(assignee__isnull=True),
        ("views", "open"): Q(),
        ("triage", ""): Q(assignee__isnull=True, status=CaseStatus.TRIAGE),
        ("institutions", ""): shown,
    }
    if has_role(user, Role.OFFICER):
        parts["views", "confirm"] = confirmable_by(user)
    if view.by_deadline:
        parts |= {("due", when): shown & due_in(when, days) for when in DUE}
        parts |= {("statuses", name): shown & Q(status=name) for name in view.statuses}
        parts |= {("kinds", kind): shown & Q(kind=kind) for kind in CaseKind.values}
    names = {key: f"n{position}" for position, key in enumerate(parts)}
    groups: Any = (
        rules.visible_to(user)
        .filter(status__in=WORKING)
        .values("institution__slug", "institution__name")
        .annotate(
            **{
                names[key]: Count("pk", filter=condition) if condition else Count("pk")
                for key, condition in parts.items()
            }
        )
        .order_by("institution__name")
    )
    sums = dict.fromkeys(parts, 0)
    institutions = {}
    for group in groups:
        for key, name in names.items():
            sums[key] += group[name]
        institutions[group["institution__slug"]] = (
            group["institution__name"],
            group[names["institutions", ""]],
        )

    def of(kind: str) -> dict[str, int]:
        return {key: number for (found, key), number in sums.items() if found == kind}

    return Counts(
        views=of("views"),
        due=of("due"),
        statuses=of("statuses"),
        kinds=of("kinds"),
        institutions=institutions,
        triage=sums["triage", ""],
    )


def _status_choices(filters: Filters, counts: Counts) -> list[Choice]:
    if len(filters.view.statuses) < 2:
        return []
    return [
        Choice(
            status,
            CaseStatus(status).label,
            status in filters.statuses,
            counts.statuses.get(status),
        )
        for status in filters.view.statuses
        if counts.statuses.get(status, 1) or status in filters.statuses
    ]


def _institution_choices(filters: Filters, counts: Counts, cases: list[Case]) -> list[Choice]:
    """Institutions with open cases and the one asked for; none where there is no choice."""
    choices = [
        Choice(
            slug, name, slug == filters.institution, number if filters.view.by_deadline else None
        )
        for slug, (name, number) in counts.institutions.items()
    ]
    if filters.institution and filters.institution not in counts.institutions:
        choices.append(Choice(filters.institution, filters.institution, True))
    return choices if len(choices) > 1 or filters.institution else []


def _peek(user: User, case: Case, days: Days) -> Peek:
    access = rules.level(user, case, watching=case.watched)  # type: ignore[attr-defined]
    modes: list[str] = []
    first = ""
    if access >= rules.Access.READ:
        reports = (
            Report.objects.filter(case=case)
            .order_by("submitted_at", "pk")
            .values_list("mode", Substr("account", 1, EXCERPT + 1))
        )
        rows = list(reports[:100])
        modes = [mode for mode, _account in rows]
        first = rows[0][1] if rows else ""
    return Peek(
        case=case,
        access=access,
        row=row_of(case, user, days),
        since=dates.day_words(case.opened_at.astimezone(days.zone).date(), now=days.today),
        reports=_reports_in_words(modes),
        named=_named_in_words(case.named or 0),  # type: ignore[attr-defined]
        first_account=first if len(first) <= EXCERPT else first[:EXCERPT].rsplit(" ", 1)[0] + " …",
    )


def _reports_in_words(modes: list[str]) -> str:
    """ "3: 2 in confidence and 1 with a name"."""
    confidential = modes.count(ReportMode.CONFIDENTIAL)
    named = modes.count(ReportMode.NAMED)
    parts = []
    if confidential:
        parts.append(_("%(count)s in confidence") % {"count": confidential})
    if named:
        parts.append(_("%(count)s with a name") % {"count": named})
    if nameless := modes.count(ReportMode.ANONYMOUS):
        parts.append(_("%(count)s without a name") % {"count": nameless})
    if not parts:
        return ""
    if len(modes) == 1 and nameless:
        return _("1, without a name")
    if len(modes) == 1:
        return _("1, in confidence") if confidential else _("1, with a name")
    return _("%(count)s: %(kinds)s") % {"count": len(modes), "kinds": joined(parts)}


def _named_in_words(number: int) -> str:
    if not number:
        return _("Nobody yet")
    return ngettext("%(count)s learner", "%(count)s learners", number) % {"count": number}
