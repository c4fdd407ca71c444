"""Appeals: lodged in the window, decided by somebody uninvolved, effects undone (AP1 to AP3)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from cases import letters, workflow
from cases.enums import REVERSIBLE, AppealOutcome, DeterminationStatus
from cases.models import Appeal, Case, Respondent
from cases.services import answer_drafts, case_reports
from cases.services.base import (
    check_revision,
    locked_case,
    record,
    respondent_of,
    save,
    visible_or_404,
)
from cases.services.naming import names_nobody_else
from cases.services.sanction import take_back, take_back_all
from integrity.accounts.models import User
from integrity.accounts.rules import same_person
from integrity.core import clock
from integrity.core.errors import (
    Conflict,
    IllegalTransition,
    InvalidInput,
    NotFound,
    WindowClosed,
)


def lodge(
    *,
    actor: User,
    respondent_id: UUID | str,
    grounds: Sequence[str],
    text: str,
    form_key: str,
    revision: int | None = None,
) -> Appeal:
    """Appeal against the decision that was issued, on any of the policy's grounds.

    Until the window's last second, inclusive; for the suspended and expelled too. One appeal per
    determination: the same form again is the first appeal, another one a `Conflict`. Its draft
    ends; `revision` is that of the draft as it was checked, `Stale` when words were added since.
    """
    found = Respondent.objects.filter(same_person(actor, "user"), public_id=respondent_id)
    own = found.select_related("case").first()
    if own is None:
        raise NotFound
    with locked_case(own.case.number) as case:
        respondent = respondent_of(case, respondent_id)
        issued = respondent.determinations.filter(status=DeterminationStatus.ISSUED).first()
        known = Appeal.objects.filter(determination=issued).first() if issued else None
        if known is not None:
            if known.form_key == form_key and (known.text, known.grounds) == (
                text.strip(),
                sorted(grounds),
            ):
                return known
            raise Conflict(_("You have appealed against this decision already."))
        if Appeal.objects.filter(form_key=form_key).exists():
            # A form of somebody else, or of an earlier decision: its key is used up.
            raise Conflict(_("This form was sent before. Please start again."))
        step = workflow.require("appeal", actor=actor, case=case, respondent=respondent)
        if issued is None or issued.appeal_until is None:
            raise IllegalTransition(_("There is nothing to appeal against."))
        if clock.now() >= issued.appeal_until + timedelta(seconds=1):
            raise WindowClosed(_("The time to appeal has passed. Please contact us."))
        _check(case, grounds, text)
        answer_drafts.taken_along(respondent, answer_drafts.Kind.APPEAL, revision=revision)
        appeal = Appeal(
            determination=issued,
            respondent=respondent,
            grounds=sorted(grounds),
            text=text.strip(),
            lodged_at=clock.now(),
            form_key=form_key,
        )
        save(appeal)
        workflow.take(step, [respondent])
        record(
            "appeal.lodged",
            case,
            actor,
            subject=("appeal", str(appeal.public_id)),
            data={"respondent": str(respondent.public_id), "grounds": appeal.grounds},
        )
        letters.appeal_received(case, appeal)
    return appeal


def _check(case: Case, grounds: Collection[str], text: str) -> None:
    known = {code for code, _title in letters.terms(case).grounds}
    errors: dict[str, list[Any]] = {}
    if not grounds or set(grounds) - known or len(set(grounds)) != len(grounds):
        errors["grounds"] = [_("Choose at least one of the reasons.")]
    if not text.strip():
        errors["text"] = [_("Tell us why the decision should change.")]
    if errors:
        raise InvalidInput(errors)


def decide(
    *,
    actor: User,
    number: str,
    appeal_id: UUID | str,
    outcome: str,
    reasons: str,
    keep: Collection[str] = (),
    conditions: str = "",
    private_notes: str = "",
    revision: int | None = None,
) -> Appeal:
    """Decide an appeal, by an officer who had no hand in the decision.

    `keep` are public ids of the sanctions that stand when it is reduced: some, not all. Overturned
    and sent back, all of them are undone, the last one first. Deciding it again the same way is
    the same decision. `NotPermitted` for whoever was involved, `Stale` for an older `revision`.
    """
    if outcome not in AppealOutcome.values:
        raise InvalidInput({"outcome": [_("Choose what the appeal leads to.")]})
    if not reasons.strip():
        raise InvalidInput({"reasons": [_("Give the reasons. The learner reads them.")]})
    with locked_case(number) as case:
        visible_or_404(actor, case)
        appeal = (
            Appeal.objects.select_related("respondent__user", "respondent__case", "determination")
            .filter(respondent__case=case, public_id=appeal_id)
            .first()
        )
        if appeal is None:
            raise NotFound
        if appeal.outcome and appeal.decided_by_id == actor.pk and appeal.outcome == outcome:
            return appeal
        action = "remit" if outcome == AppealOutcome.SENT_BACK else "uphold"
        step = workflow.require(action, actor=actor, case=case, respondent=appeal.respondent)
        check_revision(case, revision)
        names_nobody_else(appeal.respondent, reasons=reasons, conditions=conditions)
        changes = _undo(case, appeal, actor=actor, outcome=outcome, keep=keep, reasons=reasons)
        appeal.outcome = outcome
        appeal.reasons = reasons.strip()
        appeal.conditions = conditions.strip()
        appeal.private_notes = private_notes.strip()
        appeal.decided_by = actor
        appeal.decided_at = clock.now()
        appeal.letter = letters.appeal_decided(case, appeal, changes=changes)
        save(appeal)
        if outcome in (AppealOutcome.OVERTURNED, AppealOutcome.SENT_BACK):
            appeal.determination.status = DeterminationStatus.SUPERSEDED
            save(appeal.determination)
        workflow.take(step, [appeal.respondent])
        record(
            "appeal.decided",
            case,
            actor,
            subject=("appeal", str(appeal.public_id)),
            data={"respondent": str(appeal.respondent.public_id), "outcome": outcome},
        )
        if outcome != AppealOutcome.UPHELD:
            case_reports.changed(case, appeal.determination, actor=actor)
    return appeal


def _undo(
    case: Case, appeal: Appeal, *, actor: User, outcome: str, keep: Collection[str], reasons: str
) -> list[str]:
    if outcome == AppealOutcome.UPHELD:
        return []
    reason = reasons.strip()[:4_000]
    if outcome != AppealOutcome.REDUCED:
        return take_back_all(case, appeal.determination, actor=actor, reason=reason)
    rows = list(
        appeal.determination.sanctions.select_related("respondent__user", "consequence")
        .filter(status__in=REVERSIBLE)
        .order_by("-pk")
    )
    gone = [row for row in rows if str(row.public_id) not in keep]
    if not gone or len(gone) == len(rows):
        raise InvalidInput({"keep": [_("Choose which consequences stand: some, but not all.")]})
    return [text for row in gone for text in take_back(case, row, actor=actor, reason=reason)]


def take_up(*, actor: User, number: str, respondent_id: UUID | str, reason: str) -> Respondent:
    """Look at a decision again, with a reason (PR6). It stands until a new one replaces it."""
    if not reason.strip():
        raise InvalidInput({"reason": [_("Say why the decision is looked at again.")]})
    with locked_case(number) as case:
        visible_or_404(actor, case)
        respondent = respondent_of(case, respondent_id)
        step = workflow.require("take_up", actor=actor, case=case, respondent=respondent)
        issued = respondent.determinations.filter(status=DeterminationStatus.ISSUED).first()
        if (
            issued is not None
            and issued.annulled_at is None
            and issued.appeal_until is not None
            and clock.now() < issued.appeal_until + timedelta(seconds=1)
            and not Appeal.objects.filter(determination=issued).exists()
        ):
            # Reviewing it now would take the appeal away while the decision stays in force.
            raise IllegalTransition(
                _("The learner can still appeal. Wait until the time for it has passed.")
            )
        workflow.take(step, [respondent])
        case.closed_at = None
        record(
            "decision.taken_up",
            case,
            actor,
            data={"respondent": str(respondent.public_id)},
            personal={"reason": reason.strip()},
        )
    return respondent
