"""The desk says when it happened, and what governs follows from it (PO4)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases import governing
from cases.models import Case
from cases.services import incident, triage
from integrity.accounts.models import User
from integrity.audit.models import Event
from integrity.core import clock
from integrity.core.errors import IllegalTransition, InvalidInput, NotFound, NotPermitted, Stale
from tests.cases import builders as build
from tests.cases import intake_builders as intake
from tests.cases.test_process import World

pytestmark = pytest.mark.django_db
CHANGE = datetime(2026, 1, 15, 12, tzinfo=UTC)
DAY = CHANGE.date()


@pytest.fixture
def world(frozen_clock: Any) -> World:
    return World()


def newer(world: World, code: str = "plagiarism", at: datetime = CHANGE) -> Any:
    return intake.next_version(
        world.version, since=clock.now() - at, code=code, title="In new words"
    )


def said(world: World, actor: User | None = None, **fields: Any) -> Case:
    return incident.set_incident(actor=actor or world.moderator, number=world.number, **fields)


def events() -> list[Event]:
    return list(Event.objects.filter(action="case.incident_set").order_by("sequence"))


def test_the_texts_follow_the_instant(world: World) -> None:
    version = newer(world)
    case = said(world, at=CHANGE)
    assert (case.policy_version, case.governing_basis) == (version, "instant")
    assert (case.incident_at, case.incident_day_only) == (CHANGE, False)
    case = said(world, at=CHANGE - timedelta(microseconds=1))
    assert case.policy_version == world.version
    last = events()[-1].data
    assert last["texts"] == [world.version.pk]
    assert (last["basis"], last["day_only"], last["allegations"]) == ("instant", False, [])


def test_the_texts_follow_the_day(world: World) -> None:
    version = newer(world)
    case = said(world, day=DAY + timedelta(days=1))
    assert (case.policy_version, case.governing_basis) == (version, "day")
    assert governing.incident_day(case) == DAY + timedelta(days=1)
    assert said(world, day=DAY).governing_basis == "kinder"
    case = said(world, day=DAY - timedelta(days=1))
    assert (case.policy_version, case.governing_basis) == (world.version, "day")


def test_allegations_move_to_the_same_code_in_the_text_that_governs(world: World) -> None:
    world.alleged()
    version = newer(world)
    before = world.respondent.allegations.get()
    assert before.violation_type.code == "plagiarism"
    case = said(world, at=CHANGE + timedelta(hours=1))
    after = world.respondent.allegations.get()
    assert case.policy_version == version
    assert (after.public_id, after.violation_type) == (
        before.public_id,
        version.violation_types.get(),
    )
    assert after.description == before.description
    assert events()[-1].data["allegations"] == [str(after.public_id)]


def test_who_decides_stays_as_it_was_filed_when_the_programme_becomes_another_product(
    world: World,
) -> None:
    Case.objects.filter(pk=world.case.pk).update(institution_decides=True)
    newer(world)
    assert said(world, at=CHANGE).institution_decides
    world.case.refresh_from_db()
    assert world.case.institution_decides


def test_it_is_refused_while_something_is_alleged_that_the_text_does_not_name(
    world: World,
) -> None:
    world.alleged()
    newer(world, code="fraud")
    titles = [row.violation_type.title for row in world.respondent.allegations.all()]
    with pytest.raises(IllegalTransition, match=titles[0]):
        said(world, at=CHANGE)
    with pytest.raises(IllegalTransition, match=titles[0]):
        incident.preview(actor=world.moderator, number=world.number, at=CHANGE)
    world.case.refresh_from_db()
    assert world.case.policy_version == world.version
    assert events() == []
    allegation = world.respondent.allegations.get()
    allegation.withdrawn_at = clock.now()
    allegation.save()
    # What was taken back stands in nobody's way, and stays in the words it was written in.
    said(world, at=CHANGE)
    allegation.refresh_from_db()
    assert allegation.violation_type.version == world.version


def test_after_the_first_notice_it_stands(world: World, client: Client) -> None:
    world.notified()
    newer(world)
    with pytest.raises(IllegalTransition):
        said(world, at=CHANGE)
    client.force_login(world.moderator)
    address = reverse("desk:incident", args=[world.number])
    assert client.get(address).status_code == 409
    sent = client.post(address, {"step": "send", "day": "2026-01-20", "revision": "0"})
    assert sent.status_code == 409
    world.case.refresh_from_db()
    assert world.case.policy_version == world.version


def test_after_a_notice_it_stands_also_when_the_case_is_taken_up_again(world: World) -> None:
    world.notified()
    newer(world)
    triage.dismiss(actor=world.moderator, number=world.number, reason="not_enough")
    triage.reopen(actor=world.officer, number=world.number, reason="More came.")
    with pytest.raises(IllegalTransition):
        said(world, at=CHANGE)


def test_one_of_several_notified_is_enough(world: World) -> None:
    world.opened()
    build.respondent(world.case, status="notified")
    with pytest.raises(IllegalTransition):
        said(world, at=CHANGE)


def test_the_same_again_changes_nothing_and_is_no_event(world: World) -> None:
    said(world, day=DAY)
    case = said(world, day=DAY)
    assert len(events()) == 1
    assert said(world, day=DAY, revision=0).revision == case.revision


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"day": DAY, "at": CHANGE},
        {"day": date(1999, 12, 31)},
        {"at": datetime(2999, 1, 1, tzinfo=UTC)},
        {"day": date(2999, 1, 1)},
    ],
)
def test_what_is_no_time_is_refused(world: World, told: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as refused:
        said(world, **told)
    assert "day" in refused.value.fields
    assert events() == []


def test_it_lies_before_the_report(world: World) -> None:
    received = world.case.opened_at
    with pytest.raises(InvalidInput):
        said(world, at=received + timedelta(microseconds=1))
    assert said(world, at=received).incident_at == received
    # The day of the report has begun; tomorrow has too, far enough east.
    assert said(world, day=received.date()).incident_day_only
    with pytest.raises(InvalidInput):
        said(world, day=received.date() + timedelta(days=2))


def test_who_may_say_it(world: World) -> None:
    world.opened()
    other = build.moderator("Other")
    for actor, refusal in (
        (world.learner, NotFound),
        (other, NotPermitted),
        (build.auditor(), NotPermitted),
    ):
        with pytest.raises(refusal):
            said(world, actor, at=CHANGE)
    assert events() == []


def test_a_stale_form_is_refused(world: World) -> None:
    with pytest.raises(Stale):
        said(world, at=CHANGE, revision=world.case.revision + 5)


def test_reports_are_named_in_the_words_that_govern(world: World) -> None:
    report = build.report(
        world.case, violation_type=world.version.violation_types.get(code="plagiarism")
    )
    version = newer(world)
    said(world, at=CHANGE)
    report.refresh_from_db()
    assert report.violation_type == version.violation_types.get()


def test_the_page_shows_what_would_govern_before_it_is_kept(world: World, client: Client) -> None:
    world.alleged()
    version = newer(world)
    client.force_login(world.moderator)
    world.moderator.time_zone = "America/Bogota"
    world.moderator.save()
    address = reverse("desk:incident", args=[world.number])
    form = client.get(address).content.decode()
    assert "In your time zone, Bogota." in form
    revision = Case.objects.get(pk=world.case.pk).revision
    sent = {"day": "2026-01-15", "hour": "07:00", "revision": revision}
    seen = client.post(address, {**sent, "step": "preview"})
    html = seen.content.decode()
    assert seen.status_code == 200
    assert version.get_absolute_url() in html
    assert "In new words" in html
    world.case.refresh_from_db()
    assert world.case.policy_version == world.version
    kept = client.post(address, {**sent, "step": "send"})
    assert kept.status_code == 303
    world.case.refresh_from_db()
    # 07:00 in Bogota is noon in UTC, the very instant of the change.
    assert (world.case.incident_at, world.case.policy_version) == (CHANGE, version)


def test_the_page_gives_the_reasons_of_a_day_of_change(world: World, client: Client) -> None:
    newer(world, code="fraud")
    client.force_login(world.moderator)
    address = reverse("desk:incident", args=[world.number])
    build.report(world.case, violation_type=world.version.violation_types.get(code="plagiarism"))
    sent = {"day": DAY.isoformat(), "hour": "", "revision": world.case.revision}
    html = client.post(address, {**sent, "step": "preview"}).content.decode()
    assert "What is reported is named by the other text only." in html
    again = client.post(address, {**sent, "step": "change"}).content.decode()
    assert f'value="{DAY.isoformat()}"' in again
    assert client.post(address, {**sent, "step": "send"}).status_code == 303
    page = client.get(reverse("desk:governing", args=[world.number])).content.decode()
    assert "What is reported is named by the other text only." in page


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"day": ""}, "day"),
        ({"day": "soon"}, "day"),
        ({"day": "2026-01-15", "hour": "25:00"}, "hour"),
        ({"day": "2026-04-05", "hour": "10:00"}, "hour"),
        ({"day": "2025-03-30", "hour": "02:30"}, "hour"),
    ],
)
def test_what_cannot_be_read_is_said_at_its_field_and_stays(
    world: World, client: Client, told: dict[str, str], field: str
) -> None:
    world.moderator.time_zone = "Europe/Berlin"
    world.moderator.save()
    client.force_login(world.moderator)
    address = reverse("desk:incident", args=[world.number])
    answer = client.post(address, {"revision": "0", "step": "send", **told})
    assert answer.status_code == 400
    assert f'href="#id_{field}"' in answer.content.decode()
    assert events() == []
