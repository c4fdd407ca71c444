"""How much a case presses, in words: its priority and why, a pause, that it may become late."""

from __future__ import annotations

from dataclasses import dataclass

from cases.models import Case
from cases.priority import Level, level_of
from cases.selectors.words import day
from cases.services.pausing import running
from cases.services.priority import Reason, explain
from cases.workflow import STAGE_WORKING_DAYS
from integrity.core import clock


@dataclass(frozen=True, slots=True)
class Paused:
    """A pause that runs."""

    since: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Pressing:
    """What the page of a case says about it.

    `escalated`: the desk's time ends within a working day, or has ended; asked of the clock, so it
    is right without a scheduler (HOSTILE 83). `own_time`: the desk has the next step, so that its
    time can stand still. `may_pause` and `may_resume` are for `_priority.html`, from the workflow.
    """

    case: Case
    level: Level
    reasons: list[Reason]
    paused: Paused | None
    escalated: bool
    own_time: bool
    told: bool

    @property
    def ranked(self) -> bool:
        """Whether the order of the queue has anything to do with it."""
        return self.own_time and (self.case.urgent or bool(self.reasons))


def pressing(case: Case, *, reads: bool = True) -> Pressing:
    """For the page of the case and a look at it from the queue: two queries, three while paused.

    `reads`: whether the reader may read the case. Why the time stands still is told to nobody else.
    """
    pause = running(case)
    own_time = case.status in STAGE_WORKING_DAYS
    return Pressing(
        case=case,
        level=level_of(case.priority),
        reasons=explain(case) if own_time else [],
        paused=Paused(
            since=day(pause.began_at),
            by=pause.began_by.display_name,
            reason=pause.reason if reads else "",
        )
        if pause is not None
        else None,
        escalated=case.escalate_at is not None and case.escalate_at <= clock.now(),
        own_time=own_time,
        told=case.escalated_at is not None,
    )
