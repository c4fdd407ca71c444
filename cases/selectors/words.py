"""Ready words for the desk's lists: templates format nothing per row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext

from cases.enums import CaseStatus as S
from integrity.core import clock
from integrity.web import dates

Text = str | Promise

# What the desk does next, by status. A case somebody waits for says for whom.
NEXT_STEPS: dict[str, Text] = {
    S.TRIAGE: _("Open or dismiss"),
    S.INVESTIGATION: _("Send notice"),
    S.NOTIFIED: _("Await answer"),
    S.REVIEW: _("Record findings"),
    S.APPROVAL: _("Await a second officer"),
    S.DECIDED: _("Nothing, until the time to appeal ends"),
    S.APPEAL: _("Decide the appeal"),
    S.CLOSED: _("Nothing"),
    S.DISMISSED: _("Nothing"),
}


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline in words. `status` names its shape: "overdue", "soon" (today) or none."""

    text: str
    status: str
    iso: str
    exact: str


@dataclass(frozen=True, slots=True)
class Days:
    """The days that matter to somebody at the desk, as instants, in the reader's zone."""

    now: datetime
    today: date
    zone: tzinfo
    tomorrow: datetime
    next_week: datetime

    @classmethod
    def of_reader(cls) -> Days:
        """Counted from now; a week ends with Sunday."""
        zone = timezone.get_current_timezone()
        now = clock.now()
        today = now.astimezone(zone).date()

        def start(day: date) -> datetime:
            return datetime(day.year, day.month, day.day, tzinfo=zone)

        return cls(
            now=now,
            today=today,
            zone=zone,
            tomorrow=start(today + timedelta(days=1)),
            next_week=start(today + timedelta(days=7 - today.weekday())),
        )


def due(at: datetime | None, days: Days) -> Due | None:
    """The deadline as the queue shows it: "2 days over", "Today 17:00", "Fri 4 Dec"."""
    if at is None:
        return None
    local = at.astimezone(days.zone)
    time = f"{local.hour:02d}:{local.minute:02d}"
    status = ""
    if at < days.now:
        status = "overdue"
        over = (days.today - local.date()).days
        text = (
            ngettext("%(count)s day over", "%(count)s days over", over) % {"count": over}
            if over
            else pgettext("deadline", "Over since %(time)s") % {"time": time}
        )
    elif local.date() == days.today:
        status = "soon"
        text = pgettext("deadline", "Today %(time)s") % {"time": time}
    else:
        text = dates.day_words(local.date(), "short", now=days.today)
    return Due(text, status, local.isoformat(timespec="minutes"), dates.exact_words(at))


def day(at: datetime | None, days: Days | None = None) -> str:
    """The reader's day of an instant in words: "Friday 4 December"; nothing for none."""
    if at is None:
        return ""
    zone = days.zone if days is not None else timezone.get_current_timezone()
    return dates.day_words(at.astimezone(zone).date(), now=days.today if days is not None else None)


def joined(items: list[str]) -> str:
    """Names in a row: "A, B and C"."""
    if len(items) < 2:
        return "".join(items)
    return pgettext("list", "%(some)s and %(last)s") % {
        "some": ", ".join(items[:-1]),
        "last": items[-1],
    }
