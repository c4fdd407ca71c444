"""What is alleged: a violation type of the governing texts against one respondent."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from cases import workflow
from cases.enums import Completion
from cases.governing import texts
from cases.models import Allegation
from cases.services import accounts
from cases.services.base import (
    check_revision,
    locked_case,
    record,
    respondent_of,
    save,
    visible_or_404,
)
from cases.services.naming import names_nobody_else
from integrity.accounts.models import User
from integrity.core import clock
from integrity.core.errors import Conflict, InvalidInput, NotFound


def add(
    *,
    actor: User,
    number: str,
    respondent_id: UUID | str,
    violation_type_id: int,
    completion: str,
    description: str,
    revision: int | None = None,
) -> Allegation:
    """Add an allegation during the investigation.

    Only violation types of the texts that govern the case can be alleged (PO4), each in the words
    of the text that governs it (PO5). The same type against the same respondent again is the first
    one when nothing differs, else `Conflict`. `Stale` for an older `revision`.
    """
    with locked_case(number) as case:
        visible_or_404(actor, case)
        respondent = respondent_of(case, respondent_id)
        workflow.require("allege", actor=actor, case=case, respondent=respondent)
        violation = next(
            (row for row in texts(case).violation_types() if row.pk == violation_type_id), None
        )
        if violation is None:
            raise InvalidInput(
                {"violation_type": [_("Choose a violation that the governing policy names.")]}
            )
        if violation.code == accounts.VIOLATION:
            why_not = accounts.may_allege_second_account(respondent.user, clock.now())
            if why_not is not None:
                raise InvalidInput({"violation_type": [why_not]})
        if completion not in Completion.values:
            raise InvalidInput({"completion": [_("Choose attempted or completed.")]})
        names_nobody_else(respondent, description=description)
        known = Allegation.objects.filter(
            respondent=respondent, violation_type=violation, withdrawn_at__isnull=True
        ).first()
        if known is not None:
            if known.description == description and known.completion == completion:
                return known
            raise Conflict(_("This violation is alleged already."))
        check_revision(case, revision)
        last = case.allegations.aggregate(last=Max("position"))["last"] or 0
        allegation = Allegation(
            case=case,
            respondent=respondent,
            violation_type=violation,
            completion=completion,
            description=description,
            position=last + 1,
            added_by=actor,
        )
        save(allegation)
        record(
            "allegation.added",
            case,
            actor,
            subject=("allegation", str(allegation.public_id)),
            data={
                "violation": violation.code,
                "version": violation.version_id,
                "completion": completion,
                "respondent": str(respondent.public_id),
            },
        )
    return allegation


def withdraw(*, actor: User, number: str, allegation_id: UUID | str, reason: str) -> Allegation:
    """Take an allegation back before the notice, with a reason. It stays in the history."""
    if not reason.strip():
        raise InvalidInput({"reason": [_("Say why the allegation is taken back.")]})
    with locked_case(number) as case:
        visible_or_404(actor, case)
        allegation = case.allegations.filter(public_id=allegation_id).first()
        if allegation is None:
            raise NotFound
        workflow.require("allege", actor=actor, case=case, respondent=allegation.respondent)
        if allegation.withdrawn_at is None:
            allegation.withdrawn_at = clock.now()
            save(allegation)
            record(
                "allegation.withdrawn",
                case,
                actor,
                subject=("allegation", str(allegation.public_id)),
                personal={"reason": reason.strip()},
            )
    return allegation
