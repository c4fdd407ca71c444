"""The texts a new case stands on (PO4, PO5), from the pages and the API, and how pages say so."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases import governing
from cases.models import Case
from cases.selectors.governing import governing_page, permits_of
from cases.services import allegation, notice, triage
from integrity.audit.models import Event
from integrity.core import clock
from integrity.core.errors import IllegalTransition, InvalidInput
from integrity.courses.models import AssignmentTerms
from tests.cases import builders as build
from tests.cases import intake_builders as intake
from tests.cases.test_process import World
from tests.courses import builders as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(frozen_clock: Any) -> intake.Scene:
    return intake.scene()


def told(scene: intake.Scene, **fields: Any) -> Case:
    """A report in words, filed."""
    report = intake.send(
        scene, **{"kind": "violation", "submission": None, "course": scene.course, **fields}
    )
    assert report.case is not None
    return report.case


def changed(scene: intake.Scene, moment: datetime, code: str = "plagiarism") -> Any:
    """Version 2 of the honor code in force from `moment`, naming one violation."""
    return intake.next_version(
        scene.honor, since=clock.now() - moment, code=code, title="In new words"
    )


def test_a_flag_stands_on_the_text_of_the_instant_it_was_handed_in(scene: intake.Scene) -> None:
    case = intake.send(scene).case
    assert case is not None
    assert (case.policy_version, case.supplement, case.course_terms) == (scene.honor, None, None)
    assert (case.governing_basis, case.incident_day_only) == ("instant", False)
    assert case.incident_at == scene.submission.submitted_at
    event = Event.objects.get(action="case.filed")
    assert event.data == {
        "kind": "academic",
        "urgent": False,
        "basis": "instant",
        "texts": [scene.honor.pk],
        "codes": ["plagiarism"],
    }


def test_a_post_stands_on_the_text_of_the_instant_it_was_written(scene: intake.Scene) -> None:
    case = intake.send(
        scene, kind="incident", submission=None, post=scene.post,
        violation_type=scene.type("harassment"),
    ).case  # fmt: skip
    assert case is not None
    assert (case.policy_version, case.governing_basis) == (scene.conduct, "instant")
    assert case.incident_at == scene.post.created_at


def test_where_nobody_said_when_the_time_of_receipt_counts(scene: intake.Scene) -> None:
    case = told(scene)
    assert (case.policy_version, case.governing_basis) == (scene.honor, "received")
    assert case.incident_at is None


def test_a_bare_day_is_kept_as_a_day(scene: intake.Scene) -> None:
    case = told(scene, incident_at=governing.kept_day(date(2026, 1, 15)), incident_day_only=True)
    assert (case.governing_basis, case.incident_day_only) == ("day", True)
    assert governing.incident_day(case) == date(2026, 1, 15)
    report = case.reports.get()
    assert governing.happened(report) == date(2026, 1, 15)


def test_on_a_day_of_change_the_kinder_text_governs_and_the_page_says_why(
    scene: intake.Scene, client: Client
) -> None:
    newer = changed(scene, datetime(2026, 1, 15, 12, tzinfo=UTC), code="fraud")
    case = told(scene, incident_at=governing.kept_day(date(2026, 1, 15)), incident_day_only=True)
    # It does not name plagiarism, so it is kinder; and nothing of it can be alleged.
    assert (case.policy_version, case.governing_basis) == (newer, "kinder")
    report = case.reports.get()
    assert report.violation_type is None
    page = governing_page(case)
    (line,) = page.lines
    assert line.version == newer
    assert [(item.other, item.words) for item in line.reasons] == [
        (scene.honor, "What is reported is named by the other text only.")
    ]
    moderator = build.moderator()
    triage.claim(actor=moderator, number=case.number)
    client.force_login(moderator)
    html = client.get(reverse("desk:governing", args=[case.number])).content.decode()
    assert "What is reported is named by the other text only." in html
    assert scene.honor.get_absolute_url() in html
    assert newer.get_absolute_url() in html


def test_the_institution_of_the_course_supplements_wherever_the_case_is_decided(
    scene: intake.Scene,
) -> None:
    college = make.institution()
    supplement = build.policy(college)
    course = make.course(institution=college)
    case = told(scene, course=course, institution=scene.platform)
    assert case.institution == scene.platform
    assert (case.policy_version, case.supplement) == (scene.honor, supplement)
    assert not case.institution_decides
    assert governing.texts(case).in_order == (supplement, scene.honor)
    # The report names the row of the text that governs the code.
    assert case.reports.get().violation_type == supplement.violation_types.get(code="plagiarism")


def test_an_institutions_text_alone_is_the_main_one(scene: intake.Scene) -> None:
    college = make.institution()
    clock_then = clock.now() - timedelta(days=30)
    with clock.frozen(clock_then):
        own = build.policy(college)
    between = scene.honor.effective_at - timedelta(days=1)
    case = told(scene, course=make.course(institution=college), incident_at=between)
    assert (case.policy_version, case.supplement) == (own, None)
    assert governing.texts(case).institution == own


def test_before_any_text_a_case_is_received_and_dismissed_and_nothing_is_alleged(
    scene: intake.Scene, client: Client
) -> None:
    before = scene.honor.effective_at - timedelta(microseconds=1)
    case = told(scene, incident_at=before)
    assert (case.policy_version, case.governing_basis) == (None, "none")
    moderator = build.moderator()
    triage.open_case(actor=moderator, number=case.number, learner_email=scene.learner.email)
    respondent = case.respondents.get()
    with pytest.raises((InvalidInput, IllegalTransition)):
        allegation.add(
            actor=moderator,
            number=case.number,
            respondent_id=respondent.public_id,
            violation_type_id=scene.type("plagiarism").pk,
            completion="completed",
            description="Three passages.",
        )
    assert not case.allegations.exists()
    client.force_login(moderator)
    for name in ("governing", "incident"):
        html = client.get(reverse(f"desk:{name}", args=[case.number])).content.decode()
        assert "No text governs this case" in html
    assert client.get(reverse("desk:allege", args=[case.number])).status_code in (200, 409)
    triage.dismiss(actor=moderator, number=case.number, reason="no_violation")
    case.refresh_from_db()
    assert case.status == "dismissed"


@pytest.mark.parametrize(
    ("away", "number"),
    [
        (timedelta(microseconds=-1), 1),
        (timedelta(), 2),
        (timedelta(microseconds=1), 2),
    ],
)
def test_on_the_instant_of_change(scene: intake.Scene, away: timedelta, number: int) -> None:
    change = datetime(2026, 1, 15, 12, tzinfo=UTC)
    changed(scene, change)
    case = told(scene, incident_at=change + away)
    assert case.policy_version is not None
    assert case.policy_version.number == number


def test_the_page_of_texts_asks_the_same_however_many_there_are(
    scene: intake.Scene, count_queries: Any
) -> None:
    case = told(scene)
    build.respondent(case, scene.learner)
    college = make.institution()
    build.policy(college)
    larger = told(scene, course=make.course(institution=college), form_key="other")
    for _number in range(4):
        build.respondent(larger)

    def asked(of: Case) -> int:
        of = Case.objects.select_related("institution", "course").get(pk=of.pk)
        people = list(of.respondents.select_related("user"))
        with count_queries() as queries:
            governing_page(of, people)
        return int(queries.number)

    assert asked(case) == asked(larger) == 6


# What the assignment permitted (PO10)


def terms(scene: intake.Scene, at: datetime, **said: str) -> AssignmentTerms:
    return AssignmentTerms.objects.create(
        assignment=scene.assignment, set_at=at, form_key=f"t-{at.isoformat()}", **said
    )


def flagged(scene: intake.Scene, **fields: Any) -> Case:
    case = intake.send(scene).case
    assert case is not None
    for name, value in fields.items():
        setattr(case, name, value)
    return case


def test_what_was_permitted_is_asked_at_the_instant_of_the_incident(scene: intake.Scene) -> None:
    moment = scene.submission.submitted_at
    first = terms(scene, moment - timedelta(days=9), tools="allowed")
    second = terms(scene, moment, tools="forbidden")
    case = flagged(scene)
    found = permits_of(case)
    assert found is not None
    assert found.terms == second
    case.incident_at = moment - timedelta(microseconds=1)
    found = permits_of(case)
    assert found is not None
    assert (found.terms, found.changed) == (first, False)


def test_on_a_bare_day_the_answer_that_permits_more_counts_and_both_are_shown(
    scene: intake.Scene, client: Client
) -> None:
    scene.platform.time_zone = "America/New_York"
    scene.platform.save()
    # 03:00 UTC is still the evening before in New York.
    terms(scene, datetime(2026, 1, 15, 3, tzinfo=UTC), tools="forbidden", sharing="allowed")
    noon = datetime(2026, 1, 15, 17, tzinfo=UTC)
    terms(scene, noon, tools="allowed", sharing="limited", note="Only the figures.")
    case = flagged(scene, incident_at=governing.kept_day(date(2026, 1, 15)), incident_day_only=True)
    case.save()
    found = permits_of(case)
    assert found is not None
    assert found.changed
    by_name = {str(a.question): a.permission.value for a in found.answers}
    assert list(by_name.values()) == ["unsaid", "allowed", "allowed", "unsaid"]
    assert len(found.lines) == 2
    moderator = build.moderator()
    triage.claim(actor=moderator, number=case.number)
    client.force_login(moderator)
    html = client.get(reverse("desk:governing", args=[case.number])).content.decode()
    assert "the answer that permits more counts" in html
    assert "Only the figures." in html
    # The day before has the first answer only from 22:00 on, and before that nothing was said.
    case.incident_at = governing.kept_day(date(2026, 1, 14))
    found = permits_of(case)
    assert found is not None
    assert [line.said is None for line in found.lines] == [True, False]
    answers = [a.permission.value for a in found.answers]
    assert answers == ["unsaid", "allowed", "unsaid", "unsaid"]


def test_before_anything_was_said_nothing_is_shown_as_permitted(scene: intake.Scene) -> None:
    case = flagged(scene)
    found = permits_of(case)
    assert found is not None
    assert (found.terms, found.answers) == (None, [])
    assert permits_of(told(scene, form_key="words")) is None


def test_the_notice_and_the_learners_page_say_what_was_permitted(
    frozen_clock: Any, client: Client
) -> None:
    world = World().alleged()
    assert world.case.assignment is not None
    moment = world.case.incident_at
    assert moment is not None
    AssignmentTerms.objects.create(
        assignment=world.case.assignment, set_at=moment, form_key="before",
        tools="limited", note="A spelling checker is fine.",
    )  # fmt: skip
    AssignmentTerms.objects.create(
        assignment=world.case.assignment, set_at=moment + timedelta(seconds=1), form_key="after",
        tools="forbidden",
    )  # fmt: skip
    letter = notice.preview(
        actor=world.moderator, number=world.number, respondent_id=world.rid, questions=""
    )
    assert "What was permitted" in letter.html
    assert "allowed within limits" in letter.html
    assert "A spelling checker is fine." in letter.html
    assert "not allowed" not in letter.html
    notice.send(
        actor=world.moderator,
        number=world.number,
        respondent_id=world.rid,
        questions="",
        revision=None,
    )
    client.force_login(world.learner)
    html = client.get(reverse("my:case", args=[world.number])).content.decode()
    assert "Allowed within limits" in html
    assert "A spelling checker is fine." in html
