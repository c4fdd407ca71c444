"""Meetings: times offered and chosen, changes, who came, minutes both sides read (PR3)."""

from __future__ import annotations

import html
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from icalendar import Calendar

from cases import ics, undoing
from cases.enums import CaseStatus, MeetingCapacity, MeetingStatus
from cases.forms.meetings import OfferForm
from cases.models import AdviserAccess, Case, Meeting, Minutes
from cases.selectors.meetings import advised_meetings, my_meeting, of_respondent, span_of
from cases.services import deadlines, export, meetings, triage
from cases.services import minutes as writing
from integrity.accounts.models import User
from integrity.audit.models import Event
from integrity.core import clock
from integrity.core.errors import (
    Conflict,
    IllegalTransition,
    InvalidInput,
    NotFound,
    NotPermitted,
    Stale,
    WindowClosed,
)
from notifications.content import unseal_letter, unseal_message
from notifications.models import Letter, OutboxMessage
from tests.cases import builders as build
from tests.cases.test_process import World
from tests.courses import builders as make

pytestmark = pytest.mark.django_db

ABOUT = "How the three sentences came into your essay."
PLACE = "Room 5, or https://meet.example.edu/room-5"
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


class Scene(World):
    """A case with a notice, and times to talk."""

    def __init__(self) -> None:
        super().__init__()
        self.notified()
        self.times = [clock.now() + timedelta(days=n) for n in (3, 4, 5)]

    @property
    def mine(self) -> Any:
        """The learner of the first notice, also where others are in the case."""
        return self.case.respondents.get(user=self.learner).public_id

    def offer(self, **kwargs: Any) -> Meeting:
        return meetings.offer(
            **{
                "actor": self.moderator,
                "number": self.number,
                "respondent_id": self.mine,
                "about": ABOUT,
                "place": PLACE,
                "times": self.times,
                "minutes": 45,
                "office": [str(self.moderator.public_id)],
                "others": ["Ines Interpreter"],
                "form_key": uuid4().hex,
                **kwargs,
            }
        )

    def change(self, meeting: Meeting, **kwargs: Any) -> Meeting:
        return meetings.change(
            **{
                "actor": self.moderator,
                "number": self.number,
                "meeting_id": meeting.public_id,
                "place": PLACE,
                "minutes": 45,
                "office": [str(self.moderator.public_id)],
                "others": ["Ines Interpreter"],
                **kwargs,
            }
        )

    def agreed(self, n: int = 0) -> Meeting:
        return self.choose(self.offer(), n)

    def choose(self, meeting: Meeting, n: int = 0) -> Meeting:
        slot = meeting.slots.order_by("starts_at")[n]
        return meetings.choose(
            actor=self.learner, meeting_id=meeting.public_id, slot_id=slot.public_id
        )

    def came(self, meeting: Meeting, *, but: tuple[str, ...] = (), **kwargs: Any) -> Meeting:
        rows = meetings.expected(meeting)
        return meetings.write_down(
            actor=self.moderator,
            number=self.number,
            meeting_id=meeting.public_id,
            came=[key for key, row in rows.items() if row.capacity not in but],
            **kwargs,
        )

    def held(self) -> Meeting:
        meeting = self.agreed()
        assert meeting.starts_at is not None
        with clock.frozen(meeting.starts_at + HOUR):
            return self.came(meeting)

    def write(self, meeting: Meeting, text: str = "Amara said how.", **kwargs: Any) -> Minutes:
        return writing.write(
            **{
                "actor": self.moderator,
                "number": self.number,
                "meeting_id": meeting.public_id,
                "text": text,
                "form_key": uuid4().hex,
                **kwargs,
            }
        )

    def adviser(self, **fields: Any) -> AdviserAccess:
        person = make.person("Ada Viser")
        return AdviserAccess.objects.create(
            respondent=self.respondent,
            email=person.email,
            adviser=person,
            accepted_at=clock.now(),
            form_key=uuid4().hex,
            **fields,
        )


@pytest.fixture
def world() -> Scene:
    return Scene()


def sent(event: str) -> list[str]:
    return list(OutboxMessage.objects.filter(event=event).values_list("key", flat=True))


