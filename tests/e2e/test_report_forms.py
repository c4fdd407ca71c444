"""The three forms on a phone without JavaScript, and one of them by keyboard alone.

`SCREENSHOTS=folder` saves every page at 1280 and 390 pixels, light and dark.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from cases.demo import world
from cases.demo.people import PASSWORD
from cases.enums import ReportStatus
from cases.models import Report
from integrity.accounts.models import User
from integrity.core import clock
from tests.cases import intake_builders as make
from tests.e2e.visit import Visit

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = {"width": 390, "height": 844}
DATE = re.compile(r"(Mon|Tues|Wednes|Thurs|Fri)day \d{1,2} [A-Z][a-z]+")
TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def plain(browser: Browser, browser_context_args: dict[str, Any], people: dict[str, User]) -> Any:
    """Somebody on a phone whose browser runs no scripts."""

    @contextmanager
    def fresh(name: str) -> Iterator[Visit]:
        options = {**browser_context_args, "viewport": PHONE, "java_script_enabled": False}
        context = browser.new_context(**options)
        try:
            yield Visit(context.new_page(), name)
        finally:
            context.close()

    return fresh


def looked_at(guest: Visit, name: str, *, step: str = "") -> None:
    """The page is no wider than the phone, and says where one is."""
    if step:
        expect(guest.page.locator(".stepno")).to_have_text(re.compile(rf"\s*{step}\s*"))
    # Without scripts it is measured by what stands farthest to the right.
    box = guest.page.locator("main").bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= PHONE["width"]
    guest.shot(name)
    guest.page.set_viewport_size(PHONE)  # type: ignore[arg-type]


def essay(people: dict[str, User]) -> Any:
    return world.hand_in(
        learner=people["accused"],
        course="data-ethics",
        assignment="Essay 2",
        text="Whoever collects them decides which streets exist.",
        score=82,
        at=clock.now() - timedelta(days=3),
    )


def picture(guest: Visit) -> None:
    guest.page.get_by_label("Choose files").set_input_files(
        {"name": "screen.png", "mimeType": "image/png", "buffer": make.told_picture()}
    )
    guest.press("Upload and stay here")
    guest.sees("screen.png")


def test_a_flag_without_scripts_is_four_pages_and_two_answers(
    plain: Any, people: dict[str, User]
) -> None:
    work = essay(people)
    with plain("reporter") as guest:
        guest.sign_in()
        guest.page.goto(f"/courses/data-ethics/assignments/{work.assignment.public_id}/")
        guest.page.get_by_role("link", name="Flag this submission").first.click()
        looked_at(guest, "flag-1", step="Step 1 of 4")
        guest.page.get_by_label("Plagiarism", exact=True).check()
        guest.press("Save and continue")
        looked_at(guest, "flag-2", step="Step 2 of 4")
        guest.press("Save and continue")
        looked_at(guest, "flag-3", step="Step 3 of 4")
        # One way is chosen already, the one that keeps the name locked away.
        expect(guest.page.get_by_label("In confidence")).to_be_checked()
        guest.press("Save and continue")
        looked_at(guest, "flag-4", step="Step 4 of 4")
        # Back, to correct, and here again with everything still there.
        guest.page.get_by_role("link", name=re.compile("^Change your words")).click()
        told = guest.page.get_by_label("What did you notice?")
        told.fill("As I read it by Dana Quill, dana@example.edu.")
        guest.press("Save and go back")
        guest.heading("Check your answers")
        guest.sees("This looks like the name of a person: “Dana Quill”.")
        looked_at(guest, "flag-pointed")
        guest.page.get_by_role("link", name=re.compile("where it says “Dana Quill”")).click()
        guest.sees("This looks like an email address")
        looked_at(guest, "flag-beside")
        guest.page.get_by_label("What did you notice?").fill("As I read it in an article.")
        guest.press("Save and go back")
        expect(guest.page.get_by_text("This looks like")).to_have_count(0)
        guest.page.get_by_text("What we do with your report").click()
        guest.page.get_by_role("checkbox").check()
        guest.press("Send this report")
        guest.heading("We have your report")
        expect(guest.page.locator("main time").first).to_have_text(DATE)
        looked_at(guest, "flag-sent")
        # The same again from the history of the browser makes no second one.
        guest.page.go_back()
        if guest.page.get_by_role("button", name="Send this report").count():
            guest.press("Send this report")
            guest.heading("We have your report")
    report = Report.objects.get(submission=work)
    assert (report.status, report.mode) == (ReportStatus.SUBMITTED, "confidential")


def test_another_breach_without_scripts_goes_on_with_another_device(
    plain: Any, people: dict[str, User]
) -> None:
    with plain("reporter") as guest:
        guest.sign_in()
        guest.page.goto("/report/")
        guest.page.get_by_role("link", name=re.compile("Another breach")).click()
        looked_at(guest, "violation-1", step="Step 1 of 5")
        guest.press("Save and continue")
        guest.sees("Tell us what happened. A few words are enough.")
        looked_at(guest, "violation-missing")
        guest.page.get_by_role("radio").first.check()
        guest.page.get_by_label("What happened?").fill("Answers are for sale in a chat.")
        guest.press("Save and continue")
        guest.page.get_by_label("Who did it?").fill("dark_wolf_77")
        guest.page.get_by_label("On which day?").fill("2026-01-15")
        looked_at(guest, "violation-2", step="Step 2 of 5")
        guest.press("Save and finish later")
        guest.heading("My reports")
        guest.sees("Not sent yet")
        looked_at(guest, "violation-later")
    with plain("reporter") as other:
        other.sign_in()
        other.page.goto("/my/reports/")
        other.page.locator("table.list-s a").first.click()
        looked_at(other, "violation-3", step="Step 3 of 5")
        other.page.get_by_label("Link 1").fill("https://chat.example/7")
        picture(other)
        looked_at(other, "violation-evidence")
        other.press("Save and continue")
        other.page.get_by_label("With your name").check()
        other.press("Save and continue")
        for kept in ("Answers are for sale in a chat.", "dark_wolf_77", "screen.png"):
            other.sees(kept)
        looked_at(other, "violation-5", step="Step 5 of 5")
        other.page.get_by_role("checkbox").check()
        other.press("Send this report")
        other.heading("We have your report")
        expect(other.page.locator("main time").first).to_have_text(DATE)
    report = Report.objects.get(kind="violation", visible_name="dark_wolf_77")
    assert (report.status, report.mode) == (ReportStatus.SUBMITTED, "named")
    assert report.evidence.count() == 2


def test_an_incident_without_scripts_and_without_a_name_shows_help_first_and_last(
    plain: Any, people: dict[str, User]
) -> None:
    with plain("visitor") as guest:
        guest.page.goto("/report/incident/")
        guest.sees("Is somebody in danger now?")
        guest.sees("Your answers are kept in this browser until you close it, and nowhere else.")
        looked_at(guest, "incident-1", step="Step 1 of 4")
        guest.page.get_by_label("Threats and violence").check()
        guest.page.get_by_label("What happened?").fill("They say that they will hurt people.")
        guest.press("Save and continue")
        guest.sees("Is somebody in danger now?")
        guest.page.get_by_label("The words themselves").fill("You will see on Friday.")
        looked_at(guest, "incident-2", step="Step 2 of 4")
        guest.press("Save and continue")
        picture(guest)
        looked_at(guest, "incident-3", step="Step 3 of 4")
        guest.press("Save and continue")
        guest.sees("Is somebody in danger now?")
        looked_at(guest, "incident-4", step="Step 4 of 4")
        guest.press("Send this report")
        guest.sees("Tick the box")
        guest.page.get_by_role("checkbox").check()
        guest.press("Send this report")
        guest.heading("We have your report")
        guest.sees("Is somebody in danger now?")
        guest.sees("You see this code only now")
        expect(guest.page.locator("main time").first).to_have_text(DATE)
        looked_at(guest, "incident-sent")
    report = Report.objects.get(kind="incident", mode="anonymous")
    assert report.case is not None
    assert report.case.urgent


# By keyboard alone


def reach(page: Page, words: str, *, by: str = "Tab") -> None:
    """Go on with the keyboard until what has the focus carries these words."""
    named = """() => {
        const at = document.activeElement
        // The page itself holds every word.
        if (at === document.body) return ""
        const label = at.labels && at.labels.length ? at.labels[0].innerText : at.innerText
        return (label || at.getAttribute("aria-label") || "").trim()
    }"""
    for _stop in range(80):
        if words in str(page.evaluate(named)):
            outline = page.evaluate(
                "() => { const s = getComputedStyle(document.activeElement);"
                " return s.outlineStyle + s.boxShadow }"
            )
            assert outline != "nonenone", f"{words} does not show that it has the focus"
            return
        page.keyboard.press(by)
    raise AssertionError(f"The keyboard does not reach {words}.")


def test_a_report_by_keyboard_alone(visit: Any, people: dict[str, User]) -> None:
    with visit("reporter") as guest:
        page = guest.page
        page.goto("/report/")
        reach(page, "How somebody behaved")
        page.keyboard.press("Enter")
        guest.sees("Step 1 of 5")
        # Tab comes to the first of the choices, arrows go on from there.
        first = page.get_by_role("radio").first
        for _stop in range(80):
            if first.evaluate("at => at === document.activeElement"):
                break
            page.keyboard.press("Tab")
        reach(page, "Harassment", by="ArrowDown")
        expect(page.get_by_label("Harassment", exact=True)).to_be_checked()
        reach(page, "What happened?")
        page.keyboard.type("The words come again every day.")
        reach(page, "Save and continue")
        page.keyboard.press("Enter")
        guest.sees("Step 2 of 5")
        reach(page, "Who did it?")
        page.keyboard.type("Somebody in the forum")
        # Enter in a line sends the page on, as the main button does.
        page.keyboard.press("Enter")
        guest.sees("Step 3 of 5")
        reach(page, "Link 1")
        page.keyboard.type("https://forum.example/12")
        page.keyboard.press("Enter")
        guest.sees("Step 4 of 5")
        reach(page, "In confidence")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowUp")
        expect(page.get_by_label("In confidence")).to_be_checked()
        reach(page, "Save and continue")
        page.keyboard.press("Enter")
        guest.heading("Check your answers")
        guest.sees("The words come again every day.")
        reach(page, "I have said what I know")
        page.keyboard.press("Space")
        reach(page, "Send this report")
        page.keyboard.press("Enter")
        guest.heading("We have your report")
    report = Report.objects.get(visible_name="Somebody in the forum")
    assert (report.status, report.links) == (ReportStatus.SUBMITTED, ["https://forum.example/12"])
    assert PASSWORD
