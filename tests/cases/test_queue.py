"""The queue: who sees which rows, filters that cannot be abused, pages without gaps."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from cases.enums import CaseKind, ReportMode
from cases.enums import CaseStatus as S
from cases.models import Case
from cases.selectors.queue import queue_page
from cases.selectors.queue_filters import Filters
from cases.selectors.queue_rows import page_of
from cases.services import filing, queue_views, triage
from integrity.accounts.models import User
from integrity.core import clock
from integrity.core.errors import InvalidInput
from tests.cases import builders as build
from tests.cases.test_process import World
from tests.courses import builders as make

pytestmark = pytest.mark.django_db

QUEUE = "/desk/queue/"
MOST_QUERIES = 9


def page(user: User, query: str = "") -> Any:
    return queue_page(user, QueryDict(query))


def numbers(user: User, query: str = "") -> list[str]:
    return [row.number for row in page(user, query).rows]


@pytest.fixture
def moderator() -> User:
    return build.moderator()


# Rows


def test_a_row_tells_matter_stage_next_step_and_deadline_but_no_name(
    moderator: User, frozen_clock: Any
) -> None:
    case = build.case(assignee=moderator, status=S.INVESTIGATION, policy_version=build.policy())
    build.allegation(case)
    build.allegation(case)
    [row] = page(moderator).rows
    assert row.heading == "Plagiarism and 1 more"
    assert row.place == f"{case.number}, {case.course.code}, Essay 2"
    assert (row.status, str(row.next_step)) == ("investigation", "Send notice")
    assert row.due.text == "Wed 4 Mar"
    assert "Okonjo" not in repr(row)


def test_a_row_falls_back_to_what_was_reported(moderator: User) -> None:
    build.case(assignee=moderator, reported_as="Harassment")
    build.case(assignee=moderator, reported_as="", kind=CaseKind.CONDUCT)
    assert {row.heading for row in page(moderator).rows} == {"Harassment", "Conduct"}


@pytest.mark.parametrize(
    ("delta", "text", "status"),
    [
        (timedelta(days=-2), "2 days over", "overdue"),
        (timedelta(hours=-1), "Over since 11:00", "overdue"),
        (timedelta(hours=5), "Today 17:00", "soon"),
        (timedelta(days=1), "Tue 3 Mar", ""),
        (timedelta(days=400), "Tue 6 Apr 2027", ""),
    ],
)
def test_deadlines_are_told_in_words(
    moderator: User, frozen_clock: Any, delta: timedelta, text: str, status: str
) -> None:
    build.case(assignee=moderator, due_at=clock.now() + delta)
    [row] = page(moderator).rows
    assert (row.due.text, row.due.status) == (text, status)


def test_the_next_step_says_with_whom_a_case_is_and_what_an_officer_confirms() -> None:
    world = World().found()
    world.propose(["assignment_failed"])

    def step(user: User) -> str:
        return str(page(user, "view=open").rows[0].next_step)

    assert step(world.second) == "Confirm or send back"
    assert step(world.officer) == "With Ines Ferreira"
    assert step(world.moderator) == "Await a second officer"


# Views, and who sees what


def test_views_hold_the_cases_they_name(moderator: User) -> None:
    mine = build.case(assignee=moderator, status=S.REVIEW)
    free = build.case()
    others = build.case(assignee=build.moderator(), status=S.NOTIFIED)
    decided = build.case(status=S.DECIDED, assignee=moderator)
    closed = build.case(status=S.CLOSED)
    dismissed = build.case(status=S.DISMISSED)
    assert numbers(moderator) == [mine.number]
    assert numbers(moderator, "view=unclaimed") == [free.number]
    assert set(numbers(moderator, "view=open")) == {mine.number, free.number, others.number}
    assert numbers(moderator, "view=decided") == [decided.number]
    assert numbers(moderator, "view=closed") == [dismissed.number, closed.number]
    counts = page(moderator).counts
    assert counts.views == {
        "mine": 1,
        "unclaimed": 1,
        "open": 3,
        "watching": 0,
        "escalated": 0,
        "paused": 0,
    }
    assert counts.triage == 1
    assert page(moderator).total == 1


def test_an_officer_confirms_what_others_proposed_in_their_institution() -> None:
    world = World().found()
    world.propose(["assignment_failed"])
    query = "view=confirm"
    assert numbers(world.second, query) == [world.number]
    assert page(world.second).counts.views["confirm"] == 1
    assert numbers(world.officer, query) == []
    assert page(world.officer).counts.views["confirm"] == 0
    assert numbers(build.officer("Elsewhere", make.institution()), query) == []


def test_words_from_the_search_box_are_looked_for_in_every_view(moderator: User) -> None:
    closed = build.case(status="closed")
    assert numbers(moderator, f"q={closed.number}") == [closed.number]
    assert numbers(moderator, f"q={closed.number}&view=mine") == []


def test_views_follow_the_role() -> None:
    names = lambda user: [view.name for view, _count in page(user).views]  # noqa: E731
    assert "confirm" not in names(build.moderator())
    assert "confirm" in names(build.officer())
    assert names(build.auditor()) == ["open", "escalated", "paused", "decided", "closed", "all"]
    # A view somebody does not have is the first one they have.
    assert page(build.auditor(), "view=mine").filters.view.name == "open"


def test_rows_and_counts_keep_to_scope_and_conflict() -> None:
    here, there = make.institution(), make.institution()
    build.case(institution=there)
    taught = build.case(institution=here)
    own = build.case(institution=here)
    told = build.case(institution=here)
    free = build.case(institution=here)
    user = build.moderator(institution=here)
    make.teach(taught.course, user)
    build.respondent(own, user)
    build.report(told, user)
    assert numbers(user, "view=open") == [free.number]
    assert page(user, "view=open").counts.views["open"] == 1
    assert page(user, "view=open").counts.institutions == {here.slug: 1}
    build.conflict(free, user)
    assert numbers(user, "view=open") == []


# Filters


def test_filters_narrow_and_say_how_many() -> None:
    user = build.officer()
    a = build.case(assignee=user, status=S.TRIAGE, kind=CaseKind.ACADEMIC)
    b = build.case(assignee=user, status=S.REVIEW, kind=CaseKind.CONDUCT)
    c = build.case(assignee=user, status=S.NOTIFIED, kind=CaseKind.CONDUCT)
    assert set(numbers(user, "status=triage&status=review")) == {a.number, b.number}
    assert set(numbers(user, "kind=conduct")) == {b.number, c.number}
    assert numbers(user, f"institution={a.institution.slug}") == [a.number]
    assert numbers(user, f"course={b.course.code}") == [b.number]
    shown = page(user, "status=review&kind=conduct")
    assert [row.number for row in shown.rows] == [b.number]
    assert {c.value: (c.count, c.chosen) for c in shown.statuses} == {
        "triage": ("1", False),
        "review": ("1", True),
        "notified": ("1", False),
    }
    assert {c.value: c.count for c in shown.kinds} == {"academic": "1", "conduct": "2"}
    assert shown.total == 1


def test_deadline_filters_follow_the_readers_days(frozen_clock: Any) -> None:
    user = build.moderator()
    now = clock.now()
    made = {
        name: build.case(assignee=user, due_at=now + delta).number
        for name, delta in {
            "over": timedelta(seconds=-1),
            "today": timedelta(hours=11, minutes=59, seconds=59),
            "week": timedelta(hours=12),
            "later": timedelta(days=6, hours=12),
        }.items()
    }
    for name, number in made.items():
        assert numbers(user, f"due={name}") == [number]
    assert page(user).counts.due == dict.fromkeys(made, 1) | {"none": 0, "paused": 0}


@pytest.mark.parametrize(
    "query",
    [
        "user__password__startswith=a",
        "order=search_text",
        "ordering=-assignee__password",
        "status__in=triage",
        "assignee=1",
    ],
)
def test_55_lookups_and_orders_in_the_address_are_refused(
    client: Client, moderator: User, query: str
) -> None:
    with pytest.raises(InvalidInput):
        Filters.read(QueryDict(query), moderator)
    client.force_login(moderator)
    assert client.get(f"{QUEUE}?{query}").status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        "view=nonsense&status=nonsense&kind=%00&sort=pk;drop&due=never",
        "status=triage'--&institution=%27%20OR%201=1",
        "sort=-id&sort=__class__",
        "after=d99999999999999999-999999999999999999",
        "after=d-&after=n",
        "after=dxyz-1",
        "after=n-99999999999999999999999",
        "after=" + "9" * 5000,
        "after=%00",
        "peek=%00",
        "peek=IC-2026-000001'",
        "institution=%00",
        "course=%ED%A0%80",
        "q=" + "a" * 201,
        "q=%00",
        "q=%25%25__%5C",
        "q=" + "%20x" * 60,
        "q={{7*7}}&course=<script>",
    ],
)
def test_35_hostile_values_never_break_the_page(
    client: Client, moderator: User, query: str
) -> None:
    build.case(assignee=moderator)
    client.force_login(moderator)
    for sort in ("priority", "newest"):
        answer = client.get(f"{QUEUE}?{query}&sort={sort}")
        assert answer.status_code == 200
        assert b"<script>" not in answer.content.replace(b"<script src=", b"")


def test_a_key_of_the_other_order_gives_the_first_page(moderator: User) -> None:
    case = build.case(assignee=moderator)
    assert numbers(moderator, "after=n-1") == [case.number]
    assert numbers(moderator, "after=d1-1&sort=newest") == [case.number]
    last = "d99999999999999999-9"
    assert numbers(moderator, f"after={last}&sort=due") == []
    assert numbers(moderator, f"after={last}&sort=priority") == [case.number]


def test_empty_lists_say_what_to_do(client: Client, moderator: User) -> None:
    client.force_login(moderator)
    build.case()
    text = client.get(QUEUE).content.decode()
    assert "Nothing waits for you" in text
    assert "1 case in your scope has nobody yet." in text
    text = client.get(f"{QUEUE}?view=open&q=essay+mill&status=review").content.decode()
    assert "No case matches" in text
    assert "You asked for “essay mill” and In review." in text


# Search


def test_search_finds_number_name_and_text_without_regard_to_accents() -> None:
    user = build.officer()
    learner = make.person("Lucía Fernández")
    case = build.case(learner=learner)
    build.searched_by(case, case.number, "Lucía Fernández Über die Quellen")
    build.case()
    for words in (case.number, "lucia fernandez", "FERNÁNDEZ uber", case.number[-6:]):
        assert numbers(user, QueryDict(mutable=True).urlencode() + f"view=open&q={words}") == [
            case.number
        ]
    assert numbers(user, "view=open&q=lucia nobody") == []


def test_20_a_name_finds_nothing_in_a_case_one_may_not_read(moderator: User) -> None:
    learner = make.person("Zebulon Quirke")
    case = build.case(learner=learner, status=S.INVESTIGATION, assignee=build.moderator())
    build.searched_by(case, case.number, case.course.code, "Zebulon Quirke", "the essay mill")
    assert case.number in numbers(moderator, "view=open")
    assert numbers(moderator, "view=open&q=quirke") == []
    assert numbers(moderator, "view=open&q=mill") == []
    # What a summary shows can be searched.
    assert numbers(moderator, f"view=open&q={case.number}") == [case.number]
    assert numbers(moderator, f"view=open&q={case.course.code}") == [case.number]
    build.watcher(case, moderator)
    assert numbers(moderator, "view=open&q=quirke") == [case.number]


def test_a_name_finds_nothing_in_triage_where_names_are_hidden(moderator: User) -> None:
    learner = make.person("Zebulon Quirke")
    case = build.case(learner=learner, status=S.TRIAGE)
    filing.index(case)
    assert numbers(moderator, f"view=open&q={case.course.code}") == [case.number]
    assert numbers(moderator, "view=open&q=quirke") == []
    triage.open_case(actor=moderator, number=case.number)
    assert numbers(moderator, "view=open&q=quirke") == [case.number]


def test_wildcards_are_letters(moderator: User) -> None:
    build.case(assignee=moderator)
    assert numbers(moderator, "q=%25") == []
    assert numbers(moderator, "q=_") == []


# Pages by key


class Pages(TestCase):
    """Every case once and in order, whatever the deadlines, through pages of any size."""

    @settings(max_examples=25, deadline=None)
    @given(
        dues=st.lists(st.one_of(st.none(), st.integers(0, 3)), max_size=12),
        size=st.integers(1, 5),
        sort=st.sampled_from(["due", "priority", "newest"]),
    )
    def test_pages_hold_every_case_once_and_in_order(
        self, dues: list[int | None], size: int, sort: str
    ) -> None:
        where = make.institution()
        start = datetime(2026, 3, 2, tzinfo=UTC)
        cases = [
            build.case(
                institution=where,
                course=None,
                learner=None,
                urgent=number % 3 == 1,
                **{
                    "rank_at" if sort == "priority" else "due_at": None
                    if due is None
                    else start + timedelta(microseconds=due)
                },
            )
            for number, due in enumerate(dues)
        ]
        mine = Case.objects.filter(institution=where)
        found: list[Case] = []
        after = ""
        for _page in range(len(cases) + 1):
            rows, after = page_of(mine, sort=sort, after=after, size=size)
            found += rows
            assert len(rows) <= size
            if not after:
                break
        assert after == ""
        never = datetime.max.replace(tzinfo=UTC)
        expected = (
            sorted(cases, key=lambda c: -c.pk)
            if sort == "newest"
            else sorted(
                cases,
                key=lambda c: (
                    not c.urgent,
                    (c.rank_at if sort == "priority" else c.due_at) or never,
                    c.pk,
                ),
            )
        )
        assert [c.pk for c in found] == [c.pk for c in expected]


def test_a_page_stands_when_cases_before_it_go(moderator: User) -> None:
    cases = [
        build.case(assignee=moderator, due_at=clock.now() + timedelta(days=n)) for n in range(4)
    ]
    mine = Case.objects.filter(assignee=moderator)
    rows, after = page_of(mine, sort="due", size=2)
    assert rows == cases[:2]
    Case.objects.filter(pk=cases[0].pk).update(status=S.DISMISSED, dismissal_reason="not_enough")
    rows, after = page_of(mine.exclude(status=S.DISMISSED), sort="due", after=after, size=2)
    assert (rows, after) == (cases[2:], "")


# A look at one case


def test_a_look_shows_what_was_reported_and_no_names(client: Client, moderator: User) -> None:
    case = build.case(learner=make.person("Zebulon Quirke"), policy_version=build.policy())
    build.report(case, account="Three passages are the same.")
    build.report(case, make.person("Nora Named"), mode=ReportMode.NAMED)
    peek = page(moderator, f"view=open&peek={case.number}").peek
    assert peek.reports == "2: 1 in confidence and 1 with a name"
    assert peek.named == "1 learner"
    assert peek.first_account == "Three passages are the same."
    client.force_login(moderator)
    text = client.get(f"{QUEUE}?view=open&peek={case.number}").content.decode()
    assert "Names stay hidden until a case is opened." in text
    assert reverse("desk:open", args=[case.number]) in text
    assert "Quirke" not in text
    assert "Nora" not in text


def test_a_look_at_a_case_one_does_not_work_on_shows_its_summary_only(
    client: Client, moderator: User
) -> None:
    case = build.case(status=S.INVESTIGATION, assignee=build.moderator("Tomasz Wilk"))
    build.report(case, account="A very private account.")
    client.force_login(moderator)
    text = client.get(f"{QUEUE}?view=open&peek={case.number}").content.decode()
    assert "A very private account." not in text
    assert "Tomasz Wilk" in text
    assert reverse("desk:claim", args=[case.number]) not in text


def test_a_look_at_a_case_that_is_not_on_the_page_shows_nothing(moderator: User) -> None:
    hidden = build.case()
    build.conflict(hidden, moderator)
    assert page(moderator, f"view=open&peek={hidden.number}").peek is None
    assert page(moderator, "view=open&peek=IC-2026-999999").peek is None


# Queries


def test_the_number_of_queries_is_the_same_at_1_3_and_60_rows(
    client: Client, count_queries: Any
) -> None:
    user = build.officer()
    client.force_login(user)
    version = build.policy()
    where = make.course()

    def fill(rows: int) -> None:
        for _ in range(rows):
            case = build.case(
                course=where, institution=where.institution, learner=None,
                assignee=user, status=S.INVESTIGATION, policy_version=version,
            )  # fmt: skip
            # Cases that are alike are proposed in the peek, which takes a query more.
            build.report(case, account=" ".join(uuid4().hex for _ in range(8)))

    def cost(query: str) -> int:
        with count_queries() as queries:
            assert client.get(f"{QUEUE}?{query}").status_code == 200
        return int(queries.number)

    fill(1)
    number = Case.objects.get().number
    user_columns = "institution course received reports priority with".split()
    queue_views.choose_columns(actor=user, columns=user_columns)
    queries = ["", "view=open&sort=priority&kind=academic&with=me", "view=all"]
    look = f"view=open&sort=newest&q={number}&peek={number}"
    client.get(QUEUE)
    one = [cost(query) for query in [*queries, look]]
    fill(2)
    assert [cost(query) for query in [*queries, look]] == one
    fill(57)
    assert [cost(query) for query in [*queries, look]] == one
    following = page(user, "view=open").next
    assert following
    assert cost(f"view=open&after={following}") == one[1]
    assert max(one[:-1]) <= MOST_QUERIES


def test_the_text_that_is_searched_is_never_read(client: Client, count_queries: Any) -> None:
    user = build.officer()
    build.case(assignee=user)
    client.force_login(user)
    with count_queries() as queries:
        client.get(f"{QUEUE}?view=open")
    for sql in queries.list:
        selected = re.split(r"\bFROM\b", sql, maxsplit=1)[0]
        assert "cases_casewords" not in selected
