"""A meeting in the browser, from both sides: offered, chosen, put into a calendar, written down."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from cases.demo import story, world
from cases.models import Meeting
from integrity.accounts.models import User
from integrity.core import clock
from tests.e2e.visit import Visit

pytestmark = pytest.mark.django_db(transaction=True)

ABOUT = "How the sentence came into your essay."


@pytest.fixture
def case(people: dict[str, User]) -> story.File:
    """A flagged essay of the accused learner, with the notice sent."""
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
    file.add_source("The article", "Whoever collects them decides.", "The same sentence.")
    file.notify("How did the sentence come about?")
    return file


def main_button(guest: Visit) -> Any:
    return guest.page.get_by_role("main").locator("button.btn--main").first


def downloaded(guest: Visit, link: str) -> Any:
    with guest.page.expect_download() as begun:
        guest.follow(link)
    file = Path(begun.value.path())
    [event] = Calendar.from_ical(file.read_bytes()).walk("VEVENT")
    return event


def test_a_talk_from_the_invitation_to_minutes_both_sides_agree_on(
    visit: Any, case: story.File
) -> None:
    mine = f"/my/cases/{case.number}/"
    with visit("moderator") as desk, visit("accused") as learner:
        desk.page.goto(f"/desk/cases/{case.number}/")
        desk.page.get_by_role("link", name="Meetings", exact=True).click()
        desk.shot("meetings-none")
        desk.page.get_by_role("main").locator(".acts a.btn").first.click()
        main_button(desk).click()
        desk.sees("Offer at least one time")
        desk.shot("meeting-refused")
        desk.page.get_by_label("What do you want to talk about?").fill(ABOUT)
        desk.page.get_by_label("Where is it, or how does one join?").fill(
            "https://meet.example.edu/room-5"
        )
        zone = ZoneInfo("UTC")
        for n in (1, 2, 3):
            at = (clock.now() + timedelta(days=n + 1)).astimezone(zone)
            desk.page.get_by_label(f"Time {n}", exact=True).fill(at.strftime("%Y-%m-%dT10:30"))
        desk.page.get_by_label("Who else comes?").fill("Ines Interpreter")
        desk.shot("meeting-offer")
        main_button(desk).click()
        desk.sees("A time is to be chosen")
        desk.shot("meeting-offered")

        learner.page.set_viewport_size({"width": 390, "height": 800})
        learner.page.goto(mine)
        learner.page.get_by_role("link", name="Choose a time for a meeting").click()
        learner.heading("We would like to talk with you")
        learner.shot("meeting-choose")
        learner.page.set_viewport_size({"width": 390, "height": 800})
        learner.page.get_by_role("radio").nth(1).check()
        learner.press("Agree on this time")
        learner.heading("Your meeting is agreed")
        learner.shot("meeting-agreed")
        entry = downloaded(learner, "Put it into your calendar")
        meeting = Meeting.objects.get()
        assert entry["DTSTART"].dt == meeting.starts_at
        assert str(entry["SUMMARY"]) == f"Meeting, {case.number}"
        assert (entry["STATUS"], entry["SEQUENCE"]) == ("CONFIRMED", 0)
        assert ABOUT not in entry.to_ical().decode()

        desk.page.reload()
        desk.sees("The time is agreed")
        desk.shot("meeting-agreed")
        assert downloaded(desk, "File for your calendar")["UID"] == entry["UID"]

        # It has taken place.
        Meeting.objects.update(
            starts_at=clock.now() - timedelta(hours=2), ends_at=clock.now() - timedelta(hours=1)
        )
        desk.page.reload()
        desk.follow("Write down who came")
        desk.shot("meeting-who")
        for box in desk.page.get_by_role("checkbox").all():
            box.check()
        main_button(desk).click()
        desk.sees("It took place")
        desk.follow("Write the minutes")
        desk.page.get_by_label("What was said?").fill("Amara said that she copied the sentence.")
        desk.shot("minutes-write")
        main_button(desk).click()
        desk.sees("The learner has not answered it")

        learner.page.goto(mine)
        learner.page.get_by_role("link", name="What was said is written down").click()
        learner.page.get_by_role("radio").nth(1).check()
        learner.press("Send your answer")
        learner.sees("Write what is wrong or missing.")
        learner.shot("minutes-refused")
        learner.page.get_by_label("If not: what is wrong or missing?").fill(
            "I said that it was in my notes."
        )
        learner.press("Send your answer")
        learner.sees("You say that something is wrong:")
        learner.shot("minutes-objected")

        desk.page.reload()
        desk.follow("Write it anew")
        desk.sees("I said that it was in my notes.")
        desk.page.get_by_label("What was said?").fill("Amara said that it was in her notes.")
        desk.shot("minutes-anew")
        main_button(desk).click()

        learner.page.reload()
        learner.page.get_by_role("radio").nth(0).check()
        learner.press("Send your answer")
        learner.sees("Agreed by both sides")
        learner.sees("Amara said that she copied the sentence.")
        learner.shot("minutes-agreed")
        desk.page.goto(f"/desk/cases/{case.number}/meetings/")
        desk.sees("Agreed by both sides")
        desk.shot("meetings")
        desk.page.goto(f"/desk/cases/{case.number}/meetings/{meeting.public_id}/")
        desk.shot("meeting-whole")
        learner.page.goto(mine)
        learner.shot("case")
