"""Opening a sealed identity: two officers, a reason, a fresh login, and everything recorded."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.enums import CaseStatus
from cases.models import Case, Reveal
from cases.selectors.identity import waiting_rows
from cases.services import reveal, triage
from integrity.accounts.models import User
from integrity.audit.models import Event
from integrity.core import clock
from integrity.core.errors import (
    Conflict,
    IllegalTransition,
    InvalidInput,
    NotFound,
    NotPermitted,
    WindowClosed,
)
from notifications.models import Letter, OutboxMessage
from tests.cases import builders as build
from tests.courses import builders as make

pytestmark = pytest.mark.django_db

PASSWORD = "a-long-pass-phrase"
REPORTER = "Quentin Sealed"


class Office:
    """A case with a report in confidence, and the desk around it."""

    def __init__(self) -> None:
        self.moderator = build.moderator()
        self.officer = build.officer()
        self.second = build.officer("Renata Villaseñor")
        self.learner = make.person("Amara Okonjo")
        self.case = build.case(learner=self.learner)
        self.number = self.case.number
        self.reporter = make.person(REPORTER)
        self.told = build.report(self.case, self.reporter, account="I saw the two texts.")

    def ask(self, **kwargs: Any) -> Reveal:
        return reveal.ask(
            **{
                "actor": self.officer,
                "number": self.number,
                "report_id": self.told.public_id,
                "purpose": "safety",
                "reason": "The text names a place and an hour.",
                "form_key": uuid4().hex,
                **kwargs,
            }
        )

    def answer(self, request: Reveal, outcome: str = "approved", **kwargs: Any) -> Reveal:
        return reveal.answer(
            **{
                "actor": self.second,
                "number": self.number,
                "reveal_id": request.public_id,
                "outcome": outcome,
                "reason": "I see it the same way.",
                **kwargs,
            }
        )

    def read(self, request: Reveal, **kwargs: Any) -> reveal.Identity:
        return reveal.read(
            **{
                "actor": self.officer,
                "number": self.number,
                "reveal_id": request.public_id,
                **kwargs,
            }
        )


@pytest.fixture
def office() -> Office:
    return Office()


def events(action: str) -> list[Event]:
    return list(Event.objects.filter(action=action).order_by("sequence"))


# The service


def test_hostile_108_reason_two_people_and_each_reading_recorded(office: Office) -> None:
    request = office.answer(office.ask())
    for _time in range(2):
        person = office.read(request)
        assert (person.name, person.contact) == (REPORTER, office.reporter.email)
    assert REPORTER not in repr(person)
    assert len(events("identity.asked")) == len(events("identity.answered")) == 1
    assert len(events("identity.read")) == 2
    for event in Event.objects.filter(action__startswith="identity."):
        assert event.case_number == office.number
        for personal in (REPORTER, office.reporter.email, str(office.reporter.public_id)):
            assert personal not in str(event.payload)


def test_hostile_108_nothing_is_read_without_a_second_officer(office: Office) -> None:
    request = office.ask()
    with pytest.raises(NotPermitted):
        office.read(request)
    with pytest.raises(NotPermitted):
        office.answer(request, actor=office.officer)
    office.answer(request, "refused")
    with pytest.raises(NotPermitted):
        office.read(request)
    assert not events("identity.read")
    assert not Letter.objects.filter(event="report_unsealed").exists()


def test_only_whoever_asked_reads_it_and_only_for_a_day(office: Office, frozen_clock: Any) -> None:
    request = office.answer(office.ask())
    with pytest.raises(NotPermitted):
        office.read(request, actor=office.second)
    assert request.expires_at is not None
    frozen_clock.move_to(request.expires_at - timedelta(seconds=1))
    office.read(request)
    frozen_clock.move_to(request.expires_at)
    with pytest.raises(WindowClosed):
        office.read(request)
    assert len(events("identity.read")) == 1


@pytest.mark.parametrize("who", ["moderator", "auditor"])
def test_only_officers_ask_and_answer(office: Office, who: str) -> None:
    person = office.moderator if who == "moderator" else build.auditor()
    with pytest.raises(NotPermitted):
        office.ask(actor=person)
    request = office.ask()
    with pytest.raises(NotPermitted):
        office.answer(request, actor=person)


def test_with_a_conflict_the_request_is_not_there(office: Office) -> None:
    third = build.officer("Kwame Boateng")
    request = office.ask()
    triage.declare_conflict(actor=third, number=office.number, reason="We are cousins.")
    with pytest.raises(NotFound):
        office.answer(request, actor=third)
    assert reverse("desk:identity") not in visible(third, office)
    # Declared after the approval, it still counts.
    office.answer(request)
    triage.declare_conflict(actor=office.officer, number=office.number, reason="We are friends.")
    with pytest.raises(NotFound):
        office.read(request)


def visible(user: User, office: Office) -> str:
    """What the list of requests tells an officer."""
    client = Client()
    client.force_login(user)
    page = client.get(reverse("desk:identity")).content.decode()
    assert office.number not in page
    assert office.told.reference not in page
    return "" if "Nothing waits for you" in page else page


def test_an_officer_who_reported_is_told_of_no_request(office: Office) -> None:
    make.grant(office.reporter, "officer")
    office.ask()
    assert visible(office.reporter, office) == ""
    with pytest.raises(NotFound):
        office.ask(actor=office.reporter)


def test_an_officer_elsewhere_finds_nothing_and_one_of_the_platform_can_answer() -> None:
    office = Office()
    own = build.officer("Only One", office.case.institution)
    elsewhere = build.officer("Far Away", make.institution())
    request = office.ask(actor=own)
    with pytest.raises(NotFound):
        office.answer(request, actor=elsewhere)
    # The only officer there, so one of the platform is the second person.
    assert office.answer(request, actor=office.second).outcome == "approved"


@pytest.mark.parametrize("mode", ["anonymous", "named"])
def test_where_nothing_is_sealed_there_is_nothing_to_open(office: Office, mode: str) -> None:
    sender = {"reporter_ref": "", "reporter_sealed": None} if mode == "anonymous" else {}
    other = build.report(office.case, mode=mode, **sender)
    with pytest.raises(IllegalTransition, match="nothing to open"):
        office.ask(report_id=other.public_id)


def test_asked_once_and_the_same_form_twice_is_one_request(office: Office) -> None:
    first = office.ask(form_key="k")
    assert office.ask(form_key="k").pk == first.pk
    with pytest.raises(Conflict):
        office.ask(form_key="k", reason="Something else.")
    with pytest.raises(Conflict, match="sent before"):
        office.ask(form_key="k", purpose="duty")
    with pytest.raises(Conflict):
        office.ask()
    office.answer(first)
    with pytest.raises(Conflict):
        office.ask()
    assert Reveal.objects.count() == len(events("identity.asked")) == 1


def test_the_same_answer_twice_is_one_and_another_one_is_refused(office: Office) -> None:
    request = office.answer(office.ask())
    assert office.answer(request).expires_at == request.expires_at
    with pytest.raises(Conflict):
        office.answer(request, "refused")
    assert len(events("identity.answered")) == 1


def test_reasons_are_needed(office: Office) -> None:
    for wrong in ({"reason": "  "}, {"purpose": "curiosity"}):
        with pytest.raises(InvalidInput):
            office.ask(**wrong)
    request = office.ask()
    with pytest.raises(InvalidInput):
        office.answer(request, reason="")
    with pytest.raises(InvalidInput):
        office.answer(request, "perhaps")


def test_hostile_17_a_request_of_another_case_is_not_found(office: Office) -> None:
    request, other = office.ask(), Office()
    with pytest.raises(NotFound):
        office.answer(request, number=other.number)
    with pytest.raises(NotFound):
        office.ask(report_id=other.told.public_id)


def test_the_database_wants_two_people_too(office: Office) -> None:
    request = office.ask()
    with pytest.raises(IntegrityError), transaction.atomic():
        Reveal.objects.filter(pk=request.pk).update(
            outcome="approved",
            answered_by=office.officer,
            answered_at=clock.now(),
            expires_at=clock.now() + timedelta(days=1),
        )


def test_whoever_reported_is_told_once_and_not_by_whom(office: Office) -> None:
    request = office.answer(office.ask())
    assert not Letter.objects.filter(event="report_unsealed").exists()
    office.read(request)
    office.read(request)
    message = OutboxMessage.objects.get(event="report_unsealed")
    assert message.case_number == ""
    client = Client()
    client.force_login(office.reporter)
    letter = client.get(reverse("notifications:letter", args=[message.letter.public_id]))
    text = letter.content.decode()
    assert "somebody may be in danger" in text
    assert office.told.reference in text
    for name in (office.officer.display_name, office.second.display_name, office.number):
        assert name not in text
    # It stands with the other letters of the report.
    page = client.get(reverse("my:report", args=[office.told.public_id])).content.decode()
    assert "We have opened your name" in page


def test_reading_changes_no_case_and_makes_no_form_stale(office: Office) -> None:
    before = Case.objects.get(number=office.number).revision
    office.read(office.answer(office.ask()))
    assert Case.objects.get(number=office.number).revision == before


@pytest.mark.parametrize("status", [CaseStatus.CLOSED, CaseStatus.DISMISSED])
def test_danger_knows_no_stage(office: Office, status: str) -> None:
    reason = "not_enough" if status == CaseStatus.DISMISSED else ""
    Case.objects.filter(number=office.number).update(
        status=status, due_at=None, dismissal_reason=reason
    )
    assert office.read(office.answer(office.ask())).name == REPORTER


# The pages


def fresh(user: User) -> Client:
    """Somebody who has just given the password."""
    user.set_password(PASSWORD)
    user.save()
    client = Client()
    client.force_login(user)
    told = {"password": PASSWORD}
    assert client.post(reverse("account_reauthenticate"), told).status_code == 302
    return client


def test_the_walk_page_by_page(office: Office) -> None:
    officer, second = fresh(office.officer), fresh(office.second)
    case = officer.get(reverse("desk:case", args=[office.number])).content.decode()
    ask = reverse("desk:identity_ask", args=[office.number, office.told.public_id])
    assert ask in case
    form = officer.get(ask).context["form"]
    sent = officer.post(
        ask,
        {"form_token": form["form_token"].value(), "purpose": "safety", "reason": "A threat."},
    )
    names = reverse("desk:names", args=[office.number])
    assert (sent.status_code, sent["Location"]) == (303, names)
    request = Reveal.objects.get()
    answer = reverse("desk:identity_answer", args=[office.number, request.public_id])
    read = reverse("desk:identity_read", args=[office.number, request.public_id])
    assert answer in second.get(reverse("desk:identity")).content.decode()
    assert answer not in officer.get(reverse("desk:identity")).content.decode()
    assert officer.get(answer).status_code == 403
    assert officer.post(read).status_code == 403
    assert second.post(answer, {"outcome": "approved"}).status_code == 400
    done = second.post(answer, {"outcome": "approved", "reason": "Yes."})
    assert done.status_code == 303
    assert second.get(read).status_code == 403
    # Looking at the page reads nothing; pressing the button does.
    assert REPORTER not in officer.get(read).content.decode()
    assert not events("identity.read")
    shown = officer.post(read)
    assert shown.status_code == 200
    assert REPORTER in shown.content.decode()
    assert office.reporter.email in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    assert len(events("identity.read")) == 1
    told = officer.get(names).content.decode()
    assert "1 time" in told
    assert REPORTER not in told
    # Whoever may read the case sees it too.
    moderator = Client()
    moderator.force_login(office.moderator)
    seen = moderator.get(names).content.decode()
    assert office.officer.display_name in seen
    assert "A threat." in seen


@pytest.mark.parametrize("step", ["identity_ask", "identity_answer", "identity_read"])
def test_hostile_14_stale_sign_in_steps_up(office: Office, step: str, frozen_time: Any) -> None:
    request = office.ask() if step != "identity_ask" else None
    subject = office.told if request is None else request
    if step == "identity_read":
        office.answer(office_request(request))
    actor = office.second if step == "identity_answer" else office.officer
    address = reverse(f"desk:{step}", args=[office.number, subject.public_id])
    client = fresh(actor)
    assert client.get(address).status_code == 200
    frozen_time(301)
    before = Event.objects.count()
    for reply in (client.get(address), client.post(address, {"reason": "x", "purpose": "safety"})):
        assert reply["Location"].startswith(reverse("account_reauthenticate"))
    assert Event.objects.count() == before


def office_request(request: Reveal | None) -> Reveal:
    assert request is not None
    return request


@pytest.fixture
def frozen_time(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let so many seconds pass for the question when the password was given."""
    real = time.time

    def later(seconds: int) -> None:
        monkeypatch.setattr(time, "time", lambda: real() + seconds)

    return later


