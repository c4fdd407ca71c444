"""Receipt codes, and how often somebody may do something."""

from __future__ import annotations

import base64
import re
import secrets
import time
from datetime import timedelta
from importlib import import_module
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import connection
from django.db.migrations.exceptions import IrreversibleError
from redis.exceptions import ConnectionError as RedisDown

from cases import receipts
from cases.enums import ReportStatus
from cases.models import Report
from cases.selectors.report import by_code
from cases.services import floods
from integrity.core import clock, crypto
from integrity.core.errors import TooMany
from integrity.settings import base, guard
from integrity.web import floods as mechanism
from tests.cases import builders as build
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


# The slow hash (decision 0021)


def test_a_code_is_kept_as_a_slow_hash_of_its_keyed_fingerprint(settings: Any) -> None:
    code = receipts.new_code()
    quick = crypto.reference(receipts.plain(code), purpose=receipts.CODE)
    settings.RECEIPT_WORK = 2**15

    began = time.process_time()
    kept = receipts.fingerprint(code)
    spent = time.process_time() - began

    assert kept == receipts.slow(quick)
    assert kept != quick
    assert re.fullmatch(r"[0-9a-f]{64}", kept)
    # Whoever is fast needs the memory still: 32 MB a try.
    assert spent > 0.02


def test_without_the_key_a_code_has_another_hash(settings: Any) -> None:
    code = receipts.new_code()
    kept = receipts.fingerprint(code)

    settings.FIELD_KEYS = ["A" * 43 + "="]

    assert kept not in receipts.fingerprints(code)


def test_each_field_key_costs_one_slow_hash_for_every_code(settings: Any, monkeypatch: Any) -> None:
    settings.FIELD_KEYS = ["A" * 43 + "=", *settings.FIELD_KEYS]
    keys = len(settings.FIELD_KEYS)
    key, report = receipts.new_key(), uuid4()
    given = receipts.fingerprint(receipts.codes_for(key, report)[0])
    spent: list[str] = []
    slow = receipts.slow

    def counted(quick: str) -> str:
        spent.append(quick)
        return slow(quick)

    monkeypatch.setattr(receipts, "slow", counted)

    for code in (receipts.new_code(), "nonsense", "", "x" * 100):
        spent.clear()
        receipts.fingerprints(code)
        assert len(spent) == keys
    spent.clear()
    assert receipts.matching(key, report, given)
    assert len(spent) == 1
    spent.clear()
    assert not receipts.matching(receipts.new_key(), report, given)
    assert len(spent) == keys


def test_a_cheap_hash_does_not_start_in_production() -> None:
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    good: dict[str, Any] = {
        "secret_key": secrets.token_urlsafe(50),
        "field_keys": [key],
        "signing_key": base64.b64encode(secrets.token_bytes(32)).decode(),
        "allowed_hosts": ["integrity.example.org"],
        "debug": False,
        "database_url": "postgres://a@b/c",
        "redis_url": "redis://b/0",
        "email_url": "smtp+tls://b",
        "site_url": "https://integrity.example.org",
        "receipt_work": base.RECEIPT_WORK,
    }

    assert guard.problems(**good) == []
    assert guard.problems(**{**good, "receipt_work": base.RECEIPT_WORK // 2}) == [
        "RECEIPT_WORK must be 32768 or more"
    ]


@pytest.mark.django_db
def test_stored_fingerprints_become_slow_ones_and_do_not_come_back() -> None:
    migration = import_module("cases.migrations.0010_slow_receipts")
    code, key, draft = receipts.new_code(), receipts.new_key(), uuid4()
    quick = crypto.reference(receipts.plain(code), purpose=receipts.CODE)
    case = build.case()
    nameless: dict[str, Any] = {"mode": "anonymous", "reporter_ref": "", "reporter_sealed": None}
    sent = build.report(case, receipt_ref=quick, **nameless)
    other = build.report(case)
    waiting = build.report(
        case, status="draft", receipt_ref=receipts.draft_fingerprint(key, draft), **nameless
    )
    migration.nothing_lost(_NoneSent(), None)

    migration.make_slow(apps, None)

    for report in (sent, other, waiting):
        report.refresh_from_db()
    assert sent.receipt_ref == receipts.fingerprint(code)
    assert by_code(code) == sent.public_id
    assert other.receipt_ref == ""
    assert waiting.receipt_ref == receipts.draft_fingerprint(key, draft)
    with pytest.raises(IrreversibleError, match="1 reports"):
        migration.nothing_lost(apps, None)


class _NoneSent:
    """The tables of an installation in which nobody has reported without a name."""

    def get_model(self, _app: str, _name: str) -> Any:
        class Empty:
            objects = Report.objects.none()

        return Empty


@pytest.mark.django_db
def test_a_code_is_found_by_the_index() -> None:
    """The whole table is not read, however many reports there are."""
    kept = Report.objects.exclude(receipt_ref="").exclude(status=ReportStatus.DRAFT)
    found = kept.filter(receipt_ref__in=receipts.fingerprints(receipts.new_code()))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # So few rows are read faster without any index.
            cursor.execute("SET LOCAL enable_seqscan = off")

    plan = found.values_list("public_id", flat=True)[:1].explain()

    assert "receipt_once" in plan, plan
