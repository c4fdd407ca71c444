"""The queue by keyboard alone: moving, ticking, claiming, what never happens while one types."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from cases.models import Case, SavedView
from integrity.accounts.models import User
from integrity.core import clock
from tests.cases import builders as build
from tests.courses import builders as make
from tests.e2e.visit import Visit

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "/desk/queue/?view=unclaimed"


@pytest.fixture
def cases(people: dict[str, User]) -> list[Case]:
    """Four new cases, in the order of the list."""
    where = make.institution()
    rows = [
        build.case(institution=where, due_at=clock.now() + timedelta(hours=3 + number))
        for number in range(4)
    ]
    for case in rows:
        build.report(case)
    return rows


def focused(page: Page) -> str | None:
    found: str | None = page.evaluate("document.activeElement.closest('tr')?.dataset.case")
    return found


def wait_for(page: Page, number: str) -> None:
    page.wait_for_function(
        "number => document.activeElement.closest('tr')?.dataset.case === number", arg=number
    )


def test_keys_move_tick_claim_and_undo(visit: Any, cases: list[Case]) -> None:
    numbers = [case.number for case in cases]
    with visit("moderator") as guest:
        page: Page = guest.page
        page.goto(LIST)
        press = page.keyboard.press
        for key, number in (("j", 0), ("j", 1), ("ArrowDown", 2), ("k", 1), ("ArrowUp", 0)):
            press(key)
            assert focused(page) == numbers[number], key
        press("x")
        expect(page.locator("[name=case]:checked")).to_have_count(1)
        assert focused(page) == numbers[0]
        guest.shot("ticked")

        press("c")
        wait_for(page, numbers[1])
        assert Case.objects.get(pk=cases[0].pk).assignee == User.objects.get(
            email="moderator@example.edu"
        )
        expect(page.locator(f"[data-case={numbers[0]}]")).to_have_count(0)
        press("u")
        wait_for(page, numbers[0])
        assert Case.objects.get(pk=cases[0].pk).assignee is None

        press("Enter")
        page.wait_for_url(f"**/desk/cases/{numbers[0]}/")


def test_on_the_way_back_the_next_case_has_the_focus(visit: Any, cases: list[Case]) -> None:
    with visit("moderator") as guest:
        page: Page = guest.page
        page.goto(LIST)
        page.keyboard.press("j")
        page.keyboard.press("d")
        page.wait_for_url("**/dismiss/")
        page.keyboard.press("g")
        page.keyboard.press("q")
        wait_for(page, cases[1].number)


def test_a_dialog_lists_the_keys_and_switches_them_off(visit: Any, cases: list[Case]) -> None:
    with visit("moderator") as guest:
        page: Page = guest.page
        page.goto(LIST)
        press = page.keyboard.press
        press("?")
        dialog = page.get_by_role("dialog", name="Keys")
        expect(dialog).to_contain_text("claim it")
        guest.shot("keys")
        press("j")
        assert focused(page) is None
        dialog.get_by_label("Single keys do something").uncheck()
        press("Escape")
        expect(dialog).to_be_hidden()
        for _ in range(2):
            press("j")
            assert focused(page) is None
            # It is remembered.
            page.reload()
        press("?")
        dialog.get_by_label("Single keys do something").check()
        dialog.get_by_role("button", name="Close").click()
        press("j")
        assert focused(page) == cases[0].number


def test_no_key_works_while_one_types_or_with_others(visit: Any, cases: list[Case]) -> None:
    with visit("moderator") as guest:
        page: Page = guest.page
        page.goto(LIST)
        press = page.keyboard.press
        press("j")
        for keys in ("Control+x", "Alt+c", "Meta+d", "Shift+X"):
            press(keys)
        assert focused(page) == cases[0].number
        expect(page.locator("[name=case]:checked")).to_have_count(0)
        press("/")
        box = page.locator("#search-top")
        expect(box).to_be_focused()
        page.keyboard.type("jxc?dnu")
        expect(box).to_have_value("jxc?dnu")
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.get_by_role("textbox", name="Course").focus()
        page.keyboard.type("sgq")
        expect(page.get_by_role("textbox", name="Course")).to_have_value("sgq")
        assert page.url.endswith(LIST)
        assert not Case.objects.filter(assignee__isnull=False, pk__in=[c.pk for c in cases])


def test_a_view_is_saved_and_pages_reached_by_key(visit: Any, cases: list[Case]) -> None:
    with visit("moderator") as guest:
        page: Page = guest.page
        page.goto(LIST)
        page.keyboard.press("s")
        page.get_by_label("Name of the view").fill("Nobody has these")
        guest.shot("view")
        guest.press("Save the view")
        expect(page.get_by_role("heading", name="Nobody has these")).to_be_visible()
        assert SavedView.objects.get().query == "view=unclaimed"
        guest.shot("saved")
        page.keyboard.press("g")
        page.keyboard.press("t")
        page.wait_for_url("**/desk/")


def test_all_of_a_page_are_ticked_at_once_and_new_cases_are_told(
    visit: Any, cases: list[Case]
) -> None:
    with visit("moderator") as guest:
        page: Page = guest.page
        page.goto(LIST)
        page.get_by_label("Tick every case on this page").check()
        expect(page.locator("[name=case]:checked")).to_have_count(len(cases))
        first = page.locator("tr[data-case]").first.get_attribute("data-case")
        build.case(institution=make.institution(), due_at=clock.now() + timedelta(minutes=5))
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        expect(page.get_by_role("status").get_by_text("1 new case.")).to_be_visible()
        # Rows stay where they are.
        assert page.locator("tr[data-case]").first.get_attribute("data-case") == first
        guest.follow("Show them")
        expect(page.locator("tr[data-case]")).to_have_count(len(cases) + 1)


def test_on_a_phone_nothing_speaks_of_keys_and_a_look_is_the_case(
    browser: Any, browser_context_args: dict[str, Any], cases: list[Case]
) -> None:
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    context = browser.new_context(**{**browser_context_args, **phone})
    guest = Visit(context.new_page(), "moderator")
    guest.sign_in()
    page = guest.page
    # An address from a wider screen.
    page.goto(f"{LIST}&peek={cases[0].number}")
    for selector in (".peek", "[data-look]", "[data-hints]", "[data-keys]", "kbd"):
        for each in page.locator(selector).all():
            expect(each).to_be_hidden()
    # With a keyboard at hand the keys are there all the same.
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("l")
    page.wait_for_url(f"**/desk/cases/{cases[0].number}/")
    context.close()
