"""Taking a consequence back, with everything it caused."""

from __future__ import annotations

from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from cases import letters, sanctions, workflow
from cases.enums import REVERSIBLE, SanctionStatus
from cases.models import Case, Determination, Sanction
from cases.services import case_reports
from cases.services.base import locked_case, record, save, visible_or_404
from cases.services.naming import names_nobody_else
from integrity.accounts.models import User
from integrity.core import clock
from integrity.core.errors import IllegalTransition, InvalidInput, NotFound


def take_back(case: Case, row: Sanction, *, actor: User, reason: str) -> list[str]:
    """Undo one sanction of the locked case and record it; the caller writes the letter.

    Returns what stands again, in the learner's language.
    """
    with translation.override(row.respondent.person.language):
        restored = sanctions.handler(row.code).reverse(row)
    row.status = SanctionStatus.REVERSED
    row.reversed_at = clock.now()
    row.reversed_by = actor
    row.reversal_reason = reason
    save(row)
    record(
        "sanction.reversed",
        case,
        actor,
        subject=("sanction", str(row.public_id)),
        data={"code": row.code},
        personal={"reason": reason},
    )
    return restored


def take_back_all(
    case: Case, determination: Determination, *, actor: User, reason: str
) -> list[str]:
    """Undo every sanction of a determination, the last one first (SA6)."""
    rows = determination.sanctions.select_related("respondent__user", "consequence").filter(
        status__in=REVERSIBLE
    )
    restored = []
    for row in rows.order_by("-pk"):
        restored += take_back(case, row, actor=actor, reason=reason)
    return restored


def reverse(*, actor: User, number: str, sanction_id: UUID | str, reason: str) -> Sanction:
    """Reverse one sanction, with a reason that the learner reads.

    Its effects end, whatever else was decided still stands, and the learner gets a letter that
    says what stands again. Reversing it twice is once.
    """
    if not reason.strip():
        raise InvalidInput({"reason": [_("Say why this consequence is taken back.")]})
    with locked_case(number) as case:
        visible_or_404(actor, case)
        row = (
            Sanction.objects.select_related("respondent__user", "respondent__case", "consequence")
            .filter(case=case, public_id=sanction_id)
            .first()
        )
        if row is None:
            raise NotFound
        workflow.require("reverse", actor=actor, case=case, respondent=row.respondent)
        if row.status == SanctionStatus.REVERSED:
            return row
        if row.status not in REVERSIBLE:
            raise IllegalTransition
        names_nobody_else(row.respondent, reason=reason)
        restored = take_back(case, row, actor=actor, reason=reason.strip())
        letters.queue_for(
            "sanction_reversed",
            case,
            row.respondent,
            letters.sanction_reversed(case, row, restored=restored, reason=reason.strip()),
            key=f"sanction_reversed:{row.public_id}",
        )
        case_reports.changed(case, row.determination, actor=actor)
    return row
