"""Journey 9, second half: a learner sees what changed before pledging again, and the administrator
watches who has. At 390 pixels and without JavaScript as well."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from integrity.accounts.models import User
from integrity.audit import services as audit
from integrity.core import clock
from integrity.courses.models import Course, Enrolment
from policies.models import Document, Pledge
from policies.services import create_draft, publish
from tests.e2e.visit import Visit

pytestmark = pytest.mark.django_db(transaction=True)


def new_honor_code() -> None:
    """The next version, with one clause changed, in force now."""
    document = Document.objects.get(slug="honor-code")
    before = document.versions.order_by("-number")[0]
    actor = audit.Actor.system("tests")
    now = clock.now()
    made = create_draft(
        actor=actor,
        document=document,
        body=before.body + "\n\n## What is new\n\nSay which tools you used, on the first page.\n",
        effective_at=now,
        change_summary="Tools are named on the first page.",
    )
    publish(actor=actor, version=made, posted_at=now - timedelta(seconds=1))


@pytest.fixture
def arrived(people: dict[str, User]) -> Course:
    """A course to which the learner has just been added by an import."""
    course = Course.objects.get(slug="statistics")
    Enrolment.objects.filter(course=course, learner=people["learner"]).delete()
    Enrolment.objects.bulk_create([Enrolment(course=course, learner=people["learner"])])
    return course


def test_the_course_opens_with_the_pledge_and_a_change_is_shown_before_the_next_one(
    visit: Any, people: dict[str, User], arrived: Course
) -> None:
    with visit("learner") as learner:
        learner.page.goto("/courses/")
        learner.sees("Waiting for your pledge")
        learner.shot("courses")
        learner.page.goto(f"/courses/{arrived.slug}/")
        learner.heading("Your pledge")
        learner.press("Pledge and open the course")
        learner.sees("Tick the box for")
        for box in learner.page.get_by_role("checkbox").all():
            box.check()
        learner.shot("pledge")
        learner.press("Pledge and open the course")
        learner.heading(arrived.title)
        learner.sees("Your pledge is recorded.")

        new_honor_code()
        learner.page.reload()
        learner.sees("A text you pledged to has a new version")
        learner.follow("See what changed")
        learner.sees("What changed from version 2 to version 3")
        expect(learner.page.locator("ins").filter(has_text="on the first page")).to_be_visible()
        learner.shot("again")
        learner.page.get_by_role("checkbox").check()
        learner.press("Pledge again")
        learner.heading(arrived.title)
        expect(learner.page.get_by_text("has a new version")).to_have_count(0)
        learner.page.goto("/pledges/")
        learner.sees("Honor code, version 3")
    assert (
        Pledge.objects.filter(
            learner=people["learner"], course=arrived, version__document__slug="honor-code"
        ).count()
        == 2
    )

    with visit("admin") as admin:
        admin.page.goto("/pledges/lists/")
        admin.follow("Honor code")
        admin.shot("counts")
        admin.follow(arrived.title)
        learner_row = admin.page.get_by_role("row").filter(has_text=people["learner"].display_name)
        expect(learner_row).to_contain_text("Pledged")
        expect(
            admin.page.get_by_role("row").filter(has_text="To pledge again").first
        ).to_be_visible()
        admin.shot("list")
        with admin.page.expect_download() as file:
            admin.press("Download the list")
        assert file.value.suggested_filename == "pledges-honor-code-v3.csv"
        admin.press("Remind everybody who has not pledged")
        admin.sees("Started: a reminder")


def test_on_a_phone_without_javascript(
    browser: Browser,
    browser_context_args: dict[str, Any],
    people: dict[str, User],
    arrived: Course,
) -> None:
    context = browser.new_context(
        **{
            **browser_context_args,
            "java_script_enabled": False,
            "viewport": {"width": 390, "height": 800},
        }
    )
    try:
        page: Page = context.new_page()
        learner = Visit(page, "learner")
        learner.sign_in()
        page.goto(f"/courses/{arrived.slug}/")
        learner.heading("Your pledge")
        for box in page.get_by_role("checkbox").all():
            box.check()
        learner.press("Pledge and open the course")
        learner.heading(arrived.title)
    finally:
        context.close()
