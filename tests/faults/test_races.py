"""Two people, or a person and a job, at the same case in the same instant: exactly one wins.

Each in its own thread with a connection of its own, against a case of its own, RACES times: twice
in every run, 1,000 times with `make faults`, in blocks.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from cases.enums import CaseStatus, DeterminationStatus
from cases.models import (
    Appeal,
    Case,
    ConflictDeclaration,
    Determination,
    Notice,
    Response,
)
from cases.services import (
    appeal,
    conflicts,
    deadlines,
    determination,
    more_time,
    response,
)
from integrity.audit import checkpoints
from integrity.audit.models import Event
from integrity.core import clock
from integrity.core.errors import IllegalTransition, NotFound, Stale, WindowClosed
from integrity.courses.models import Certificate, Enrolment
from notifications.models import Letter, OutboxMessage
from tests.cases import builders as build
from tests.cases.test_intake_concurrency import at_once
from tests.cases.test_process import World
from tests.courses import builders as make

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]

RACES = int(os.environ.get("RACES", "2"))
BLOCK = 50
BLOCKS = [min(BLOCK, RACES - first) for first in range(0, RACES, BLOCK)]
SECOND = timedelta(seconds=1)


class Place(World):
    """A case of its own for each race; people and policies are the same."""

    def __init__(self, first: World) -> None:
        self.version = first.version
        self.moderator, self.officer, self.second = first.moderator, first.officer, first.second
        self.learner = make.person()
        self.case = build.case(learner=self.learner, policy_version=self.version)
        self.number = self.case.number
        self.report = build.report(self.case)
        assert self.case.submission is not None
        self.submission = self.case.submission
        self.submission.score = Decimal(84)
        self.submission.save()
        self.enrolment, _ = Enrolment.objects.get_or_create(
            course=self.case.course, learner=self.learner
        )
        # To take it away needs a second officer.
        Certificate.objects.create(enrolment=self.enrolment)

    @property
    def status(self) -> str:
        return str(Case.objects.get(number=self.number).status)

    def happened(self, *actions: str) -> list[str]:
        events = Event.objects.filter(case_number=self.number, action__in=actions)
        return list(events.order_by("sequence").values_list("action", flat=True))

    def letters(self, event: str) -> int:
        return OutboxMessage.objects.filter(event=event, case_number=self.number).count()

    def ends(self, due: datetime) -> None:
        """The window to answer has `due` for its last second; the letter came long ago."""
        start = due - timedelta(days=60)
        notice = Notice.objects.filter(respondent__case=self.case)
        notice.update(due_at=due, sent_at=start)
        letter = Letter.objects.filter(pk__in=[row.letter_id for row in notice])
        OutboxMessage.objects.filter(letter__in=letter).update(state="sent", sent_at=start)
        letter.update(created_at=start, first_read_at=start)

    def answer(self) -> Any:
        return response.submit(
            actor=self.learner,
            respondent_id=self.rid,
            points=self.points(),
            form_key=uuid4().hex,
        )

    def go_on(self) -> Any:
        return response.lapse(
            actor=self.officer, number=self.number, respondent_id=self.rid, reason="Two calls."
        )


@pytest.fixture
def places() -> Any:
    """Call for a new case. At the end the whole history has to hold together."""
    first = World()
    yield lambda: Place(first)
    report = checkpoints.verify_database()
    assert report.ok


def raced(race: Callable[[Place], None]) -> Callable[..., None]:
    """A test that runs `race` again and again, on a new case each time."""

    @pytest.mark.parametrize("races", BLOCKS)
    def test(places: Any, races: int) -> None:
        for _ in range(races):
            race(places())

    test.__name__, test.__doc__ = race.__name__, race.__doc__
    return test


def shuffled(*acts: Callable[[], Any]) -> list[Any]:
    """What each act gave, or raised; which thread starts first is left to chance."""
    order = random.sample(range(len(acts)), len(acts))
    found = at_once(len(acts), lambda number: acts[order[number]]())
    return [found[order.index(number)] for number in range(len(acts))]


def around(end: datetime) -> None:
    """Wait until some milliseconds before or after `end`."""
    left = (end - clock.now()).total_seconds() + random.uniform(-0.006, 0.006)
    time.sleep(max(0.0, left))


def one_of(found: list[Any], kind: type, *refusals: type[Exception]) -> Any:
    """The one answer that is a `kind`; every other one is a refusal in words."""
    won = [row for row in found if isinstance(row, kind)]
    assert len(won) == 1, found
    for row in found:
        assert isinstance(row, (kind, *refusals)), repr(row)
    return won[0]


@raced
def test_hostile_61_two_officers_issue_a_decision(place: Place) -> None:
    place.found()
    found = shuffled(
        lambda: place.propose(["warning_written"]),
        lambda: place.propose(["warning_written"], by=place.second),
    )
    won = one_of(found, Determination, IllegalTransition)
    assert (won.status, won.decided_by) == (DeterminationStatus.ISSUED, won.proposed_by)
    assert place.respondent.determinations.count() == 1
    assert place.letters("determination_issued") == 1
    assert place.happened("determination.issued") == ["determination.issued"]


@raced
def test_hostile_61_two_officers_confirm_one_proposal(place: Place) -> None:
    third = build.officer("Kwame Boateng")
    place.found()
    digest = place.propose(["assignment_failed"]).digest
    found = shuffled(
        lambda: place.confirm(digest),
        lambda: place.confirm(digest, by=third),
    )
    won = one_of(found, Determination, IllegalTransition)
    assert place.respondent.determinations.get().decided_by == won.decided_by
    assert place.letters("determination_issued") == 1
    assert place.happened("determination.issued", "sanction.applied") == [
        "determination.issued",
        "sanction.applied",
    ]


@raced
def test_hostile_62_two_save_findings_from_the_same_state(place: Place) -> None:
    place.answered()
    revision = Case.objects.get(number=place.number).revision
    asked = {
        "number": place.number,
        "respondent_id": place.rid,
        "findings": place.findings(),
        "answers": place.answers(),
        "supports": build.rests_on(place.respondent),
        "revision": revision,
    }
    found = shuffled(
        lambda: determination.record_findings(
            actor=place.moderator, reasons_finding="The moderator's.", **asked
        ),
        lambda: determination.record_findings(
            actor=place.officer, reasons_finding="The officer's.", **asked
        ),
    )
    won = one_of(found, Determination, Stale)
    kept = place.respondent.determinations.get()
    assert (kept.found_by, kept.reasons_finding) == (won.found_by, won.reasons_finding)
    assert Case.objects.get(number=place.number).revision == revision + 1


@raced
def test_hostile_63_leaving_for_a_conflict_while_deciding(place: Place) -> None:
    place.found()
    digest = place.propose(["assignment_failed"]).digest
    decided, left = shuffled(
        lambda: place.confirm(digest),
        lambda: conflicts.declare(actor=place.second, number=place.number),
    )
    assert left is None
    assert ConflictDeclaration.objects.filter(user=place.second, case=place.case).exists()
    order = place.happened("determination.issued", "conflict.declared")
    if isinstance(decided, Determination):
        assert order == ["determination.issued", "conflict.declared"]
        assert place.letters("determination_issued") == 1
    else:
        assert isinstance(decided, NotFound), repr(decided)
        assert order == ["conflict.declared"]
        assert place.letters("determination_issued") == 0
        assert place.status == CaseStatus.APPROVAL
    with pytest.raises(NotFound):
        place.confirm(digest)


@raced
def test_hostile_64_an_appeal_while_the_case_is_closed(place: Place) -> None:
    place.found()
    place.propose(["warning_written"])
    end = clock.now() + timedelta(milliseconds=120)
    place.respondent.determinations.update(appeal_until=end - SECOND)
    rid = place.rid

    def lodge() -> Appeal:
        around(end)
        return appeal.lodge(
            actor=place.learner,
            respondent_id=rid,
            grounds=["new_evidence"],
            text="My notes.",
            form_key=uuid4().hex,
        )

    def close() -> int:
        around(end)
        return deadlines._close()

    lodged, closed = shuffled(lodge, close)
    assert isinstance(closed, int), repr(closed)
    # Whoever came first, the next run finds nothing that it could undo.
    assert deadlines._close() + closed == (0 if isinstance(lodged, Appeal) else 1)
    if isinstance(lodged, Appeal):
        assert (place.status, place.letters("appeal_received")) == (CaseStatus.APPEAL, 1)
        assert place.happened("respondent.closed") == []
    else:
        assert isinstance(lodged, WindowClosed | IllegalTransition), repr(lodged)
        assert (place.status, place.letters("appeal_received")) == (CaseStatus.CLOSED, 0)
        assert place.happened("appeal.lodged") == []


@raced
def test_an_answer_and_going_on_without_it_at_the_last_second(place: Place) -> None:
    place.notified()
    end = clock.now() + timedelta(milliseconds=120)
    place.ends(end - SECOND)

    def act(step: Callable[[], Any]) -> Any:
        around(end)
        return step()

    answered, gone_on = shuffled(lambda: act(place.answer), lambda: act(place.go_on))
    if isinstance(answered, Response):
        assert isinstance(gone_on, IllegalTransition), repr(gone_on)
        assert place.happened("response.submitted", "response.lapsed") == ["response.submitted"]
    else:
        assert isinstance(answered, WindowClosed | IllegalTransition), repr(answered)
        if isinstance(gone_on, Exception):
            # One came too late and the other too early: then it can be gone on now.
            assert isinstance(gone_on, IllegalTransition), repr(gone_on)
            place.go_on()
        assert place.happened("response.submitted", "response.lapsed") == ["response.lapsed"]
    assert place.status == CaseStatus.REVIEW


@raced
def test_more_time_and_going_on_without_an_answer(place: Place) -> None:
    place.notified()
    place.ends(clock.now() - 2 * SECOND)
    given, gone_on = shuffled(
        lambda: more_time.give(actor=place.moderator, number=place.number, respondent_id=place.rid),
        place.go_on,
    )
    refused = [row for row in (given, gone_on) if isinstance(row, Exception)]
    assert len(refused) == 1, (given, gone_on)
    assert isinstance(refused[0], IllegalTransition), repr(refused)
    won = "response.lapsed" if given is refused[0] else "more_time.given"
    assert place.happened("more_time.given", "response.lapsed") == [won]
    waits = won == "more_time.given"
    assert place.status == (CaseStatus.NOTIFIED if waits else CaseStatus.REVIEW)
    assert place.letters("more_time_given") == int(waits)
    if waits:
        assert place.answer()
