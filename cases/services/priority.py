"""How much a case presses, and when somebody is to know that it may become late (decision 0030).

Every reason brings the case forward by some working time. What is due less all of it is the place
in the queue: that order is right at any time, because every case comes nearer at the same pace.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, F, Manager, OuterRef, Q, QuerySet, Subquery, Value
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases import priority
from cases.enums import CaseKind, CaseStatus, ReportStatus
from cases.models import Allegation, BadFaith, Case, Report
from cases.priority import Text, Weight
from cases.workflow import STAGE_WORKING_DAYS
from integrity.core.calendar import working_days_before, working_time_before
from integrity.core.prepared import Prepared, stand_in
from integrity.courses.enums import ProductKind
from integrity.courses.selectors import holidays

# An officer is told when only this much is left of the desk's time in a stage.
ESCALATE_WORKING_DAYS = 1
WORKING_DAY = 24
# So many kinds of conduct of one case are looked at; a report names one.
MOST_TYPES = 50
# What `weigh` sets.
WEIGHED = ("priority", "rank_at", "escalate_at")
# So many are caught up with at a time.
LOT = 1_000
# What nobody has a next step with presses nobody.
_AT_REST = (CaseStatus.DECIDED, CaseStatus.CLOSED, CaseStatus.DISMISSED)


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that makes a case press, in words for the desk.

    `brings_forward` is in working days of 24 hours; nothing for what only orders (urgent, the
    deadline).
    """

    title: Text
    why: Text
    brings_forward: timedelta


def weigh(case: Case) -> None:
    """Set `priority`, `rank_at` and `escalate_at` from what is known now; saves nothing.

    A case at rest or without a deadline has no rank and comes last. The learner's own time to
    answer is no deadline of the desk: it is not brought forward and alerts nobody. At most four
    queries.
    """
    case.rank_at = case.due_at
    case.escalate_at = None
    if case.status in _AT_REST:
        case.rank_at = None
        return
    case.priority = sum(reason.brings_forward // timedelta(hours=1) for reason in _found(case))
    if case.due_at is None or case.status not in STAGE_WORKING_DAYS:
        return
    free = holidays(case.institution)
    zone = case.institution.time_zone
    case.rank_at = working_time_before(
        case.due_at, timedelta(hours=case.priority), zone=zone, holidays=free
    )
    case.escalate_at = escalation_of(case, free)


def escalation_of(case: Case, free: Collection[date]) -> datetime | None:
    """The instant from which the case may become late: one working day before it is due."""
    if case.due_at is None:
        return None
    return working_days_before(
        case.due_at,
        ESCALATE_WORKING_DAYS,
        zone=case.institution.time_zone,
        holidays=free,
    )


def catch_up() -> int:
    """Weigh cases that have a deadline and no rank: those of a time before there was one.

    Each keeps its revision: nobody's open form becomes stale. Returns how many were weighed.
    """
    done = 0
    unranked = Case.objects.filter(due_at__isnull=False, rank_at__isnull=True)
    for pk in list(unranked.order_by("pk").values_list("pk", flat=True)[:LOT]):
        with transaction.atomic():
            case = Case.objects.select_for_update(of=("self",)).filter(pk=pk).first()
            if case is None or case.due_at is None or case.rank_at is not None:
                continue
            weigh(case)
            case.save(update_fields=[*WEIGHED])
            done += case.rank_at is not None
    return done


def explain(case: Case) -> list[Reason]:
    """Why the case stands where it stands, the strongest reason first. Two queries.

    For whoever sees the row of the case: it tells how many reported on their own, and nothing of
    who they are. Read anew, so it says what counts now, also where the case was not weighed since.
    """
    reasons = [Reason(each.title, _sentence(each), each.brings_forward) for each in _found(case)]
    if case.urgent:
        danger = _("Somebody may be in danger. The case stands above all others.")
        reasons.insert(0, Reason(_("Urgent"), danger, timedelta()))
    return reasons


def _sentence(reason: Reason) -> str:
    hours = reason.brings_forward // timedelta(hours=1)
    days = hours // WORKING_DAY
    amount = (
        ngettext("%(count)s working day", "%(count)s working days", days) % {"count": days}
        if hours == days * WORKING_DAY
        else ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours}
    )
    return _("%(amount)s forward: %(why)s.") % {"amount": amount, "why": reason.why}


