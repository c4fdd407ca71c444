"""Appeals, and looking at a decision again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cases.enums import CaseStatus, DeterminationStatus, SanctionStatus
from cases.models import Appeal, Case, Determination, Sanction
from cases.services import appeal, deadlines, determination, triage
from integrity.accounts.models import User
from integrity.accounts.selectors import active_restriction
from integrity.core import clock
from integrity.core.errors import (
    Conflict,
    IllegalTransition,
    InvalidInput,
    NotFound,
    NotPermitted,
    WindowClosed,
)
from integrity.courses.selectors import course_result, effective_score
from notifications.models import Letter
from tests.cases import builders as build
from tests.cases.test_process import World, status
from tests.courses import builders as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    """Failed and suspended, by officer and second officer."""
    world = World()
    world.found()
    world.confirm(
        world.propose(
            ["assignment_failed", "temporary_suspension"],
            params={"temporary_suspension": {"days": 30}},
        ).digest
    )
    return world


@pytest.fixture
def third(world: World) -> User:
    return build.officer("Kwame Boateng")


def lodge(world: World, **kwargs: Any) -> Appeal:
    return appeal.lodge(
        **{
            "actor": world.learner,
            "respondent_id": world.rid,
            "grounds": ["new_evidence"],
            "text": "I have found my notes.",
            "form_key": "a1",
            **kwargs,
        }
    )


def decide(world: World, by: User, outcome: str, **kwargs: Any) -> Appeal:
    return appeal.decide(
        actor=by,
        number=world.number,
        appeal_id=Appeal.objects.get().public_id,
        outcome=outcome,
        reasons="The notes show the source.",
        **kwargs,
    )


def test_overturned_means_everything_is_as_before(world: World, third: User) -> None:
    lodge(world)
    assert status(world) == CaseStatus.APPEAL
    decide(world, third, "overturned")
    assert effective_score(world.submission) == 84
    assert course_result(world.enrolment).certificate == "issued"
    assert active_restriction(world.learner) is None
    assert set(Sanction.objects.values_list("status", flat=True)) == {SanctionStatus.REVERSED}
    assert Determination.objects.get().status == DeterminationStatus.SUPERSEDED
    assert Letter.objects.filter(event="appeal_decided").count() == 1
    assert not Letter.objects.filter(event="sanction_reversed").exists()
    assert deadlines.run()["closed"] == 1
    assert status(world) == CaseStatus.CLOSED


def test_upheld_changes_nothing(world: World, third: User) -> None:
    lodge(world)
    decide(world, third, "upheld")
    assert effective_score(world.submission) == 0
    assert active_restriction(world.learner) is not None
    assert status(world) == CaseStatus.DECIDED
    with pytest.raises(Conflict):
        lodge(world, form_key="a2")


def test_reduced_leaves_what_is_kept(world: World, third: User) -> None:
    lodge(world)
    kept = Sanction.objects.get(code="assignment_failed")
    for keep in ([], [str(s.public_id) for s in Sanction.objects.all()]):
        with pytest.raises(InvalidInput):
            decide(world, third, "reduced", keep=keep)
    decide(world, third, "reduced", keep=[str(kept.public_id)])
    assert effective_score(world.submission) == 0
    assert active_restriction(world.learner) is None


def test_sent_back_is_reviewed_and_decided_anew(world: World, third: User) -> None:
    lodge(world)
    decide(world, third, "sent_back")
    assert status(world) == CaseStatus.REVIEW
    assert effective_score(world.submission) == 84
    determination.record_findings(
        actor=world.officer,
        number=world.number,
        respondent_id=world.rid,
        findings=world.findings("not_shown"),
        reasons_finding="The notes name the source.",
        answers=world.answers(),
        supports=build.rests_on(world.respondent),
    )
    issued = world.propose([], facts={}, reasons_penalty="", departure_reason="")
    assert issued.status == DeterminationStatus.ISSUED
    assert Determination.objects.count() == 2


@pytest.mark.parametrize("who", ["officer", "second", "moderator"])
def test_case_23_who_had_a_hand_in_it_does_not_hear_the_appeal(world: World, who: str) -> None:
    lodge(world)
    with pytest.raises(NotPermitted):
        decide(world, getattr(world, who), "overturned")
    assert effective_score(world.submission) == 0


def test_an_appeal_is_lodged_once_and_repeatable(world: World) -> None:
    first = lodge(world)
    assert lodge(world).pk == first.pk
    with pytest.raises(Conflict):
        lodge(world, text="Something else.")
    assert Letter.objects.filter(event="appeal_received").count() == 1


def test_case_82_the_window_to_appeal_ends_with_its_last_second(world: World) -> None:
    until = Determination.objects.get().appeal_until
    assert until is not None
    with clock.frozen(until + timedelta(seconds=1)), pytest.raises(WindowClosed):
        lodge(world)
    with clock.frozen(until):
        lodge(world)


def test_an_appeal_needs_a_ground_of_the_policy_and_words(world: World) -> None:
    for wrong in ({"grounds": []}, {"grounds": ["nonsense"]}, {"text": "  "}):
        with pytest.raises(InvalidInput):
            lodge(world, **wrong)
    assert not Appeal.objects.exists()


def test_only_the_respondent_appeals_and_only_a_decision(world: World) -> None:
    with pytest.raises(NotFound):
        lodge(world, actor=make.person("Somebody Else"))
    other = World()
    other.answered()
    with pytest.raises(IllegalTransition):
        appeal.lodge(
            actor=other.learner,
            respondent_id=other.rid,
            grounds=["new_evidence"],
            text="x",
            form_key="z",
        )


def test_case_64_after_closing_there_is_no_appeal(world: World) -> None:
    until = Determination.objects.get().appeal_until
    assert until is not None
    deadlines.run(until + timedelta(seconds=1))
    assert status(world) == CaseStatus.CLOSED
    with pytest.raises(IllegalTransition):
        lodge(world)


def test_a_decision_is_not_taken_up_while_the_learner_can_appeal(world: World) -> None:
    until = Determination.objects.get().appeal_until
    assert until is not None
    kwargs: dict[str, Any] = {
        "actor": world.officer,
        "number": world.number,
        "respondent_id": world.rid,
        "reason": "New facts.",
    }
    with clock.frozen(until), pytest.raises(IllegalTransition):
        appeal.take_up(**kwargs)
    with clock.frozen(until + timedelta(seconds=1)):
        appeal.take_up(**kwargs)


def test_a_new_decision_after_an_appeal_has_a_window_of_its_own(world: World, third: User) -> None:
    lodge(world)
    decide(world, third, "sent_back")
    determination.record_findings(
        actor=world.moderator,
        number=world.number,
        respondent_id=world.rid,
        findings=world.findings(),
        reasons_finding="Shown all the same.",
        answers=world.answers(),
        supports=build.rests_on(world.respondent),
    )
    issued = world.propose(["warning_written"])
    assert issued.appeal_until is not None
    assert deadlines.run()["closed"] == 0
    assert deadlines.run(issued.appeal_until)["closed"] == 0
    with clock.frozen(issued.appeal_until):
        lodge(world, form_key="a2", text="Once more.")


def test_a_decision_that_stands_cannot_be_dismissed(world: World) -> None:
    until = Determination.objects.get().appeal_until
    assert until is not None
    with clock.frozen(until + timedelta(seconds=1)):
        appeal.take_up(
            actor=world.officer, number=world.number, respondent_id=world.rid, reason="New."
        )
        with pytest.raises(IllegalTransition):
            triage.dismiss(actor=world.officer, number=world.number, reason="not_enough")
    assert active_restriction(world.learner) is not None


def test_a_decision_taken_up_again_stands_until_a_new_one_replaces_it(world: World) -> None:
    until = Determination.objects.get().appeal_until
    assert until is not None
    with clock.frozen(until + timedelta(seconds=1)):
        appeal.take_up(
            actor=world.officer, number=world.number, respondent_id=world.rid, reason="New facts."
        )
    assert Case.objects.get(number=world.number).status == CaseStatus.REVIEW
    assert effective_score(world.submission) == 0
    determination.record_findings(
        actor=world.officer,
        number=world.number,
        respondent_id=world.rid,
        findings=world.findings(),
        reasons_finding="It was shown, but less of it.",
        answers=world.answers(),
        supports=build.rests_on(world.respondent),
    )
    world.propose(["warning_written"])
    assert effective_score(world.submission) == 84
    assert active_restriction(world.learner) is None
    assert Determination.objects.filter(status=DeterminationStatus.ISSUED).count() == 1
