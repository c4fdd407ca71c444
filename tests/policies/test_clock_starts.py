"""What starts the time to answer: in texts that say it, and in those that are older (PR1)."""

from __future__ import annotations

import pytest

from policies import contents, difference
from policies.enums import ClockStart
from policies.models import Version
from policies.rules import process_terms
from tests.policies.conftest import document, version

pytestmark = pytest.mark.django_db


def test_the_first_text_that_says_it_governs_and_where_nobody_does_it_is_the_delivery() -> None:
    silent, sent, read = (
        Version(clock_starts=value) for value in ("", ClockStart.SENT, ClockStart.READ)
    )
    assert process_terms().clock_starts == ClockStart.DELIVERED
    assert process_terms(silent).clock_starts == ClockStart.DELIVERED
    assert process_terms(silent, read, sent).clock_starts == ClockStart.READ
    assert process_terms(None, sent, read).clock_starts == ClockStart.SENT


def test_a_text_that_is_older_than_the_question_keeps_its_digest() -> None:
    older = version(document(), "2025-01-01", clock_starts="")
    terms = contents.part_of(older, contents.TERMS)
    assert "clock_starts" not in terms
    # What was digested before the column was there.
    was = {name: terms[name] for name in contents.FIELDS[contents.TERMS] if name != "clock_starts"}
    assert contents.digests(older)[contents.TERMS] == contents.digest(was)


def test_a_text_that_says_it_has_it_in_its_digest() -> None:
    of = document()
    one = version(of, "2025-01-01", clock_starts="read")
    two = version(of, "2025-02-01", clock_starts="sent")
    assert contents.part_of(one, contents.TERMS)["clock_starts"] == "read"
    assert contents.whole(one) != contents.whole(two)
    [change] = difference.compare(one, two).terms
    assert change.title == "The time to answer starts"


def test_to_say_what_held_anyway_is_no_change() -> None:
    of = document()
    one = version(of, "2025-01-01", clock_starts="")
    two = version(of, "2025-02-01", clock_starts="delivered")
    assert difference.compare(one, two).terms == ()
