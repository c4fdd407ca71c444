"""Whether somebody may take a step now, and taking it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from django.utils.functional import Promise

from cases import due_process, rules
from cases.enums import CaseStatus as S
from cases.enums import DeterminationStatus
from cases.models import Case, Respondent
from cases.workflow.table import (
    BY_OTHERS,
    BY_STRANGERS,
    BY_UNINVOLVED,
    HAD_A_HAND,
    KNOWS_WHO,
    PROPOSED_IT,
    SETTLED_IT,
    TABLE,
    By,
    Step,
)
from integrity.accounts.models import User
from integrity.accounts.rules import belongs_to
from integrity.core import clock
from integrity.core.errors import IllegalTransition, NotFound, NotPermitted

# They wait for the answer, or for an officer who goes on without one.
_AFTER_ANSWER = frozenset({"find", "propose", "decide", "confirm"})


def _permitted(
    step: Step,
    actor: User | None,
    case: Case,
    respondent: Respondent | None,
    access: rules.Access | None = None,
) -> bool:
    """`access`: what the actor sees of the case, where that was asked already."""
    if step.by == By.SYSTEM:
        return actor is None
    if actor is None:
        return False
    if step.by == By.RESPONDENT:
        return respondent is not None and belongs_to(respondent.user, actor)
    if (rules.access(actor, case) if access is None else access) < rules.Access.WORK:
        return False
    if step.by == By.UNDO and case.dismissed_by_id == actor.pk:
        return True
    if step.by == By.HEARER:
        return respondent is not None and rules.hears(actor, respondent)
    if decisive(step, case, respondent, case.respondents.all):
        asked = rules.decides if step.by == By.DESK else rules.is_officer
        return asked(actor, case)
    return step.by == By.DESK or rules.oversees(actor, case)


def decisive(
    step: Step,
    case: Case,
    respondent: Respondent | None,
    everybody: Callable[[], Iterable[Respondent]],
) -> bool:
    """Whether the step is part of deciding a case that the institution decides.

    A step of the whole case takes `everybody` along, and the case stands where its slowest
    respondent stands: who is further on counts.
    """
    if not (step.decisive and case.institution_decides):
        return False
    if status_of(case, respondent) in step.decisive:
        return True
    return respondent is None and any(row.status in step.decisive for row in everybody())


def unmet(action: str, case: Case, respondent: Respondent | None = None) -> list[str | Promise]:
    """What is still missing before the step, in words for the person at the desk."""
    messages = (guard(case, respondent) for guard in TABLE[action].guards)
    return [message for message in messages if message is not None]


def status_of(case: Case, respondent: Respondent | None) -> str:
    """The status a step starts from: the respondent's own, else the case's."""
    return respondent.status if respondent is not None else case.status


def possible(
    action: str, *, actor: User | None, case: Case, respondent: Respondent | None = None
) -> bool:
    """Whether a button for the step is shown: permitted, and from this status. Guards aside."""
    step = TABLE[action]
    return status_of(case, respondent) in step.sources and _permitted(step, actor, case, respondent)


def require(
    action: str, *, actor: User | None, case: Case, respondent: Respondent | None = None
) -> Step:
    """The step, if `actor` may take it now on the locked case.

    Raises `NotFound` when the case does not exist for the actor, `NotPermitted` when the role does
    not reach, `IllegalTransition` from a wrong status or while something is missing.
    """
    step = TABLE[action]
    access = None
    if step.by != By.RESPONDENT and not (step.by == By.SYSTEM and actor is None):
        access = rules.Access.NONE if actor is None else rules.access(actor, case)
        if access == rules.Access.NONE:
            raise NotFound
    if step.by == By.RESPONDENT and (
        respondent is None or not _permitted(step, actor, case, respondent)
    ):
        raise NotFound
    if not _permitted(step, actor, case, respondent, access):
        raise NotPermitted
    if action in BY_STRANGERS and actor is not None and rules.knows_who_reported(actor, case):
        raise NotPermitted(KNOWS_WHO)
    if action in BY_OTHERS and actor is not None and rules.settled_alone(actor, respondent):
        raise NotPermitted(SETTLED_IT)
    if respondent is not None and actor is not None:
        if action in BY_UNINVOLVED and rules.involved(actor, respondent):
            raise NotPermitted(HAD_A_HAND)
        if action == "confirm" and _proposed_by(actor, respondent):
            raise NotPermitted(PROPOSED_IT)
    if status_of(case, respondent) not in step.sources:
        raise too_early(action, respondent)
    missing = unmet(action, case, respondent)
    if missing:
        raise IllegalTransition(missing[0])
    return step


def _proposed_by(actor: User, respondent: Respondent) -> bool:
    """Whether what waits for a second officer is the actor's own work (PR4)."""
    rows = respondent.determinations.filter(status=DeterminationStatus.PROPOSED)
    return any(row.is_by(actor) for row in rows)


def too_early(action: str, respondent: Respondent | None) -> IllegalTransition:
    """The refusal from a wrong status: before the answer it says what the learner is still owed."""
    if respondent is not None and respondent.status == S.NOTIFIED and action in _AFTER_ANSWER:
        words = due_process.missing(respondent, due_process.BEFORE_DECISION)
        if words is not None:
            return IllegalTransition(words)
    return IllegalTransition()


def take(step: Step, respondents: Iterable[Respondent], *, at: datetime | None = None) -> None:
    """Move these respondents to the step's target; a dismissal keeps where they stood.

    Here and in `take_back` alone their status is set.
    """
    if step.target is None:
        return
    at = at or clock.now()
    for respondent in respondents:
        if respondent.status in step.sources:
            respondent.status_before = respondent.status if step.target == S.DISMISSED else ""
            respondent.status = step.target
            respondent.status_since = at
            respondent.save(update_fields=["status", "status_before", "status_since"])


def take_back(respondents: Iterable[Respondent]) -> None:
    """Put dismissed respondents back where they stood: the dismissal is undone."""
    at = clock.now()
    for respondent in respondents:
        if respondent.status == S.DISMISSED and respondent.status_before:
            respondent.status, respondent.status_before = respondent.status_before, ""
            respondent.status_since = at
            respondent.save(update_fields=["status", "status_before", "status_since"])
