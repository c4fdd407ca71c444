"""Several cases at once, each for itself, and one click that takes it back (QU1)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from cases import undoing
from cases.enums import CaseStatus, InterimKind, ReportStatus
from cases.models import BulkAction, BulkItem, Case, CaseMerge, InterimMeasure, Report
from cases.selectors.bulk import colleagues, done
from cases.selectors.report import my_report
from cases.services import assigning, bulk, triage
from cases.services.review import ask
from cases.views.my_reports import progress
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
from notifications import services as notifications
from notifications.enums import State
from notifications.models import Letter, OutboxMessage
from notifications.selectors import letters_page, unread
from notifications.services.delivery import claim
from tests.cases import builders as build
from tests.cases.merging_world import Room
from tests.cases.test_report_pages import text

pytestmark = pytest.mark.django_db

SOON = timedelta(seconds=5)


@pytest.fixture
def room() -> Room:
    return Room()


def run(
    room: Room, kind: str, key: str = "k1", actor: User | None = None, **params: object
) -> BulkAction:
    numbers = params.pop("numbers", room.numbers)
    return bulk.run(
        actor=actor or room.moderator,
        kind=kind,
        numbers=numbers,  # type: ignore[arg-type]
        form_key=key,
        **params,
    )


def outcomes(action: BulkAction) -> dict[str, str]:
    return dict(action.items.values_list("case__number", "outcome"))


def dismissed(room: Room, **params: object) -> BulkAction:
    return run(room, "dismiss", reason="not_enough", **params)


# Each for itself


def test_cases_are_assigned_and_go_back(room: Room) -> None:
    triage.claim(actor=room.other, number=room.numbers[2])
    action = run(room, "assign", to=room.moderator)
    assert outcomes(action) == {
        room.numbers[0]: "done",
        room.numbers[1]: "done",
        room.numbers[2]: "refused",
    }
    assert room.fresh(0).assignee == room.moderator
    assert room.fresh(2).assignee == room.other
    said = done(room.moderator, action.public_id)
    assert said is not None
    assert said.said == "2 cases are assigned"
    assert [row.number for row in said.left] == [room.numbers[2]]
    assert said.left[0].why == "Somebody else has claimed this case."
    bulk.undo(actor=room.moderator, public_id=action.public_id)
    assert room.fresh(0).assignee is None
    assert room.fresh(2).assignee == room.other


def test_an_officer_gives_cases_to_a_colleague_and_back_to_whom_they_were_with(
    room: Room,
) -> None:
    triage.claim(actor=room.other, number=room.numbers[0])
    action = run(room, "assign", actor=room.officer, to=room.moderator, note="Please look.")
    assert {room.fresh(n).assignee for n in range(3)} == {room.moderator}
    bulk.undo(actor=room.officer, public_id=action.public_id)
    assert [room.fresh(n).assignee for n in range(3)] == [room.other, None, None]


def test_a_moderator_is_offered_colleagues_for_their_own_cases_only() -> None:
    user, other = build.moderator(), build.moderator("Tomasz Other")
    free, own = build.case(), build.case(assignee=user)
    assert colleagues(user, [free.number]) == []
    assert colleagues(user, [free.number, own.number]) == [other]
    assert other in colleagues(build.officer(), [free.number])


def test_cases_are_dismissed_with_a_reason_and_a_word_of_the_desk(room: Room) -> None:
    triage.dismiss(actor=room.officer, number=room.numbers[1], reason="permitted")
    action = dismissed(room, detail="noise", note="Tests of the form.")
    assert outcomes(action)[room.numbers[1]] == "refused"
    assert [room.fresh(n).status for n in range(3)] == [CaseStatus.DISMISSED] * 3
    assert [room.fresh(n).dismissal_detail for n in range(3)] == ["noise", "", "noise"]
    bulk.undo(actor=room.moderator, public_id=action.public_id)
    assert [room.fresh(n).status for n in range(3)] == ["triage", "dismissed", "triage"]
    assert room.fresh(0).dismissal_detail == ""
    assert outcomes(action)[room.numbers[0]] == "undone"


def test_several_cases_become_one_group_case_and_apart_again(room: Room) -> None:
    action = run(room, "merge", numbers=room.numbers[1:], into=room.numbers[0])
    kept = room.fresh(0)
    assert kept.respondents.count() == 3
    assert kept.reports.count() == 3
    assert CaseMerge.objects.filter(target=kept).count() == 2
    bulk.undo(actor=room.moderator, public_id=action.public_id)
    assert [room.fresh(n).respondents.count() for n in range(3)] == [1, 1, 1]
    assert [room.fresh(n).status for n in range(3)] == ["triage"] * 3


def test_the_same_form_twice_is_one_action_and_goes_on_where_it_broke(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    dismiss = triage.dismiss

    def breaks(**asked: Any) -> Case:
        if asked["number"] == room.numbers[1]:
            raise OSError
        return dismiss(**asked)

    with monkeypatch.context() as patched:
        patched.setattr(triage, "dismiss", breaks)
        with pytest.raises(OSError):  # noqa: PT011 - it is the one raised above
            dismissed(room)
    first = BulkAction.objects.get()
    assert set(outcomes(first)) == {room.numbers[0]}
    again = dismissed(room)
    assert first.pk == again.pk
    assert set(outcomes(again).values()) == {"done"}
    assert Event.objects.filter(action="case.dismissed").count() == 3
    with pytest.raises(Conflict):
        dismissed(room, actor=room.officer)
    with pytest.raises(Conflict):
        run(room, "assign", to=room.moderator)


def test_a_key_is_bound_to_what_was_sent_with_it(room: Room) -> None:
    dismissed(room, numbers=room.numbers[:2])
    for other in (
        {"numbers": room.numbers},
        {"numbers": room.numbers[:1]},
        {"numbers": room.numbers[:2], "note": "Said later."},
    ):
        with pytest.raises(Conflict):
            dismissed(room, **other)
    with pytest.raises(Conflict):
        run(room, "dismiss", numbers=room.numbers[:2], reason="permitted")
    assert room.fresh(2).status == CaseStatus.TRIAGE
    assert dismissed(room, numbers=room.numbers[1::-1]) == BulkAction.objects.get()
    run(room, "assign", "k2", to=room.moderator, numbers=room.numbers[2:])
    with pytest.raises(Conflict):
        run(room, "assign", "k2", to=room.other, numbers=room.numbers[2:])


def test_sent_again_after_the_undo_nothing_is_done(room: Room) -> None:
    action = dismissed(room)
    BulkItem.objects.filter(case=room.cases[2]).delete()
    bulk.undo(actor=room.moderator, public_id=action.public_id)
    triage.reopen(actor=room.officer, number=room.numbers[2], reason="It was not asked for.")
    again = dismissed(room)
    assert again.undone_at is not None
    assert [room.fresh(n).status for n in range(3)] == [CaseStatus.TRIAGE] * 3


def test_only_what_nobody_was_told_of_is_dismissed_with_others(room: Room) -> None:
    triage.open_case(actor=room.moderator, number=room.numbers[0])
    respondent = room.fresh(0).respondents.get()
    InterimMeasure.objects.create(
        case=room.cases[0],
        respondent=respondent,
        kind=InterimKind.REQUEST_TO_STOP,
        reason="Until we know more.",
        taken_by=room.officer,
        starts_at=clock.now(),
        ends_at=clock.now() + timedelta(days=3),
    )
    for status, place in ((CaseStatus.NOTIFIED, 1), (CaseStatus.REVIEW, 2)):
        Case.objects.filter(pk=room.cases[place].pk).update(status=status)
        room.fresh(place).respondents.update(status=status)
    action = dismissed(room, actor=room.officer)
    assert set(outcomes(action).values()) == {"refused"}
    said = done(room.officer, action.public_id)
    assert said is not None
    assert [row.why for row in said.left] == [
        "An interim measure stands in it. Dismiss it on its own page.",
        *["Somebody had the notice. Dismiss it on its own page."] * 2,
    ]
    InterimMeasure.objects.update(
        lifted_at=clock.now(), lifted_by=room.officer, lift_reason="We know more."
    )
    again = dismissed(room, actor=room.officer, key="k2", numbers=room.numbers[:1])
    assert outcomes(again) == {room.numbers[0]: "done"}


def test_more_than_a_hundred_nothing_and_nonsense_are_refused(room: Room) -> None:
    with pytest.raises(InvalidInput):
        dismissed(room, numbers=[f"IC-2026-{n:06d}" for n in range(101)])
    with pytest.raises(InvalidInput):
        dismissed(room, numbers=[])
    with pytest.raises(InvalidInput):
        run(room, "dismiss", reason="because")
    with pytest.raises(InvalidInput):
        run(room, "assign")
    with pytest.raises(InvalidInput):
        run(room, "merge", into="IC-2026-999999")
    with pytest.raises(NotPermitted):
        dismissed(room, actor=build.auditor())
    with pytest.raises(NotPermitted):
        run(room, "explode")
    assert not BulkAction.objects.exists()


@pytest.mark.parametrize("kind", ["assign", "dismiss", "merge"])
def test_hostile_16_21_22_what_one_may_not_see_is_simply_not_there(room: Room, kind: str) -> None:
    build.conflict(room.cases[1], room.moderator)
    numbers = [room.numbers[1], room.numbers[2], "IC-2026-999999"]
    action = run(
        room,
        kind,
        numbers=numbers,
        to=room.moderator,
        reason="not_enough",
        into=room.numbers[0],
    )
    assert set(outcomes(action)) == {room.numbers[2]}
    assert room.fresh(1).status == CaseStatus.TRIAGE
    assert not Event.objects.filter(case_number=room.numbers[1]).exists()


def test_hostile_22_a_conflict_declared_since_hides_the_case_in_what_was_done(room: Room) -> None:
    action = dismissed(room)
    build.conflict(room.cases[0], room.moderator)
    bulk.undo(actor=room.moderator, public_id=action.public_id)
    assert room.fresh(0).status == CaseStatus.DISMISSED
    said = done(room.moderator, action.public_id)
    assert said is not None
    assert room.numbers[0] not in str(said)
    assert said.said == "Undone for 2 cases"


def test_somebody_elses_action_is_not_there(room: Room) -> None:
    action = dismissed(room)
    assert done(room.officer, action.public_id) is None
    assert done(room.moderator, uuid4()) is None
    assert done(room.moderator, "no such thing") is None
    with pytest.raises(NotFound):
        bulk.undo(actor=room.officer, public_id=action.public_id)


def test_what_changed_since_is_left_and_said(room: Room) -> None:
    action = dismissed(room)
    with clock.frozen(clock.now() + SOON):
        triage.reopen(actor=room.officer, number=room.numbers[0], reason="I know more.")
        triage.dismiss(actor=room.officer, number=room.numbers[0], reason="permitted")
        bulk.undo(actor=room.moderator, public_id=action.public_id)
        assert room.fresh(0).dismissal_reason == "permitted"
        assert room.fresh(1).status == CaseStatus.TRIAGE
        said = done(room.moderator, action.public_id)
    assert said is not None
    assert [row.number for row in said.left] == [room.numbers[0]]
    assert said.left[0].why == "It was changed since and stays as it is."
    assert said.undo_url == ""


def test_somebody_who_took_a_case_since_keeps_it(room: Room) -> None:
    action = run(room, "assign", to=room.moderator)
    with clock.frozen(clock.now() + SOON):
        triage.release(actor=room.moderator, number=room.numbers[0])
        triage.claim(actor=room.other, number=room.numbers[0])
        bulk.undo(actor=room.moderator, public_id=action.public_id)
    assert [room.fresh(n).assignee for n in range(3)] == [room.other, None, None]


def test_a_colleague_who_changed_a_case_since_is_not_written_over(room: Room) -> None:
    action = run(room, "assign", actor=room.officer, to=room.moderator)
    # Given on and back, worked on, given to somebody else: none of it is what the action left.
    assigning.hand_over(actor=room.moderator, number=room.numbers[0], to=room.other, form_key="a")
    triage.add_note(actor=room.moderator, number=room.numbers[1], body="Mine.", form_key="b")
    bulk.undo(actor=room.officer, public_id=action.public_id)
    assert [room.fresh(n).assignee for n in range(3)] == [room.other, room.moderator, None]
    said = done(room.officer, action.public_id)
    assert said is not None
    assert {row.why for row in said.left} == {"It was changed since and stays as it is."}


def test_the_time_to_undo_counts_for_each_case(room: Room) -> None:
    action = dismissed(room)
    BulkItem.objects.filter(case=room.cases[0]).update(done_at=clock.now() - undoing.WITHIN - SOON)
    bulk.undo(actor=room.moderator, public_id=action.public_id)
    assert [room.fresh(n).status for n in range(3)] == ["dismissed", "triage", "triage"]
    said = done(room.moderator, action.public_id)
    assert said is not None
    assert [row.why for row in said.left] == ["The time to undo this with one click has passed."]


def test_an_undo_that_broke_goes_on(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    action = dismissed(room)
    reopen = triage.reopen

    def breaks(**asked: Any) -> Case:
        if asked["number"] == room.numbers[1]:
            raise OSError
        return reopen(**asked)

    with monkeypatch.context() as patched:
        patched.setattr(triage, "reopen", breaks)
        with pytest.raises(OSError):  # noqa: PT011 - it is the one raised above
            bulk.undo(actor=room.moderator, public_id=action.public_id)
    assert [room.fresh(n).status for n in range(3)] == ["dismissed", "dismissed", "triage"]
    bulk.undo(actor=room.moderator, public_id=action.public_id)
    assert [room.fresh(n).status for n in range(3)] == ["triage"] * 3


def test_the_time_to_undo_ends(room: Room) -> None:
    with clock.frozen(clock.now()):
        action = dismissed(room)
    with clock.frozen(action.done_at + undoing.WITHIN):
        assert done(room.moderator, action.public_id).undo_url  # type: ignore[union-attr]
    late = action.done_at + undoing.WITHIN + timedelta(seconds=1)
    with clock.frozen(late):
        assert not done(room.moderator, action.public_id).undo_url  # type: ignore[union-attr]
        with pytest.raises(WindowClosed):
            bulk.undo(actor=room.moderator, public_id=action.public_id)
    assert BulkItem.objects.filter(outcome="undone").count() == 0
    first = bulk.undo(actor=room.moderator, public_id=action.public_id)
    assert bulk.undo(actor=room.moderator, public_id=action.public_id) == first


# Pages


def test_the_pages_ask_do_it_and_take_it_back(room: Room, client: Client) -> None:
    client.force_login(room.moderator)
    address = reverse("desk:bulk")
    page = client.post(address, {"do": "dismiss", "case": room.numbers[:2], "back": "view=triage"})
    assert page.status_code == 200
    assert room.numbers[0] in text(page)
    assert room.numbers[2] not in text(page)
    token = page.context["form"]["form_token"].value()
    sent = {"do": "dismiss", "case": room.numbers[:2], "back": "view=triage", "form_token": token}
    refused = client.post(address, sent)
    assert refused.status_code == 400
    assert "Choose a reason" in text(refused)
    answer = client.post(address, {**sent, "reason": "not_enough"})
    assert answer.status_code == 303
    action = BulkAction.objects.get()
    assert answer.headers["Location"] == (
        f"{reverse('desk:queue')}?view=triage&bulk={action.public_id}"
    )
    assert client.post(address, {**sent, "reason": "not_enough"}).status_code == 303
    assert BulkAction.objects.count() == 1
    queue = text(client.get(answer.headers["Location"]))
    assert "2 cases are dismissed" in queue
    assert "Undo it" in queue
    undo = client.post(reverse("desk:bulk_undo", args=[action.public_id]), {"back": "view=triage"})
    assert undo.status_code == 303
    assert room.fresh(0).status == CaseStatus.TRIAGE
    assert "Undone for 2 cases" in text(client.get(undo.headers["Location"]))


def test_a_group_case_is_made_from_ticked_cases(room: Room, client: Client) -> None:
    client.force_login(room.moderator)
    address = reverse("desk:bulk")
    page = client.post(address, {"do": "merge", "case": room.numbers})
    token = page.context["form"]["form_token"].value()
    sent = {"do": "merge", "case": room.numbers, "form_token": token, "into": room.numbers[1]}
    assert client.post(address, sent).status_code == 303
    assert room.fresh(1).respondents.count() == 3
    alone = client.post(address, {"do": "merge", "case": room.numbers[1:2]})
    token = alone.context["form"]["form_token"].value()
    sent = {"do": "merge", "case": room.numbers[1:2], "form_token": token, "into": room.numbers[1]}
    assert client.post(address, sent).status_code == 400


def test_nothing_ticked_leads_back_and_a_stranger_finds_nothing(room: Room, client: Client) -> None:
    client.force_login(room.moderator)
    address = reverse("desk:bulk")
    answer = client.post(address, {"do": "dismiss", "case": ["IC-2026-999999"]})
    assert answer.headers["Location"] == reverse("desk:queue")
    assert client.get(address).status_code == 405
    client.force_login(room.learners[0])
    assert client.post(address, {"do": "dismiss"}).status_code == 404


# Letters are held


def closings() -> dict[str, str]:
    return dict(OutboxMessage.objects.filter(event="report_closed").values_list("key", "state"))


def test_letters_of_a_dismissal_wait_until_it_cannot_be_undone(room: Room) -> None:
    triage.dismiss(actor=room.moderator, number=room.numbers[0], reason="not_enough")
    assert set(closings().values()) == {State.QUEUED}
    # Every way to send, now: nothing is due.
    assert not claim(token="w", limit=10)
    person = room.reporters[0]
    page = my_report(person, room.reports[0].public_id)
    assert progress(page.report).word == "Received"
    assert page.letters == []
    assert page.review_until is None
    assert unread(person).count() == 0
    assert letters_page(person, read=None).rows == []
    with pytest.raises(IllegalTransition):
        ask(report=page.report, text="Please look again.", form_key="r1")
    with clock.frozen(clock.now() + undoing.WITHIN + SOON):
        page = my_report(person, room.reports[0].public_id)
        assert progress(page.report).word == "Closed: not pursued"
        assert len(page.letters) == 1
        assert unread(person).count() == 1
        assert page.review_until is not None
        assert len(claim(token="w", limit=10)) == 1


def test_what_was_being_looked_into_looks_so_until_then(room: Room) -> None:
    triage.open_case(actor=room.moderator, number=room.numbers[0])
    triage.dismiss(actor=room.moderator, number=room.numbers[0], reason="no_violation")
    report = Report.objects.get(pk=room.reports[0].pk)
    assert progress(report).word == "Being looked into"
    triage.reopen(actor=room.moderator, number=room.numbers[0], reason="A slip.")
    report.refresh_from_db()
    assert report.status == ReportStatus.LINKED
    assert progress(report).word == "Being looked into"


def test_undone_in_time_nobody_hears_of_it_and_a_second_dismissal_tells(room: Room) -> None:
    triage.dismiss(actor=room.moderator, number=room.numbers[0], reason="not_enough")
    triage.reopen(actor=room.moderator, number=room.numbers[0], reason="A slip.")
    assert set(closings().values()) == {State.SUPPRESSED}
    assert not Letter.objects.filter(event="report_closed").exists()
    assert Event.objects.filter(action="message.taken_back").count() == 1
    later = clock.now() + undoing.WITHIN + SOON
    with clock.frozen(later):
        assert not claim(token="w", limit=10)
        triage.dismiss(actor=room.moderator, number=room.numbers[0], reason="permitted")
    assert sorted(closings().values()) == [State.QUEUED, State.SUPPRESSED]
    with clock.frozen(later + undoing.WITHIN + SOON):
        assert len(claim(token="w", limit=10)) == 1
        assert unread(room.reporters[0]).count() == 1


def test_a_letter_whose_time_is_over_stays(room: Room) -> None:
    triage.dismiss(actor=room.moderator, number=room.numbers[0], reason="not_enough")
    key = next(iter(closings()))
    with clock.frozen(clock.now() + undoing.WITHIN + SOON):
        triage.reopen(actor=room.officer, number=room.numbers[0], reason="I know more.")
        assert closings()[key] == State.QUEUED
        assert Letter.objects.filter(event="report_closed").count() == 1
    with pytest.raises(RuntimeError):
        notifications.take_back(key)


def test_undoing_many_takes_back_their_letters(room: Room) -> None:
    action = dismissed(room)
    assert len(closings()) == 3
    bulk.undo(actor=room.moderator, public_id=action.public_id)
    assert set(closings().values()) == {State.SUPPRESSED}
    assert not Letter.objects.filter(event="report_closed").exists()
    assert Case.objects.filter(status=CaseStatus.DISMISSED).count() == 0


# What presses is read


def test_urgent_cases_are_named_and_not_dismissed_among_many(room: Room) -> None:
    Case.objects.filter(pk=room.cases[1].pk).update(urgent=True)
    action = dismissed(room)
    assert [room.fresh(n).status for n in range(3)] == ["dismissed", "triage", "dismissed"]
    said = done(room.moderator, action.public_id)
    assert said is not None
    assert said.said == "2 cases are dismissed"
    assert [(row.number, row.why) for row in said.left] == [
        (room.numbers[1], "It is urgent. Read it, and dismiss it on its own page.")
    ]
    # On its own page somebody has read it.
    triage.dismiss(actor=room.moderator, number=room.numbers[1], reason="not_enough")


def test_the_page_says_so_before(client: Client, room: Room) -> None:
    Case.objects.filter(pk=room.cases[1].pk).update(urgent=True)
    client.force_login(room.moderator)
    asked = {"do": "dismiss", "case": room.numbers, "back": "view=open"}
    html = client.post(reverse("desk:bulk"), asked).content.decode()
    assert "Urgent cases are not dismissed here" in html
    assert f'value="{room.numbers[0]}"' in html
    assert f'value="{room.numbers[1]}"' not in html
    assert room.numbers[1] in html
    # They can still be assigned and joined.
    html = client.post(reverse("desk:bulk"), {**asked, "do": "assign"}).content.decode()
    assert f'value="{room.numbers[1]}"' in html
    answer = client.post(reverse("desk:bulk"), {**asked, "case": room.numbers[1:2]}, follow=True)
    assert "Urgent cases are dismissed one by one" in answer.content.decode()
