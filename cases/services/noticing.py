"""What is noticed when a report is filed: that it is urgent, one of very many, or an answer.

Everything here happens in the transaction of the report. Nothing of it reaches whoever reports, and
nothing is done to anybody because of it: people of the desk look at it.
"""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from cases import rules
from cases.enums import CaseStatus, ReportStatus
from cases.letters import alerts
from cases.models import Case, Report, Respondent, Surge
from cases.services import priority, retaliation
from integrity.accounts.models import User
from integrity.audit import services as audit
from integrity.core import clock

# So many reports about one learner within a day are looked at together (HOSTILE 31).
SURGE_REPORTS = 5
SURGE_WITHIN = timedelta(hours=24)
# An alert goes to at most so many people: more would be nobody's task, and filing must stay quick.
MOST_ALERTED = 50


def filed(report: Report, case: Case, *, sender: User | None) -> None:
    """Look at a report that was filed under the locked case, in the caller's transaction.

    `sender` is whose account it came from, None for a report without a name. Repeating it changes
    nothing: marks, groups and alerts are there once.
    """
    retaliation.look_at(case, reports=[report])
    if sender is not None:
        retaliation.told_by_report(report, case, sender)
    _surge(case)
    if case.urgent:
        alerts.urgent_report(case, rules.desk_of(case)[:MOST_ALERTED])


def _surge(case: Case) -> None:
    """Put the case to the others about the same learner, where very many reports came in a day.

    Only a learner the case is bound to counts. A name in a report's text binds nobody, so it cannot
    show whether such a person exists.
    """
    if case.status != CaseStatus.TRIAGE:
        return
    respondent = case.respondents.select_related("user__closed_into").order_by("pk").first()
    if respondent is None:
        return
    learner = respondent.person
    at = clock.now()
    surge = (
        Surge.objects.filter(
            about=learner, institution=case.institution_id, last_at__gt=at - SURGE_WITHIN
        )
        .order_by("-last_at")
        .first()
    )
    new = surge is None
    if surge is None:
        if _recent(case, learner).count() < SURGE_REPORTS:
            return
        surge = Surge.objects.create(
            institution=case.institution, about=learner, began_at=at, last_at=at
        )
        first = _recent(case, learner).order_by("submitted_at").values_list("submitted_at").first()
        surge.began_at = first[0] if first else at
    surge.last_at = at
    surge.save(update_fields=["began_at", "last_at"])
    _group(case, surge, learner)
    if new:
        audit.record(
            "surge.noticed",
            actor=audit.Actor.system("intake"),
            subject=("surge", str(surge.public_id)),
            institution=case.institution.slug,
            data={"reports": SURGE_REPORTS},
        )
        alerts.surge_noticed(case, surge, rules.desk_of(case)[:MOST_ALERTED])


def _recent(case: Case, learner: User) -> QuerySet[Report]:
    named = Respondent.objects.filter(
        Q(user=learner) | Q(user__closed_into=learner), case=OuterRef("case")
    )
    return Report.objects.filter(
        Exists(named),
        case__institution=case.institution_id,
        submitted_at__gt=clock.now() - SURGE_WITHIN,
    ).exclude(status__in=(ReportStatus.DRAFT, ReportStatus.WITHDRAWN))


def _group(case: Case, surge: Surge, learner: User) -> None:
    """Put every case of the learner that waits in triage and got a report within the day there."""
    recent = _recent(case, learner).filter(case=OuterRef("pk"))
    others = list(
        Case.objects.select_for_update(of=("self",))
        .filter(Exists(recent), status=CaseStatus.TRIAGE, surge__isnull=True)
        .exclude(pk=case.pk)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    Case.objects.filter(pk__in=[case.pk, *others], surge__isnull=True).update(surge=surge)
    case.surge = surge
    # From now on those who reported count as one (decision 0030).
    for one in [case, *Case.objects.filter(pk__in=others)]:
        priority.weigh(one)
        one.save(update_fields=[*priority.WEIGHED])
