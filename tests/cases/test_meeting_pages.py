"""The pages of a meeting on both sides, and what each of them shows to whom (PR3)."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from cases.models import Case, Meeting
from cases.services import meetings
from cases.services import minutes as writing
from integrity.core import clock
from integrity.web.forms import new_form_token
from tests.cases.test_meetings import ABOUT, HOUR, Scene
from tests.courses import builders as make

pytestmark = pytest.mark.django_db

HOSTILE = "<script>alert(1)</script> {{7*7}} \"onload='x'"


@pytest.fixture
def world() -> Scene:
    return Scene()


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def words(answer: Any) -> str:
    text = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return " ".join(html.unescape(text).split())


def typed(world: Scene, **changes: Any) -> dict[str, Any]:
    at = (clock.now() + timedelta(days=3)).strftime("%Y-%m-%dT10:00")
    return {
        "form_token": new_form_token(),
        "about": ABOUT,
        "place": "Room 5",
        "time_1": at,
        "time_5": (clock.now() + timedelta(days=4)).strftime("%Y-%m-%dT11:00"),
        "minutes": "45",
        "office": [str(world.moderator.public_id)],
        "others": "Ines Interpreter\n",
        **changes,
    }


def desk(name: str, world: Scene, key: Any) -> str:
    return reverse(f"desk:{name}", args=[world.number, key])


def mine(meeting: Meeting, name: str = "meeting", *more: Any) -> str:
    return reverse(f"my:{name}", args=[meeting.case.number, meeting.public_id, *more])


def test_the_desk_invites_from_the_case_and_the_learner_chooses_twice_in_vain(
    world: Scene,
) -> None:
    office, learner = client_of(world.moderator), client_of(world.learner)
    assert reverse("desk:meetings", args=[world.number]) in (
        office.get(reverse("desk:case", args=[world.number])).content.decode()
    )
    page = office.get(reverse("desk:meetings", args=[world.number]))
    assert desk("meeting_offer", world, world.rid) in page.content.decode()
    form = typed(world)
    sent = office.post(desk("meeting_offer", world, world.rid), form)
    assert sent.status_code == 303
    meeting = Meeting.objects.get()
    assert sent["Location"] == desk("meeting", world, meeting.public_id)
    assert meeting.slots.count() == 2
    # Sent again it is the same invitation.
    assert office.post(desk("meeting_offer", world, world.rid), form).status_code == 303
    assert Meeting.objects.count() == 1

    case = learner.get(reverse("my:case", args=[world.number]))
    assert mine(meeting) in case.content.decode()
    page = learner.get(mine(meeting))
    for said in (ABOUT, "Room 5", "You need not come", "1 person from our office", "Ines"):
        assert said in words(page)
    assert world.moderator.display_name not in words(page)
    first, second = meeting.slots.order_by("starts_at")
    choose = {"step": "choose", "slot": str(first.public_id)}
    assert learner.post(mine(meeting), choose).status_code == 303
    assert learner.post(mine(meeting), choose).status_code == 303
    late = learner.post(mine(meeting), {"step": "choose", "slot": str(second.public_id)})
    assert late.status_code == 409
    assert "A time was chosen already" in words(late)
    meeting.refresh_from_db()
    assert meeting.starts_at == first.starts_at


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"time_1": ""}, "Offer at least one time"),
        ({"time_1": "2020-01-01T10:00"}, "This time has passed"),
        ({"time_1": "soon"}, "Enter a date and a time"),
        ({"about": ""}, "Say what you want to talk about"),
        ({"place": ""}, "Say where it is"),
        ({"office": []}, "Choose who comes from the office"),
        ({"form_token": "forged"}, "Nothing was sent"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    world: Scene, changes: dict[str, Any], said: str
) -> None:
    answer = client_of(world.moderator).post(
        desk("meeting_offer", world, world.rid), typed(world, **changes)
    )
    assert answer.status_code == 400
    assert said in words(answer)
    assert "Ines Interpreter" in words(answer)
    assert not Meeting.objects.exists()


def test_the_hour_the_clocks_leave_out_is_refused_at_its_field(world: Scene) -> None:
    world.case.institution.time_zone = "Europe/Madrid"
    world.case.institution.save()
    with clock.frozen(clock.now().replace(year=2027, month=3, day=1)):
        answer = client_of(world.moderator).post(
            desk("meeting_offer", world, world.rid), typed(world, time_1="2027-03-28T02:30")
        )
    assert answer.status_code == 400
    assert "The clocks change on that day" in words(answer)
    assert "By the clocks of Madrid." in words(answer)


def test_none_suits_and_the_desk_reads_when_it_would(world: Scene) -> None:
    meeting = world.offer()
    learner = client_of(world.learner)
    empty = learner.post(mine(meeting), {"step": "decline", "seen": "offered", "words": ""})
    assert empty.status_code == 400
    said = {"step": "decline", "seen": "offered", "words": HOSTILE}
    assert learner.post(mine(meeting), said).status_code == 303
    page = client_of(world.moderator).get(desk("meeting", world, meeting.public_id))
    assert "<script>alert" not in page.content.decode()
    assert "{{7*7}}" in words(page)
    assert "asks for another time" in words(page)


def test_both_sides_and_the_adviser_download_the_entry_once_there_is_a_time(world: Scene) -> None:
    access = world.adviser()
    meeting = world.offer()
    places = (
        (world.moderator, desk("meeting_calendar", world, meeting.public_id)),
        (world.learner, mine(meeting, "meeting_calendar")),
        (
            access.adviser,
            reverse("advising:meeting_calendar", args=[access.public_id, meeting.public_id]),
        ),
    )
    for user, address in places:
        assert client_of(user).get(address).status_code == 404
    world.choose(meeting)
    seen = set()
    for user, address in places:
        answer = client_of(user).get(address)
        assert answer.status_code == 200
        assert answer["Content-Type"].startswith("text/calendar")
        assert answer["Content-Disposition"].startswith("attachment")
        assert "no-store" in answer["Cache-Control"]
        [event] = Calendar.from_ical(answer.content).walk("VEVENT")
        seen.add((str(event["UID"]), event["SEQUENCE"], event["DTSTART"].dt.isoformat()))
    assert len(seen) == 1
    for _user, address in places:
        assert client_of(make.person("Stranger")).get(address).status_code == 404


def test_an_adviser_who_does_not_come_along_sees_no_meeting(world: Scene) -> None:
    access = world.adviser()
    meeting = world.agreed()
    page = reverse("advising:case", args=[access.public_id])
    assert "Room 5" in words(client_of(access.adviser).get(page))
    access.comes_along = False
    access.save()
    assert "Room 5" not in words(client_of(access.adviser).get(page))
    address = reverse("advising:meeting_calendar", args=[access.public_id, meeting.public_id])
    assert client_of(access.adviser).get(address).status_code == 404


def test_changing_calling_off_and_the_file_that_takes_it_out(world: Scene) -> None:
    meeting = world.agreed()
    office, learner = client_of(world.moderator), client_of(world.learner)
    change = desk("meeting_change", world, meeting.public_id)
    form = office.get(change)
    assert "Room 5" in form.content.decode()
    meeting.case.refresh_from_db()
    data = typed(world, revision=str(meeting.case.revision), place="Room 7")
    for name in ("time_1", "time_5", "about"):
        del data[name]
    assert office.post(change, data).status_code == 303
    stale = office.post(change, data | {"place": "Room 8"})
    assert stale.status_code == 412
    assert "Room 7" in words(learner.get(mine(meeting)))
    off = desk("meeting_call_off", world, meeting.public_id)
    assert office.post(off, {"reason": ""}).status_code == 400
    assert office.post(off, {"reason": "The room is closed."}).status_code == 303
    page = words(learner.get(mine(meeting)))
    assert "does not take place" in page
    assert "The room is closed." in page
    file = learner.get(mine(meeting, "meeting_calendar"))
    [event] = Calendar.from_ical(file.content).walk("VEVENT")
    assert (event["STATUS"], event["SEQUENCE"]) == ("CANCELLED", 2)
    # Nothing is left to change: the case says so.
    assert office.get(change).status_code == 409


def test_who_came_then_minutes_an_objection_and_a_wording_both_sides_agree_on(
    world: Scene,
) -> None:
    meeting = world.agreed()
    access = world.adviser()
    office, learner = client_of(world.moderator), client_of(world.learner)
    with clock.frozen(world.times[0] + HOUR):
        people = desk("meeting_people", world, meeting.public_id)
        keys = list(meetings.expected(meeting))
        assert office.get(people).status_code == 200
        assert office.post(people, {"came": ["x"]}).status_code == 400
        assert office.post(people, {"came": keys, "also": ""}).status_code == 303
        write = desk("meeting_minutes", world, meeting.public_id)
        first = {"form_token": new_form_token(), "last": "0", "text": "She copied it."}
        assert office.post(write, first).status_code == 303
        [row] = meeting.minutes.all()
        answer = mine(meeting, "meeting_minutes", row.public_id)
        page = learner.get(mine(meeting))
        assert "She copied it." in words(page)
        assert learner.post(answer, {"answer": "objected"}).status_code == 400
        objects = {"answer": "objected", "objection": "I said it was from my notes."}
        assert learner.post(answer, objects).status_code == 303
        assert learner.post(answer, {"answer": "agreed"}).status_code == 409
        assert "I said it was from my notes." in words(office.get(write))
        again = {"form_token": new_form_token(), "last": "1", "text": "It was from her notes."}
        assert office.post(write, again).status_code == 303
        newest = meeting.minutes.get(number=2)
        agree = mine(meeting, "meeting_minutes", newest.public_id)
        assert learner.post(agree, {"answer": "agreed"}).status_code == 303
        assert office.get(write).status_code == 409
    for reader, address in (
        (learner, mine(meeting)),
        (office, desk("meeting", world, meeting.public_id)),
        (client_of(access.adviser), reverse("advising:case", args=[access.public_id])),
        (client_of(world.officer), reverse("desk:print", args=[world.number])),
    ):
        said = words(reader.get(address))
        for wording in (
            "She copied it.",
            "I said it was from my notes.",
            "It was from her notes.",
            "Agreed by both sides",
        ):
            assert wording in said, (address, wording)
    history = words(office.get(reverse("desk:history", args=[world.number])))
    assert "Minutes of a meeting written" in history


def test_what_did_not_take_place_is_said_to_be_held_against_nobody(world: Scene) -> None:
    meeting = world.agreed()
    with clock.frozen(world.times[0] + HOUR):
        world.came(meeting, but=("learner",))
        page = words(client_of(world.learner).get(mine(meeting)))
    assert "That is not held against you" in page


def test_minutes_of_another_meeting_are_not_answered_here(world: Scene) -> None:
    meeting, other = world.held(), world.offer()
    row = world.write(meeting)
    address = mine(other, "meeting_minutes", row.public_id)
    assert client_of(world.learner).post(address, {"answer": "agreed"}).status_code == 404


def test_nobody_else_finds_the_page(world: Scene) -> None:
    meeting = world.agreed()
    for person in (make.person("Stranger"), world.moderator):
        assert client_of(person).get(mine(meeting)).status_code == 404
    assert (
        client_of(world.learner).get(desk("meeting", world, meeting.public_id)).status_code == 404
    )


def test_a_page_takes_the_same_queries_with_one_meeting_and_with_many(
    world: Scene, django_assert_max_num_queries: Any
) -> None:
    world.write(world.held())
    office = client_of(world.moderator)
    address = reverse("desk:meetings", args=[world.number])
    office.get(address)
    with django_assert_max_num_queries(100) as few:
        office.get(address)
    for _n in range(4):
        world.write(world.held())
    with django_assert_max_num_queries(len(few.captured_queries)):
        office.get(address)


def test_whoever_decides_is_led_to_the_minutes(world: Scene) -> None:
    meeting = world.held()
    row = world.write(meeting, "She wrote it from her notes.")
    writing.answer(actor=world.learner, minutes_id=row.public_id, answer="agreed")
    world.case.respondents.update(status="review")
    Case.objects.update(status="review")
    office = client_of(world.moderator)
    there = reverse("desk:meetings", args=[world.number])
    for address in (
        reverse("desk:case", args=[world.number]),
        reverse("desk:findings", args=[world.number, world.rid]),
    ):
        assert there in office.get(address).content.decode(), address
    assert "Agreed by both sides" in words(office.get(there))
