"""The one clock. Hostile case 81: skewed hosts decide by the database's time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError, connection

from integrity.core import clock


def test_a_frozen_clock_stands_and_is_released():
    at = datetime(2026, 1, 1, 12, tzinfo=UTC)
    with clock.frozen(at):
        assert clock.now() == at
        with clock.frozen(at + timedelta(days=1)):
            assert clock.now() == at + timedelta(days=1)
        assert clock.now() == at


def test_a_frozen_clock_is_released_after_an_error():
    with pytest.raises(ZeroDivisionError), clock.frozen(datetime(2026, 1, 1, tzinfo=UTC)):
        raise ZeroDivisionError
    assert clock._frozen is None


def test_a_time_without_zone_is_refused():
    with pytest.raises(ValueError, match="aware"), clock.frozen(datetime(2026, 1, 1)):
        pass


class SkewedHost(datetime):
    """A host whose clock is three hours fast."""

    @classmethod
    def now(cls, tz=None):
        return datetime.now(tz) + timedelta(hours=3)


@pytest.mark.postgres
@pytest.mark.django_db
def test_81_the_databases_time_counts(monkeypatch):
    monkeypatch.setattr(clock, "_base", None)
    monkeypatch.setattr(clock, "datetime", SkewedHost)
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.mark.postgres
@pytest.mark.django_db
def test_81_asking_often_costs_one_query(monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(clock, "_base", None)
    with django_assert_num_queries(1):
        moments = [clock.now() for _ in range(100)]
    assert moments == sorted(moments)


@pytest.mark.postgres
@pytest.mark.django_db
def test_without_database_the_last_measurement_goes_on(monkeypatch):
    monkeypatch.setattr(clock, "_base", None)
    before = clock.now()
    monkeypatch.setattr(clock, "MEASURED_FOR", -1.0)
    monkeypatch.setattr(clock, "datetime", SkewedHost)

    def gone():
        raise OperationalError("gone")

    monkeypatch.setattr(connection, "ensure_connection", gone)
    assert timedelta(0) <= clock.now() - before < timedelta(minutes=1)
    # A process that never reached it still starts.
    monkeypatch.setattr(clock, "_base", None)
    assert clock.now() - before > timedelta(hours=2)
