"""The texts themselves: published, changed, agreed to, asked about."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases import governing
from integrity.core import clock
from integrity.core.errors import Conflict, InvalidInput
from integrity.courses.models import Course
from integrity.courses.services import set_terms
from policies import pledging
from policies.enums import PledgeState
from policies.models import Document, Pledge, Version
from policies.selectors import governing_version
from policies.services import create_draft, edit_draft, publish, readers
from tests.cases.test_process import World
from tests.courses import builders as make
from tests.policies import pledged as build
from tests.policies.conftest import ACTOR, document, version
from tests.promises.helpers import letter, page, pledge, words
from tests.promises.register import CONDUCT, HONOR, LEARNER, PLEDGE, promise

pytestmark = [pytest.mark.usefixtures("shared"), pytest.mark.django_db]


def changed(of: Document, body: str = "## 1 New\n\nOther words.", **fields: Any) -> Version:
    """A new version of a policy, posted now and in force from now on."""
    with clock.frozen(clock.now()):
        made = create_draft(actor=ACTOR, document=of, body=body, effective_at=clock.now(), **fields)
        return publish(actor=ACTOR, version=made)


# Changes


@promise(PLEDGE, "4.1", "A change takes effect when it is posted, and says from when", "PO1")
def test_a_posted_change_is_in_force_at_once() -> None:
    code = Document.objects.get(slug="honor-code")
    made = changed(code)
    assert governing_version(code) == made
    shown = page(None, "/policies/honor-code/")
    assert "Other words." in shown
    assert f"Version {made.number}, in force" in shown


@promise(PLEDGE, "4.1", "What happened before a change stays under the old text", "PO4")
def test_a_change_is_never_retroactive(world: World) -> None:
    code = Document.objects.get(slug="honor-code")
    before = clock.now() - timedelta(days=1)
    old = governing_version(code)
    changed(code)
    assert governing_version(code, before) == old
    assert world.case.policy_version == old
    with pytest.raises(InvalidInput):
        late = create_draft(actor=ACTOR, document=code, body="## 1\n\nX.", effective_at=before)
        publish(actor=ACTOR, version=late)


@promise(PLEDGE, "4.1", "A change needs no ceremony: an owner can make one at any time", "PO1")
def test_a_published_text_is_changed_by_a_new_version_alone() -> None:
    version_in_force = governing_version(Document.objects.get(slug="honor-code"))
    assert version_in_force is not None
    with pytest.raises(Conflict):
        edit_draft(actor=ACTOR, version=version_in_force, body="Changed in silence.")


@promise(PLEDGE, "4.1", "Using the site after a change counts as agreeing to it", "PO4")
def test_the_case_shows_how_the_learner_agreed(world: World) -> None:
    world.opened()
    shown = page(world.moderator, reverse("desk:governing", args=[world.number]))
    assert "What binds the learner to it" in shown
    assert "Using the platform means agreeing to its texts" in shown
    # A pledge is a stronger proof, and is shown in its place.
    assert world.case.course is not None
    assert world.version is not None
    build.pledged(world.enrolment, world.version, world.version.effective_at)
    assert "Pledged to it in this course" in page(
        world.moderator, reverse("desk:governing", args=[world.number])
    )


@promise(PLEDGE, "4.1", "The newest text is always found at the same place", "PO1")
def test_one_address_leads_to_the_newest_and_each_version_keeps_its_own() -> None:
    code = Document.objects.get(slug="honor-code")
    made = changed(code)
    assert "Other words." in page(None, "/policies/honor-code/")
    assert "Other words." not in page(None, f"/policies/honor-code/v{made.number - 1}/")


@promise(PLEDGE, "4.2", "The page says when the text was last updated", "PO1")
def test_last_updated_is_on_the_page() -> None:
    of = document(slug="dated")
    version(of, "2025-06-09")
    shown = page(None, "/policies/dated/")
    assert "Last updated 9 June 2025" in shown


# Agreeing


class Class:
    """A course with terms of its own and a learner who has not pledged yet."""

    def __init__(self) -> None:
        self.course: Course = make.course()
        self.own = build.terms_of(self.course)
        self.task = make.assignment(self.course)
        self.enrolment = make.enrol(self.course)
        self.learner = self.enrolment.learner
        self.page = reverse("courses:assignment", args=[self.course.slug, self.task.public_id])

    @property
    def state(self) -> PledgeState:
        return pledging.standing(self.enrolment).state


@pytest.fixture
def room(shared: World, db: None) -> Class:
    return Class()


@promise(PLEDGE, "1.1", "No course material opens before the learner agreed", "PO6")
def test_material_stays_closed_until_the_pledge(room: Class) -> None:
    assert room.state == PledgeState.WAITING
    assert "Write." not in page_or_gate(room)
    pledge(room.course, room.learner)
    assert "Write." in page(room.learner, room.page)


def page_or_gate(room: Class) -> str:
    client = Client()
    client.force_login(room.learner)
    return words(client.get(room.page, follow=True))


@promise(PLEDGE, "1.1", "A course's own terms are agreed to with the code", "PO6")
def test_the_terms_of_the_course_belong_to_the_pledge(room: Class) -> None:
    due = [text.version for text in pledging.standing(room.enrolment).due]
    assert room.own in due
    assert governing_version(Document.objects.get(slug="honor-code")) in due
    pledge(room.course, room.learner)
    assert set(Pledge.objects.filter(learner=room.learner).values_list("version", flat=True)) == {
        item.pk for item in due
    }


@promise(PLEDGE, "1.1", "Code and terms are posted on each course site", "PO8")
def test_the_course_page_leads_to_its_texts(room: Class) -> None:
    pledge(room.course, room.learner)
    shown = page(room.learner, reverse("pledges:course", args=[room.course.slug]))
    assert "Honor code" in shown
    assert room.own.document.title in shown
    # And on the site of a course elsewhere, in a frame.
    page(None, "/policies/honor-code/embed/")


@promise(PLEDGE, "2.1", "Agreeing is part of joining a course: each course asks anew", "PO6")
def test_a_pledge_counts_in_its_own_course(room: Class) -> None:
    pledge(room.course, room.learner)
    assert room.state == PledgeState.PLEDGED
    elsewhere = make.enrol(make.course(), room.learner)
    assert pledging.standing(elsewhere).state == PledgeState.WAITING


@promise(PLEDGE, "2.1", "What is promised is shown when it is promised", "PO6")
def test_the_page_of_the_pledge_shows_the_texts(room: Class) -> None:
    shown = page(room.learner, reverse("pledges:course", args=[room.course.slug]))
    assert "Honor code" in shown
    assert room.own.document.title in shown


@promise(PLEDGE, "4.1", "After a change learners agree to the new text, seeing what is new", "PO6")
def test_a_change_asks_for_the_pledge_again_and_shows_it(room: Class) -> None:
    pledge(room.course, room.learner)
    code = Document.objects.get(slug="honor-code")
    old = governing_version(code)
    assert old is not None
    changed(code, body=f"{old.body}\n\n## 99 New part\n\nA sentence that is new.")
    assert room.state == PledgeState.IN_GRACE
    shown = page(room.learner, reverse("pledges:course", args=[room.course.slug]))
    assert "A sentence that is new." in shown


# What a task permits


@promise(PLEDGE, "2.1", "Working alone is the rule unless a task says otherwise", "PO10")
@promise(HONOR, "1.1", "A task that permits working together says so", "PO10")
@promise(HONOR, "1.1", "Solutions may be shared only where the teacher permits it", "PO10")
@promise(LEARNER, "0", "What the teacher or syllabus says of a task counts as a rule", "PO10")
@promise(LEARNER, "2.2", "Materials and tools are ruled out unless the task permits them", "PO10")
@promise(LEARNER, "2.3", "Working together is ruled out unless the task permits it", "PO10")
@promise(LEARNER, "2.6", "Sharing solutions is ruled out unless the task permits it", "PO10")
def test_each_task_says_what_it_permits(room: Class) -> None:
    teacher = make.teach(room.course)
    pledge(room.course, room.learner)
    set_terms(
        actor=teacher,
        assignment=room.task,
        form_key="terms",
        collaboration="forbidden",
        sharing="forbidden",
        tools="limited",
        reuse="unsaid",
        note="A spelling checker is fine.",
    )
    shown = page(room.learner, room.page)
    assert "A spelling checker is fine." in shown
    assert "Allowed within limits" in shown
    assert "Not allowed" in shown


@promise(HONOR, "2.5", "Every text that applies is shown together with what it adds to", "PO5")
def test_a_supplement_is_read_beside_the_platforms_text() -> None:
    shown = page(None, "/policies/northbridge-supplement/")
    assert "Northbridge College" in shown
    assert "Honor code" in shown


# Reading and asking


@promise(CONDUCT, "2.1", "Everybody can read every policy, without an account", "PO8")
def test_policies_are_public() -> None:
    shown = page(None, "/policies/")
    for title in ("Honor code", "Code of conduct", "Northbridge College supplement"):
        assert title in shown


@promise(CONDUCT, "2.1", "Who does not understand a clause can ask, and is answered", "PO8")
def test_a_question_about_a_clause_is_answered(world: World) -> None:
    code = governing_version(Document.objects.get(slug="code-of-conduct"))
    assert code is not None
    asked = readers.ask(
        actor=world.learner, version=code, clause="1.1", text="Does this cover chats?",
        form_key="question",
    )  # fmt: skip
    readers.answer(actor=world.moderator, public_id=asked.public_id, text="Yes, it does.")
    assert "Yes, it does." in page(world.learner, "/policies/questions/")


@promise(CONDUCT, "2.1", "Whoever is asked about something finds where to get help", "NO1")
def test_a_notice_says_where_to_get_help(world: World) -> None:
    world.notified()
    assert "help" in letter("notice_sent").casefold()


@promise(CONDUCT, "4.3", "What counts as an attack on somebody is in the text reports cite", "PO2")
@promise(CONDUCT, "4.6", "Contempt for what somebody is is in the text reports cite", "PO2")
def test_respect_has_clauses_that_reports_can_cite() -> None:
    code = governing_version(Document.objects.get(slug="code-of-conduct"))
    assert code is not None
    for name in ("harassment", "discriminatory_language"):
        assert code.violation_types.get(code=name).clause


@promise(LEARNER, "0", "An institution's own requirements apply with the platform's", "PO5")
def test_the_texts_of_a_place_are_found_together() -> None:
    supplement = Document.objects.get(slug="northbridge-supplement")
    found = governing.governing_texts(
        "academic",
        institution=supplement.institution,
        course=make.course(institution=supplement.institution),
        incident_at=clock.now(),
        day_only=False,
        received=clock.now(),
        codes=[],
    ).texts
    assert {item.document.slug for item in found.in_order} == {
        "honor-code",
        "northbridge-supplement",
    }
