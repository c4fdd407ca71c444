"""A meeting as a calendar takes it: RFC 5545, one event for good, told anew at every change.

Nothing of the matter is in it: whoever else sees that calendar learns of a meeting, the number of
the case and the place. It lists nobody who comes, so that no calendar writes to anybody.
"""

from __future__ import annotations

from datetime import UTC, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from cases.enums import MeetingStatus
from cases.models import Meeting
from integrity.core import clock

CONTENT_TYPE = "text/calendar; charset=utf-8; method=PUBLISH"
# A zone is described for the time around the meeting and not for all times.
AROUND = timedelta(days=400)


def uid(meeting: Meeting) -> str:
    """The same for good, so that a calendar renews its entry in place of making another."""
    return f"{meeting.public_id}@{urlsplit(settings.SITE_URL).hostname or 'localhost'}"


def calendar_of(meeting: Meeting, *, url: str) -> bytes:
    """The file for a calendar, in the language and with the words of the reader.

    `url` is the reader's page of the meeting. Raises `ValueError` where no time was agreed.
    """
    if meeting.starts_at is None or meeting.ends_at is None:
        raise ValueError("A meeting without a time is in no calendar.")
    zone = ZoneInfo(meeting.case.institution.time_zone)
    entry = Event()
    entry.add("uid", uid(meeting))
    entry.add("dtstamp", clock.now().astimezone(UTC))
    entry.add("sequence", meeting.sequence)
    entry.add("dtstart", meeting.starts_at.astimezone(zone))
    entry.add("dtend", meeting.ends_at.astimezone(zone))
    entry.add("summary", _("Meeting, %(number)s") % {"number": meeting.case.number})
    entry.add("location", meeting.place)
    entry.add("url", url)
    entry.add("class", "PRIVATE")
    cancelled = meeting.status == MeetingStatus.CANCELLED
    entry.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    calendar = Calendar()
    calendar.add("prodid", "-//Integrity//Meetings//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add_component(entry)
    day = meeting.starts_at.date()
    calendar.add_missing_timezones(first_date=day - AROUND, last_date=day + AROUND)
    return bytes(calendar.to_ical())


def filename(meeting: Meeting) -> str:
    """What the download is called."""
    return f"meeting-{meeting.case.number}.ics".lower()
