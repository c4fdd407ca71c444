"""A moderator's morning: thirty reports out of triage by the keyboard alone, each exactly once.

No pointer is used, and no address is typed after the first page. Whatever a key leads to, something
on the page has the focus: a case of the list, a field, or the page itself.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from cases.demo import story, world
from cases.demo.people import OTHERS
from cases.enums import CaseStatus
from cases.models import Case, CaseMerge
from integrity.accounts.models import User
from integrity.audit.models import Event
from integrity.core import clock

pytestmark = pytest.mark.django_db(transaction=True)

REPORTS = 30
TRIAGE = "/desk/queue/?view=open&status=triage"
# What has the focus, in words; "" where nothing has.
FOCUS = """() => {
  const on = document.activeElement;
  if (!on || on === document.body || !document.hasFocus()) { return ""; }
  const row = on.closest("tr[data-case]");
  return row ? row.dataset.case : on.id || on.name || on.textContent.trim();
}"""


class Desk:
    """Somebody at the desk who has a keyboard and nothing else."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def keys(self, *names: str) -> None:
        for name in names:
            self.page.keyboard.press(name)

    def focus(self) -> str:
        found: str = self.page.evaluate(FOCUS)
        assert found, f"nothing has the focus on {self.page.url}"
        return found

    def focus_is(self, where: str) -> None:
        self.page.wait_for_function(f"where => ({FOCUS})() === where", arg=where)

    def comes_to(self, address: str) -> None:
        """The page a key leads to, which has the focus somewhere."""
        self.page.wait_for_url(address)
        self.page.wait_for_function(f"() => ({FOCUS})() !== ''")

    def rows(self) -> list[str]:
        found: list[str] = self.page.locator("tr[data-case]").evaluate_all(
            "rows => rows.map(row => row.dataset.case)"
        )
        return found

    def go_to(self, number: str) -> None:
        """Up or down the list to this case."""
        order = self.rows()
        here = self.focus()
        by = order.index(number) - (order.index(here) if here in order else -1)
        for _step in range(abs(by)):
            self.keys("j" if by > 0 else "k")
        self.focus_is(number)

    def tab_to(self, selector: str) -> None:
        for _step in range(12):
            if self.page.evaluate("what => document.activeElement.matches(what)", selector):
                return
            self.keys("Tab")
            self.focus()
        raise AssertionError(f"{selector} is not reached on {self.page.url}")

    def send(self) -> None:
        """The form the focus is in, by its button."""
        self.tab_to(".btn--main")
        self.keys("Enter")

    def back_at(self, number: str) -> None:
        """To the list as it was left, where this case has the focus."""
        self.keys("g", "q")
        self.focus_is(number)

    def open(self, number: str) -> None:
        self.go_to(number)
        self.keys("o")
        self.comes_to(f"**/{number}/open/")
        assert self.focus() == "Open the case"
        self.keys("Enter")
        self.comes_to(f"**/desk/cases/{number}/")

    def dismiss(self, number: str, note: str) -> None:
        self.go_to(number)
        self.keys("d")
        self.comes_to(f"**/{number}/dismiss/")
        self.give_reason(note)
        self.comes_to(f"**/{number}/?dismissed=1")

    def give_reason(self, note: str) -> None:
        """The second reason, and a note."""
        assert self.focus().startswith("id_reason")
        self.keys("Space", "ArrowDown", "Tab")
        self.tab_to("textarea")
        self.page.keyboard.type(note)
        self.send()

    def tick(self, numbers: list[str]) -> None:
        for number in numbers:
            self.go_to(number)
            self.keys("x")
            self.focus_is(number)
        expect(self.page.locator("[name=case]:checked")).to_have_count(len(numbers))

    def told(self, words: str) -> None:
        expect(self.page.get_by_role("status").filter(has_text=words)).to_be_visible()
        self.page.wait_for_function(f"() => ({FOCUS})() !== ''")


