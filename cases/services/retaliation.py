"""What may be an answer to a report is marked, for somebody else to look at (IN9).

Who reported is matched by keyed references: no name is opened, and a report without a name cannot
be matched. A mark says nothing about whether it is true, and whoever it is about sees nothing of it
(HOSTILE 110).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.db.models import F, Max, Q, QuerySet

from cases import rules
from cases.enums import ReportStatus, RetaliationKind
from cases.letters import alerts
from cases.models import Case, CaseMerge, Report, Respondent, RetaliationMark, Sweep
from cases.selectors.retaliation import marks_for
from cases.services.base import shut_out
from cases.services.clean import save
from integrity.accounts.models import User
from integrity.audit import services as audit
from integrity.core import clock
from integrity.core.errors import NotFound
from integrity.courses.models import PeerReview

# The violation type of conduct policies for it; a text that governs may lack it.
RETALIATION = "retaliation"
# Under half of what could be given: a review that is merely sober is no sign of anything.
LOW_SHARE = Decimal("0.5")
# Newest first: somebody who reported more often than this is matched with their newest reports.
MOST_EARLIER = 200
MOST_TOLD = 20
# Reviews looked at in one go, and how many numbers before the last are looked at again: one that
# was being saved while another one was looked at must not be passed over.
LOT = 500
AGAIN = 1_000
# As noticing.MOST_ALERTED.
MOST_ALERTED = 50
PEER_REVIEWS = "peer_reviews"


def look_at(case: Case, reports: Sequence[Report] | None = None) -> int:
    """Mark the locked case where it is about somebody who had reported one of its reporters.

    `reports` are those to look at (default: all of the case). Returns how many marks are new.
    """
    if reports is None:
        sent = case.reports.exclude(status=ReportStatus.DRAFT).exclude(reporter_ref="")
        reports = list(sent)
    reports = [report for report in reports if report.reporter_ref]
    if not reports:
        return 0
    marked = 0
    for respondent in case.respondents.select_related("user__closed_into"):
        subject_refs = rules.reporter_refs(respondent.person)
        earlier = (
            Report.objects.filter(reporter_ref__in=subject_refs, case__isnull=False)
            .exclude(status=ReportStatus.DRAFT)
            .exclude(case=case)
            .select_related("case")
            .prefetch_related("case__respondents__user__closed_into")
            .order_by("-submitted_at", "-pk")
        )
        for before in earlier[:MOST_EARLIER]:
            if before.case is None:
                continue
            accused_refs = {
                ref
                for row in before.case.respondents.all()
                for ref in rules.reporter_refs(row.person)
            }
            for report in reports:
                if (
                    report.reporter_ref in accused_refs
                    and report.reporter_ref not in subject_refs
                    and report.submitted_at >= before.submitted_at
                ):
                    marked += _mark(RetaliationKind.REPORT, before.case, before, case=case)
    return marked


def told_by_report(report: Report, case: Case, sender: User) -> int:
    """Somebody who had reported reports retaliation: tie it to their earlier reports (HOSTILE 110).

    To those about the same person, where the new report is bound to somebody; else to all of them.
    """
    if report.violation_type is None or report.violation_type.code != RETALIATION:
        return 0
    earlier = (
        Report.objects.filter(reporter_ref__in=rules.reporter_refs(sender), case__isnull=False)
        .exclude(status=ReportStatus.DRAFT)
        .exclude(case=case)
        .select_related("case")
    )
    people = [row.person for row in case.respondents.select_related("user__closed_into")]
    if people:
        about = Respondent.objects.filter(Q(user__in=people) | Q(user__closed_into__in=people))
        earlier = earlier.filter(case__in=about.values("case"))
    marked = 0
    for before in earlier.order_by("-submitted_at", "-pk")[:MOST_TOLD]:
        if before.case is not None:
            marked += _mark(RetaliationKind.TOLD, before.case, before, case=case)
    return marked


def told_by_check_in(report: Report, text: str) -> RetaliationMark:
    """Whoever reported says when asked that somebody makes life hard for them."""
    if report.case is None:
        raise NotFound
    mark = RetaliationMark(
        kind=RetaliationKind.TOLD, earlier_case=report.case, earlier_report=report, told=text
    )
    save(mark)
    _noticed(mark, report.case, None)
    return mark


def apart_again(one: Case, other: Case) -> None:
    """Two locked cases are two matters again: what a join had set aside lies between them.

    Of what somebody told; what `look_at` finds by itself it takes up again by itself.
    """
    cases = {one.pk: one, other.pk: other}
    targets = set(cases)
    while targets:
        joins = list(CaseMerge.objects.filter(target__in=targets, undone_at__isnull=True))
        for join in joins:
            for pk, later in join.moved.get("between", []):
                _told_apart(pk, cases, join.moved["reports"], came=later == join.source_id)
        targets = {join.source_id for join in joins}


def _told_apart(pk: int, cases: Mapping[int, Case], moved: Sequence[int], *, came: bool) -> None:
    """`came`: the later matter is that of the reports that were `moved`."""
    aside = RetaliationMark.objects.filter(pk=pk, case__isnull=True, kind=RetaliationKind.TOLD)
    mark = aside.first()
    if mark is None:
        return
    told = Report.objects.filter(case__in=cases, violation_type__code=RETALIATION)
    told = told.filter(pk__in=moved) if came else told.exclude(pk__in=moved)
    home = told.exclude(case=mark.earlier_case_id).values_list("case", flat=True).first()
    if home is not None:
        _between(mark, cases[home])


def _between(mark: RetaliationMark, case: Case) -> None:
    """Take up a mark that was set aside, with what was said of it."""
    mark.case = case
    save(mark)
    _keep_apart(case)


def _mark(kind: RetaliationKind, earlier: Case, report: Report, *, case: Case) -> int:
    known = RetaliationMark.objects.filter(earlier_report=report)
    aside = known.filter(kind=RetaliationKind.REPORT, case__isnull=True).first()
    if (
        kind == RetaliationKind.REPORT
        and aside is not None
        and not known.filter(case=case).exists()
    ):
        _between(aside, case)
        return 0
    mark, created = RetaliationMark.objects.get_or_create(
        earlier_report=report,
        case=case,
        defaults={"kind": kind, "earlier_case": earlier, "noticed_at": clock.now()},
    )
    if not created:
        return 0
    _keep_apart(case)
    _noticed(mark, earlier, case)
    return 1


def _keep_apart(case: Case) -> None:
    """Take the marked case from whoever works on the earlier one: they cannot see it any more."""
    people = [watcher.user for watcher in case.watchers.select_related("user")]
    if case.assignee is not None:
        people.append(case.assignee)
    for person in people:
        if rules.in_conflict(person, case):
            shut_out(case, person)
    case.save(update_fields=["assignee", "assigned_at"])


def _noticed(mark: RetaliationMark, earlier: Case, case: Case | None) -> None:
    """Record the mark and tell who may look at it. The history of the earlier case has nothing."""
    of = case or earlier
    audit.record(
        "retaliation.marked",
        actor=audit.Actor.system("intake"),
        subject=("retaliation", str(mark.public_id)),
        case_number=case.number if case is not None else "",
        institution=of.institution.slug,
    )
    people = rules.desk_of(of)[:MOST_ALERTED]
    alerts.retaliation_noticed(of, mark.public_id, [u for u in people if _may_look(u, mark)])


def _may_look(user: User, mark: RetaliationMark) -> bool:
    return marks_for(user).filter(pk=mark.pk).exists()


def named(case: Case) -> int:
    """Somebody was named in the locked case: look at what came before that. New marks."""
    people = [row.person.pk for row in case.respondents.select_related("user__closed_into")]
    reviews = _low().filter(
        Q(reviewer__in=people) | Q(reviewer__closed_into__in=people), given_at__gt=case.opened_at
    )
    return look_at(case) + _answers_by_review(list(reviews.order_by("-pk")[:LOT]))


def _low() -> QuerySet[PeerReview]:
    return PeerReview.objects.filter(score__lt=F("score_max") * LOW_SHARE).select_related(
        "reviewer__closed_into",
        "submission__learner__closed_into",
        "submission__assignment__course",
    )


def look_at_peer_reviews() -> int:
    """Mark low reviews that the subject of a report gave to the work of its reporter afterwards.

    Goes on after the newest review it has looked at, a lot at a time, each with a constant number
    of queries. Returns how many marks are new.
    """
    marked = 0
    while True:
        with audit.transaction():
            Sweep.objects.get_or_create(name=PEER_REVIEWS)
            sweep = Sweep.objects.select_for_update().get(name=PEER_REVIEWS)
            newest = PeerReview.objects.aggregate(newest=Max("pk"))["newest"] or 0
            if newest <= sweep.last_id:
                return marked
            first = max(0, sweep.last_id - AGAIN)
            rows = list(_low().filter(pk__gt=first).order_by("pk")[: LOT + AGAIN])
            marked += _answers_by_review(rows)
            more = len(rows) == LOT + AGAIN
            sweep.last_id = rows[-1].pk if more else newest
            sweep.save(update_fields=["last_id"])
        if not more:
            return marked


def _person(user: User) -> User:
    return user.closed_into or user


def _answers_by_review(rows: Sequence[PeerReview]) -> int:
    """Marks for these low reviews: three queries to find them, some more for each one found."""
    reviewers = {_person(row.reviewer).pk for row in rows}
    subjects: dict[int, set[int]] = {}
    named = Respondent.objects.filter(Q(user__in=reviewers) | Q(user__closed_into__in=reviewers))
    for case_id, user_id, kept in named.values_list("case", "user", "user__closed_into"):
        subjects.setdefault(kept or user_id, set()).add(case_id)
    refs = {
        row.pk: set(rules.reporter_refs(_person(row.submission.learner)))
        for row in rows
        if _person(row.reviewer).pk in subjects
    }
    if not refs:
        return 0
    reports = (
        Report.objects.filter(
            case__in=set().union(*subjects.values()), reporter_ref__in=set().union(*refs.values())
        )
        .exclude(status=ReportStatus.DRAFT)
        .select_related("case__institution")
    )
    known = set(
        RetaliationMark.objects.filter(peer_review__in=refs).values_list(
            "earlier_report", "peer_review"
        )
    )
    marked = 0
    for report in reports:
        for row in rows:
            if (
                report.case is None
                or report.reporter_ref not in refs.get(row.pk, ())
                or report.case_id not in subjects[_person(row.reviewer).pk]
                or row.given_at <= report.submitted_at
                or (report.pk, row.pk) in known
            ):
                continue
            mark = RetaliationMark.objects.create(
                kind=RetaliationKind.PEER_REVIEW,
                earlier_case=report.case,
                earlier_report=report,
                peer_review=row,
                noticed_at=clock.now(),
            )
            _noticed(mark, report.case, None)
            marked += 1
    return marked
