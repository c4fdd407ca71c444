"""What the policies promise about naming people."""

from __future__ import annotations

import pytest
from django.urls import reverse

from cases.models import Consent
from cases.services import consent
from integrity.core.errors import IllegalTransition
from tests.cases import builders as build
from tests.cases.test_process import World
from tests.courses import builders as base
from tests.promises.helpers import letter, mail, page
from tests.promises.register import CONDUCT, promise

pytestmark = pytest.mark.django_db

NAME = "Zebedee Quillfeather"


@promise(CONDUCT, "7.3", "Permission is asked before anybody is named", "IN5")
def test_nobody_is_named_before_they_were_asked_and_said_yes() -> None:
    world = World()
    reporter = base.person(NAME)
    report = build.report(world.case, reporter)
    world.notified()
    asked = consent.ask(
        actor=world.moderator,
        number=world.number,
        kind="reporter",
        subject_id=report.public_id,
        purpose="tell_learner",
        learner_id=world.rid,
        reason="They would like to talk to you.",
        form_key="one",
    )
    assert "They would like to talk to you." in letter("consent_asked")
    assert "They would like to talk to you." not in mail("consent_asked")
    case = reverse("my:case", args=[world.number])
    with pytest.raises(IllegalTransition):
        consent.use(actor=world.officer, number=world.number, consent_id=asked.public_id)
    assert NAME not in page(world.learner, case)
    consent.answer(actor=reporter, consent_id=asked.public_id, yes=True)
    assert NAME not in page(world.learner, case)
    consent.use(actor=world.officer, number=world.number, consent_id=asked.public_id)
    assert NAME in page(world.learner, case)


@promise(CONDUCT, "1.2", "A name or picture is used elsewhere only with permission", "IN5")
def test_a_name_leaves_the_office_only_for_whom_the_person_read_and_once() -> None:
    world = World().notified()
    asked = consent.ask(
        actor=world.moderator,
        number=world.number,
        kind="respondent",
        subject_id=world.rid,
        purpose="tell_others",
        to_whom="The dean of studies, University of Arden",
        reason="They could offer you a course on sources.",
        form_key="one",
    )
    question = reverse("my:consent", args=[asked.public_id])
    assert "The dean of studies, University of Arden" in page(world.learner, question)
    consent.answer(actor=world.learner, consent_id=asked.public_id, yes=True)
    used = consent.use(actor=world.officer, number=world.number, consent_id=asked.public_id)
    assert used.name == world.learner.display_name
    with pytest.raises(IllegalTransition):
        consent.use(actor=world.officer, number=world.number, consent_id=asked.public_id)
    assert Consent.objects.get().used_at is not None
    assert "They were told" in page(world.learner, question)
