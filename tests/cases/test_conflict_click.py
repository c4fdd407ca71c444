"""A conflict of interest, declared in one click; what it ends, and what two people do at once."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.enums import CaseStatus
from cases.models import (
    Case,
    ConflictDeclaration,
    Determination,
    Mention,
    Presence,
    Watcher,
)
from cases.services import conflicts, determination, notes, presence, triage
from integrity.accounts.models import User
from integrity.audit.models import Event
from integrity.core.errors import (
    Conflict,
    IllegalTransition,
    InvalidInput,
    NotFound,
    NotPermitted,
    Stale,
)
from notifications.models import OutboxMessage
from tests.cases import builders as build
from tests.cases.test_intake_concurrency import at_once
from tests.cases.test_process import World
from tests.courses import builders as make

pytestmark = pytest.mark.django_db


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(name: str, case: Case, *args: Any) -> str:
    return reverse(f"desk:{name}", args=[case.number, *args])


def test_hostile_22_one_click_and_the_next_request_finds_nothing_anywhere() -> None:
    case = build.case()
    ines, tomasz = build.moderator(), build.moderator("Tomasz Lem")
    triage.claim(actor=ines, number=case.number)
    triage.watch(actor=ines, number=case.number)
    presence.arrive(actor=ines, case=case)
    notes.add_note(
        actor=tomasz, number=case.number, body="Look.", form_key="k", mention=[ines.public_id]
    )
    mine = client_of(ines)
    assert (
        'action="' + address("conflict", case) in mine.get(address("case", case)).content.decode()
    )

    answer = mine.post(address("conflict", case))

    assert (answer.status_code, answer.headers["Location"]) == (303, reverse("desk:queue"))
    case.refresh_from_db()
    assert case.assignee is None
    for rows in (Watcher, Presence, Mention):
        assert not rows.objects.filter(user=ines).exists()
    for name in ("case", "notes", "people", "history", "give", "conflict", "presence"):
        assert mine.get(address(name, case)).status_code in (404, 405)
        assert mine.post(address(name, case)).status_code in (404, 405)
    # Byte for byte what a case that never was looks like.
    never = reverse("desk:case", args=["C-1999-00001"])
    assert mine.get(address("case", case)).status_code == mine.get(never).status_code == 404
    for listed in (reverse("desk:queue"), reverse("desk:mentions"), reverse("desk:dashboard")):
        assert case.number not in mine.get(listed).content.decode()
    # Sent twice it is there no more.
    assert mine.post(address("conflict", case)).status_code == 404
    # A colleague takes it up; who left is not said to moderators.
    theirs = client_of(tomasz)
    assert "Ines Ferreira" not in theirs.get(address("people", case)).content.decode()
    assert theirs.post(address("claim", case)).status_code == 303


def test_from_the_summary_too() -> None:
    case = build.case(status=CaseStatus.INVESTIGATION)
    ines = build.moderator()
    mine = client_of(ines)
    assert (
        'action="' + address("conflict", case) in mine.get(address("case", case)).content.decode()
    )
    assert mine.post(address("conflict", case)).status_code == 303
    assert mine.get(address("case", case)).status_code == 404


def test_only_an_officer_without_one_takes_it_back() -> None:
    case = build.case()
    ines, officer = build.moderator(), build.officer()
    triage.claim(actor=ines, number=case.number)
    conflicts.declare(actor=ines, number=case.number, reason="My neighbour.")
    for who in (ines, officer):
        if who is officer:
            conflicts.declare(actor=officer, number=case.number)
        with pytest.raises(NotFound):
            conflicts.undo(
                actor=who, number=case.number, user_id=ines.public_id, reason="It was nothing."
            )
    with pytest.raises(NotPermitted):
        conflicts.undo(
            actor=build.moderator("Tomasz Lem"),
            number=case.number,
            user_id=ines.public_id,
            reason="It was nothing.",
        )
    free = build.officer("Renata Villa")
    page = client_of(free).get(address("conflicts", case)).content.decode()
    assert "My neighbour." in page
    assert "Declared without giving a reason." in page
    with pytest.raises(InvalidInput):
        conflicts.undo(actor=free, number=case.number, user_id=ines.public_id, reason=" ")
    sent = {"who": str(ines.public_id), "reason": "The wrong button."}
    assert client_of(free).post(address("conflicts", case), sent).status_code == 303
    # They see it again, and it is not theirs by itself.
    assert client_of(ines).get(address("case", case)).status_code == 200
    case.refresh_from_db()
    assert case.assignee is None
    assert Event.objects.filter(action="conflict.undone").count() == 1
    # Only officers read of it in the history.
    assert "taken back" not in client_of(ines).get(address("history", case)).content.decode()
    assert "taken back" in client_of(free).get(address("history", case)).content.decode()


def test_a_stranger_declares_nothing() -> None:
    case = build.case()
    for user in (make.person("Lea Learner"), build.moderator("Ella", make.institution())):
        with pytest.raises(NotFound):
            conflicts.declare(actor=user, number=case.number)
    with pytest.raises(NotPermitted):
        conflicts.declare(actor=build.auditor(), number=case.number)
    assert not ConflictDeclaration.objects.exists()


# At the same instant


def confirming(world: World, digest: str, by: User) -> Determination:
    return determination.confirm(
        actor=by, number=world.number, respondent_id=world.rid, digest=digest
    )


@pytest.mark.django_db(transaction=True)
def test_hostile_61_two_officers_decide_at_once_and_one_letter_goes_out() -> None:
    world = World().found()
    digest = world.propose(["assignment_failed"]).digest
    third = build.officer("Kwame Boateng")
    people = [world.second, third]
    results = at_once(2, lambda n: confirming(world, digest, people[n]))
    done = [row for row in results if isinstance(row, Determination)]
    assert len(done) == 1, results
    other = next(row for row in results if not isinstance(row, Determination))
    assert isinstance(other, Conflict | Stale | IllegalTransition), repr(other)
    assert OutboxMessage.objects.filter(event="determination_issued").count() == 1
    assert Determination.objects.get().decided_by in people


@pytest.mark.django_db(transaction=True)
def test_hostile_61_two_moderators_record_findings_from_the_same_page() -> None:
    world = World().answered()
    revision = Case.objects.get(number=world.number).revision
    people = [world.moderator, world.officer]
    answers, findings = world.answers(), world.findings()
    supports = build.rests_on(world.respondent)

    def find(n: int) -> Determination:
        return determination.record_findings(
            actor=people[n],
            number=world.number,
            respondent_id=world.respondent.public_id,
            findings=findings,
            reasons_finding=f"Reasons of {n}.",
            answers=answers,
            supports=supports,
            revision=revision,
        )

    results = at_once(2, find)
    assert sorted(type(row).__name__ for row in results) == ["Determination", "Stale"]


@pytest.mark.django_db(transaction=True)
def test_hostile_63_declared_while_deciding_comes_before_or_after_and_never_between() -> None:
    world = World().found()
    digest = world.propose(["assignment_failed"]).digest

    def act(n: int) -> Any:
        if n == 0:
            return confirming(world, digest, world.second)
        return conflicts.declare(actor=world.second, number=world.number)

    decided, declared = at_once(2, act)
    assert declared is None
    assert ConflictDeclaration.objects.filter(user=world.second).exists()
    order = list(
        Event.objects.filter(
            case_number=world.number, action__in=["determination.issued", "conflict.declared"]
        )
        .order_by("sequence")
        .values_list("action", flat=True)
    )
    letters = OutboxMessage.objects.filter(event="determination_issued").count()
    if isinstance(decided, Determination):
        # They decided, and declared only afterwards.
        assert letters == 1
        assert order[-1] == "conflict.declared"
    else:
        # They declared first: for them the case was not there any more.
        assert isinstance(decided, NotFound), repr(decided)
        assert letters == 0
        assert order == ["conflict.declared"]
