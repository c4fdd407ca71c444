"""The whole job in the browser: flag, case, notice, answer, decision, letter, effect, export.

`SCREENSHOTS=folder` saves every page on the way at 1280 and 390 pixels, light and dark.
"""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from cases.demo import world
from cases.models import Case
from integrity.accounts.models import User
from integrity.audit import checkpoints
from integrity.core import clock
from integrity.courses.models import Submission
from tests.e2e.visit import Visit
from tests.support.processes import Process
from tests.support.smtp import SmtpServer

pytestmark = pytest.mark.django_db(transaction=True)

ACCOUNT = "The second paragraph is the same as the end of an article we read in week 3."


@pytest.fixture
def essay(people: dict[str, User]) -> Submission:
    """An essay that carries the course, by somebody who has the certificate."""
    at = clock.now() - timedelta(days=3)
    accused = people["accused"]
    for title, score in (("Essay 1", 70), ("Final project", 75)):
        world.hand_in(
            learner=accused, course="data-ethics", assignment=title, text=title, score=score, at=at
        )
    world.certify(learner=accused, course="data-ethics", at=at)
    return world.hand_in(
        learner=accused,
        course="data-ethics",
        assignment="Essay 2",
        text="Whoever collects them decides which streets exist.",
        score=82,
        at=at,
    )


def test_the_whole_job(
    visit: Any,
    essay: Submission,
    smtp: SmtpServer,
    celery_worker_process: Process,
    tmp_path: Path,
) -> None:
    with visit("reporter") as reporter:
        flag(reporter, essay)
    number = Case.objects.get(submission=essay).number
    mail = smtp.wait_for(1)
    assert mail[-1].recipients == ("reporter@example.edu",)

    with visit("moderator") as moderator:
        investigate(moderator, number)
    mail = smtp.wait_for(2)
    notice = mail[-1]
    assert notice.recipients == ("accused@example.edu",)
    assert number in notice.text
    for word in ("plagiar", "essay", "data ethics", "alleg", "ruben", "ines"):
        assert word not in (notice.subject + notice.text).lower(), word

    with visit("accused") as accused:
        answer(accused, number)
    smtp.wait_for(3)

    with visit("officer") as officer:
        propose(officer, number)
    with visit("officer2") as second:
        confirm(second, number)
    smtp.wait_for(5)

    with visit("accused") as accused:
        read_decision(accused, number)
    with visit("auditor") as auditor:
        export(auditor, number, tmp_path)
    checkpoints.make_checkpoint()
    assert checkpoints.verify_database().first_bad is None


def flag(guest: Visit, essay: Submission) -> None:
    task = essay.assignment
    guest.page.goto(f"/courses/data-ethics/assignments/{task.public_id}/")
    guest.shot("assignment")
    guest.page.get_by_role("link", name="Flag this submission").first.click()
    guest.page.get_by_label("Plagiarism", exact=True).check()
    guest.page.get_by_label("What did you notice?").fill(ACCOUNT)
    guest.shot("details")
    guest.press("Save and continue")
    guest.page.get_by_label("Link 1").fill("a forum page from last spring")
    guest.press("Save and continue")
    guest.sees("Enter the whole address, starting with https://")
    expect(guest.page.get_by_label("Link 1")).to_have_value("a forum page from last spring")
    guest.shot("evidence-error")
    guest.page.get_by_label("Link 1").fill("https://openmethods.example/12")
    guest.press("Save and continue")
    guest.page.get_by_label("In confidence").check()
    guest.shot("name")
    guest.press("Save and continue")
    guest.heading("Check your answers")
    guest.sees(ACCOUNT)
    guest.page.get_by_role("checkbox").check()
    guest.shot("check")
    guest.press("Send this report")
    guest.heading("We have your report")
    guest.shot("sent")
    guest.follow("My reports")
    guest.shot("my-reports")


def investigate(guest: Visit, number: str) -> None:
    guest.page.goto("/desk/")
    guest.shot("dashboard")
    guest.page.goto(f"/desk/queue/?view=unclaimed&q={number}")
    guest.shot("queue")
    guest.page.get_by_role("link", name="Plagiarism").first.click()
    expect(guest.page.get_by_text("Amara Okonjo")).to_have_count(0)
    guest.shot("triage")
    guest.page.goto(f"/desk/cases/{number}/open/")
    guest.shot("open")
    guest.press("Open the case")
    guest.sees("Amara Okonjo")
    guest.page.goto(f"/desk/cases/{number}/allegations/add/")
    guest.page.get_by_label("Plagiarism").first.check()
    guest.page.get_by_label("What is said to have happened?").fill(
        "One sentence of the essay is in a published article, which the essay does not name."
    )
    guest.shot("allege")
    guest.press("Add the allegation")
    guest.page.goto(f"/desk/cases/{number}/evidence/add/?kind=quote")
    guest.page.get_by_label("The words").fill("Whoever collects them decides which streets exist.")
    guest.page.get_by_label("Short name").fill("Article: Who asks the map?")
    guest.shot("evidence")
    guest.page.get_by_role("main").locator("button.btn--main").click()
    respondent = Case.objects.get(number=number).respondents.get().public_id
    guest.page.goto(f"/desk/cases/{number}/respondents/{respondent}/notice/")
    guest.page.get_by_label("Questions to the learner").fill("How did the sentence come about?")
    guest.page.locator("button[value=preview]").click()
    guest.sees("How did the sentence come about?")
    guest.shot("notice")
    guest.press("Send the notice to the learner")
    guest.shot("notified")


