"""A decision, or the decision on an appeal, as it would be, without taking it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cases.enums import REVERSIBLE, DeterminationStatus, SanctionStatus
from cases.models import Sanction
from cases.services import appeal, determination, summary
from integrity.accounts.models import User
from integrity.audit import services as audit
from notifications.content import unseal_letter


@dataclass(frozen=True)
class Rehearsal:
    """What proposing would do: whether a second officer is needed, and the letter's text.

    `html` is sanitised as every letter is.
    """

    needs_second: bool
    title: str
    html: str


class _Undo(Exception):
    """Leaves the transaction, so that nothing of it stays."""


def rehearse(
    *,
    actor: User,
    number: str,
    respondent_id: UUID | str,
    facts: Mapping[str, Any],
    consequences: Sequence[str],
    params: Mapping[str, Mapping[str, Any]] | None = None,
    reasons_penalty: str = "",
    departure_reason: str = "",
    revision: int | None = None,
) -> Rehearsal:
    """Go through `determination.propose` to the end and take everything back.

    So the preview is the very letter that would be written, and everything that `propose` refuses
    is refused here with the same errors. Nothing is stored, queued or recorded.
    """
    found: Rehearsal | None = None
    try:
        with audit.transaction():
            made = determination.propose(
                actor=actor,
                number=number,
                respondent_id=respondent_id,
                facts=facts,
                consequences=consequences,
                params=params,
                reasons_penalty=reasons_penalty,
                departure_reason=departure_reason,
                revision=revision,
            )
            if made.status == DeterminationStatus.ISSUED and made.letter is not None:
                html = unseal_letter(made.letter.content_sealed).html
                found = Rehearsal(made.needs_second, made.letter.title, html)
            else:
                letter = determination.preview_letter(
                    actor=actor, number=number, respondent_id=respondent_id
                )
                found = Rehearsal(made.needs_second, letter.title, letter.html)
            raise _Undo
    except _Undo:
        pass
    if found is None:
        raise AssertionError("A rehearsal ends with a letter.")
    return found


def rehearse_summary(**asked: Any) -> Rehearsal:
    """As `rehearse`, for `summary.settle` and with its arguments."""
    found: Rehearsal | None = None
    try:
        with audit.transaction():
            made = summary.settle(**asked)
            if made.letter is None:
                raise AssertionError("A decision in one letter has a letter.")
            html = unseal_letter(made.letter.content_sealed).html
            found = Rehearsal(made.needs_second, made.letter.title, html)
            raise _Undo
    except _Undo:
        pass
    if found is None:
        raise AssertionError("A rehearsal ends with a letter.")
    return found


@dataclass(frozen=True)
class AppealRehearsal:
    """What deciding an appeal would do: the sanctions it undoes, those that stand, the letter."""

    undone: list[Sanction]
    standing: list[Sanction]
    title: str
    html: str


def rehearse_appeal(
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
) -> AppealRehearsal:
    """As `rehearse`, for `appeal.decide`: the very letter, and nothing of it stays."""
    found: AppealRehearsal | None = None
    try:
        with audit.transaction():
            before = {
                row.pk
                for row in Sanction.objects.filter(
                    determination__appeal__public_id=appeal_id, status__in=REVERSIBLE
                )
            }
            made = appeal.decide(
                actor=actor,
                number=number,
                appeal_id=appeal_id,
                outcome=outcome,
                reasons=reasons,
                keep=keep,
                conditions=conditions,
                private_notes=private_notes,
                revision=revision,
            )
            if made.letter is None:
                raise AssertionError("A decided appeal has a letter.")
            rows = list(
                made.determination.sanctions.select_related("consequence")
                .filter(pk__in=before)
                .order_by("pk")
            )
            found = AppealRehearsal(
                undone=[row for row in rows if row.status == SanctionStatus.REVERSED],
                standing=[row for row in rows if row.status != SanctionStatus.REVERSED],
                title=made.letter.title,
                html=unseal_letter(made.letter.content_sealed).html,
            )
            raise _Undo
    except _Undo:
        pass
    if found is None:
        raise AssertionError("A rehearsal ends with a letter.")
    return found