def letter_of(event: str) -> str:
    return html.unescape(
        unseal_letter(Letter.objects.filter(event=event).latest("pk").content_sealed).html
    )


# Offering


def test_times_are_offered_and_the_learner_gets_a_letter(world: Scene) -> None:
    meeting = world.offer()
    assert meeting.status == MeetingStatus.OFFERED
    assert [slot.starts_at for slot in meeting.slots.all()] == world.times
    assert all(
        slot.ends_at - slot.starts_at == timedelta(minutes=45) for slot in meeting.slots.all()
    )
    assert {row.capacity for row in meeting.people.all()} == {"desk", "learner", "other"}
    text = letter_of("meeting_offered")
    for said in (ABOUT, "Room 5", "not held against you", "bring somebody", "interpreter"):
        assert said in text
    mail = unseal_message(OutboxMessage.objects.get(event="meeting_offered").content_sealed)
    for hidden in (ABOUT, "Room 5", "Ines", world.moderator.display_name):
        assert hidden not in mail.text + mail.subject
    assert world.moderator.display_name not in text


def test_the_same_form_is_one_invitation_and_another_one_a_second(world: Scene) -> None:
    first = world.offer(form_key="k")
    assert world.offer(form_key="k") == first
    with pytest.raises(Conflict):
        world.offer(form_key="k", about="Something else.")
    world.offer()
    assert Meeting.objects.count() == 2
    assert len(sent("meeting_offered")) == 2


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("about", {"about": "  "}),
        ("place", {"place": ""}),
        ("time_1", {"times": []}),
        ("time_2", {"times": [None, datetime(2020, 1, 1, tzinfo=UTC)]}),
        ("minutes", {"minutes": 7}),
        ("office", {"office": []}),
        ("office", {"office": ["nobody"]}),
        ("others", {"others": [f"Person {n}" for n in range(7)]}),
    ],
)
def test_what_is_missing_or_wrong_is_said_at_its_field(
    world: Scene, field: str, wrong: dict[str, Any]
) -> None:
    with pytest.raises(InvalidInput) as refused:
        world.offer(**wrong)
    assert set(refused.value.fields) == {field}
    assert not Meeting.objects.exists()


def test_one_to_eight_times_none_of_them_twice(world: Scene) -> None:
    start = clock.now() + DAY
    nine = [start + n * HOUR for n in range(9)]
    with pytest.raises(InvalidInput):
        world.offer(times=nine)
    with pytest.raises(InvalidInput) as refused:
        world.offer(times=[start, start])
    assert set(refused.value.fields) == {"time_2"}
    assert world.offer(times=nine[:8]).slots.count() == 8


def test_a_colleague_with_a_conflict_cannot_take_part(world: Scene) -> None:
    other = build.moderator("Tied Colleague")
    conflicts_of(world, other)
    with pytest.raises(InvalidInput) as refused:
        world.offer(office=[str(world.moderator.public_id), str(other.public_id)])
    assert set(refused.value.fields) == {"office"}


def conflicts_of(world: Scene, person: User) -> None:
    triage.declare_conflict(actor=person, number=world.number, reason="I know her.")


@pytest.mark.parametrize("status", ["triage", "investigation", "decided", "closed", "dismissed"])
def test_nobody_is_invited_before_the_notice_or_after_the_decision(
    world: Scene, status: str
) -> None:
    world.case.respondents.update(status=status)
    with pytest.raises(IllegalTransition):
        world.offer(actor=world.officer)
    assert not Meeting.objects.exists()


@pytest.mark.parametrize("status", ["notified", "review", "approval", "appeal"])
def test_from_the_notice_to_the_appeal_somebody_can_be_invited(world: Scene, status: str) -> None:
    world.case.respondents.update(status=status)
    Case.objects.update(status=status)
    assert world.offer(actor=world.officer, office=[str(world.officer.public_id)]).pk


def test_a_moderator_who_does_not_have_the_case_cannot_invite(world: Scene) -> None:
    stranger = build.moderator("Another Moderator")
    with pytest.raises((NotPermitted, NotFound)):
        world.offer(actor=stranger)


