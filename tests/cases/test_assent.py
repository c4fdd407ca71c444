"""What binds a respondent to a text: pledged, told, or by access (PO4)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.governing import kept_day
from cases.models import Case, Disclosure, Notice
from cases.selectors.assent import Proof, assent_of
from integrity.accounts.models import User
from integrity.core import clock
from integrity.courses.models import Enrolment, Submission
from notifications.enums import RecipientKind, State
from notifications.models import Letter, OutboxMessage
from notifications.recipients import Recipient
from policies.models import Pledge, Version
from tests.cases import builders as build
from tests.courses import builders as make

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


class Room:
    """A case of an incident ten days ago, a text in force for thirty, and a fresh learner."""

    def __init__(self) -> None:
        self.now = clock.now()
        self.incident = self.now - timedelta(days=10)
        with clock.frozen(self.now - timedelta(days=30)):
            self.version = build.policy()
        self.learner = make.person("Amara")
        self.made(self.learner, self.now - timedelta(days=1))
        self.course = make.course()
        self.case: Case = build.case(
            learner=self.learner,
            course=self.course,
            submission=None,
            policy_version=self.version,
            incident_at=self.incident,
        )

    def made(self, user: User, at: datetime) -> None:
        User.objects.filter(pk=user.pk).update(created_at=at)
        user.created_at = at

    def pledge(self, at: datetime, **fields: Any) -> Pledge:
        return Pledge.objects.create(
            **{"learner": self.learner, "course": self.course, "version": self.version,
               "made_at": at, **fields}
        )  # fmt: skip

    def message(self, at: datetime, kind: str = "new_version:", **fields: Any) -> OutboxMessage:
        to = Recipient.user(fields.pop("to", self.learner))
        kind, _colon, middle = kind.partition(":")
        return OutboxMessage.objects.create(
            **{
                "event": "policy_new_version",
                "language": "en",
                "key": f"{kind}:{fields.pop('version', self.version).pk}:{middle}{to.user_id}",
                "recipient_kind": RecipientKind.NAMED,
                "recipient_ref": to.ref,
                "recipient_sealed": b"x",
                "content_sealed": b"x",
                "message_id": f"<{at.isoformat()}@x>",
                "give_up_at": at,
                "state": State.SENT,
                "sent_at": at,
                **fields,
            }
        )

    def enrolled(self, at: datetime, **fields: Any) -> Enrolment:
        where = {"course": self.course, "learner": self.learner, **fields}
        return Enrolment.objects.create(**where, enrolled_at=at)

    def handed_in(self, at: datetime, course: Any = None) -> Submission:
        task = make.assignment(course or self.course)
        row = make.submission(task, self.learner)
        Submission.objects.filter(pk=row.pk).update(submitted_at=at)
        return row

    def proof(self, version: Version | None = None) -> Proof:
        respondents = list(self.case.respondents.select_related("user"))
        (assent,) = assent_of(self.case, respondents, [version or self.version])
        return assent.proofs[0]

    @property
    def told(self) -> tuple[str, datetime | None]:
        found = self.proof()
        return found.kind, found.at


@pytest.fixture
def room(frozen_clock: Any) -> Room:
    return Room()


def test_nothing_shows_it(room: Room) -> None:
    assert room.told == ("none", None)
    assert room.proof().shape == "no"


def test_pledged_at_the_incident_or_before(room: Room) -> None:
    room.pledge(room.incident)
    assert room.told == ("pledged", room.incident)


def test_a_pledge_after_the_incident_proves_nothing(room: Room) -> None:
    room.pledge(room.incident + timedelta(microseconds=1))
    assert room.told[0] == "none"


def test_a_pledge_in_another_course_or_to_another_version_proves_nothing(room: Room) -> None:
    room.pledge(room.incident, course=make.course())
    room.pledge(room.incident, version=build.policy())
    room.pledge(room.incident, learner=make.person())
    assert room.told[0] == "none"


@pytest.mark.parametrize("kind", ["new_version:", "dissemination:2026:", "pledge_reminder:0b4c:"])
def test_told_by_a_message_that_was_delivered(room: Room, kind: str) -> None:
    room.message(room.incident - HOUR, kind)
    assert room.told == ("told", room.incident - HOUR)
    assert room.proof().read_at is None


def test_the_first_reading_of_the_letter_is_told(room: Room) -> None:
    sent = room.message(room.incident - HOUR)
    read = room.incident - HOUR / 2
    Letter.objects.create(
        message=sent,
        event=sent.event,
        recipient_kind=sent.recipient_kind,
        recipient_ref=sent.recipient_ref,
        title="New text",
        content_sealed=b"x",
        language="en",
        created_at=room.incident - HOUR,
        first_read_at=read,
    )
    assert room.proof().read_at == read


def test_a_message_that_was_not_delivered_in_time_tells_nothing(room: Room) -> None:
    room.message(room.incident, state=State.QUEUED, sent_at=None)
    room.message(room.incident + HOUR, "dissemination:2026:")
    room.message(room.incident, version=build.policy())
    room.message(room.incident, "dissemination:2025:", to=make.person())
    # The key of version 1 is not the beginning of that of version 11.
    room.message(room.incident, key=f"new_version:{room.version.pk}1:{room.learner.public_id}")
    assert room.told[0] == "none"


def test_by_work_handed_in_while_it_was_in_force(room: Room) -> None:
    room.handed_in(room.incident - 3 * HOUR)
    room.handed_in(room.incident)
    room.handed_in(room.incident + HOUR)
    assert room.told == ("work", room.incident)
    assert room.proof().by_access


def test_work_from_before_the_text_is_none_of_it(room: Room) -> None:
    room.handed_in(room.version.effective_at - timedelta(microseconds=1))
    assert room.told[0] == "none"


def test_by_enrolment(room: Room) -> None:
    room.enrolled(room.incident + HOUR, course=make.course())
    assert room.told[0] == "none"
    # Somebody who was in a course stayed there when the text took effect.
    before = room.version.effective_at - timedelta(days=5)
    room.enrolled(before)
    assert room.told == ("enrolled", before)


def test_by_an_account(room: Room) -> None:
    room.made(room.learner, room.incident + timedelta(microseconds=1))
    assert room.told[0] == "none"
    room.made(room.learner, room.incident)
    assert room.told == ("account", room.incident)


def test_the_best_proof_is_told(room: Room) -> None:
    room.made(room.learner, room.incident - 9 * HOUR)
    assert room.told[0] == "account"
    room.enrolled(room.incident - 8 * HOUR)
    assert room.told[0] == "enrolled"
    room.handed_in(room.incident - 7 * HOUR)
    assert room.told[0] == "work"
    room.message(room.incident - 6 * HOUR)
    assert room.told[0] == "told"
    room.pledge(room.incident - 5 * HOUR)
    assert room.told == ("pledged", room.incident - 5 * HOUR)


def test_an_institutions_text_binds_those_who_were_there(room: Room) -> None:
    college = make.institution()
    with clock.frozen(room.now - timedelta(days=30)):
        own = build.policy(college)
    room.made(room.learner, room.incident - HOUR)
    room.handed_in(room.incident - HOUR)
    room.enrolled(room.incident - HOUR)
    assert room.proof(own).kind == "none"
    there = make.course(institution=college)
    room.enrolled(room.incident - HOUR, course=there)
    assert room.proof(own).kind == "enrolled"
    room.handed_in(room.incident - HOUR, there)
    assert room.proof(own).kind == "work"


def test_of_a_bare_day_only_what_lies_before_it_counts(room: Room) -> None:
    day = room.incident.date()
    room.case.incident_at = kept_day(day)
    room.case.incident_day_only = True
    room.case.save()
    room.pledge(kept_day(day) + timedelta(seconds=1))
    assert room.told[0] == "none"
    Pledge.objects.all().delete()
    room.pledge(kept_day(day))
    assert room.told[0] == "pledged"


def test_what_was_done_with_an_account_since_closed_is_theirs(room: Room) -> None:
    closed = make.person("Amara before")
    room.pledge(room.incident - HOUR, learner=closed)
    User.objects.filter(pk=closed.pk).update(
        closed_into=room.learner, is_active=False, created_at=room.now
    )
    assert room.told == ("pledged", room.incident - HOUR)


def test_five_queries_however_many(room: Room, count_queries: Any) -> None:
    for _number in range(3):
        build.respondent(room.case)
    room.enrolled(room.incident)
    versions = [room.version, build.policy(make.institution()), build.policy()]
    for version in versions:
        assert version.document.owner_zone
    respondents = list(room.case.respondents.select_related("user"))
    for some, texts in ((respondents[:1], versions[:1]), (respondents, versions)):
        with count_queries() as queries:
            found = assent_of(room.case, some, texts)
        assert queries.number == 5
        assert [len(one.proofs) for one in found] == [len(texts)] * len(some)
    assert assent_of(room.case, [], versions) == []


def test_the_case_page_and_the_decision_say_it(room: Room, client: Client) -> None:
    room.pledge(room.incident - HOUR)
    moderator = build.moderator()
    Case.objects.filter(pk=room.case.pk).update(
        assignee=moderator, assigned_at=room.now, status="review"
    )
    room.case.respondents.update(status="review")
    piece = build.evidence(room.case)
    respondent = room.case.respondents.get()
    Disclosure.objects.create(respondent=respondent, evidence=piece)
    # Nothing is found before the notice came.
    sent = room.message(room.now, "notice:1:")
    letter = Letter.objects.create(
        message=sent,
        event=sent.event,
        recipient_kind=sent.recipient_kind,
        recipient_ref=sent.recipient_ref,
        title="Notice",
        content_sealed=b"x",
        language="en",
        created_at=room.now,
    )
    Notice.objects.create(respondent=respondent, letter=letter, due_at=room.now, sent_by=moderator)
    client.force_login(moderator)
    for address in (
        reverse("desk:governing", args=[room.case.number]),
        reverse("desk:findings", args=[room.case.number, respondent.public_id]),
    ):
        html = client.get(address).content.decode()
        assert "Pledged to it in this course" in html
        assert room.version.get_absolute_url() in html
