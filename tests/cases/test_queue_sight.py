"""What the queue leaves out by number is what `visible_to` leaves out by asking (HOSTILE 16)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from cases import rules
from cases.enums import InterimKind
from cases.models import (
    AdviserAccess,
    Case,
    CaseNumber,
    InterimMeasure,
    RetaliationMark,
    SavedView,
    StatementRequest,
)
from cases.rules import sight
from cases.services import merging, splitting
from integrity.accounts.models import User
from integrity.core import clock
from tests.cases import builders as build
from tests.courses import builders as make

pytestmark = pytest.mark.django_db

QUEUE = "/desk/queue/"
COUNTS = "/desk/queue/counts/"


def told(case: Case, user: User) -> None:
    build.report(case, user)


def teaches(case: Case, user: User) -> None:
    assert case.course is not None
    make.teach(case.course, user)


def accused(case: Case, user: User) -> None:
    build.respondent(case, user)


def handed_in(case: Case, user: User) -> None:
    assert case.course is not None
    case.submission = make.submission(make.assignment(case.course), user)
    case.save()


def posted(case: Case, user: User) -> None:
    case.post = make.post(case.course, user)
    case.save()


def declared(case: Case, user: User) -> None:
    build.conflict(case, user)


def advises(case: Case, user: User) -> None:
    part = build.respondent(case, make.person())
    AdviserAccess.objects.create(
        respondent=part,
        email=user.email,
        adviser=user,
        accepted_at=clock.now(),
        revoked_at=clock.now(),
    )


def asked(case: Case, user: User) -> None:
    StatementRequest.objects.create(
        case=case, person=user, asked_by=make.person(), question="What did you see?",
        form_key=f"asked-{case.pk}",
    )  # fmt: skip


def protected(case: Case, user: User) -> None:
    part = build.respondent(case, make.person())
    InterimMeasure.objects.create(
        case=case, respondent=part, protects=user, kind=InterimKind.NO_CONTACT,
        reason="Messages at night", taken_by=make.person(),
        ends_at=clock.now() + timedelta(days=3),
        form_key=f"protected-{case.pk}",
    )  # fmt: skip


def marked(case: Case, earlier: Case) -> None:
    RetaliationMark.objects.create(
        kind="report", case=case, earlier_case=earlier, earlier_report=build.report(earlier)
    )


def answers_to(case: Case, user: User) -> None:
    earlier = build.case(assignee=user)
    marked(case, earlier)


TIES: list[Callable[[Case, User], None]] = [
    told, teaches, accused, handed_in, posted, declared, advises, asked, protected, answers_to,
]  # fmt: skip


@pytest.mark.parametrize("tie", TIES, ids=lambda tie: tie.__name__)
def test_hostile_16_no_list_count_or_saved_view_tells_of_a_case_one_is_tied_to(
    client: Client, tie: Callable[[Case, User], None]
) -> None:
    user = build.moderator()
    client.force_login(user)
    case, free = build.case(urgent=True), build.case()
    assert client.get(f"{COUNTS}?view=open&since=0").json()["views"]["open"] == "2"
    assert not rules.in_conflict(user, case)
    tie(case, user)
    user = User.objects.get(pk=user.pk)
    assert [rules.in_conflict(user, Case.objects.get(pk=row.pk)) for row in (case, free)] == [
        True,
        False,
    ]
    seen = set(rules.Sight.read(user).seen)
    assert seen == set(rules.visible_to(user))
    assert case not in seen
    assert free in seen
    own = {row.pk for row in seen}
    view = SavedView.objects.create(owner=user, name="All", query="view=open")
    for query in [
        "view=unclaimed",
        "view=watching",
        "view=all",
        f"view=open&saved={view.public_id}",
        f"view=open&sort=priority&peek={case.number}",
        "view=open&sort=newest&priority=low&priority=normal&priority=high",
        f"q={case.number}",
    ]:
        text = client.get(f"{QUEUE}?{query}").content.decode()
        assert f'data-case="{case.number}"' not in text
        assert f"cases/{case.number}/" not in text
    counts = client.get(f"{COUNTS}?view=open&since=0").json()
    assert counts["views"]["open"] == str(len(own))
    assert counts["new"] == f"{len(own)} new case{'s' if len(own) > 1 else ''}"


def test_without_a_tie_both_see_everything_of_the_scope() -> None:
    here, there = make.institution(), make.institution()
    build.case(institution=there)
    mine = build.case(institution=here)
    user = build.moderator(institution=here)
    assert list(rules.Sight.read(user).seen) == list(rules.visible_to(user)) == [mine]


def test_whoever_has_no_role_sees_nothing() -> None:
    build.case()
    assert not rules.Sight.read(build.administrator()).seen.exists()


def test_a_closed_account_ties_the_one_its_person_kept() -> None:
    user, former = build.moderator(), make.person()
    case = build.case()
    build.respondent(case, former)
    former.closed_into, former.is_active = user, False
    former.save()
    user.former_ids = [str(former.public_id)]
    user.save()
    assert not rules.visible_to(user).exists()
    assert not rules.Sight.read(user).seen.exists()
    assert rules.in_conflict(user, case)


def test_who_worked_on_what_a_report_may_answer_to_is_tied_to_the_later_case() -> None:
    """And whoever has the earlier case keeps it, as `conflict_filter` says (IN9)."""
    user, case, earlier = build.moderator(), build.case(), build.case()
    Case.objects.filter(pk=earlier.pk).update(assignee=user, assigned_at=clock.now())
    assert not rules.in_conflict(user, case)
    marked(case, earlier)
    assert rules.in_conflict(user, case)
    assert not rules.in_conflict(user, Case.objects.get(pk=earlier.pk))


def test_hostile_21_whoever_reported_stays_shut_out_of_every_case_the_report_was_in() -> None:
    """Joined away, joined again and taken out: the report moves, what they told it of does not."""
    reporter, other = build.officer("Ola Reporter"), build.moderator()
    course = make.course()
    CaseNumber.objects.create(year=clock.now().year, last=500_000)
    one, two, three = (build.case(course=course) for _ in range(3))
    sent = build.report(one, reporter)
    build.report(two)
    merging.merge(actor=other, source=one.number, target=two.number, form_key="first")
    merging.merge(actor=other, source=two.number, target=three.number, form_key="second")
    new = splitting.split(
        actor=other, number=three.number, report_ids=[sent.public_id], form_key="third"
    )
    free = build.case()
    for row in (one, two, three, new):
        assert rules.in_conflict(reporter, Case.objects.get(pk=row.pk)), row
    assert list(rules.visible_to(reporter)) == list(rules.Sight.read(reporter).seen) == [free]


def test_very_many_ties_are_asked_row_by_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sight, "MOST", 2)
    user = build.moderator()
    for _ in range(4):
        build.conflict(build.case(), user)
    free = build.case()
    assert list(rules.Sight.read(user).seen) == [free]


def test_the_ties_cost_one_query(count_queries: Any) -> None:
    user = build.moderator()
    build.conflict(build.case(), user)
    user.role_grants()
    with count_queries() as queries:
        rules.Sight.read(user)
    assert queries.number == 1
