"""Journey 9, first half, in the browser: an administrator changes the honor code for next month."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from cases.demo import story, world
from integrity.accounts.models import User
from integrity.core import clock
from policies import selectors
from policies.models import Document
from tests.e2e.visit import Visit

pytestmark = pytest.mark.django_db(transaction=True)

OLD = "Keeping two or more accounts as a learner."
ADDED = "Name every tool that helped you write."
PROMISE = "I name every tool that I used."


@pytest.fixture
def case(people: dict[str, User]) -> story.File:
    """A case about last week, alleged under the code as it stands now."""
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
    return file


def next_version(admin: Visit) -> None:
    admin.follow("Manage policies")
    admin.heading("Manage policies")
    admin.shot("list")
    admin.follow("Honor code")
    admin.shot("policy")
    main = admin.page.get_by_role("main")
    main.locator(".btn--main").first.click()


def test_an_administrator_changes_the_honor_code_for_next_month(
    visit: Any, case: story.File
) -> None:
    of = Document.objects.get(slug="honor-code")
    before = selectors.governing_version(of)
    assert before is not None
    with visit("admin") as admin:
        next_version(admin)
        admin.heading("Honor code, version")
        number = int(re.search(r"/v(\d+)/", admin.page.url)[1])  # type: ignore[index]
        text = admin.page.get_by_label("Text", exact=True)
        body = text.input_value()
        assert OLD in body
        text.fill(body.replace(OLD, ADDED))
        admin.page.get_by_label("What changed, in a few sentences").fill("Tools are named.")
        day = (clock.now() + timedelta(days=31)).date()
        admin.page.get_by_label("Takes effect on").fill(f"{day:%Y-%m-%d}")
        admin.page.get_by_label("at", exact=True).fill("00:00")

        # A preview stores nothing, and nothing that was typed is lost.
        admin.press("Preview")
        preview = admin.page.locator("section", has=admin.page.locator("#preview"))
        expect(preview.get_by_text(ADDED)).to_be_visible()
        expect(text).to_have_value(body.replace(OLD, ADDED))
        assert of.versions.get(number=number).body != body.replace(OLD, ADDED)
        admin.shot("preview")
        admin.press("Save the draft")
        admin.sees("The draft is saved.")

        admin.follow("Times, pledge and appeal")
        admin.page.get_by_label("What learners promise").fill(PROMISE)
        admin.press("Save the draft")
        admin.sees("The draft is saved.")
        admin.shot("terms")

        admin.follow("What a report can be about")
        admin.press("Add another one")
        added = admin.page.locator("details[open]").last
        added.get_by_label("Title").fill("Tools that are not named")
        added.get_by_label("What has to be shown").fill("A tool wrote it.\nIt is not named.")
        admin.press("Save the draft")
        admin.sees("The draft is saved.")
        admin.shot("violations")

        admin.follow("Check and publish")
        expect(admin.page.locator("ins", has_text=ADDED)).to_be_visible()
        expect(admin.page.locator("del", has_text=OLD).first).to_be_visible()
        expect(admin.page.locator("ins", has_text="A tool wrote it.")).to_be_visible()
        admin.shot("check")
        admin.page.get_by_role("main").get_by_role(
            "button", name=re.compile("Publish version")
        ).click()
        admin.sees("Read the text and say so")
        admin.shot("check-refused")
        admin.page.get_by_role("radio", name=f"On {day.day} ").check()
        for box in ("I have read the text", "What a report can be about", "What may follow is"):
            admin.page.get_by_role("checkbox", name=box).check()
        admin.page.get_by_role("main").get_by_role(
            "button", name=re.compile("Publish version")
        ).click()
        admin.sees(f"Version {number} is published.")
        admin.sees("It cannot be changed or taken back.")
        admin.shot("published")

        # What is published cannot be opened for writing, and the old one is still in force.
        admin.page.goto(f"/policies/manage/honor-code/v{number}/")
        admin.sees("It cannot be changed or taken back.")
        admin.page.goto(f"/policies/honor-code/compare/?from={before.number}&to={number}")
        expect(admin.page.locator("ins", has_text=ADDED)).to_be_visible()
        admin.shot("compared")
        admin.page.goto("/policies/honor-code/")
        admin.sees(OLD)
        expect(admin.page.get_by_text(ADDED)).to_have_count(0)

    published = of.versions.get(number=number)
    assert published.is_published
    assert published.pledge == PROMISE
    assert selectors.governing_version(of) == before
    assert selectors.governing_version(of, published.effective_at) == published

    # The case goes by the text that was in force when it happened.
    with visit("officer") as officer:
        officer.page.goto(f"/desk/cases/{case.number}/")
        link = officer.page.locator(f'a[href^="/policies/honor-code/v{before.number}/"]').first
        expect(link).to_be_attached()
        officer.shot("case")
        officer.page.goto(link.get_attribute("href") or "")
        officer.sees(OLD)
        expect(officer.page.get_by_text(ADDED)).to_have_count(0)


def test_two_administrators_write_at_once_and_neither_is_lost(
    visit: Any, people: dict[str, User]
) -> None:
    with visit("admin") as first, visit("admin") as second:
        next_version(first)
        second.page.goto(first.page.url)
        for guest, words in ((first, "What the first one says."), (second, "The second's words.")):
            guest.page.get_by_label("What changed, in a few sentences").fill(words)
            guest.press("Save the draft")
        first.sees("The draft is saved.")
        second.sees("Somebody saved this page while you wrote.")
        expect(second.page.locator("del", has_text="What the first one").first).to_be_visible()
        box = second.page.get_by_label("What changed, in a few sentences")
        expect(box).to_have_value("The second's words.")
        second.shot("stale")
        second.press("Save the draft")
        second.sees("The draft is saved.")
