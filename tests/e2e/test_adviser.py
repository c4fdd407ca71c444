"""Beside the process, in the browser: an adviser, a teacher's statement, a measure for now."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from cases.demo import story, world
from cases.models import AdviserAccess, Case, StatementRequest
from integrity.accounts.models import User
from integrity.core import clock
from tests.e2e.visit import Visit
from tests.support.processes import Process
from tests.support.smtp import SmtpServer

pytestmark = pytest.mark.django_db(transaction=True)

QUESTION = "Which texts were on the reading list of week 3?"
STATEMENT = "The article was on it. I asked everybody to name what they take from it."


@pytest.fixture
def case(people: dict[str, User]) -> story.File:
    """A flagged essay of the accused learner, opened and alleged, before any notice."""
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
    return file


def main_button(guest: Visit) -> Any:
    return guest.page.get_by_role("main").locator("button.btn--main").first


def test_an_advisers_day(
    visit: Any, case: story.File, smtp: SmtpServer, celery_worker_process: Process
) -> None:
    case.notify("How did the sentence come about?")
    # To the reporter and to the respondent.
    smtp.wait_for(2)
    with visit("accused") as accused:
        accused.page.goto(f"/my/cases/{case.number}/")
        accused.follow("Ask somebody to help you")
        accused.shot("advisers-none")
        accused.page.get_by_label("Email address").fill("adviser@example.edu")
        main_button(accused).click()
        accused.sees("Has not answered yet")
        accused.page.get_by_label("Email address").fill("accused@example.edu")
        main_button(accused).click()
        accused.sees("This is your own address.")
        accused.shot("advisers-refused")

        mail = smtp.wait_for(3)[-1]
        assert mail.recipients == ("adviser@example.edu",)
        for word in (
            case.number,
            "amara",
            "okonjo",
            "essay",
            "data ethics",
            "meridian learning of",
        ):
            assert word not in (mail.subject + mail.text).lower(), word

        with visit("adviser") as adviser:
            adviser.heading("For advisers")
            adviser.sees("Amara Okonjo")
            assert case.number not in adviser.page.content()
            adviser.shot("invited")
            adviser.page.get_by_role("button", name=re.compile("^Yes, I help")).click()
            adviser.sees("You read along. There is nothing to send here.")
            adviser.sees("One sentence is in a published article.")
            adviser.sees("How did the sentence come about?")
            assert adviser.page.get_by_role("main").locator("form").count() == 0
            for name in ("Ruben", "Ines", "Jonas"):
                assert name not in adviser.page.content()
            adviser.shot("case")
            adviser.page.get_by_role("link", name="View The article").click()
            adviser.sees("The same sentence.")
            adviser.shot("evidence")
            adviser.page.goto("/advising/")
            adviser.sees(case.number)
            adviser.shot("list")

            accused.page.goto(f"/my/cases/{case.number}/advisers/")
            accused.sees("Helps you")
            accused.shot("advisers")
            accused.page.get_by_role("button", name=re.compile("^Take it back")).click()
            accused.sees("This person cannot read along any more.")

            access = AdviserAccess.objects.get()
            gone = adviser.page.goto(f"/advising/{access.public_id}/")
            assert gone is not None
            assert gone.status == 404
            adviser.page.goto("/")
            adviser.sees("Nobody asks for your help now.")
            adviser.shot("gone")


def test_a_teacher_gives_a_statement(visit: Any, case: story.File) -> None:
    with visit("moderator") as moderator:
        moderator.page.goto(f"/desk/cases/{case.number}/")
        moderator.shot("case")
        moderator.follow("Statements")
        moderator.shot("statements-none")
        moderator.follow("Ask for a statement")
        moderator.page.get_by_label("Priya Raman").check()
        moderator.page.get_by_label("What do you ask?").fill(QUESTION)
        moderator.shot("ask")
        moderator.press("Send the question")
        moderator.sees("Waits")
        moderator.shot("statements")

    with visit("teacher") as teacher:
        teacher.heading("We have a question for you")
        teacher.shot("home")
        assert case.number not in teacher.page.content()
        teacher.page.get_by_role("link", name=re.compile(QUESTION.replace("?", r"\?"))).click()
        teacher.heading("A question for you")
        for hidden in (case.number, "Amara", "Plagiarism"):
            assert hidden not in teacher.page.content()
        teacher.shot("question")
        main_button(teacher).click()
        teacher.sees("Write what you know, or that you know nothing about it")
        teacher.page.locator("textarea").fill(STATEMENT)
        teacher.press("Check your answer")
        teacher.sees("Nothing has been sent yet.")
        teacher.shot("check")
        teacher.press("Change it")
        expect(teacher.page.locator("textarea")).to_have_value(STATEMENT)
        teacher.press("Check your answer")
        teacher.press("Send your answer")
        teacher.heading("Thank you, we have your answer")
        teacher.shot("given")
        teacher.page.goto("/")
        teacher.heading("Your teaching")

    assert StatementRequest.objects.get().text == STATEMENT
    case.notify("How did the sentence come about?")
    with visit("accused") as accused:
        accused.page.goto(f"/my/cases/{case.number}/")
        accused.page.get_by_role("link", name="View Statement").click()
        accused.sees(STATEMENT)
        assert "Priya" not in accused.page.content()
        accused.shot("statement")


def test_a_measure_is_taken_answered_and_lifted(visit: Any, case: story.File) -> None:
    respondent = Case.objects.get(number=case.number).respondents.get().public_id
    with visit("officer") as officer:
        officer.page.goto(f"/desk/cases/{case.number}/measures/")
        officer.shot("measures-none")
        officer.follow("Take a measure")
        assert str(respondent) in officer.page.url
        officer.page.get_by_label("No messages to one person").check()
        officer.page.get_by_label("If no messages: to whom?").fill("learner@example.edu")
        officer.page.get_by_label("Why is it needed now?").fill("So that both have peace.")
        officer.shot("measure")
        main_button(officer).click()
        officer.sees("Nothing holds yet")
        officer.sees("Lea Brandt")
        officer.shot("measure-check")
        officer.press("Send the letter, and let it hold")
        officer.sees("Lea Brandt")

    with visit("accused") as accused:
        accused.sees("You cannot send messages to Lea Brandt for now")
        accused.shot("home-measure")
        accused.page.get_by_role("link", name=re.compile("Lea Brandt")).first.click()
        accused.sees("Nothing has been decided by this.")
        accused.shot("measure")
        accused.page.locator("textarea").fill("I only wanted to say sorry.")
        accused.press("Send your answer")
        accused.sees("We have your answer.")
        accused.shot("measure-answered")

    with visit("officer") as officer:
        officer.page.goto(f"/desk/cases/{case.number}/measures/")
        officer.sees("I only wanted to say sorry.")
        officer.shot("measures")
        officer.page.get_by_role("link", name=re.compile("^Lift it")).click()
        officer.page.get_by_label("Why does it end now?").fill("They have talked.")
        officer.shot("lift")
        officer.press("Lift it now")
        officer.sees("They have talked.")

    with visit("accused") as accused:
        accused.page.goto("/my/letters/")
        accused.page.get_by_role("link", name="Something we asked of you has ended").first.click()
        accused.sees("They have talked.")
        accused.shot("lifted-letter")
