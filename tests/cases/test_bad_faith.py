"""An officer finds that a report was made in bad faith: of the report, for the desk alone (QU4)."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import BadFaith
from cases.services import bad_faith, triage
from integrity.audit.models import Event
from integrity.audit.registry import get as registered
from integrity.core.errors import (
    Conflict,
    IllegalTransition,
    InvalidInput,
    NotFound,
    NotPermitted,
)
from notifications.models import OutboxMessage
from tests.cases import builders as build
from tests.cases.merging_world import Room
from tests.cases.test_report_pages import text

pytestmark = pytest.mark.django_db

WHY = "The sender wrote to a friend that it was made up."


@pytest.fixture
def room() -> Room:
    return Room()


def find(room: Room, **kwargs: object) -> BadFaith:
    return bad_faith.find(
        **{  # type: ignore[arg-type]
            "actor": room.officer,
            "number": room.numbers[0],
            "report_id": room.reports[0].public_id,
            "reasons": WHY,
            **kwargs,
        }
    )


def back(room: Room, **kwargs: object) -> BadFaith:
    return bad_faith.take_back(
        **{  # type: ignore[arg-type]
            "actor": room.officer,
            "number": room.numbers[0],
            "report_id": room.reports[0].public_id,
            "reason": "The letter was forged.",
            **kwargs,
        }
    )


def test_an_officer_records_it_with_reasons_and_takes_it_back(room: Room) -> None:
    row = find(room)
    assert find(room) == row
    assert Event.objects.filter(action="report.bad_faith").count() == 1
    with pytest.raises(Conflict):
        find(room, reasons="Something else.")
    taken = back(room)
    assert taken.taken_back_by == room.officer
    assert back(room) == taken
    again = find(room, reasons="It was not forged.")
    assert (again.pk, again.taken_back_at, again.reasons) == (row.pk, None, "It was not forged.")
    assert Event.objects.filter(action="report.bad_faith").count() == 2


def test_only_officers_and_only_with_reasons(room: Room) -> None:
    with pytest.raises(NotPermitted):
        find(room, actor=room.moderator)
    with pytest.raises(NotPermitted):
        find(room, actor=build.auditor())
    with pytest.raises(InvalidInput):
        find(room, reasons="  ")
    with pytest.raises(IllegalTransition):
        back(room)
    find(room)
    with pytest.raises(InvalidInput):
        back(room, reason="")
    with pytest.raises(NotPermitted):
        back(room, actor=room.moderator)


def test_hostile_17_a_report_of_another_case_is_not_found(room: Room, client: Client) -> None:
    with pytest.raises(NotFound):
        find(room, report_id=room.reports[1].public_id)
    client.force_login(room.officer)
    for name in ("bad_faith", "bad_faith_back"):
        wrong = reverse(f"desk:{name}", args=[room.numbers[0], room.reports[1].public_id])
        assert client.get(wrong).status_code == 404
        assert client.post(wrong, {"reasons": WHY, "reason": WHY}).status_code == 404


def test_hostile_21_22_not_for_an_officer_with_a_conflict(room: Room) -> None:
    build.conflict(room.cases[0], room.officer)
    with pytest.raises(NotFound):
        find(room)


def test_the_sender_stays_sealed_and_nothing_follows(room: Room) -> None:
    report = room.reports[0]
    before = (report.status, report.reporter_ref, room.fresh(0).status)
    find(room)
    report.refresh_from_db()
    assert (report.status, report.reporter_ref, room.fresh(0).status) == before
    assert not OutboxMessage.objects.exists()
    event = Event.objects.get(action="report.bad_faith")
    assert event.data == {"report": str(report.public_id)}
    assert room.reporters[0].display_name not in str(event.data)


def test_only_the_desk_sees_it(room: Room, client: Client) -> None:
    find(room)
    case = reverse("desk:case", args=[room.numbers[0]])
    client.force_login(room.moderator)
    page = text(client.get(case))
    assert "Recorded as made in bad faith" in page
    assert WHY in page
    assert "Take it back" not in page
    assert room.reporters[0].display_name not in page
    client.force_login(room.reporters[0])
    own = text(client.get(reverse("my:report", args=[room.reports[0].public_id])))
    assert "bad faith" not in own.lower().replace("good faith", "")
    assert WHY not in own


def test_the_pages_record_it_and_take_it_back(room: Room, client: Client) -> None:
    client.force_login(room.officer)
    place = [room.numbers[0], room.reports[0].public_id]
    address = reverse("desk:bad_faith", args=place)
    assert address in text(client.get(reverse("desk:case", args=[room.numbers[0]])))
    assert client.post(address, {"reasons": ""}).status_code == 400
    assert client.post(address, {"reasons": WHY}).status_code == 303
    assert client.get(address).status_code == 409
    undo = reverse("desk:bad_faith_back", args=place)
    assert undo in text(client.get(reverse("desk:case", args=[room.numbers[0]])))
    assert client.post(undo, {"reason": "A mistake."}).status_code == 303
    assert client.get(undo).status_code == 409
    client.force_login(room.moderator)
    assert client.get(address).status_code == 403


def test_what_the_desk_keeps_beside_a_dismissal_goes_nowhere_else(
    room: Room, client: Client
) -> None:
    triage.dismiss(
        actor=room.moderator, number=room.numbers[0], reason="not_enough", detail="mistaken"
    )
    words = "Somebody else was meant"
    dismissal = Event.objects.get(action="case.dismissed")
    assert dismissal.data == {"reason": "not_enough"}
    kept = Event.objects.get(action="case.dismissal_noted")
    assert kept.data == {"detail": "mistaken"}
    assert not registered(kept.action).respondent_may_see
    client.force_login(room.moderator)
    page = text(client.get(reverse("desk:case", args=[room.numbers[0]])))
    assert words in page
    client.force_login(room.reporters[0])
    assert words not in text(client.get(reverse("my:report", args=[room.reports[0].public_id])))
    with pytest.raises(InvalidInput):
        triage.dismiss(
            actor=room.moderator, number=room.numbers[1], reason="not_enough", detail="rude"
        )
    triage.reopen(actor=room.moderator, number=room.numbers[0], reason="A slip.")
    assert room.fresh(0).dismissal_detail == ""
