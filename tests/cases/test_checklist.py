"""What a respondent is owed before a decision (CF8): each item that is missing really blocks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases import due_process
from cases.due_process import WORDS, facts_of
from cases.models import Disclosure, Notice, PointAnswer
from cases.selectors.case_page import case_page
from cases.services import determination, response
from cases.views.desk.checks import checks, facts_on
from integrity.core import clock
from integrity.core.errors import IllegalTransition, InvalidInput, NotFound
from notifications.models import Letter, OutboxMessage
from tests.cases import builders as build
from tests.cases.test_process import World

pytestmark = pytest.mark.django_db


def record(world: World) -> Any:
    return determination.record_findings(
        actor=world.moderator,
        number=world.number,
        respondent_id=world.rid,
        findings=world.findings(),
        reasons_finding="The sentences are the article's.",
        answers=world.answers(),
        supports=build.rests_on(world.respondent),
    )


def refused(call: Callable[[], Any]) -> str:
    with pytest.raises(IllegalTransition) as error:
        call()
    return str(error.value.message)


def shown(world: World) -> dict[str, str]:
    page = case_page(world.officer, world.number)
    return {str(c.title): c.state for c in checks(page, page.progress[0])[1]}


def delivered(world: World, *, read: bool = False) -> None:
    letter = world.respondent.notices.get().letter
    OutboxMessage.objects.filter(letter=letter).update(state="sent", sent_at=clock.now())
    if read:
        Letter.objects.filter(pk=letter.pk).update(first_read_at=clock.now())


def test_before_the_notice_is_delivered_nothing_is_found() -> None:
    world = World().notified()
    assert facts_of(world.respondent).unmet(due_process.BEFORE_FINDINGS)[0] == due_process.NOTICE
    assert refused(lambda: record(world)) == WORDS[due_process.NOTICE]
    assert refused(
        lambda: response.lapse(
            actor=world.officer, number=world.number, respondent_id=world.rid, reason="No answer."
        )
    )
    assert shown(world)["Notice delivered"] == "missing"


def test_before_the_notice_is_opened_nothing_is_found() -> None:
    world = World().notified()
    delivered(world)
    assert refused(lambda: record(world)) == WORDS[due_process.OPENED]
    found = shown(world)
    assert (found["Notice delivered"], found["Notice opened"]) == ("done", "missing")


def test_before_the_time_to_answer_is_over_nothing_is_found() -> None:
    world = World().notified()
    delivered(world, read=True)
    assert refused(lambda: record(world)) == WORDS[due_process.TIME]
    assert shown(world)["Time to answer"] == "missing"
    with clock.frozen(Notice.objects.get().due_at + timedelta(days=1)):
        response.lapse(
            actor=world.officer, number=world.number, respondent_id=world.rid, reason="No answer."
        )
        assert shown(world)["Time to answer"] == "done"
        assert record(world)


def test_without_evidence_shown_nothing_is_found() -> None:
    world = World().answered()
    Disclosure.objects.all().delete()
    assert refused(lambda: record(world)) == WORDS[due_process.EVIDENCE]
    assert shown(world)["Evidence shown"] == "missing"


def test_without_an_answer_to_every_point_nothing_is_decided() -> None:
    world = World().answered()
    with pytest.raises(InvalidInput):
        determination.record_findings(
            actor=world.moderator,
            number=world.number,
            respondent_id=world.rid,
            findings=world.findings(),
            reasons_finding="Because.",
            answers={},
            supports=build.rests_on(world.respondent),
        )
    record(world)
    assert shown(world)["Every point answered"] == "done"
    PointAnswer.objects.all()[0].delete()
    assert refused(lambda: world.propose(["warning_written"])) == WORDS[due_process.POINTS]
    assert shown(world)["Every point answered"] == "missing"


def test_without_a_finding_for_every_allegation_nothing_is_decided() -> None:
    world = World().found()
    proposed = world.propose(["assignment_failed"])
    build.allegation(world.case, world.respondent, by=world.moderator)
    assert shown(world)["Finding for each allegation"] == "missing"
    assert refused(lambda: world.confirm(proposed.digest)) == WORDS[due_process.FINDINGS]


def test_with_a_conflict_of_interest_nobody_comes_so_far() -> None:
    world = World().found()
    build.conflict(world.case, world.officer)
    with pytest.raises(NotFound):
        world.propose(["warning_written"])


def test_the_page_and_the_server_read_the_same_facts() -> None:
    for world in (World().notified(), World().answered(), World().found()):
        page = case_page(world.officer, world.number)
        assert facts_on(page.progress[0]) == facts_of(world.respondent)


def test_what_is_missing_says_where_it_is_mended(client: Client) -> None:
    world = World().answered()
    client.force_login(world.moderator)
    html = client.get(reverse("desk:case", args=[world.number])).content.decode()
    assert reverse("desk:findings", args=[world.number, world.rid]) in html
    assert str(WORDS[due_process.POINTS]) in html
    world = World().notified()
    client.force_login(world.moderator)
    answer = client.post(reverse("desk:findings", args=[world.number, world.rid]))
    assert answer.status_code == 409
    assert str(WORDS[due_process.NOTICE]) in answer.content.decode()
