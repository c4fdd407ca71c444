"""Minutes of a meeting: the desk writes them, the respondent reads and answers them (PR3).

A new wording is a new row beside the others and beside what was said to them; none is changed. They
are no evidence: what is to count goes into the answer, or is added as evidence and shown.
"""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from cases import letters, workflow
from cases.enums import MeetingStatus, MinutesAnswer
from cases.models import Minutes
from cases.services.base import locked_case, record, save, visible_or_404
from cases.services.clean import Problems
from cases.services.naming import names_nobody_else
from integrity.accounts.models import User
from integrity.accounts.rules import same_person
from integrity.core import clock
from integrity.core.errors import Conflict, IllegalTransition, InvalidInput, NotFound

TEXT_LENGTH = 20_000
OBJECTION_LENGTH = 10_000


def write(
    *,
    actor: User,
    number: str,
    meeting_id: UUID | str,
    text: str,
    form_key: str,
    last: int | None = None,
) -> Minutes:
    """Write down what was said, or write it anew; the respondent gets a letter.

    `last` is the number of the wording the writer had read (0 for none): `Conflict` where there is
    another one by now. The same form again is the same wording. `IllegalTransition` before it was
    written down that the meeting took place, and once both sides have agreed on a wording.
    """
    problems = Problems()
    text = problems.text("text", text, max_length=TEXT_LENGTH)
    if not text:
        problems.add("text", _("Write what was said."))
    problems.stop()
    with locked_case(number) as case:
        visible_or_404(actor, case)
        meeting = (
            case.meetings.select_related("respondent__user").filter(public_id=meeting_id).first()
        )
        if meeting is None:
            raise NotFound
        meeting.case = meeting.respondent.case = case
        known = Minutes.objects.filter(form_key=form_key).first()
        if known is not None:
            if (known.meeting_id, known.written_by_id, known.text) != (
                meeting.pk,
                actor.pk,
                text,
            ):
                raise Conflict(_("This form was sent before with other content."))
            return known
        workflow.require("minutes", actor=actor, case=case, respondent=meeting.respondent)
        if meeting.status != MeetingStatus.HELD:
            raise IllegalTransition(_("Write down first who came to the meeting."))
        newest = meeting.minutes.order_by("-number").first()
        if newest is not None and newest.answer == MinutesAnswer.AGREED:
            raise IllegalTransition(
                _("Both sides have agreed on these minutes. Write what is new into a note.")
            )
        before = newest.number if newest is not None else 0
        if last is not None and last != before:
            raise Conflict(_("Somebody wrote another wording meanwhile. Read it first."))
        names_nobody_else(meeting.respondent, text=text)
        minutes = Minutes(
            meeting=meeting,
            number=before + 1,
            text=text,
            written_by=actor,
            written_at=clock.now(),
            form_key=form_key,
        )
        save(minutes)
        record(
            "minutes.written",
            case,
            actor,
            subject=("minutes", str(minutes.public_id)),
            data={
                "respondent": str(meeting.respondent.public_id),
                "meeting": str(meeting.public_id),
                "number": minutes.number,
            },
        )
        letters.minutes_to_read(case, minutes)
    return minutes


def answer(*, actor: User, minutes_id: UUID | str, answer: str, objection: str = "") -> Minutes:
    """The respondent says that a wording is right, or what is wrong in it; once for each.

    The same answer again is the same. Raises `InvalidInput` at `answer` and `objection`, `Conflict`
    where it was answered otherwise or a newer wording is there, `NotFound` for anybody else.
    """
    found = Minutes.objects.filter(
        same_person(actor, "meeting__respondent__user"), public_id=minutes_id
    ).select_related("meeting__respondent__user", "meeting__case")
    minutes = found.first()
    if minutes is None:
        raise NotFound
    objection = _clean(answer, objection)
    with locked_case(minutes.meeting.case.number) as case:
        minutes = found.get()
        meeting = minutes.meeting
        if minutes.answer:
            if (minutes.answer, minutes.objection) == (answer, objection):
                return minutes
            raise Conflict(_("You have answered this wording already."))
        workflow.require("answer_minutes", actor=actor, case=case, respondent=meeting.respondent)
        if meeting.minutes.filter(number__gt=minutes.number).exists():
            raise Conflict(_("We have written it anew meanwhile. Please read the new wording."))
        minutes.answer = answer
        minutes.objection = objection
        minutes.answered_at = clock.now()
        save(minutes)
        record(
            "minutes.answered",
            case,
            actor,
            subject=("minutes", str(minutes.public_id)),
            data={
                "respondent": str(meeting.respondent.public_id),
                "meeting": str(meeting.public_id),
                "number": minutes.number,
                "answer": answer,
            },
        )
        what: Literal["minutes_agreed", "minutes_objected"] = (
            "minutes_agreed" if answer == MinutesAnswer.AGREED else "minutes_objected"
        )
        letters.meeting_answered(case, meeting, what, key=f"minutes:{minutes.public_id}")
    return minutes


def _clean(answer: str, objection: str) -> str:
    """What is wrong, cleaned; empty where the wording is right."""
    if answer not in MinutesAnswer.values:
        raise InvalidInput({"answer": [_("Choose whether it is right.")]})
    if answer == MinutesAnswer.AGREED:
        return ""
    problems = Problems()
    objection = problems.text("objection", objection, max_length=OBJECTION_LENGTH)
    if not objection and not problems.fields:
        problems.add("objection", _("Write what is wrong or missing."))
    problems.stop()
    return objection