def test_hostile_16_somebody_in_conflict_finds_no_case_to_invite_in(world: Scene) -> None:
    conflicts_of(world, world.second)
    meeting = world.offer()
    for call in (
        lambda: world.offer(actor=world.second),
        lambda: world.change(meeting, actor=world.second, place="Elsewhere"),
        lambda: meetings.call_off(
            actor=world.second, number=world.number, meeting_id=meeting.public_id, reason="No."
        ),
        lambda: world.write(meeting, actor=world.second),
    ):
        with pytest.raises(NotFound):
            call()


def test_hostile_17_a_meeting_of_another_case_is_not_found(world: Scene) -> None:
    meeting = world.offer()
    case = build.case(learner=make.person("Other Learner"), status="review")
    Case.objects.filter(pk=case.pk).update(assignee=world.moderator, assigned_at=clock.now())
    with pytest.raises(NotFound):
        world.change(meeting, number=case.number, place="Elsewhere")
    with pytest.raises(NotFound):
        world.write(meeting, number=case.number)
    with pytest.raises(NotFound):
        meetings.choose(
            actor=make.person("Stranger"),
            meeting_id=meeting.public_id,
            slot_id=meeting.slots.all()[0].public_id,
        )


# The clocks


def form(zone: str, at: str) -> OfferForm:
    colleague = build.moderator()
    data = {
        "about": ABOUT,
        "place": PLACE,
        "time_1": at,
        "minutes": "45",
        "office": [str(colleague.public_id)],
    }
    return OfferForm(data, zone=zone, colleagues=[colleague], chosen=[])


@pytest.mark.parametrize("at", ["2027-03-28T02:30", "2026-10-25T02:30"])
def test_a_time_the_clocks_leave_out_or_show_twice_is_refused(at: str) -> None:
    filled = form("Europe/Madrid", at)
    assert not filled.is_valid()
    assert "clocks change" in str(filled.errors["time_1"])
    # The same wall-clock time is an ordinary one elsewhere, whoever reads the page.
    with timezone.override("Europe/Madrid"):
        assert "time_1" not in form("America/Bogota", at).errors


def test_what_is_typed_is_the_hour_where_the_institution_is() -> None:
    with timezone.override("Asia/Tokyo"):
        filled = form("Europe/Madrid", "2026-12-01T10:00")
        filled.is_valid()
    assert filled.cleaned_data["time_1"] == datetime(2026, 12, 1, 9, tzinfo=UTC)


def test_a_time_is_told_in_the_zone_of_the_reader_and_where_the_institution_is() -> None:
    start = datetime(2026, 12, 1, 9, tzinfo=UTC)
    with timezone.override("America/Bogota"):
        span = span_of(start, start + HOUR, "Europe/Madrid")
    assert span.words == "Tuesday 1 December 2026, 04:00 to 05:00, Bogota time"
    assert span.there == "Tuesday 1 December 2026, 10:00 to 11:00, Madrid time"
    with timezone.override("Europe/Paris"):
        assert span_of(start, start + HOUR, "Europe/Madrid").there == ""


# Choosing


def test_the_learner_chooses_one_time_and_both_sides_are_told(world: Scene) -> None:
    meeting = world.agreed(1)
    assert (meeting.status, meeting.starts_at) == (MeetingStatus.AGREED, world.times[1])
    assert "Room 5" in letter_of("meeting_agreed")
    assert OutboxMessage.objects.filter(event="meeting_answered").count() == 1
    assert Event.objects.get(action="meeting.agreed").data["respondent"] == str(world.rid)


def test_of_two_tabs_one_wins_and_the_same_choice_again_is_the_same(world: Scene) -> None:
    meeting = world.agreed(0)
    assert world.choose(meeting, 0).pk == meeting.pk
    with pytest.raises(Conflict):
        world.choose(meeting, 1)
    meeting.refresh_from_db()
    assert meeting.starts_at == world.times[0]
    assert len(sent("meeting_agreed")) == 1


def test_a_time_can_be_chosen_until_it_begins_to_the_second(world: Scene) -> None:
    meeting = world.offer()
    with clock.frozen(world.times[0]), pytest.raises(WindowClosed):
        world.choose(meeting, 0)
    with clock.frozen(world.times[0] - timedelta(seconds=1)):
        assert world.choose(meeting, 0).status == MeetingStatus.AGREED


