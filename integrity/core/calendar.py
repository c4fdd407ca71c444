"""Working days. A deadline is the last second of a day in the institution's zone, kept in UTC."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def is_working_day(day: date, holidays: Collection[date] = ()) -> bool:
    """Monday to Friday and no holiday."""
    return day.weekday() < 5 and day not in holidays


def end_of_day(day: date, zone: str) -> datetime:
    """23:59:59 of `day` in `zone`, in UTC. Where that hour occurs twice, the later one: kinder."""
    local = datetime.combine(day, time(23, 59, 59), ZoneInfo(zone)).replace(fold=1)
    return local.astimezone(UTC)


def add_working_days(
    start: datetime, days: int, *, zone: str, holidays: Collection[date] = ()
) -> datetime:
    """The deadline `days` working days after the day of `start`; the day itself does not count."""
    if days < 0:
        raise ValueError("A deadline lies ahead.")
    day = start.astimezone(ZoneInfo(zone)).date()
    left = days
    while left:
        day += timedelta(days=1)
        if is_working_day(day, holidays):
            left -= 1
    return end_of_day(day, zone)


def working_days_before(
    end: datetime, days: int, *, zone: str, holidays: Collection[date] = ()
) -> datetime:
    """The last second before the last `days` working days up to `end`.

    So that from this instant on no more than those days are left. The day of `end` counts where it
    is a working day, however early in it `end` lies. `end` itself for no days.
    """
    if days < 0:
        raise ValueError("A warning comes before the deadline.")
    if not days:
        return end
    day = end.astimezone(ZoneInfo(zone)).date()
    left = days
    while True:
        if is_working_day(day, holidays):
            if not left:
                return min(end, end_of_day(day, zone))
            left -= 1
        day -= timedelta(days=1)


def working_time_before(
    end: datetime, span: timedelta, *, zone: str, holidays: Collection[date] = ()
) -> datetime:
    """The instant from which `span` of working days passes until `end`.

    A working day counts with all its hours (23 or 25 where the clocks change), any other with none.
    More span never gives a later instant, and neither does an earlier `end`.
    """
    if span < timedelta():
        raise ValueError("What comes before cannot come after.")
    day = end.astimezone(ZoneInfo(zone)).date()
    left = span
    upto = end
    while left:
        begins, _ends = hours_of(day, zone)
        if is_working_day(day, holidays):
            if upto - left >= begins:
                return upto - left
            left -= max(upto - begins, timedelta())
        upto = min(upto, begins)
        day -= timedelta(days=1)
    return upto if span else end


def working_days_until(
    start: datetime, end: datetime, *, zone: str, holidays: Collection[date] = ()
) -> int:
    """Working days that remain after the day of `start` up to the day of `end`; never negative."""
    day = start.astimezone(ZoneInfo(zone)).date()
    last = end.astimezone(ZoneInfo(zone)).date()
    count = 0
    while day < last:
        day += timedelta(days=1)
        count += is_working_day(day, holidays)
    return count


def hours_of(day: date, zone: str) -> tuple[datetime, datetime]:
    """From when until before when `day` lasts in `zone`, in UTC.

    23 or 25 hours where the clocks change, none where the zone left the day out. Where 00:00 does
    not exist it begins with its first instant, where 00:00 occurs twice with the earlier one.
    """
    start, end = (
        datetime.combine(midnight, time(), ZoneInfo(zone)).astimezone(UTC)
        for midnight in (day, day + timedelta(days=1))
    )
    return start, end
