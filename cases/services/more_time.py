"""More time to answer (PR2): asked for by the respondent, given or refused by the desk."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from cases import letters, rules, workflow
from cases.enums import MoreTimeOutcome
from cases.letters import alerts
from cases.models import Case, MoreTime, Notice, Respondent
from cases.services import windows
from cases.services.base import (
    locked_case,
    record,
    respondent_of,
    save,
    visible_or_404,
)
from cases.services.naming import names_nobody_else
from cases.windows import Window
from integrity.accounts.models import User
from integrity.accounts.rules import same_person
from integrity.core import clock, ids
from integrity.core.calendar import end_of_day
from integrity.core.errors import (
    Conflict,
    IllegalTransition,
    InvalidInput,
    NotFound,
    NotPermitted,
    WindowClosed,
)

# The most a date may lie ahead.
LONGEST_DAYS = 365


def ask(*, actor: User, respondent_id: UUID | str, reason: str, form_key: str) -> MoreTime:
    """Ask for more time, with a reason, until the window's last second; the desk is told.

    The same form again is the same request. `Conflict` while another one waits, `WindowClosed`
    after the window, `IllegalTransition` before it began: nothing has to be asked for then.
    """
    found = (
        Respondent.objects.filter(same_person(actor, "user"), public_id=respondent_id)
        .select_related("case")
        .first()
    )
    if found is None:
        raise NotFound
    if not reason.strip():
        raise InvalidInput({"reason": [_("Say why you need more time.")]})
    with locked_case(found.case.number) as case:
        respondent = respondent_of(case, respondent_id)
        known = MoreTime.objects.filter(form_key=form_key).first()
        if known is not None:
            if known.notice.respondent_id != respondent.pk or known.reason != reason.strip():
                raise Conflict(_("This form was sent before. Please open the page again."))
            return known
        workflow.require("ask_more_time", actor=actor, case=case, respondent=respondent)
        notice = windows.newest(respondent)
        if notice is None:
            raise NotFound
        window = windows.keep(case, notice)
        if window.waiting is not None:
            raise Conflict(_("You have asked already. We answer you before your time ends."))
        if not window.started:
            raise IllegalTransition(_("Your time has not started yet."))
        if window.over:
            raise WindowClosed(_("The time to answer has passed. Please contact us."))
        row = MoreTime(
            notice=notice, reason=reason.strip(), asked_at=clock.now(), form_key=form_key
        )
        save(row)
        record(
            "more_time.asked",
            case,
            actor,
            data={"respondent": str(respondent.public_id), "request": str(row.public_id)},
        )
        alerts.more_time_asked(case, row, _whom(case))
    return row


def give(
    *,
    actor: User,
    number: str,
    respondent_id: UUID | str,
    until: date | None = None,
    words: str = "",
    form_key: str = "",
) -> MoreTime:
    """Give more time, whether it was asked for or not; the learner gets a letter.

    As long as the policy says, counted from the end of the window or from now where that is later.
    An officer may give it until a later day, `until`, whose last second counts. Raises
    `InvalidInput` for a day that gives less, `NotPermitted` for a longer one by a moderator, and
    `IllegalTransition` while the time has not started.
    """
    with locked_case(number) as case:
        respondent, notice, window = _at_the_desk(actor, case, number, respondent_id)
        known = MoreTime.objects.filter(notice=notice, form_key=form_key).first()
        if form_key and known is not None and known.outcome:
            return known
        if not window.started:
            raise IllegalTransition(_("The time has not started yet. Nothing has to be added."))
        names_nobody_else(respondent, words=words)
        end = _end(actor, case, window, until)
        row = window.waiting or MoreTime(
            notice=notice, asked_at=clock.now(), form_key=form_key or ids.public_id().hex
        )
        unasked = window.waiting is None
        row.outcome = MoreTimeOutcome.GRANTED
        row.until = end
        _decide(row, actor, words)
        was, notice.due_at = notice.due_at, end
        save(notice)
        record(
            "more_time.given",
            case,
            actor,
            data={
                "respondent": str(respondent.public_id),
                "request": str(row.public_id),
                "was": was.isoformat(),
                "due_at": end.isoformat(),
                "unasked": unasked,
            },
        )
        letters.queue_for(
            "more_time_given",
            case,
            respondent,
            letters.more_time_given(case, row),
            key=f"more_time:{row.public_id}",
        )
    return row


def refuse(*, actor: User, number: str, respondent_id: UUID | str, words: str) -> MoreTime:
    """Refuse a request with words the learner reads.

    Where the window was held open for it, at least two working days are left afterwards. Raises
    `Conflict` when no request waits, `InvalidInput` without words.
    """
    with locked_case(number) as case:
        respondent, notice, window = _at_the_desk(actor, case, number, respondent_id)
        row = window.waiting
        if row is None:
            raise Conflict(_("No request waits. Somebody may have answered it a moment ago."))
        if not words.strip():
            raise InvalidInput(
                {"words": [_("Say why there is no more time. The learner reads it.")]}
            )
        names_nobody_else(respondent, words=words)
        notice.due_at = window.rest
        row.outcome = MoreTimeOutcome.REFUSED
        _decide(row, actor, words)
        save(notice)
        record(
            "more_time.refused",
            case,
            actor,
            data={
                "respondent": str(respondent.public_id),
                "request": str(row.public_id),
                "due_at": notice.due_at.isoformat(),
            },
        )
        letters.queue_for(
            "more_time_refused",
            case,
            respondent,
            letters.more_time_refused(case, row),
            key=f"more_time:{row.public_id}",
        )
    return row


def _at_the_desk(
    actor: User, case: Case, number: str, respondent_id: UUID | str
) -> tuple[Respondent, Notice, Window]:
    visible_or_404(actor, case)
    respondent = respondent_of(case, respondent_id)
    workflow.require("more_time", actor=actor, case=case, respondent=respondent)
    notice = windows.newest(respondent)
    if notice is None:
        raise NotFound
    return respondent, notice, windows.keep(case, notice)


def _end(actor: User, case: Case, window: Window, until: date | None) -> datetime:
    usual = window.longer
    if until is None:
        return usual
    end = end_of_day(until, window.zone)
    if end < usual:
        raise InvalidInput({"until": [_("The policy gives more. Choose a later day.")]})
    if (end - clock.now()).days > LONGEST_DAYS:
        raise InvalidInput({"until": [_("Choose a day within a year.")]})
    if end > usual and not rules.oversees(actor, case):
        raise NotPermitted(_("Only an officer gives more than the policy's time."))
    return end


def _decide(row: MoreTime, actor: User, words: str) -> None:
    row.words = words.strip()
    row.decided_by = actor
    row.decided_at = clock.now()
    save(row)


def _whom(case: Case) -> list[User]:
    """Who has the case; where nobody has it, everybody who may take it."""
    desk = rules.desk_of(case)
    with_it = [user for user in desk if user.pk == case.assignee_id]
    return with_it or list(desk)
