"""Meetings with a respondent: times offered, one chosen, changes, and who came (PR3).

A meeting decides nothing, and that somebody does not come is never held against them. All times are
instants; what a clock on the wall shows is settled where it is typed (`forms.meetings`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases import letters, rules, undoing, workflow
from cases.enums import CaseStatus, MeetingCapacity, MeetingStatus
from cases.models import AdviserAccess, Case, Meeting, MeetingPerson, MeetingSlot, Respondent
from cases.services.base import (
    check_revision,
    locked_case,
    record,
    respondent_of,
    save,
    visible_or_404,
)
from cases.services.clean import Problems
from cases.services.naming import names_nobody_else
from integrity.accounts.models import User
from integrity.accounts.rules import same_person
from integrity.core import clock
from integrity.core.errors import (
    Conflict,
    IllegalTransition,
    InvalidInput,
    NotFound,
    WindowClosed,
)

MOST_TIMES = 8
# In minutes.
LENGTHS = (15, 30, 45, 60, 90, 120)
FARTHEST = timedelta(days=180)
MOST_OTHERS = 6
NAME_LENGTH = 150
DAY = timedelta(days=1)
PENDING = (MeetingStatus.OFFERED, MeetingStatus.AGREED)

NOT_FREE = _(
    "This colleague cannot take part: they may have a conflict of interest, or no role here."
)
OVER = _("This meeting does not wait for a time any more.")


@dataclass(frozen=True)
class _Plan:
    place: str
    slots: list[tuple[datetime, datetime]]
    office: list[User]
    others: list[str]


def offer(
    *,
    actor: User,
    number: str,
    respondent_id: UUID | str,
    about: str,
    place: str,
    times: Sequence[datetime | None],
    minutes: int,
    office: Collection[str] = (),
    others: Sequence[str] = (),
    form_key: str,
) -> Meeting:
    """Invite a respondent to talk, with one to eight times to choose from; they get a letter.

    `office` are public ids of colleagues who come, `others` names of anybody else. The same form
    again is the same invitation. Raises `InvalidInput` at `about`, `place`, `time_1` to `time_8`
    (as `times` are numbered), `minutes`, `office` and `others`.
    """
    with locked_case(number) as case:
        visible_or_404(actor, case)
        respondent = respondent_of(case, respondent_id)
        respondent.case = case
        known = Meeting.objects.filter(form_key=form_key).first()
        if known is not None:
            if (known.respondent_id, known.invited_by_id, known.about) != (
                respondent.pk,
                actor.pk,
                about.strip(),
            ):
                raise Conflict(_("This form was sent before with other content."))
            return known
        workflow.require("meet", actor=actor, case=case, respondent=respondent)
        problems = Problems()
        about = problems.text("about", about, max_length=2_000)
        if not about:
            problems.add("about", _("Say what you want to talk about. The learner reads it."))
        plan = _plan(case, problems, place, times, minutes, office, others)
        if not plan.slots:
            problems.add("time_1", _("Offer at least one time."))
        problems.stop()
        names_nobody_else(respondent, about=about, place=plan.place, others="\n".join(plan.others))
        meeting = Meeting(
            case=case,
            respondent=respondent,
            about=about,
            place=plan.place,
            invited_by=actor,
            invited_at=clock.now(),
            form_key=form_key,
        )
        save(meeting)
        _offer(meeting, plan.slots)
        _expect(meeting, MeetingCapacity.LEARNER, [respondent.user])
        _people(meeting, plan)
        record(
            "meeting.offered",
            case,
            actor,
            subject=_subject(meeting),
            data={"respondent": str(respondent.public_id), "times": len(plan.slots)},
        )
        letters.meeting_offered(case, meeting)
    return meeting


def change(
    *,
    actor: User,
    number: str,
    meeting_id: UUID | str,
    place: str,
    times: Sequence[datetime | None] = (),
    minutes: int = 0,
    office: Collection[str] = (),
    others: Sequence[str] = (),
    revision: int | None = None,
) -> Meeting:
    """Change where it is and who comes, or offer other times; the learner gets a letter.

    With `times` those that were offered and one that was chosen do not hold any more; without, they
    stay. Saying what stands already changes nothing. Raises as `offer`, `Stale`, and
    `IllegalTransition` once the meeting has begun or was called off.
    """
    with locked_case(number) as case:
        meeting = _of_case(actor, case, meeting_id)
        workflow.require("meet", actor=actor, case=case, respondent=meeting.respondent)
        check_revision(case, revision)
        _not_begun(meeting)
        problems = Problems()
        plan = _plan(case, problems, place, times, minutes, office, others)
        problems.stop()
        names_nobody_else(meeting.respondent, place=plan.place, others="\n".join(plan.others))
        if not plan.slots and meeting.place == plan.place and not _others_come(meeting, plan):
            return meeting
        meeting.place = plan.place
        meeting.sequence += 1
        if plan.slots:
            meeting.status = MeetingStatus.OFFERED
            meeting.starts_at = meeting.ends_at = None
            meeting.other_times = ""
            meeting.slots.all().delete()
            _offer(meeting, plan.slots)
        save(meeting)
        meeting.people.filter(capacity__in=(MeetingCapacity.DESK, MeetingCapacity.OTHER)).delete()
        _people(meeting, plan)
        record(
            "meeting.changed",
            case,
            actor,
            subject=_subject(meeting),
            data=_data(meeting, sequence=meeting.sequence, times=len(plan.slots)),
        )
        letters.meeting_changed(case, meeting)
    return meeting


def choose(*, actor: User, meeting_id: UUID | str, slot_id: UUID | str) -> Meeting:
    """The respondent takes one of the offered times, until it begins.

    The same time again is the same choice. `Conflict` where another one was chosen before, or the
    time is not offered any more, `WindowClosed` once it has begun, `NotFound` for anybody else.
    """
    case_number, found = _mine(actor, meeting_id)
    with locked_case(case_number) as case:
        meeting = found.get()
        slot = meeting.slots.filter(public_id=slot_id).first()
        if meeting.status == MeetingStatus.AGREED:
            if slot is not None and slot.starts_at == meeting.starts_at:
                return meeting
            raise Conflict(_("A time was chosen already. It stands below."))
        workflow.require("choose_time", actor=actor, case=case, respondent=meeting.respondent)
        if meeting.status != MeetingStatus.OFFERED:
            raise IllegalTransition(OVER)
        if slot is None:
            raise Conflict(_("This time is not offered any more. The times that are stand below."))
        if slot.starts_at <= clock.now():
            raise WindowClosed(_("This time has begun. Choose a later one, or say when it suits."))
        meeting.status = MeetingStatus.AGREED
        meeting.starts_at, meeting.ends_at = slot.starts_at, slot.ends_at
        meeting.other_times = ""
        save(meeting)
        record(
            "meeting.agreed",
            case,
            actor,
            subject=_subject(meeting),
            data=_data(meeting, starts_at=slot.starts_at.isoformat()),
        )
        letters.meeting_agreed(case, meeting)
        key = f"{meeting.public_id}:{meeting.sequence}:agreed"
        letters.meeting_answered(case, meeting, "agreed", key=key)
    return meeting


def decline(*, actor: User, meeting_id: UUID | str, words: str, seen: str) -> Meeting:
    """The respondent says that none of the times suits, or that they cannot come after all.

    `words` say when it would suit; `seen` is the status they read. Times that are offered stay
    open to be chosen. The same words again change nothing. Raises `InvalidInput` at `words`,
    `Conflict` where the meeting changed meanwhile, `IllegalTransition`, `NotFound`.
    """
    case_number, found = _mine(actor, meeting_id)
    problems = Problems()
    words = problems.text("words", words, max_length=1_000)
    if not words:
        problems.add("words", _("Say when it would suit you, or that you would rather write."))
    problems.stop()
    with locked_case(case_number) as case:
        meeting = found.get()
        if meeting.status == MeetingStatus.OFFERED and meeting.other_times == words:
            return meeting
        workflow.require("choose_time", actor=actor, case=case, respondent=meeting.respondent)
        if meeting.status not in PENDING:
            raise IllegalTransition(OVER)
        if meeting.status != seen:
            raise Conflict(_("This meeting has changed since you opened the page. Look below."))
        _not_begun(meeting)
        if meeting.status == MeetingStatus.AGREED:
            meeting.status = MeetingStatus.OFFERED
            meeting.starts_at = meeting.ends_at = None
        meeting.sequence += 1
        meeting.other_times = words
        save(meeting)
        record(
            "meeting.declined",
            case,
            actor,
            subject=_subject(meeting),
            data=_data(meeting, sequence=meeting.sequence),
        )
        key = f"{meeting.public_id}:{meeting.sequence}:declined"
        letters.meeting_answered(case, meeting, "declined", key=key)
    return meeting


def call_off(*, actor: User, number: str, meeting_id: UUID | str, reason: str) -> Meeting:
    """Call a meeting off, with a reason that the learner reads. Again it changes nothing."""
    if not reason.strip():
        raise InvalidInput({"reason": [_("Say why. The learner reads it.")]})
    with locked_case(number) as case:
        meeting = _of_case(actor, case, meeting_id)
        workflow.require("meet", actor=actor, case=case, respondent=meeting.respondent)
        if meeting.status == MeetingStatus.CANCELLED:
            return meeting
        _not_begun(meeting)
        problems = Problems()
        reason = problems.text("reason", reason, max_length=1_000)
        problems.stop()
        names_nobody_else(meeting.respondent, reason=reason)
        _end(case, meeting, actor=actor, reason=reason)
    return meeting


def write_down(
    *,
    actor: User,
    number: str,
    meeting_id: UUID | str,
    came: Collection[str],
    also: Sequence[str] = (),
) -> Meeting:
    """Write down who came, once the meeting has begun; `also` are people nobody had expected.

    `came` are keys of `expected`. It took place when somebody of the office came and the learner,
    or whoever helps them; else it did not, which is held against nobody. It can be put right until
    there are minutes. Raises `InvalidInput` at `came` and `also`, `IllegalTransition`.
    """
    with locked_case(number) as case:
        meeting = _of_case(actor, case, meeting_id)
        workflow.require("minutes", actor=actor, case=case, respondent=meeting.respondent)
        begun = meeting.starts_at is not None and meeting.starts_at <= clock.now()
        if meeting.status not in (*PENDING[1:], MeetingStatus.HELD, MeetingStatus.MISSED):
            raise IllegalTransition(_("No time was agreed for this meeting."))
        if not begun:
            raise IllegalTransition(_("The meeting has not begun yet."))
        if meeting.minutes.exists():
            raise IllegalTransition(_("Minutes were written already. Who came stays as it is."))
        rows = expected(meeting)
        problems = Problems()
        new = _names(problems, "also", also)
        if set(came) - set(rows):
            problems.add("came", _("Choose from the list."))
        problems.stop()
        names_nobody_else(meeting.respondent, also="\n".join(new))
        # Whoever was expected by that name is the same person.
        came = {*came, *(key for key, row in rows.items() if row.name and row.name in new)}
        new = [name for name in new if name not in {row.name for row in rows.values()}]
        _expect(meeting, MeetingCapacity.OTHER, new, came=True)
        status = _status(rows, came)
        changed = bool(new) or status != meeting.status
        for key, person in rows.items():
            changed = changed or person.attended != (key in came)
            person.attended = key in came
            save(person)
        if not changed:
            return meeting
        meeting.status = status
        meeting.settled_at = clock.now()
        save(meeting)
        record(
            "meeting.recorded",
            case,
            actor,
            subject=_subject(meeting),
            data=_data(
                meeting,
                status=str(status),
                came=len(came) + len(new),
                missing=len(rows) - len(came),
            ),
        )
    return meeting


def expected(meeting: Meeting) -> dict[str, MeetingPerson]:
    """Who is expected, by a key of their own: as planned, and whom the learner asked to come along.

    An adviser is a row of the meeting once it was written down whether they came; before that they
    are whoever the learner lets come now.
    """
    rows = {
        f"p{row.pk}": row
        for row in meeting.people.select_related("user", "adviser__adviser").order_by("pk")
    }
    known = {row.adviser_id for row in rows.values()}
    if meeting.settled_at is None:
        for access in coming_along(meeting.respondent):
            if access.pk not in known:
                rows[f"a{access.public_id}"] = MeetingPerson(
                    meeting=meeting, capacity=MeetingCapacity.ADVISER, adviser=access
                )
    return rows


def coming_along(respondent: Respondent) -> list[AdviserAccess]:
    """The advisers the learner lets come along now, who have agreed to help."""
    rows = respondent.advisers.filter(
        comes_along=True, accepted_at__isnull=False, revoked_at__isnull=True
    )
    return list(rows.select_related("adviser").order_by("pk"))


def _status(rows: dict[str, MeetingPerson], came: Collection[str]) -> MeetingStatus:
    there = {row.capacity for key, row in rows.items() if key in came}
    theirs = {MeetingCapacity.LEARNER, MeetingCapacity.ADVISER} & there
    held = bool(theirs) and MeetingCapacity.DESK in there
    return MeetingStatus.HELD if held else MeetingStatus.MISSED


def remind() -> int:
    """A letter one day before, once for each time that was agreed; returns how many.

    None where the letter that told of the time is not a day older than the meeting itself.
    """
    done = 0
    now = clock.now()
    near = Meeting.objects.filter(
        status=MeetingStatus.AGREED, starts_at__gt=now, starts_at__lte=now + DAY
    )
    for pk, number in list(near.values_list("pk", "case__number")):
        if letters.was_queued(letters.meeting_reminder_key(Meeting.objects.get(pk=pk))):
            continue
        with locked_case(number) as case:
            meeting = near.select_related("respondent__user").filter(pk=pk).first()
            if (
                meeting is None
                or not _open(meeting)
                or letters.was_queued(letters.meeting_reminder_key(meeting))
                or letters.told_within(meeting, DAY)
            ):
                continue
            letters.meeting_reminder(case, meeting)
            done += 1
    return done


def call_off_ended() -> int:
    """Call off what waits for whoever's matter was decided or closed meanwhile; returns how many.

    After a dismissal once that cannot be undone any more: until then it would tell them of it.
    """
    now = clock.now()
    ended = Q(respondent__status=CaseStatus.DISMISSED) & Q(
        respondent__status_since__lte=now - undoing.WITHIN
    )
    others = set(CaseStatus.values) - workflow.TABLE["meet"].sources - {CaseStatus.DISMISSED}
    waiting = Meeting.objects.filter(
        ended | Q(respondent__status__in=others),
        Q(status=MeetingStatus.OFFERED) | Q(status=MeetingStatus.AGREED, starts_at__gt=now),
    )
    done = 0
    for pk, number in list(waiting.values_list("pk", "case__number")):
        with locked_case(number) as case:
            meeting = waiting.select_related("respondent__user").filter(pk=pk).first()
            if meeting is None:
                continue
            meeting.case = case
            _end(case, meeting, actor=None, reason="")
            done += 1
    return done


def _open(meeting: Meeting) -> bool:
    """Whether the respondent stands where meetings are."""
    return meeting.respondent.status in workflow.TABLE["meet"].sources


def _of_case(actor: User, case: Case, meeting_id: UUID | str) -> Meeting:
    """The meeting of this very case; one of another case is not found (HOSTILE 17)."""
    visible_or_404(actor, case)
    meeting = case.meetings.select_related("respondent__user").filter(public_id=meeting_id).first()
    if meeting is None:
        raise NotFound
    meeting.case = meeting.respondent.case = case
    return meeting


def _mine(actor: User, meeting_id: UUID | str) -> tuple[str, Any]:
    found = Meeting.objects.filter(
        same_person(actor, "respondent__user"), public_id=meeting_id
    ).select_related("case", "respondent__user")
    meeting = found.first()
    if meeting is None:
        raise NotFound
    return meeting.case.number, found


def _not_begun(meeting: Meeting) -> None:
    if meeting.status not in PENDING:
        raise IllegalTransition(OVER)
    if meeting.starts_at is not None and meeting.starts_at <= clock.now():
        raise IllegalTransition(_("The meeting has begun. It cannot be changed any more."))


def _plan(
    case: Case,
    problems: Problems,
    place: str,
    times: Sequence[datetime | None],
    minutes: int,
    office: Collection[str],
    others: Sequence[str],
) -> _Plan:
    place = problems.text("place", place, max_length=300, single_line=True)
    if not place:
        problems.add("place", _("Say where it is, or how to join."))
    slots = _slots(problems, times, minutes)
    free = {str(user.public_id): user for user in rules.may_have(case)}
    if not office:
        problems.add("office", _("Choose who comes from the office."))
    elif set(office) - set(free):
        problems.add("office", NOT_FREE)
    people = [user for key, user in free.items() if key in office]
    return _Plan(place, slots, people, _names(problems, "others", others))


def _slots(
    problems: Problems, times: Sequence[datetime | None], minutes: int
) -> list[tuple[datetime, datetime]]:
    """Begin and end of each time; what is wrong is said at the field the time was typed into."""
    given = [(f"time_{i}", at) for i, at in enumerate(times, 1) if at is not None]
    if not given:
        return []
    if minutes not in LENGTHS:
        problems.add("minutes", _("Choose how long it takes."))
    if len(given) > MOST_TIMES:
        problems.add("time_1", _("Offer at most 8 times."))
    now = clock.now()
    seen: set[datetime] = set()
    for name, at in given:
        if at <= now:
            problems.add(name, _("This time has passed. Choose a later one."))
        elif at > now + FARTHEST:
            problems.add(name, _("Choose a time within the next 180 days."))
        if at in seen:
            problems.add(name, _("This time stands here twice."))
        seen.add(at)
    return [(at, at + timedelta(minutes=minutes)) for _name, at in given]


def _names(problems: Problems, field: str, names: Sequence[str]) -> list[str]:
    found = [problems.text(field, name, max_length=NAME_LENGTH, single_line=True) for name in names]
    found = list(dict.fromkeys(name for name in found if name))
    if len(found) > MOST_OTHERS:
        problems.add(field, _("Name at most 6 people."))
    return found


def _offer(meeting: Meeting, slots: Sequence[tuple[datetime, datetime]]) -> None:
    for starts_at, ends_at in slots:
        save(MeetingSlot(meeting=meeting, starts_at=starts_at, ends_at=ends_at))


def _people(meeting: Meeting, plan: _Plan) -> None:
    _expect(meeting, MeetingCapacity.DESK, plan.office)
    _expect(meeting, MeetingCapacity.OTHER, plan.others)


def _expect(
    meeting: Meeting,
    capacity: MeetingCapacity,
    people: Sequence[User] | Sequence[str],
    *,
    came: bool | None = None,
) -> None:
    for person in people:
        who = {"user": person} if isinstance(person, User) else {"name": person}
        save(MeetingPerson(meeting=meeting, capacity=capacity, attended=came, **who))


def _others_come(meeting: Meeting, plan: _Plan) -> bool:
    rows = list(meeting.people.all())
    office = {row.user_id for row in rows if row.capacity == MeetingCapacity.DESK}
    others = {row.name for row in rows if row.capacity == MeetingCapacity.OTHER}
    return (office, others) != ({user.pk for user in plan.office}, set(plan.others))


def _end(case: Case, meeting: Meeting, *, actor: User | None, reason: str) -> None:
    meeting.status = MeetingStatus.CANCELLED
    meeting.cancel_reason = reason
    meeting.sequence += 1
    save(meeting)
    record(
        "meeting.called_off",
        case,
        actor,
        subject=_subject(meeting),
        data=_data(meeting, sequence=meeting.sequence),
        personal={"reason": reason} if reason else {},
    )
    letters.meeting_called_off(case, meeting)


def _subject(meeting: Meeting) -> tuple[str, str]:
    return ("meeting", str(meeting.public_id))


def _data(meeting: Meeting, **more: Any) -> dict[str, Any]:
    return {"respondent": str(meeting.respondent.public_id), **more}
