"""Working time across clock changes, missing midnights, missing days and the end of a year.

HOSTILE 79: a deadline is a fixed instant whatever the clocks of its zone do; never shortened.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrity.core.calendar import (
    add_working_days,
    end_of_day,
    hours_of,
    is_working_day,
    working_days_before,
    working_days_until,
    working_time_before,
)

DAY = timedelta(days=1)
# Clocks that change at midnight, at two, by half an hour, in the south, and not at all.
ZONES = [
    *("UTC", "Europe/Berlin", "America/New_York", "America/Santiago", "Africa/Cairo"),
    *("America/Havana", "Australia/Lord_Howe", "Pacific/Chatham", "Asia/Kolkata"),
]
instants = st.datetimes(datetime(2024, 1, 1), datetime(2032, 1, 1)).map(
    lambda moment: moment.replace(tzinfo=UTC)
)
days_off = st.frozensets(st.dates(date(2024, 1, 1), date(2032, 6, 1)), max_size=40)
zones = st.sampled_from(ZONES)
laters = st.timedeltas(timedelta(), timedelta(days=40))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+00:00")


# Fixed instants


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", date(2026, 3, 29), 23),
        ("Europe/Berlin", date(2026, 10, 25), 25),
        # 00:00 does not exist: the day begins at 01:00.
        ("America/Santiago", date(2026, 9, 6), 23),
        ("Africa/Cairo", date(2026, 4, 24), 23),
        # 00:00 occurs twice: the day begins with the first.
        ("America/Havana", date(2026, 11, 1), 25),
        # Half an hour.
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
        # A day that the zone left out.
        ("Pacific/Apia", date(2011, 12, 30), 0),
    ],
)
def test_79_how_long_a_day_lasts(zone: str, day: date, hours: float) -> None:
    begins, ends = hours_of(day, zone)
    assert ends - begins == timedelta(hours=hours)
    assert hours_of(day + DAY, zone)[0] == ends


@pytest.mark.parametrize(
    ("zone", "start", "days", "end"),
    [
        # Santiago, Sunday 6 September 2026: the clock goes from 24:00 to 01:00.
        ("America/Santiago", "2026-09-04T15:00:00", 1, "2026-09-08T02:59:59"),
        ("America/Santiago", "2026-09-05T02:00:00", 1, "2026-09-08T02:59:59"),
        # Cairo, Friday 24 April 2026, a working day without its first hour.
        ("Africa/Cairo", "2026-04-23T10:00:00", 1, "2026-04-24T20:59:59"),
        ("Africa/Cairo", "2026-04-22T10:00:00", 1, "2026-04-23T21:59:59"),
        # Over the end of a year.
        ("Europe/Berlin", "2026-12-31T10:00:00", 1, "2027-01-01T22:59:59"),
        ("Pacific/Auckland", "2026-12-31T10:30:00", 1, "2027-01-01T10:59:59"),
        ("Pacific/Auckland", "2026-12-31T11:30:00", 1, "2027-01-04T10:59:59"),
    ],
)
def test_79_where_midnight_or_the_year_changes(zone: str, start: str, days: int, end: str) -> None:
    assert add_working_days(utc(start), days, zone=zone) == utc(end)


def test_79_one_working_day_before_is_the_local_end_of_day_on_both_sides_of_a_change() -> None:
    for due, before in (
        # Monday after the spring change: Friday's end is an hour later in UTC.
        ("2026-03-30T21:59:59", "2026-03-27T22:59:59"),
        ("2026-10-26T22:59:59", "2026-10-23T21:59:59"),
    ):
        assert working_days_before(utc(due), 1, zone="Europe/Berlin") == utc(before)


def test_one_working_day_before_skips_holidays_and_the_turn_of_the_year() -> None:
    due = utc("2027-01-04T23:59:59")
    free = {date(2027, 1, 1), date(2026, 12, 31)}
    assert working_days_before(due, 1, zone="UTC") == utc("2027-01-01T23:59:59")
    assert working_days_before(due, 1, zone="UTC", holidays=free) == utc("2026-12-30T23:59:59")
    assert working_days_before(due, 0, zone="UTC") == due


def test_a_deadline_on_a_day_that_became_a_holiday_warns_before_the_last_working_day() -> None:
    due = utc("2026-11-20T23:59:59")
    found = working_days_before(due, 1, zone="UTC", holidays={date(2026, 11, 20)})
    assert found == utc("2026-11-18T23:59:59")


def test_working_time_before_is_hours_of_working_days_alone() -> None:
    monday = utc("2026-11-23T12:00:00")
    assert working_time_before(monday, timedelta(hours=12), zone="UTC") == utc(
        "2026-11-23T00:00:00"
    )
    assert working_time_before(monday, timedelta(hours=18), zone="UTC") == utc(
        "2026-11-20T18:00:00"
    )
    assert working_time_before(monday, timedelta(), zone="UTC") == monday


def test_what_lies_ahead_is_no_time_before() -> None:
    with pytest.raises(ValueError, match="before"):
        working_time_before(utc("2026-11-23T12:00:00"), -timedelta(hours=1), zone="UTC")
    with pytest.raises(ValueError, match="warning"):
        working_days_before(utc("2026-11-23T12:00:00"), -1, zone="UTC")


# Whatever the clocks do


@given(instants, st.integers(0, 30), zones, days_off, days_off)
def test_79_a_holiday_more_never_shortens_a_deadline(
    start: datetime, days: int, zone: str, some: frozenset[date], more: frozenset[date]
) -> None:
    known = add_working_days(start, days, zone=zone, holidays=some)
    assert add_working_days(start, days, zone=zone, holidays=some | more) >= known


@given(
    instants, st.timedeltas(timedelta(), timedelta(days=40)), st.integers(0, 30), zones, days_off
)
def test_79_who_begins_later_is_never_due_earlier(
    start: datetime, later: timedelta, days: int, zone: str, free: frozenset[date]
) -> None:
    first = add_working_days(start, days, zone=zone, holidays=free)
    assert add_working_days(start + later, days, zone=zone, holidays=free) >= first


@given(instants, st.integers(1, 30), zones, days_off)
def test_79_a_deadline_never_gives_less_than_its_whole_working_days(
    start: datetime, days: int, zone: str, free: frozenset[date]
) -> None:
    due = add_working_days(start, days, zone=zone, holidays=free)
    local = start.astimezone(ZoneInfo(zone)).date()
    whole = [
        local + DAY * number
        for number in range(1, (due.astimezone(ZoneInfo(zone)).date() - local).days + 1)
    ]
    assert sum(is_working_day(day, free) for day in whole) == days
    assert due == end_of_day(whole[-1], zone)
    assert working_days_until(start, due, zone=zone, holidays=free) == days


@given(instants, st.integers(0, 20), zones, days_off)
def test_79_the_warning_leaves_exactly_its_working_days(
    start: datetime, days: int, zone: str, free: frozenset[date]
) -> None:
    due = add_working_days(start, days + 1, zone=zone, holidays=free)
    warned = working_days_before(due, days, zone=zone, holidays=free)
    assert warned <= due
    assert working_days_until(warned, due, zone=zone, holidays=free) == days


@given(
    instants,
    st.timedeltas(timedelta(), timedelta(days=20)),
    st.timedeltas(timedelta(), timedelta(days=20)),
    zones,
    days_off,
)
def test_79_working_time_adds_up(
    end: datetime, one: timedelta, other: timedelta, zone: str, free: frozenset[date]
) -> None:
    """Going back by two spans is going back by one and then by the other."""
    first = working_time_before(end, one, zone=zone, holidays=free)
    assert first <= end
    assert working_time_before(end, one + other, zone=zone, holidays=free) == working_time_before(
        first, other, zone=zone, holidays=free
    )
