"""Working days and ends of days. Hostile case 79: a deadline across both clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrity.core.calendar import (
    add_working_days,
    end_of_day,
    is_working_day,
    working_days_until,
)

ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland"]
instants = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)).map(
    lambda moment: moment.replace(tzinfo=UTC)
)


@pytest.mark.parametrize(
    ("start", "zone", "end"),
    [
        # Friday to the Friday after next: the day itself does not count.
        ("2026-03-06T10:00+00:00", "UTC", "2026-03-20T23:59:59+00:00"),
        # 79: over the spring change of 29 March 2026 the local hour stays, the UTC hour moves.
        ("2026-03-25T10:00+00:00", "Europe/Berlin", "2026-04-08T21:59:59+00:00"),
        ("2026-03-11T10:00+00:00", "Europe/Berlin", "2026-03-25T22:59:59+00:00"),
        # 79: over the autumn change of 25 October 2026.
        ("2026-10-20T10:00+00:00", "Europe/Berlin", "2026-11-03T22:59:59+00:00"),
        # Late in UTC it is already the next day there.
        ("2026-03-05T23:30+00:00", "Pacific/Auckland", "2026-03-20T10:59:59+00:00"),
    ],
)
def test_79_ten_working_days_end_on_a_fixed_instant(start, zone, end):
    deadline = add_working_days(datetime.fromisoformat(start), 10, zone=zone)
    assert deadline == datetime.fromisoformat(end)


def test_holidays_do_not_count():
    start = datetime(2026, 12, 23, 12, tzinfo=UTC)
    holidays = {date(2026, 12, 25), date(2027, 1, 1)}
    assert add_working_days(start, 2, zone="UTC").date() == date(2026, 12, 25)
    assert add_working_days(start, 2, zone="UTC", holidays=holidays).date() == date(2026, 12, 28)


def test_where_midnight_comes_twice_the_later_end_counts():
    # In Havana clocks go back from 01:00 to 00:00 on 1 November 2026.
    end = end_of_day(date(2026, 10, 31), "America/Havana")
    assert end_of_day(date(2026, 11, 1), "America/Havana") - end == timedelta(hours=25)


def test_a_deadline_in_the_past_is_no_deadline():
    with pytest.raises(ValueError, match="ahead"):
        add_working_days(datetime(2026, 1, 1, tzinfo=UTC), -1, zone="UTC")


@given(instants, st.integers(0, 60), st.sampled_from(ZONES))
def test_a_deadline_is_the_last_second_of_a_working_day_and_never_earlier(start, days, zone):
    deadline = add_working_days(start, days, zone=zone)
    local = deadline.astimezone(ZoneInfo(zone))
    assert (local.hour, local.minute, local.second) == (23, 59, 59)
    assert days == 0 or is_working_day(local.date())
    assert deadline > start - timedelta(seconds=1)
    assert working_days_until(start, deadline, zone=zone) == days
    assert add_working_days(start, days + 1, zone=zone) > deadline
