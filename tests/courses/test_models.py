"""What the database itself refuses, on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from integrity.courses.enums import EffectKind
from integrity.courses.models import (
    Assignment,
    Certificate,
    Course,
    Effect,
    Enrolment,
    Holiday,
    Institution,
    Submission,
    Teaching,
)
from tests.courses import builders as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def record():
    course = make.course()
    enrolment = make.enrol(course)
    return make.submission(make.assignment(course), enrolment.learner)


def refused(write) -> bool:
    try:
        with transaction.atomic():
            write()
    except IntegrityError:
        return True
    return False


def effect(**fields) -> Effect:
    return Effect.objects.create(
        **{
            "kind": EffectKind.SCORE_ZERO,
            "source": "sanction:a",
            "starts_at": make.HANDED_IN,
            **fields,
        }
    )


def test_there_is_one_platform():
    make.institution(is_platform=True)
    make.institution()
    assert refused(lambda: make.institution(is_platform=True))
    assert Institution.objects.filter(is_platform=True).count() == 1


@pytest.mark.parametrize("mark", ["-0.01", "100.01"])
def test_a_pass_mark_is_a_percentage(mark):
    assert refused(lambda: make.course(pass_mark=Decimal(mark)))


@pytest.mark.parametrize("mark", ["0", "100"])
def test_the_ends_of_the_scale_are_pass_marks(mark):
    assert make.course(pass_mark=Decimal(mark)).pk


@pytest.mark.parametrize(
    "fields", [{"weight": Decimal("-1")}, {"weight": Decimal("100.5")}, {"max_score": Decimal(0)}]
)
def test_weight_and_highest_score_of_an_assignment(fields):
    course = make.course()
    assert refused(lambda: make.assignment(course, **fields))


def test_a_score_is_not_negative(record):
    rows = Submission.objects.filter(pk=record.pk)
    assert refused(lambda: rows.update(score=Decimal("-0.5")))


def test_a_person_is_enrolled_and_teaches_once(record):
    course = record.assignment.course
    make.teach(course, record.learner)
    assert refused(lambda: Enrolment.objects.create(course=course, learner=record.learner))
    assert refused(lambda: Teaching.objects.create(course=course, user=record.learner))


def test_an_enrolment_has_one_certificate(record):
    enrolment = record.learner.enrolments.get()
    make.certificate(enrolment)
    assert refused(lambda: Certificate.objects.create(enrolment=enrolment))


def test_a_holiday_is_entered_once():
    institution = make.institution()
    Holiday.objects.create(institution=institution, day=date(2026, 12, 25), name="Christmas")
    assert refused(
        lambda: Holiday.objects.create(institution=institution, day=date(2026, 12, 25), name="Xmas")
    )


def test_an_effect_has_exactly_one_target(record):
    enrolment = record.learner.enrolments.get()
    post = make.post(record.assignment.course, record.learner)
    assert refused(lambda: effect())
    assert refused(lambda: effect(submission=record, enrolment=enrolment))
    assert refused(lambda: effect(enrolment=enrolment, post=post))
    assert refused(lambda: effect(submission=record, enrolment=enrolment, post=post))
    for target in ({"submission": record}, {"enrolment": enrolment}, {"post": post}):
        assert effect(**target).pk


def test_one_standing_effect_per_cause_kind_and_target(record):
    enrolment = record.learner.enrolments.get()
    post = make.post(record.assignment.course, record.learner)
    for target in ({"submission": record}, {"enrolment": enrolment}, {"post": post}):
        first = effect(**target)
        assert refused(lambda target=target: effect(**target))
        assert effect(source="sanction:b", **target).pk
        assert effect(kind=EffectKind.CONTENT_HIDDEN, **target).pk
        first.reversed_at = make.HANDED_IN
        first.save()
        assert effect(**target).pk


@pytest.mark.parametrize("hours", [0, -1])
def test_an_effect_ends_after_it_began(record, hours):
    end = make.HANDED_IN + timedelta(hours=hours)
    assert refused(lambda: effect(submission=record, ends_at=end))


def test_an_unknown_kind_of_effect_is_refused(record):
    assert refused(lambda: effect(submission=record, kind="shaved_head"))


def test_a_person_with_work_cannot_be_deleted(record):
    with pytest.raises(IntegrityError):
        record.learner.delete()


@pytest.mark.parametrize(
    ("model", "field", "limit"),
    [(Assignment, "instructions", 20_000), (Submission, "text", 200_000)],
)
def test_long_text_has_a_limit_that_both_databases_keep(record, model, field, limit):
    row = model.objects.first()
    setattr(row, field, "a" * limit)
    row.clean_fields()
    setattr(row, field, "a" * (limit + 1))
    with pytest.raises(ValidationError) as refusal:
        row.clean_fields()
    assert field in refusal.value.message_dict


def test_public_ids_are_random_and_differ(record):
    other = make.submission(record.assignment, record.learner)
    assert record.public_id != other.public_id
    assert record.public_id.version == other.public_id.version == 4


def test_a_course_keeps_its_address_to_itself():
    course = make.course()
    assert refused(lambda: make.course(slug=course.slug))
    assert Course.objects.count() == 1
