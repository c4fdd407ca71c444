"""Interim measures: reason and end, answerable before any notice, gone with the decision."""

from __future__ import annotations

import html
import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from cases import recommendation, rules, undoing
from cases.enums import InterimKind
from cases.models import Case, InterimMeasure
from cases.services import deadlines, determination, interim, triage
from cases.services.rehearsal import rehearse
from integrity.audit.models import Event
from integrity.core import clock
from integrity.core.errors import (
    Conflict,
    IllegalTransition,
    InvalidInput,
    NotFound,
    NotPermitted,
)
from integrity.courses.enums import EffectKind
from integrity.courses.rules import may_message
from integrity.courses.selectors import active_effects
from integrity.courses.services import apply_effect
from integrity.web.forms import new_form_token
from notifications.content import unseal_letter, unseal_message
from notifications.models import Letter, OutboxMessage
from tests.cases import builders as build
from tests.cases.test_adviser import suspend, words_of
from tests.cases.test_process import World
from tests.courses import builders as make
from tests.policies.pledged import settle

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)
REASON = "The thread is read by many, and it goes on."
STOP, HIDE, BAR = InterimKind.REQUEST_TO_STOP, InterimKind.CONTENT_HIDDEN, InterimKind.NO_CONTACT


class Scene(World):
    """A case about something the learner posted, and somebody they wrote to."""

    def __init__(self) -> None:
        super().__init__()
        self.post = make.post(self.case.course, self.learner)
        self.case.post = self.post
        self.case.save()
        self.other = make.person("Prot Ected")

    @property
    def today(self) -> date:
        return clock.now().astimezone(ZoneInfo(self.case.institution.time_zone)).date()

    def take(self, kind: str = STOP, **kwargs: Any) -> InterimMeasure:
        return interim.take(
            **{
                "actor": self.officer if kind == BAR else self.moderator,
                "number": self.number,
                "respondent_id": self.rid,
                "kind": kind,
                "reason": REASON,
                "until": self.today + timedelta(days=7),
                "protects_email": self.other.email if kind == BAR else "",
                "form_key": uuid.uuid4().hex,
                **kwargs,
            }
        )

    def effects(self, at: datetime | None = None) -> list[str]:
        rows = active_effects(at or clock.now()).filter(source__startswith="interim:")
        return sorted(rows.values_list("kind", flat=True))


@pytest.fixture
def world() -> Scene:
    return Scene()


def url_of(measure: InterimMeasure) -> str:
    return reverse("my:measure", args=[measure.public_id])


# Taking one


def test_a_measure_can_be_taken_in_triage_and_the_learner_is_told(world: Scene) -> None:
    measure = world.take()
    letter = Letter.objects.get(event="interim_measure")
    text = html.unescape(unseal_letter(letter.content_sealed).html)
    for said in (REASON, "This decides nothing.", url_of(measure), "not kept against you"):
        assert said in text
    mail = unseal_message(OutboxMessage.objects.get(event="interim_measure").content_sealed)
    assert REASON not in mail.text
    assert world.effects() == []
    assert Case.objects.get(number=world.number).status == "triage"


def test_nothing_of_who_reported_or_works_on_it_is_in_the_letter(world: Scene) -> None:
    build.report(world.case, make.person("Rosa Canary"), visible_name="Rosa Canary")
    world.take(HIDE)
    world.take()
    for letter in Letter.objects.filter(event="interim_measure"):
        text = unseal_letter(letter.content_sealed).html
        for hidden in ("Canary", world.moderator.display_name, world.other.display_name):
            assert hidden not in text


def test_content_is_hidden_until_the_second_the_measure_ends(world: Scene) -> None:
    measure = world.take(HIDE)
    assert world.effects() == [EffectKind.CONTENT_HIDDEN]
    assert world.effects(measure.ends_at - SECOND) == [EffectKind.CONTENT_HIDDEN]
    assert world.effects(measure.ends_at) == []
    with clock.frozen(measure.ends_at - SECOND):
        assert measure.stands
    with clock.frozen(measure.ends_at):
        assert not measure.stands


