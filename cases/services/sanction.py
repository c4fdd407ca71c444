"""Taking a consequence back, with everything it caused."""

from __future__ import annotations

from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from cases import letters, sanctions, workflow
from cases.enums import SanctionStatus
from cases.models import Sanction
from cases.services.base import locked_case, record, save, visible_or_404
from integrity.accounts.models import User
from integrity.core import clock
from integrity.core.errors import IllegalTransition, InvalidInput, NotFound


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
        if row.status not in (SanctionStatus.ACTIVE, SanctionStatus.ENDED):
            raise IllegalTransition
        with translation.override(row.respondent.user.language):
            restored = sanctions.handler(row.code).reverse(row)
        row.status = SanctionStatus.REVERSED
        row.reversed_at = clock.now()
        row.reversed_by = actor
        row.reversal_reason = reason.strip()
        save(row)
        record(
            "sanction.reversed",
            case,
            actor,
            subject=("sanction", str(row.public_id)),
            data={"code": row.code},
            personal={"reason": reason.strip()},
        )
        letters.queue_for(
            "sanction_reversed",
            case,
            row.respondent,
            letters.sanction_reversed(case, row, restored=restored, reason=reason.strip()),
            key=f"sanction_reversed:{row.public_id}",
        )
    return row