def test_none_suits_is_said_in_words_and_the_times_stay_open(world: Scene) -> None:
    meeting = world.offer()
    say = {"actor": world.learner, "meeting_id": meeting.public_id, "seen": "offered"}
    with pytest.raises(InvalidInput):
        meetings.decline(**say, words=" ")
    said = meetings.decline(**say, words="Only after six.")
    assert said.other_times == "Only after six."
    meetings.decline(**say, words="Only after six.")
    assert Event.objects.filter(action="meeting.declined").count() == 1
    assert "Only after six" not in letter_of("meeting_answered")
    assert world.choose(meeting, 2).other_times == ""


def test_whoever_cannot_come_after_all_frees_the_time(world: Scene) -> None:
    meeting = world.agreed()
    with pytest.raises(Conflict):
        # From a page that showed the times still open.
        meetings.decline(
            actor=world.learner, meeting_id=meeting.public_id, words="Ill.", seen="offered"
        )
    again = meetings.decline(
        actor=world.learner, meeting_id=meeting.public_id, words="I am ill.", seen="agreed"
    )
    assert (again.status, again.starts_at, again.sequence) == (MeetingStatus.OFFERED, None, 1)
    assert world.choose(again, 1).starts_at == world.times[1]
    assert len(sent("meeting_agreed")) == 2


def test_a_time_that_was_taken_back_cannot_be_chosen(world: Scene) -> None:
    meeting = world.offer()
    slot = meeting.slots.all()[0]
    world.change(meeting, times=[world.times[2] + DAY])
    with pytest.raises(Conflict):
        meetings.choose(actor=world.learner, meeting_id=meeting.public_id, slot_id=slot.public_id)


# Changing and calling off


def test_a_new_place_leaves_the_time_and_new_times_are_chosen_again(world: Scene) -> None:
    meeting = world.agreed()
    moved = world.change(meeting, place="Room 7")
    assert (moved.status, moved.starts_at, moved.sequence) == ("agreed", world.times[0], 1)
    assert "It stays." in letter_of("meeting_changed")
    other = world.change(moved, place="Room 7", times=[world.times[1] + HOUR])
    assert (other.status, other.starts_at, other.sequence) == ("offered", None, 2)
    assert "choose a time again" in letter_of("meeting_changed")
    assert world.change(other, place="Room 7").sequence == 2
    assert len(sent("meeting_changed")) == 2


def test_a_form_that_was_out_of_date_changes_nothing(world: Scene) -> None:
    meeting = world.offer()
    revision = Case.objects.get(number=world.number).revision
    world.choose(meeting)
    with pytest.raises(Stale):
        world.change(meeting, place="Room 9", revision=revision)


def test_calling_off_says_why_once(world: Scene) -> None:
    meeting = world.agreed()
    off = {"actor": world.moderator, "number": world.number, "meeting_id": meeting.public_id}
    with pytest.raises(InvalidInput):
        meetings.call_off(**off, reason=" ")
    gone = meetings.call_off(**off, reason="The interpreter is ill.")
    assert (gone.status, gone.sequence) == (MeetingStatus.CANCELLED, 1)
    meetings.call_off(**off, reason="Again.")
    assert len(sent("meeting_called_off")) == 1
    assert "The interpreter is ill." in letter_of("meeting_called_off")
    with pytest.raises(IllegalTransition):
        world.choose(gone, 1)
    with pytest.raises(IllegalTransition):
        world.change(gone, place="Room 7")


def test_what_has_begun_is_neither_changed_nor_called_off(world: Scene) -> None:
    meeting = world.agreed()
    with clock.frozen(world.times[0]):
        with pytest.raises(IllegalTransition):
            world.change(meeting, place="Room 7")
        with pytest.raises(IllegalTransition):
            meetings.call_off(
                actor=world.moderator,
                number=world.number,
                meeting_id=meeting.public_id,
                reason="Late.",
            )
        with pytest.raises(IllegalTransition):
            meetings.decline(
                actor=world.learner, meeting_id=meeting.public_id, words="Ill.", seen="agreed"
            )


