"""Case 66: many write the history at once, and it stays one chain."""

from __future__ import annotations

import threading

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection, connections

from integrity.audit import checkpoints
from integrity.audit import services as audit
from integrity.audit.chain import GENESIS
from integrity.audit.models import Event
from tests.audit.conftest import event_rows, happened

pytestmark = pytest.mark.django_db(transaction=True)


class Stop(Exception):
    pass


def in_threads(count: int, work: object) -> list[BaseException]:
    """Run `work(number)` in `count` threads that start together; what they raised."""
    errors: list[BaseException] = []
    gate = threading.Barrier(count)

    def run(number: int) -> None:
        try:
            gate.wait()
            work(number)
        except BaseException as error:  # noqa: BLE001 — told by the test
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def test_case_66_parallel_appends() -> None:
    # SQLite writes one after the other whoever asks, so fewer tell as much.
    threads, each = (20, 50) if connection.vendor == "postgresql" else (8, 25)

    def work(number: int) -> None:
        for n in range(each):
            with audit.transaction():
                happened(number * each + n)
                if n % 5 == 0:
                    # A pair must stay together.
                    happened(number * each + n, subject=("thing", "pair"))
            if n % 10 == 0:
                with pytest.raises(Stop), audit.transaction():
                    happened(0, subject=("thing", "lost"))
                    raise Stop

    assert in_threads(threads, work) == []
    rows = event_rows()
    total = threads * each + threads * each // 5
    assert [row.sequence for row in rows] == list(range(1, total + 1))
    assert [row.previous_hash for row in rows] == [GENESIS, *(row.hash for row in rows[:-1])]
    singles = [row.subject_id for row in rows if row.subject_id != "pair"]
    assert sorted(singles) == sorted(f"T-{n}" for n in range(threads * each))
    assert all(
        rows[n - 1].subject_type == "thing" and rows[n - 1].subject_id != "pair"
        for n, row in enumerate(rows)
        if row.subject_id == "pair"
    )
    report = checkpoints.verify_database()
    assert report.ok
    assert report.events == total


def test_checkpoints_made_at_once_stay_one_chain() -> None:
    threads = 6

    def work(number: int) -> None:
        for n in range(5):
            with audit.transaction():
                happened(number * 5 + n)
            checkpoints.make_checkpoint()

    assert in_threads(threads, work) == []
    checkpoints.make_checkpoint()
    report = checkpoints.verify_database()
    assert report.ok
    assert report.events == threads * 5
    assert report.checkpoints >= 1


def test_it_can_be_verified_while_it_grows() -> None:
    reports = []

    def work(number: int) -> None:
        if number == 0:
            reports.extend(checkpoints.verify_database() for _ in range(15))
            return
        for n in range(20):
            with audit.transaction():
                happened(n)
            if n % 7 == 0:
                checkpoints.make_checkpoint()

    assert in_threads(3, work) == []
    assert [report.first_bad for report in reports] == [None] * 15
    assert Event.objects.count() == 40


@pytest.mark.postgres
def test_nobody_waits_for_a_chain_whose_work_is_not_done() -> None:
    # The lock is taken at the end: a long transaction holds up nobody before that.
    begun, done = threading.Event(), threading.Event()
    order: list[str] = []

    def work(number: int) -> None:
        if number == 0:
            with audit.transaction():
                ContentType.objects.create(app_label="slow", model="slow")
                happened(1)
                begun.set()
                assert done.wait(20)
            order.append("slow")
        else:
            assert begun.wait(20)
            with audit.transaction():
                happened(2)
            order.append("quick")
            done.set()

    assert in_threads(2, work) == []
    assert order == ["quick", "slow"]
    assert [row.subject_id for row in event_rows()] == ["T-2", "T-1"]