def with_stakes(cases: Manager[Case] | QuerySet[Case]) -> QuerySet[Case]:
    """Cases with what `explain` would else ask for: then it takes one query."""
    return cases.annotate(
        stake_share=F("assignment__weight"),
        stake_product=F("course__programme__product_kind"),
        stake_people=_people(),
    )


def _found(case: Case) -> list[Reason]:
    """What brings the case forward, the strongest first; `why` without the amount. Two queries,
    one for a case read `with_stakes`."""
    if hasattr(case, "stake_people"):
        read: Any = case
        share, product, people = read.stake_share, read.stake_product, read.stake_people
    else:
        ((share, product, people),) = _stakes.rows(None, [case.pk])
        # Without the model SQLite tells a decimal as the number it keeps.
        share = None if share is None else Decimal(str(share))
    found = [_conduct(case), _reporters(case, people or 0)]
    # What the learner stands to lose, or to keep wrongly.
    if case.kind == CaseKind.ACADEMIC:
        found += [_share(share or Decimal(0)), _product(product or "")]
    return sorted(filter(None, found), key=lambda reason: -reason.brings_forward)


def _reason(title: Text, weight: Weight | None, times: int = 1) -> Reason | None:
    if weight is None or not weight.hours * times:
        return None
    return Reason(title, weight.why, timedelta(hours=weight.hours * times))


def _conduct(case: Case) -> Reason | None:
    """What is alleged; before that, what it was reported as. The one that weighs most."""
    types = _named_types.rows(None, [case.pk, case.pk])
    other = priority.KINDS.get(case.kind)
    if not types:
        return _reason(CaseKind(case.kind).label, other)
    weighed = [
        _reason(title, priority.VIOLATIONS.get(code, other))
        for before, code, title in types
        if before == types[0][0]
    ]
    return max(filter(None, weighed), key=lambda reason: reason.brings_forward, default=None)


def _types_question(_shape: None) -> tuple[QuerySet[Any, Any], list[int]]:
    case, again = stand_in(), stand_in()
    named = ("before", "violation_type__code", "violation_type__title")
    alleged = Allegation.objects.filter(case=case, withdrawn_at__isnull=True).order_by()
    reported = _reports(Q(case=again, violation_type__isnull=False)).order_by()
    rows = (
        alleged.annotate(before=Value(0))
        .values_list(*named)
        .union(reported.annotate(before=Value(1)).values_list(*named))
        .order_by("before")[:MOST_TYPES]
    )
    return rows, [case, again]


_named_types = Prepared(_types_question)


def _share(share: Decimal) -> Reason | None:
    title = _("Counts for %(share)s %% of the course") % {"share": number_format(share.normalize())}
    for least, weight in priority.SHARES:
        if share >= least:
            return _reason(title, weight)
    return None


def _product(kind: str) -> Reason | None:
    weight = priority.PRODUCTS.get(kind)
    return _reason(ProductKind(kind).label, weight) if weight is not None else None


def _reporters(case: Case, people: int) -> Reason | None:
    """People who reported on their own, beyond the first, up to a bound.

    Only accounts can be told apart: reports without a name and those that the office wrote down may
    all be of one person, so they count no more than one. Where unusually many came at once they
    may be of one mind, and count as one too (decisions 0023 and 0030).
    """
    more = min(people - 1, priority.MOST_REPORTERS)
    if more < 1 or case.surge_id is not None:
        return None
    title = ngettext("%(count)s person reported it", "%(count)s people reported it", people) % {
        "count": people
    }
    return _reason(title, priority.REPORTER, more)


def _stakes_question(_shape: None) -> tuple[QuerySet[Any, Any], list[int]]:
    pk = stand_in()
    asked = ("stake_share", "stake_product", "stake_people")
    return with_stakes(Case.objects.filter(pk=pk)).values_list(*asked), [pk]


_stakes = Prepared(_stakes_question)


def _people() -> Subquery:
    """How many accounts reported; for a query of cases."""
    own = _reports(Q(case=OuterRef("pk"), informant_sealed__isnull=True)).exclude(reporter_ref="")
    counted = own.order_by().values("case").annotate(n=Count("reporter_ref", distinct=True))
    return Subquery(counted.values("n"))


def _reports(where: Q) -> QuerySet[Report]:
    """The reports that count: sent, not taken back, and not found to be in bad faith."""
    bad = BadFaith.objects.filter(report=OuterRef("pk"), taken_back_at__isnull=True)
    return Report.objects.filter(where, ~Exists(bad)).exclude(
        status__in=(ReportStatus.DRAFT, ReportStatus.WITHDRAWN)
    )
