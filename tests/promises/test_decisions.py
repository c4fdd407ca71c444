"""Who decides, and what the person concerned is told, when and how."""

from __future__ import annotations

import pytest
from django.urls import reverse

from cases.models import Disclosure, Sanction
from cases.services import determination
from integrity.core.errors import NotFound, NotPermitted
from notifications.models import Letter, OutboxMessage
from notifications.recipients import Recipient
from tests.cases import builders as build
from tests.cases.test_process import World
from tests.courses import builders as make
from tests.promises.helpers import letter, mail, page
from tests.promises.register import CONDUCT, HONOR, LEARNER, PLEDGE, promise

pytestmark = [pytest.mark.usefixtures("shared"), pytest.mark.django_db]


@promise(LEARNER, "3.2", "The platform and its partners alone decide", "PR4")
@promise(PLEDGE, "3.2", "The owner of the code alone decides", "PR4")
def test_only_staff_decide(world: World) -> None:
    world.answered()
    assert world.case.course is not None
    for other in (world.learner, make.teach(world.case.course), build.administrator()):
        with pytest.raises((NotFound, NotPermitted)):
            determination.record_findings(
                actor=other,
                number=world.number,
                respondent_id=world.rid,
                findings=world.findings(),
                reasons_finding="So it seems.",
                answers=world.answers(),
                supports=build.rests_on(world.respondent),
            )
    assert not world.respondent.determinations.exists()


@promise(LEARNER, "3.2", "The learner is told that a decision was made", "NO3")
@promise(PLEDGE, "3.2", "The learner is told that a decision was made", "NO3")
@promise(HONOR, "2.2", "The learner is told that the work was found to be plagiarised", "NO3")
def test_the_decision_is_told(world: World) -> None:
    world.found()
    world.propose(["warning_written"])
    said = letter("determination_issued")
    assert "Plagiarism" in said
    assert "It was shown" in said
    assert "It was shown that this happened." in page(
        world.learner, reverse("my:case", args=[world.number])
    )


@promise(LEARNER, "3.2", "The learner is told which action follows", "NO3")
@promise(PLEDGE, "3.2", "The learner is told which action follows", "NO3")
def test_the_action_is_told(world: World) -> None:
    world.found()
    world.propose(["warning_written"])
    title = world.version.consequences.get(code="warning_written").title  # type: ignore[union-attr]
    assert title in letter("determination_issued")


@promise(HONOR, "2.4", "An email says what happens next", "NO3")
def test_the_email_names_the_next_step_and_nothing_of_the_allegation(world: World) -> None:
    world.found()
    world.propose(["warning_written"])
    said = mail("determination_issued")
    assert world.number in said
    assert "http" in said
    assert "lagiari" not in said


@promise(HONOR, "2.4", "Before a decision the learner is asked and can explain", "PR2")
def test_what_the_learner_explains_is_answered(world: World) -> None:
    world.found()
    world.propose(["warning_written"])
    said = page(world.learner, reverse("my:case", args=[world.number]))
    assert "From my notes." in said
    assert "We looked at this." in said


@promise(CONDUCT, "7.1", "The person concerned is written to directly", "PR1")
def test_the_notice_goes_to_the_respondent_alone(world: World) -> None:
    world.notified()
    message = OutboxMessage.objects.get(event="notice_sent")
    assert message.recipient_ref == Recipient.user(world.learner).ref
    said = letter("notice_sent")
    assert "Plagiarism" in said
    assert "Three sentences are in an article." in said
    assert Disclosure.objects.count() == 1


@promise(CONDUCT, "7.1", "The platform's own people handle a report", "QU3")
def test_a_report_waits_for_the_desk_and_for_nobody_else(world: World) -> None:
    url = reverse("desk:case", args=[world.number])
    assert world.number in page(world.moderator, url)
    page(world.learner, url, 404)
    page(make.person(), url, 404)


@promise(CONDUCT, "5.1", "Finding no violation ends the matter without a trace", "PR4")
def test_nothing_shown_leaves_nothing(world: World) -> None:
    world.found("not_shown")
    world.propose([], facts={}, reasons_penalty="", departure_reason="")
    assert not Sanction.objects.exists()
    assert Letter.objects.filter(event="no_violation_found").exists()
    assert not Letter.objects.filter(event="determination_issued").exists()
