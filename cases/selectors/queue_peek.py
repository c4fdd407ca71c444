"""A look at one case of the queue: what was reported, and what holds. No names."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models.functions import Substr
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases import rules
from cases.enums import ReportMode
from cases.models import Case, Report
from cases.selectors.queue_rows import Row
from cases.selectors.words import Days, joined
from integrity.accounts.models import User
from integrity.web import dates

EXCERPT = 400


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


def peek_of(user: User, case: Case, row: Row, days: Days) -> Peek:
    """The look at a case read by `with_line`: one query, none where only its summary is open."""
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
        row=row,
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
