"""Receipt codes, and how often somebody may do something."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from redis.exceptions import ConnectionError as RedisDown

from cases import receipts
from cases.services import floods
from integrity.core import clock
from integrity.core.errors import TooMany
from integrity.web import floods as mechanism
from tests.cases.test_intake_concurrency import at_once

HERE = floods.Source.address("192.0.2.7")


def test_a_code_has_eighty_bits_without_signs_that_are_mistaken() -> None:
    codes = {receipts.new_code() for _number in range(200)}

    assert len(codes) == 200
    for code in codes:
        groups = code.split("-")
        assert [len(group) for group in groups] == [4, 4, 4, 4]
        assert set(code) - {"-"} <= set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")


@pytest.mark.parametrize(
    "typed",
    ["10AB-CDEF-GHJK-MNPQ", "ioab cdef ghjk mnpq", "LOABCDEFGHJKMNPQ", " 1o-abcd-efghj kmnp–q "],
)
def test_a_code_is_understood_as_it_is_heard(typed: str) -> None:
    assert receipts.fingerprint("10AB-CDEF-GHJK-MNPQ") in receipts.fingerprints(typed)


def test_more_signs_are_another_code() -> None:
    code = "10AB-CDEF-GHJK-MNPQ"

    assert receipts.fingerprint(code) not in receipts.fingerprints(f"{code}R")
    assert receipts.fingerprint(code) not in receipts.fingerprints(code[:-1])


def test_a_key_gives_each_report_its_own_code_and_always_the_same() -> None:
    key, one, other = receipts.new_key(), uuid4(), uuid4()

    assert receipts.is_key(key)
    assert receipts.codes_for(key, one) == receipts.codes_for(key, one)
    assert receipts.codes_for(key, one) != receipts.codes_for(key, other)
    assert receipts.codes_for(key, one) != receipts.codes_for(receipts.new_key(), one)


def test_a_code_is_found_again_after_the_field_key_was_changed(settings: Any) -> None:
    key, report = receipts.new_key(), uuid4()
    code = receipts.codes_for(key, report)[0]
    kept = receipts.fingerprint(code)

    settings.FIELD_KEYS = ["A" * 43 + "=", *settings.FIELD_KEYS]

    assert receipts.matching(key, report, kept) == code
    assert kept in receipts.fingerprints(code)
    assert receipts.matching(receipts.new_key(), report, kept) == ""


# Floods


def test_the_slots_are_taken_one_by_one_and_given_back() -> None:
    slots = [floods.take(floods.REPORTS, HERE) for _number in range(5)]
    with pytest.raises(TooMany) as refusal:
        floods.take(floods.REPORTS, HERE)
    with pytest.raises(TooMany):
        floods.check(floods.REPORTS, HERE)

    assert 3_590 < refusal.value.seconds <= 3_600
    assert "60 minutes" in str(refusal.value)
    slots[2].give_back()
    floods.check(floods.REPORTS, HERE)
    floods.take(floods.REPORTS, HERE)


def test_the_time_to_wait_is_that_of_the_oldest() -> None:
    now = clock.now()
    for minute in range(5):
        with clock.frozen(now + timedelta(minutes=minute)):
            floods.take(floods.REPORTS, HERE)

    with clock.frozen(now + timedelta(minutes=20)), pytest.raises(TooMany) as refusal:
        floods.take(floods.REPORTS, HERE)

    assert refusal.value.seconds == 40 * 60


def test_slots_are_free_again_after_their_time() -> None:
    short = floods.Allowance("short", 1, 1, "Too many.")
    floods.take(short, HERE)
    cache.touch(next(iter(mechanism._keys(short, HERE))), timeout=-1)

    floods.take(short, HERE)


def test_sources_and_allowances_do_not_share() -> None:
    for _number in range(5):
        floods.take(floods.REPORTS, HERE)

    floods.take(floods.REPORTS, floods.Source.address("192.0.2.8"))
    floods.take(floods.CODES, HERE)


def test_nothing_in_the_cache_tells_the_address(settings: Any) -> None:
    floods.take(floods.REPORTS, HERE)

    assert "192.0.2.7" not in repr(HERE)
    assert all("192.0.2" not in key for key in mechanism._keys(floods.REPORTS, HERE))


@pytest.mark.django_db(transaction=True)
def test_case_30_many_at_the_same_moment_get_no_more_than_one_after_another() -> None:
    results = at_once(20, lambda _number: floods.take(floods.REPORTS, HERE))

    assert sum(isinstance(result, floods.Slot) for result in results) == 5
    assert sum(isinstance(result, TooMany) for result in results) == 15


def test_a_report_gets_through_while_the_cache_is_down(monkeypatch: Any, caplog: Any) -> None:
    def down(*_args: Any, **_kwargs: Any) -> bool:
        raise RedisDown("192.0.2.7 is not there")

    monkeypatch.setattr(cache, "add", down)

    floods.take(floods.REPORTS, HERE).give_back()

    assert "nobody is counted" in caplog.text
    assert "192.0.2.7" not in caplog.text
