"""Log lines. Hostile case 56: newlines and terminal codes in input make no second record."""

from __future__ import annotations

import logging
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrity.core.logs import LineFormatter


def _record(text: object, *, trace: bool = False) -> str:
    info = None
    if trace:
        try:
            raise ValueError(text)
        except ValueError:
            info = sys.exc_info()
    record = logging.LogRecord("web", logging.INFO, __file__, 1, "saw %s", (text,), info)
    return LineFormatter().format(record)


@pytest.mark.parametrize(
    "text", ["a\nb", "a\r\nb", "a\x1b[2Jb", "a\u2028b", "a\x0bb", "a\x85b", "\ud800", "a\u202eb"]
)
def test_56_one_record_is_one_line(text):
    line = _record(text)
    assert len(line.splitlines()) == 1
    assert line.isprintable()


@given(st.text(max_size=200))
def test_56_any_text_is_one_printable_line(text):
    assert _record(text).isprintable()


def test_56_a_record_with_a_traceback_forges_no_second_one():
    forged = "2026-11-21 12:00:00,000 INFO web all is well"
    lines = _record(f"x\n{forged}", trace=True).splitlines()
    assert lines[0].endswith(forged)
    assert lines[1] == "    Traceback (most recent call last):"
    assert all(line.startswith("    ") for line in lines[1:])
