"""Dates in words: the reader's zone, the reader's language, the year only when it matters."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.template import engines
from django.utils import timezone, translation

from integrity.core import clock
from integrity.web import dates

NOW = datetime(2026, 11, 24, 14, 31, tzinfo=UTC)
BOGOTA = ZoneInfo("America/Bogota")


def render(text: str, /, **context: object) -> str:
    return engines["django"].from_string(text).render(context)


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (datetime(2026, 11, 24, 14, 31, tzinfo=UTC), "Today, 09:31"),
        (datetime(2026, 11, 24, 4, 59, tzinfo=UTC), "Yesterday, 23:59"),
        (datetime(2026, 11, 25, 5, 0, tzinfo=UTC), "Tomorrow, 00:00"),
        (datetime(2026, 11, 21, 2, 14, tzinfo=UTC), "20 Nov, 21:14"),
        (datetime(2025, 1, 3, 13, 0, tzinfo=UTC), "3 Jan 2025, 08:00"),
        (datetime(2027, 1, 1, 4, 59, tzinfo=UTC), "31 Dec, 23:59"),
    ],
)
def test_an_instant_is_told_by_the_readers_day(moment: datetime, words: str) -> None:
    with clock.frozen(NOW), timezone.override(BOGOTA):
        assert dates.tell(moment).words == words


def test_the_tag_carries_the_exact_time_with_its_zone() -> None:
    with clock.frozen(NOW), timezone.override(BOGOTA):
        html = render("{% when at %}", at=datetime(2026, 11, 21, 2, 14, tzinfo=UTC))
    assert html == (
        '<time datetime="2026-11-20T21:14-05:00"'
        ' title="Friday 20 November 2026, 21:14, Bogota time">20 Nov, 21:14</time>'
    )


@pytest.mark.parametrize(
    ("form", "this_year", "another"),
    [
        ("weekday", "Friday 4 December", "Thursday 4 December 2025"),
        ("short", "Fri 4 Dec", "Thu 4 Dec 2025"),
        ("brief", "4 Dec", "4 Dec 2025"),
        ("long", "4 December 2026", "4 December 2025"),
        ("full", "Friday 4 December 2026", "Thursday 4 December 2025"),
    ],
)
def test_a_day_has_five_forms(form: str, this_year: str, another: str) -> None:
    with clock.frozen(NOW):
        assert dates.day_words(date(2026, 12, 4), form) == this_year
        assert dates.day_words(date(2025, 12, 4), form) == another


def test_an_unknown_form_is_an_error() -> None:
    with pytest.raises(ValueError, match="weekday"):
        dates.day_words(date(2026, 12, 4), "iso")


def test_the_day_of_an_instant_is_the_readers() -> None:
    at = datetime(2026, 11, 24, 4, 59, tzinfo=UTC)
    with clock.frozen(NOW), timezone.override(BOGOTA):
        html = render("{% day at %}|{% day on 'long' %}", at=at, on=date(2026, 9, 1))
    instant, _bar, plain = html.partition("|")
    assert ">Monday 23 November</time>" in instant
    assert 'title="Monday 23 November 2026, 23:59, Bogota time"' in instant
    assert plain == '<time datetime="2026-09-01">1 September 2026</time>'


def test_nothing_is_shown_for_no_date() -> None:
    assert render("{% when at %}{% day at empty='never' %}", at=None) == "never"


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2026, 11, 25, 4, 59, tzinfo=UTC), "today"),
        (datetime(2026, 11, 25, 5, 1, tzinfo=UTC), "in 1 day"),
        (datetime(2026, 12, 3, 20, 0, tzinfo=UTC), "in 9 days"),
        (datetime(2026, 11, 22, 20, 0, tzinfo=UTC), "2 days ago"),
    ],
)
def test_days_left_are_counted_in_the_readers_days(at: datetime, words: str) -> None:
    with clock.frozen(NOW), timezone.override(BOGOTA):
        assert render("{% days_left at %}", at=at) == words


def test_both_sides_of_a_clock_change_are_told_apart() -> None:
    with clock.frozen(NOW), timezone.override(ZoneInfo("Europe/Berlin")):
        before = render("{% when at %}", at=datetime(2026, 10, 25, 0, 30, tzinfo=UTC))
        after = render("{% when at %}", at=datetime(2026, 10, 25, 1, 30, tzinfo=UTC))
    assert 'datetime="2026-10-25T02:30+02:00"' in before
    assert 'datetime="2026-10-25T02:30+01:00"' in after


def test_words_of_one_language_do_not_leak_into_another() -> None:
    with clock.frozen(NOW):
        with translation.override("en"):
            english = dates.day_words(date(2026, 12, 4), "long")
        with translation.override("es"):
            spanish = dates.day_words(date(2026, 12, 4), "long")
    assert english == "4 December 2026"
    assert "diciembre" in spanish.lower()


def test_a_day_named_without_an_hour_is_that_day_for_everybody() -> None:
    day = datetime(2026, 11, 20, tzinfo=UTC)
    instant = datetime(2026, 11, 21, 2, 14, tzinfo=UTC)
    with clock.frozen(NOW), timezone.override(BOGOTA):
        bare = "{% happened at day_only=True %}|{% happened at 'brief' day_only=True %}"
        html = render(bare, at=day)
        midnight = render("{% happened at %}", at=day)
        told = render("{% happened at %}|{% happened at 'brief' %}", at=instant)
    assert html == (
        '<time datetime="2026-11-20">20 November 2026</time>|'
        '<time datetime="2026-11-20">20 Nov</time>'
    )
    assert ">20 Nov, 21:14</time>|" in told
    # Midnight UTC as an instant is one like every other.
    assert ">19 Nov, 19:00</time>" in midnight
    assert told.endswith(">20 Nov</time>")
    assert render("{% happened at empty='never' %}", at=None) == "never"
