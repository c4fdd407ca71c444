"""From a report to a case somebody works on: claim, open, dismiss, take up again."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from cases import letters, rules, undoing, workflow
from cases.enums import (
    CHOSEN_ELSEWHERE,
    CaseStatus,
    ClosingOutcome,
    DismissalDetail,
    DismissalReason,
    ReportStatus,
    ReviewOutcome,
)
from cases.models import (
    Case,
    DismissalReview,
    Report,
    Respondent,
    Watcher,
)
from cases.selectors.merging import another_in_triage
from cases.services import duplicates, retaliation
from cases.services.base import locked_case, record, save, visible_or_404
from cases.services.conflicts import declare as declare_conflict
from cases.services.notes import add_note
from integrity.accounts.models import User
from integrity.accounts.rules import STAFF_OF_CASES, has_role
from integrity.accounts.selectors import find_by_email
from integrity.audit.chain import ACTOR
from integrity.audit.models import Event, EventValue
from integrity.core import clock
from integrity.core.errors import Conflict, InvalidInput, NotPermitted
from notifications import services as notifications
from notifications.recipients import Recipient

__all__ = [
    "add_note",
    "claim",
    "close_reports",
    "declare_conflict",
    "dismiss",
    "open_case",
    "release",
    "reopen",
    "settle_review",
    "take_up",
    "unwatch",
    "watch",
]

# A case that is dismissed as one of these ends, for its reporter, with this word (IN8).
OUTCOME_OF = {
    DismissalReason.NO_VIOLATION: ClosingOutcome.NO_VIOLATION,
    DismissalReason.PERMITTED: ClosingOutcome.NO_VIOLATION,
}


ENDED = _("Nothing was decided, and nothing follows.")
# A report whose sender was told that it ended waits once more.
_AGAIN = ReportStatus.SUBMITTED


def _works_here(actor: User, case: Case) -> None:
    visible_or_404(actor, case)
    if not has_role(actor, *STAFF_OF_CASES, institution_id=case.institution_id, anywhere=False):
        raise NotPermitted


def claim(*, actor: User, number: str) -> Case:
    """Take the case. Repeating it changes nothing; raises `Conflict` when somebody else has it."""
    with locked_case(number) as case:
        _works_here(actor, case)
        if case.assignee_id == actor.pk:
            return case
        if case.assignee_id is not None:
            raise Conflict(_("Somebody else has claimed this case."))
        if rules.knows_who_reported(actor, case):
            raise Conflict(workflow.KNOWS_WHO)
        case.assignee = actor
        case.assigned_at = clock.now()
        record("case.claimed", case, actor)
    return case


def release(*, actor: User, number: str) -> Case:
    """Give the case back to the queue. Only the person who has it can."""
    with locked_case(number) as case:
        _works_here(actor, case)
        if case.assignee_id is None:
            return case
        if case.assignee_id != actor.pk:
            raise NotPermitted
        case.assignee = None
        case.assigned_at = None
        record("case.released", case, actor)
    return case


def watch(*, actor: User, number: str) -> Case:
    """Follow a case one may work on."""
    with locked_case(number) as case:
        _works_here(actor, case)
        if rules.access(actor, case) < rules.Access.READ:
            raise NotPermitted
        _row, added = Watcher.objects.get_or_create(case=case, user=actor)
        if added:
            record("case.watched", case, actor)
    return case


def unwatch(*, actor: User, number: str) -> Case:
    """Stop following a case."""
    with locked_case(number) as case:
        _works_here(actor, case)
        if Watcher.objects.filter(case=case, user=actor).delete()[0]:
            record("case.unwatched", case, actor)
    return case


def open_case(*, actor: User, number: str, learner_email: str = "") -> Case:
    """Triage to investigation; the reports become part of the case.

    `learner_email` names the respondent where the report could not. The person who opens a case
    nobody has takes it. Opened by the same person a moment ago, it is returned as it is. Raises
    `InvalidInput` for an address without an account.
    """
    with locked_case(number) as case:
        visible_or_404(actor, case)
        if case.status == CaseStatus.INVESTIGATION and _did(actor, case, "case.opened"):
            return case
        if learner_email:
            _name(case, actor, learner_email)
        step = workflow.require("open", actor=actor, case=case)
        workflow.take(step, case.respondents.all())
        if case.assignee_id is None:
            case.assignee = actor
            case.assigned_at = clock.now()
        reports = case.reports.filter(status=ReportStatus.SUBMITTED).update(
            status=ReportStatus.LINKED
        )
        record("case.opened", case, actor, data={"reports": reports})
        if learner_email:
            # Whoever worked on a matter this may be an answer to does not go on with it (IN9).
            retaliation.named(case)
    return case


def _name(case: Case, actor: User, email: str) -> Respondent:
    if not workflow.possible("open", actor=actor, case=case):
        raise NotPermitted
    user = find_by_email(email)
    if user is None:
        raise InvalidInput({"learner_email": [_("There is no account with this email address.")]})
    if user.pk == actor.pk:
        raise InvalidInput({"learner_email": [_("You cannot open a case about yourself.")]})
    respondent, created = Respondent.objects.get_or_create(
        case=case, user=user, defaults={"status": case.status}
    )
    if created:
        record(
            "respondent.named",
            case,
            actor,
            data={"respondent": str(respondent.public_id)},
            personal={"learner": str(user.public_id)},
        )
    return respondent


def dismiss(
    *,
    actor: User,
    number: str,
    reason: str,
    note: str = "",
    detail: str = "",
    duplicate_of: str = "",
    advised: Collection[int] = (),
) -> Case:
    """End the case without a decision, with a reason code, and a word the desk keeps to itself.

    Reporters get their closing message, a respondent who had been notified a letter: both are held
    for `undoing.WITHIN` and appear nowhere before, and interim measures end when it has passed. It
    can be taken up again (`reopen`), which in that time puts everything back. The same person
    dismissing it for the same reason again changes nothing. With the reason "duplicate",
    `duplicate_of` is the number of the case in which the matter is dealt with: the two are linked.
    Raises `InvalidInput` at it for a number that is not there or not for the actor to know of.
    `advised` are respondents who get advice instead of a letter (`advice.give`), with the reason
    that only then may be given.
    """
    if reason not in DismissalReason.values or (reason in CHOSEN_ELSEWHERE and not advised):
        raise InvalidInput({"reason": [_("Choose a reason.")]})
    if detail and detail not in DismissalDetail.values:
        raise InvalidInput({"detail": [_("Choose one of the words.")]})
    other = duplicate_of if reason == DismissalReason.DUPLICATE else ""
    with duplicates.locked_beside(number, other) as case:
        if (
            case.status == CaseStatus.DISMISSED
            and (case.dismissed_by_id, case.dismissal_reason) == (actor.pk, reason)
            and rules.access(actor, case) == rules.Access.WORK
        ):
            return case
        step = workflow.require("dismiss", actor=actor, case=case)
        there = None
        if reason == DismissalReason.DUPLICATE:
            there = duplicates.the_other(actor, case, other)
        respondents = list(case.respondents.select_related("user"))
        notified = [r for r in respondents if r.status in (CaseStatus.NOTIFIED, CaseStatus.REVIEW)]
        workflow.take(step, respondents)
        workflow.settle(case, alone=CaseStatus.DISMISSED)
        case.dismissal_reason = reason
        case.dismissal_detail = detail
        case.dismissed_by = actor
        case.closed_at = clock.now()
        record(
            "case.dismissed",
            case,
            actor,
            data={"reason": reason},
            personal={"note": note} if note else {},
        )
        if detail:
            # Apart from the dismissal, which a respondent may see.
            record("case.dismissal_noted", case, actor, data={"detail": detail})
        if there is not None:
            duplicates.keep(case, there, actor)
        for respondent in notified:
            if respondent.pk in advised:
                continue
            # That another learner of the case was advised is nobody else's.
            said = ENDED if advised else DismissalReason(reason).label
            letters.case_dismissed(case, respondent, reason=said, hold=undoing.WITHIN)
        outcome = OUTCOME_OF.get(DismissalReason(reason), ClosingOutcome.NOT_PURSUED)
        close_reports(case, outcome, hold=undoing.WITHIN)
        Report.objects.filter(case=case, status=ReportStatus.DISMISSED).update(
            dismissal_reason=reason
        )
    return case


def close_reports(case: Case, outcome: str, *, hold: timedelta = timedelta(0)) -> None:
    """Tell every reporter of the case how it ended, in one of three words (IN8), once each.

    With `hold` they are told that much later, and until then nothing shows them that it ended.
    """
    open_reports = case.reports.filter(
        status__in=(ReportStatus.SUBMITTED, ReportStatus.LINKED), closed_at__isnull=True
    )
    for report in open_reports:
        report.closed_at = clock.now() + hold
        report.outcome = outcome
        if case.status == CaseStatus.DISMISSED:
            report.status_before = report.status
            report.status = ReportStatus.DISMISSED
        save(report)
        if report.reporter_ref and report.reporter_sealed is not None:
            notifications.queue(
                "report_closed",
                recipient=Recipient.sealed(report.reporter_ref, report.reporter_sealed),
                payload=letters.report_closed(report, until=_review_until(case, report)),
                key=f"report_closed:{report.public_id}:{case.revision}",
                institution=case.institution.slug,
                hold=hold,
            )


def _review_until(case: Case, report: Report) -> datetime | None:
    """Until when a review of this dismissal can be asked for; once is all there is."""
    if case.status != CaseStatus.DISMISSED or report.closed_at is None:
        return None
    if DismissalReview.objects.filter(report=report).exists():
        return None
    return workflow.review_until(case, closed_at=report.closed_at)


def _did(actor: User, case: Case, action: str) -> bool:
    """Whether the actor was the last to do this to the case."""
    last = Event.objects.filter(case_number=case.number, action=action).order_by("-sequence")
    values = EventValue.objects.filter(event=last.values("pk")[:1], name=ACTOR)
    return values.filter(value=str(actor.public_id)).exists()


def reopen(*, actor: User, number: str, reason: str) -> Case:
    """Take a dismissed case up again, in triage, with a reason. Nothing is overwritten.

    An officer may, and whoever dismissed it: that is the undo. While the letters of the dismissal
    are held they are taken back, everybody stands where they stood, and nobody outside the desk
    hears of either. A review that was
    asked for has got what it wanted, and whoever asked is told.
    """
    if not reason.strip():
        raise InvalidInput({"reason": [_("Say why the case is taken up again.")]})
    with locked_case(number) as case:
        step = workflow.require("reopen", actor=actor, case=case)
        take_up(case, step, actor=actor, reason=reason)
        for review in case.reviews.select_related("report__institution").filter(outcome=""):
            settle_review(review, case, ReviewOutcome.TAKEN_UP, actor=actor)
    return case


def take_up(case: Case, step: workflow.Step, *, actor: User, reason: str) -> None:
    """Put the locked, dismissed case back into triage, for services that were allowed the step.

    As long as the dismissal is held, where each respondent stood before it. Raises `Conflict`
    where it would wait in triage and another case about the same matter does.
    """
    duplicates.take_back(case, actor)
    people = list(case.respondents.all())
    if case.closed_at is not None and case.closed_at > clock.now() - undoing.WITHIN:
        workflow.take_back(people)
    workflow.take(step, people)
    workflow.settle(case, alone=CaseStatus.TRIAGE)
    if case.status == CaseStatus.TRIAGE and another_in_triage(case):
        raise Conflict(_("Another case about the same matter waits in triage already."))
    case.dismissal_reason = ""
    case.dismissal_detail = ""
    case.dismissed_by = None
    case.closed_at = None
    letters.take_back_dismissal(case)
    for report in case.reports.filter(status=ReportStatus.DISMISSED):
        # Whoever was not told that it ended is not told that it begins again either.
        report.status = undoing.told_status(report) if undoing.held(report) else _AGAIN
        report.status_before = ""
        report.closed_at = None
        report.outcome = ""
        report.dismissal_reason = ""
        save(report)
    record("case.reopened", case, actor, personal={"reason": reason})


def settle_review(
    review: DismissalReview, case: Case, outcome: str, *, actor: User, reasons: str = ""
) -> None:
    """Write what a review led to, and tell whoever asked for it."""
    review.outcome = outcome
    review.reasons = reasons.strip()
    review.decided_by = actor
    review.decided_at = clock.now()
    save(review)
    record(
        "review.decided",
        case,
        actor,
        subject=("review", str(review.public_id)),
        data={"outcome": outcome},
    )
    letters.review_decided(review)
