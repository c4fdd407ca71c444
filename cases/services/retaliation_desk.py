"""Somebody of the desk looks at what may be an answer to a report (IN9)."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from cases.enums import (
    ReceivedBy,
    ReportKind,
    ReportMode,
    RetaliationKind,
    RetaliationOutcome,
)
from cases.models import Case, Report, Respondent, RetaliationMark
from cases.selectors.report import office_for
from cases.selectors.retaliation import marks_for
from cases.services import filing, intake
from cases.services.arrival import Entry
from cases.services.base import record
from cases.services.clean import Problems, save
from cases.services.retaliation import RETALIATION
from integrity.accounts.models import User
from integrity.accounts.rules import STAFF_OF_CASES, has_role
from integrity.audit import services as audit
from integrity.core import clock
from integrity.core.errors import Conflict, NotFound
from integrity.courses.models import Course

REASONS_LENGTH = 2_000


def nothing_points_to_it(*, actor: User, mark_id: UUID | str, reasons: str) -> RetaliationMark:
    """Somebody who did not work on the earlier matter looked and found nothing; with reasons.

    Again with the same reasons it is the same. Raises `NotFound`, `InvalidInput`, and `Conflict`
    where somebody has said something else.
    """
    said = _reasons(reasons)
    with audit.transaction():
        mark = _locked(actor, mark_id)
        if mark.outcome:
            _same(mark, actor, RetaliationOutcome.NOTHING, said)
            return mark
        _settle(mark, actor, RetaliationOutcome.NOTHING, said)
    return mark


def look_into_it(*, actor: User, mark_id: UUID | str, reasons: str) -> Case:
    """It is looked into: a case about retaliation, in triage, as the institution's own report.

    Whoever told us by a report of their own has filed that case already: it is the one. Again with
    the same reasons it is the same case. Raises as `nothing_points_to_it`.
    """
    said = _reasons(reasons)
    with audit.transaction():
        mark = _locked(actor, mark_id)
        if mark.outcome:
            _same(mark, actor, RetaliationOutcome.TAKEN_UP, said)
            return _taken_up(mark)
        _settle(mark, actor, RetaliationOutcome.TAKEN_UP, said)
        if mark.kind == RetaliationKind.TOLD and mark.case is not None:
            return mark.case
        return _file(mark, actor, said)


def _reasons(reasons: str) -> str:
    problems = Problems()
    said = problems.text("reasons", reasons, max_length=REASONS_LENGTH)
    if not said and not problems.fields:
        problems.add("reasons", _("Give the reasons."))
    problems.stop()
    return said


def _locked(actor: User, mark_id: UUID | str) -> RetaliationMark:
    if not has_role(actor, *STAFF_OF_CASES):
        raise NotFound
    mark = (
        RetaliationMark.objects.select_for_update(of=("self",))
        .filter(public_id=mark_id, pk__in=marks_for(actor).values("pk"))
        .select_related(
            "case__course",
            "case__institution",
            "earlier_case__institution",
            "earlier_report",
            "peer_review__reviewer__closed_into",
            "peer_review__submission__assignment__course__institution",
        )
        .first()
    )
    if mark is None:
        raise NotFound
    return mark


def _same(mark: RetaliationMark, actor: User, outcome: str, said: str) -> None:
    if (mark.outcome, mark.settled_by_id, mark.reasons) != (outcome, actor.pk, said):
        raise Conflict(_("Somebody has looked at this already."))


def _settle(mark: RetaliationMark, actor: User, outcome: str, said: str) -> None:
    mark.outcome = outcome
    mark.reasons = said
    mark.settled_by = actor
    mark.settled_at = clock.now()
    save(mark)
    case = mark.case
    audit.record(
        "retaliation.settled",
        actor=audit.Actor.user(actor.public_id, role="desk"),
        subject=("retaliation", str(mark.public_id)),
        case_number=case.number if case is not None else "",
        institution=(case or mark.earlier_case).institution.slug,
        data={"outcome": outcome},
    )


def _form_key(mark: RetaliationMark) -> str:
    return f"retaliation:{mark.public_id}"


def _taken_up(mark: RetaliationMark) -> Case:
    filed = Report.objects.filter(form_key=_form_key(mark)).select_related("case").first()
    case = filed.case if filed is not None else mark.case
    if case is None:
        raise NotFound
    return case


def _file(mark: RetaliationMark, actor: User, said: str) -> Case:
    """File it. Only who is known without opening a seal is named: who gave the review."""
    course: Course | None = None
    happened = mark.noticed_at
    if mark.peer_review is not None:
        course = mark.peer_review.submission.assignment.course
        happened = mark.peer_review.given_at
    elif mark.case is not None:
        course = mark.case.course
    institution = office_for(course) if course is not None else mark.earlier_case.institution
    violation, _texts = filing.governed(
        ReportKind.INCIDENT,
        institution=institution,
        course=course,
        code=RETALIATION,
        incident_at=happened,
    )
    # Nobody outside the office sent it: there is no name, and no receipt to follow it by.
    report = intake.submit_report(
        actor=None,
        kind=ReportKind.INCIDENT,
        mode=ReportMode.ANONYMOUS,
        form_key=_form_key(mark),
        institution=institution,
        course=course,
        violation_type=violation,
        account=said,
        incident_at=happened,
        good_faith=True,
        language=settings.LANGUAGE_CODE,
        entry=Entry(by=actor, received_by=ReceivedBy.WEB),
    )
    case = report.case
    if case is None:
        raise NotFound
    if mark.peer_review is not None:
        reviewer = mark.peer_review.reviewer.closed_into or mark.peer_review.reviewer
        respondent = Respondent.objects.create(
            case=case,
            user=reviewer,
            status=case.status,
            status_since=clock.now(),
            added_at=clock.now(),
        )
        record(
            "respondent.named",
            case,
            actor,
            data={"respondent": str(respondent.public_id)},
            personal={"learner": str(reviewer.public_id)},
        )
    # Who worked on the earlier case is kept from this one too.
    if mark.case is None:
        mark.case = case
        mark.save(update_fields=["case"])
    else:
        RetaliationMark.objects.create(
            kind=mark.kind,
            earlier_case=mark.earlier_case,
            earlier_report=mark.earlier_report,
            case=case,
            noticed_at=mark.noticed_at,
            outcome=mark.outcome,
            reasons=mark.reasons,
            settled_by=mark.settled_by,
            settled_at=mark.settled_at,
        )
    return case
