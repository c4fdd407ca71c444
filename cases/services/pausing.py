"""The desk's own time stands still for a reason, and goes on where it was (QU6, decision 0030).

Only what the desk has for its stage is ever paused. A learner's time to answer or to appeal is a
promise: it runs whatever the desk does.
"""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from cases import rules, workflow
from cases.models import Case, DeadlinePause
from cases.services.base import locked_case, record, save, visible_or_404
from cases.services.clean import Problems
from integrity.accounts.models import User
from integrity.core import clock
from integrity.core.calendar import add_working_days, working_days_until
from integrity.core.errors import Conflict, IllegalTransition
from integrity.courses.selectors import holidays

REASON_LENGTH = 500


def pause(*, actor: User, number: str, reason: str) -> DeadlinePause:
    """Let the time of the case's stage stand still. It has no deadline until it goes on.

    The stage ending ends the pause too. Sent twice by one person with one reason, it is one pause.
    Raises `InvalidInput` without a reason, `NotFound`, `NotPermitted`, `Conflict` where somebody
    else paused it, and `IllegalTransition` where there is no time of the desk to pause: in another
    stage, or when it is over already.
    """
    problems = Problems()
    text = problems.text("reason", reason, max_length=REASON_LENGTH)
    if not text and not problems.fields:
        problems.add("reason", _("Say why the time stands still."))
    problems.stop()
    with locked_case(number) as case:
        visible_or_404(actor, case)
        known = running(case)
        if known is not None and rules.access(actor, case) == rules.Access.WORK:
            if known.began_by_id == actor.pk and known.reason == text:
                return known
            raise Conflict(_("The time of this case stands still already."))
        workflow.require("pause", actor=actor, case=case)
        due = case.due_at
        if due is None:
            raise IllegalTransition
        row = DeadlinePause(
            case=case, reason=text, due_before=due, began_by=actor, began_at=clock.now()
        )
        save(row)
        case.paused_at = row.began_at
        case.due_at = None
        record(
            "deadline.paused",
            case,
            actor,
            data={"due_at": due.isoformat()},
            personal={"reason": text},
        )
    return row


def resume(*, actor: User, number: str) -> datetime | None:
    """Let the time go on: as many working days as were left, and never less than before.

    Returns the new deadline. Where nothing is paused (any more) nothing happens, so that pressing
    twice is once. Raises `NotFound`, `NotPermitted`.
    """
    with locked_case(number) as case:
        visible_or_404(actor, case)
        row = running(case)
        if row is None and rules.access(actor, case) == rules.Access.WORK:
            return case.due_at
        workflow.require("resume", actor=actor, case=case)
        if row is None:
            raise IllegalTransition
        row.ended_at = clock.now()
        row.ended_by = actor
        save(row)
        case.paused_at = None
        case.due_at = due_again(row, case, at=row.ended_at)
        record(
            "deadline.resumed",
            case,
            actor,
            data={"due_at": case.due_at.isoformat(), "with_stage": False},
        )
        return case.due_at


def due_again(row: DeadlinePause, case: Case, *, at: datetime) -> datetime:
    """When the stage is due if its time goes on at `at`.

    The day it was paused on and the day it goes on are one day of work together. Counted by the
    calendar as it is known now; whatever became of it, never earlier than it was due before.
    """
    zone = case.institution.time_zone
    free = holidays(case.institution)
    left = working_days_until(row.began_at, row.due_before, zone=zone, holidays=free)
    return max(row.due_before, add_working_days(at, left, zone=zone, holidays=free))


def running(case: Case) -> DeadlinePause | None:
    """The pause that runs, with who began it; one query."""
    if case.paused_at is None:
        return None
    return (
        DeadlinePause.objects.select_related("began_by")
        .filter(case=case, ended_at__isnull=True)
        .first()
    )
