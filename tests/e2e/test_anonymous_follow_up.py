"""Without a name, on a phone, without JavaScript: threats are reported, and both sides write.

The code is written down, the browser is left, and the way back is another browser. The desk works
in an ordinary one. `SCREENSHOTS=folder` saves the pages at 1280 and 390 pixels, light and dark.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from cases import undoing
from cases.models import Evidence, MessageFile, Report, ReportMessage
from integrity.core import clock
from notifications.models import OutboxMessage
from tests.cases import intake_builders as make
from tests.e2e.visit import Visit

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = {"width": 390, "height": 844}
THREAT = "Somebody writes that they will hurt people at the meeting on Friday."
QUESTION = "In which forum did you read it?"
REPLY = "In the forum of the course, week 3. I kept a picture."
SINCE = "It is gone now, but I saw it."
LAST = "Thank you. This is how to reach the people who help on Friday."


@pytest.fixture
def visitor(browser: Browser, browser_context_args: dict[str, Any], people: Any) -> Any:
    """A phone without JavaScript that knows nothing yet."""

    @contextmanager
    def fresh(name: str) -> Iterator[Visit]:
        plain = {"viewport": PHONE, "java_script_enabled": False}
        context = browser.new_context(**{**browser_context_args, **plain})
        try:
            yield Visit(context.new_page(), name)
        finally:
            context.close()

    return fresh


def pictured(guest: Visit, name: str) -> None:
    """As it is on the phone, and no wider."""
    main = guest.page.locator("main").bounding_box()
    assert main is not None
    assert main["x"] >= 0, name
    assert main["x"] + main["width"] <= PHONE["width"], name
    guest.shot(name)
    guest.page.set_viewport_size(PHONE)  # type: ignore[arg-type]


def told(guest: Visit) -> str:
    """Threats, by pages; the code as it stood there once."""
    guest.page.goto("/report/")
    guest.page.get_by_role("link", name=re.compile("How somebody behaved")).last.click()
    guest.sees("Is somebody in danger now?")
    expect(guest.page.get_by_role("link", name="findahelpline.com")).to_be_visible()
    pictured(guest, "details")
    guest.page.get_by_label("Threats and violence").check()
    guest.page.get_by_label("What happened?").fill(THREAT)
    guest.press("Save and continue")
    guest.page.get_by_label("Who did it?").fill("Nova K.")
    guest.press("Save and continue")
    guest.press("Save and continue")
    guest.heading("Check your answers")
    pictured(guest, "check")
    guest.page.get_by_role("checkbox").check()
    guest.press("Send this report")
    guest.heading("We have your report")
    guest.sees("You see this code only now")
    guest.sees("We aim to do so by")
    guest.sees("What we cannot prevent")
    # Its button needs a script, and is not there without one; the page prints as it stands.
    expect(guest.page.locator("[data-print]")).to_be_hidden()
    pictured(guest, "receipt")
    guest.page.emulate_media(media="print")
    expect(guest.page.locator(".code")).to_be_visible()
    expect(guest.page.get_by_role("link", name="I have written it down")).to_be_hidden()
    guest.shot("receipt-on-paper")
    guest.page.emulate_media(media="screen")
    code = guest.page.locator(".code").inner_text()
    guest.follow("I have written it down")
    guest.heading("Follow a report")
    expect(guest.page.get_by_text(code)).to_have_count(0)
    opened(guest, code)
    guest.press("Close this report")
    guest.page.go_back()
    expect(guest.page.get_by_text(THREAT)).to_have_count(0)
    return code


def opened(guest: Visit, code: str) -> None:
    """As somebody types what they wrote down."""
    guest.page.get_by_label("Your code").fill(code.lower().replace("-", " "))
    guest.press("Open the report")
    guest.sees(THREAT)
    assert guest.page.url.split("?")[0].endswith("/report/follow/")


def test_journey_2_both_sides_write_and_nobody_has_a_name(
    visitor: Any, visit: Any, tmp_path: Path
) -> None:
    with visitor("visitor") as guest:
        code = told(guest)
    report = Report.objects.get(mode="anonymous")
    assert report.case is not None
    here = f"/desk/cases/{report.case.number}/"

    with visit("moderator") as desk:
        desk.page.goto(here)
        desk.page.get_by_role("button", name="Claim").first.click()
        desk.page.goto(here)
        desk.page.get_by_role("link", name=re.compile("Write to who reported")).click()
        desk.page.get_by_label("Your message").fill(QUESTION)
        desk.shot("ask")
        desk.press("Send the message")
        desk.sees("not seen yet")

    with visitor("visitor-back") as guest:
        guest.page.goto("/report/follow/")
        pictured(guest, "follow")
        opened(guest, code)
        guest.sees(QUESTION)
        pictured(guest, "question")
        guest.page.get_by_label("Your answer").fill(REPLY)
        guest.page.get_by_label("Files").set_input_files(
            {"name": "me.png", "mimeType": "image/png", "buffer": make.told_picture()}
        )
        guest.press("Send your answer")
        guest.sees("Your message has arrived")
        guest.sees("not read yet")
        guest.page.get_by_label("Your message").fill(SINCE)
        guest.press("Send your message")
        guest.sees(SINCE)
        pictured(guest, "answered")
        guest.press("Close this report")

    with visit("moderator") as desk:
        desk.page.goto("/desk/queue/?view=mine")
        desk.sees("2 new messages")
        desk.shot("queue")
        desk.page.goto(here)
        desk.sees(REPLY)
        desk.sees("Whoever reported wrote")
        desk.shot("read")
        piece = Evidence.objects.get(message__report=report)
        desk.page.get_by_role("link", name=f"View {piece.label}").first.click()
        desk.heading("Picture")
        desk.page.goto(here)
        desk.page.get_by_role("link", name=re.compile("Write to who reported")).click()
        desk.page.get_by_label("Your message").fill(LAST)
        desk.page.get_by_label("Files").set_input_files(
            {"name": "Amara Okonjo.txt", "mimeType": "text/plain", "buffer": b"Call 112."}
        )
        desk.press("Send the message")
        desk.sees(LAST)
        desk.shot("written")
        desk.page.goto(f"{here}dismiss/")
        desk.page.get_by_label("The matter belongs to somebody else").check()
        desk.press("Dismiss the case")
        desk.sees("Dismissed by mistake?")

    # The desk can undo a dismissal for some minutes; nobody is told before.
    later = clock.now() + undoing.WITHIN + timedelta(minutes=1)
    with clock.frozen(later), visitor("visitor-end") as guest:
        guest.page.goto("/report/follow/")
        opened(guest, code)
        guest.sees("Closed: not pursued")
        guest.sees(LAST)
        expect(guest.page.get_by_text("not read yet")).to_have_count(0)
        expect(guest.page.get_by_role("textbox")).to_have_count(0)
        with guest.page.expect_download() as arriving:
            guest.page.get_by_role("link", name=re.compile("Download")).click()
        file = MessageFile.objects.get()
        assert arriving.value.suggested_filename == f"file-{file.public_id.hex[:8]}.txt"
        arriving.value.save_as(tmp_path / "copy.txt")
        assert (tmp_path / "copy.txt").read_text().strip() == "Call 112."
        pictured(guest, "closed")
        names = {cookie["name"] for cookie in guest.page.context.cookies()}
        assert names <= {"report-follow", "csrftoken"}, names
        guest.press("Close this report")
        expect(guest.page.get_by_text(THREAT)).to_have_count(0)
        names = {cookie["name"] for cookie in guest.page.context.cookies()}
        assert names <= {"csrftoken"}, names

    assert all(row.read_at is not None for row in ReportMessage.objects.all())
    # Nobody who reports without a name is written to.
    assert not OutboxMessage.objects.filter(recipient_kind="sealed").exists()
