"""A review in the browser: opened, prepared, written to, refused to close, then closed (PO7)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from integrity.accounts.models import User
from integrity.core import clock
from policies.models import Mailing, Review
from policies.services import mailings
from tests.e2e.visit import Visit

pytestmark = pytest.mark.django_db(transaction=True)

VIEW = "Please say in clause 3.1 whether a spelling checker counts as a tool."


def prepare(admin: Visit, people: dict[str, User]) -> None:
    """Open the review of the code of conduct, set the meeting and invite one of each group."""
    admin.follow("Manage policies")
    admin.follow("Yearly work")
    admin.heading("Yearly work on policies")
    admin.shot("overview")
    admin.page.goto("/policies/manage/code-of-conduct/review/")
    admin.press("Open the review")
    admin.follow("Set the meeting")
    yesterday = (clock.now() - timedelta(days=1)).astimezone(ZoneInfo("Europe/Madrid"))
    admin.page.get_by_label("When is the meeting?").fill(yesterday.strftime("%Y-%m-%dT10:00"))
    admin.page.get_by_label("Where is it").fill("Room 5")
    admin.press("Save the meeting")
    for name, group in (
        ("learner", "Learner"),
        ("teacher", "Instructor"),
        ("admin", "Administrator"),
    ):
        admin.follow("Invite somebody")
        admin.page.get_by_label("Email address of the person").fill(people[name].email)
        admin.page.get_by_label(group, exact=True).check()
        if name == "learner":
            # Somebody who is not what they are invited as is refused at the field.
            admin.page.get_by_label("Instructor", exact=True).check()
            admin.press("Invite this person")
            admin.sees("Nobody with this address teaches a course where this holds.")
            admin.shot("refused")
            admin.page.get_by_label(group, exact=True).check()
        admin.press("Invite this person")
    admin.shot("room")


def test_a_review_from_its_opening_to_its_end(visit: Any, people: dict[str, User]) -> None:
    with visit("admin") as admin:
        prepare(admin, people)

    with visit("learner") as guest:
        guest.page.goto("/my/letters/")
        guest.follow("We would like your view on our rules")
        guest.sees("Room 5")
        guest.page.goto("/policies/code-of-conduct/")
        guest.follow("A review is open: say what should change")
        guest.shot("review")
        guest.page.get_by_label("What should change, and why?").fill(VIEW)
        guest.press("Send it to the review")
        guest.sees("Not answered yet")

    with visit("admin") as admin:
        admin.page.goto("/policies/manage/code-of-conduct/review/record/")
        admin.page.get_by_label("Record of the meeting").fill("We read it from the beginning.")
        admin.page.get_by_label("Lea Brandt, Learner").check()
        admin.press("Save and close the review")
        admin.sees("No instructor took part yet.")
        admin.sees("The outcome is empty.")
        admin.sees("has no answer yet.")
        expect(admin.page.get_by_label("Record of the meeting")).to_have_value(
            "We read it from the beginning."
        )
        admin.shot("not-yet")
        assert Review.objects.get().closed_at is None

        admin.page.goto("/policies/manage/code-of-conduct/review/")
        admin.page.get_by_role("link", name="Answer it").click()
        admin.page.get_by_label("What became of it?").fill("It does not. We write it down.")
        admin.press("Save the answer")
        admin.follow("Record the meeting")
        admin.page.get_by_label("Priya Raman, Instructor").check()
        admin.page.get_by_label("Ada Minami, Administrator").check()
        admin.page.get_by_label("Outcome").fill("The next version names spelling checkers.")
        admin.press("Save and close the review")
        admin.heading("Review closed on")
        admin.shot("closed")
        assert Review.objects.get().closed_at is not None

    with visit("learner") as guest:
        guest.page.goto("/policies/code-of-conduct/review/")
        guest.sees("It does not. We write it down.")
        guest.sees("The next version names spelling checkers.")
        guest.shot("answered")
        guest.page.goto("/policies/code-of-conduct/")
        guest.sees("with learners, instructors and administrators; next review by")


def test_everybody_is_told_and_the_page_shows_how_far_it_is(
    visit: Any, people: dict[str, User]
) -> None:
    with visit("admin") as admin:
        admin.page.goto("/policies/manage/honor-code/tell/")
        admin.shot("telling")
        admin.page.get_by_role("link", name="Send the yearly email").click()
        admin.sees("Once a year: Honor code")
        admin.shot("check")
        admin.press("Start sending")
        admin.sees("Under way.")
        admin.shot("under-way")
        # A worker writes it meanwhile; the page notices by itself.
        mailings.run(seconds=30)
        admin.sees("Everybody is written to")
        admin.shot("done")
        mailing = Mailing.objects.get()
        assert mailing.queued == User.objects.filter(is_active=True).count()
        admin.page.goto("/policies/manage/honor-code/tell/")
        admin.sees("emails written")