def test_only_the_learners_own_post_is_hidden(world: Scene) -> None:
    world.case.post = make.post(world.case.course, make.person("Somebody Else"))
    world.case.save()
    with pytest.raises(InvalidInput):
        world.take(HIDE)
    world.case.post = None
    world.case.save()
    with pytest.raises(InvalidInput):
        world.take(HIDE)
    assert not InterimMeasure.objects.exists()


def test_no_messages_to_one_person_is_for_officers_and_names_them(world: Scene) -> None:
    with pytest.raises(NotPermitted):
        world.take(BAR, actor=world.moderator)
    measure = world.take(BAR)
    effect = active_effects(clock.now()).get(source=measure.source)
    assert (effect.kind, effect.person, effect.other) == (
        EffectKind.NO_MESSAGES,
        world.learner,
        world.other,
    )
    settle(world.enrolment, make.enrol(world.enrolment.course, world.other))
    assert not may_message(world.learner, world.other)
    assert may_message(world.other, world.learner)
    with clock.frozen(measure.ends_at):
        assert may_message(world.learner, world.other)
    text = unseal_letter(Letter.objects.get(event="interim_measure").content_sealed).html
    assert "Prot Ected" in text
    assert "It does not say who told us something." in text


def test_whom_to_protect_is_somebody_else_with_an_account(world: Scene) -> None:
    for email in ("nobody@example.edu", "", world.learner.email, world.officer.email):
        with pytest.raises(InvalidInput) as refused:
            world.take(BAR, protects_email=email)
        assert list(refused.value.fields) == ["protects_email"]


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/Bogota"])
def test_case_82_it_ends_with_the_last_second_of_the_day_where_the_case_belongs(
    zone: str, world: Scene
) -> None:
    world.case.institution.time_zone = zone
    world.case.institution.save()
    at = datetime(2026, 12, 3, 11, 30, tzinfo=UTC)
    with clock.frozen(at):
        day = at.astimezone(ZoneInfo(zone)).date()
        measure = world.take(until=day)
        local = measure.ends_at.astimezone(ZoneInfo(zone))
        assert (local.date(), local.hour, local.minute, local.second) == (day, 23, 59, 59)
        for wrong in (day - timedelta(days=1), day + timedelta(days=31)):
            with pytest.raises(InvalidInput) as refused:
                world.take(HIDE, until=wrong)
            assert list(refused.value.fields) == ["until"]
        world.take(HIDE, until=day + timedelta(days=30))


def test_it_needs_a_reason_and_a_kind(world: Scene) -> None:
    for wrong in ({"reason": "  "}, {"kind": "nonsense"}, {"reason": "x" * 2_001}):
        with pytest.raises(InvalidInput):
            world.take(**wrong)


def test_the_same_form_again_is_one_and_a_second_of_its_kind_is_none(world: Scene) -> None:
    first = world.take(HIDE, form_key="k")
    assert world.take(HIDE, form_key="k").pk == first.pk
    with pytest.raises(Conflict):
        world.take(STOP, form_key="k")
    with pytest.raises(Conflict):
        world.take(HIDE)
    assert Letter.objects.filter(event="interim_measure").count() == 1
    with clock.frozen(first.ends_at):
        world.take(HIDE)


def test_only_by_those_who_work_on_the_case_and_before_the_decision(world: Scene) -> None:
    with pytest.raises(NotFound):
        world.take(actor=world.learner)
    with pytest.raises(NotPermitted):
        world.take(actor=build.auditor())
    other = Scene()
    with pytest.raises(NotFound):
        world.take(respondent_id=other.rid)
    world.found()
    world.propose(["warning_written"])
    with pytest.raises(IllegalTransition):
        world.take()


# Answering


def test_the_learner_reads_and_answers_before_any_notice(client: Client, world: Scene) -> None:
    measure = world.take(HIDE)
    client.force_login(world.learner)
    assert client.get(reverse("my:case", args=[world.number])).status_code == 404
    url = url_of(measure)
    assert url in client.get("/").content.decode()
    shown = words_of(client.get(url))
    for said in (REASON, "Nothing has been decided by this.", world.number, "your time zone"):
        assert said in shown
    assert client.post(url, {"text": " "}).status_code == 400
    for _time in range(2):
        assert client.post(url, {"text": "It was a joke."}).status_code == 303
    assert "It was a joke." in words_of(client.get(url))
    again = client.post(url, {"text": "Something else."})
    assert again.status_code == 409
    assert "Something else." in words_of(again)
    assert Event.objects.filter(action="interim.answered").count() == 1
    client.force_login(world.moderator)
    desk = client.get(reverse("desk:measures", args=[world.number]))
    assert "It was a joke." in words_of(desk)


