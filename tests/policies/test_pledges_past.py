"""Pledges that come with their past: many at once are what they would be one after the other."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import transaction

from integrity.audit.models import Event
from integrity.core import clock
from integrity.core.errors import NotFound
from integrity.courses.enums import EnrolmentStatus
from integrity.courses.models import Enrolment
from policies.models import Pledge
from policies.services import pledges
from tests.courses import builders as make
from tests.policies import pledged as build
from tests.policies.conftest import at

pytestmark = pytest.mark.django_db


@pytest.fixture
def places() -> list[tuple[Enrolment, datetime]]:
    """Before a text changed, at that instant and after it, in two courses of one institution."""
    first = build.text("2026-01-01")
    build.after(first, "2026-03-01")
    here = make.course()
    there = make.course(institution=here.institution)
    build.terms_of(there, "2026-02-01")
    return [
        (build.learner(here, "Amara Okonjo"), at("2026-01-15")),
        (build.learner(there, "Ruben Achterberg"), at("2026-02-10")),
        (build.learner(there, "Lea Brandt"), at("2026-03-01")),
        (build.learner(here, "Priya Raman"), at("2026-04-01 09:30")),
    ]


def recorded() -> tuple[list[Any], list[Any]]:
    rows = Pledge.objects.order_by("pk").values_list("learner", "course", "version", "made_at")
    events = Event.objects.filter(action="pledge.made").order_by("sequence")
    told = [
        (event.occurred_at, event.institution, json.loads(event.payload)["data"])
        for event in events
    ]
    return list(rows), told


def test_many_at_once_are_what_they_are_one_after_the_other(
    places: list[tuple[Enrolment, datetime]],
) -> None:
    with transaction.atomic():
        for place, when in places:
            with clock.frozen(when):
                build.pledge(place)
        alone = recorded()
        transaction.set_rollback(True)
    assert not Pledge.objects.exists()
    made = pledges.make_past(places)
    assert recorded() == alone
    assert len(made) == len(alone[0]) == len(alone[1]) == 6
    subjects = Event.objects.filter(action="pledge.made").values_list("subject_id", flat=True)
    assert set(subjects) == {str(pledge.public_id) for pledge in made}


def test_the_same_again_changes_nothing(places: list[tuple[Enrolment, datetime]]) -> None:
    pledges.make_past(places)
    before = recorded()
    assert pledges.make_past(places) == []
    assert recorded() == before


def test_the_number_of_queries_does_not_depend_on_the_places(
    places: list[tuple[Enrolment, datetime]], count_queries: Callable[[], Any]
) -> None:
    here, when = places[0][0].course, places[0][1]
    more = [(build.learner(here, f"Learner {number}"), when) for number in range(10)]
    with count_queries() as few:
        pledges.make_past(more[:2])
    with count_queries() as many:
        pledges.make_past(more[2:])
    assert many.number == few.number


def test_one_who_may_not_be_asked_leaves_nothing_recorded(
    places: list[tuple[Enrolment, datetime]],
) -> None:
    place, _when = places[-1]
    place.status = EnrolmentStatus.LEFT
    place.save()
    with pytest.raises(NotFound):
        pledges.make_past(places)
    assert recorded() == ([], [])
