"""Advice without a finding (PR6): words to the learner, the case ends, and it is never a prior."""

from __future__ import annotations

import html
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases import recommendation, undoing
from cases.enums import CaseStatus, DismissalReason
from cases.models import Advice, Case, Report, Respondent
from cases.services import advice, triage
from integrity.audit.models import Event
from integrity.core import clock
from integrity.core.errors import IllegalTransition, InvalidInput, NotFound, NotPermitted, Stale
from notifications.content import unseal_letter
from notifications.models import Letter, OutboxMessage
from tests.cases import builders as build
from tests.cases.test_process import World
from tests.courses import builders as make

pytestmark = pytest.mark.django_db

WORDS = "Name the article next time; the library shows you how."


class Group(World):
    """As `World`, where somebody else may be named in the case too."""

    @property
    def respondent(self) -> Any:
        return Case.objects.get(number=self.number).respondents.get(user=self.learner)


def give(world: World, **given: Any) -> Case:
    return advice.give(
        **{
            "actor": world.moderator,
            "number": world.number,
            "advice": {world.rid: WORDS},
            **given,
        }
    )


def test_the_learner_reads_the_words_and_the_case_has_ended() -> None:
    world = World().alleged()
    give(world)
    case = Case.objects.get(number=world.number)
    assert (case.status, case.dismissal_reason) == (CaseStatus.DISMISSED, DismissalReason.ADVISED)
    row = Advice.objects.get()
    assert (row.text, row.given_by) == (WORDS, world.moderator)
    content = unseal_letter(row.letter.content_sealed)
    assert WORDS in html.unescape(content.html)
    assert "This does not count against you, now or later." in content.html
    assert list(OutboxMessage.objects.order_by("pk").values_list("event", flat=True)) == [
        "advice_given",
        "report_closed",
    ]
    assert Report.objects.get(case=case).outcome == "not_pursued"
    held = OutboxMessage.objects.get(event="advice_given").next_attempt_at
    assert held > clock.now()
    assert Event.objects.filter(action="advice.given").exists()


def test_after_the_answer_one_letter_goes_out_and_not_two() -> None:
    world = World().answered()
    give(world)
    assert not Letter.objects.filter(event="case_dismissed").exists()
    assert Letter.objects.filter(event="advice_given").count() == 1


def test_it_is_never_an_earlier_finding() -> None:
    world = World().answered()
    give(world)
    other = build.case(learner=world.learner, policy_version=world.version)
    assert recommendation.earlier_findings(other.respondents.get()) == []


def test_the_same_advice_again_changes_nothing() -> None:
    world = World().alleged()
    give(world)
    give(world)
    assert Advice.objects.count() == 1
    assert OutboxMessage.objects.filter(event="advice_given").count() == 1
    with pytest.raises(IllegalTransition):
        give(world, advice={world.rid: "Something else."})


def test_whoever_is_not_advised_does_not_learn_that_another_one_was() -> None:
    world = Group()
    world.answered()
    other = build.respondent(world.case, status=CaseStatus.REVIEW)
    Respondent.objects.filter(pk=other.pk).update(status=CaseStatus.REVIEW)
    give(world)
    said = html.unescape(
        unseal_letter(Letter.objects.get(event="case_dismissed").content_sealed).html
    )
    assert WORDS not in said
    assert "Nothing was decided, and nothing follows." in said
    assert Letter.objects.filter(event="advice_given").count() == 1


def test_it_names_no_other_learner_of_the_case() -> None:
    world = Group()
    world.alleged()
    build.respondent(world.case, make.person("Balthazar Ollivander"))
    with pytest.raises(InvalidInput) as error:
        give(world, advice={world.rid: "Do not copy from Balthazar Ollivander."})
    assert list(error.value.fields) == [f"advice-{world.rid}"]
    assert not Advice.objects.exists()
    assert Case.objects.get(number=world.number).status == CaseStatus.INVESTIGATION


def test_who_may_and_with_what() -> None:
    world = World().alleged()
    with pytest.raises(NotPermitted):
        give(world, actor=build.auditor())
    with pytest.raises(NotFound):
        give(world, actor=world.learner)
    with pytest.raises(InvalidInput):
        give(world, advice={world.rid: " "})
    with pytest.raises(NotFound):
        give(world, advice={build.respondent(build.case()).public_id: WORDS})
    with pytest.raises(Stale):
        give(world, revision=0)
    assert not Advice.objects.exists()
    with pytest.raises(IllegalTransition):
        give(World())


def test_it_cannot_be_chosen_when_a_case_is_dismissed(client: Client) -> None:
    world = World().alleged()
    with pytest.raises(InvalidInput):
        triage.dismiss(actor=world.moderator, number=world.number, reason=DismissalReason.ADVISED)
    client.force_login(world.moderator)
    address = reverse("desk:dismiss", args=[world.number])
    assert 'value="advised"' not in client.get(address).content.decode()
    assert client.post(address, {"reason": "advised"}).status_code == 400
    assert Case.objects.get(number=world.number).status == CaseStatus.INVESTIGATION


def test_taken_up_again_in_time_nobody_hears_of_it() -> None:
    world = World().answered()
    give(world)
    triage.reopen(actor=world.moderator, number=world.number, reason="Too early.")
    assert not Advice.objects.exists()
    assert not Letter.objects.filter(event="advice_given").exists()
    assert world.respondent.status == CaseStatus.REVIEW
    give(world)
    assert Advice.objects.count() == 1


def test_taken_up_again_later_the_advice_stands() -> None:
    world = World().answered()
    with clock.frozen(clock.now() - undoing.WITHIN):
        give(world)
    triage.reopen(actor=world.moderator, number=world.number, reason="There is more.")
    assert Advice.objects.get().text == WORDS
    assert Letter.objects.filter(event="advice_given").exists()


def test_from_the_page(client: Client) -> None:
    world = World().alleged()
    client.force_login(world.moderator)
    case = reverse("desk:case", args=[world.number])
    address = reverse("desk:advise", args=[world.number])
    assert address in client.get(case).content.decode()
    name = f"advice-{world.rid}"
    revision = str(Case.objects.get(number=world.number).revision)
    empty = client.post(address, {name: "", "revision": revision})
    assert empty.status_code == 400
    for _ in range(2):
        sent = client.post(address, {name: WORDS, "revision": revision})
        assert sent.status_code == 303
    assert Advice.objects.count() == 1
