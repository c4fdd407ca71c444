"""What the desk opens on: what waits now, for whom, and how much there is to do."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from cases.enums import CaseStatus
from cases.models import Case, Mention
from cases.selectors import load
from cases.selectors.dashboard import Dashboard, dashboard
from cases.selectors.queue_filters import WORKING
from cases.services import pausing
from cases.services.priority import WEIGHED, weigh
from integrity.accounts.models import RoleGrant, User
from integrity.core import clock
from integrity.web.charts import LONGEST, Part, bars
from tests.cases import builders as build
from tests.courses import builders as make

pytestmark = pytest.mark.django_db

# Wednesday.
NOW = datetime(2026, 11, 18, 10, tzinfo=UTC)
TODAY = datetime(2026, 11, 18, 23, 59, 59, tzinfo=UTC)
TOMORROW = TODAY + timedelta(days=1)
NEXT_WEEK = TODAY + timedelta(days=7)


def at(due: datetime | None, **fields: Any) -> Case:
    case = build.case(due_at=due, **fields)
    weigh(case)
    case.save(update_fields=[*WEIGHED])
    return case


def board(user: User) -> Dashboard:
    with clock.frozen(NOW):
        return dashboard(user)


def numbers(of: Dashboard, name: str) -> list[str]:
    found = [pile for pile in of.piles if pile.name == name]
    return [row.number for pile in found for row in pile.rows]


def page(user: User) -> str:
    client = Client()
    client.force_login(user)
    with clock.frozen(NOW):
        return client.get(reverse("desk:dashboard")).content.decode()


# Lists


def test_what_is_over_or_due_today_comes_first_and_stands_once() -> None:
    me = build.moderator()
    over = at(NOW - timedelta(days=1), assignee=me)
    today = at(TODAY, assignee=me)
    tomorrow = at(TOMORROW, assignee=me)
    later = at(NEXT_WEEK, assignee=me)
    found = board(me)
    assert numbers(found, "pressing") == [over.number, today.number]
    assert numbers(found, "late") == []
    assert numbers(found, "mine") == [tomorrow.number, later.number]


def test_what_may_become_late_is_my_own_for_a_moderator_and_everybodys_for_an_officer() -> None:
    me, officer = build.moderator(), build.officer()
    monday = datetime(2026, 11, 23, 23, 59, 59, tzinfo=UTC)
    mine, other = at(monday, assignee=me), at(monday, assignee=build.moderator("Other"))
    with clock.frozen(datetime(2026, 11, 21, 9, tzinfo=UTC)):
        assert numbers(dashboard(me), "late") == [mine.number]
        assert numbers(dashboard(officer), "late") == [mine.number, other.number]
        assert dashboard(me).counts.views["escalated"] == 2
    # On the day itself it stands with what is due today, once.
    with clock.frozen(datetime(2026, 11, 23, 9, tzinfo=UTC)):
        assert numbers(dashboard(me), "pressing") == [mine.number]
        assert numbers(dashboard(me), "late") == []


def test_the_most_pressing_unclaimed_case_comes_first_not_the_oldest() -> None:
    light = at(NEXT_WEEK, course=None, learner=None)
    heavy = at(NEXT_WEEK + timedelta(hours=5))
    urgent = at(NEXT_WEEK + timedelta(days=9), urgent=True)
    found = numbers(board(build.moderator()), "triage")
    assert found == [urgent.number, heavy.number, light.number]


def test_a_list_says_that_there_is_more() -> None:
    cases = [at(NEXT_WEEK + timedelta(hours=hour)) for hour in range(7)]
    pile = next(pile for pile in board(build.moderator()).piles if pile.name == "triage")
    assert [row.number for row in pile.rows] == [case.number for case in cases[:5]]
    assert pile.more


def test_a_paused_case_waits_for_nobody_and_is_counted() -> None:
    me = build.moderator()
    case = at(NEXT_WEEK, assignee=me)
    with clock.frozen(NOW):
        pausing.pause(actor=me, number=case.number, reason="A lab.")
    found = board(me)
    assert numbers(found, "mine") == []
    assert found.counts.views["paused"] == 1
    assert "Paused, in your scope" in page(me)


def test_a_note_that_names_me_is_said_until_i_saw_it() -> None:
    me, other = build.moderator(), build.moderator("Other")
    case = at(NEXT_WEEK)
    mention = Mention.objects.create(note=build.note(case, other), user=me)
    assert board(me).mentions == 1
    assert "Notes that name you" in page(me)
    mention.seen_at = NOW
    mention.save()
    assert board(me).mentions == 0


def test_officers_are_told_of_cases_of_people_who_left() -> None:
    gone, officer = build.moderator("Gone"), build.officer()
    at(NEXT_WEEK, assignee=gone)
    assert board(officer).left == 0
    RoleGrant.objects.filter(user=gone).update(ended_at=NOW - timedelta(days=1))
    assert board(officer).left == 1
    assert "With people who left" in page(officer)
    assert board(build.moderator()).left == 0


# Sums


def test_every_case_stands_in_one_list_and_the_sums_are_right() -> None:
    me, other = build.officer(), build.moderator("Other")
    reviewed = CaseStatus.REVIEW
    at(NOW - timedelta(days=1), assignee=me, status=CaseStatus.INVESTIGATION)
    at(TODAY, assignee=me, status=reviewed)
    at(TOMORROW, assignee=me, urgent=True)
    at(NEXT_WEEK, assignee=me, status=reviewed)
    at(NEXT_WEEK, assignee=me, status=CaseStatus.NOTIFIED)
    at(NEXT_WEEK, assignee=me, status=CaseStatus.APPROVAL)
    at(None, assignee=me, status=CaseStatus.APPEAL)
    at(NOW - timedelta(days=3), assignee=other, status=reviewed)
    at(TODAY)
    at(NEXT_WEEK)
    paused = at(NEXT_WEEK, assignee=me, status=reviewed)
    with clock.frozen(NOW):
        pausing.pause(actor=me, number=paused.number, reason="A lab.")
    found = board(me)
    shown = [row.number for pile in found.piles for row in pile.rows]
    assert len(shown) == len(set(shown))
    mine = set(Case.objects.filter(assignee=me).values_list("number", flat=True))
    # All that is with me is in a list, or paused; and all of it is counted by deadline, once.
    assert mine - set(shown) == {paused.number}
    assert found.counts.views["mine"] == len(mine) == sum(found.counts.due.values())
    assert found.counts.due["none"] == 1
    assert len(numbers(found, "others")) == 3
    html = page(me)
    assert "No deadline" in html
    assert "Waiting for somebody else" in html


def test_what_waits_for_somebody_else_alone_is_nothing_to_do() -> None:
    me = build.moderator()
    at(NEXT_WEEK, assignee=me, status=CaseStatus.NOTIFIED)
    html = page(me)
    assert "Nothing waits for you" in html
    assert "Waiting for somebody else" in html


def test_the_list_by_deadline_says_that_urgent_cases_are_first() -> None:
    me = build.moderator()
    calm, urgent = at(TODAY), at(NEXT_WEEK, urgent=True)
    client = Client()
    client.force_login(me)
    html = client.get(reverse("desk:queue"), {"view": "open"}).content.decode()
    assert html.index(f'data-case="{urgent.number}"') < html.index(f'data-case="{calm.number}"')
    assert "urgent first, then by deadline" in html
    assert 'aria-sort="ascending"' not in html


# A conflict leaves nothing (QU5)


def test_a_conflict_leaves_nothing_in_lists_numbers_and_charts() -> None:
    me, other = build.moderator(), build.moderator("Other")
    case = at(TODAY, assignee=None)
    before = board(me)
    assert numbers(before, "triage") == [case.number]
    assert _value(before, "by-stage", "Triage") == 1
    build.conflict(case, me)
    after = board(me)
    assert numbers(after, "triage") == []
    assert after.counts.views["unclaimed"] == 0
    assert after.charts == []
    assert _value(board(other), "by-stage", "Triage") == 1


def test_another_institution_is_in_no_number() -> None:
    here = make.institution()
    me = build.moderator(institution=here)
    at(TODAY)
    assert board(me).charts == []
    assert board(me).counts.views["open"] == 0


# Charts


def _value(of: Dashboard, key: str, label: str) -> int:
    chart = next(chart for chart in of.charts if chart.key == key)
    return next(bar.part.value for bar in chart.bars if str(bar.part.label) == label)


def test_the_chart_of_load_counts_each_stage() -> None:
    for status in (CaseStatus.TRIAGE, CaseStatus.TRIAGE, CaseStatus.REVIEW, CaseStatus.CLOSED):
        build.case(status=status)
    chart = next(chart for chart in board(build.moderator()).charts if chart.key == "by-stage")
    assert [bar.part.value for bar in chart.bars] == [2, 0, 0, 1, 0, 0]
    assert chart.described.startswith("Triage: 2. Investigation: 0. Notified: 0. In review: 1.")


@pytest.mark.parametrize(
    ("days", "label"),
    [
        (0, "Less than 2 days"),
        (1.99, "Less than 2 days"),
        (2, "2 to 7 days"),
        (13.9, "7 to 14 days"),
        (30, "30 to 90 days"),
        (90, "90 days and more"),
        (900, "90 days and more"),
    ],
)
def test_every_age_is_in_exactly_one_band(days: float, label: str) -> None:
    build.case(opened_at=NOW - timedelta(days=days))
    found = board(build.moderator())
    chart = next(chart for chart in found.charts if chart.key == "by-age")
    assert sum(bar.part.value for bar in chart.bars) == 1
    assert _value(found, "by-age", label) == 1


def test_what_is_counted_by_age_is_what_the_index_holds() -> None:
    index = next(index for index in Case._meta.indexes if index.name == "cases_queue_age")
    assert index.condition is not None
    (condition,) = index.condition.children
    assert set(condition[1]) == set(WORKING)


def test_no_number_of_a_chart_is_counted_beyond_its_bound(monkeypatch: Any) -> None:
    monkeypatch.setattr(load, "MOST", 2)
    for _number in range(4):
        build.case()
    found = board(build.moderator())
    bar = next(chart for chart in found.charts if chart.key == "by-stage").bars[0]
    assert (bar.part.value, bar.part.said) == (2, "2+")


def test_a_chart_is_a_picture_with_a_title_every_number_in_words_and_a_table() -> None:
    build.case(status=CaseStatus.REVIEW)
    html = page(build.moderator())
    pictures = re.findall(r"<svg class=\"chart\".*?</svg>", html, re.DOTALL)
    assert len(pictures) == 2
    for picture in pictures:
        svg = ElementTree.fromstring(picture)
        assert svg.get("role") == "img"
        named = (svg.get("aria-labelledby") or "").split()
        ids = {each.get("id"): (each.text or "").strip() for each in svg.iter() if each.get("id")}
        assert all(ids[name] for name in named)
        assert "style" not in picture
        assert "fill=" not in picture
    assert html.count("The same as a table") == 2
    assert 'href="/desk/queue/?view=open&amp;status=review"' in html


def test_the_longest_bar_fills_the_room_and_one_among_thousands_can_be_seen() -> None:
    chart = bars(
        "k",
        title="T",
        names="N",
        numbers="C",
        parts=[Part("a", 5_000, "5,000"), Part("b", 1, "1"), Part("c", 0, "0")],
    )
    assert [bar.width for bar in chart.bars] == [f"{LONGEST:.1f}", "2.0", "0.0"]
    with translation.override("es"):
        again = bars("k", title="T", names="N", numbers="C", parts=[Part("a", 3, "3")] * 2)
    assert all("," not in bar.said_x for bar in again.bars)


def test_nobody_waits_for_anything_and_there_is_no_chart() -> None:
    html = page(build.moderator())
    assert "Nothing waits for you" in html
    assert '<svg class="chart"' not in html


# How many queries


def test_it_takes_nine_queries_however_much_there_is() -> None:
    officer, me = build.officer(), build.moderator()

    def asked(user: User) -> int:
        user = User.objects.get(pk=user.pk)
        with (
            clock.frozen(NOW),
            CaptureQueriesContext(
                connection,
            ) as captured,
        ):
            dashboard(user)
        return len(captured)

    few = asked(officer), asked(me)
    for number in range(12):
        case = at(TODAY + timedelta(days=number), assignee=me if number % 2 else None)
        build.report(case)
        Mention.objects.create(note=build.note(case, officer), user=me)
    many = asked(officer), asked(me)
    assert max(few + many) <= 10
    assert many[0] <= few[0] + 1
    assert many[1] <= few[1] + 1


def test_an_auditor_has_nothing_waiting_and_goes_on_to_the_queue() -> None:
    client = Client()
    client.force_login(build.auditor())
    answer = client.get(reverse("desk:dashboard"))
    assert answer.status_code == 302
    assert answer["Location"] == reverse("desk:queue")
