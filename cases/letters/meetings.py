"""Letters about meetings (PR3). None of them names anybody of the office."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from django.urls import reverse
from django.utils import translation

from cases import rules
from cases.enums import MeetingStatus
from cases.letters.queueing import queue_for
from cases.letters.words import contact, matter, site
from cases.models import Case, Meeting, Minutes
from integrity.core import clock
from notifications import payloads
from notifications import services as notifications
from notifications.models import OutboxMessage
from notifications.recipients import Recipient

What = Literal["agreed", "declined", "minutes_agreed", "minutes_objected"]


def meeting_url(meeting: Meeting) -> str:
    """Where the respondent chooses a time, and later reads the minutes."""
    return site(reverse("my:meeting", args=[meeting.case.number, meeting.public_id]))


def meeting_offered(case: Case, meeting: Meeting) -> OutboxMessage:
    """To the respondent: what it is about, where, and the times to choose from."""
    slots = list(meeting.slots.all())
    with translation.override(meeting.respondent.person.language):
        payload = payloads.MeetingOffered(
            case_number=case.number,
            matter=matter(case),
            about=meeting.about,
            place=meeting.place,
            times=tuple(slot.starts_at for slot in slots),
            last=max(slot.starts_at for slot in slots),
            minutes=int((slots[0].ends_at - slots[0].starts_at).total_seconds() // 60),
            meeting_url=meeting_url(meeting),
            contact=contact(case),
        )
    key = f"meeting_offered:{meeting.public_id}"
    return queue_for("meeting_offered", case, meeting.respondent, payload, key=key)


def agreed_key(meeting: Meeting) -> str:
    """The key of the letter that tells of the time as it is agreed now."""
    return f"meeting_agreed:{meeting.public_id}:{meeting.sequence}"


def meeting_agreed(case: Case, meeting: Meeting) -> OutboxMessage:
    """To the respondent: the time they chose, and that it can go into their calendar."""
    if meeting.starts_at is None or meeting.ends_at is None:
        raise ValueError("A meeting that is agreed has its time.")
    with translation.override(meeting.respondent.person.language):
        payload = payloads.MeetingAgreed(
            case_number=case.number,
            matter=matter(case),
            starts_at=meeting.starts_at,
            ends_at=meeting.ends_at,
            place=meeting.place,
            meeting_url=meeting_url(meeting),
            contact=contact(case),
        )
    return queue_for("meeting_agreed", case, meeting.respondent, payload, key=agreed_key(meeting))


def meeting_changed(case: Case, meeting: Meeting) -> OutboxMessage:
    """To the respondent: as it is now; once for each change."""
    times = tuple(slot.starts_at for slot in meeting.slots.all())
    with translation.override(meeting.respondent.person.language):
        payload = payloads.MeetingChanged(
            case_number=case.number,
            matter=matter(case),
            place=meeting.place,
            starts_at=meeting.starts_at,
            times=() if meeting.status == MeetingStatus.AGREED else times,
            meeting_url=meeting_url(meeting),
            contact=contact(case),
        )
    key = f"meeting_changed:{meeting.public_id}:{meeting.sequence}"
    return queue_for("meeting_changed", case, meeting.respondent, payload, key=key)


def meeting_called_off(case: Case, meeting: Meeting) -> OutboxMessage:
    """To the respondent: it does not take place, and why, where the office says why."""
    with translation.override(meeting.respondent.person.language):
        payload = payloads.MeetingCalledOff(
            case_number=case.number,
            matter=matter(case),
            starts_at=meeting.starts_at,
            reason=meeting.cancel_reason,
            meeting_url=meeting_url(meeting),
            contact=contact(case),
        )
    key = f"meeting_called_off:{meeting.public_id}"
    return queue_for("meeting_called_off", case, meeting.respondent, payload, key=key)


def told_within(meeting: Meeting, span: timedelta) -> bool:
    """Whether the letter that told of the time as it is now is younger than `span` before it."""
    if meeting.starts_at is None:
        return False
    changed = f"meeting_changed:{meeting.public_id}:{meeting.sequence}"
    return OutboxMessage.objects.filter(
        key__in=(agreed_key(meeting), changed), created_at__gt=meeting.starts_at - span
    ).exists()


def meeting_reminder_key(meeting: Meeting) -> str:
    """The key of the reminder of this very time."""
    return f"meeting_reminder:{meeting.public_id}:{meeting.sequence}"


def meeting_reminder(case: Case, meeting: Meeting) -> OutboxMessage:
    """To the respondent, a day before."""
    if meeting.starts_at is None:
        raise ValueError("Nobody is reminded of a meeting without a time.")
    with translation.override(meeting.respondent.person.language):
        payload = payloads.MeetingReminder(
            case_number=case.number,
            matter=matter(case),
            starts_at=meeting.starts_at,
            place=meeting.place,
            meeting_url=meeting_url(meeting),
            contact=contact(case),
        )
    key = meeting_reminder_key(meeting)
    return queue_for("meeting_reminder", case, meeting.respondent, payload, key=key)


def minutes_to_read(case: Case, minutes: Minutes) -> OutboxMessage:
    """To the respondent: a wording waits for them. What it says stands in the case."""
    meeting = minutes.meeting
    with translation.override(meeting.respondent.person.language):
        payload = payloads.MinutesToRead(
            case_number=case.number,
            matter=matter(case),
            met_at=meeting.starts_at or minutes.written_at,
            wording=minutes.number,
            meeting_url=meeting_url(meeting),
            contact=contact(case),
        )
    key = f"minutes_to_read:{minutes.public_id}"
    return queue_for("minutes_to_read", case, meeting.respondent, payload, key=key)


def meeting_answered(case: Case, meeting: Meeting, what: What, *, key: str) -> OutboxMessage | None:
    """To whoever has the case, else whoever invited: the learner did something.

    Nobody is told who has nothing to do with the case any more.
    """
    for person in (case.assignee, meeting.invited_by):
        if person is not None and rules.access(person, case) >= rules.Access.READ:
            break
    else:
        return None
    payload = payloads.MeetingAnswered(
        case_number=case.number,
        what=what,
        answered_at=clock.now(),
        meeting_url=site(reverse("desk:meeting", args=[case.number, meeting.public_id])),
        contact=contact(case),
    )
    return notifications.queue(
        "meeting_answered",
        recipient=Recipient.user(person),
        payload=payload,
        key=f"meeting_answered:{key}",
        case_number=case.number,
        institution=case.institution.slug,
    )