def test_once_it_has_ended_there_is_nothing_to_answer(client: Client, world: Scene) -> None:
    measure = world.take()
    client.force_login(world.learner)
    with clock.frozen(measure.ends_at), pytest.raises(IllegalTransition):
        interim.answer(actor=world.learner, measure_id=measure.public_id, text="x")
    interim.lift(
        actor=world.moderator,
        number=world.number,
        measure_id=measure.public_id,
        reason="It has stopped.",
    )
    page = client.get(url_of(measure))
    assert "This has ended" in words_of(page)
    assert "It has stopped." in words_of(page)
    late = client.post(url_of(measure), {"text": "Too late."})
    assert late.status_code == 409
    assert "Too late." in words_of(late)


def test_a_suspended_learner_answers_too(client: Client, world: Scene) -> None:
    measure = world.take()
    suspend(world.learner)
    client.force_login(world.learner)
    assert client.get(url_of(measure)).status_code == 200
    assert client.post(url_of(measure), {"text": "I have stopped."}).status_code == 303


def test_case_17_nobody_else_reads_or_answers_it(client: Client, world: Scene) -> None:
    measure = world.take(BAR)
    for user in (world.other, world.moderator, world.officer, make.person()):
        client.force_login(user)
        hidden = client.get(url_of(measure))
        absent = client.get(reverse("my:measure", args=[uuid.uuid4()]))
        assert hidden.status_code == 404
        assert hidden.content == absent.content
        with pytest.raises(NotFound):
            interim.answer(actor=user, measure_id=measure.public_id, text="x")


def test_it_stands_on_the_page_of_the_case_from_the_notice_on(client: Client) -> None:
    world = Scene()
    measure = world.take(HIDE)
    world.notified()
    client.force_login(world.learner)
    page = client.get(reverse("my:case", args=[world.number]))
    assert url_of(measure) in page.content.decode()
    assert "Something you posted is hidden for now" in words_of(page)


# Ending


def test_lifting_undoes_it_at_once_and_says_why(world: Scene) -> None:
    measure = world.take(BAR)
    with pytest.raises(InvalidInput):
        interim.lift(
            actor=world.officer, number=world.number, measure_id=measure.public_id, reason=" "
        )
    with pytest.raises(NotPermitted):
        interim.lift(
            actor=world.moderator, number=world.number, measure_id=measure.public_id, reason="x"
        )
    for _time in range(2):
        interim.lift(
            actor=world.officer,
            number=world.number,
            measure_id=measure.public_id,
            reason="They have made up.",
        )
    assert world.effects() == []
    letter = Letter.objects.get(event="interim_lifted")
    assert "They have made up." in unseal_letter(letter.content_sealed).html
    assert Event.objects.filter(action="interim.lifted").count() == 1
    other = Scene()
    with pytest.raises(NotFound):
        interim.lift(
            actor=other.officer, number=other.number, measure_id=measure.public_id, reason="x"
        )


def test_the_decision_ends_it_in_the_same_moment(world: Scene) -> None:
    world.take(HIDE)
    world.take(BAR)
    world.found()
    made = world.propose(["warning_written"])
    assert world.effects() == []
    for measure in InterimMeasure.objects.all():
        assert measure.lifted_at is not None
        assert made.decided_at is not None
        assert abs(measure.lifted_at - made.decided_at) < timedelta(seconds=30)
    assert Letter.objects.filter(event="interim_lifted").count() == 2


def test_rehearsing_a_decision_ends_nothing(world: Scene) -> None:
    world.take(HIDE)
    world.found()
    rehearse(
        actor=world.officer,
        number=world.number,
        respondent_id=world.rid,
        facts={"severity": "serious"},
        consequences=["warning_written"],
        reasons_penalty="A large part.",
        departure_reason="It fits better.",
    )
    assert world.effects() == [EffectKind.CONTENT_HIDDEN]
    assert not Letter.objects.filter(event="interim_lifted").exists()


