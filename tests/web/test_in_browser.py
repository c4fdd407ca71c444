"""What only a browser shows: the content policy holds, nothing runs off a narrow screen."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import BrowserContext, Page, expect

from integrity.accounts.models import User
from tests.web.conftest import PASSWORD

ADDRESSES = ["/", "/privacy/", "/accessibility/", "/contact/", "/accounts/login/",
             "/accounts/signup/", "/accounts/password/reset/", "/nothing/here/"]  # fmt: skip
OWN = ["/accounts/", "/accounts/email/", "/accounts/password/change/"]


def _sign_in(page: Page) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Email address").fill("amara@example.edu")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def _listen(page: Page) -> list[str]:
    said: list[str] = []
    page.on(
        "console",
        lambda message: message.type in ("error", "warning") and said.append(message.text),
    )
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("requestfailed", lambda request: said.append(request.url))
    return said


def test_a_form_is_taken_from_a_real_browser_under_the_content_policy(
    page: Page, transactional_db: Any, amara: User
) -> None:
    said = _listen(page)
    _sign_in(page)
    for address in OWN:
        page.goto(address)
    page.goto("/privacy/")
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
    assert page.evaluate("document.fonts.check('16px \"Public Sans\"')")
    assert said == []


def test_nothing_runs_off_a_screen_of_320_pixels(
    page: Page, transactional_db: Any, amara: User
) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    for address in ADDRESSES:
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, address
    _sign_in(page)
    for address in OWN:
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, address


def test_the_reader_starts_at_what_needs_another_look(page: Page, transactional_db: Any) -> None:
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".errors")).to_be_focused()
    page.get_by_role("link", name="Enter your password").click()
    expect(page.get_by_label("Password")).to_be_focused()


def test_everything_works_without_scripts(
    browser: Any, browser_context_args: dict[str, Any], transactional_db: Any, amara: User
) -> None:
    context: BrowserContext = browser.new_context(**browser_context_args, java_script_enabled=False)
    page = context.new_page()
    _sign_in(page)
    page.goto("/accounts/")
    page.get_by_label("Your name").fill("Amara O.")
    page.get_by_role("button", name="Save your settings").click()
    expect(page.get_by_text("Your settings are saved.")).to_be_visible()
    page.get_by_role("button", name="Light", exact=True).click()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    context.close()


def test_the_skip_link_comes_first_and_leads_to_the_text(page: Page, transactional_db: Any) -> None:
    page.goto("/privacy/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_after_signing_out_the_back_button_shows_nothing(
    page: Page, transactional_db: Any, amara: User
) -> None:
    _sign_in(page)
    page.goto("/accounts/")
    page.get_by_role("button", name="Sign out").click()
    # Going back while the answer is still on its way is refused by the browser.
    expect(page.get_by_role("link", name="Sign in").first).to_be_visible()
    page.go_back()
    expect(page.get_by_label("Your name")).to_have_count(0)
