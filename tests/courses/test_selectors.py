"""The computed course result: base scores with the active effects applied."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from integrity.core import clock
from integrity.courses import selectors, services
from integrity.courses.enums import EffectKind
from integrity.courses.models import Effect
from tests.courses import builders as make

pytestmark = pytest.mark.django_db

START = make.HANDED_IN
SECOND = timedelta(seconds=1)


def graded(*scores: tuple[int, int], pass_mark: int = 60):
    """An enrolment with one submission per (weight, score)."""
    course = make.course(pass_mark=Decimal(pass_mark))
    enrolment = make.enrol(course)
    submissions = [
        make.submission(
            make.assignment(course, title=f"Task {n}", weight=Decimal(weight), position=n),
            enrolment.learner,
            score=Decimal(score),
        )
        for n, (weight, score) in enumerate(scores)
    ]
    return enrolment, submissions


def zero(submission, source: str, **fields) -> Effect:
    return services.apply_effect(
        kind=EffectKind.SCORE_ZERO,
        source=source,
        submission=submission,
        **{"starts_at": START, **fields},
    )


def test_result_weighs_scores_by_the_share_of_each_assignment():
    enrolment, _ = graded((40, 90), (60, 70))
    result = selectors.course_result(enrolment)
    assert (result.percent, result.passes) == (Decimal("78.00"), True)


def test_a_zero_is_a_score_and_no_score_is_none():
    enrolment, [work] = graded((100, 90))
    zero(work, "sanction:a")
    result = selectors.course_result(enrolment)
    assert (result.percent, result.graded) == (Decimal("0.00"), True)


def test_result_uses_the_highest_score_of_the_assignment():
    course = make.course()
    enrolment = make.enrol(course)
    task = make.assignment(course, max_score=Decimal(20))
    make.submission(task, enrolment.learner, score=Decimal(15))
    assert selectors.course_result(enrolment).percent == Decimal("75.00")


def test_only_the_last_submission_of_an_assignment_counts():
    course = make.course()
    enrolment = make.enrol(course)
    task = make.assignment(course)
    make.submission(task, enrolment.learner, score=Decimal(90))
    make.submission(
        task, enrolment.learner, score=Decimal(50), submitted_at=START + timedelta(days=1)
    )
    assert selectors.course_result(enrolment).percent == Decimal("50.00")


def test_an_ungraded_submission_counts_nothing():
    course = make.course()
    enrolment = make.enrol(course)
    make.submission(make.assignment(course), enrolment.learner, score=None)
    result = selectors.course_result(enrolment)
    assert (result.percent, result.graded) == (Decimal("0.00"), False)


def test_other_peoples_work_and_other_courses_do_not_count():
    enrolment, (submission,) = graded((100, 80))
    make.submission(submission.assignment, make.person("Peer"), score=Decimal(10))
    make.submission(make.assignment(make.course()), enrolment.learner, score=Decimal(10))
    assert selectors.course_result(enrolment).percent == Decimal("80.00")


@pytest.mark.parametrize(("score", "passes"), [("59.99", False), ("60.00", True)])
def test_the_pass_mark_itself_passes(score, passes):
    course = make.course(pass_mark=Decimal(60))
    enrolment = make.enrol(course)
    make.submission(make.assignment(course), enrolment.learner, score=Decimal(score))
    assert selectors.course_result(enrolment).passes is passes


def test_score_zero_changes_the_result_and_its_reversal_gives_the_base_score_back():
    enrolment, (first, _) = graded((50, 80), (50, 60))
    zero(first, "sanction:a")
    assert selectors.effective_score(first) == 0
    assert selectors.course_result(enrolment).percent == Decimal("30.00")
    services.reverse_effects(source="sanction:a")
    assert selectors.effective_score(first) == Decimal(80)
    assert selectors.course_result(enrolment).percent == Decimal("70.00")


def test_a_base_score_that_is_graded_again_meanwhile_is_the_one_that_returns():
    enrolment, (submission,) = graded((100, 80))
    zero(submission, "sanction:a")
    submission.score = Decimal(65)
    submission.save()
    assert selectors.course_result(enrolment).percent == Decimal("0.00")
    services.reverse_effects(source="sanction:a")
    assert selectors.course_result(enrolment).percent == Decimal("65.00")


def test_a_result_can_be_asked_for_as_if_a_score_were_zero():
    enrolment, (first, second) = graded((50, 80), (50, 60))
    make.certificate(enrolment)
    after = selectors.course_result(enrolment, as_if_zero=first)
    assert (after.percent, after.passes, after.certificate) == (Decimal("30.00"), False, "issued")
    zero(first, "sanction:a")
    assert selectors.course_result(enrolment, as_if_zero=first).percent == Decimal("30.00")
    assert selectors.course_result(enrolment, as_if_zero=second).percent == Decimal("0.00")


def test_an_effect_is_in_force_from_its_first_second_until_just_before_its_last():
    enrolment, (submission,) = graded((100, 80))
    end = START + timedelta(days=3)
    zero(submission, "sanction:a", ends_at=end)
    scores = [
        selectors.effective_score(submission, at=at)
        for at in (START - SECOND, START, end - SECOND, end)
    ]
    assert scores == [Decimal(80), 0, 0, Decimal(80)]
    assert selectors.course_result(enrolment, at=START - SECOND).percent == Decimal(80)
    assert selectors.course_result(enrolment, at=end - SECOND).percent == 0


def test_the_same_cause_twice_is_one_effect():
    _, (submission,) = graded((100, 80))
    assert zero(submission, "sanction:a") == zero(submission, "sanction:a")
    assert Effect.objects.count() == 1


def test_a_reversed_effect_can_begin_again_and_the_first_one_stays_on_record():
    _, (submission,) = graded((100, 80))
    zero(submission, "sanction:a")
    services.reverse_effects(source="sanction:a")
    zero(submission, "sanction:a")
    assert selectors.effective_score(submission) == 0
    assert Effect.objects.count() == 2


def test_reversing_twice_keeps_the_first_time():
    _, (submission,) = graded((100, 80))
    zero(submission, "sanction:a")
    services.reverse_effects(source="sanction:a", at=START + SECOND)
    assert services.reverse_effects(source="sanction:a", at=START + 2 * SECOND) == []
    assert Effect.objects.get().reversed_at == START + SECOND


def test_certificate_is_withheld_when_the_result_fails_and_given_back_when_it_passes():
    enrolment, (submission,) = graded((100, 80))
    make.certificate(enrolment)
    assert services.settle_certificate(enrolment=enrolment) is None
    zero(submission, "sanction:a")
    assert services.settle_certificate(enrolment=enrolment) == "withheld"
    assert services.settle_certificate(enrolment=enrolment) is None
    assert selectors.course_result(enrolment).certificate == "withheld"
    assert Effect.objects.get(enrolment=enrolment).computed
    services.reverse_effects(source="sanction:a")
    assert services.settle_certificate(enrolment=enrolment) == "released"
    assert selectors.course_result(enrolment).certificate == "issued"


def test_without_a_certificate_there_is_nothing_to_withhold():
    enrolment, (submission,) = graded((100, 80))
    zero(submission, "sanction:a")
    assert services.settle_certificate(enrolment=enrolment) is None
    assert selectors.course_result(enrolment).certificate == "none"


def test_a_certificate_withheld_by_a_decision_does_not_return_with_the_result():
    enrolment, (submission,) = graded((100, 80))
    make.certificate(enrolment)
    services.apply_effect(
        kind=EffectKind.CERTIFICATE_WITHHELD, source="sanction:b", enrolment=enrolment
    )
    zero(submission, "sanction:a")
    services.settle_certificate(enrolment=enrolment)
    services.reverse_effects(source="sanction:a")
    assert services.settle_certificate(enrolment=enrolment) == "released"
    assert selectors.course_result(enrolment).certificate == "withheld"
    services.reverse_effects(source="sanction:b")
    assert selectors.course_result(enrolment).certificate == "issued"


def test_a_revoked_certificate_is_revoked_even_while_it_is_also_withheld():
    enrolment, _ = graded((100, 80))
    make.certificate(enrolment)
    for kind in (EffectKind.CERTIFICATE_WITHHELD, EffectKind.CERTIFICATE_REVOKED):
        services.apply_effect(kind=kind, source=f"sanction:{kind}", enrolment=enrolment)
    assert selectors.course_result(enrolment).certificate == "revoked"


@pytest.mark.parametrize("count", [1, 3])
def test_many_results_take_as_many_queries_as_one(count, django_assert_num_queries):
    enrolments = []
    for _ in range(count):
        enrolment, (submission, _) = graded((50, 80), (50, 60))
        make.certificate(enrolment)
        zero(submission, f"sanction:{enrolment.pk}")
        enrolments.append(enrolment)
    with django_assert_num_queries(4):
        results = selectors.course_results(enrolments)
    assert {result.percent for result in results.values()} == {Decimal("30.00")}
    assert results == {row.pk: selectors.course_result(row) for row in enrolments}


class AnyOrder(TestCase):
    """Whatever was decided, and in whichever order it is taken back, what is left decides alone."""

    @given(data=st.data())
    @settings(max_examples=25, deadline=None)
    def test_effects_that_overlap_are_lifted_in_any_order(self, data):
        scores = data.draw(st.lists(st.integers(0, 100), min_size=1, max_size=3))
        weight = 100 // len(scores)
        enrolment, submissions = graded(*[(weight, score) for score in scores])
        make.certificate(enrolment)
        causes = data.draw(
            st.lists(
                st.tuples(st.integers(0, len(scores) - 1), st.sampled_from("abc")),
                min_size=1,
                max_size=5,
                unique=True,
            )
        )
        services.settle_certificate(enrolment=enrolment)
        for index, name in causes:
            zero(submissions[index], f"sanction:{name}")
            services.settle_certificate(enrolment=enrolment)
            zero(submissions[index], f"sanction:{name}")
        standing = set(causes)
        self.check(enrolment, scores, weight, standing)
        for name in data.draw(st.permutations("abc")):
            services.reverse_effects(source=f"sanction:{name}")
            services.settle_certificate(enrolment=enrolment)
            standing = {cause for cause in standing if cause[1] != name}
            self.check(enrolment, scores, weight, standing)
        assert not Effect.objects.filter(
            submission__in=submissions, reversed_at__isnull=True
        ).exists()

    def check(self, enrolment, scores, weight, standing):
        zeroed = {index for index, _ in standing}
        expected = sum(
            Decimal(score) * weight / 100 for n, score in enumerate(scores) if n not in zeroed
        )
        result = selectors.course_result(enrolment)
        assert result.percent == Decimal(expected).quantize(Decimal("0.01"))
        assert result.certificate == ("issued" if result.passes else "withheld")


def test_holidays_of_another_institution_are_working_days_here():
    from integrity.courses.models import Holiday

    here, there = make.institution(), make.institution()
    Holiday.objects.create(institution=there, day=START.date(), name="Founders")
    assert selectors.holidays(here) == set()
    assert selectors.holidays(there) == {START.date()}


def test_the_clock_decides_when_no_time_is_given():
    _, (submission,) = graded((100, 80))
    zero(submission, "sanction:a", ends_at=START + timedelta(days=1))
    with clock.frozen(START):
        assert selectors.effective_score(submission) == 0
    with clock.frozen(START + timedelta(days=1)):
        assert selectors.effective_score(submission) == Decimal(80)
