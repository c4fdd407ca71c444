"""Keeping the time to answer as it stands: moved later, never earlier, each move an event (PR1)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from cases import workflow
from cases.enums import CaseStatus
from cases.governing import RELATED, texts
from cases.models import Case, Notice, Respondent
from cases.services.base import (
    locked_case,
    record,
    respondent_of,
    role_of,
    save,
    visible_or_404,
)
from cases.windows import Window, window, window_of
from integrity.accounts.models import User
from integrity.core.errors import IllegalTransition, NotFound, WindowClosed
from integrity.courses.selectors import holidays
from notifications import services as notifications
from notifications.enums import State


def newest(respondent: Respondent) -> Notice | None:
    """The notice that counts, with its letter."""
    return respondent.notices.select_related("letter__message").first()


def keep(case: Case, notice: Notice) -> Window:
    """Keep the end of the window of a notice of the locked case, where it moved; the window.

    The notice in hand has the end that counts afterwards.
    """
    found = window(case, notice)
    if not found.moved:
        return found
    was, notice.due_at = notice.due_at, found.due_at
    save(notice)
    record(
        "window.moved",
        case,
        None,
        subject=("notice", str(notice.public_id)),
        data={
            "respondent": str(notice.respondent.public_id),
            "was": was.isoformat(),
            "due_at": found.due_at.isoformat(),
            "why": found.why,
        },
    )
    return found


def still_open(case: Case, respondent: Respondent) -> Window:
    """The window of the newest notice of a respondent of the locked case, kept as it stands.

    Raises `NotFound` without a notice and `WindowClosed` after its last second.
    """
    notice = newest(respondent)
    if notice is None:
        raise NotFound
    found = keep(case, notice)
    if not found.open:
        raise WindowClosed(_("The time to answer has passed. Please contact us."))
    return found


def kept(number: str, notice_id: int) -> None:
    """Keep the window of one notice, for a page that found it moved."""
    with locked_case(number) as case:
        notice = (
            Notice.objects.filter(respondent__case=case, pk=notice_id, response__isnull=True)
            .select_related("respondent", "letter__message")
            .first()
        )
        if notice is not None:
            keep(case, notice)


def run() -> int:
    """Keep every window that moved: letters delivered or read since. Returns how many moved."""
    moved = []
    free: dict[int, Collection[date]] = {}
    came = Q(letter__message__sent_at__isnull=False) | Q(letter__first_read_at__isnull=False)
    for notice in (
        _waiting()
        .filter(came)
        .select_related(
            "respondent__case__institution",
            *(f"respondent__case__{name}" for name in RELATED),
        )
        .order_by("pk")
        .iterator(chunk_size=500)
    ):
        case = notice.respondent.case
        if case.institution_id not in free:
            free[case.institution_id] = holidays(case.institution)
        # Looked at before the lock, so that a case nothing moved in is left alone. What was asked
        # for moves nothing by itself.
        found = window_of(
            notice,
            (),
            terms=texts(case).terms,
            zone=case.institution.time_zone,
            free=free[case.institution_id],
        )
        if found.moved:
            moved.append((case.number, notice.pk))
    for number, pk in moved:
        kept(number, pk)
    return len(moved) + _wait_again()


def _waiting() -> QuerySet[Notice]:
    return (
        Notice.objects.filter(respondent__status=CaseStatus.NOTIFIED, response__isnull=True)
        .select_related("respondent", "letter__message")
        .defer("letter__content_sealed", "letter__message__content_sealed")
    )


def _wait_again() -> int:
    """Who was gone on without, and whose notice came back since, is waited for again (PR1)."""
    back = Respondent.objects.filter(
        status=CaseStatus.REVIEW,
        notices__response__isnull=True,
        notices__letter__message__state=State.BOUNCED,
        notices__letter__first_read_at__isnull=True,
    ).values_list("pk", "case__number")
    done = 0
    for pk, number in list(back.distinct()):
        with locked_case(number) as case:
            done += wait_again(case, Respondent.objects.get(pk=pk))
    return done


def wait_again(case: Case, respondent: Respondent) -> bool:
    """Wait for the answer again where the case went on over a notice that never came."""
    notice = newest(respondent)
    if (
        respondent.status != CaseStatus.REVIEW
        or notice is None
        or hasattr(notice, "response")
        or not window(case, notice).undelivered
    ):
        return False
    step = workflow.require("wait_again", actor=None, case=case, respondent=respondent)
    workflow.take(step, [respondent])
    record("response.awaited_again", case, None, data={"respondent": str(respondent.public_id)})
    return True


def came_back(*, actor: User, number: str, respondent_id: UUID | str, reason: str) -> Notice:
    """Note that the notice came back undelivered: no time runs, and nobody goes on without it.

    By who works on the case. Raises `IllegalTransition` where it was not sent, or was read in spite
    of it: reading is proof that it came. `InvalidInput` without a `BounceReason`.
    """
    with locked_case(number) as case:
        visible_or_404(actor, case)
        respondent = respondent_of(case, respondent_id)
        workflow.require("came_back", actor=actor, case=case, respondent=respondent)
        notice = newest(respondent)
        if notice is None:
            raise NotFound
        if notice.letter.first_read_at is not None:
            raise IllegalTransition(_("The learner has read the letter, so it came."))
        notifications.mark_bounced(
            message=notice.letter.message.public_id,
            actor=actor,
            reason=reason,
            role=role_of(actor, case),
        )
        wait_again(case, respondent)
    return notice
