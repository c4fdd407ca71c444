"""Two texts compared in the browser, on a phone, by keyboard and without any script."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from cases.demo import story, world
from cases.models import Comparison, Evidence
from integrity.accounts.models import User
from integrity.core import clock
from tests.cases.comparing_world import ARTICLE, ESSAY, SHARED
from tests.e2e.visit import Visit

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def case(people: dict[str, User]) -> story.File:
    """An opened case about an essay."""
    work = world.hand_in(
        learner=people["accused"],
        course="data-ethics",
        assignment="Essay 2",
        text=ESSAY,
        score=82,
        at=clock.now() - timedelta(days=3),
    )
    report = story.flag(
        reporter=people["reporter"], submission=work, account="I have read this elsewhere."
    )
    assert report.case is not None
    file = story.File(
        report.case.number, people["moderator"], people["officer"], people["officer2"]
    )
    file.open()
    file.allege("plagiarism", "Two sentences are in a published article.")
    file.add_source("Chat", "Nobody said anything.", "For the file.")
    return file


@pytest.fixture
def plain(browser: Browser, browser_context_args: dict[str, Any]) -> Any:
    """Somebody on a phone without any script."""

    @contextmanager
    def by(name: str) -> Iterator[Visit]:
        context = browser.new_context(
            **{
                **browser_context_args,
                "java_script_enabled": False,
                "viewport": {"width": 390, "height": 800},
            }
        )
        try:
            guest = Visit(context.new_page(), name)
            guest.sign_in()
            yield guest
        finally:
            context.close()

    return by


def narrow(guest: Visit) -> None:
    """Nothing of the page lies beside a phone's screen."""
    guest.page.set_viewport_size({"width": 390, "height": 800})
    width = guest.page.locator("main").evaluate("node => node.scrollWidth")
    assert width <= 390


def test_a_comparison_is_made_narrowed_attached_and_read_by_the_learner(
    plain: Any, case: story.File
) -> None:
    with plain("moderator") as desk:
        page = desk.page
        page.goto(f"/desk/cases/{case.number}/comparisons/")
        desk.follow("Compare two texts")
        desk.heading("Compare two texts")
        narrow(desk)
        page.get_by_label("Second text").select_option("Words I paste below")
        desk.press("Compare")
        desk.sees("Paste the words")
        desk.shot("asked")
        page.get_by_label("Words to paste").nth(1).fill(ARTICLE)
        page.get_by_label("What is it?").nth(1).fill("Open Methods Review 12")
        desk.press("Compare")
        desk.heading("Side by side")
        desk.sees("a figure alone never proves anything")
        narrow(desk)
        desk.shot("compared")

        # From a passage to its other half and back, by keyboard alone.
        first, second = page.locator("#a1"), page.locator("#b1")
        first.focus()
        page.keyboard.press("Enter")
        assert page.url.endswith("#b1")
        expect(second).to_be_in_viewport()
        second.focus()
        page.keyboard.press("Enter")
        assert page.url.endswith("#a1")
        expect(first).to_be_in_viewport()

        page.get_by_role("checkbox", name="Passage 2").check()
        page.get_by_label("Why is it set aside?").select_option("A quotation with its source")
        desk.press("Set aside")
        desk.sees("It is set aside.")
        desk.sees("A quotation with its source")
        desk.shot("set-aside")
        desk.follow("Attach as evidence")
        desk.shot("attach")
        desk.press("Attach as evidence")
        desk.sees("It is evidence now")
        desk.shot("evidence")
    row = Comparison.objects.get()
    piece = Evidence.objects.get(kind="comparison")
    assert [one["passage"] for one in row.set_aside] == [2]

    case.notify("How did the sentence come about?")
    with plain("accused") as accused:
        page = accused.page
        page.goto(f"/my/cases/{case.number}/evidence/{piece.public_id}/")
        accused.sees(SHARED)
        accused.sees("a figure alone never proves anything")
        narrow(accused)
        accused.shot("learner")
        paper = page.request.get(f"/my/cases/{case.number}/evidence/{piece.public_id}/pdf/")
        assert paper.body().startswith(b"%PDF-")


def test_a_program_scrolls_beside_its_line_numbers(visit: Any, case: story.File) -> None:
    code = "".join(
        f"def step_{n}(values, weights):\n    return sum(v * w for v, w in both(values, weights))\n"
        for n in range(1, 60)
    )
    with visit("moderator") as desk:
        page = desk.page
        page.goto(f"/desk/cases/{case.number}/comparisons/new/")
        for place, label in enumerate(("First text", "Second text")):
            page.get_by_label(label).select_option("Words I paste below")
            page.locator("details.more").nth(place).evaluate("node => { node.open = true }")
            page.get_by_label("Words to paste").nth(place).fill(code)
            page.get_by_label("What is it?").nth(place).fill(f"Lab {place + 1}")
        page.locator("#id_language").select_option("Python")
        desk.press("Compare")
        desk.heading("Side by side")
        expect(page.locator(".prog").first).to_contain_text("def step_1")
        narrow(desk)
        desk.shot("program")
