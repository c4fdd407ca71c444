"""What holds on every request."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from integrity.accounts import services
from integrity.accounts.enums import RestrictionKind
from integrity.accounts.models import User
from integrity.core import clock
from integrity.web import navigation, restricted
from tests.web.conftest import flat

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.web.urls")]


# Size and caches


def test_what_a_signed_in_person_saw_is_kept_by_nobody(signed_in: Client) -> None:
    for address in ("/", "/privacy/", "/nothing/", "/fail/closed/", "/accounts/"):
        response = signed_in.get(address)
        assert "no-store" in response["Cache-Control"], address
        assert "Cookie" in response["Vary"]


def test_a_visitors_page_may_be_kept(client: Client) -> None:
    assert "Cache-Control" not in client.get("/privacy/")


def test_headers_that_django_does_not_set(client: Client) -> None:
    response = client.get("/privacy/")
    assert "camera=()" in response["Permissions-Policy"]
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "unsafe" not in response["Content-Security-Policy"]


def test_a_request_may_be_as_long_as_the_limit_and_no_longer(client: Client, settings: Any) -> None:
    settings.REQUEST_MAX_BYTES = 1000
    kind = "application/octet-stream"
    assert client.post("/echo/", b"x" * 1000, content_type=kind).content == b"1000"
    response = client.post("/echo/", b"x" * 1001, content_type=kind)
    assert response.status_code == 413
    assert "too large" in flat(response.content)
    assert client.post("/api/fail/other/", b"x" * 1001, content_type=kind).status_code == 413


def test_a_length_that_is_no_number_is_harmless(client: Client) -> None:
    assert client.get("/open/", CONTENT_LENGTH="many").status_code == 200


# Session


def test_a_session_ends_when_nothing_happens(signed_in: Client, frozen_clock: Any) -> None:
    assert signed_in.get("/accounts/").status_code == 200
    frozen_clock.advance(minutes=29, seconds=59)
    assert signed_in.get("/accounts/").status_code == 200
    # That request counted, so the time runs anew.
    frozen_clock.advance(minutes=29)
    assert signed_in.get("/accounts/").status_code == 200
    frozen_clock.advance(minutes=30)
    response = signed_in.get("/accounts/")
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")


def test_a_session_ends_twelve_hours_after_signing_in(signed_in: Client, frozen_clock: Any) -> None:
    signed_in.get("/accounts/")
    for _ in range(47):
        frozen_clock.advance(minutes=15)
        assert signed_in.get("/accounts/").status_code == 200
    frozen_clock.advance(minutes=14, seconds=59)
    assert signed_in.get("/accounts/").status_code == 200
    frozen_clock.advance(seconds=1)
    assert signed_in.get("/accounts/").status_code == 302


def test_an_ended_session_is_gone_and_the_person_is_told(
    signed_in: Client, frozen_clock: Any
) -> None:
    signed_in.get("/accounts/")
    old = signed_in.cookies["sessionid"].value
    frozen_clock.advance(hours=1)
    response = signed_in.get("/accounts/", follow=True)
    assert "You were signed out" in flat(response.content)
    signed_in.cookies["sessionid"] = old
    assert signed_in.get("/accounts/").status_code == 302


def test_asking_often_does_not_write_the_session_each_time(
    signed_in: Client, frozen_clock: Any, count_queries: Any
) -> None:
    signed_in.get("/open/")
    frozen_clock.advance(seconds=30)
    with count_queries() as queries:
        signed_in.get("/open/")
    assert not [sql for sql in queries.list if not sql.startswith("SELECT")]


# Zone and language


def test_times_are_told_in_the_readers_zone_and_words(
    signed_in: Client, amara: User, frozen_clock: Any
) -> None:
    assert "Today, 07:00" in flat(signed_in.get("/now/").content)
    amara.time_zone, amara.language = "Europe/Madrid", "es"
    amara.save()
    html = flat(signed_in.get("/now/").content)
    assert html.startswith("es<time")
    assert "13:00" in html


def test_one_readers_zone_does_not_leak_into_the_next_request(
    signed_in: Client, frozen_clock: Any
) -> None:
    signed_in.get("/now/")
    assert "Today, 12:00" in flat(Client().get("/now/").content)


def test_a_zone_that_is_none_falls_back(signed_in: Client, amara: User, frozen_clock: Any) -> None:
    User.objects.filter(pk=amara.pk).update(time_zone="Mars/Olympus", language="xx")
    assert "Today, 12:00" in flat(signed_in.get("/now/").content)


# Restrictions


@pytest.fixture
def suspended(amara: User, frozen_clock: Any) -> User:
    services.restrict(
        user=amara,
        kind=RestrictionKind.SUSPENDED,
        source="sanction:1",
        starts_at=clock.now() + timedelta(minutes=1),
        ends_at=clock.now() + timedelta(minutes=11),
    )
    return amara


def test_a_suspension_begins_and_ends_to_the_second(
    signed_in: Client, suspended: User, frozen_clock: Any
) -> None:
    start = clock.now() + timedelta(minutes=1)
    for moment, status in (
        (start - timedelta(seconds=1), 200),
        (start, 403),
        (start + timedelta(minutes=10, seconds=-1), 403),
        (start + timedelta(minutes=10), 200),
    ):
        frozen_clock.move_to(moment)
        assert signed_in.get("/open/").status_code == status, moment


def test_the_page_says_since_when_until_when_and_what_is_left(
    signed_in: Client, suspended: User, frozen_clock: Any
) -> None:
    frozen_clock.advance(minutes=2)
    html = flat(signed_in.get("/open/").content)
    assert "Your account is suspended" in html
    assert "Monday 2 March 2026" in html
    assert "Today, 07:11" in html
    assert "appeal" in html
    assert signed_in.get("/api/fail/other/").status_code == 403
    assert signed_in.get("/api/fail/other/")["Content-Type"] == "application/problem+json"


def test_the_list_is_what_remains_and_each_page_says_so(
    signed_in: Client, suspended: User, frozen_clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    frozen_clock.advance(minutes=2)
    html = flat(signed_in.get("/accounts/").content)
    assert "Your account is suspended." in html
    assert "This ends by itself" in html
    monkeypatch.setattr(restricted, "_allowed", set(restricted.allowed()))
    monkeypatch.setattr(navigation, "_items", {})
    for name in ("test-open", "test-now"):
        navigation.register(navigation.Item(key=name, label=f"to {name}", url_name=name))
    restricted.allow("test-open")
    html = flat(signed_in.get("/accounts/").content)
    assert "to test-open" in html
    assert "to test-now" not in html
    assert signed_in.get("/open/").content == b"open"
    assert signed_in.post("/accounts/logout/").status_code == 302


def test_an_expulsion_has_no_end_until_it_is_lifted(signed_in: Client, amara: User) -> None:
    services.restrict(
        user=amara,
        kind=RestrictionKind.EXPELLED,
        source="sanction:2",
        starts_at=clock.now() - timedelta(days=1),
        ends_at=None,
    )
    html = flat(signed_in.get("/open/").content)
    assert "no end date" in html
    assert services.lift(source="sanction:2")
    assert signed_in.get("/open/").status_code == 200


def test_nobody_is_let_through_by_default() -> None:
    assert not restricted.is_allowed("test-open")
    assert restricted.is_allowed("account_logout")