# Group cases


def test_no_word_to_one_learner_names_another_of_the_case(world: Scene) -> None:
    other = make.person("Bruno Second")
    build.respondent(world.case, other, status="notified")
    for field, words in (
        ("about", "What Bruno Second wrote."),
        ("place", "With Bruno Second"),
        ("others", ["Bruno Second"]),
    ):
        with pytest.raises(InvalidInput) as refused:
            world.offer(**{field: words})
        assert set(refused.value.fields) == {field}
    meeting = world.offer()
    with pytest.raises(InvalidInput):
        world.change(meeting, place="Bruno Second's office")
    with pytest.raises(InvalidInput):
        meetings.call_off(
            actor=world.moderator,
            number=world.number,
            meeting_id=meeting.public_id,
            reason="Bruno Second is ill.",
        )
    world.choose(meeting)
    with clock.frozen(world.times[0] + HOUR):
        world.came(meeting)
        with pytest.raises(InvalidInput):
            world.write(meeting, "Amara said that Bruno Second wrote it.")
    with pytest.raises(NotFound):
        my_meeting(other, world.number, meeting.public_id)


# Who came


def test_who_came_is_written_down_once_it_has_begun(world: Scene) -> None:
    meeting = world.agreed()
    with pytest.raises(IllegalTransition):
        world.came(meeting)
    with clock.frozen(world.times[0] + HOUR):
        held = world.came(meeting, also=["Ines Interpreter", "Otto Other"])
        assert held.status == MeetingStatus.HELD
        assert world.came(held, also=["Ines Interpreter", "Otto Other"]).status == "held"
    assert Event.objects.filter(action="meeting.recorded").count() == 1
    names = list(held.people.filter(capacity="other").values_list("name", flat=True))
    assert sorted(names) == ["Ines Interpreter", "Otto Other"]


def test_an_adviser_who_comes_along_counts_for_the_learner(world: Scene) -> None:
    world.adviser()
    world_without = world.agreed()
    with clock.frozen(world.times[0] + HOUR):
        held = world.came(world_without, but=("learner", "other"))
    assert held.status == MeetingStatus.HELD
    row = held.people.get(capacity=MeetingCapacity.ADVISER)
    assert row.attended is True


@pytest.mark.parametrize("missing", ["learner", "desk"])
def test_without_either_side_it_did_not_take_place_and_that_is_held_against_nobody(
    world: Scene, missing: str
) -> None:
    meeting = world.agreed()
    with clock.frozen(world.times[0] + HOUR):
        missed = world.came(meeting, but=(missing,))
        assert missed.status == MeetingStatus.MISSED
        with pytest.raises(IllegalTransition):
            world.write(missed)
        # Put right, because it was written down wrongly.
        assert world.came(missed).status == MeetingStatus.HELD
    # What was missed is nothing a decision rests on: it changes nothing that is asked before one.
    assert world.respondent.status == CaseStatus.NOTIFIED


# Minutes


def test_minutes_are_read_objected_to_and_agreed_in_a_new_wording(world: Scene) -> None:
    meeting = world.held()
    first = world.write(meeting, "She said it was copied.")
    assert "She said" not in letter_of("minutes_to_read")
    with pytest.raises(InvalidInput):
        writing.answer(actor=world.learner, minutes_id=first.public_id, answer="objected")
    writing.answer(
        actor=world.learner,
        minutes_id=first.public_id,
        answer="objected",
        objection="I said it was from my notes.",
    )
    second = world.write(meeting, "She said it was from her notes.", last=1)
    agreed = writing.answer(actor=world.learner, minutes_id=second.public_id, answer="agreed")
    assert (agreed.number, agreed.answer) == (2, "agreed")
    first.refresh_from_db()
    assert (first.text, first.objection) == (
        "She said it was copied.",
        "I said it was from my notes.",
    )
    with pytest.raises(IllegalTransition):
        world.write(meeting, "More.")
    [shown] = of_respondent(world.respondent)
    assert shown.agreed_minutes
    assert [row.number for row in shown.minutes] == [1, 2]


