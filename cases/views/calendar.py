"""A meeting as a download for calendars."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse

from cases import ics
from cases.models import Meeting


def calendar(meeting: Meeting, path: str) -> HttpResponse:
    """The file; `path` is the reader's page of the meeting."""
    return HttpResponse(
        ics.calendar_of(meeting, url=f"{settings.SITE_URL}{path}"),
        content_type=ics.CONTENT_TYPE,
        headers={
            "Content-Disposition": f'attachment; filename="{ics.filename(meeting)}"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store, private",
        },
    )
