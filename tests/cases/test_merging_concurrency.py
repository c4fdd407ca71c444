"""Two people join, open or take apart the same cases at the same instant (HOSTILE 61, 63)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cases.enums import CaseStatus
from cases.models import BulkAction, Case, CaseMerge, Report
from cases.services import bulk, linking, merging, triage
from integrity.audit.models import Event
from integrity.core.errors import DomainError
from tests.cases.merging_world import Room
from tests.cases.test_intake_concurrency import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def room() -> Room:
    return Room()


def both(*acts: Callable[[], Any]) -> list[Any]:
    found = at_once(len(acts), lambda number: acts[number]())
    for answer in found:
        if isinstance(answer, Exception):
            # Nothing but a refusal in words: no deadlock, no broken rule of the database.
            assert isinstance(answer, DomainError), repr(answer)
    return found


def nothing_lost(room: Room) -> None:
    cases = Case.objects.filter(pk__in=[case.pk for case in room.cases])
    assert Report.objects.filter(case__in=cases).count() == 3
    for case in cases:
        assert (case.merged_into_id is None) == case.reports.exists()
        positions = list(case.evidence.order_by("position").values_list("position", flat=True))
        assert positions == list(range(1, len(positions) + 1))
    assert sum(case.evidence.count() for case in cases) == 6


def test_of_two_who_join_the_same_case_elsewhere_one_wins(room: Room) -> None:
    one, other, third = room.numbers
    found = both(
        lambda: merging.merge(actor=room.moderator, source=one, target=other, form_key="a"),
        lambda: merging.merge(actor=room.officer, source=one, target=third, form_key="b"),
    )
    assert sum(isinstance(answer, CaseMerge) for answer in found) == 1
    assert CaseMerge.objects.count() == 1
    assert Event.objects.filter(action="case.merged_away").count() == 1
    nothing_lost(room)


def test_of_two_who_join_two_cases_both_ways_one_wins(room: Room) -> None:
    one, other, _third = room.numbers
    found = both(
        lambda: merging.merge(actor=room.moderator, source=one, target=other, form_key="a"),
        lambda: merging.merge(actor=room.officer, source=other, target=one, form_key="b"),
    )
    assert sum(isinstance(answer, CaseMerge) for answer in found) == 1
    assert Case.objects.filter(status=CaseStatus.DISMISSED).count() == 1
    nothing_lost(room)


def test_a_case_is_joined_while_somebody_opens_it(room: Room) -> None:
    one, other, _third = room.numbers
    found = both(
        lambda: merging.merge(actor=room.moderator, source=one, target=other, form_key="a"),
        lambda: triage.open_case(actor=room.other, number=one),
    )
    # Opened first, it is with somebody else and the join is refused; joined first, it is over.
    assert sum(not isinstance(answer, Exception) for answer in found) == 1
    case = room.fresh(0)
    assert case.status in (CaseStatus.DISMISSED, CaseStatus.INVESTIGATION)
    assert (case.merged_into_id is not None) == (case.status == CaseStatus.DISMISSED)
    nothing_lost(room)


def test_a_join_is_undone_once_while_another_report_is_dismissed(room: Room) -> None:
    one, other, _third = room.numbers
    row = merging.merge(actor=room.moderator, source=one, target=other, form_key="a")
    found = both(
        lambda: merging.undo_merge(actor=room.moderator, merge_id=row.public_id),
        lambda: merging.undo_merge(actor=room.officer, merge_id=row.public_id),
    )
    assert sum(isinstance(answer, CaseMerge) for answer in found) == 1
    assert Event.objects.filter(action="case.unmerged").count() == 2
    nothing_lost(room)


def test_the_same_link_at_once_is_one(room: Room) -> None:
    one, other, _third = room.numbers
    found = both(
        *[
            lambda here=here, there=there: linking.link(
                actor=room.moderator, number=here, other=there, kind="related"
            )
            for here, there in ((one, other), (other, one))
        ]
    )
    assert {answer.pk for answer in found} == {found[0].pk}
    assert Event.objects.filter(action="case.linked").count() == 2


def test_the_same_form_for_many_at_once_is_one_action(room: Room) -> None:
    found = both(
        *[
            lambda: bulk.run(
                actor=room.moderator,
                kind="dismiss",
                numbers=room.numbers,
                form_key="k",
                reason="not_enough",
            )
        ]
        * 2
    )
    assert {answer.pk for answer in found if isinstance(answer, BulkAction)} == {
        BulkAction.objects.get().pk
    }
    assert Event.objects.filter(action="case.dismissed").count() == 3
    assert set(BulkAction.objects.get().items.values_list("outcome", flat=True)) == {"done"}
