"""Suspensions and expulsions count by their times, to the second, without any job."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from integrity.accounts import services
from integrity.accounts.enums import RestrictionKind
from integrity.accounts.models import Restriction
from integrity.accounts.selectors import active_restriction
from integrity.core import clock
from tests.courses import builders as make

pytestmark = pytest.mark.django_db

START = make.HANDED_IN
END = START + timedelta(days=30)
SECOND = timedelta(seconds=1)


@pytest.fixture
def learner():
    return make.person()


def suspend(user, source="sanction:a", **fields):
    return services.restrict(
        user=user,
        **{
            "kind": RestrictionKind.SUSPENDED,
            "source": source,
            "starts_at": START,
            "ends_at": END,
            **fields,
        },
    )


@pytest.mark.parametrize(
    ("at", "restricted"),
    [(START - SECOND, False), (START, True), (END - SECOND, True), (END, False)],
)
def test_a_suspension_holds_from_its_first_second_until_just_before_its_last(
    learner, at, restricted
):
    suspend(learner)
    assert (active_restriction(learner, at=at) is not None) is restricted
    with clock.frozen(at):
        assert (active_restriction(learner) is not None) is restricted


def test_somebody_elses_suspension_is_none_of_mine(learner):
    suspend(make.person())
    assert active_restriction(learner, at=START) is None


def test_lifting_ends_it_at_once_and_only_once(learner):
    suspend(learner)
    assert services.lift(source="sanction:a", at=START + SECOND)
    assert active_restriction(learner, at=START + SECOND) is None
    assert not services.lift(source="sanction:a")
    assert not services.lift(source="sanction:unknown")
    assert Restriction.objects.get().lifted_at == START + SECOND


def test_the_same_cause_twice_is_one_restriction(learner):
    assert suspend(learner) == suspend(learner, ends_at=None)
    assert Restriction.objects.get().ends_at == END


def test_an_expulsion_counts_before_a_suspension(learner):
    suspend(learner)
    expulsion = suspend(learner, source="sanction:b", kind=RestrictionKind.EXPELLED, ends_at=None)
    assert active_restriction(learner, at=START) == expulsion
    services.lift(source="sanction:b")
    assert active_restriction(learner, at=START).kind == RestrictionKind.SUSPENDED


@pytest.mark.parametrize("last", [None, END + timedelta(days=1)])
def test_of_several_suspensions_the_one_that_lasts_longest_is_named(learner, last):
    suspend(learner)
    longest = suspend(learner, source="sanction:b", ends_at=last)
    suspend(learner, source="sanction:c")
    assert active_restriction(learner, at=START) == longest


def test_one_suspension_lifted_leaves_the_other_in_force(learner):
    suspend(learner)
    suspend(learner, source="sanction:b")
    services.lift(source="sanction:a")
    assert active_restriction(learner, at=START).source == "sanction:b"


@pytest.mark.parametrize("end", [START, START - SECOND])
def test_a_restriction_ends_after_it_began(learner, end):
    with pytest.raises(IntegrityError), transaction.atomic():
        suspend(learner, ends_at=end)


def test_an_unknown_kind_is_refused(learner):
    with pytest.raises(ValueError):
        suspend(learner, kind="banished")
    with pytest.raises(IntegrityError), transaction.atomic():
        Restriction.objects.create(
            user=learner, kind="banished", source="x", starts_at=START, ends_at=None
        )


def test_a_restricted_person_is_still_an_active_account(learner):
    suspend(learner, ends_at=None)
    learner.refresh_from_db()
    assert learner.is_active


def test_what_has_ended_by_itself_is_not_lifted() -> None:
    user = make.person()
    services.restrict(
        user=user,
        kind=RestrictionKind.SUSPENDED,
        source="sanction:over",
        starts_at=START,
        ends_at=START + SECOND,
    )
    assert not services.lift(source="sanction:over", at=START + SECOND)
