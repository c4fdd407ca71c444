"""Bars, edits and ended roles through the process: proposing, confirming, letters, ends, pages."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.enums import CaseKind, DeterminationStatus, SanctionStatus
from cases.models import Determination, Sanction
from cases.services import deadlines, sanction
from integrity.audit.models import Event
from integrity.core import clock
from integrity.core.errors import InvalidInput
from integrity.courses import rules, selectors
from integrity.courses.models import Effect
from notifications.content import unseal_letter
from notifications.models import Letter
from tests.cases import builders as build
from tests.cases.sanction_builders import NAMED
from tests.cases.test_process import World
from tests.courses import builders as make

pytestmark = pytest.mark.django_db


class Talk(World):
    """A case about a post and a piece of work, up to the findings; no scheme goes with it."""

    def __init__(self) -> None:
        self.version = build.policy(consequences=NAMED)
        self.moderator = build.moderator()
        self.officer = build.officer()
        self.second = build.officer("Renata Villaseñor")
        self.course = make.course()
        self.enrolment = make.enrol(self.course, make.person("Amara Okonjo"))
        self.learner = self.enrolment.learner
        self.peer = make.enrol(self.course, make.person("Tomás Rivera")).learner
        self.channel = make.channel(self.course)
        self.cafe = make.channel(self.course, "Café")
        self.post = make.post(self.course, self.learner, channel=self.channel, body="You fool")
        self.case = build.case(
            learner=self.learner,
            course=self.course,
            kind=CaseKind.CONDUCT,
            post=self.post,
            policy_version=self.version,
        )
        self.number = self.case.number
        self.report = build.report(self.case)
        self.bar = [str(self.channel.public_id), str(self.cafe.public_id)]


@pytest.fixture
def talk() -> Talk:
    return Talk()


def words(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def page(client: Client, reader: Any, url: str) -> str:
    client.force_login(reader)
    answer = client.get(url)
    assert answer.status_code == 200
    return words(answer)


def letter(event: str) -> str:
    return html.unescape(unseal_letter(Letter.objects.get(event=event).content_sealed).html)


def test_an_edit_and_a_bar_for_a_time_are_one_officers(talk: Talk) -> None:
    talk.found()
    issued = talk.propose(
        ["content_edited", "no_contact", "barred_from_channels"],
        params={
            "content_edited": {"text": "I disagree"},
            "no_contact": {"to": talk.peer.email, "days": "30"},
            "barred_from_channels": {"channels": talk.bar, "days": "1"},
        },
    )
    assert (issued.status, issued.needs_second) == (DeterminationStatus.ISSUED, False)
    assert selectors.replacement_of(talk.post) == "I disagree"
    assert not rules.may_message(talk.learner, talk.peer)
    assert not rules.may_post(talk.learner, talk.cafe)
    said = letter("determination_issued")
    assert "You cannot write direct messages to Tomás Rivera, for 30 days." in said
    assert "You cannot read or write in Café and Study group, for 1 day." in said
    assert "What you posted is edited." in said
    # What is written into the history names neither the text nor the people.
    history = str(list(Event.objects.values_list("payload", flat=True)))
    assert "disagree" not in history
    assert str(talk.peer.public_id) not in history


@pytest.mark.parametrize(
    ("code", "params", "second"),
    [
        ("barred_from_channels", {"days": "30"}, False),
        ("barred_from_channels", {}, True),
        ("no_direct_messages", {}, False),
        ("roles_ended", {"roles": ["mentor"]}, True),
    ],
)
def test_a_second_officer_for_what_has_no_end(
    talk: Talk, code: str, params: dict[str, Any], second: bool
) -> None:
    make.role(talk.course, talk.learner)
    talk.found()
    if code == "barred_from_channels":
        params = {"channels": talk.bar, **params}
    made = talk.propose([code], params={code: params})
    assert made.needs_second is second
    if second:
        assert made.status == DeterminationStatus.PROPOSED
        assert not Effect.objects.exists()
        talk.confirm(made.digest)
    assert Effect.objects.exists()
    row = Sanction.objects.get()
    sanction.reverse(
        actor=talk.officer, number=talk.number, sanction_id=row.public_id, reason="A mistake."
    )
    assert not selectors.active_effects().exists()
    assert "again" in letter("sanction_reversed")


def test_what_is_wrong_is_refused_under_its_own_name(talk: Talk) -> None:
    talk.found()
    for code, params, name in (
        ("barred_from_channels", {"channels": talk.bar, "days": "0"}, "barred_from_channels-days"),
        ("no_contact", {"days": "3"}, "no_contact-to"),
        ("roles_ended", {"roles": ["mentor"]}, "consequences"),
    ):
        with pytest.raises(InvalidInput) as error:
            talk.propose([code], params={code: params})
        assert name in error.value.fields
    assert not Sanction.objects.exists()


def test_a_bar_ends_with_the_job_and_without_a_letter(talk: Talk) -> None:
    talk.found()
    talk.propose(
        ["barred_from_channels", "no_direct_messages"],
        params={
            "barred_from_channels": {"channels": talk.bar, "days": "2"},
            "no_direct_messages": {"days": "5"},
        },
    )
    letters = Letter.objects.count()
    with clock.frozen(clock.now() + timedelta(days=3)):
        # To the second, before any job.
        assert rules.may_post(talk.learner, talk.channel)
        assert not rules.may_message(talk.learner, talk.peer)
        assert deadlines.run()["sanctions_ended"] == 1
        assert deadlines.run()["sanctions_ended"] == 0
    assert dict(Sanction.objects.values_list("code", "status")) == {
        "barred_from_channels": SanctionStatus.ENDED,
        "no_direct_messages": SanctionStatus.ACTIVE,
    }
    assert Letter.objects.count() == letters
    assert Event.objects.filter(action="sanction.ended").count() == 1


# The page of the consequence


def consequence(talk: Talk) -> str:
    return reverse("desk:consequence", args=[talk.number, talk.rid])


def proposal(client: Client, talk: Talk, **changes: Any) -> dict[str, Any]:
    # Opening the page opens the earlier findings, which changes the case.
    shown = page(client, talk.officer, consequence(talk))
    found = re.search(r'name="revision" value="(\d+)"', shown)
    assert found is not None
    return {
        "reasons_penalty": "It hurt somebody.",
        "revision": found[1],
        "step": "send",
        **changes,
    }


def test_each_consequence_asks_what_it_needs(client: Client, talk: Talk) -> None:
    talk.found(by=talk.officer)
    shown = page(client, talk.officer, consequence(talk))
    for name in (
        "content_edited-text",
        "no_contact-to",
        "no_contact-days",
        "barred_from_channels-channels",
        "barred_from_channels-days",
        "temporary_suspension-days",
    ):
        assert f'name="{name}"' in shown
    # The edit begins with what was posted.
    assert re.search(r'name="content_edited-text"[^>]*>\s*You fool</textarea>', shown)
    # No role is held, so none is asked for, and the page says why.
    assert 'name="roles_ended-roles"' not in shown
    assert "Not possible here: The learner holds no role in the course of this case." in shown


def test_what_was_chosen_is_carried_to_the_check_and_sent(client: Client, talk: Talk) -> None:
    talk.found(by=talk.officer)
    data = proposal(
        client,
        talk,
        consequences=["barred_from_channels", "content_edited"],
        step="preview",
        **{
            "barred_from_channels-channels": talk.bar,
            "barred_from_channels-days": "",
            "content_edited-text": "I disagree",
        },
    )
    check = client.post(consequence(talk), data)
    assert check.status_code == 200
    carried: dict[str, list[str]] = {}
    for name, value in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', words(check)):
        carried.setdefault(name, []).append(value)
    assert sorted(carried["barred_from_channels-channels"]) == sorted(talk.bar)
    # "Change the proposal" shows the form as it was.
    again = words(client.post(consequence(talk), {**carried, "step": "weigh"}))
    for uuid in talk.bar:
        assert re.search(rf'value="{uuid}"[^>]*checked', again)
    assert "I disagree" in again
    assert client.post(consequence(talk), {**carried, "step": "send"}).status_code == 303
    waiting = Determination.objects.get()
    assert waiting.status == DeterminationStatus.PROPOSED
    confirm = page(client, talk.second, reverse("desk:confirm", args=[talk.number, talk.rid]))
    assert "Which channels: Café and Study group" in confirm
    assert "How long: without an end" in confirm
    assert "The post will read: I disagree" in confirm
    talk.confirm(waiting.digest)
    assert not rules.may_post(talk.learner, talk.channel)


@pytest.mark.parametrize(
    ("code", "given", "field"),
    [
        ("content_edited", {"content_edited-text": "You fool"}, "content_edited-text"),
        ("content_edited", {"content_edited-text": ""}, "content_edited-text"),
        ("no_contact", {"no_contact-to": "nobody@example.edu"}, "no_contact-to"),
        ("no_direct_messages", {"no_direct_messages-days": "-1"}, "no_direct_messages-days"),
        ("barred_from_channels", {}, "barred_from_channels-channels"),
        (
            "barred_from_channels",
            {"barred_from_channels-channels": "no-such"},
            "barred_from_channels-channels",
        ),
    ],
)
def test_a_wrong_answer_is_shown_at_its_field(
    client: Client, talk: Talk, code: str, given: dict[str, str], field: str
) -> None:
    talk.found(by=talk.officer)
    answer = client.post(consequence(talk), proposal(client, talk, consequences=[code], **given))
    assert answer.status_code == 400
    assert f'href="#id_{field}' in answer.content.decode()
    assert "It hurt somebody." in words(answer)
    assert not Sanction.objects.exists()


def test_what_belongs_to_something_else_is_nobodys_mistake(client: Client, talk: Talk) -> None:
    talk.found(by=talk.officer)
    answer = client.post(
        consequence(talk),
        proposal(
            client,
            talk,
            consequences=["warning_written"],
            **{"content_edited-text": "x" * 20_001, "temporary_suspension-days": "9999999"},
        ),
    )
    assert answer.status_code == 303
    assert list(Sanction.objects.values_list("code", "params")) == [("warning_written", {})]


# Beside the allegation


def test_the_case_shows_what_was_permitted_at_the_incident(client: Client, talk: Talk) -> None:
    task = talk.case.assignment
    assert task is not None
    incident = talk.case.incident_at
    assert incident is not None
    desk = reverse("desk:governing", args=[talk.number])
    mine = reverse("my:case", args=[talk.number])
    talk.notified()
    for reader, url in ((talk.moderator, desk), (talk.learner, mine)):
        assert "Nothing had been said about Essay 2" in page(client, reader, url)
    make.terms(task, set_at=incident, sharing="limited", note="Ideas, not solutions.")
    make.terms(task, set_at=incident + timedelta(seconds=1), note="Written afterwards.")
    for reader, url in ((talk.moderator, desk), (talk.learner, mine)):
        shown = page(client, reader, url)
        assert "Ideas, not solutions." in shown
        assert "Allowed within limits" in shown
        assert "Written afterwards." not in shown


def test_the_author_sees_both_texts_on_the_page_of_the_case_alone(
    client: Client, talk: Talk
) -> None:
    talk.found()
    mine = reverse("my:case", args=[talk.number])
    assert "As you wrote it" not in page(client, talk.learner, mine)
    talk.propose(["content_edited"], params={"content_edited": {"text": "I disagree"}})
    shown = page(client, talk.learner, mine)
    assert "As you wrote it" in shown
    assert "You fool" in shown
    assert "I disagree" in shown
    channel = reverse("courses:channel", args=[talk.course.slug, talk.channel.public_id])
    assert "You fool" not in page(client, talk.learner, channel)


def test_case_pages_cost_the_same_for_one_term_and_three(
    client: Client, talk: Talk, count_queries: Any
) -> None:
    talk.notified()
    task = talk.case.assignment
    assert task is not None
    urls = (
        (talk.moderator, reverse("desk:case", args=[talk.number])),
        (talk.learner, reverse("my:case", args=[talk.number])),
    )

    def cost() -> list[int]:
        found = []
        for reader, url in urls:
            page(client, reader, url)
            with count_queries() as queries:
                page(client, reader, url)
            found.append(queries.number)
        return found

    make.terms(task)
    before = cost()
    make.terms(task, sharing="allowed")
    make.terms(task, reuse="allowed")
    assert cost() == before
