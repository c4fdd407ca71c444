"""Half an answer on a phone, the rest at a desk with somebody's help; an appeal while suspended."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from cases.demo import story, world
from cases.enums import Stance
from cases.models import AnswerDraft, Appeal, Evidence, Response
from integrity.accounts.models import User
from integrity.core import clock

pytestmark = pytest.mark.django_db(transaction=True)

HALF = "The sentence was in my notes"
WHOLE = "The sentence was in my notes, without the source."
HELP = "Ask the library for the list of week 3."
APPEAL = "Nobody asked me about my notes."
PHONE = {"width": 390, "height": 800}


@pytest.fixture
def flagged(people: dict[str, User]) -> Callable[[], story.File]:
    def file() -> story.File:
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
        case = story.File(
            report.case.number, people["moderator"], people["officer"], people["officer2"]
        )
        case.open()
        case.allege("plagiarism", "One sentence is in a published article.")
        case.add_source("The article", "Whoever collects them decides.", "The same sentence.")
        case.notify("How did the sentence come about?")
        return case

    return file


def words(page: Page) -> Any:
    """The field for the words on the allegation."""
    return page.get_by_role("main").locator("textarea").first


def test_half_an_answer_on_the_phone_the_rest_at_the_desk_with_help(
    visit: Any, flagged: Callable[[], story.File]
) -> None:
    case = flagged()
    address = f"/my/cases/{case.number}/answer/"
    with visit("accused") as phone:
        phone.page.set_viewport_size(PHONE)
        phone.page.goto(address)
        words(phone.page).fill(HALF)
        phone.shot("phone-half")
        phone.page.set_viewport_size(PHONE)
        phone.press("Save and go on later")
        phone.sees("Saved. Nothing was sent, and you can go on later.")
        phone.page.goto(f"/my/cases/{case.number}/")
        phone.sees("Go on with your answer")
        phone.shot("phone-case")
        phone.page.goto(f"/my/cases/{case.number}/advisers/")
        phone.page.get_by_label("Email address").fill("adviser@example.edu")
        phone.page.get_by_label("Write with you").check()
        phone.shot("asking")
        phone.page.get_by_role("main").locator("button.btn--main").first.click()
        phone.sees("Has not answered yet")
        phone.shot("asked")

    with visit("adviser") as adviser:
        adviser.page.goto("/advising/")
        adviser.sees("You can write with them on what they have not sent yet.")
        adviser.shot("invited")
        adviser.page.get_by_role("button", name=re.compile("^Yes, I help")).click()
        adviser.shot("case")
        adviser.follow("Write on the answer")
        expect(words(adviser.page)).to_have_value(HALF)
        assert adviser.page.get_by_role("button", name=re.compile("Send|Check")).count() == 0
        adviser.page.get_by_label(re.compile("anything else you want to say")).fill(HELP)
        adviser.shot("draft")
        adviser.page.get_by_role("main").locator("button.btn--main").click()
        adviser.sees("Saved. Only they can send it.")
    assert not Response.objects.exists()

    with visit("accused") as desk:
        desk.page.goto(address)
        expect(words(desk.page)).to_have_value(HALF)
        expect(desk.page.get_by_text(HELP)).to_be_visible()
        desk.sees("Pauline Lindgren")
        desk.page.get_by_label("I want to explain").check()
        words(desk.page).fill(WHOLE)
        desk.page.locator("input[type=file]").set_input_files(
            {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"Week 3: who collects?"}
        )
        desk.press("Upload and stay here")
        desk.sees("notes.txt")
        desk.shot("desk-file")
        desk.page.locator("button[value=check]").click()
        for text in (WHOLE, HELP, "notes.txt"):
            desk.sees(text)
        desk.shot("desk-check")
        desk.press("Send your answer")
        desk.heading("We have your answer")

    sent = Response.objects.get()
    assert sent.statement == HELP
    assert sent.points.get(allegation__isnull=False).text == WHOLE
    assert Evidence.objects.filter(respondent=sent.respondent).count() == 1
    assert not AnswerDraft.objects.exists()


def test_two_windows_show_what_differs(visit: Any, flagged: Callable[[], story.File]) -> None:
    case = flagged()
    address = f"/my/cases/{case.number}/answer/"
    with visit("accused") as guest:
        guest.page.goto(address)
        other = guest.page.context.new_page()
        other.goto(address)
        words(other).fill("I wrote it in the library.")
        other.get_by_role("button", name="Save and go on later").last.click()
        words(guest.page).fill("I wrote it at home.")
        guest.press("Save and go on later")
        guest.heading("The same words were changed somewhere else")
        expect(words(guest.page)).to_have_value("I wrote it at home.")
        guest.shot("overlap")
        guest.press("Save and go on later")
        guest.sees("Saved. Nothing was sent, and you can go on later.")
        expect(words(guest.page)).to_have_value("I wrote it at home.")


def test_an_appeal_is_begun_and_sent_by_somebody_suspended(
    visit: Any, flagged: Callable[[], story.File]
) -> None:
    case = flagged()
    case.answer(Stance.EXPLAIN, WHOLE)
    case.find("The sentence is the article's.", "We believe you. A source has to be named.")
    case.propose(
        {"severity": "serious"},
        ["temporary_suspension"],
        "It is the second time.",
        params={"temporary_suspension": {"days": 3}},
        departure="It is the second time.",
    )
    case.confirm()
    address = f"/my/cases/{case.number}/appeal/"
    with visit("accused") as guest:
        guest.page.set_viewport_size(PHONE)
        guest.page.goto(address)
        guest.page.get_by_role("checkbox").first.check()
        words(guest.page).fill("Nobody asked me")
        guest.shot("appeal-begun")
        guest.press("Save and go on later")
        guest.sees("Saved. Nothing was sent, and you can go on later.")
        closed = guest.page.goto("/courses/")
        assert closed is not None
        assert closed.status == 403
    assert AnswerDraft.objects.count() == 1

    with visit("accused") as guest:
        guest.page.goto(f"/my/cases/{case.number}/")
        guest.page.get_by_role("link", name=re.compile("Go on with your appeal")).click()
        expect(words(guest.page)).to_have_value("Nobody asked me")
        expect(guest.page.get_by_role("checkbox").first).to_be_checked()
        words(guest.page).fill(APPEAL)
        guest.page.locator("button[value=check]").click()
        guest.sees(APPEAL)
        guest.shot("appeal-check")
        guest.press("Send your appeal")
        guest.sees("We have your appeal")
    assert Appeal.objects.get().text == APPEAL
    assert not AnswerDraft.objects.exists()
