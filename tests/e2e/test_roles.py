"""A day of those whose work is not on the way of the main job: each in a browser of their own."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from playwright.sync_api import expect

from cases.demo import scenes_partners, story, world
from cases.demo.people import NORTHBRIDGE
from cases.enums import Stance
from cases.models import Case
from integrity.accounts.models import RoleGrant, User
from integrity.audit import checkpoints
from integrity.core import clock
from integrity.courses.models import Holiday
from tests.e2e.visit import Visit
from tests.support import triggers

pytestmark = pytest.mark.django_db(transaction=True)

SECOND = timedelta(seconds=1)


@pytest.fixture
def flagged(people: dict[str, User]) -> Callable[..., story.File]:
    """A flagged piece of work of the accused learner, in triage."""

    def file(course: str, assignment: str, desk: tuple[str, str, str]) -> story.File:
        work = world.hand_in(
            learner=people["accused"],
            course=course,
            assignment=assignment,
            text="Whoever collects them decides which streets exist.",
            score=82,
            at=clock.now() - timedelta(days=3),
        )
        report = story.flag(
            reporter=people["reporter"], submission=work, account="I have read this elsewhere."
        )
        assert report.case is not None
        moderator, officer, second = (people[name] for name in desk)
        return story.File(report.case.number, moderator, officer, second)

    return file


def to_review(case: story.File, *, opened: bool = False) -> None:
    """Opened, claimed, alleged, told and answered."""
    if not opened:
        case.open()
    case.allege("plagiarism", "One sentence is in a published article.")
    case.add_source("The article", "Whoever collects them decides.", "The same sentence.")
    case.notify("How did the sentence come about?")
    case.answer(Stance.EXPLAIN, "It was in my notes, without the source.")


def test_the_suspended_read_answer_and_appeal_and_are_back_on_the_second(
    visit: Any, flagged: Callable[..., story.File], frozen_clock: Any
) -> None:
    case = flagged("data-ethics", "Essay 2", ("moderator", "officer", "officer2"))
    to_review(case)
    case.find("The sentence is the article's.", "We believe you. A source has to be named.")
    case.propose(
        {"severity": "serious"},
        ["temporary_suspension"],
        "It is the second time.",
        params={"temporary_suspension": {"days": 3}},
        departure="It is the second time.",
    )
    case.confirm()
    end = case.case.sanctions.get().ends_at
    assert end is not None

    with visit("accused") as guest:
        guest.sees("The decision in your case")
        guest.shot("suspended")
        guest.page.get_by_role("link", name="The decision in your case").first.click()
        guest.sees("3 days")
        for closed in ("/courses/", "/report/flag/", "/my/reports/"):
            answer = guest.page.goto(closed)
            assert answer is not None
            assert answer.status == 403, closed
        guest.shot("closed")
        guest.page.goto(f"/my/cases/{case.number}/appeal/")
        guest.page.get_by_role("checkbox").first.check()
        guest.page.get_by_role("main").locator("textarea").first.fill("The second time was not me.")
        guest.shot("appeal")
        guest.page.get_by_role("main").locator("button.btn--main").click()
        guest.page.get_by_role("main").locator("button.btn--main").click()
        guest.sees("We have your appeal")

    frozen_clock.move_to(end - SECOND)
    with visit("accused") as guest:
        answer = guest.page.goto("/courses/")
        assert answer is not None
        assert answer.status == 403
        frozen_clock.move_to(end)
        answer = guest.page.goto("/courses/")
        assert answer is not None
        assert answer.status == 200
        guest.sees("Data Ethics")


def test_a_partners_officer_decides_their_own_degree_case_and_sees_no_other(
    visit: Any, flagged: Callable[..., story.File]
) -> None:
    own = flagged("contracts", "Case note", ("partner.officer", "partner.officer", "officer2"))
    other = flagged("data-ethics", "Essay 2", ("moderator", "officer", "officer2"))
    assert own.case.institution.slug == NORTHBRIDGE
    assert other.case.institution.slug != NORTHBRIDGE
    other.open()

    with visit("partner.officer") as guest:
        guest.page.goto("/desk/queue/?view=all")
        guest.sees(own.number)
        assert other.number not in guest.page.content()
        guest.shot("queue")
        guest.page.goto(f"/desk/queue/?view=all&q={other.number}")
        expect(guest.page.get_by_role("link", name="Plagiarism")).to_have_count(0)
        for address in (
            f"/desk/cases/{other.number}/",
            f"/desk/cases/{other.number}/history/",
            f"/desk/queue/?peek={other.number}",
        ):
            answer = guest.page.goto(address)
            assert answer is not None
            assert (
                answer.status == 404
                or other.number not in guest.page.get_by_role("main").inner_text()
            )
        guest.page.goto(f"/desk/cases/{own.number}/open/")
        guest.press("Open the case")
        guest.sees("Amara Okonjo")
        guest.sees("Northbridge College decides this case under its own policy.")
        guest.shot("case")
    partner = User.objects.get(email="partner.officer@example.edu")
    assert Case.objects.get(number=own.number).assignee == partner

    to_review(own, opened=True)
    respondent = own.respondent.public_id
    findings = f"/desk/cases/{own.number}/respondents/{respondent}/findings/"
    with visit("officer") as guest:
        # An officer of the platform reads along and cannot decide.
        guest.page.goto(f"/desk/cases/{own.number}/")
        guest.sees("Northbridge College decides this case under its own policy.")
        expect(guest.page.get_by_role("link", name="Record the findings")).to_have_count(0)
        guest.shot("platform")
        answer = guest.page.goto(findings)
        assert answer is not None
        assert answer.status == 403
        guest.sees("Northbridge College decides this case under its own policy.")
        guest.shot("refused")

    with visit("partner.officer") as guest:
        guest.page.goto(f"/desk/cases/{own.number}/")
        guest.follow("Record the findings")
        guest.sees("Clear and convincing")
        guest.page.get_by_label("Shown", exact=True).check()
        guest.page.locator("input[name^='supports-']").first.check()
        for box in guest.page.get_by_label("Your answer to this point").all():
            box.fill("A note does not show the source.")
        guest.page.get_by_label("Reasons for the findings").fill("The sentence is the article's.")
        guest.page.get_by_role("main").locator("button.btn--main").click()
        guest.heading("Propose a consequence")
        expect(guest.page.get_by_text("Expulsion")).to_have_count(0)
        guest.shot("consequence")
    own.propose(
        scenes_partners.EXTENT,
        ["warning_written"],
        "One sentence.",
        departure="It was the first note.",
    )
    assert own.respondent.determinations.get().decided_by == partner

    with visit("officer") as guest:
        guest.page.goto("/desk/")
        guest.follow("Read them")
        guest.shot("case-reports")
        guest.page.get_by_role("main").get_by_role("link", name=own.number).click()
        guest.heading("Northbridge College reports")
        assert "The sentence is the article" not in guest.page.content()
        guest.shot("case-report")
        guest.press("Mark as read")
        guest.sees("No case report waits to be read")
    with visit("accused") as guest:
        guest.page.goto(f"/my/cases/{own.number}/")
        guest.sees("Northbridge College decides this case under its own policy.")
        guest.shot("my-case")


def test_an_auditor_exports_what_was_done_and_finds_one_changed_byte(
    visit: Any, flagged: Callable[..., story.File], tmp_path: Path
) -> None:
    case = flagged("data-ethics", "Essay 2", ("moderator", "officer", "officer2"))
    to_review(case)
    checkpoints.make_checkpoint()

    with visit("auditor") as guest:
        guest.heading("For auditors")
        guest.shot("home")
        guest.page.goto("/audit/")
        guest.sees(case.number)
        guest.follow("Export the history")
        guest.page.get_by_label(re.compile("^Table")).check()
        guest.page.get_by_label("Case number").fill(case.number)
        with guest.page.expect_download() as download:
            guest.press("Download the file")
        file = tmp_path / "history.csv"
        download.value.save_as(file)
        guest.page.goto(f"/desk/cases/{case.number}/")
        guest.sees("Amara Okonjo")
        expect(guest.page.get_by_role("main").locator("form[method=post]")).to_have_count(0)
        guest.shot("case")

    with file.open(newline="", encoding="utf-8-sig") as lines:
        rows = list(csv.DictReader(lines))
    assert {row["case_number"] for row in rows} == {case.number}
    assert "notice.sent" in {row["action"] for row in rows}
    assert "Amara" not in file.read_text(encoding="utf-8-sig")

    call_command("verify_audit", stdout=StringIO())
    with triggers.lifted(), connection.cursor() as cursor:
        cursor.execute("UPDATE audit_event SET actor_role = 'officex' WHERE sequence = 3")
    first = checkpoints.verify_database().first_bad
    assert first is not None
    assert first.sequence == 3
    told = StringIO()
    with pytest.raises(CommandError) as found:
        call_command("verify_audit", stdout=told)
    assert found.value.returncode == 1
    assert json.loads(told.getvalue())["first_bad"]["sequence"] == 3


def test_an_administrator_grants_and_ends_a_role_and_sees_no_case(
    visit: Any, flagged: Callable[..., story.File], people: dict[str, User]
) -> None:
    case = flagged("data-ethics", "Essay 2", ("moderator", "officer", "officer2"))
    learner = people["learner"]

    with visit("admin") as guest, visit("learner") as colleague:
        guest.heading("For administrators")
        guest.shot("home")
        for closed in (f"/desk/cases/{case.number}/", "/desk/queue/", "/audit/"):
            answer = guest.page.goto(closed)
            assert answer is not None
            assert answer.status == 404, closed

        answer = colleague.page.goto("/desk/queue/")
        assert answer is not None
        assert answer.status == 404
        grant(guest, learner)
        answer = colleague.page.goto("/desk/queue/")
        assert answer is not None
        assert answer.status == 200
        end_role(guest, learner)
        answer = colleague.page.goto("/desk/queue/")
        assert answer is not None
        assert answer.status == 404

        close_a_day(guest)
    assert Holiday.objects.filter(institution__slug=NORTHBRIDGE, name="Snow").exists()


def grant(guest: Visit, learner: User) -> None:
    guest.page.goto(f"/admin/accounts/user/{learner.pk}/change/")
    guest.page.get_by_text(re.compile("^Add another")).first.click()
    row = guest.page.locator("#grants-0")
    row.locator("select[name$=role]").select_option("moderator")
    guest.shot("grant")
    guest.page.locator("input[name=_save]").click()
    assert RoleGrant.objects.filter(user=learner, ended_at__isnull=True).exists()


def end_role(guest: Visit, learner: User) -> None:
    row = RoleGrant.objects.get(user=learner)
    guest.page.goto(f"/admin/accounts/rolegrant/?q={learner.email}")
    guest.page.locator("input[name=_selected_action]").check()
    guest.page.locator("select[name=action]").select_option("end_now")
    guest.page.locator("button[name=index]").click()
    row.refresh_from_db()
    assert row.ended_at is not None


def close_a_day(guest: Visit) -> None:
    guest.page.goto("/admin/courses/institution/")
    guest.page.get_by_role("link", name="Northbridge College").click()
    guest.page.get_by_text(re.compile("^Add another")).first.click()
    row = guest.page.locator("tr.form-row.dynamic-holidays").last
    row.locator("input[name$=day]").fill(f"{clock.now().year}-02-02")
    row.locator("input[name$=name]").fill("Snow")
    guest.page.locator("input[name=_save]").click()
