"""What the passing of time brings: reminders, ended suspensions, closed cases.

Nothing here decides anything that a page would not show on its own: a suspension is over when its
time has passed, whether this ran or not. Running it twice, or late, does each thing once.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db.models import Q

from cases import answerable, letters, workflow
from cases.enums import (
    CaseStatus,
    DeterminationStatus,
    SanctionStatus,
)
from cases.models import Appeal, Notice, Respondent, Sanction
from cases.services import (
    acknowledgement,
    annulment,
    answer_drafts,
    check_ins,
    drafts,
    escalation,
    interim,
    meetings,
    priority,
    retaliation,
    windows,
)
from cases.services.base import locked_case, record, save
from cases.services.triage import close_reports
from cases.windows import window
from integrity.core import clock
from integrity.core.calendar import working_days_until
from policies.enums import ConsequenceCode

logger = logging.getLogger(__name__)

# A reminder goes out when so many working days, or fewer, are left to answer.
REMIND_AT = {1: 3, 2: 1}
# A window is open through its last second.
LAST_SECOND = timedelta(seconds=1)


def run(at: datetime | None = None) -> dict[str, int]:
    """Do everything that is due at `at` (default: now); returns how much of each was done.

    What fails keeps nothing else from being done; the first failure is raised at the end.
    """
    if at is not None:
        with clock.frozen(at):
            return run()
    steps = {
        "windows_moved": windows.run,
        "reminders": _remind,
        "sanctions_ended": _end_sanctions,
        "closed": _close,
        "measures_ended": interim.end_dismissed,
        "drafts_forgotten": drafts.forget_abandoned,
        "answers_forgotten": answer_drafts.forget_ended,
        "unacknowledged": acknowledgement.run,
        "check_ins": check_ins.run,
        "meetings_near": meetings.remind,
        "meetings_ended": meetings.call_off_ended,
        "retaliation": retaliation.look_at_peer_reviews,
        "weighed": priority.catch_up,
        "escalated": escalation.run,
    }
    done: dict[str, int] = {}
    failed: list[Exception] = []
    for name, step in steps.items():
        try:
            done[name] = step()
        except Exception as error:
            logger.exception("Deadlines: %s failed", name)
            failed.append(error)
    if failed:
        raise failed[0]
    return done


def _remind() -> int:
    done = 0
    waiting = Notice.objects.filter(
        respondent__status=CaseStatus.NOTIFIED, response__isnull=True, due_at__gt=clock.now()
    ).values_list("pk", "respondent__case__number")
    for pk, number in list(waiting):
        # Looked at before the lock, so that a case nothing is due in is left alone.
        if not _reminder_due(_notice(pk)):
            continue
        with locked_case(number) as case:
            notice = _notice(pk)
            if not _reminder_due(notice) or notice.respondent.status != CaseStatus.NOTIFIED:
                continue
            letters.queue_for(
                "notice_reminder",
                case,
                notice.respondent,
                letters.notice_reminder(case, notice.respondent),
                key=letters.next_reminder_key(notice),
            )
            done += 1
    return done


def _notice(pk: int) -> Notice:
    return Notice.objects.select_related(
        "respondent__user", "respondent__case__institution", "letter__message"
    ).get(pk=pk)


def _reminder_due(notice: Notice) -> bool:
    """Whether a reminder of this notice is due now.

    None before the time has started: only the learner who got the notice is reminded of it. After
    it came anew, or more time was given, they begin anew.
    """
    case = notice.respondent.case
    found = window(case, notice)
    if not found.started or found.over or found.delivered_at is None:
        return False
    since = found.delivered_at
    if found.last is not None and found.last.until is not None and found.last.decided_at:
        since = max(since, found.last.decided_at)
    left = working_days_until(found.now, found.due_at, zone=found.zone, holidays=found.free)
    sent = letters.reminders_queued(notice, since=since)
    return sent < len(REMIND_AT) and left <= REMIND_AT[sent + 1]


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
            # A bar for some days was told with its end, and leaves nothing to do.
            if row.code == ConsequenceCode.TEMPORARY_SUSPENSION:
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
            if not _over(respondent) or not workflow.possible(
                "close", actor=None, case=case, respondent=respondent
            ):
                continue
            step = workflow.require("close", actor=None, case=case, respondent=respondent)
            workflow.take(step, [respondent])
            workflow.settle(case)
            record("respondent.closed", case, None, data={"respondent": str(respondent.public_id)})
            if case.status == CaseStatus.CLOSED:
                case.closed_at = clock.now()
                close_reports(case, annulment.outcome(case))
            done += 1
    return done


def _over(respondent: Respondent) -> bool:
    """Whether nothing can change the decision that stands: asked after the lock.

    An earlier appeal says nothing about a later decision, which has a window of its own.
    """
    issued = respondent.determinations.filter(status=DeterminationStatus.ISSUED).first()
    if issued is None:  # overturned
        return respondent.appeals.filter(decided_at__isnull=False).exists()
    appeal = Appeal.objects.filter(determination=issued).first()
    if appeal is not None:
        return appeal.decided_at is not None
    notice = windows.newest(respondent) if answerable.settled(respondent) is not None else None
    if notice is not None and not window(respondent.case, notice).over:
        # Settled in one letter, it can be answered still.
        return False
    return issued.appeal_until is None or clock.now() >= issued.appeal_until + LAST_SECOND
