"""A small matter in the browser from both sides: one letter, the answer to it, a new decision.

`SCREENSHOTS=folder` saves every page on the way at 1280 and 390 pixels, light and dark.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from cases.demo import world
from cases.demo.story import File, incident
from cases.models import Case, Determination
from integrity.accounts.models import User
from integrity.core import clock
from tests.e2e.visit import Visit

pytestmark = pytest.mark.django_db(transaction=True)

POST = "First! First! First!"


@pytest.fixture
def number(people: dict[str, User]) -> str:
    """A post that was reported, opened, alleged and kept as evidence by an officer."""
    post = world.post(
        author=people["accused"],
        course="data-ethics",
        body=POST,
        at=clock.now() - timedelta(days=3),
    )
    report = incident(
        reporter=people["reporter"],
        post=post,
        code="disruption",
        account="Every thread begins like this.",
    )
    assert report.case is not None
    officer = people["officer"]
    file = File(report.case.number, officer, officer, people["officer2"])
    file.open()
    file.allege("disruption", "Threads were filled with empty posts.")
    file.add_source("The post", POST, "The whole post, as it stood.")
    return file.number


def test_one_letter_an_answer_and_a_new_decision(visit: Any, number: str) -> None:
    with visit("officer") as officer:
        settle(officer, number)
    with visit("accused") as learner:
        answer(learner, number)
    with visit("officer") as officer:
        # Whoever settled it does not read the answer.
        officer.page.goto(f"/desk/cases/{number}/")
        officer.sees("Next: somebody else decides anew")
        officer.shot("somebody-else")
    with visit("officer2") as second:
        decide(second, number)
    with visit("accused") as learner:
        learner.page.goto(f"/my/cases/{number}/")
        learner.sees("No violation was found.")
        learner.sees("It was the first day of the course.")
        learner.shot("decided-anew")
    assert list(Determination.objects.order_by("pk").values_list("status", "summary")) == [
        ("superseded", True),
        ("issued", False),
    ]


def settle(guest: Visit, number: str) -> None:
    guest.page.goto(f"/desk/cases/{number}/")
    guest.shot("case")
    guest.follow("Settle it in one letter")
    guest.heading("Settle it in one letter")
    guest.page.locator("button.btn--main").last.click()
    guest.sees("Choose at least one piece of evidence on which this rests")
    guest.shot("settle-errors")
    guest.page.get_by_role("checkbox", name="E1: The post").check()
    guest.page.get_by_label("Reasons for the findings").fill("The posts are there to read.")
    guest.page.get_by_role("checkbox", name=re.compile("^Written warning")).check()
    guest.page.get_by_label("Reasons for the consequence").fill("It is the first time.")
    guest.shot("settle")
    guest.page.locator("button.btn--main").last.click()
    guest.sees("It is the first time.")
    guest.shot("settle-check")
    guest.press("Issue the decision")
    guest.sees("The letter is on its way. It can be answered.")
    guest.shot("settled")


def answer(guest: Visit, number: str) -> None:
    guest.page.goto("/my/letters/")
    guest.page.get_by_role("link", name="A decision, and how you can answer it").first.click()
    guest.sees("This finding rests on:")
    guest.shot("letter")
    guest.page.goto(f"/my/cases/{number}/")
    expect(guest.page.get_by_role("link", name="Appeal against this decision")).to_be_visible()
    guest.shot("both-ways")
    guest.page.get_by_role("link", name="Answer this letter").first.click()
    guest.page.get_by_label("I disagree").check()
    guest.page.locator("textarea").first.fill("It was the first day of the course.")
    guest.page.locator("button[value=check]").click()
    guest.press("Send your answer")
    guest.page.goto(f"/my/cases/{number}/")
    guest.sees("It stands until a new one replaces it.")
    guest.shot("looked-at-again")


def decide(guest: Visit, number: str) -> None:
    respondent = Case.objects.get(number=number).respondents.get().public_id
    guest.page.goto(f"/desk/cases/{number}/respondents/{respondent}/findings/")
    guest.page.get_by_label("Not shown", exact=True).check()
    for box in guest.page.get_by_label("Your answer to this point").all():
        box.fill("We believe you.")
    guest.page.get_by_label("Reasons for the findings").fill("Nobody was disturbed by it.")
    guest.shot("findings")
    guest.page.get_by_role("main").locator("button.btn--main").click()
    guest.page.locator("button[value=preview]").click()
    guest.press("Issue the decision")
    guest.sees("The decision is issued.")
    guest.shot("issued-anew")