def test_an_answer_is_given_once_and_to_the_newest_wording(world: Scene) -> None:
    meeting = world.held()
    first = world.write(meeting)
    say = {"actor": world.learner, "minutes_id": first.public_id}
    writing.answer(**say, answer="objected", objection="No.")
    writing.answer(**say, answer="objected", objection="No.")
    with pytest.raises(Conflict):
        writing.answer(**say, answer="agreed")
    second = world.write(meeting, "Another.")
    third = world.write(meeting, "A third.")
    with pytest.raises(Conflict):
        writing.answer(actor=world.learner, minutes_id=second.public_id, answer="agreed")
    with pytest.raises(NotFound):
        writing.answer(actor=make.person("Stranger"), minutes_id=third.public_id, answer="agreed")
    assert Event.objects.filter(action="minutes.answered").count() == 1


def test_the_same_form_is_one_wording_and_an_unread_one_is_not_written_over(world: Scene) -> None:
    meeting = world.held()
    first = world.write(meeting, form_key="m", last=0)
    assert world.write(meeting, form_key="m", last=0) == first
    with pytest.raises(Conflict):
        world.write(meeting, "From an old page.", last=0)
    assert Minutes.objects.count() == 1


def test_minutes_are_no_evidence_and_change_nothing_in_the_case(world: Scene) -> None:
    before = world.case.evidence.count()
    meeting = world.held()
    world.write(meeting)
    assert world.case.evidence.count() == before
    assert world.respondent.status == CaseStatus.NOTIFIED


# Who sees it


def test_an_adviser_sees_meetings_only_when_they_come_along(world: Scene) -> None:
    access = world.adviser()
    world.agreed()
    assert len(advised_meetings(access)) == 1
    access.comes_along = False
    access.save()
    assert advised_meetings(access) == []


def test_the_copy_for_one_learner_tells_nothing_of_anothers_meeting(world: Scene) -> None:
    other = make.person("Bruno Second")
    row = build.respondent(world.case, other, status="notified")
    mine = world.mine
    meeting = world.offer()
    for whose, found in ((mine, True), (row.public_id, False)):
        what = export.Filter(case_number=world.number, audience="respondent", respondent=str(whose))
        text = "".join(export.export_history(actor=None, format="jsonl", what=what))
        assert (str(meeting.public_id) in text) is found


# Time


def test_a_reminder_goes_out_one_day_before_once_for_each_time(world: Scene) -> None:
    meeting = world.agreed()
    assert meeting.starts_at is not None
    assert deadlines.run(meeting.starts_at - DAY - timedelta(seconds=1))["meetings_near"] == 0
    assert deadlines.run(meeting.starts_at - DAY)["meetings_near"] == 1
    assert deadlines.run(meeting.starts_at - HOUR)["meetings_near"] == 0
    assert len(sent("meeting_reminder")) == 1
    with clock.frozen(meeting.starts_at - HOUR):
        later = world.change(meeting, times=[meeting.starts_at + 5 * DAY])
        world.choose(later)
    assert deadlines.run(meeting.starts_at + 4 * DAY + HOUR)["meetings_near"] == 1


def test_nobody_is_reminded_of_what_they_agreed_on_today(world: Scene) -> None:
    soon = clock.now() + timedelta(hours=20)
    meeting = world.offer(times=[soon])
    world.choose(meeting)
    assert deadlines.run(soon - HOUR)["meetings_near"] == 0


def test_with_the_decision_a_meeting_that_lies_ahead_is_called_off(world: Scene) -> None:
    meeting = world.agreed(2)
    world.case.respondents.update(status=CaseStatus.DECIDED, status_since=clock.now())
    assert deadlines.run()["meetings_ended"] == 1
    meeting.refresh_from_db()
    assert meeting.status == MeetingStatus.CANCELLED
    assert "decided or closed" in letter_of("meeting_called_off")
    assert deadlines.run()["meetings_ended"] == 0


def test_after_a_dismissal_it_is_called_off_once_that_cannot_be_undone(world: Scene) -> None:
    world.offer()
    triage.dismiss(actor=world.moderator, number=world.number, reason="not_enough")
    assert deadlines.run()["meetings_ended"] == 0
    assert deadlines.run(clock.now() + undoing.WITHIN + HOUR)["meetings_ended"] == 1


