"""Giving a case to a colleague: assigned, handed over, given back, all of a leaver's at once."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from cases import rules
from cases.enums import CaseStatus
from cases.models import Case, Note, Watcher
from cases.selectors import leavers as selectors
from cases.services import assigning, leavers, triage
from integrity.accounts.models import RoleGrant, User
from integrity.audit.models import Event
from integrity.core import clock
from integrity.core.errors import (
    Conflict,
    IllegalTransition,
    InvalidInput,
    NotFound,
    NotPermitted,
)
from notifications.content import unseal_letter, unseal_message
from notifications.models import Letter, OutboxMessage
from tests.cases import builders as build
from tests.courses import builders as make

pytestmark = pytest.mark.django_db

S = CaseStatus


class Desk:
    """An open case nobody has, an officer and two moderators."""

    def __init__(self) -> None:
        self.case = build.case(status=S.INVESTIGATION)
        self.number = self.case.number
        self.officer = build.officer()
        self.ines = build.moderator()
        self.tomasz = build.moderator("Tomasz Lem")

    def now(self) -> Case:
        return Case.objects.get(number=self.number)

    def assign(self, to: User | None, **kwargs: Any) -> Case:
        return assigning.assign(
            **{
                "actor": self.officer,
                "number": self.number,
                "to": to,
                "form_key": uuid4().hex,
                **kwargs,
            }
        )


@pytest.fixture
def desk() -> Desk:
    return Desk()


def page(user: User, name: str, *args: Any, data: dict[str, Any] | None = None) -> Any:
    client = Client()
    client.force_login(user)
    address = reverse(f"desk:{name}", args=args)
    return client.get(address) if data is None else client.post(address, data)


def token(user: User, name: str, *args: Any) -> str:
    form = page(user, name, *args).context["form"]
    return str(form["form_token"].value())


def test_an_officer_gives_a_case_and_the_letter_names_its_number_only(desk: Desk) -> None:
    Case.objects.filter(pk=desk.case.pk).update(title="An essay by Amara Okonjo")
    key = uuid4().hex
    for _again in range(2):
        desk.assign(desk.ines, note="The learner wrote twice.", form_key=key)
    assert desk.now().assignee == desk.ines
    assert Note.objects.get().body == "The learner wrote twice."
    assert Event.objects.filter(action="case.assigned").count() == 1
    message = OutboxMessage.objects.get(event="case_assigned")
    assert message.case_number == desk.number
    email = unseal_message(message.content_sealed)
    letter = unseal_letter(Letter.objects.get(message=message).content_sealed)
    told = f"{email.subject} {email.text} {letter.html}"
    assert desk.number in email.subject
    for telling in ("Amara", "Okonjo", "essay", "wrote twice", "Jonas"):
        assert telling not in told
    # Somebody else gets it, whoever has it now; and nobody, when it goes back to the queue.
    desk.assign(desk.tomasz)
    assert desk.now().assignee == desk.tomasz
    desk.assign(None)
    assert desk.now().assignee is None


def test_moderators_hand_over_their_own_and_nothing_else(desk: Desk) -> None:
    with pytest.raises(NotPermitted):
        desk.assign(desk.tomasz, actor=desk.ines)
    give = {"number": desk.number, "to": desk.tomasz, "note": "Yours.", "form_key": "k"}
    with pytest.raises(NotPermitted):
        assigning.hand_over(actor=desk.ines, **give)  # type: ignore[arg-type]
    triage.claim(actor=desk.ines, number=desk.number)
    for _again in range(2):
        assigning.hand_over(actor=desk.ines, **give)  # type: ignore[arg-type]
    assert desk.now().assignee == desk.tomasz
    assert Note.objects.count() == 1
    assert OutboxMessage.objects.filter(event="case_assigned").count() == 1
    with pytest.raises(Conflict):
        assigning.hand_over(
            actor=desk.ines, number=desk.number, to=desk.officer, form_key=uuid4().hex
        )


def test_everybody_who_works_there_is_offered_and_only_who_may_have_it_gets_it(desk: Desk) -> None:
    """HOSTILE 16: a gap in the list would tell who reported."""
    elsewhere = build.moderator("Ella Elsewhere", make.institution())
    declared = build.moderator("Dana Declared")
    build.conflict(desk.case, declared)
    teacher = build.moderator("Tea Cher")
    assert desk.case.course is not None
    make.teach(desk.case.course, teacher)
    clerk = build.officer("Clara Clerk")
    build.report(desk.case, entered_by=clerk, received_by="phone", mode="confidential")
    reporter = build.moderator("Rita Reporter")
    build.report(desk.case, reporter, mode="confidential")
    gone = build.moderator("Gone Girl")
    User.objects.filter(pk=gone.pk).update(is_active=False)
    free = {user.display_name for user in rules.may_have(desk.case)}
    assert free == {"Jonas Abara", "Ines Ferreira", "Tomasz Lem"}
    tied = {"Dana Declared", "Tea Cher", "Clara Clerk", "Rita Reporter"}
    shown = page(desk.officer, "give", desk.number).context["form"].fields["to"].choices
    assert {name for key, name in shown if key} == free | tied
    triage.claim(actor=desk.ines, number=desk.number)
    shown = page(desk.ines, "give", desk.number).context["form"].fields["to"].choices
    assert {name for key, name in shown if key} == (free | tied) - {"Ines Ferreira"}
    answers = set()
    for user in (declared, reporter, clerk, elsewhere):
        sent = {
            "to": str(user.public_id),
            "was": "",
            "form_token": token(desk.ines, "give", desk.number),
        }
        answer = page(desk.ines, "give", desk.number, data=sent)
        answers.add((answer.status_code, str(answer.context["form"].errors["to"])))
    assert len(answers) == 1
    assert desk.now().assignee == desk.ines
    triage.release(actor=desk.ines, number=desk.number)
    messages: dict[str, set[str]] = {"tied": set(), "free": set()}
    for user in (elsewhere, declared, teacher, clerk, reporter, gone):
        with pytest.raises(InvalidInput) as told:
            desk.assign(user)
        kind = "tied" if user.display_name in tied else "free"
        messages[kind].add(str(told.value.fields["to"][0]))
    # An officer learns that there is a block, and nothing of its kind (QU5).
    assert messages == {"tied": {assigning.BLOCKED}, "free": {assigning.NO_ROLE}}
    assert "conflict" not in assigning.BLOCKED


def test_somebody_took_it_meanwhile_and_it_is_not_taken_from_them(desk: Desk) -> None:
    triage.claim(actor=desk.ines, number=desk.number)
    with pytest.raises(Conflict):
        desk.assign(desk.tomasz, was=None)
    with pytest.raises(Conflict):
        desk.assign(desk.officer, was=desk.tomasz.public_id)
    assert desk.now().assignee == desk.ines
    sent = {"to": str(desk.tomasz.public_id), "was": "", "note": "My note."}
    answer = page(
        desk.officer,
        "give",
        desk.number,
        data={**sent, "form_token": token(desk.officer, "give", desk.number)},
    )
    assert answer.status_code == 409
    assert "My note." in answer.content.decode()
    assert desk.now().assignee == desk.ines


def test_a_case_that_has_ended_goes_to_nobody(desk: Desk) -> None:
    Case.objects.filter(pk=desk.case.pk).update(status=S.CLOSED)
    with pytest.raises(IllegalTransition):
        desk.assign(desk.ines)


def test_leaving_gives_back_and_stops_following_in_one_step(desk: Desk) -> None:
    triage.claim(actor=desk.ines, number=desk.number)
    triage.watch(actor=desk.ines, number=desk.number)
    for _again in range(2):
        assigning.leave(actor=desk.ines, number=desk.number)
    assert desk.now().assignee is None
    assert not Watcher.objects.exists()
    assert Event.objects.filter(action="case.left").count() == 1
    stranger = build.moderator("Stella Stranger", make.institution())
    with pytest.raises(NotFound):
        assigning.leave(actor=stranger, number=desk.number)


def test_the_page_hands_over_and_whoever_reads_it_no_more_goes_to_the_queue(desk: Desk) -> None:
    triage.claim(actor=desk.ines, number=desk.number)
    shown = page(desk.ines, "give", desk.number).content.decode()
    assert "Tomasz Lem" in shown
    assert "back to the queue" not in shown
    key = token(desk.ines, "give", desk.number)
    sent = {"to": str(desk.tomasz.public_id), "note": "", "form_token": key, "was": ""}
    answer = page(desk.ines, "give", desk.number, data=sent)
    assert (answer.status_code, answer.headers["Location"]) == (303, reverse("desk:queue"))
    assert desk.now().assignee == desk.tomasz
    # Pressed twice, it is done once.
    again = page(desk.ines, "give", desk.number, data=sent)
    assert again.status_code == 303
    assert page(desk.ines, "give", desk.number).status_code == 403


def leave_the_desk(user: User) -> None:
    RoleGrant.objects.filter(user=user).update(ended_at=clock.now())


def test_cases_of_a_leaver_are_counted_and_moved_in_one_go(desk: Desk) -> None:
    others = [build.case(status=S.INVESTIGATION) for _more in range(3)]
    numbers = [desk.number, *(case.number for case in others)]
    for number in numbers:
        triage.claim(actor=desk.ines, number=number)
    closed = build.case(status=S.CLOSED)
    Case.objects.filter(pk=closed.pk).update(assignee=desk.ines, assigned_at=clock.now())
    assert selectors.waiting(desk.officer) == 0
    leave_the_desk(desk.ines)
    assert selectors.waiting(desk.officer) == 4
    # One is hidden from an officer in conflict, all from an officer of another place.
    build.conflict(others[0], desk.officer)
    assert selectors.waiting(desk.officer) == 3
    assert selectors.waiting(build.officer("Pat Ner", make.institution())) == 0
    build.conflict(others[1], desk.tomasz)
    renata = build.moderator("Renata Villa")
    build.conflict(others[1], renata)
    result = leavers.move(
        actor=desk.officer,
        leaver=desk.ines,
        numbers=numbers,
        to=[desk.tomasz.public_id, renata.public_id],
        form_key=uuid4().hex,
    )
    assert sorted(result.moved) == sorted([desk.number, others[2].number])
    assert {user.display_name for user in result.moved.values()} == {"Tomasz Lem", "Renata Villa"}
    # One nobody of them may have, and one that does not exist for this officer.
    assert sorted(result.stayed) == sorted([others[0].number, others[1].number])
    for number in result.stayed:
        assert Case.objects.get(number=number).assignee == desk.ines


def test_the_page_for_leavers_moves_what_is_ticked_and_lists_what_stayed(desk: Desk) -> None:
    other = build.case(status=S.INVESTIGATION)
    for number in (desk.number, other.number):
        triage.claim(actor=desk.ines, number=number)
    User.objects.filter(pk=desk.ines.pk).update(is_active=False)
    listed = page(desk.officer, "leavers").content.decode()
    assert "Ines Ferreira" in listed
    assert "Left: 2 cases wait for somebody" in " ".join(listed.split())
    build.conflict(other, desk.tomasz)
    key = token(desk.officer, "leaver", desk.ines.public_id)
    sent = {
        "numbers": [desk.number, other.number],
        "to": [str(desk.tomasz.public_id)],
        "note": "Ines has left us.",
        "form_token": key,
    }
    answer = page(desk.officer, "leaver", desk.ines.public_id, data=sent)
    told = answer.content.decode()
    assert answer.status_code == 409
    assert "1 case moved." in told
    assert "None of the people you chose can have it." in told
    assert desk.now().assignee == desk.tomasz
    assert Note.objects.get().case == desk.case
    sent |= {"numbers": [other.number], "to": [str(desk.officer.public_id)]}
    answer = page(desk.officer, "leaver", desk.ines.public_id, data=sent)
    assert (answer.status_code, answer.headers["Location"]) == (303, reverse("desk:leavers"))
    assert page(desk.officer, "leaver", desk.ines.public_id).status_code == 404
    assert page(desk.tomasz, "leavers").status_code == 403


# What a refusal tells (QU5)


def refused(desk: Desk, actor: User, to: User, status: int = 400) -> str:
    """What the page of giving the case answers, without what differs each time."""
    client = Client()
    client.force_login(actor)
    address = reverse("desk:give", args=[desk.number])
    form = client.get(address).context["form"]
    sent = {"to": str(to.public_id), "note": "", "was": form["was"].value() or ""}
    sent["form_token"] = form["form_token"].value()
    answer = client.post(address, sent)
    assert answer.status_code == status
    return str(answer.context["form"].errors["to"].as_text())


def ties(desk: Desk) -> list[User]:
    """Colleagues with the role, each tied to the case in another way."""
    declared, told, taught = (build.moderator(name) for name in ("Dora", "Theo", "Tea"))
    build.conflict(desk.case, declared)
    build.report(desk.case, told)
    assert desk.case.course is not None
    make.teach(desk.case.course, taught)
    return [declared, told, taught]


def test_hostile_22_a_moderator_reads_the_same_for_a_conflict_and_a_missing_role(
    desk: Desk,
) -> None:
    blocked = ties(desk)
    left = build.moderator("Gone")
    elsewhere = build.moderator("Far", institution=make.institution())
    RoleGrant.objects.filter(user=left).update(ended_at=clock.now())
    triage.claim(actor=desk.ines, number=desk.number)
    said = {refused(desk, desk.ines, to) for to in (*blocked, left, elsewhere, make.person())}
    assert said == {f"* {assigning.NOT_FREE}"}
    for to in (*blocked, left, elsewhere):
        with pytest.raises(InvalidInput) as error:
            assigning.hand_over(actor=desk.ines, number=desk.number, to=to, form_key=uuid4().hex)
        assert error.value.fields == {"to": [assigning.NOT_FREE]}
    assert desk.now().assignee == desk.ines


def test_an_officer_is_told_that_there_is_a_block_and_not_which(desk: Desk) -> None:
    said = {refused(desk, desk.officer, to) for to in ties(desk)}
    assert said == {f"* {assigning.BLOCKED}"}
    left = build.moderator("Gone")
    RoleGrant.objects.filter(user=left).update(ended_at=clock.now())
    assert refused(desk, desk.officer, left) == f"* {assigning.NO_ROLE}"
    with pytest.raises(InvalidInput) as error:
        desk.assign(left)
    assert error.value.fields == {"to": [assigning.NO_ROLE]}


def test_an_officer_with_a_conflict_is_told_nothing_at_all(desk: Desk) -> None:
    blocked = ties(desk)[0]
    build.conflict(desk.case, desk.officer)
    with pytest.raises(NotFound):
        desk.assign(blocked)
    assert page(desk.officer, "give", desk.number).status_code == 404
