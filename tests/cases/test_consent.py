"""Nobody is named without a yes of their own: per purpose, once, and taken back until used."""

from __future__ import annotations

import threading
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connections, transaction
from django.test import Client
from django.urls import reverse

from cases.models import Case, Consent, StatementRequest
from cases.selectors.case_head import head
from cases.selectors.case_page import reports_of
from cases.services import consent
from integrity.accounts.models import User
from integrity.audit.models import ActorKind, Event
from integrity.core import clock
from integrity.core.errors import (
    Conflict,
    DomainError,
    IllegalTransition,
    InvalidInput,
    NotFound,
    NotPermitted,
)
from notifications.models import Letter, OutboxMessage
from tests.cases import builders as build
from tests.cases.test_identity import fresh
from tests.cases.test_process import World
from tests.courses import builders as make

pytestmark = pytest.mark.django_db

REPORTER = "Quentin Sealed"
WITNESS = "Wanda Witness"


class Matter(World):
    """A case the learner knows of, a report in confidence, and somebody who was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.reporter = make.person(REPORTER)
        self.told = build.report(self.case, self.reporter)
        self.notified()
        self.witness = make.person(WITNESS)
        self.statement = StatementRequest.objects.create(
            case=self.case,
            person=self.witness,
            question="What was on the reading list?",
            asked_by=self.moderator,
            form_key=uuid4().hex,
        )

    def ask(self, **kwargs: Any) -> Consent:
        told: dict[str, Any] = {
            "actor": self.moderator,
            "number": self.number,
            "kind": "reporter",
            "subject_id": self.told.public_id,
            "purpose": "tell_learner",
            "reason": "The learner wants to say sorry.",
            "form_key": uuid4().hex,
            **kwargs,
        }
        if told["purpose"] == "tell_learner" and "learner_id" not in told:
            told["learner_id"] = self.rid
        if told["purpose"] == "tell_others":
            told.setdefault("to_whom", "The dean of studies, University of Arden")
        return consent.ask(**told)

    def agreed(self, **kwargs: Any) -> Consent:
        return self.answer(self.ask(**kwargs))

    def answer(self, asked: Consent, *, yes: bool = True, actor: User | None = None) -> Consent:
        return consent.answer(actor=actor or self.reporter, consent_id=asked.public_id, yes=yes)

    def use(self, asked: Consent, actor: User | None = None) -> consent.Used:
        return consent.use(
            actor=actor or self.officer, number=self.number, consent_id=asked.public_id
        )

    def page(self, user: User, name: str = "desk:case", *args: Any) -> str:
        client = Client()
        client.force_login(user)
        reply = client.get(reverse(name, args=args or [self.number]))
        assert reply.status_code == 200, name
        return reply.content.decode()


@pytest.fixture
def matter() -> Matter:
    return Matter()


# To the learner, the desk, others


def test_the_learner_is_told_and_the_desk_does_not_see_it(matter: Matter) -> None:
    asked = matter.agreed()
    assert matter.use(asked).name == ""
    message = OutboxMessage.objects.get(event="identity_told")
    letter = matter.page(matter.learner, "notifications:letter", message.letter.public_id)
    assert REPORTER in letter
    assert REPORTER in matter.page(matter.learner, "my:case")
    for desk in ("desk:case", "desk:names", "desk:people", "desk:history", "desk:case_letters"):
        assert REPORTER not in matter.page(matter.officer, desk), desk
    asked.refresh_from_db()
    assert asked.used_at is not None
    assert REPORTER.encode() not in bytes(asked.told_sealed or b"")


def test_the_desk_sees_the_name_from_then_on_and_the_learner_does_not(matter: Matter) -> None:
    asked = matter.agreed(purpose="tell_desk")
    assert REPORTER not in matter.page(matter.officer)
    matter.use(asked)
    for reader in (matter.officer, build.auditor()):
        assert REPORTER in matter.page(reader)
    assert REPORTER not in matter.page(matter.learner, "my:case")
    assert not OutboxMessage.objects.filter(event="identity_told").exists()
    # Of this report alone.
    other = build.report(matter.case, make.person("Still Sealed"))
    lines = {line.report.pk: line for line in reports_of(head(matter.officer, matter.number))}
    assert lines[other.pk].reporter == ""
    assert lines[other.pk].sealed


def test_others_are_told_by_the_officer_who_sees_the_name_once(matter: Matter) -> None:
    asked = matter.agreed(purpose="tell_others")
    used = matter.use(asked)
    assert used.name == REPORTER
    assert REPORTER not in repr(used)
    with pytest.raises(IllegalTransition):
        matter.use(asked)
    assert REPORTER not in matter.page(matter.officer)
    assert REPORTER not in matter.page(matter.officer, "desk:names")


def test_a_witness_and_a_respondent_are_asked_too(matter: Matter) -> None:
    asked = matter.ask(kind="witness", subject_id=matter.statement.public_id)
    matter.answer(asked, actor=matter.witness)
    matter.use(asked)
    assert WITNESS in matter.page(matter.learner, "my:case")
    about = matter.ask(kind="respondent", subject_id=matter.rid, purpose="tell_others")
    with pytest.raises(NotFound):
        matter.answer(about)
    matter.answer(about, actor=matter.learner)
    assert matter.use(about).name == matter.learner.display_name


# Never without a yes


def test_nothing_is_told_without_a_yes(matter: Matter) -> None:
    asked = matter.ask()
    with pytest.raises(IllegalTransition):
        matter.use(asked)
    matter.answer(asked, yes=False)
    with pytest.raises(IllegalTransition):
        matter.use(asked)
    assert not OutboxMessage.objects.filter(event="identity_told").exists()
    assert REPORTER not in matter.page(matter.learner, "my:case")


def test_a_yes_is_taken_back_until_it_was_used(matter: Matter) -> None:
    asked = matter.agreed()
    for _time in range(2):
        consent.withdraw(actor=matter.reporter, consent_id=asked.public_id)
    with pytest.raises(IllegalTransition):
        matter.use(asked)
    assert Event.objects.filter(action="consent.withdrawn").count() == 1
    again = matter.agreed()
    matter.use(again)
    with pytest.raises(IllegalTransition):
        consent.withdraw(actor=matter.reporter, consent_id=again.public_id)


def test_each_disclosure_asks_again(matter: Matter) -> None:
    first = matter.agreed(purpose="tell_others")
    matter.use(first)
    with pytest.raises(IllegalTransition):
        matter.use(first)
    second = matter.ask(purpose="tell_others")
    assert second.pk != first.pk
    with pytest.raises(IllegalTransition):
        matter.use(second)


def test_a_yes_for_one_purpose_is_none_for_another(matter: Matter) -> None:
    matter.agreed(purpose="tell_desk")
    other = matter.ask(purpose="tell_others")
    with pytest.raises(IllegalTransition):
        matter.use(other)


@pytest.mark.parametrize("change", [{"answer": ""}, {"answer": "refused"}, {"withdrawn_at": 1}])
def test_the_database_refuses_a_disclosure_without_a_yes(
    matter: Matter, change: dict[str, Any]
) -> None:
    asked = matter.agreed()
    if "withdrawn_at" in change:
        change = {"withdrawn_at": clock.now()}
    if change.get("answer") == "":
        change["answered_at"] = None
    with pytest.raises(IntegrityError), transaction.atomic():
        Consent.objects.filter(pk=asked.pk).update(
            used_at=clock.now(), used_by=matter.officer, **change
        )


# Who asks, who answers


def test_an_answer_is_given_once_by_the_person_alone(matter: Matter) -> None:
    asked = matter.ask()
    for stranger in (matter.learner, matter.witness, matter.moderator, make.person()):
        with pytest.raises(NotFound):
            matter.answer(asked, actor=stranger)
        with pytest.raises(NotFound):
            consent.withdraw(actor=stranger, consent_id=asked.public_id)
    matter.answer(asked)
    assert matter.answer(asked).answer == "given"
    with pytest.raises(Conflict):
        matter.answer(asked, yes=False)
    assert Event.objects.filter(action="consent.answered").count() == 1


def test_whoever_reported_stays_sealed_in_the_history(matter: Matter) -> None:
    consent.withdraw(actor=matter.reporter, consent_id=matter.agreed().public_id)
    matter.use(matter.agreed())
    for event in Event.objects.filter(action__startswith="consent."):
        if event.action in ("consent.answered", "consent.withdrawn"):
            assert event.actor_kind == ActorKind.SEALED
        assert REPORTER not in str(event.payload)
        assert str(matter.reporter.public_id) not in event.actor + str(event.payload)


def test_whoever_reported_without_a_name_is_not_asked(matter: Matter) -> None:
    nameless = build.report(matter.case, mode="anonymous", reporter_ref="", reporter_sealed=None)
    with pytest.raises(IllegalTransition):
        matter.ask(subject_id=nameless.public_id)
    address = reverse("desk:ask_consent", args=[matter.number, "reporter", nameless.public_id])
    assert address not in matter.page(matter.moderator, "desk:names")


def test_the_desk_is_not_told_of_whom_it_knows_by_name_already(matter: Matter) -> None:
    named = build.report(matter.case, mode="named")
    for kind, subject in (
        ("reporter", named.public_id),
        ("witness", matter.statement.public_id),
        ("respondent", matter.rid),
    ):
        with pytest.raises(InvalidInput):
            matter.ask(kind=kind, subject_id=subject, purpose="tell_desk")


def test_a_learner_before_the_notice_is_neither_asked_nor_told(matter: Matter) -> None:
    unknown = build.respondent(matter.case, make.person("Not Yet"), status="investigation")
    with pytest.raises(InvalidInput):
        matter.ask(learner_id=unknown.public_id)
    with pytest.raises(NotFound):
        matter.ask(kind="respondent", subject_id=unknown.public_id, purpose="tell_others")


def test_an_officer_tells_and_a_moderator_does_not(matter: Matter) -> None:
    asked = matter.agreed()
    with pytest.raises(NotPermitted):
        matter.use(asked, matter.moderator)
    with pytest.raises(NotFound):
        matter.use(asked, make.person())
    with pytest.raises(NotPermitted):
        matter.ask(actor=build.auditor(), purpose="tell_desk")


def test_nobody_is_pressed(matter: Matter) -> None:
    first = matter.ask(purpose="tell_desk")
    with pytest.raises(Conflict):
        matter.ask(purpose="tell_desk")
    matter.answer(first, yes=False)
    matter.answer(matter.ask(purpose="tell_desk"), yes=False)
    with pytest.raises(Conflict):
        matter.ask(purpose="tell_desk")
    # For something else they can still be asked.
    matter.ask(purpose="tell_others")


def test_the_same_form_twice_is_one_question(matter: Matter) -> None:
    first = matter.ask(form_key="k")
    assert matter.ask(form_key="k").pk == first.pk
    with pytest.raises(Conflict):
        matter.ask(form_key="k", reason="Something else.")
    assert Letter.objects.filter(event="consent_asked").count() == 1


def test_hostile_17_somebody_of_another_case_is_not_found(matter: Matter) -> None:
    other = Matter()
    with pytest.raises(NotFound):
        matter.ask(subject_id=other.told.public_id)
    with pytest.raises(NotFound):
        matter.ask(kind="witness", subject_id=other.statement.public_id)
    with pytest.raises(NotFound):
        consent.use(actor=matter.officer, number=matter.number, consent_id=other.agreed().public_id)


def test_refusing_has_no_consequence(matter: Matter) -> None:
    before = Case.objects.get(number=matter.number)
    matter.answer(matter.ask(), yes=False)
    after = Case.objects.get(number=matter.number)
    assert (after.status, after.due_at, after.revision) == (
        before.status,
        before.due_at,
        before.revision,
    )
    assert not OutboxMessage.objects.filter(event__startswith="report_closed").exists()


def test_words_are_needed(matter: Matter) -> None:
    for wrong in (
        {"reason": " "},
        {"purpose": "fun"},
        {"purpose": "tell_others", "to_whom": ""},
        {"learner_id": uuid4()},
    ):
        with pytest.raises(InvalidInput):
            matter.ask(**wrong)


# The letter and the pages


def test_case_105_the_email_says_nothing_and_the_letter_says_it_all(matter: Matter) -> None:
    asked = matter.ask(purpose="tell_others")
    message = OutboxMessage.objects.get(event="consent_asked")
    assert message.case_number == ""
    letter = matter.page(matter.reporter, "notifications:letter", message.letter.public_id)
    for words in (asked.to_whom, asked.reason, "No is fine"):
        assert words in letter
    assert matter.number not in letter


def test_the_page_of_the_person_step_by_step(matter: Matter) -> None:
    asked = matter.ask()
    client = Client()
    client.force_login(matter.reporter)
    address = reverse("my:consent", args=[asked.public_id])
    for page in (reverse("my:home"), reverse("my:report", args=[matter.told.public_id])):
        assert address in client.get(page).content.decode(), page
    shown = client.get(address).content.decode()
    assert asked.reason in shown
    assert "Nothing follows from it for you" in shown
    assert client.post(address, {}).status_code == 400
    assert Consent.objects.get(pk=asked.pk).answer == ""
    sent = client.post(address, {"answer": "yes"})
    assert (sent.status_code, sent["Location"]) == (303, address)
    assert client.post(address, {"answer": "no"}).status_code == 409
    assert "You said yes" in client.get(reverse("my:consents")).content.decode()
    taken = client.post(reverse("my:consent_withdraw", args=[asked.public_id]))
    assert taken.status_code == 303
    assert "You took your yes back" in client.get(address).content.decode()
    stranger = Client()
    stranger.force_login(make.person())
    assert stranger.get(address).status_code == 404
    assert stranger.post(address, {"answer": "yes"}).status_code == 404


def test_the_page_of_the_desk_from_question_to_telling(matter: Matter) -> None:
    moderator = Client()
    moderator.force_login(matter.moderator)
    address = reverse("desk:ask_consent", args=[matter.number, "reporter", matter.told.public_id])
    names = reverse("desk:names", args=[matter.number])
    assert address in moderator.get(names).content.decode()
    form = moderator.get(address).context["form"]
    sent = moderator.post(
        address,
        {
            "form_token": form["form_token"].value(),
            "purpose": "tell_learner",
            "to_whom": "",
            "reason": "The learner wants to say sorry.",
        },
    )
    assert (sent.status_code, sent["Location"]) == (303, names)
    asked = matter.answer(Consent.objects.get())
    tell = reverse("desk:use_consent", args=[matter.number, asked.public_id])
    assert tell not in moderator.get(names).content.decode()
    assert moderator.get(tell).status_code == 403
    officer = Client()
    officer.force_login(matter.officer)
    assert tell in officer.get(names).content.decode()


def test_hostile_14_telling_a_name_needs_a_fresh_sign_in(matter: Matter) -> None:
    asked = matter.agreed(purpose="tell_others")
    tell = reverse("desk:use_consent", args=[matter.number, asked.public_id])
    matter.officer.set_password("a-long-pass-phrase")
    matter.officer.save()
    client = Client()
    client.force_login(matter.officer)
    for reply in (client.get(tell), client.post(tell)):
        assert reply["Location"].startswith(reverse("account_reauthenticate"))
    assert Consent.objects.get().used_at is None
    client = fresh(matter.officer)
    assert REPORTER not in client.get(tell).content.decode()
    shown = client.post(tell)
    assert REPORTER in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    again = client.post(tell)
    assert again.status_code == 409
    assert REPORTER not in again.content.decode()


# At the same moment


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_round", range(3))
def test_of_a_withdrawal_and_a_disclosure_one_wins(matter: Matter, _round: int) -> None:
    asked = matter.agreed(purpose="tell_others")
    gate = threading.Barrier(2)
    results: dict[str, str] = {}

    def run(name: str, call: Any) -> None:
        try:
            gate.wait(10)
            call()
            results[name] = "done"
        except DomainError:
            results[name] = "refused"
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=run, args=("use", lambda: matter.use(asked))),
        threading.Thread(
            target=run,
            args=(
                "withdraw",
                lambda: consent.withdraw(actor=matter.reporter, consent_id=asked.public_id),
            ),
        ),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(results.values()) == ["done", "refused"]
    asked.refresh_from_db()
    assert (asked.used_at is None) is (results["use"] == "refused")
    assert (asked.withdrawn_at is None) is (results["withdraw"] == "refused")
    assert Event.objects.filter(action__in=("consent.used", "consent.withdrawn")).count() == 1
