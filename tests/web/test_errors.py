"""Domain errors become the right answer, in words, and tell nothing they should not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client, RequestFactory

from integrity.web import errors
from tests.web.conftest import flat
from tests.web.urls import CANARY

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.web.urls")]

ANSWERS = [
    ("notfound", 404, "We cannot find this page"),
    ("notpermitted", 403, "Another officer has to confirm this."),
    ("denied", 403, "This is not open to you"),
    ("illegal", 409, "The notice has not been sent yet."),
    ("closed", 409, "The time to answer has passed."),
    ("conflict", 409, "Somebody else has claimed this case."),
    ("stale", 412, "J. Abara has changed this case."),
    ("invalid", 400, "Give a reason &lt;b&gt;."),
    ("other", 409, "Not like this."),
    ("database", 503, "We are back in a moment"),
    ("mail", 503, "We are back in a moment"),
]


@pytest.mark.parametrize(("kind", "status", "words"), ANSWERS)
def test_an_error_is_a_page_with_its_status(
    client: Client, kind: str, status: int, words: str
) -> None:
    response = client.get(f"/fail/{kind}/")
    html = flat(response.content)
    assert response.status_code == status
    assert words in html
    assert CANARY not in html
    assert html.count("<h1") == 1
    assert "<title>" in html


@pytest.mark.parametrize(("kind", "status", "words"), ANSWERS)
def test_below_api_it_is_a_problem_document(
    client: Client, kind: str, status: int, words: str
) -> None:
    response = client.get(f"/api/fail/{kind}/")
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    body = json.loads(response.content)
    assert body["status"] == status
    assert body["title"]
    assert CANARY not in flat(response.content)
    if kind == "invalid":
        assert body["errors"] == {"reason": ["Give a reason <b>."]}


def test_hidden_and_absent_are_the_same_bytes(signed_in: Client, client: Client) -> None:
    for visitor in (Client(), signed_in):
        hidden = visitor.get("/fail/notfound/")
        absent = visitor.get("/fail/http404/")
        nowhere = visitor.get("/there/is/nothing/here/?q=1")
        assert hidden.status_code == absent.status_code == nowhere.status_code == 404
        assert hidden.content == absent.content == nowhere.content
        assert sorted(hidden.headers) == sorted(absent.headers) == sorted(nowhere.headers)


def test_a_page_that_is_the_same_everywhere_keeps_waiting_messages(signed_in: Client) -> None:
    signed_in.post("/accounts/", {"display_name": "A", "language": "en", "time_zone": "UTC"})
    assert "Your settings are saved" not in flat(signed_in.get("/nothing/").content)
    assert "Your settings are saved" in flat(signed_in.get("/accounts/").content)


def test_unavailable_says_when_to_come_back(client: Client) -> None:
    response = client.get("/fail/database/")
    assert response["Retry-After"] == "30"


def test_a_bug_is_a_page_without_details(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    client.raise_request_exception = False
    response = client.get("/fail/bug/")
    assert response.status_code == 500
    assert "Something went wrong" in flat(response.content)
    assert CANARY not in flat(response.content)
    api = client.get("/api/fail/bug/")
    assert api.status_code == 500
    assert json.loads(api.content)["status"] == 500


def test_500_and_503_need_no_database_and_no_request(
    rf: RequestFactory, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        for response in (errors.server_error(rf.get("/")), errors.unavailable(rf.get("/"))):
            html = flat(response.content)
            assert "<h1>" in html
            assert "{%" not in html
            assert 'lang="en"' in html


def test_a_broken_database_before_the_view_is_503(rf: RequestFactory) -> None:
    from django.db import OperationalError

    try:
        raise OperationalError("gone")
    except OperationalError:
        response = errors.server_error(rf.get("/"))
    assert response.status_code == 503


def test_a_form_without_its_proof_is_told_in_words(amara: Any) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(amara)
    response = strict.post("/accounts/", {"display_name": "Changed"})
    assert response.status_code == 403
    assert "Nothing was sent" in flat(response.content)
    amara.refresh_from_db()
    assert amara.display_name == "Amara Okonjo"


def test_an_unknown_host_is_refused_in_words(client: Client) -> None:
    response = client.get("/", HTTP_HOST="evil.example")
    assert response.status_code == 400
    assert "evil.example" not in flat(response.content)