def test_a_proposal_leaves_it_and_the_confirmation_ends_it(world: Scene) -> None:
    world.take(HIDE)
    world.found()
    made = world.propose(["temporary_suspension"], params={"temporary_suspension": {"days": 9}})
    assert world.effects() == [EffectKind.CONTENT_HIDDEN]
    world.confirm(made.digest)
    assert world.effects() == []


def test_a_dismissal_ends_it_also_for_somebody_never_notified(world: Scene) -> None:
    world.take(HIDE)
    build.dismissed(actor=world.moderator, number=world.number, reason="no_violation")
    assert deadlines.run()["measures_ended"] == 1
    assert world.effects() == []
    assert Letter.objects.filter(event="interim_lifted").count() == 1
    assert not Letter.objects.filter(event="case_dismissed").exists()
    assert deadlines.run()["measures_ended"] == 0


def test_a_dismissal_that_is_undone_at_once_leaves_it(world: Scene) -> None:
    world.take(HIDE)
    triage.dismiss(actor=world.moderator, number=world.number, reason="no_violation")
    deadlines.run()
    assert world.effects() == [EffectKind.CONTENT_HIDDEN]
    triage.reopen(actor=world.moderator, number=world.number, reason="A slip.")
    deadlines.run(clock.now() + undoing.WITHIN + timedelta(minutes=1))
    assert world.effects() == [EffectKind.CONTENT_HIDDEN]
    assert not Letter.objects.filter(event="interim_lifted").exists()


def test_what_another_cause_did_still_stands(world: Scene) -> None:
    apply_effect(kind=EffectKind.CONTENT_HIDDEN, source="sanction:x", post=world.post)
    world.take(HIDE)
    build.dismissed(actor=world.moderator, number=world.number, reason="no_violation")
    deadlines.run()
    assert active_effects(clock.now()).filter(post=world.post).count() == 1


def test_it_is_never_a_prior() -> None:
    world = Scene()
    world.take(HIDE)
    world.take(STOP)
    triage.dismiss(actor=world.moderator, number=world.number, reason="no_violation")
    later = World()
    later.case.respondents.update(user=world.learner)
    later.learner = world.learner
    later.found()
    assert recommendation.earlier_findings(later.respondent) == []
    advice = determination.advise(
        actor=later.officer,
        number=later.number,
        respondent_id=later.rid,
        facts={"severity": "serious"},
    )
    assert not list(advice.history)


# The desk


def test_case_21_whoever_is_protected_does_no_desk_work_in_the_case(world: Scene) -> None:
    colleague = build.officer("Connie Colleague")
    assert rules.access(colleague, world.case) == rules.Access.WORK
    world.take(BAR, protects_email=colleague.email)
    assert rules.access(colleague, world.case) == rules.Access.NONE
    assert not rules.visible_to(colleague).filter(number=world.number).exists()


def test_case_63_a_measure_that_takes_the_case_away_holds_at_once(world: Scene) -> None:
    world.opened()
    world.take(BAR, protects_email=world.moderator.email)
    with pytest.raises(NotFound):
        triage.dismiss(actor=world.moderator, number=world.number, reason="no_violation")
    # It does not stay with somebody who cannot give it back.
    another = build.moderator()
    triage.claim(actor=another, number=world.number)
    assert rules.access(another, world.case) == rules.Access.WORK


def form(world: Scene, **changes: Any) -> dict[str, str]:
    return {
        "form_token": new_form_token(),
        "kind": STOP,
        "reason": REASON,
        "until": (world.today + timedelta(days=7)).isoformat(),
        "step": "preview",
        **changes,
    }


def take_url(world: Scene) -> str:
    return reverse("desk:measure", args=[world.number, world.rid])


