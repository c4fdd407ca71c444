"""A reader of policies in the browser: comparing, saying whether it helped, asking, framing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from integrity.accounts.models import User
from tests.e2e.visit import Visit

pytestmark = pytest.mark.django_db(transaction=True)

QUESTION = "May I use pictures from my own blog?"
ANSWER = "Yes, when you say that they are yours."


@pytest.fixture
def phone(browser: Browser, browser_context_args: dict[str, Any]) -> Any:
    """A small screen without scripts."""
    context = browser.new_context(
        **{
            **browser_context_args,
            "viewport": {"width": 390, "height": 844},
            "java_script_enabled": False,
        }
    )
    yield Visit(context.new_page(), "reader")
    context.close()


def fits(guest: Visit) -> None:
    """Nothing stands out at the side, also without scripts of the page's own."""
    box = guest.page.locator("main").bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= 390


def test_any_two_versions_inline_and_side_by_side(
    people: dict[str, User], phone: Visit, browser: Browser, browser_context_args: dict[str, Any]
) -> None:
    context = browser.new_context(**browser_context_args)
    wide = Visit(context.new_page(), "wide")
    wide.page.goto("/policies/honor-code/")
    wide.follow("Show side by side")
    clause = wide.page.locator(".diff .pair").first
    left, right = (clause.locator("> div").nth(index).bounding_box() for index in (0, 1))
    assert left is not None
    assert right is not None
    assert left["y"] == right["y"]
    assert left["x"] + left["width"] <= right["x"]
    wide.shot("side")
    context.close()

    phone.page.goto("/policies/honor-code/compare/")
    phone.page.get_by_label("Compare", exact=True).select_option("2")
    phone.page.get_by_label("with", exact=True).select_option("1")
    phone.press("Compare these versions")
    phone.sees("version 2 compared with version 1")
    expect(phone.page.locator("ins").first).to_be_visible()
    phone.follow("Side by side")
    clause = phone.page.locator(".diff .pair").first
    above, below = (clause.locator("> div").nth(index).bounding_box() for index in (0, 1))
    assert above is not None
    assert below is not None
    assert above["y"] + above["height"] <= below["y"]
    assert above["x"] == below["x"]
    fits(phone)
    phone.press("Compare these versions")
    expect(phone.page.get_by_role("link", name="Side by side")).to_have_attribute(
        "aria-current", "true"
    )


def test_a_visitor_says_that_it_helped_and_changes_it(
    people: dict[str, User], phone: Visit
) -> None:
    phone.page.goto("/policies/code-of-conduct/")
    phone.press("Yes")
    phone.sees("You said yes.")
    phone.press("No")
    phone.sees("You said no.")
    fits(phone)
    phone.shot("voted")


def test_a_question_and_its_answer(visit: Any, people: dict[str, User]) -> None:
    with visit("accused") as learner:
        learner.page.goto("/policies/honor-code/")
        learner.follow("Ask about clause 3.1")
        learner.heading("Ask about this clause")
        learner.shot("ask")
        learner.press("Send the question")
        learner.sees("Say what you would like to know")
        learner.page.get_by_label("What would you like to know?").fill(QUESTION)
        learner.press("Send the question")
        learner.sees("Your question has been sent.")
        learner.sees("Not answered yet")
        learner.shot("asked")
    with visit("moderator") as desk:
        desk.page.goto("/desk/questions/")
        desk.shot("questions")
        desk.follow(QUESTION)
        desk.page.get_by_label("Answer", exact=True).fill(ANSWER)
        desk.shot("answer")
        desk.press("Send the answer")
        desk.sees("No question waits")
    with visit("accused") as learner:
        learner.page.goto("/policies/questions/")
        learner.sees(ANSWER)
        learner.shot("answered")
        learner.page.goto("/my/letters/")
        learner.follow("The answer to your question")
        learner.sees(ANSWER)


@contextmanager
def another_site(page: str) -> Iterator[str]:
    """A site of somebody else's with this one page."""

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *_args: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as site:
        Thread(target=site.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{site.server_port}/"
        site.shutdown()


def test_another_site_shows_the_text_and_its_links_leave_the_frame(
    live_server: Any,
    people: dict[str, User],
    browser: Browser,
    browser_context_args: dict[str, Any],
) -> None:
    context = browser.new_context(**browser_context_args)
    page = context.new_page()
    ours = f"{live_server.url}/policies/honor-code/"
    with another_site(
        f'<h1>A course</h1><iframe src="{ours}embed/" title="one" width="600" height="400">'
        f'</iframe><iframe src="{ours}" title="two"></iframe>'
    ) as address:
        page.goto(address)
        shown = page.frame_locator("iframe[title=one]")
        expect(shown.get_by_role("heading", name="Honor code")).to_be_visible()
        expect(page.frame_locator("iframe[title=two]").get_by_role("heading")).to_have_count(0)
        assert context.cookies() == []
        shown.get_by_role("link", name="with what may follow").click()
        page.wait_for_url("**/policies/honor-code/v2/")
    context.close()
