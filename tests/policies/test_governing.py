"""Exactly one version governs any instant after the first (PO4)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies import rules, selectors
from policies.enums import VersionStatus
from policies.models import Document, Version
from tests.policies.conftest import ACTOR, at, document, version

MINUTES = st.integers(min_value=0, max_value=60 * 24 * 30)
START = datetime(2025, 3, 1, tzinfo=UTC)


def instant(minutes: int) -> datetime:
    return START + timedelta(minutes=minutes)


def row(number: int, minutes: int, status: str = "published") -> Version:
    return Version(
        pk=number, number=number, body="x", status=status, effective_at=instant(minutes),
        published_at=instant(minutes) if status == "published" else None,
    )  # fmt: skip


@given(st.lists(MINUTES, min_size=1, max_size=12), MINUTES)
def test_exactly_one_version_governs_any_instant(starts, asked):
    versions = [row(number, minutes) for number, minutes in enumerate(starts, 1)]
    moment = instant(asked)
    found = rules.governing(versions, moment)
    in_effect = [v for v in versions if v.effective_at <= moment]
    if not in_effect:
        assert found is None
        return
    assert found in in_effect
    # Nobody else has as good a claim: it begins later than all others, or has a higher number.
    assert all((v.effective_at, v.number) < (found.effective_at, found.number)
               for v in in_effect if v is not found)  # fmt: skip
    # And it governs from its own beginning until the next one begins.
    assert rules.governing(versions, found.effective_at) is found


@given(st.lists(MINUTES, min_size=1, max_size=8), st.integers(min_value=0, max_value=7))
def test_what_governs_changes_only_where_a_version_begins(starts, index):
    versions = [row(number, minutes) for number, minutes in enumerate(starts, 1)]
    begins = sorted({v.effective_at for v in versions})
    here = begins[index % len(begins)]
    just_before = rules.governing(versions, here - timedelta(microseconds=1))
    assert just_before is None or just_before.effective_at < here
    assert rules.governing(versions, here).effective_at == here


@pytest.mark.django_db
@settings(max_examples=25, deadline=None)
@given(st.lists(MINUTES, min_size=1, max_size=5), st.lists(MINUTES, min_size=1, max_size=4))
def test_the_database_gives_the_same_answer(starts, asked):
    of = document()
    for number, minutes in enumerate(starts, 1):
        made = row(number, minutes)
        made.pk, made.document = None, of
        made.save(force_insert=True)
    draft = row(len(starts) + 1, 0, status="draft")
    draft.pk, draft.document = None, of
    draft.save(force_insert=True)
    versions = list(of.versions.all())
    for minutes in asked:
        moment = instant(minutes)
        expected = rules.governing(versions, moment)
        assert selectors.governing_version(of, moment) == expected
        assert {v.pk for v in selectors.in_force(moment) if v.document_id == of.pk} == (
            {expected.pk} if expected else set()
        )


@pytest.mark.django_db
class TestInTheDatabase:
    def test_before_the_first_nothing_governs(self):
        of = document()
        version(of, "2025-09-01")
        assert selectors.governing_version(of, at("2025-08-31 23:59")) is None
        assert selectors.governing_version(of, at("2025-09-01")).number == 1

    def test_a_later_version_never_governs_what_came_before_it(self):
        of = document()
        version(of, "2024-09-01")
        version(of, "2025-09-01")
        assert selectors.governing_version(of, at("2025-08-31 23:59")).number == 1
        assert selectors.governing_version(of, at("2025-09-01 00:00")).number == 2

    def test_of_two_at_the_same_instant_the_higher_number_governs(self):
        of = document()
        version(of, "2025-09-01")
        version(of, "2025-09-01")
        assert selectors.governing_version(of, at("2025-09-01")).number == 2

    def test_drafts_and_future_versions_do_not_govern(self, frozen_clock):
        frozen_clock.move_to(at("2026-01-01"))
        of = document()
        first = version(of, "2025-09-01")
        from policies import services

        services.create_draft(actor=ACTOR, document=of, body="x", effective_at=at("2025-10-01"))
        later = services.create_draft(
            actor=ACTOR, document=of, body="x", effective_at=at("2026-06-01")
        )
        services.publish(actor=ACTOR, version=later)
        assert selectors.governing_version(of) == first
        assert [v.number for v in selectors.upcoming(of)] == [3]
        assert selectors.latest_published(of).number == 3
        frozen_clock.move_to(at("2026-06-01"))
        assert selectors.governing_version(of).number == 3

    def test_by_kind_and_institution(self, northbridge):
        platform = document(kind="honor_code", slug="a-code")
        version(platform, "2025-01-01")
        own = document(kind="honor_code", institution=northbridge)
        version(own, "2025-01-01")
        moment = at("2025-06-01")
        assert selectors.governing_for("honor_code", at=moment).document == platform
        found = selectors.governing_for("honor_code", at=moment, institution=northbridge)
        assert found.document == own
        assert selectors.governing_for("terms", at=moment) is None

    def test_in_force_is_one_query(self, count_queries):
        for _index in range(3):
            of = document()
            version(of, "2025-01-01")
            version(of, "2025-02-01")
        with count_queries() as queries:
            assert [v.number for v in selectors.in_force(at("2025-06-01"))] == [2, 2, 2]
        assert queries.number == 1


@pytest.mark.parametrize(
    ("day", "zone", "expected"),
    [
        (date(2026, 9, 1), "UTC", "2026-09-01T00:00:00+00:00"),
        (date(2026, 9, 1), "America/New_York", "2026-09-01T04:00:00+00:00"),
        (date(2026, 1, 15), "Asia/Kathmandu", "2026-01-14T18:15:00+00:00"),
        # The clock skips 00:00 to 01:00 on this day: it begins at 04:00 UTC.
        (date(2026, 9, 6), "America/Santiago", "2026-09-06T04:00:00+00:00"),
        # And here 00:00 occurs once, one hour before the clock goes back to 23:00.
        (date(2026, 4, 5), "America/Santiago", "2026-04-05T04:00:00+00:00"),
        # 00:00 occurs twice: the day begins with the first.
        (date(2026, 11, 1), "America/Havana", "2026-11-01T04:00:00+00:00"),
    ],
)
def test_a_bare_date_begins_at_midnight_of_the_owner(day, zone, expected):
    assert rules.start_of_day(day, zone).astimezone(UTC).isoformat() == expected


def test_process_terms_without_any_policy_are_the_defaults():
    terms = rules.process_terms(None)
    assert (
        terms.response_working_days,
        terms.extension_working_days,
        terms.appeal_working_days,
    ) == (10, 5, 10)
    assert str(terms.standard_label) == "More likely than not"
    assert len(terms.appeal_grounds) == 4


def test_status_words_are_those_of_the_model():
    assert VersionStatus.values == ["draft", "published"]
    assert Document(title="T").owner_zone == "UTC"
