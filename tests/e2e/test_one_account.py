"""Two accounts of one person, in the browser: found, asked about, and one of them closed (PO9)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from cases.demo import people as demo
from cases.demo import world
from cases.services import account_search
from integrity.accounts.models import AccountMatch, User
from integrity.courses.models import Course, Enrolment
from notifications import services as notifications
from tests.e2e.visit import Visit
from tests.support.smtp import SmtpServer

pytestmark = pytest.mark.django_db(transaction=True)

SECOND = demo.Account("accused+old@example.edu", "Amara Okonjo")


@pytest.fixture
def second(people: dict[str, User]) -> User:
    """The second account, in a course that the first one is not in."""
    user = demo.make(SECOND)
    taken = Enrolment.objects.filter(learner=people["accused"]).values("course")
    course = Course.objects.exclude(pk__in=taken).first()
    assert course is not None
    world.enrol(user, course)
    while account_search.run()["looked_at"]:
        continue
    return user


def main_button(guest: Visit) -> Any:
    return guest.page.get_by_role("main").locator("button.btn--main").first


def still_here(guest: Visit) -> None:
    """Give the password once more where signing in was longer ago than five minutes."""
    if "reauthenticate" in guest.page.url:
        guest.page.get_by_label("Password", exact=True).fill(demo.PASSWORD)
        main_button(guest).click()


def test_the_desk_asks_and_the_person_closes_one_on_a_phone(
    visit: Any, people: dict[str, User], second: User, smtp: SmtpServer
) -> None:
    with visit("moderator") as moderator:
        moderator.page.goto("/desk/")
        moderator.follow("Accounts")
        moderator.heading("Likely second accounts")
        moderator.shot("pairs")
        moderator.page.get_by_role("link", name="Amara Okonjo").click()
        moderator.sees("The two addresses lead to the same mailbox")
        moderator.shot("pair")
        moderator.press("Ask both accounts")
        moderator.sees("Both accounts are asked.")
        moderator.shot("pair-asked")
        moderator.follow("These are two people")
        moderator.heading("These are two people")
        moderator.shot("two-people")
    notifications.deliver_due(seconds=5)
    for mail in smtp.wait_for(2):
        assert "account-check" not in mail.text
        assert "second account" not in (mail.subject + mail.text)

    with visit("accused") as person:
        person.page.set_viewport_size({"width": 390, "height": 844})
        person.page.goto("/my/letters/")
        person.follow("Do you have a second account?")
        person.sees("Everybody may have one.")
        assert SECOND.email not in person.page.content()
        person.shot("letter")
        person.page.set_viewport_size({"width": 390, "height": 844})
        # The link leads to the address of the site, which is not that of the test's server.
        match = AccountMatch.objects.get(newer=second)
        link = person.page.get_by_role("link", name="Answer the question")
        address = f"/my/account-check/{match.public_id}/"
        assert str(link.get_attribute("href")).endswith(address)
        person.page.goto(address)
        person.heading("Do you have a second account?")
        main_button(person).click()
        person.sees("Choose one of the two")
        person.shot("question")
        person.page.set_viewport_size({"width": 390, "height": 844})
        person.page.get_by_label("Yes, I have another account").check()
        main_button(person).click()
        still_here(person)
        person.heading("Keep this account")
        person.sees("accused@example.edu")
        assert SECOND.email not in person.page.content()
        person.shot("keep")
        person.page.set_viewport_size({"width": 390, "height": 844})
        person.page.get_by_role("main").locator("input[type=email]").fill(SECOND.email)
        person.press("Send the code")
        person.heading("Type the code")
        notifications.deliver_due(seconds=5)
        mail = smtp.wait_for(3)[-1]
        assert mail.recipients == (SECOND.email,)
        code = re.search(r"\d{4} \d{4}", mail.text)
        assert code is not None
        person.page.get_by_label("The code from the email").fill("1234")
        main_button(person).click()
        person.sees("This is not the code, or it is too old.")
        person.shot("code")
        person.page.set_viewport_size({"width": 390, "height": 844})
        person.page.get_by_label("The code from the email").fill(code[0])
        main_button(person).click()
        still_here(person)
        person.heading("Check, then close the other account")
        person.sees(SECOND.email)
        width = person.page.evaluate("document.documentElement.scrollWidth")
        assert width <= 390
        person.shot("check")
        person.page.set_viewport_size({"width": 390, "height": 844})
        person.press("Close the other account now")
        still_here(person)
        person.heading("The other account is closed")
        person.shot("closed")
        person.page.goto("/accounts/")
        person.heading("Accounts closed into this one")
        person.shot("settings")

    match.refresh_from_db()
    second.refresh_from_db()
    assert (match.status, second.closed_into) == ("closed", people["accused"])
    assert not Enrolment.objects.filter(learner=second).exists()
    with visit("moderator") as guest:
        guest.page.context.clear_cookies()
        guest.name = "accused+old"
        guest.sign_in()
        expect(guest.page).to_have_url(re.compile("/accounts/login/"))


def test_this_is_my_only_account(visit: Any, second: User) -> None:
    with visit("moderator") as moderator:
        moderator.page.goto("/desk/accounts/")
        moderator.page.get_by_role("link", name="Amara Okonjo").click()
        moderator.press("Ask both accounts")
    with visit("accused+old") as person:
        person.page.set_viewport_size({"width": 390, "height": 844})
        match = AccountMatch.objects.get(newer=second)
        person.page.goto(f"/my/account-check/{match.public_id}/")
        person.page.get_by_label("No, this is my only account").check()
        main_button(person).click()
        person.heading("This is my only account")
        person.shot("not-mine")
        person.page.locator("textarea").fill("I share this address with my sister.")
        main_button(person).click()
        person.heading("We have your answer")
        person.shot("answered")
    with visit("officer") as officer:
        officer.page.goto("/desk/accounts/?view=denied")
        officer.page.get_by_role("link", name="Amara Okonjo").click()
        officer.sees("I share this address with my sister.")
        officer.shot("denied")
        officer.follow("Record why it is not believed")
        officer.heading("The answer is not believed")
        officer.shot("doubt")
