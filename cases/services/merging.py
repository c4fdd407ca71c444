"""Two cases become one, and are taken apart again (QU2; decision 0028).

Everything about two cases locks both, in the order of their primary keys.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from uuid import UUID

from django.db.models import Max, ProtectedError, Q
from django.utils.translation import gettext_lazy as _

from cases import workflow
from cases.enums import CaseStatus, DismissalReason, ReportStatus
from cases.models import (
    Allegation,
    Case,
    CaseMerge,
    Comparison,
    Evidence,
    Report,
    ReportTrail,
    Respondent,
    RetaliationMark,
    Watcher,
)
from cases.selectors.merging import held_together
from cases.services import moving, retaliation
from cases.services.base import locked_case, record, save, visible_or_404
from integrity.accounts.models import User
from integrity.audit import services as audit
from integrity.core import clock
from integrity.core.errors import Conflict, IllegalTransition, NotFound


@contextmanager
def locked_cases(*numbers: str) -> Iterator[list[Case]]:
    """These cases, locked as `base.locked_case` does, in the order they were named.

    Raises `NotFound` where one is not there, and `Conflict` for the same one twice.
    """
    if len(set(numbers)) != len(numbers):
        raise Conflict(_("Choose two different cases."))
    known = Case.objects.filter(number__in=numbers).order_by("pk")
    with audit.transaction(), ExitStack() as stack:
        cases = {
            number: stack.enter_context(locked_case(number))
            for number in known.values_list("number", flat=True)
        }
        if len(cases) != len(numbers):
            raise NotFound
        yield [cases[number] for number in numbers]


def merge(*, actor: User, source: str, target: str, form_key: str = "") -> CaseMerge:
    """Reports and evidence of `source` go into `target`; `source` ends as a duplicate of it.

    For two cases of one institution, course and kind under the same texts, of which nobody was
    notified. Evidence gets the next numbers, whom a case is about is named once, allegations stay
    with their person. Nobody who reported hears anything: their report is looked into. Repeated by
    the same person it is the first one. Raises `NotFound` where either case does not exist for the
    actor, `NotPermitted`, `IllegalTransition`, `Conflict`.
    """
    with locked_cases(source, target) as (gone, kept):
        visible_or_404(actor, gone)
        visible_or_404(actor, kept)
        if gone.merged_into_id is not None:
            return _again(actor, gone, kept)
        workflow.require("merge", actor=actor, case=gone)
        workflow.require("merge", actor=actor, case=kept)
        why_not = unlike(gone, kept) or bound(gone)
        if why_not:
            raise IllegalTransition(why_not)
        moved: dict[str, Any] = {"status": gone.status, "urgent": kept.urgent}
        _people(gone, kept, actor, moved)
        _reports(gone, kept, moved)
        _evidence(gone.evidence.order_by("position"), kept, moved)
        moving.declared(gone, kept)
        _watchers(gone, kept, moved)
        kept.urgent = kept.urgent or gone.urgent
        row = CaseMerge(source=gone, target=kept, moved=moved, merged_by=actor)
        _end(gone, kept, actor)
        save(row)
        name = str(row.public_id)
        counts = {"reports": len(moved["reports"]), "evidence": len(moved["evidence"])}
        record("case.merged_away", gone, actor, data={"merge": name, **counts})
        record(
            "case.merged_in",
            kept,
            actor,
            data={"merge": name, **counts, "respondents": len(moved["respondents"])},
        )
        retaliation.look_at(kept)
        moving.nobody_stuck(kept)
    return row


def _again(actor: User, gone: Case, kept: Case) -> CaseMerge:
    row = CaseMerge.objects.filter(source=gone, undone_at__isnull=True).first()
    if row is not None and (row.target_id, row.merged_by_id) == (kept.pk, actor.pk):
        return row
    raise Conflict(_("This case was joined with another one already."))


def unlike(one: Case, other: Case) -> Any:
    """Why two cases cannot be one, in words; None where they can."""
    if one.institution_id != other.institution_id:
        # Not told apart from a case that is not there: scopes are by institution.
        raise NotFound
    if one.kind != other.kind:
        return _("The one is about academic work and the other about conduct: link them instead.")
    if one.course_id != other.course_id:
        return _("They are in different courses: link them instead.")
    texts = ("policy_version_id", "supplement_id", "course_terms_id", "institution_decides")
    if any(getattr(one, name) != getattr(other, name) for name in texts):
        return _("Different policies govern them: link them instead.")
    return None


def bound(case: Case) -> Any:
    """Why the content of this case cannot go anywhere, in words; None where it can."""
    if case.statements.filter(withdrawn_at__isnull=True).exists():
        return _(
            "Somebody was asked for a statement in %(number)s, which has to stay. Join the other "
            "case into it."
        ) % {"number": case.number}
    if case.interim_measures.exists():
        return _(
            "An interim measure was taken in %(number)s, which has to stay. Join the other case "
            "into it."
        ) % {"number": case.number}
    return None


def _people(gone: Case, kept: Case, actor: User, moved: dict[str, Any]) -> None:
    """Name in `kept` whom `gone` is about, each person once, and bring what is alleged."""
    known = {row.person.pk: row for row in kept.respondents.select_related("user__closed_into")}
    last = kept.allegations.aggregate(last=Max("position"))["last"] or 0
    at = clock.now()
    moved["respondents"], moved["allegations"] = [], []
    for row in gone.respondents.select_related("user__closed_into").order_by("pk"):
        here = known.get(row.person.pk)
        if here is None:
            here = Respondent.objects.create(
                case=kept, user=row.person, status=kept.status, status_since=at, added_at=at
            )
            known[row.person.pk] = here
            moved["respondents"].append(here.pk)
            record(
                "respondent.named",
                kept,
                actor,
                data={"respondent": str(here.public_id)},
                personal={"learner": str(row.person.public_id)},
            )
        held = set(
            here.allegations.filter(withdrawn_at__isnull=True).values_list(
                "violation_type", flat=True
            )
        )
        for allegation in row.allegations.order_by("position"):
            if allegation.withdrawn_at is None and allegation.violation_type_id in held:
                # The same is alleged there already; what was written here stays here.
                continue
            last += 1
            moved["allegations"].append([allegation.pk, allegation.position, row.pk])
            Allegation.objects.filter(pk=allegation.pk).update(
                case=kept, respondent=here, position=last
            )


def _reports(gone: Case, kept: Case, moved: dict[str, Any]) -> None:
    reports = list(gone.reports.order_by("pk"))
    keys = [report.pk for report in reports]
    moved["reports"] = keys
    moved["linked"] = []
    if kept.status == CaseStatus.INVESTIGATION:
        moved["linked"] = [r.pk for r in reports if r.status == ReportStatus.SUBMITTED]
    ReportTrail.objects.bulk_create(
        [ReportTrail(report=report, case=gone) for report in reports], ignore_conflicts=True
    )
    Report.objects.filter(pk__in=keys).update(case=kept)
    Report.objects.filter(pk__in=moved["linked"]).update(status=ReportStatus.LINKED)
    # What may be an answer to a report is no matter apart once both are in one case.
    between = RetaliationMark.objects.filter(
        Q(case=gone, earlier_case=kept) | Q(case=kept, earlier_case=gone)
    )
    moved["between"] = [list(pair) for pair in between.values_list("pk", "case")]
    RetaliationMark.objects.filter(pk__in=[pk for pk, _case in moved["between"]]).update(case=None)
    moving.follow(keys, kept)
    marks = RetaliationMark.objects.filter(case=gone).exclude(
        earlier_report__in=RetaliationMark.objects.filter(case=kept).values("earlier_report")
    )
    moved["marks"] = list(marks.values_list("pk", flat=True))
    RetaliationMark.objects.filter(pk__in=moved["marks"]).update(case=kept)
    comparisons = Comparison.objects.filter(case=gone)
    moved["comparisons"] = list(comparisons.values_list("pk", flat=True))
    comparisons.update(case=kept)


def _evidence(rows: Any, into: Case, moved: dict[str, Any]) -> None:
    moved["evidence"] = [[pk, place] for pk, place in rows.values_list("pk", "position")]
    moving.carry([pk for pk, _place in moved["evidence"]], into)


def _watchers(gone: Case, kept: Case, moved: dict[str, Any]) -> None:
    """Whoever follows the one follows the other, as long as they are one."""
    moved["watchers"] = []
    for row in gone.watchers.order_by("pk"):
        here, added = Watcher.objects.get_or_create(case=kept, user_id=row.user_id)
        if added:
            moved["watchers"].append(here.pk)


def _end(gone: Case, kept: Case, actor: User) -> None:
    """Dismiss the emptied case: no letter goes out, for no report is left in it."""
    workflow.take(workflow.TABLE["dismiss"], list(gone.respondents.all()))
    workflow.settle(gone, alone=CaseStatus.DISMISSED)
    gone.dismissal_reason = DismissalReason.DUPLICATE
    gone.dismissed_by = actor
    gone.closed_at = clock.now()
    gone.merged_into = kept


def undo_merge(*, actor: User, merge_id: UUID | str) -> CaseMerge:
    """Take two joined cases apart, as long as the one that goes on has notified nobody.

    What went along goes back, with what came to those reports since; the emptied case stands where
    it stood. Reports that went on elsewhere since stay there, and where all of them did it is
    refused. So it is where a comparison or a mark of the findings grid would lie in both. Repeated
    it changes nothing. Raises `NotFound`, `NotPermitted`, `IllegalTransition`, `Conflict`.
    """
    found = CaseMerge.objects.filter(public_id=merge_id).values_list(
        "source__number", "target__number"
    )
    pair = found.first()
    if pair is None:
        raise NotFound
    with locked_cases(*pair) as (gone, kept):
        visible_or_404(actor, gone)
        visible_or_404(actor, kept)
        row = CaseMerge.objects.get(public_id=merge_id)
        if row.undone_at is not None:
            if row.undone_by_id == actor.pk:
                return row
            raise Conflict(_("Somebody else has taken them apart already."))
        step = workflow.require("unmerge", actor=actor, case=gone)
        workflow.require("merge", actor=actor, case=kept)
        held = held_together(row, gone)
        if held:
            raise Conflict(held)
        _take_up(gone, step, row)
        _give_back(gone, kept, row)
        moving.together(gone, kept)
        moving.declared(kept, gone, since=row.merged_at)
        row.undone_by = actor
        row.undone_at = clock.now()
        save(row)
        data = {"merge": str(row.public_id), "reports": len(row.moved["reports"])}
        record("case.unmerged", gone, actor, data=data)
        record("case.unmerged", kept, actor, data=data)
        for case in (gone, kept):
            retaliation.look_at(case)
            moving.nobody_stuck(case)
    return row


def _take_up(gone: Case, step: workflow.Step, row: CaseMerge) -> None:
    gone.dismissal_reason = ""
    gone.dismissal_detail = ""
    gone.dismissed_by = None
    gone.closed_at = None
    gone.merged_into = None
    people = list(gone.respondents.all())
    workflow.take(step, people)
    if row.moved["status"] == CaseStatus.INVESTIGATION:
        workflow.take(workflow.TABLE["open"], people)
    workflow.settle(gone, alone=row.moved["status"])


def _give_back(gone: Case, kept: Case, row: CaseMerge) -> None:
    moved = row.moved
    reports = list(
        Report.objects.filter(pk__in=moved["reports"], case=kept).values_list("pk", flat=True)
    )
    Report.objects.filter(pk__in=reports).update(case=gone)
    ReportTrail.objects.filter(report__in=reports, case=gone).delete()
    if gone.status == CaseStatus.TRIAGE:
        linked = Report.objects.filter(pk__in=moved["linked"], case=gone)
        linked.filter(status=ReportStatus.LINKED).update(status=ReportStatus.SUBMITTED)
    moving.follow(reports, gone)
    RetaliationMark.objects.filter(pk__in=moved["marks"], case=kept).update(case=gone)
    _apart_again(moved)
    before = dict(moved["evidence"])
    brought = Q(pk__in=before) | Q(report__in=reports) | Q(message__report__in=reports)
    pieces = Evidence.objects.filter(brought, case=kept).order_by("position")
    going = list(pieces.values_list("pk", flat=True))
    compared = moving.comparisons(kept, going, own=moved["comparisons"])
    Comparison.objects.filter(pk__in=compared).update(case=gone)
    later = []
    for pk in [*going, *moving.made_of(compared, going)]:
        if pk in before:
            Evidence.objects.filter(pk=pk).update(case=gone, position=before[pk])
        else:
            later.append(pk)
    moving.carry(later, gone)
    for pk, position, respondent in moved["allegations"]:
        Allegation.objects.filter(pk=pk, case=kept).update(
            case=gone, respondent=respondent, position=position
        )
    try:
        Respondent.objects.filter(pk__in=moved["respondents"], case=kept).delete()
    except ProtectedError as error:
        raise IllegalTransition(
            _("Something was said about somebody who came with it. Take reports out instead.")
        ) from error
    Watcher.objects.filter(pk__in=moved.get("watchers", []), case=kept).delete()
    others = CaseMerge.objects.filter(target=kept, undone_at__isnull=True).exclude(source=gone)
    if not others.exists() and not _urgent(kept):
        # What presses may have come with a report since.
        kept.urgent = moved["urgent"]


def _urgent(case: Case) -> bool:
    """Whether a report that is in the case now is about something urgent."""
    sent = case.reports.exclude(status=ReportStatus.DRAFT)
    return sent.filter(violation_type__urgent=True).exists()


def _apart_again(moved: dict[str, Any]) -> None:
    """Two matters again: what may be an answer of the one to the other is noticed as before."""
    for pk, case in moved.get("between", []):
        mark = RetaliationMark.objects.filter(pk=pk, case__isnull=True).first()
        if mark is None or mark.earlier_case_id == case:
            continue
        if not RetaliationMark.objects.filter(
            earlier_report=mark.earlier_report_id, case=case
        ).exists():
            RetaliationMark.objects.filter(pk=pk).update(case=case)
