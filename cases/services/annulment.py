"""Annulling a decision that was issued (PR6): it stands in the record and counts nowhere."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from cases import letters, rules, workflow
from cases.enums import CaseStatus, ClosingOutcome, DeterminationStatus, FindingOutcome
from cases.models import Case, Determination
from cases.services import case_reports
from cases.services.base import check_revision, locked_case, record, save, visible_or_404
from cases.services.naming import names_nobody_else
from cases.services.sanction import take_back_all
from cases.services.triage import close_reports
from integrity.accounts.models import User
from integrity.core import clock
from integrity.core.errors import InvalidInput, NotFound, NotPermitted


def annul(
    *,
    actor: User,
    number: str,
    determination_id: UUID | str,
    reason: str,
    revision: int | None = None,
) -> Determination:
    """Annul the decision that stands about somebody, with a reason that they read in a letter.

    What it caused is undone, the last thing first; nothing of it is deleted. From then on it is no
    earlier finding, and no other decision weighs it. The case ends for this learner, unless an
    officer looks at it again. One officer suffices, for it only gives back (decision 0039).
    Annulling it twice is once. Raises `NotFound` for a decision of another case, and
    `IllegalTransition` for one that does not stand or while an appeal against it is open.
    """
    if not reason.strip():
        raise InvalidInput({"reason": [_("Say why the decision is annulled.")]})
    with locked_case(number) as case:
        visible_or_404(actor, case)
        determination = (
            Determination.objects.select_related("respondent__user", "respondent__case")
            .filter(respondent__case=case, public_id=determination_id)
            .first()
        )
        if determination is None or determination.status in (
            DeterminationStatus.DRAFT,
            DeterminationStatus.PROPOSED,
        ):
            raise NotFound
        if determination.annulled_at is not None:
            if not rules.is_officer(actor, case):
                raise NotPermitted
            return determination
        respondent = determination.respondent
        step = workflow.require("annul", actor=actor, case=case, respondent=respondent)
        if determination.status != DeterminationStatus.ISSUED:
            # A newer decision has taken its place already, and with it everything it caused.
            raise NotFound
        check_revision(case, revision)
        names_nobody_else(respondent, reason=reason)
        words = reason.strip()
        undone = list(determination.sanctions.select_related("consequence").order_by("pk"))
        restored = take_back_all(case, determination, actor=actor, reason=words)
        determination.annulled_at = clock.now()
        determination.annulled_by = actor
        determination.annulment_reason = words
        save(determination)
        workflow.take(step, [respondent])
        record(
            "decision.annulled",
            case,
            actor,
            subject=("determination", str(determination.public_id)),
            data={
                "respondent": str(respondent.public_id),
                "sanctions": [row.code for row in undone],
            },
            personal={"reason": words},
        )
        letters.queue_for(
            "decision_annulled",
            case,
            respondent,
            letters.decision_annulled(case, determination, restored=restored),
            key=f"decision_annulled:{determination.public_id}",
        )
        case_reports.changed(case, determination, actor=actor)
        _end(case)
    return determination


def _end(case: Case) -> None:
    """Tell whoever reported, where this was the last thing that was open in the case."""
    workflow.settle(case)
    if case.status == CaseStatus.CLOSED and case.closed_at is None:
        case.closed_at = clock.now()
        close_reports(case, outcome(case))


def outcome(case: Case) -> str:
    """What whoever reported is told of the end, by the decisions that stand."""
    issued = Determination.objects.filter(
        respondent__case=case, status=DeterminationStatus.ISSUED
    ).distinct()
    shown = issued.filter(findings__outcome=FindingOutcome.SHOWN)
    if shown.filter(annulled_at__isnull=True).exists():
        return ClosingOutcome.ACTION_TAKEN
    return ClosingOutcome.NOT_PURSUED if shown.exists() else ClosingOutcome.NO_VIOLATION