def test_hostile_14_an_account_without_a_password_cannot_step_up(office: Office) -> None:
    office.officer.set_unusable_password()
    office.officer.save()
    client = Client()
    client.force_login(office.officer)
    address = reverse("desk:identity_ask", args=[office.number, office.told.public_id])
    assert client.get(address).status_code == 403


def test_what_was_typed_survives_the_step_up(office: Office, frozen_time: Any) -> None:
    client = fresh(office.officer)
    address = reverse("desk:identity_ask", args=[office.number, office.told.public_id])
    token = client.get(address).context["form"]["form_token"].value()
    frozen_time(301)
    typed = {"form_token": token, "purpose": "safety", "reason": "A threat, with a place."}
    asked = client.post(address, typed)
    assert "reauthenticate" in asked["Location"]
    client.post(asked["Location"], {"password": PASSWORD})
    assert Reveal.objects.get().reason == "A threat, with a place."


def test_the_menu_counts_what_waits_for_this_officer(office: Office) -> None:
    office.ask()
    for user, count in ((office.second, 1), (office.officer, 0)):
        client = Client()
        client.force_login(user)
        page = client.get(reverse("desk:dashboard")).content.decode()
        assert reverse("desk:identity") in page
        rows = waiting_rows(user)
        assert (0 if rows is None else rows.count()) == count
    client = Client()
    client.force_login(office.moderator)
    assert reverse("desk:identity") not in client.get(reverse("desk:queue")).content.decode()
    assert client.get(reverse("desk:identity")).status_code == 403


def test_the_page_of_names_costs_the_same_for_many(office: Office) -> None:
    def cost() -> int:
        client = Client()
        client.force_login(office.second)
        with CaptureQueriesContext(connection) as found:
            assert client.get(reverse("desk:names", args=[office.number])).status_code == 200
        return len(found)

    office.read(office.answer(office.ask()))
    # The first look notes that the reader is there.
    cost()
    few = cost()
    for _more in range(4):
        office.told = build.report(office.case, make.person())
        office.read(office.answer(office.ask()))
    assert cost() == few


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_answers_at_once_are_one(office: Office) -> None:
    request = office.ask()
    third = build.officer("Kwame Boateng")
    gate = threading.Barrier(2)
    outcomes: list[str] = []

    def run(actor: User, outcome: str) -> None:
        try:
            gate.wait(10)
            office.answer(request, outcome, actor=actor)
            outcomes.append(outcome)
        except Conflict:
            outcomes.append("conflict")
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=run, args=(office.second, "approved")),
        threading.Thread(target=run, args=(third, "refused")),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes)[0] in ("approved", "conflict")
    assert outcomes.count("conflict") == 1
    assert len(events("identity.answered")) == 1