def test_what_took_place_can_be_written_down_after_the_decision(world: Scene) -> None:
    meeting = world.agreed()
    with clock.frozen(world.times[0] + HOUR):
        world.case.respondents.update(status=CaseStatus.DECIDED, status_since=clock.now())
        Case.objects.update(status=CaseStatus.DECIDED)
        assert deadlines.run()["meetings_ended"] == 0
        held = world.came(meeting)
        row = world.write(held)
    assert writing.answer(actor=world.learner, minutes_id=row.public_id, answer="agreed").answer


# Calendars


def entry(meeting: Meeting) -> tuple[Any, Any]:
    meeting.refresh_from_db()
    calendar = Calendar.from_ical(ics.calendar_of(meeting, url="https://example.edu/m/"))
    [event] = calendar.walk("VEVENT")
    return calendar, event


def test_the_file_for_a_calendar_has_the_time_with_its_zone_and_nothing_of_the_matter(
    world: Scene,
) -> None:
    meeting = world.agreed()
    calendar, event = entry(meeting)
    zone = meeting.case.institution.time_zone
    assert calendar["METHOD"] == "PUBLISH"
    assert event["UID"] == ics.uid(meeting)
    assert str(event["SUMMARY"]) == f"Meeting, {world.number}"
    assert (event["SEQUENCE"], event["STATUS"]) == (0, "CONFIRMED")
    assert event["DTSTART"].dt == meeting.starts_at.replace(microsecond=0)  # type: ignore[union-attr]
    if zone != "UTC":
        assert event["DTSTART"].params["TZID"] == zone
        assert [str(row["TZID"]) for row in calendar.walk("VTIMEZONE")] == [zone]
    text = ics.calendar_of(meeting, url="https://example.edu/m/").decode()
    for hidden in (ABOUT, world.learner.display_name, world.moderator.display_name, "Ines"):
        assert hidden not in text
    assert "ATTENDEE" not in text
    assert "ORGANIZER" not in text
    assert all(len(line) <= 75 for line in text.split("\r\n"))


def test_the_entry_stays_one_and_its_number_goes_up_with_every_change(world: Scene) -> None:
    meeting = world.agreed()
    uid, seen = ics.uid(meeting), [entry(meeting)[1]["SEQUENCE"]]
    world.change(meeting, place="Room; 7,\nback door")
    _calendar, event = entry(meeting)
    assert str(event["LOCATION"]) == "Room; 7, back door"
    seen.append(event["SEQUENCE"])
    world.change(meeting, place="Room 8", times=[world.times[2]])
    with pytest.raises(ValueError, match="time"):
        entry(meeting)
    world.choose(meeting)
    seen.append(entry(meeting)[1]["SEQUENCE"])
    meetings.call_off(
        actor=world.moderator, number=world.number, meeting_id=meeting.public_id, reason="Ill."
    )
    _calendar, event = entry(meeting)
    seen.append(event["SEQUENCE"])
    assert (event["UID"], event["STATUS"]) == (uid, "CANCELLED")
    assert seen == sorted(set(seen))


def test_over_the_change_of_the_clocks_the_hour_stays_what_was_agreed(world: Scene) -> None:
    world.case.institution.time_zone = "Europe/Madrid"
    world.case.institution.save()
    zone = ZoneInfo("Europe/Madrid")
    winter = datetime(2027, 3, 27, 10, tzinfo=zone)
    summer = datetime(2027, 3, 28, 10, tzinfo=zone)
    with clock.frozen(datetime(2027, 3, 1, tzinfo=UTC)):
        meeting = world.offer(times=[winter, summer])
        for n, at in ((0, winter), (1, summer)):
            slot = meeting.slots.order_by("starts_at")[n]
            meeting.starts_at, meeting.ends_at, meeting.status = (
                slot.starts_at,
                slot.ends_at,
                "agreed",
            )
            meeting.save()
            assert entry(meeting)[1]["DTSTART"].dt.astimezone(UTC) == at.astimezone(UTC)
            assert entry(meeting)[1]["DTSTART"].to_ical().decode().endswith("T100000")
