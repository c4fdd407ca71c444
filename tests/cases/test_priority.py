"""How much a case presses: what counts, what does not, and the order that follows from it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from cases import priority as table
from cases.enums import CaseKind, CaseStatus, ReportMode, ReportStatus
from cases.models import BadFaith, Case, Surge
from cases.priority import LEVELS, level_of
from cases.services import triage
from cases.services.priority import WEIGHED, catch_up, explain, weigh
from integrity.audit import services as audit
from integrity.core import clock
from integrity.core.calendar import working_time_before
from integrity.courses.enums import ProductKind
from integrity.courses.models import Holiday, Programme
from policies.models import Document
from policies.selectors import governing_version
from policies.services.demo import load_demo_policies
from tests.cases import builders as build
from tests.cases.noticed_world import Noticed, case_of
from tests.cases.test_process import World
from tests.courses import builders as make

# Wednesday; the essay of the builders counts for the whole course.
NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
DUE = datetime(2026, 11, 20, 23, 59, 59, tzinfo=UTC)
WHOLE_COURSE = 24


def weighed(case: Case) -> Case:
    weigh(case)
    case.save(update_fields=[*WEIGHED])
    return case


def plain(**fields: Any) -> Case:
    """A case that nothing brings forward: academic, about no work."""
    return build.case(course=None, learner=None, **({"due_at": DUE} | fields))


def titles(case: Case) -> list[str]:
    return [str(reason.title) for reason in explain(case)]


# Levels


def test_levels_begin_where_the_table_says_and_leave_no_gap() -> None:
    assert [level.name for level in LEVELS] == ["high", "normal", "low"]
    for level in LEVELS:
        assert level_of(level.least) is level
        if level.least:
            assert level_of(level.least - 1) is not level
    assert level_of(10_000).name == "high"


def test_every_number_of_the_table_has_its_reason() -> None:
    weights = [
        *table.VIOLATIONS.values(),
        *table.PRODUCTS.values(),
        *(weight for _share, weight in table.SHARES),
        table.REPORTER,
    ]
    assert all(weight.hours > 0 and str(weight.why) for weight in weights)


@pytest.mark.django_db
def test_every_code_of_the_table_is_one_of_the_policies_we_bring() -> None:
    load_demo_policies(audit.Actor.system("tests"))
    versions = [
        governing_version(Document.objects.get(slug=slug))
        for slug in ("honor-code", "code-of-conduct")
    ]
    known = {
        code
        for version in versions
        if version is not None
        for code in version.violation_types.values_list("code", flat=True)
    }
    assert set(table.VIOLATIONS) <= known


# What counts


@pytest.mark.django_db
def test_a_case_nothing_brings_forward_stands_at_its_deadline() -> None:
    case = weighed(plain())
    assert (case.priority, case.rank_at) == (0, DUE)
    assert explain(case) == []


@pytest.mark.django_db
@pytest.mark.parametrize(("share", "hours"), [(100, 24), (50, 24), (49, 12), (20, 12), (19, 0)])
def test_the_share_of_the_course_counts(share: int, hours: int) -> None:
    case = build.case(due_at=DUE)
    case.assignment.weight = Decimal(share)  # type: ignore[union-attr]
    case.assignment.save()  # type: ignore[union-attr]
    assert weighed(case).priority == hours


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "hours"),
    [(ProductKind.DEGREE, 24), (ProductKind.PROFESSIONAL_CERTIFICATE, 12), (ProductKind.COURSE, 0)],
)
def test_what_the_course_leads_to_counts(kind: str, hours: int) -> None:
    here = make.institution()
    programme = Programme.objects.create(
        institution=here, slug=f"p-{kind}", title="Programme", product_kind=kind
    )
    course = make.course(institution=here, programme=programme)
    case = build.case(course=course, due_at=DUE)
    assert weighed(case).priority == WHOLE_COURSE + hours


@pytest.mark.django_db
def test_stakes_are_those_of_academic_cases() -> None:
    case = build.case(due_at=DUE, kind=CaseKind.CONDUCT)
    assert weighed(case).priority == table.KINDS[CaseKind.CONDUCT].hours


@pytest.mark.django_db
def test_what_is_alleged_counts_instead_of_what_was_reported() -> None:
    version = build.policy()
    bought = version.violation_types.get(code="contract_cheating")
    case = build.case(policy_version=version, due_at=DUE, status=CaseStatus.INVESTIGATION)
    build.report(case, violation_type=bought)
    assert weighed(case).priority == WHOLE_COURSE + 24
    build.allegation(case, violation_type=version.violation_types.get(code="plagiarism"))
    assert weighed(case).priority == WHOLE_COURSE
    withdrawn = build.allegation(case, violation_type=bought)
    assert weighed(case).priority == WHOLE_COURSE + 24
    withdrawn.withdrawn_at = clock.now()
    withdrawn.save()
    assert weighed(case).priority == WHOLE_COURSE


@pytest.mark.django_db
def test_a_conduct_type_that_an_institution_added_weighs_as_its_kind() -> None:
    version = build.policy(violations=(("hazing", "Hazing", "3"),))
    case = plain(kind=CaseKind.CONDUCT)
    build.report(case, violation_type=version.violation_types.get())
    assert weighed(case).priority == table.KINDS[CaseKind.CONDUCT].hours
    assert titles(case) == ["Hazing"]


# Who reported


@pytest.mark.django_db
def test_each_further_person_counts_up_to_a_bound() -> None:
    case = plain()
    seen = []
    for _number in range(6):
        build.report(case)
        seen.append(weighed(case).priority)
    assert seen == [0, 8, 16, 24, 24, 24]


@pytest.mark.django_db
def test_several_reports_of_one_person_count_once() -> None:
    case, person = plain(), make.person("Rosa Reporter")
    for _number in range(5):
        build.report(case, person)
    assert weighed(case).priority == 0


@pytest.mark.django_db
def test_reports_nobody_can_tell_apart_count_no_more_than_one() -> None:
    case = plain()
    build.report(case)
    for _number in range(4):
        build.report(case, mode=ReportMode.ANONYMOUS, reporter_ref="", reporter_sealed=None)
    for _number in range(4):
        # What the office wrote down counts as told once: an account behind it is nobody's business.
        build.report(case, informant_sealed=b"sealed")
    assert weighed(case).priority == 0


@pytest.mark.django_db
@pytest.mark.parametrize("status", [ReportStatus.DRAFT, ReportStatus.WITHDRAWN])
def test_what_was_not_sent_or_taken_back_does_not_count(status: str) -> None:
    case = plain()
    build.report(case)
    build.report(case, status=status)
    assert weighed(case).priority == 0


@pytest.mark.django_db
def test_a_report_found_to_be_in_bad_faith_does_not_count() -> None:
    case = plain()
    build.report(case)
    bad = build.report(case)
    assert weighed(case).priority == 8
    found = BadFaith.objects.create(report=bad, reasons="Made up.", found_by=build.officer())
    assert weighed(case).priority == 0
    found.taken_back_at = clock.now()
    found.save()
    assert weighed(case).priority == 8


@pytest.mark.django_db
def test_very_many_reports_at_once_count_as_one() -> None:
    """HOSTILE 31: fifty friends push nobody to the front of the queue."""
    world = Noticed()
    first = case_of(world.report(world.anna, world.of_ben))
    alone = first.priority
    for number in range(3):
        world.report(world.learner(f"Friend {number}"), world.of_ben)
    first.refresh_from_db()
    assert first.priority == alone + 3 * table.REPORTER.hours
    world.report(world.learner("Friend 4"), world.of_ben)
    first.refresh_from_db()
    assert Surge.objects.count() == 1
    assert first.surge_id is not None
    assert first.priority == alone
    assert not any("reported it" in title for title in titles(first))


@pytest.mark.django_db
def test_when_a_group_forms_every_case_in_it_is_weighed_again() -> None:
    world = Noticed()
    other = case_of(world.report(world.anna, world.of_ben))
    for number in range(2):
        world.report(world.learner(f"First {number}"), world.of_ben)
    other.refresh_from_db()
    raised = other.priority
    second = make.submission(make.assignment(world.course), world.ben)
    for number in range(2):
        world.report(world.learner(f"Second {number}"), second)
    other.refresh_from_db()
    assert other.surge_id is not None
    assert other.priority == raised - 2 * table.REPORTER.hours


# The order


@pytest.mark.django_db
def test_a_reason_brings_a_case_forward_over_a_weekend_by_working_time() -> None:
    monday = datetime(2026, 11, 23, 23, 59, 59, tzinfo=UTC)
    case = weighed(build.case(due_at=monday))
    assert case.priority == 24
    assert case.rank_at == datetime(2026, 11, 20, 23, 59, 59, tzinfo=UTC)
    assert weighed(plain(due_at=DUE)).rank_at == case.rank_at


@pytest.mark.django_db
def test_a_holiday_is_no_time_to_come_forward_by() -> None:
    monday = datetime(2026, 11, 23, 23, 59, 59, tzinfo=UTC)
    case = build.case(due_at=monday)
    Holiday.objects.create(institution=case.institution, day=DUE.date(), name="Founders")
    assert weighed(case).rank_at == datetime(2026, 11, 19, 23, 59, 59, tzinfo=UTC)


@pytest.mark.django_db
@pytest.mark.parametrize("later", [timedelta(), timedelta(days=1), timedelta(days=30)])
def test_the_order_is_the_same_at_any_time(later: timedelta) -> None:
    with clock.frozen(NOON):
        heavy = weighed(build.case(due_at=DUE + timedelta(days=3)))
        light = weighed(plain(due_at=DUE + timedelta(hours=1)))
        before = (heavy.rank_at, light.rank_at)
    with clock.frozen(NOON + later):
        assert (weighed(heavy).rank_at, weighed(light).rank_at) == before


@pytest.mark.django_db
@pytest.mark.parametrize(
    "status", [CaseStatus.DECIDED, CaseStatus.CLOSED, CaseStatus.DISMISSED, CaseStatus.APPEAL]
)
def test_what_has_no_deadline_has_no_rank(status: str) -> None:
    case = weighed(build.case(status=status, due_at=None))
    assert case.rank_at is None
    assert case.escalate_at is None


@pytest.mark.django_db
def test_the_time_a_learner_has_is_not_brought_forward_and_alerts_nobody() -> None:
    case = weighed(build.case(status=CaseStatus.NOTIFIED, due_at=DUE))
    assert case.rank_at == DUE
    assert case.escalate_at is None


@given(
    st.integers(0, 400),
    st.integers(0, 400),
    st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)),
)
def test_more_reasons_never_put_a_case_further_back(less: int, more: int, due: datetime) -> None:
    end = due.replace(tzinfo=UTC)
    for zone in ("Europe/Berlin", "America/Santiago", "Asia/Tokyo"):
        far = working_time_before(end, timedelta(hours=less + more), zone=zone)
        near = working_time_before(end, timedelta(hours=less), zone=zone)
        assert far <= near <= end


@given(
    st.lists(st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)), min_size=2, max_size=2),
    st.integers(0, 100),
)
def test_of_two_cases_with_the_same_reasons_the_one_due_first_comes_first(
    ends: list[datetime], hours: int
) -> None:
    first, second = sorted(end.replace(tzinfo=UTC) for end in ends)
    span = timedelta(hours=hours)
    for zone in ("Europe/Berlin", "America/Santiago"):
        early = working_time_before(first, span, zone=zone)
        assert early <= working_time_before(second, span, zone=zone)


# When it is weighed


@pytest.mark.django_db
def test_a_case_is_weighed_when_it_is_filed_joined_and_worked_on() -> None:
    world = Noticed()
    case = case_of(world.report(world.anna, world.of_ben))
    assert case.priority == WHOLE_COURSE
    assert case.rank_at is not None
    assert case.due_at is not None
    assert case.rank_at < case.due_at
    world.report(world.learner("Second"), world.of_ben)
    case.refresh_from_db()
    assert case.priority == WHOLE_COURSE + 8
    before = case.rank_at
    triage.open_case(actor=world.moderator, number=case.number)
    case.refresh_from_db()
    assert case.rank_at is not None
    assert before is not None
    assert case.rank_at > before


@pytest.mark.django_db
def test_cases_of_a_time_before_ranks_are_caught_up_with() -> None:
    old = build.case(due_at=DUE)
    resting = build.case(status=CaseStatus.CLOSED)
    revision = old.revision
    assert catch_up() == 1
    assert catch_up() == 0
    old.refresh_from_db()
    resting.refresh_from_db()
    assert old.rank_at is not None
    assert old.revision == revision
    assert resting.rank_at is None


@pytest.mark.django_db
def test_weighing_takes_four_queries_at_most(django_assert_max_num_queries: Any) -> None:
    case = build.case(due_at=DUE)
    for _number in range(12):
        build.report(case)
    case = Case.objects.get(pk=case.pk)
    with django_assert_max_num_queries(4):
        weigh(case)
    with django_assert_max_num_queries(2):
        explain(case)


# In words


@pytest.mark.django_db
def test_the_strongest_reason_comes_first_and_the_sum_is_the_priority() -> None:
    version = build.policy(violations=(("harassment", "Harassment", "3"),))
    case = plain(kind=CaseKind.CONDUCT)
    for _number in range(3):
        build.report(case, violation_type=version.violation_types.get())
    weighed(case)
    reasons = explain(case)
    assert [str(reason.title) for reason in reasons] == ["Harassment", "3 people reported it"]
    assert sum((r.brings_forward for r in reasons), timedelta()) == timedelta(hours=case.priority)
    assert str(reasons[0].why).startswith("2 working days forward: ")
    assert str(reasons[1].why).startswith("16 hours forward: ")


@pytest.mark.django_db
def test_urgent_stands_first_and_weighs_nothing() -> None:
    case = weighed(plain(urgent=True))
    assert case.priority == 0
    assert titles(case) == ["Urgent"]


@pytest.mark.django_db
def test_the_explanation_tells_how_many_reported_and_nothing_of_who() -> None:
    version = build.policy()
    case = build.case(policy_version=version, due_at=DUE)
    senders = [make.person(f"Sealed Sender {number}") for number in range(3)]
    for sender in senders:
        build.report(case, sender)
    weighed(case)
    moderator = build.moderator()
    client = Client()
    client.force_login(moderator)
    page = client.get(reverse("desk:case", args=[case.number])).content.decode()
    assert "3 people reported it" in page
    for sender in senders:
        assert sender.display_name not in page
        assert str(sender.public_id) not in page


@pytest.mark.django_db
def test_the_page_of_a_case_says_its_level_and_why() -> None:
    world = World()
    build.report(world.case)
    world.opened()
    client = Client()
    client.force_login(world.moderator)
    page = client.get(reverse("desk:case", args=[world.number])).content.decode()
    assert "Normal priority" in page
    assert "the result of the whole course hangs on this work" in page
