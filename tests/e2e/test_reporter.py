"""Those who report: without a name to the end (journey 2), and in confidence (journey 1).

On a phone first. `SCREENSHOTS=folder` saves the pages at 1280 and 390 pixels, light and dark.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from cases import notices, undoing
from cases.demo import story, world
from cases.models import Case, Report
from integrity.accounts.models import User
from integrity.core import clock
from notifications.models import OutboxMessage
from tests.cases import intake_builders as make
from tests.e2e.visit import Visit

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = {"width": 390, "height": 844}
THREAT = "Somebody writes that they will hurt people at the meeting on Friday."


@pytest.fixture
def visitor(browser: Browser, browser_context_args: dict[str, Any], people: Any) -> Any:
    """Somebody without an account, each time in a browser that knows nothing."""

    @contextmanager
    def fresh(name: str) -> Iterator[Visit]:
        context = browser.new_context(**{**browser_context_args, "viewport": PHONE})
        try:
            yield Visit(context.new_page(), name)
        finally:
            context.close()

    return fresh


def pictured(guest: Visit, name: str) -> None:
    """As it is on the phone, and no wider."""
    too_wide = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert guest.page.evaluate(too_wide) <= 0, name
    guest.shot(name)
    guest.page.set_viewport_size(PHONE)  # type: ignore[arg-type]


def tell(guest: Visit) -> str:
    """Report threats from the start page on; returns the code that was written down."""
    guest.page.goto("/report/")
    pictured(guest, "choose")
    guest.page.get_by_role("link", name=re.compile("How somebody behaved")).last.click()
    guest.sees("Is somebody in danger now?")
    expect(guest.page.get_by_role("link", name="findahelpline.com")).to_be_visible()
    guest.press("Save and continue")
    guest.sees("Tell us what happened. A few words are enough.")
    guest.page.get_by_label("Threats and violence").check()
    guest.page.get_by_label("What happened?").fill(THREAT)
    pictured(guest, "details")
    asked: list[str] = []
    guest.page.once("dialog", lambda box: (asked.append(box.type), box.dismiss()))
    guest.page.get_by_role("button", name="Dark", exact=True).click()
    expect(guest.page.get_by_label("What happened?")).to_have_value(THREAT)
    assert asked == ["beforeunload"]
    guest.press("Save and continue")
    guest.page.get_by_label("The words themselves").fill("You will see on Friday.")
    guest.page.get_by_label("Who did it?").fill("Nova K.")
    pictured(guest, "place")
    guest.press("Save and continue")
    guest.page.get_by_label("Link 1").fill("https://forum.example/t/12")
    guest.page.get_by_label("Choose files").set_input_files(
        {"name": "screen.png", "mimeType": "image/png", "buffer": make.told_picture()}
    )
    guest.press("Upload and stay here")
    guest.sees("screen.png")
    pictured(guest, "evidence")
    guest.press("Save and continue")
    guest.heading("Check your answers")
    guest.sees(THREAT)
    pictured(guest, "check")
    guest.page.get_by_role("checkbox").check()
    guest.press("Send this report")
    guest.heading("We have your report")
    guest.sees("You see this code only now")
    # They would load the page again, and with that the code would be gone.
    expect(guest.page.get_by_role("button", name="Dark", exact=True)).to_have_count(0)
    expect(guest.page.get_by_role("button", name="Español")).to_have_count(0)
    pictured(guest, "receipt")
    code = guest.page.locator(".code").inner_text()
    guest.page.reload()
    guest.heading("Follow a report")
    expect(guest.page.get_by_text(code)).to_have_count(0)
    return code


def come_back(guest: Visit, code: str) -> None:
    guest.page.goto("/report/")
    guest.follow("Follow your report")
    guest.page.get_by_label("Your code").fill("AAAA-BBBB-CCCC-DDDD")
    guest.press("Open the report")
    guest.sees("We know no report with this code.")
    pictured(guest, "follow")
    # As somebody reads it aloud and somebody else types it.
    guest.page.get_by_label("Your code").fill(code.lower().replace("-", " "))
    guest.press("Open the report")
    guest.sees(THREAT)
    assert code.replace("-", "") not in guest.page.url.upper()


def test_journey_2_an_incident_without_a_name(
    visitor: Any, visit: Any, people: dict[str, User]
) -> None:
    earlier = world.hand_in(
        learner=people["accused"],
        course="data-ethics",
        assignment="Essay 1",
        text="Whoever collects them decides which streets exist.",
        score=70,
        at=clock.now() - timedelta(days=3),
    )
    story.flag(reporter=people["reporter"], submission=earlier, account="I know an article.")
    with visitor("visitor") as guest:
        code = tell(guest)
    report = Report.objects.get(mode="anonymous")
    assert report.case is not None
    number = report.case.number
    assert report.case.urgent

    with visit("moderator") as desk:
        desk.page.goto("/desk/queue/?view=unclaimed")
        # Urgent: the first line of the queue.
        expect(desk.page.locator("table.q tbody tr").first).to_contain_text(number)
        desk.page.goto(f"/desk/cases/{number}/")
        desk.sees("without a name")
        desk.page.get_by_role("link", name=re.compile("Write to who reported")).click()
        desk.shot("ask")
        desk.page.get_by_label("Your message").fill("In which forum did you read it?")
        desk.press("Send the message")
        desk.sees("In which forum did you read it?")

    with visitor("visitor-back") as guest:
        come_back(guest, code)
        guest.sees("In which forum did you read it?")
        pictured(guest, "question")
        guest.page.get_by_label("Your answer").fill("In the forum of the course, week 3.")
        guest.press("Send your answer")
        guest.sees("Your message has arrived")
        guest.press("Close this report")
        expect(guest.page.get_by_text(THREAT)).to_have_count(0)

    with visit("moderator") as desk:
        desk.page.goto("/desk/")
        desk.heading("Answers from people who reported")
        desk.shot("dashboard")
        desk.page.goto(f"/desk/cases/{number}/")
        desk.sees("In the forum of the course, week 3.")
        desk.shot("answered")
        desk.page.goto(f"/desk/cases/{number}/dismiss/")
        desk.page.get_by_label("The matter belongs to somebody else").check()
        desk.press("Dismiss the case")
        desk.sees("Dismissed by mistake?")

    # The desk can undo a dismissal for some minutes; nobody is told before.
    later = clock.now() + undoing.WITHIN + timedelta(minutes=1)
    with clock.frozen(later), visitor("visitor-end") as guest:
        come_back(guest, code)
        guest.sees("Closed: not pursued")
        guest.follow("Ask for another look")
        guest.page.get_by_label("Why should somebody look at it again?").fill("It is on Friday.")
        pictured(guest, "review")
        guest.press("Ask for another look")
        guest.sees("Somebody who had no part in it looks at it again.")
        pictured(guest, "asked")

    with visit("officer") as desk:
        desk.page.goto("/desk/appeals/")
        desk.sees("Dismissals to be looked at again")
        desk.shot("reviews")
        desk.page.get_by_role("link", name=Case.objects.get(number=number).title).last.click()
        desk.page.get_by_label("The matter is taken up again").check()
        desk.page.get_by_label("Reasons").fill("It names a day. It is for us.")
        desk.shot("decide-review")
        desk.press("Decide")
        desk.sees("The review is decided.")

    assert Case.objects.get(number=number).status == "triage"
    # Only whoever flagged the essay was written to.
    assert OutboxMessage.objects.filter(recipient_kind="sealed").count() == 1


def test_journey_1_a_flag_in_confidence_is_found_again_next_day(
    frozen_clock: Any, visit: Any, people: dict[str, User]
) -> None:
    frozen_clock.move_to(clock.now())
    work = world.hand_in(
        learner=people["accused"],
        course="data-ethics",
        assignment="Essay 2",
        text="Whoever collects them decides which streets exist.",
        score=82,
        at=clock.now() - timedelta(days=3),
    )
    with visit("reporter") as guest:
        guest.page.set_viewport_size(PHONE)
        guest.page.goto(f"/courses/data-ethics/assignments/{work.assignment.public_id}/")
        guest.page.get_by_role("link", name="Flag this submission").first.click()
        guest.page.get_by_label("Plagiarism", exact=True).check()
        guest.page.get_by_label("What did you notice?").fill("I have read an article like it.")
        guest.press("Save and continue")
        guest.page.get_by_label("Link 1").fill("https://openmethods.example/12")
        guest.press("Save and continue")
        guest.page.get_by_label("In confidence").check()
        pictured(guest, "name")
        guest.press("Save and continue")
        for new in ("The second paragraph is theirs.", "The second paragraph is the article's."):
            guest.page.get_by_role("link", name="Change your words").click()
            guest.page.get_by_label("What did you notice?").fill(new)
            guest.press("Save and go back")
            guest.sees(new)
        guest.page.get_by_role("checkbox").check()
        guest.press("Send this report")
        guest.heading("We have your report")
        guest.sees("Your name is locked away")
    report = Report.objects.get(submission=work)
    assert report.account == "The second paragraph is the article's."
    assert report.processing_notice == notices.current_processing().version

    frozen_clock.advance(days=1)
    with visit("reporter") as guest:
        guest.page.set_viewport_size(PHONE)
        guest.page.goto("/my/reports/")
        guest.page.get_by_role("link", name="Essay 2").click()
        guest.sees(report.reference)
        guest.sees("It waits to be read by a person.")
        pictured(guest, "my-report")
