"""The test harness itself: each fixture does what `tests/conftest.py` says."""

from __future__ import annotations

import http.client
import smtplib
from contextlib import closing
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from django.core.mail import EmailMessage
from django.db import DatabaseError, connection

from integrity.core import clock
from tests.support import triggers
from tests.support.services import Redis

EMAIL = ("Subject", "Text", "office@example.edu", ["somebody@example.edu"])


def test_smtp_takes_refuses_and_goes_away(smtp):
    EmailMessage(*EMAIL).send()
    [received] = smtp.wait_for(1)
    assert received.subject == "Subject"
    assert received.text.strip() == "Text"
    assert received.recipients == ("somebody@example.edu",)

    smtp.refuse("550 5.1.1 No such mailbox")
    with pytest.raises(smtplib.SMTPDataError):
        EmailMessage(*EMAIL).send()
    assert (smtp.attempts, len(smtp.messages)) == (2, 1)

    smtp.accept()
    smtp.stop()
    with pytest.raises(ConnectionRefusedError):
        EmailMessage(*EMAIL).send()

    smtp.start()
    EmailMessage(*EMAIL).send()
    assert len(smtp.wait_for(2)) == 2


@pytest.mark.django_db
def test_frozen_clock_stands_and_moves(frozen_clock):
    noon = clock.now()
    assert clock.now() == noon
    assert (frozen_clock.advance(days=1, seconds=1) - noon).total_seconds() == 86_401
    assert frozen_clock.move_to(datetime(2025, 1, 1, tzinfo=UTC)) == clock.now()
    frozen_clock.release()
    assert clock.now() > datetime(2026, 4, 1, tzinfo=UTC)


@pytest.mark.django_db
def test_count_queries_counts_only_the_block(count_queries):
    with count_queries() as queries, connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.execute("SELECT 2")
    with connection.cursor() as cursor:
        cursor.execute("SELECT 3")
    assert queries.number == 2
    assert queries.list[1].startswith("SELECT 2")


def _make_table(cursor):
    cursor.execute("CREATE TABLE harness_kept (number integer)")
    cursor.execute("INSERT INTO harness_kept VALUES (1)")
    if connection.vendor == "sqlite":
        cursor.execute(
            "CREATE TRIGGER harness_no_delete BEFORE DELETE ON harness_kept "
            "BEGIN SELECT RAISE(ABORT, 'kept'); END"
        )
        return
    cursor.execute(
        "CREATE FUNCTION harness_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'kept'; END $$"
    )
    cursor.execute(
        "CREATE TRIGGER harness_no_delete BEFORE DELETE OR TRUNCATE ON harness_kept "
        "FOR EACH STATEMENT EXECUTE FUNCTION harness_refuse()"
    )


def _drop_table(cursor):
    cursor.execute("DROP TABLE harness_kept")
    if connection.vendor == "postgresql":
        cursor.execute("DROP FUNCTION harness_refuse()")


@pytest.mark.django_db(transaction=True)
def test_refusing_triggers_are_lifted_for_the_block_only():
    with connection.cursor() as cursor:
        _make_table(cursor)
    try:
        with pytest.raises(DatabaseError), connection.cursor() as cursor:
            cursor.execute("DELETE FROM harness_kept")
        with triggers.lifted(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM harness_kept")
            cursor.execute("INSERT INTO harness_kept VALUES (2)")
        with pytest.raises(DatabaseError), connection.cursor() as cursor:
            cursor.execute("DELETE FROM harness_kept")
    finally:
        with connection.cursor() as cursor:
            _drop_table(cursor)


@pytest.mark.parametrize("turn", [1, 2])
def test_live_server_answers_on_a_real_port(live_server, turn):
    place = urlsplit(live_server.url)
    with closing(http.client.HTTPConnection(place.hostname, place.port, timeout=20)) as connection:
        connection.request("GET", "/healthz")
        with connection.getresponse() as answer:
            assert (answer.status, answer.read()) == (200, b"ok\n")


def test_browser_opens_pages_of_the_live_server(page):
    answer = page.goto("/healthz")
    assert answer.status == 200
    assert page.locator("body").inner_text().strip() == "ok"


def test_worker_runs_on_this_tests_broker(celery_worker_process):
    assert celery_worker_process.process.poll() is None
    assert celery_worker_process.stop() == 0


@pytest.mark.redis
def test_private_redis_stops_and_starts(redis_server: Redis):
    assert redis_server.answers()
    redis_server.stop()
    assert not redis_server.answers()
    redis_server.start()
    assert redis_server.answers()
