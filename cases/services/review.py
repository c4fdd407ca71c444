"""A dismissal is looked at again: asked for by whoever reported, decided by somebody else (AP1)."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from cases import rules, workflow
from cases.enums import CaseStatus, ReportStatus, ReviewOutcome
from cases.models import Case, DismissalReview, Report
from cases.services.base import check_revision, locked_case, visible_or_404
from cases.services.clean import Problems, save
from cases.services.senders import acting
from cases.services.triage import settle_review, take_up
from cases.undoing import held
from integrity.accounts.models import User
from integrity.audit import services as audit
from integrity.core import clock
from integrity.core.errors import (
    Conflict,
    IllegalTransition,
    InvalidInput,
    NotFound,
    NotPermitted,
    WindowClosed,
)

TEXT_LENGTH = 4_000


def ask(*, report: Report, text: str, form_key: str) -> DismissalReview:
    """Ask somebody uninvolved to look at a dismissal again, once, in any mode of reporting.

    The caller has made sure that the report is theirs. Until the last second of the window,
    inclusive. The same form again is the first request, another one a `Conflict`. Raises
    `IllegalTransition` where nothing was dismissed, `WindowClosed`, `InvalidInput` at `text`.
    """
    if report.case is None:
        raise NotFound
    problems = Problems()
    said = problems.text("text", text, max_length=TEXT_LENGTH)
    if not said and not problems.fields:
        problems.add("text", _("Tell us why it should be looked at again."))
    problems.stop()
    with locked_case(report.case.number) as case:
        report = case.reports.get(pk=report.pk)
        known = DismissalReview.objects.filter(report=report).first()
        if known is not None:
            if (known.form_key, known.text) == (form_key, said):
                return known
            raise Conflict(_("You have asked for another look at this already."))
        if DismissalReview.objects.filter(form_key=form_key).exists():
            raise Conflict(_("This form was sent before. Please start again."))
        _in_time(case, report)
        review = DismissalReview(
            report=report,
            case=case,
            dismissed_by=case.dismissed_by,
            text=said,
            asked_at=clock.now(),
            form_key=form_key,
        )
        save(review)
        audit.record(
            "review.requested",
            actor=acting(report),
            subject=("review", str(review.public_id)),
            case_number=case.number,
            institution=case.institution.slug,
            data={"report": str(report.public_id)},
        )
    return review


def _in_time(case: Case, report: Report) -> None:
    if (
        case.status != CaseStatus.DISMISSED
        or report.status != ReportStatus.DISMISSED
        or report.closed_at is None
        or held(report)
    ):
        raise IllegalTransition(_("There is nothing to look at again."))
    until = workflow.review_until(case, closed_at=report.closed_at)
    if clock.now() >= until + timedelta(seconds=1):
        raise WindowClosed(_("The time to ask for another look has passed. Please contact us."))


def decide(
    *,
    actor: User,
    number: str,
    review_id: UUID | str,
    outcome: str,
    reasons: str = "",
    revision: int | None = None,
) -> DismissalReview:
    """Decide a review, by an officer who neither dismissed the case nor had a hand in it.

    It stands, with reasons that whoever reported reads; or the case is taken up again, in triage.
    Deciding it again the same way is the same decision. Raises `NotFound`, `NotPermitted`,
    `InvalidInput`, `IllegalTransition`, `Conflict`, and `Stale` for an older `revision`.
    """
    if outcome not in ReviewOutcome.values:
        raise InvalidInput({"outcome": [_("Choose what the review leads to.")]})
    problems = Problems()
    said = problems.text("reasons", reasons, max_length=TEXT_LENGTH)
    if not said and not problems.fields:
        problems.add("reasons", _("Give the reasons."))
    problems.stop()
    with locked_case(number) as case:
        visible_or_404(actor, case)
        review = (
            case.reviews.select_related("report__institution", "report__submission__assignment")
            .filter(public_id=review_id)
            .first()
        )
        if review is None:
            raise NotFound
        if review.outcome and (review.outcome, review.decided_by_id) == (outcome, actor.pk):
            return review
        if not rules.is_officer(actor, case):
            raise NotPermitted
        if not may_decide(actor, review, case):
            raise NotPermitted(_("You had a hand in this case. Somebody else looks at it again."))
        if review.outcome:
            raise Conflict(_("Somebody else has decided this review."))
        check_revision(case, revision)
        step = workflow.require("review", actor=actor, case=case)
        if outcome == ReviewOutcome.TAKEN_UP:
            take_up(case, step, actor=actor, reason=said)
        settle_review(review, case, outcome, actor=actor, reasons=said)
        if outcome == ReviewOutcome.TAKEN_UP:
            # Other reporters who asked have got what they asked for.
            others = case.reviews.select_related("report__institution").filter(outcome="")
            for other in others:
                settle_review(other, case, outcome, actor=actor)
    return review


def may_decide(actor: User, review: DismissalReview, case: Case) -> bool:
    """Whether the actor had no hand in what is reviewed, and does not know who reported."""
    if actor.pk in (review.dismissed_by_id, case.dismissed_by_id, case.assignee_id):
        return False
    if rules.knows_who_reported(actor, case):
        return False
    return not any(rules.involved(actor, row) for row in case.respondents.all())