def answer(guest: Visit, number: str) -> None:
    guest.page.goto("/")
    guest.shot("home")
    guest.page.goto("/my/letters/")
    guest.shot("letters")
    guest.page.get_by_role("link", name="We would like to hear from you").first.click()
    guest.sees("Plagiarism")
    guest.shot("letter")
    guest.page.goto(f"/my/cases/{number}/")
    guest.sees("Nothing has been decided.")
    body = guest.page.content()
    assert "Ruben" not in body
    assert "Ines" not in body
    guest.shot("case")
    guest.page.get_by_role("link", name="Answer this letter").first.click()
    guest.page.locator("button[value=check]").click()
    guest.page.get_by_label("I want to explain").check()
    guest.page.locator("textarea").first.fill("It was in my notes, without the source.")
    guest.page.get_by_label(re.compile("circumstances", re.IGNORECASE)).first.fill("I was ill.")
    guest.shot("answer")
    guest.page.locator("button[value=check]").click()
    guest.sees("It was in my notes, without the source.")
    guest.shot("answer-check")
    guest.press("Send your answer")
    guest.shot("answered")


def propose(guest: Visit, number: str) -> None:
    case = Case.objects.get(number=number)
    respondent = case.respondents.get().public_id
    guest.page.goto(f"/desk/cases/{number}/respondents/{respondent}/findings/")
    guest.page.get_by_label("Shown", exact=True).check()
    guest.page.get_by_role("checkbox", name=re.compile("Article: Who asks the map")).check()
    for box in guest.page.get_by_label("Your answer to this point").all():
        box.fill("We believe you, and weighed it in your favour. A source has to be named.")
    guest.page.get_by_label("Reasons for the findings").fill("The sentence is the article's.")
    guest.shot("findings")
    guest.page.get_by_role("main").locator("button.btn--main").click()
    guest.page.get_by_label("A large or central part of the work").check()
    guest.press("Work out the recommendation")
    guest.page.get_by_label(re.compile("^Task failed, score zero")).first.check()
    guest.page.get_by_label(re.compile("Reasons")).last.fill(
        "A central part is not the learner's own."
    )
    guest.shot("consequence")
    guest.page.locator("button[value=preview]").click()
    guest.sees("Your certificate for this course is withheld.")
    guest.shot("consequence-check")
    guest.press("Send to a second officer")
    guest.shot("proposed")


def confirm(guest: Visit, number: str) -> None:
    respondent = Case.objects.get(number=number).respondents.get().public_id
    guest.page.goto(f"/desk/cases/{number}/respondents/{respondent}/confirm/")
    guest.sees("Rests on")
    guest.shot("confirm")
    guest.page.get_by_role("main").locator("button.btn--main").click()
    guest.page.goto(f"/desk/cases/{number}/")
    guest.sees("Decided")
    guest.shot("decided")
    guest.page.goto("/desk/sanctions/")
    guest.shot("sanctions")
    guest.page.goto("/desk/letters/")
    guest.shot("register")


def read_decision(guest: Visit, number: str) -> None:
    guest.page.goto("/my/letters/")
    guest.page.get_by_role("link", name="The decision in your case").first.click()
    guest.sees("Your score for Essay 2 is zero.")
    guest.sees("This finding rests on:")
    guest.shot("decision")
    guest.page.goto(f"/my/cases/{number}/")
    guest.shot("decided")
    guest.page.goto("/courses/data-ethics/")
    guest.sees("withheld")
    guest.shot("course")


def export(guest: Visit, number: str, folder: Path) -> None:
    guest.page.goto("/audit/")
    guest.shot("history")
    guest.follow("Export the history")
    guest.page.get_by_label("JSON Lines, for programs").check()
    guest.page.get_by_label("Case number").fill(number)
    guest.shot("export")
    with guest.page.expect_download() as download:
        guest.press("Download the file")
    file = folder / "history.jsonl"
    download.value.save_as(file)
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    actions = [row["action"] for row in rows]
    for action in ("report.received", "notice.sent", "determination.issued", "sanction.applied"):
        assert action in actions
    text = file.read_text()
    assert "example.edu" not in text
    assert "Amara" not in text
