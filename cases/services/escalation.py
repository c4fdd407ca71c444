"""Who is told that a case may become late, before it is (QU6, decision 0030).

The pages ask the clock themselves (`Case.escalate_at`): without a scheduler nobody gets a message,
and the case shows what it is all the same (HOSTILE 76, 83).
"""

from __future__ import annotations

from cases import rules
from cases.letters import alerts
from cases.models import Case
from cases.services.base import record
from cases.services.noticing import MOST_ALERTED
from integrity.accounts.enums import Role
from integrity.accounts.models import User
from integrity.audit import services as audit
from integrity.core import clock

# So many cases at a time; the next run goes on.
LOT = 1_000


def run() -> int:
    """Alert about every case whose stage ends within one working day, once for each deadline.

    Run by several schedulers at once, or again, each deadline is alerted about once. The revision
    of the case stays, so that nobody's open form becomes stale. Returns how many it was.
    """
    waiting = Case.objects.filter(
        escalate_at__isnull=False, escalate_at__lte=clock.now(), escalated_at__isnull=True
    )
    return sum(_escalate(pk) for pk in list(waiting.values_list("pk", flat=True)[:LOT]))


def _escalate(pk: int) -> int:
    with audit.transaction():
        case = Case.objects.select_for_update(of=("self",)).select_related("institution").get(pk=pk)
        at = clock.now()
        if case.escalated_at is not None or case.escalate_at is None or case.escalate_at > at:
            return 0
        due = case.due_at
        if due is None:
            return 0
        told = alerts.case_escalated(case, _whom(case), due=due)
        case.escalated_at = at
        case.save(update_fields=["escalated_at"])
        record(
            "case.escalated",
            case,
            None,
            data={"due_at": due.isoformat(), "told": told},
        )
    return 1


def _whom(case: Case) -> list[User]:
    """The one the case is with and the officers where it belongs, nobody with a conflict in it."""
    officers = rules.desk_of(case, (Role.OFFICER,))
    with_it = [user for user in officers if user.pk == case.assignee_id]
    if case.assignee_id is not None and not with_it:
        with_it = [user for user in rules.desk_of(case) if user.pk == case.assignee_id]
    return list({user.pk: user for user in [*with_it, *officers]}.values())[:MOST_ALERTED]
