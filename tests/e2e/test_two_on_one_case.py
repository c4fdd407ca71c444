"""Two people on one case: they see each other, and the second save shows what the first changed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from cases.demo import story, world
from cases.models import Mention
from integrity.accounts.models import User
from integrity.core import clock

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def case(people: dict[str, User]) -> story.File:
    """A case in review: the learner has answered, and findings can be recorded."""
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
    file.notify("How did it come about?")
    file.answer("explain", "From my notes.")
    return file


def test_they_see_each_other_and_the_second_save_shows_the_difference(
    visit: Any, case: story.File, people: dict[str, User]
) -> None:
    place = f"/desk/cases/{case.number}/"
    findings = f"{place}respondents/{case.respondent.public_id}/findings/"
    with visit("moderator") as first, visit("officer") as second:
        for guest in (first, second):
            guest.page.clock.install()
            guest.page.goto(place)
        moderator, officer = people["moderator"].display_name, people["officer"].display_name
        expect(second.page.get_by_text(f"{moderator} is here too.")).to_be_visible()
        # The first page hears of the second without being loaded again.
        expect(first.page.get_by_text(f"{officer} is here too.")).to_have_count(0)
        first.page.clock.run_for(21_000)
        expect(first.page.get_by_text(f"{officer} is here too.")).to_be_visible()
        first.shot("here-too")

        # The second writes; the first is told.
        second.page.goto(findings)
        first.page.clock.run_for(21_000)
        expect(first.page.get_by_text(f"{officer} is here too, and is writing.")).to_be_visible()
        first.page.goto(findings)
        expect(first.page.get_by_text("and is writing.")).to_be_visible()

        for guest, month in ((second, "May"), (first, "June")):
            page = guest.page
            page.get_by_label("Shown", exact=True).first.check()
            page.locator("input[name^='supports-']").first.check()
            for box in page.get_by_label("Your answer to this point").all():
                box.fill("We looked at this.")
            page.get_by_label("Reasons for the findings").fill(
                f"The sentence stands in the article of {month}."
            )
            guest.press("Record the findings")
        second.heading("Propose a consequence")

        first.heading("Somebody changed this case after you opened the page")
        first.heading("What happened meanwhile")
        expect(first.page.locator("del", has_text="May.")).to_be_visible()
        expect(first.page.locator("ins", has_text="June.")).to_be_visible()
        reasons = first.page.get_by_label("Reasons for the findings")
        expect(reasons).to_have_value("The sentence stands in the article of June.")
        first.shot("difference")
        draft = case.respondent.determinations.get()
        assert draft.reasons_finding.endswith("May.")
        first.press("Save mine on top of it")
        first.heading("Propose a consequence")
        draft.refresh_from_db()
        assert draft.reasons_finding.endswith("June.")


def test_a_colleague_is_named_by_typing_and_hears_of_it(
    visit: Any, case: story.File, people: dict[str, User]
) -> None:
    officer = people["officer"].display_name
    with visit("moderator") as desk:
        page = desk.page
        page.goto(f"/desk/cases/{case.number}/notes/")
        note = page.get_by_label("Add a note")
        note.press_sequentially(f"Please look, @{officer[:3].lower()}")
        expect(page.get_by_role("option", name=officer)).to_be_visible()
        desk.shot("naming")
        note.press("Enter")
        expect(note).to_have_value(f"Please look, @{officer} ")
        expect(page.get_by_label(officer, exact=True)).to_be_checked()
        desk.press("Add the note")
        desk.sees("The note is added.")
    assert Mention.objects.get().user == people["officer"]
    with visit("officer") as desk:
        desk.page.goto("/desk/mentions/")
        desk.sees("Not yet")
        desk.shot("mentions")
        desk.follow(case.number)
        desk.sees("names you")
        desk.page.goto("/desk/mentions/")
        expect(desk.page.get_by_text("Not yet")).to_have_count(0)


def test_one_click_and_the_case_is_gone(visit: Any, case: story.File) -> None:
    with visit("moderator") as desk:
        desk.page.goto(f"/desk/cases/{case.number}/")
        desk.press("I have a conflict of interest")
        desk.sees("You do not see that case any more.")
        answer = desk.page.goto(f"/desk/cases/{case.number}/")
        assert answer is not None
        assert answer.status == 404
