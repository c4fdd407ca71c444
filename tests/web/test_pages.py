"""Plain pages, the start page, the reader's choices and the account page."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from integrity.accounts.models import User
from integrity.web import account, context, home, start
from tests.web.conftest import flat

pytestmark = pytest.mark.django_db

PLAIN = ["/privacy/", "/accessibility/", "/contact/"]


def _sound(html: str) -> None:
    assert html.count("<h1") == 1
    assert html.count("<main") == 1
    assert re.search(r'<html lang="\w+" dir="ltr"', html)
    assert '<a class="skip" href="#main">' in html
    assert "{%" not in html
    assert "{{" not in html
    found = re.findall(r'\sid="([^"]+)"', html)
    assert len(found) == len(set(found))
    levels = [int(level) for level in re.findall(r"<h([1-6])", html)]
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))


@pytest.mark.parametrize("address", ["/", *PLAIN])
def test_plain_pages_are_sound(client: Client, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 200
    _sound(flat(response.content))


@pytest.mark.parametrize("address", PLAIN)
def test_plain_pages_are_read_only(client: Client, address: str) -> None:
    assert client.head(address).status_code == 200
    assert client.post(address).status_code == 405


def test_a_visitors_page_costs_no_query(client: Client, count_queries: Any) -> None:
    with count_queries() as queries:
        client.get("/privacy/")
    assert queries.list == []


def test_contact_shows_the_offices_address(client: Client, settings: Any) -> None:
    settings.DEFAULT_FROM_EMAIL = "Integrity Office <help@college.example>"
    assert 'href="mailto:help@college.example"' in flat(client.get("/contact/").content)


# Start page


@pytest.fixture
def nothing_registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(home, "_homes", [])
    monkeypatch.setattr(start, "_paths", {})
    monkeypatch.setattr(start, "_single", {})
    monkeypatch.setattr(start, "_policies", [])


@pytest.mark.usefixtures("nothing_registered")
def test_the_start_page_names_only_what_is_there(client: Client) -> None:
    html = flat(client.get("/").content)
    _sound(html)
    assert "Start a report" not in html
    assert "Receipt code" not in html
    assert "Policies in force" not in html
    assert "Sign in to read your letter" in html


@pytest.mark.usefixtures("nothing_registered")
def test_the_start_page_shows_what_apps_registered(client: Client) -> None:
    start.register_report(url_name="privacy")
    start.register_path(
        start.Path(key="b", label="Second", hint="h", icon="flag", url_name="contact", order=2)
    )
    start.register_path(
        start.Path(key="a", label="First <b>", hint="h", icon="mail", url_name="contact", order=1)
    )
    start.register_follow(url_name="accessibility")
    start.register_policies(
        lambda request: [
            start.Policy(title="Honor code", url="/p/", version="4", since=date(2026, 9, 1))
        ]
    )
    html = flat(client.get("/").content)
    _sound(html)
    assert html.index("First &lt;b&gt;") < html.index("Second")
    assert 'href="/privacy/">Start a report' in html
    assert '<form method="post" action="/accessibility/">' in html
    assert "1 September 2026" in html
    assert html.count("btn--main") == 1


@pytest.mark.usefixtures("nothing_registered")
def test_each_role_has_its_start_page_the_first_that_fits(
    rf: RequestFactory, signed_in: Client, client: Client
) -> None:
    def page(text: str) -> Any:
        def view(request: HttpRequest) -> HttpResponse:
            return HttpResponse(text)

        return view

    home.register(lambda user: True, page("learner"), priority=90)
    home.register(lambda user: user.display_name == "Amara Okonjo", page("desk"), priority=10)
    assert signed_in.get("/").content == b"desk"
    assert "Honest work" in flat(Client().get("/").content)


# Language and colours


def test_a_visitor_chooses_a_language(client: Client) -> None:
    response = client.post("/language/", {"language": "es", "next": "/privacy/"})
    assert response["Location"] == "/privacy/"
    assert '<html lang="es"' in flat(client.get("/privacy/").content)


def test_a_persons_language_is_kept_with_the_account(signed_in: Client, amara: User) -> None:
    signed_in.post("/language/", {"language": "es", "next": "/"})
    amara.refresh_from_db()
    assert amara.language == "es"
    signed_in.post("/language/", {"language": "klingon", "next": "/"})
    amara.refresh_from_db()
    assert amara.language == "es"


def test_colours_are_kept_in_a_cookie_until_the_device_decides(client: Client) -> None:
    assert "data-theme" not in flat(client.get("/privacy/").content)
    response = client.post("/colours/", {"theme": "dark", "next": "/privacy/?a=1"})
    assert response["Location"] == "/privacy/?a=1"
    assert response.cookies["theme"]["httponly"]
    assert 'data-theme="dark"' in flat(client.get("/privacy/").content)
    client.post("/colours/", {"theme": "auto"})
    assert "data-theme" not in flat(client.get("/privacy/").content)
    client.cookies["theme"] = '"><script>'
    assert "data-theme" not in flat(client.get("/privacy/").content)


@pytest.mark.parametrize("address", ["/language/", "/colours/"])
@pytest.mark.parametrize(
    "elsewhere", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:1"]
)
def test_a_choice_leads_back_here_only(client: Client, address: str, elsewhere: str) -> None:
    response = client.post(address, {"language": "en", "theme": "dark", "next": elsewhere})
    assert response.status_code == 302
    assert "evil" not in response["Location"]
    assert response["Location"].startswith("/")


@pytest.mark.parametrize("address", ["/language/", "/colours/"])
def test_a_choice_is_made_by_post(client: Client, address: str) -> None:
    assert client.get(address).status_code == 405


def test_a_page_from_right_to_left_says_so(rf: RequestFactory, settings: Any) -> None:
    from django.template.loader import render_to_string
    from django.utils import translation

    request = rf.get("/privacy/")
    request.user = AnonymousUser()
    with translation.override("ar"):
        html = flat(render_to_string("pages/privacy.html", request=request))
    assert '<html lang="ar" dir="rtl"' in html


def test_the_way_back_from_a_sent_form_is_its_address(rf: RequestFactory) -> None:
    assert context.Frame(rf.get("/a/?b=1")).return_to == "/a/?b=1"
    assert context.Frame(rf.post("/a/?b=1")).return_to == "/a/"


# Account


def test_the_account_page_needs_an_account(client: Client) -> None:
    response = client.get("/accounts/")
    assert response["Location"] == "/accounts/login/?next=/accounts/"


def test_settings_are_shown_and_saved(signed_in: Client, amara: User) -> None:
    html = flat(signed_in.get("/accounts/").content)
    _sound(html)
    assert 'value="Amara Okonjo"' in html
    assert re.search(r'value="America/Bogota"\s+selected', html)
    response = signed_in.post(
        "/accounts/",
        {"display_name": " Amara  O. ", "language": "es", "time_zone": "Europe/Madrid"},
    )
    assert response.status_code == 302
    amara.refresh_from_db()
    assert (amara.display_name, amara.language, amara.time_zone) == (
        "Amara O.",
        "es",
        "Europe/Madrid",
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [("display_name", ""), ("display_name", "x" * 151), ("display_name", "a\x00b"),
     ("language", "xx"), ("time_zone", "Mars/Olympus"), ("time_zone", "")],
)  # fmt: skip
def test_wrong_settings_are_refused_and_stay(
    signed_in: Client, amara: User, name: str, value: str
) -> None:
    data = {"display_name": "New name", "language": "es", "time_zone": "UTC", name: value}
    response = signed_in.post("/accounts/", data)
    html = flat(response.content)
    assert response.status_code == 400
    assert "1 answer needs another look" in html
    assert "<title>Error: " in html
    if name != "display_name":
        assert 'value="New name"' in html
    amara.refresh_from_db()
    assert amara.display_name == "Amara Okonjo"


def test_nobody_sets_more_than_the_form_has(signed_in: Client, amara: User) -> None:
    signed_in.post(
        "/accounts/",
        {
            "display_name": "A",
            "language": "en",
            "time_zone": "UTC",
            "is_active": "",
            "email": "x@y.z",
        },
    )
    amara.refresh_from_db()
    assert amara.is_active
    assert amara.email == "amara@example.edu"


def test_zones_are_places_people_know() -> None:
    zones = account.zones()
    assert zones[0] == ("UTC", "UTC")
    cities = dict(next(group for name, group in zones if name == "America"))
    assert cities["America/Bogota"] == "Bogota"
    assert cities["America/Argentina/Buenos_Aires"] == "Argentina, Buenos Aires"
    assert not any(name == "Etc" for name, _group in zones)
