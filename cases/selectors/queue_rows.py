"""Lines of the queue, and pages of them by key: equally fast at any depth."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases import rules
from cases.enums import CaseStatus as S
from cases.enums import DeterminationStatus
from cases.models import Allegation, Case, Determination, Respondent, Watcher
from cases.selectors.dialogue import unread_in
from cases.selectors.words import NEXT_STEPS, Days, Due, Text, due
from integrity.accounts.models import User

PAGE_SIZE = 50
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_KEY = re.compile(r"(?P<kind>[ud])(?P<at>\d{1,17})?-(?P<last>\d{1,18})")
_NEWEST_KEY = re.compile(r"n-(\d{1,18})")


@dataclass(frozen=True, slots=True)
class Row:
    """One case as a line of the queue, every text ready. No name of a learner is in it."""

    number: str
    heading: str
    place: str
    status: str
    next_step: Text
    due: Due | None
    urgent: bool
    url: str
    # The group of a case that is one of very many at once.
    surge_url: str = ""
    # Messages of people who reported that nobody of the desk has read.
    unread: int = 0


def with_line(cases: QuerySet[Case], user: User) -> QuerySet[Case]:
    """The cases with what a line shows; never the text they are searched by."""
    alleged = Allegation.objects.filter(case=OuterRef("pk"), withdrawn_at__isnull=True)
    decisions = Determination.objects.filter(respondent__case=OuterRef("pk"))
    return (
        cases.select_related(
            "course", "assignment", "assignee", "policy_version__document", "surge"
        )
        .defer("assignment__instructions", "policy_version__body")
        .annotate(
            alleged=Subquery(alleged.order_by("position").values("violation_type__title")[:1]),
            alleged_count=subcount(alleged),
            named=subcount(Respondent.objects.filter(case=OuterRef("pk"))),
            found=Exists(decisions.filter(status=DeterminationStatus.DRAFT)),
            own_proposal=Exists(
                decisions.filter(
                    Q(proposed_by=user) | Q(found_by=user), status=DeterminationStatus.PROPOSED
                )
            ),
            unread=unread_in(OuterRef("pk")),
            watched=Exists(Watcher.objects.filter(case=OuterRef("pk"), user=user)),
            has_officer=Exists(rules.own_officers()),
        )
    )


def subcount(rows: QuerySet[Any]) -> Subquery:
    """How many of `rows` belong to the outer case; NULL for none."""
    return Subquery(rows.order_by().values("case").annotate(n=Count("pk")).values("n"))


def row_of(case: Case, user: User, days: Days) -> Row:
    """The line of a case read by `with_line`."""
    place = [case.number]
    if case.course is not None:
        place.append(case.course.code)
    if case.assignment is not None:
        place.append(case.assignment.title)
    return Row(
        number=case.number,
        heading=heading_of(case),
        place=", ".join(place),
        status=case.status,
        next_step=_next_step(case, user),
        due=due(case.due_at, days),
        urgent=case.urgent,
        url=reverse("desk:case", args=[case.number]),
        surge_url=reverse("desk:surge", args=[case.surge.public_id]) if case.surge else "",
        unread=case.unread or 0,  # type: ignore[attr-defined]
    )


def heading_of(case: Case) -> str:
    """What is alleged; before that, what it was reported as."""
    title: str | None = case.alleged  # type: ignore[attr-defined]
    if not title:
        return case.reported_as or case.get_kind_display()
    more: int = (case.alleged_count or 1) - 1  # type: ignore[attr-defined]
    if not more:
        return title
    return ngettext("%(title)s and %(more)s more", "%(title)s and %(more)s more", more) % {
        "title": title,
        "more": more,
    }


def _next_step(case: Case, user: User) -> Text:
    if (
        case.status == S.APPROVAL
        and not case.own_proposal  # type: ignore[attr-defined]
        and rules.is_officer(user, case)
    ):
        return _("Confirm or send back")
    if case.status in (S.DECIDED, S.CLOSED, S.DISMISSED):
        return NEXT_STEPS[case.status]
    if case.assignee is None:
        return NEXT_STEPS[S.TRIAGE] if case.status == S.TRIAGE else _("Claim it")
    if case.assignee_id != user.pk:
        return _("With %(name)s") % {"name": case.assignee.display_name}
    if case.status == S.REVIEW and not rules.decides(user, case):
        return _("The institution decides")
    if case.status == S.REVIEW and case.found:  # type: ignore[attr-defined]
        return _("Propose a consequence")
    return NEXT_STEPS[case.status]


def page_of(
    cases: QuerySet[Case], *, sort: str, after: str = "", size: int = PAGE_SIZE
) -> tuple[list[Case], str]:
    """A page of `cases` that begins after the key `after`, and the key of the next ("" at the end).

    `sort` is "due" (urgent cases before all others, then the earliest first, cases without a
    deadline last) or "newest". A key that cannot be read, or belongs to the other order, gives the
    first page. The number of rows before a page does not matter. One query; by deadline one more
    where the urgent cases, and where the dated ones end.
    """
    if sort == "newest":
        return _newest(cases, after, size)
    found = _KEY.fullmatch(after)
    rows: list[Case] = []
    if found is None or found["kind"] == "u":
        rows = _by_due(cases.filter(urgent=True), found, size + 1)
        found = None
    if len(rows) <= size:
        rows += _by_due(cases.filter(urgent=False), found, size + 1 - len(rows))
    more = len(rows) > size
    rows = rows[:size]
    return rows, _key(rows[-1]) if more else ""


def _by_due(cases: QuerySet[Case], found: re.Match[str] | None, limit: int) -> list[Case]:
    if found is None:
        return list(cases.order_by(F("due_at").asc(nulls_last=True), "pk")[:limit])
    last = int(found["last"])
    undated = cases.filter(due_at__isnull=True).order_by("pk")
    if found["at"] is None:
        return list(undated.filter(pk__gt=last)[:limit])
    at = _instant(int(found["at"]))
    # The first condition alone is a range of the index, which an OR would not be.
    later = cases.filter(Q(due_at__gt=at) | Q(pk__gt=last), due_at__gte=at)
    rows = list(later.order_by("due_at", "pk")[:limit])
    if len(rows) < limit:
        rows += list(undated[: limit - len(rows)])
    return rows


def is_key(after: str, *, sort: str) -> bool:
    """Whether `after` can be a key that `page_of` gave for this order."""
    return (_NEWEST_KEY if sort == "newest" else _KEY).fullmatch(after) is not None


def _newest(cases: QuerySet[Case], after: str, size: int) -> tuple[list[Case], str]:
    found = _NEWEST_KEY.fullmatch(after)
    if found is not None:
        cases = cases.filter(pk__lt=int(found[1]))
    rows = list(cases.order_by("-pk")[: size + 1])
    more = len(rows) > size
    return rows[:size], f"n-{rows[size - 1].pk}" if more else ""


def _instant(micros: int) -> datetime:
    # 17 digits reach the year 5138: no key that fits the pattern can overflow.
    return _EPOCH + timedelta(microseconds=micros)


def _key(case: Case) -> str:
    kind = "u" if case.urgent else "d"
    if case.due_at is None:
        return f"{kind}-{case.pk}"
    return f"{kind}{(case.due_at - _EPOCH) // timedelta(microseconds=1)}-{case.pk}"
