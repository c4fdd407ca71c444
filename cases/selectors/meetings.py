"""Meetings as the desk, the respondent and their adviser see them (PR3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import workflow
from cases.enums import MeetingCapacity, MeetingStatus, MinutesAnswer
from cases.models import (
    AdviserAccess,
    Meeting,
    MeetingPerson,
    MeetingSlot,
    Minutes,
    Respondent,
)
from cases.selectors.case_head import Head, head
from integrity.accounts.models import User
from integrity.accounts.rules import same_person
from integrity.core import clock
from integrity.core.errors import NotFound
from integrity.web import dates


@dataclass(frozen=True, slots=True)
class Span:
    """From when until when, in the reader's zone. `there`: the same where the institution is, where
    clocks show something else."""

    words: str
    iso: str
    there: str = ""


@dataclass(frozen=True, slots=True)
class Offered:
    """A time that is offered; `over` once it has begun."""

    slot: MeetingSlot
    span: Span
    over: bool


@dataclass(frozen=True)
class Shown:
    """A meeting with everything that belongs to it. `look` and `word`: its state as a status."""

    meeting: Meeting
    slots: Sequence[Offered]
    span: Span | None
    people: Sequence[MeetingPerson]
    along: Sequence[AdviserAccess]
    minutes: Sequence[Minutes]
    look: str
    word: str
    # Whether the respondent stands where meetings are.
    open: bool

    @property
    def choices(self) -> list[Offered]:
        """The times that can still be chosen."""
        waits = self.meeting.status == MeetingStatus.OFFERED and self.open
        return [row for row in self.slots if not row.over] if waits else []

    @property
    def waits(self) -> bool:
        """Whether a time is to be chosen, or asked for."""
        return self.open and self.meeting.status == MeetingStatus.OFFERED

    @property
    def begun(self) -> bool:
        """Whether its time has come."""
        at = self.meeting.starts_at
        return at is not None and at <= clock.now()

    @property
    def ahead(self) -> bool:
        """Whether a time is agreed that has not come yet."""
        return self.meeting.status == MeetingStatus.AGREED and not self.begun

    @property
    def changeable(self) -> bool:
        """Whether it can be changed and called off."""
        return self.waits or (self.ahead and self.open)

    @property
    def recordable(self) -> bool:
        """Whether it can be written down who came."""
        known = (MeetingStatus.AGREED, MeetingStatus.HELD, MeetingStatus.MISSED)
        return self.begun and self.meeting.status in known and not self.minutes

    @property
    def in_calendars(self) -> bool:
        """Whether there is a file for a calendar: a time stands, or was called off."""
        known = (MeetingStatus.AGREED, MeetingStatus.CANCELLED)
        return self.meeting.starts_at is not None and self.meeting.status in known

    @property
    def newest(self) -> Minutes | None:
        """The wording that counts now."""
        return self.minutes[-1] if self.minutes else None

    @property
    def agreed_minutes(self) -> bool:
        """Whether both sides say that the minutes are right."""
        return self.newest is not None and self.newest.answer == MinutesAnswer.AGREED

    @property
    def writable(self) -> bool:
        """Whether minutes, or another wording of them, can be written."""
        return self.meeting.status == MeetingStatus.HELD and not self.agreed_minutes

    @property
    def office(self) -> list[MeetingPerson]:
        """Who comes from the office."""
        return [row for row in self.people if row.capacity == MeetingCapacity.DESK]

    @property
    def others(self) -> list[MeetingPerson]:
        """Who else comes, by name."""
        return [row for row in self.people if row.capacity == MeetingCapacity.OTHER]


@dataclass(frozen=True)
class MeetingsPage:
    """The meetings of a case, the newest first."""

    head: Head
    rows: Sequence[Shown]


def span_of(start: datetime, end: datetime, zone: str) -> Span:
    """From when until when: in the reader's zone, and in `zone` where that differs."""
    mine = timezone.get_current_timezone()
    there = ZoneInfo(zone)
    same = all(
        at.astimezone(mine).utcoffset() == at.astimezone(there).utcoffset() for at in (start, end)
    )
    return Span(
        _words(start, end, mine),
        start.astimezone(mine).isoformat(timespec="minutes"),
        "" if same else _words(start, end, there),
    )


def _words(start: datetime, end: datetime, zone: tzinfo) -> str:
    first, last = start.astimezone(zone), end.astimezone(zone)
    return _("%(day)s, %(from)s to %(until)s, %(zone)s time") % {
        "day": dates.day_words(first.date(), "full"),
        "from": f"{first:%H:%M}",
        "until": f"{last:%H:%M}",
        "zone": dates.zone_name(zone),
    }


