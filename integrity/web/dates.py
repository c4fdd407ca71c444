"""Dates in words, for the reader's zone and language.

A list page formats a hundred of them, so the words of a day are kept per language and only the
clock time is put together each time.
"""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from functools import lru_cache
from typing import NamedTuple

from django.utils import timezone
from django.utils.dates import MONTHS, MONTHS_3, WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import get_language, gettext, pgettext

from integrity.core import clock

FORMS = ("long", "weekday", "short", "brief", "full")


@lru_cache(maxsize=8192)
def _words(day: date, form: str, with_year: bool, language: str | None) -> str:
    parts = {
        "weekday": str(WEEKDAYS[day.weekday()]),
        "wd": str(WEEKDAYS_ABBR[day.weekday()]),
        "day": day.day,
        "month": str(MONTHS[day.month]),
        "mon": str(MONTHS_3[day.month]).capitalize()
        if language == "en"
        else str(MONTHS_3[day.month]),
        "year": f"{day.year:04d}",
    }
    if form == "full":
        pattern = gettext("%(weekday)s %(day)s %(month)s %(year)s")
    elif form == "long":
        pattern = gettext("%(day)s %(month)s %(year)s")
    elif form == "weekday":
        pattern = (
            gettext("%(weekday)s %(day)s %(month)s %(year)s")
            if with_year
            else gettext("%(weekday)s %(day)s %(month)s")
        )
    elif form == "short":
        pattern = (
            gettext("%(wd)s %(day)s %(mon)s %(year)s")
            if with_year
            else gettext("%(wd)s %(day)s %(mon)s")
        )
    elif form == "brief":
        pattern = gettext("%(day)s %(mon)s %(year)s") if with_year else gettext("%(day)s %(mon)s")
    else:
        raise ValueError(f"No form {form!r} of a date; there are {', '.join(FORMS)}.")
    return pattern % parts


def today(zone: tzinfo | None = None) -> date:
    """The reader's date now."""
    return clock.now().astimezone(zone or timezone.get_current_timezone()).date()


def day_words(day: date, form: str = "weekday", *, now: date | None = None) -> str:
    """A date in words.

    `long` 4 December 2026, `weekday` Friday 4 December, `short` Fri 4 Dec, `brief` 4 Dec, `full`
    Friday 4 December 2026. All but `long` and `full` name the year only when it is not this year's.
    """
    now = now or today()
    return _words(day, form, day.year != now.year, get_language())


def zone_name(zone: tzinfo | None = None) -> str:
    """The reader's zone as people say it: the city, or UTC."""
    key = str(zone or timezone.get_current_timezone())
    return key.rpartition("/")[2].replace("_", " ")


class _Patterns(NamedTuple):
    near: tuple[str, str, str]
    moment: str
    exact: str


@lru_cache(maxsize=32)
def _patterns(language: str | None) -> _Patterns:
    return _Patterns(
        (pgettext("day", "Yesterday"), pgettext("day", "Today"), pgettext("day", "Tomorrow")),
        pgettext("day, time", "%(day)s, %(time)s"),
        gettext("%(day)s, %(time)s, %(zone)s time"),
    )


class Told(NamedTuple):
    """An instant as the reader is told it."""

    words: str
    exact: str
    iso: str


def tell(moment: datetime, *, now: datetime | None = None, form: str = "") -> Told:
    """An instant in the reader's zone, or with a `form` of `day_words` only its day there.

    `words`: "Today, 09:31", "20 Nov, 21:14", "3 Jan 2025, 08:00". `exact`: in full, with the zone
    it is told in, for titles and print. `iso`: machine-readable, to the minute, with the offset.
    """
    zone = timezone.get_current_timezone()
    language = get_language()
    patterns = _patterns(language)
    local = moment.astimezone(zone)
    day = local.date()
    current = (now or clock.now()).astimezone(zone).date()
    time = f"{local.hour:02d}:{local.minute:02d}"
    if form:
        words = _words(day, form, day.year != current.year, language)
    else:
        ahead = day.toordinal() - current.toordinal()
        if -1 <= ahead <= 1:
            name = patterns.near[ahead + 1]
        else:
            name = _words(day, "brief", day.year != current.year, language)
        words = patterns.moment % {"day": name, "time": time}
    full = _words(day, "full", True, language)
    return Told(
        words,
        patterns.exact % {"day": full, "time": time, "zone": zone_name(zone)},
        local.isoformat(timespec="minutes"),
    )


def moment_words(moment: datetime, *, now: datetime | None = None) -> str:
    """The words of `tell` alone."""
    return tell(moment, now=now).words


def exact_words(moment: datetime) -> str:
    """The exact time of `tell` alone."""
    return tell(moment).exact
