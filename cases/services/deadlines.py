"""What the passing of time brings: reminders, ended suspensions, closed cases.

Nothing here decides anything that a page would not show on its own: a suspension is over when its
time has passed, whether this ran or not. Running it twice, or late, does each thing once.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from cases import letters, workflow
from cases.enums import (
    CaseStatus,
    ClosingOutcome,
    DeterminationStatus,
    FindingOutcome,
    SanctionStatus,
)
from cases.models import Case, Determination, Notice, Respondent, Sanction
from cases.services.base import locked_case, record, save
from cases.services.triage import close_reports
from integrity.core import clock
from integrity.core.calendar import working_days_until
from integrity.courses.selectors import holidays

# A reminder goes out when so many working days, or fewer, are left to answer.
REMIND_AT = {1: 3, 2: 1}


def run(at: datetime | None = None) -> dict[str, int]:
    """Do everything that is due at `at` (default: now); returns how much of each was done."""
    if at is not None:
        with clock.frozen(at):
            return run()
    return {
        "reminders": _remind(),
        "sanctions_ended": _end_sanctions(),
        "closed": _close(),
    }


def _remind() -> int:
    done = 0
    waiting = Notice.objects.filter(
        respondent__status=CaseStatus.NOTIFIED, response__isnull=True, due_at__gt=clock.now()
    ).values_list("pk", "respondent__case__number")
    for pk, number in list(waiting):
        with locked_case(number) as case:
            notice = Notice.objects.select_related("respondent__user").get(pk=pk)
            if notice.respondent.status != CaseStatus.NOTIFIED:
                continue
            left = working_days_until(
                clock.now(),
                notice.due_at,
                zone=case.institution.time_zone,
                holidays=holidays(case.institution),
            )
            for count, days in REMIND_AT.items():
                if left > days or letters.was_queued(letters.reminder_key(notice, count)):
                    continue
                letters.queue_for(
                    "notice_reminder",
                    case,
                    notice.respondent,
                    letters.notice_reminder(case, notice.respondent),
                    key=letters.reminder_key(notice, count),
                )
                done += 1
                break
    return done


def _end_sanctions() -> int:
    done = 0
    over = Sanction.objects.filter(
        status=SanctionStatus.ACTIVE, ends_at__lte=clock.now()
    ).values_list("pk", "case__number")
    for pk, number in list(over):
        with locked_case(number) as case:
            row = Sanction.objects.select_related("respondent__user").get(pk=pk)
            if (
                row.status != SanctionStatus.ACTIVE
                or row.ends_at is None
                or row.ends_at > clock.now()
            ):
                continue
            row.status = SanctionStatus.ENDED
            save(row)
            record(
                "sanction.ended",
                case,
                None,
                subject=("sanction", str(row.public_id)),
                data={"code": row.code},
            )
            letters.queue_for(
                "suspension_ended",
                case,
                row.respondent,
                letters.suspension_ended(case, row),
                key=f"sanction_ended:{row.public_id}",
            )
            done += 1
    return done


def _close() -> int:
    """Close who was decided about once the window to appeal is over, or the appeal decided."""
    done = 0
    ready = (
        Respondent.objects.filter(
            Q(
                Q(determinations__appeal_until__isnull=True)
                | Q(determinations__appeal_until__lt=clock.now()),
                determinations__status=DeterminationStatus.ISSUED,
            )
            # An appeal that was decided is the last word here.
            | Q(appeals__decided_at__isnull=False),
            status=CaseStatus.DECIDED,
        )
        .values_list("pk", "case__number")
        .distinct()
    )
    for pk, number in list(ready):
        with locked_case(number) as case:
            respondent = Respondent.objects.get(pk=pk)
            if not workflow.possible("close", actor=None, case=case, respondent=respondent):
                continue
            step = workflow.require("close", actor=None, case=case, respondent=respondent)
            workflow.take(step, [respondent])
            workflow.settle(case)
            record("respondent.closed", case, None, data={"respondent": str(respondent.public_id)})
            if case.status == CaseStatus.CLOSED:
                case.closed_at = clock.now()
                close_reports(case, _outcome(case))
            done += 1
    return done


def _outcome(case: Case) -> str:
    issued = Determination.objects.filter(respondent__case=case, status=DeterminationStatus.ISSUED)
    shown = issued.filter(findings__outcome=FindingOutcome.SHOWN).exists()
    return ClosingOutcome.ACTION_TAKEN if shown else ClosingOutcome.NO_VIOLATION
