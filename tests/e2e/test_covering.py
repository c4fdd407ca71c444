"""Covering words and an area in the browser, on a phone, without any script; then with one."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, expect

from cases.covering import MARK
from cases.demo import story, world
from cases.models import Evidence
from cases.services import evidence
from integrity.accounts.models import User
from integrity.core import clock
from tests.e2e.visit import Visit

pytestmark = pytest.mark.django_db(transaction=True)

NAME = "Ottoline Brackenbury"
RED = (203, 17, 43)


def screenshot() -> bytes:
    """A chat on white, 800 by 400, with a red name from 80,100 to 400,160."""
    picture = Image.new("RGB", (800, 400), "white")
    drawing = ImageDraw.Draw(picture)
    for top in (40, 200, 280):
        drawing.rectangle((80, top, 640, top + 30), fill=(210, 214, 222))
    drawing.rectangle((80, 100, 399, 159), fill=RED)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def case(people: dict[str, User]) -> story.File:
    """An opened case with a quote and a screenshot that show who somebody else is."""
    work = world.hand_in(
        learner=people["accused"],
        course="data-ethics",
        assignment="Essay 2",
        text="Whoever collects them decides which streets exist.",
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
    file.allege("plagiarism", "One sentence is in a published article.")
    file.add_source(
        "The chat of the course", f"Has anybody got it?\n{NAME}: yes, here.", f"Sent by {NAME}."
    )
    evidence.add(
        actor=people["moderator"],
        number=file.number,
        kind="file",
        title="Screenshot of the chat",
        upload=SimpleUploadedFile("chat.png", screenshot()),
        form_key=story.key(),
    )
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


def piece(case: story.File, title: str) -> Evidence:
    return case.case.evidence.get(title=title)


def at_desk(case: story.File, title: str) -> str:
    return f"/desk/cases/{case.number}/evidence/{piece(case, title).public_id}/"


def fits(guest: Visit) -> None:
    """Nothing of the page lies beside a phone's screen."""
    guest.page.set_viewport_size({"width": 390, "height": 800})
    box = guest.page.locator("main").bounding_box()
    assert box is not None
    assert box["width"] <= 390


def test_words_and_an_area_are_covered_without_javascript(plain: Any, case: story.File) -> None:
    with plain("moderator") as desk:
        page = desk.page
        page.goto(at_desk(case, "The chat of the course"))
        desk.follow("Cover parts of it")
        fits(desk)
        desk.shot("words")
        page.get_by_label("Words to cover").fill(NAME.lower())
        desk.press("Find these words")
        desk.sees("Found in 2 places")
        for box in page.get_by_role("checkbox").all():
            expect(box).to_be_checked()
        desk.shot("found")
        desk.press("See what the learner will see")
        desk.sees("Say why this is covered")
        page.get_by_label("Why is this covered?").fill("It names a classmate.")
        # By keyboard alone.
        button = page.get_by_role("button", name="See what the learner will see")
        button.focus()
        page.keyboard.press("Enter")
        desk.heading("Check what the learner will see")
        expect(page.get_by_text(NAME)).to_have_count(0)
        desk.shot("check-words")
        desk.press("Cover this")
        desk.sees("It is covered for everybody outside the desk.")
        desk.sees("It names a classmate.")
        desk.shot("covered-words")

        page.goto(at_desk(case, "Screenshot of the chat"))
        desk.follow("Cover parts of it")
        fits(desk)
        for label, number in (
            ("From the left", "10"),
            ("From the top", "25"),
            ("Width", "40"),
            ("Height", "15"),
        ):
            page.get_by_label(f"{label}, in percent").fill(number)
        page.get_by_label("Why is this covered?").fill("A classmate's picture.")
        desk.shot("area")
        desk.press("See what the learner will see")
        desk.heading("Check what the learner will see")
        drawn = page.get_by_alt_text("The page with the areas covered")
        drawn.scroll_into_view_if_needed()
        expect(drawn).to_have_js_property("naturalWidth", 800, timeout=30_000)
        desk.shot("check-area")
        desk.press("Cover this")
        desk.sees("10% from the left, 25% from the top, 40% wide, 15% high")
        desk.shot("covered-area")
        page.goto(f"/desk/cases/{case.number}/")
        desk.shot("case")

    case.notify("How did the sentence come about?")
    with plain("accused") as accused:
        page = accused.page
        quote, chat = piece(case, "The chat of the course"), piece(case, "Screenshot of the chat")
        page.goto(f"/my/cases/{case.number}/evidence/{quote.public_id}/")
        accused.sees("We covered parts that would show who somebody else is.")
        assert NAME not in page.content()
        assert MARK in page.content()
        accused.shot("quote")
        page.goto(f"/my/cases/{case.number}/evidence/{chat.public_id}/")
        accused.shot("picture")
        answer = page.request.get(f"/evidence/{chat.public_id}/")
        picture = Image.open(io.BytesIO(answer.body())).convert("RGB")
        assert picture.size == (800, 400)
        colours = {colour for _count, colour in picture.getcolors(100_000) or []}
        assert RED not in colours
        assert picture.getpixel((200, 130)) == (0, 0, 0)

    with plain("moderator") as desk:
        desk.page.goto(at_desk(case, "The chat of the course"))
        desk.sees("With parts covered")
        desk.sees("Covered for good")
        desk.shot("ledger")


def test_a_box_drawn_on_the_picture_fills_the_numbers(visit: Any, case: story.File) -> None:
    with visit("moderator") as desk:
        page = desk.page
        page.goto(at_desk(case, "Screenshot of the chat") + "redact/")
        plane = page.locator("svg[data-cover]")
        plane.scroll_into_view_if_needed()
        frame = plane.bounding_box()
        assert frame is not None
        page.mouse.move(frame["x"] + frame["width"] * 0.1, frame["y"] + frame["height"] * 0.25)
        page.mouse.down()
        page.mouse.move(frame["x"] + frame["width"] * 0.5, frame["y"] + frame["height"] * 0.4)
        page.mouse.up()
        for label, near in (("From the left", 10), ("From the top", 25), ("Width", 40)):
            value = page.get_by_label(f"{label}, in percent").input_value()
            assert abs(float(value) - near) < 1
        desk.shot("drawn")


def test_the_notice_form_says_what_will_be_shown(plain: Any, case: story.File) -> None:
    with plain("moderator") as desk:
        respondent = case.respondent
        desk.page.goto(f"/desk/cases/{case.number}/respondents/{respondent.public_id}/notice/")
        desk.heading("What the learner will be shown")
        desk.sees(f"This may be the name of a person: “{NAME}”")
        desk.shot("notice")