@pytest.fixture
def twins(people: dict[str, User]) -> tuple[str, str]:
    """Thirty reports of this morning; two are about two versions of one learner's essay."""
    learners = [people[account.key] for account in OTHERS[: REPORTS - 1]]
    assert len(learners) == REPORTS - 1
    filed = []
    for place, learner in enumerate([*learners, learners[7]]):
        work = world.hand_in(
            learner=learner,
            course="data-ethics",
            assignment="Essay 2",
            text=f"Version {place} of what I think about counting.",
            score=None,
            at=clock.now() - timedelta(days=2),
        )
        # Nobody may send more than five an hour.
        reporter = learners[(place + 3) % len(learners)]
        report = story.flag(
            reporter=reporter, submission=work, account=f"Page {place} is in a book."
        )
        assert report.case is not None
        filed.append(report.case.number)
    assert Case.objects.filter(status=CaseStatus.TRIAGE).count() == REPORTS
    return filed[7], filed[-1]


def events(action: str) -> Counter[str | None]:
    return Counter(Event.objects.filter(action=action).values_list("case_number", flat=True))


def test_thirty_reports_leave_triage_by_the_keyboard_alone(
    visit: Any, people: dict[str, User], twins: tuple[str, str]
) -> None:
    with visit("moderator") as guest:
        page: Page = guest.page
        desk = Desk(page)
        page.goto(TRIAGE)
        rows = desk.rows()
        assert len(rows) == REPORTS
        kept, duplicate = twins
        single = [number for number in rows if number not in twins]
        (first, claimed, dropped, undropped), single = single[:4], single[4:]
        mine, same, far = single[:4], single[4:7], single[7:23]

        # The keys are listed, and afterwards the focus is where it was.
        desk.keys("j", "?")
        listed = page.get_by_role("dialog", name="Keys")
        for what in ("claim it", "dismiss it", "join it with another case", "undo what you did"):
            expect(listed).to_contain_text(what)
        guest.shot("keys")
        desk.keys("Escape")
        desk.focus_is(rows[0])

        # A look beside the list, then the case is opened.
        desk.go_to(first)
        desk.keys("l")
        page.wait_for_url(f"**peek={first}")
        desk.focus_is(first)
        expect(page.get_by_role("complementary").get_by_text("is in a book")).to_be_visible()
        guest.shot("look")
        desk.open(first)
        assert desk.focus() == "main"
        desk.back_at(claimed)
        expect(page.locator(f"[data-case={first}]")).to_have_count(0)

        # Claimed, given back, claimed.
        desk.keys("c")
        desk.told("The case is with you now.")
        desk.keys("u")
        desk.focus_is(claimed)
        desk.told("The case is back in the queue.")
        assert Case.objects.get(number=claimed).assignee is None
        desk.keys("c")
        desk.told("The case is with you now.")

        # Read with Enter; the way back leads to the same case. Dismissed, undone on its page.
        desk.go_to(dropped)
        desk.keys("Enter")
        desk.comes_to(f"**/desk/cases/{dropped}/")
        desk.back_at(dropped)
        desk.dismiss(dropped, "One page of a book is not enough.")
        guest.shot("dismissed")
        desk.keys("u")
        desk.told("The case is in triage again.")
        assert Case.objects.get(number=dropped).status == CaseStatus.TRIAGE
        desk.back_at(undropped)
        desk.dismiss(dropped, "Nothing but a page number.")
        desk.back_at(undropped)

        # Dismissed, undone from the list, dismissed.
        desk.dismiss(undropped, "The book is the course book.")
        desk.keys("g", "q")
        desk.page.wait_for_function(f"() => ({FOCUS})() !== ''")
        assert undropped not in desk.rows()
        desk.keys("u")
        desk.focus_is(undropped)
        assert Case.objects.get(number=undropped).status == CaseStatus.TRIAGE
        desk.dismiss(undropped, "The book is the course book.")
        desk.keys("g", "q")
        page.wait_for_selector("tr[data-case]")

        # What a look finds to be the same is joined; taken apart; joined.
        desk.go_to(duplicate)
        desk.keys("l")
        page.wait_for_url(f"**peek={duplicate}")
        desk.focus_is(duplicate)
        expect(page.get_by_text("Probably the same matter")).to_be_visible()
        guest.shot("the-same")
        for again in (False, True):
            desk.go_to(duplicate)
            desk.keys("m")
            desk.comes_to(f"**/{duplicate}/merge/**")
            if again:
                # Without the look beside the list, the number is typed.
                page.keyboard.press("Control+a")
                page.keyboard.type(kept)
            expect(page.get_by_label("Number of the other case")).to_have_value(kept)
            desk.tab_to("[type=radio]")
            desk.keys("ArrowDown")
            desk.send()
            desk.comes_to(f"**/desk/cases/{kept}/?joined={duplicate}")
            if not again:
                desk.keys("u")
                desk.told("The two cases are apart again.")
                assert Case.objects.get(number=duplicate).merged_into is None
            desk.keys("g", "q")
            page.wait_for_selector("tr[data-case]")
            desk.page.wait_for_function(f"() => ({FOCUS})() !== ''")

        # Several at once: to oneself, undone, to oneself.
        for again in (False, True):
            desk.tick(mine)
            desk.keys("h")
            desk.comes_to("**/desk/queue/bulk/")
            assert desk.focus() == "id_to"
            desk.send()
            desk.told("4 cases are assigned")
            if not again:
                guest.shot("assigned")
                desk.keys("u")
                desk.told("Undone for 4 cases")
                assert not Case.objects.filter(number__in=mine, assignee__isnull=False).exists()

        # Several into one.
        desk.tick(same)
        desk.keys("m")
        desk.comes_to("**/desk/queue/bulk/")
        assert desk.focus().startswith("id_into")
        desk.send()
        desk.told("2 cases are joined")

        # Every case of the page, but for those that go on.
        desk.keys("a")
        left = [number for number in desk.rows() if number not in far]
        expect(page.locator("[name=case]:checked")).to_have_count(len(left) + len(far))
        for number in left:
            desk.go_to(number)
            desk.keys("x")
        guest.shot("ticked")
        desk.keys("d")
        desk.comes_to("**/desk/queue/bulk/")
        desk.give_reason("A page number alone.")
        desk.told("16 cases are dismissed")
        assert set(desk.rows()) == set(left)

        # What is left is opened, until nothing is.
        while left := desk.rows():
            number = left[0]
            desk.open(number)
            desk.keys("g", "q")
            page.wait_for_url("**/desk/queue/**")
            desk.page.wait_for_function(f"() => ({FOCUS})() !== ''")
        assert desk.focus() == "main"
        expect(page.get_by_role("heading", name="No case matches")).to_be_visible()
        guest.shot("nothing-left")

    moderator = people["moderator"]
    joined = {duplicate: kept, same[1]: same[0], same[2]: same[0]}
    dismissed = {dropped, undropped, *far}
    opened = set(rows) - dismissed - set(joined)
    ends = {row.number: row for row in Case.objects.select_related("merged_into")}
    assert set(ends) == set(rows)
    assert {
        number: row.merged_into.number for number, row in ends.items() if row.merged_into
    } == joined
    for number, row in ends.items():
        goes_on = number in opened
        assert row.status == (CaseStatus.INVESTIGATION if goes_on else CaseStatus.DISMISSED), number
        assert (row.assignee == moderator) is goes_on, number
        assert (row.dismissed_by == moderator) is not goes_on, number
    # Each exactly once; what was done and undone came to nothing.
    assert events("case.opened") == dict.fromkeys(opened, 1)
    assert events("case.dismissed") - events("case.reopened") == dict.fromkeys(dismissed, 1)
    standing = CaseMerge.objects.filter(undone_at__isnull=True)
    assert Counter(standing.values_list("source__number", flat=True)) == dict.fromkeys(joined, 1)