def test_form_letter_sending(client: Client, world: Scene) -> None:
    client.force_login(world.moderator)
    case = client.get(reverse("desk:case", args=[world.number])).content.decode()
    assert reverse("desk:measures", args=[world.number]) in case
    assert (
        take_url(world)
        in client.get(reverse("desk:measures", args=[world.number])).content.decode()
    )
    shown = words_of(client.get(take_url(world)))
    assert "No messages to one person" not in shown
    assert "Amara" not in shown
    data = form(world)
    check = client.post(take_url(world), data)
    assert check.status_code == 200
    assert REASON in words_of(check)
    assert not InterimMeasure.objects.exists()
    assert not Letter.objects.exists()
    back = client.post(take_url(world), {**data, "step": "change"})
    assert REASON in words_of(back)
    for _time in range(2):
        sent = client.post(take_url(world), {**data, "step": "send"})
        assert sent.status_code == 303
    measure = InterimMeasure.objects.get()
    lift = reverse("desk:lift_measure", args=[world.number, measure.public_id])
    assert lift in client.get(reverse("desk:measures", args=[world.number])).content.decode()
    assert "1 in force" in words_of(client.get(reverse("desk:case", args=[world.number])))
    assert client.post(lift, {"reason": ""}).status_code == 400
    assert client.post(lift, {"reason": "It has stopped."}).status_code == 303
    assert client.get(lift).status_code == 409


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": ""},
        {"kind": "no_contact"},
        {"reason": ""},
        {"until": "2020-01-01"},
        {"until": "nonsense"},
        {"form_token": "forged"},
    ],
)
@pytest.mark.parametrize("step", ["preview", "send"])
def test_what_is_wrong_is_said_at_its_field(
    client: Client, world: Scene, changes: dict[str, str], step: str
) -> None:
    client.force_login(world.moderator)
    answer = client.post(take_url(world), form(world, step=step, **changes))
    assert answer.status_code == 400
    assert "error" in answer.content.decode()
    assert not InterimMeasure.objects.exists()


def test_in_triage_the_letter_is_checked_without_the_name(client: Client, world: Scene) -> None:
    client.force_login(world.moderator)
    name = world.case.respondents.get().user.display_name
    page = client.post(take_url(world), form(world)).content.decode()
    assert REASON in page
    assert name not in page
    world.opened()
    assert name in client.post(take_url(world), form(world)).content.decode()


def test_in_triage_the_register_of_letters_has_no_name(client: Client, world: Scene) -> None:
    world.take(STOP)
    client.force_login(world.moderator)
    name = world.case.respondents.get().user.display_name
    address = reverse("desk:letters")
    assert world.number in client.get(address).content.decode()
    assert name not in client.get(address).content.decode()
    world.opened()
    assert name in client.get(address).content.decode()


def test_an_officer_is_told_plainly_that_the_letter_names_the_person(
    client: Client, world: Scene
) -> None:
    client.force_login(world.officer)
    shown = words_of(client.get(take_url(world)))
    assert "the letter names that person" in shown
    data = form(world, kind=BAR, protects_email=world.other.email)
    assert "Prot Ected" in words_of(client.post(take_url(world), data))
    assert client.post(take_url(world), {**data, "step": "send"}).status_code == 303
    client.force_login(world.moderator)
    lift = reverse("desk:lift_measure", args=[world.number, InterimMeasure.objects.get().public_id])
    assert client.get(lift).status_code == 403


def test_case_17_the_children_of_other_cases_are_not_there(client: Client, world: Scene) -> None:
    measure = world.take()
    other = Scene()
    client.force_login(world.officer)
    for url in (
        reverse("desk:lift_measure", args=[other.number, measure.public_id]),
        reverse("desk:measure", args=[other.number, world.rid]),
    ):
        assert client.get(url).status_code == 404


def test_pages_cost_the_same_for_one_and_three(
    client: Client, world: Scene, count_queries: Any
) -> None:
    costs = []
    for kinds in ((STOP,), (HIDE, BAR)):
        for kind in kinds:
            world.take(kind)
        found = []
        for user, url in (
            (world.officer, reverse("desk:measures", args=[world.number])),
            (world.learner, reverse("my:home")),
        ):
            client.force_login(user)
            client.get(url)
            with count_queries() as queries:
                assert client.get(url).status_code == 200
            found.append(queries.number)
        costs.append(found)
    assert costs[0] == costs[1]