def of_respondent(respondent: Respondent) -> list[Shown]:
    """Every meeting with one respondent, the newest first: five queries, or one for none."""
    return _shown(respondent.meetings.all())


def my_meeting(user: User, number: str, public_id: UUID) -> Shown:
    """A meeting the user is invited to. Raises `NotFound` for everybody else's."""
    return _one(
        Meeting.objects.filter(
            same_person(user, "respondent__user"), case__number=number, public_id=public_id
        )
    )


def advised_meetings(access: AdviserAccess) -> list[Shown]:
    """What an adviser sees: the meetings of whom they help, if they come along; else nothing."""
    if not access.comes_along:
        return []
    return _shown(Meeting.objects.filter(respondent=access.respondent_id))


def advised_meeting(access: AdviserAccess, public_id: UUID) -> Shown:
    """One of them. Raises `NotFound` also where the adviser does not come along."""
    if not access.comes_along:
        raise NotFound
    return _one(Meeting.objects.filter(respondent=access.respondent_id, public_id=public_id))


def meetings_page(user: User, number: str) -> MeetingsPage:
    """The desk's list of one case."""
    top = head(user, number)
    return MeetingsPage(top, _shown(top.case.meetings.all()))


def meeting_of(top: Head, public_id: UUID) -> Shown:
    """One meeting of this very case (HOSTILE 17)."""
    return _one(top.case.meetings.filter(public_id=public_id))


def on_paper(top: Head) -> list[Shown]:
    """The meetings of a case, the oldest first, for the printed file."""
    return _shown(top.case.meetings.all())[::-1]


def _one(rows: QuerySet[Meeting]) -> Shown:
    found = _shown(rows)
    if not found:
        raise NotFound
    return found[0]


def _shown(rows: QuerySet[Meeting]) -> list[Shown]:
    meetings = list(
        rows.select_related(
            "case__institution", "case__course", "case__assignment", "case__post",
            "respondent__user__closed_into", "invited_by",
        )
        .prefetch_related(
            Prefetch("slots", queryset=MeetingSlot.objects.order_by("starts_at")),
            Prefetch(
                "people",
                queryset=MeetingPerson.objects.select_related("user", "adviser__adviser").order_by(
                    "pk"
                ),
            ),
            Prefetch(
                "minutes",
                queryset=Minutes.objects.select_related("written_by").order_by("number"),
            ),
            Prefetch(
                "respondent__advisers",
                queryset=AdviserAccess.objects.filter(
                    comes_along=True, accepted_at__isnull=False, revoked_at__isnull=True
                ).select_related("adviser"),
                to_attr="coming_along",
            ),
        )
        .order_by("-invited_at", "-pk")
    )  # fmt: skip
    return [_of(meeting) for meeting in meetings]


def _of(meeting: Meeting) -> Shown:
    now = clock.now()
    zone = meeting.case.institution.time_zone
    slots = [
        Offered(row, span_of(row.starts_at, row.ends_at, zone), row.starts_at <= now)
        for row in meeting.slots.all()
    ]
    people = list(meeting.people.all())
    known = {row.adviser_id for row in people}
    along: Iterable[AdviserAccess] = meeting.respondent.coming_along  # type: ignore[attr-defined]
    span = None
    if meeting.starts_at is not None and meeting.ends_at is not None:
        span = span_of(meeting.starts_at, meeting.ends_at, zone)
    open_ = meeting.respondent.status in workflow.TABLE["meet"].sources
    look, word = _state(meeting, [row for row in slots if not row.over], now)
    return Shown(
        meeting=meeting,
        slots=slots,
        span=span,
        people=people,
        along=[row for row in along if row.pk not in known] if meeting.settled_at is None else [],
        minutes=list(meeting.minutes.all()),
        look=look,
        word=word,
        open=open_,
    )


def _state(meeting: Meeting, left: Sequence[Offered], now: datetime) -> tuple[str, str]:
    if meeting.status == MeetingStatus.OFFERED:
        if meeting.other_times:
            return "returned", _("Another time is asked for")
        if not left:
            return "missing", _("No time was chosen")
        return "current", _("A time is to be chosen")
    if meeting.status == MeetingStatus.AGREED:
        if meeting.starts_at is not None and meeting.starts_at > now:
            return "in_force", _("The time is agreed")
        return "missing", _("Not written down yet who came")
    if meeting.status == MeetingStatus.HELD:
        return "done", _("It took place")
    if meeting.status == MeetingStatus.MISSED:
        return "ended", _("It did not take place")
    return "cancelled", _("Called off")
