"""A case dismissed because the matter is dealt with in another one says in which (QU2, QU4)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from cases import undoing
from cases.enums import CaseLinkKind
from cases.models import Case, CaseLink
from cases.selectors.duplicates import dealt_with_in
from cases.services import bulk, linking, triage
from integrity.accounts.models import User
from integrity.audit.models import Event
from integrity.core import clock
from integrity.core.errors import InvalidInput
from tests.cases import builders as build
from tests.cases.merging_world import Room
from tests.courses import builders as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def room() -> Room:
    return Room()


def dismiss(room: Room, of: str, place: int = 0) -> Case:
    return triage.dismiss(
        actor=room.moderator, number=room.numbers[place], reason="duplicate", duplicate_of=of
    )


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(case: Case, name: str = "dismiss") -> str:
    return reverse(f"desk:{name}", args=[case.number])


def test_it_is_kept_linked_and_said_on_the_page_of_the_case(room: Room) -> None:
    case = dismiss(room, room.numbers[1])
    assert dealt_with_in(room.moderator, case) == room.numbers[1]
    row = CaseLink.objects.get()
    assert (row.one, row.other, row.kind) == (room.cases[0], room.cases[1], CaseLinkKind.RELATED)
    told = Event.objects.get(action="case.dismissed_duplicate")
    assert (told.case_number, told.data) == (case.number, {"link": str(row.public_id)})
    html = signed_in(room.moderator).get(address(case, "case")).content.decode()
    assert f"The matter is dealt with in {room.numbers[1]}" in html
    assert f"Look at {room.numbers[1]}" in html
    history = signed_in(room.moderator).get(address(case, "history")).content.decode()
    assert "Dealt with in another case" in history
    # And the other case leads back.
    other = signed_in(room.moderator).get(address(room.cases[1], "case")).content.decode()
    assert case.number in other


@pytest.mark.parametrize("of", ["", "IC-2026-999999", "itself", "hidden"])
def test_a_number_is_wanted_that_the_actor_may_see_and_no_other(room: Room, of: str) -> None:
    hidden = build.case(learner=make.person())
    build.conflict(hidden, room.moderator)
    number = {"itself": room.numbers[0], "hidden": hidden.number}.get(of, of)
    with pytest.raises(InvalidInput) as refused:
        dismiss(room, number)
    assert set(refused.value.fields) == {"duplicate_of"}
    assert room.fresh(0).status == "triage"
    assert not CaseLink.objects.exists()


def test_hostile_16_a_hidden_number_and_none_at_all_are_told_in_the_same_words(room: Room) -> None:
    hidden = build.case(learner=make.person())
    build.conflict(hidden, room.moderator)
    client, pages = signed_in(room.moderator), []
    for number in (hidden.number, "IC-2026-999999"):
        sent = {"reason": "duplicate", "duplicate_of": number}
        answer = client.post(address(room.cases[0]), sent)
        assert answer.status_code == 400
        html = answer.content.decode()
        assert "There is no case with this number." in html
        pages.append(len(html.replace(number, "")))
    assert pages[0] == pages[1]


def test_two_cases_cannot_end_for_each_other(room: Room) -> None:
    dismiss(room, room.numbers[1])
    with pytest.raises(InvalidInput) as refused:
        dismiss(room, room.numbers[0], place=1)
    assert "Enter the one that goes on" in str(refused.value.fields["duplicate_of"][0])


def test_with_another_reason_the_number_does_not_matter(room: Room) -> None:
    sent = {"reason": "not_enough", "duplicate_of": "N" * 40}
    assert signed_in(room.moderator).post(address(room.cases[0]), sent).status_code == 303
    assert not CaseLink.objects.exists()
    assert dealt_with_in(room.moderator, room.fresh(0)) == ""


def test_the_form_asks_for_it_and_offers_to_join_instead(room: Room) -> None:
    client = signed_in(room.moderator)
    html = client.get(address(room.cases[0])).content.decode()
    assert "Number of the other case" in html
    assert f'href="{address(room.cases[0], "merge")}"' in html
    answer = client.post(address(room.cases[0]), {"reason": "duplicate", "duplicate_of": ""})
    assert answer.status_code == 400
    assert "Enter the number of the case in which the matter is dealt with." in (
        answer.content.decode()
    )
    # What was typed goes along to the page that joins the two.
    wrong = {"reason": "", "duplicate_of": room.numbers[2].lower()}
    html = client.post(address(room.cases[0]), wrong).content.decode()
    assert f"?with={room.numbers[2]}" in html.replace("ic-2026", "IC-2026")
    sent = {"reason": "duplicate", "duplicate_of": f" {room.numbers[1].lower()} "}
    assert client.post(address(room.cases[0]), sent).status_code == 303
    assert dealt_with_in(room.moderator, room.fresh(0)) == room.numbers[1]


def test_the_one_case_about_the_same_work_is_proposed(room: Room) -> None:
    first = room.fresh(0)
    again = build.case(
        course=room.course, learner=room.learners[0], policy_version=room.version,
        assignment=room.assignment, submission=None, status="triage",
    )  # fmt: skip
    html = signed_in(room.moderator).get(address(again)).content.decode()
    assert f'value="{first.number}"' in html
    assert f"with={first.number}" in html
    assert "May be about the same" in html


def test_no_join_is_offered_where_it_is_not_possible(room: Room) -> None:
    case = build.case(learner=make.person(), status="notified", assignee=room.moderator)
    html = signed_in(room.moderator).get(address(case)).content.decode()
    assert "Join the two instead" not in html
    assert "Number of the other case" in html


def test_hostile_16_whoever_may_not_know_of_the_other_one_reads_no_number(room: Room) -> None:
    case = dismiss(room, room.numbers[1])
    build.conflict(room.cases[1], room.officer)
    assert dealt_with_in(room.officer, case) == ""
    for name in ("case", "history", "print"):
        html = signed_in(room.officer).get(address(case, name)).content.decode()
        assert room.numbers[1] not in html, name
    html = signed_in(room.officer).get(address(case, "case")).content.decode()
    assert "The matter is dealt with in another case" in html


def test_undone_at_once_the_link_goes_and_later_it_stays(room: Room) -> None:
    dismiss(room, room.numbers[1])
    triage.reopen(actor=room.moderator, number=room.numbers[0], reason="A slip.")
    assert not CaseLink.objects.filter(removed_at__isnull=True).exists()
    assert dealt_with_in(room.moderator, room.fresh(0)) == ""
    dismiss(room, room.numbers[2])
    assert dealt_with_in(room.moderator, room.fresh(0)) == room.numbers[2]
    with clock.frozen(clock.now() + undoing.WITHIN + timedelta(minutes=1)):
        triage.reopen(actor=room.officer, number=room.numbers[0], reason="New facts.")
    assert CaseLink.objects.filter(removed_at__isnull=True).count() == 1
    # Dismissed for something else, it has ended for no other case.
    case = triage.dismiss(actor=room.officer, number=room.numbers[0], reason="not_enough")
    assert dealt_with_in(room.officer, case) == ""


def test_a_link_that_stood_before_stays_as_it_was(room: Room) -> None:
    row = linking.link(
        actor=room.moderator, number=room.numbers[0], other=room.numbers[1],
        kind="same_source", note="One page of the wiki",
    )  # fmt: skip
    case = dismiss(room, room.numbers[1])
    assert dealt_with_in(room.moderator, case) == room.numbers[1]
    triage.reopen(actor=room.moderator, number=room.numbers[0], reason="A slip.")
    assert CaseLink.objects.get(removed_at__isnull=True) == row


def test_sent_twice_it_is_one_dismissal_and_one_link(room: Room) -> None:
    client, sent = signed_in(room.moderator), {"reason": "duplicate"}
    sent["duplicate_of"] = room.numbers[1]
    for _time in range(2):
        assert client.post(address(room.cases[0]), sent).status_code == 303
    assert CaseLink.objects.count() == 1
    assert Event.objects.filter(action="case.dismissed_duplicate").count() == 1


def test_many_at_once_end_for_one_case_but_not_that_case_itself(room: Room) -> None:
    asked = {"actor": room.moderator, "kind": "dismiss", "reason": "duplicate"}
    for of in ("", "IC-2026-999999"):
        with pytest.raises(InvalidInput):
            bulk.run(numbers=room.numbers, form_key=f"k{of}", duplicate_of=of, **asked)  # type: ignore[arg-type]
    action = bulk.run(
        numbers=room.numbers,
        form_key="k1",
        duplicate_of=room.numbers[2],
        **asked,  # type: ignore[arg-type]
    )
    became = dict(action.items.values_list("case__number", "outcome"))
    assert became == dict(zip(room.numbers, ["done", "done", "refused"], strict=True))
    refused = action.items.get(case=room.cases[2]).refused
    assert refused == "This is the number of this very case."
    assert [dealt_with_in(room.moderator, room.fresh(n)) for n in range(3)] == [
        room.numbers[2], room.numbers[2], "",
    ]  # fmt: skip
    bulk.undo(actor=room.moderator, public_id=action.public_id)
    assert [room.fresh(n).status for n in range(3)] == ["triage"] * 3
    assert not CaseLink.objects.filter(removed_at__isnull=True).exists()
