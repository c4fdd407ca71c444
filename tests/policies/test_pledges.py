"""What has to be pledged to, how far somebody is, and the pledge itself (PO6)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from integrity.audit.models import Event
from integrity.core import clock
from integrity.core.errors import InvalidInput, NotFound, Stale
from integrity.courses import services as courses
from integrity.courses.enums import EffectKind, EnrolmentStatus
from policies import pledging
from policies.enums import PledgeState
from policies.models import Pledge
from policies.services import pledges
from tests.cases.test_intake_concurrency import at_once
from tests.courses import builders as make
from tests.policies import pledged as build
from tests.policies.conftest import at, document, version

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
NOW = at("2026-06-01")


def state(enrolment: Any, when: Any = NOW) -> PledgeState:
    return pledging.standing(enrolment, at=when).state


# What has to be pledged to


def test_a_course_has_the_platforms_its_institutions_and_its_own_texts_in_this_order() -> None:
    course = make.course()
    own = build.terms_of(course)
    college = build.text(institution=course.institution)
    platform = build.text()
    # Of others, or not asked for, or not in force yet.
    build.text(institution=make.institution())
    build.terms_of(make.course(institution=course.institution))
    version(document(), "2026-01-01")
    build.text("2026-06-02")
    assert pledging.required([course], at=NOW)[course.pk] == (platform, college, own)


def test_of_a_document_only_the_version_in_force_is_to_be_pledged_to() -> None:
    first = build.text("2026-01-01")
    second = build.after(first, "2026-03-01")
    build.after(second, "2026-07-01")
    course = make.course()
    assert pledging.required([course], at=NOW)[course.pk] == (second,)
    assert pledging.required([course], at=at("2026-03-01") - SECOND)[course.pk] == (first,)


# How far somebody is


def test_without_texts_there_is_nothing_to_pledge() -> None:
    assert state(build.learner()) == PledgeState.NOTHING


def test_an_enrolment_waits_for_the_first_pledge_however_old_it_is() -> None:
    build.text()
    enrolment = build.learner()
    type(enrolment).objects.filter(pk=enrolment.pk).update(enrolled_at=at("2020-01-01"))
    assert state(enrolment) == PledgeState.WAITING


def test_a_pledge_counts_in_its_course_alone() -> None:
    text = build.text()
    here = build.learner()
    there = make.enrol(make.course(), here.learner)
    build.pledged(here, text, at("2026-02-01"))
    assert state(here) == PledgeState.PLEDGED
    assert state(there) == PledgeState.WAITING


def test_the_days_given_to_pledge_anew_end_to_the_second() -> None:
    first = build.text("2026-01-01")
    enrolment = build.learner()
    build.pledged(enrolment, first, at("2026-02-01"))
    second = build.after(first, "2026-05-01 09:30", pledge_grace_days=14)
    end = at("2026-05-15 09:30")
    assert pledging.grace_until(second) == end
    assert state(enrolment, second.effective_at - SECOND) == PledgeState.PLEDGED
    assert state(enrolment, second.effective_at) == PledgeState.IN_GRACE
    assert state(enrolment, end - SECOND) == PledgeState.IN_GRACE
    assert state(enrolment, end) == PledgeState.WAITING
    assert pledging.standing(enrolment, at=end - SECOND).until == end
    assert pledging.standing(enrolment, at=end).until is None


def test_no_days_given_means_from_the_first_second_on() -> None:
    first = build.text("2026-01-01")
    enrolment = build.learner()
    build.pledged(enrolment, first, at("2026-02-01"))
    second = build.after(first, "2026-05-01", pledge_grace_days=0)
    assert state(enrolment, second.effective_at) == PledgeState.WAITING


def test_who_never_pledged_gets_no_days() -> None:
    first = build.text("2026-01-01")
    second = build.after(first, "2026-05-01")
    assert state(build.learner(), second.effective_at) == PledgeState.WAITING


def test_the_most_urgent_text_says_how_far_the_course_is_and_the_first_end_counts() -> None:
    one, other = build.text("2026-01-01"), build.text("2026-01-01")
    enrolment = build.learner()
    for text in (one, other):
        build.pledged(enrolment, text, at("2026-02-01"))
    newer = build.after(one, "2026-05-20", pledge_grace_days=30)
    assert state(enrolment) == PledgeState.IN_GRACE
    sooner = build.after(other, "2026-05-25", pledge_grace_days=10)
    found = pledging.standing(enrolment, at=NOW)
    assert [text.version for text in found.due] == [newer, sooner]
    assert found.until == at("2026-06-04")
    build.text("2026-05-30")
    assert state(enrolment) == PledgeState.WAITING


def test_lists_of_enrolments_cost_the_same_for_one_and_for_many(
    django_assert_num_queries: Callable[[int], Any],
) -> None:
    text = build.text()
    rows = []
    for _ in range(4):
        course = make.course()
        build.terms_of(course)
        rows += [build.learner(course), build.learner(course)]
    build.pledged(rows[0], text, at("2026-02-01"))
    with django_assert_num_queries(2):
        pledging.standings(rows[:1], at=NOW)
    with django_assert_num_queries(2):
        found = pledging.standings(rows, at=NOW)
    assert len(found) == 8
    assert all(len(item.texts) == 2 for item in found.values())


# The pledge


def test_a_pledge_is_one_row_and_one_entry_of_the_history_for_each_text() -> None:
    platform, enrolment = build.text(), build.learner()
    own = build.terms_of(enrolment.course)
    with clock.frozen(NOW):
        made = build.pledge(enrolment)
    assert [row.version for row in made] == [platform, own]
    assert {row.made_at for row in made} == {NOW}
    events = Event.objects.filter(action="pledge.made").order_by("sequence")
    assert [event.data["document"] for event in events] == [
        platform.document.slug,
        own.document.slug,
    ]
    assert {event.data["course"] for event in events} == {enrolment.course.slug}
    assert {event.actor_role for event in events} == {"learner"}


def test_pledging_twice_is_one_pledge_with_the_first_time() -> None:
    build.text()
    enrolment = build.learner()
    with clock.frozen(NOW):
        first = build.pledge(enrolment)
    with clock.frozen(NOW + SECOND):
        text = first[0].version
        again = pledges.make(
            actor=enrolment.learner,
            course=enrolment.course,
            versions={text.document.slug: text.number},
        )
    assert again == first
    assert Pledge.objects.get().made_at == NOW
    assert Event.objects.filter(action="pledge.made").count() == 1


def test_a_version_that_is_not_in_force_any_more_records_nothing() -> None:
    first = build.text("2026-01-01")
    enrolment = build.learner()
    other = build.terms_of(enrolment.course)
    build.after(first, "2026-05-01")
    with pytest.raises(Stale):
        build.pledge(enrolment, first, other)
    assert not Pledge.objects.exists()
    assert not Event.objects.filter(action="pledge.made").exists()


def test_a_version_that_is_not_in_force_yet_records_nothing() -> None:
    first = build.text("2026-01-01")
    later = build.after(first, "2027-01-01")
    with clock.frozen(NOW), pytest.raises(Stale):
        build.pledge(build.learner(), later)
    assert not Pledge.objects.exists()


def test_everything_due_is_pledged_to_together() -> None:
    platform = build.text()
    enrolment = build.learner()
    own = build.terms_of(enrolment.course)
    with pytest.raises(InvalidInput) as refused:
        build.pledge(enrolment, platform)
    assert own.document.title in str(refused.value.fields["versions"][0])
    assert not Pledge.objects.exists()


def test_what_does_not_hold_in_the_course_is_refused() -> None:
    build.text()
    elsewhere = build.terms_of(make.course())
    enrolment = build.learner()
    with pytest.raises(InvalidInput):
        build.pledge(enrolment, elsewhere)
    with pytest.raises(InvalidInput):
        pledges.make(actor=enrolment.learner, course=enrolment.course, versions={})
    assert not Pledge.objects.exists()


def test_only_who_learns_in_the_course_pledges_there() -> None:
    text = build.text()
    enrolment = build.learner()
    versions = {text.document.slug: text.number}
    left = make.enrol(enrolment.course, make.person(), status=EnrolmentStatus.LEFT).learner
    for person in (make.person(), make.teach(enrolment.course), left):
        with pytest.raises(NotFound):
            pledges.make(actor=person, course=enrolment.course, versions=versions)
    courses.apply_effect(
        kind=EffectKind.REMOVED_FROM_COURSE,
        source="sanction:1",
        enrolment=enrolment,
        starts_at=clock.now() - SECOND,
    )
    with pytest.raises(NotFound):
        pledges.make(actor=enrolment.learner, course=enrolment.course, versions=versions)


@pytest.mark.django_db(transaction=True)
def test_pledges_at_the_same_time_are_one() -> None:
    text = build.text()
    enrolment = build.learner()
    made = at_once(4, lambda _number: build.pledge(enrolment, text))
    assert [row.pk for rows in made for row in rows] == [Pledge.objects.get().pk] * 4
    assert Event.objects.filter(action="pledge.made").count() == 1


# Who has not


def test_those_who_have_not_are_active_learners_where_the_text_holds() -> None:
    text = build.text("2026-01-01")
    course = make.course()
    waiting, has, graceful = (build.learner(course) for _ in range(3))
    elsewhere = build.learner()
    build.pledged(graceful, text, at("2026-02-01"))
    newer = build.after(text, "2026-05-01")
    build.pledged(has, newer, at("2026-05-02"))
    make.enrol(course, make.person(), status=EnrolmentStatus.LEFT)
    make.enrol(course, make.person(), status=EnrolmentStatus.COMPLETED)
    make.enrol(course, make.person(is_active=False))
    removed = build.learner(course)
    courses.apply_effect(
        kind=EffectKind.REMOVED_FROM_COURSE,
        source="sanction:1",
        enrolment=removed,
        starts_at=clock.now() - SECOND,
    )
    assert set(pledging.not_pledged(newer)) == {waiting, graceful, elsewhere}
    assert set(pledging.not_pledged(newer, course)) == {waiting, graceful}


def test_an_institutions_text_and_a_courses_terms_ask_only_there() -> None:
    course = make.course()
    beside = make.course(institution=course.institution)
    here, next_door, _outside = (build.learner(place) for place in (course, beside, None))
    college = build.text(institution=course.institution)
    assert set(pledging.not_pledged(college)) == {here, next_door}
    assert set(pledging.not_pledged(build.terms_of(course))) == {here}
