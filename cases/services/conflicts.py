"""A conflict of interest, declared in one click; taken back by an officer only (QU5)."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _

from cases import rules
from cases.models import Case, ConflictDeclaration
from cases.services.base import locked_case, record, save, shut_out, visible_or_404
from cases.services.clean import Problems
from integrity.accounts.models import User
from integrity.accounts.rules import STAFF_OF_CASES, has_role
from integrity.core.errors import InvalidInput, NotFound, NotPermitted

REASON_LENGTH = 500


def declare(*, actor: User, number: str, reason: str = "") -> None:
    """Declare a relation to the case. From the next request on it does not exist for the actor.

    A reason is not asked for: whoever hesitates over words stays too long. If the case is theirs it
    goes back to the queue; that they followed it, have it open or were named in its notes is gone.
    Raises `NotFound` for a case that does not exist for them, so also when sent twice.
    """
    text = _clean(reason)
    with locked_case(number) as case:
        visible_or_404(actor, case)
        if not has_role(actor, *STAFF_OF_CASES, institution_id=case.institution_id, anywhere=False):
            raise NotPermitted
        save(ConflictDeclaration(case=case, user=actor, reason=text or _without_words()))
        shut_out(case, actor)
        record("conflict.declared", case, actor, personal={"reason": text or _without_words()})


def undo(*, actor: User, number: str, user_id: UUID | str, reason: str) -> Case:
    """An officer takes back what somebody else declared, with a reason.

    The case does not come back to them by itself. Raises `NotFound` where nothing was declared,
    `NotPermitted` for everybody but officers without a conflict, `InvalidInput` at `reason`.
    """
    text = _clean(reason)
    if not text:
        raise InvalidInput({"reason": [_("Say why it is taken back.")]})
    with locked_case(number) as case:
        visible_or_404(actor, case)
        if not rules.oversees(actor, case):
            raise NotPermitted
        declared = case.conflicts.select_related("user").filter(user__public_id=user_id).first()
        if declared is None:
            raise NotFound
        whose = declared.user
        declared.delete()
        record(
            "conflict.undone",
            case,
            actor,
            personal={"reason": text, "of": str(whose.public_id)},
        )
    return case


def _clean(reason: str) -> str:
    problems = Problems()
    text = problems.text("reason", reason, max_length=REASON_LENGTH)
    problems.stop()
    return text


def _without_words() -> str:
    """Stored text is in the product's own language."""
    with translation.override(settings.LANGUAGE_CODE):
        return now_("Declared without giving a reason.")
