"""The receipt of an appeal, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import translation
from django.utils.translation import gettext as _

from cases.enums import SanctionStatus
from cases.governing import texts
from cases.letters.decision import sanction_items
from cases.letters.queueing import queue_for
from cases.letters.words import case_url, contact, matter, terms
from cases.models import (
    Appeal,
    Case,
)
from integrity.core import clock
from notifications import payloads
from notifications.models import Letter, OutboxMessage


def appeal_received(case: Case, appeal: Appeal) -> OutboxMessage:
    """The appeal arrived."""
    respondent = appeal.respondent
    titles = dict(terms(case).grounds)
    with translation.override(respondent.person.language):
        payload = payloads.AppealReceived(
            case_number=case.number,
            matter=matter(case),
            received_at=appeal.lodged_at,
            grounds=tuple(titles.get(code, code) for code in appeal.grounds),
            stayed=_("What was decided stays in force while we look at your appeal."),
            case_url=case_url(case),
            contact=contact(case),
        )
    return queue_for(
        "appeal_received", case, respondent, payload, key=f"appeal_received:{appeal.public_id}"
    )


def appeal_decided(case: Case, appeal: Appeal, *, changes: Sequence[str]) -> Letter:
    """The appeal was decided: outcome, reasons, what is different now."""
    respondent = appeal.respondent
    standing = appeal.determination.sanctions.filter(status=SanctionStatus.ACTIVE).select_related(
        "consequence"
    )
    with translation.override(respondent.person.language):
        payload = payloads.AppealDecided(
            case_number=case.number,
            matter=matter(case),
            decided_at=clock.now(),
            outcome=appeal.outcome,  # type: ignore[arg-type]
            reasons=appeal.reasons,
            changes=tuple(changes),
            conditions=appeal.conditions,
            sanctions=sanction_items(standing),
            no_refunds=texts(case).no_refunds,
            case_url=case_url(case),
            contact=contact(case),
        )
    message = queue_for(
        "appeal_decided", case, respondent, payload, key=f"appeal_decided:{appeal.public_id}"
    )
    return message.letter
