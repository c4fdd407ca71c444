"""The process from triage to a confirmed decision, through the services."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from cases.enums import CaseStatus, DeterminationStatus, SanctionStatus, Stance
from cases.models import Case, Determination, Sanction
from cases.services import (
    allegation,
    deadlines,
    determination,
    evidence,
    notice,
    response,
    sanction,
    triage,
)
from integrity.accounts.models import User
from integrity.accounts.selectors import active_restriction
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
from integrity.courses.models import Certificate, Enrolment
from integrity.courses.selectors import course_result, effective_score
from notifications.models import Letter, OutboxMessage
from policies.models import Document
from policies.selectors import governing_version
from tests.cases import builders as build
from tests.courses import builders as make
from tests.support.policies import demo_policies

pytestmark = pytest.mark.django_db


class World:
    """One flagged essay worth the whole course, with a certificate, and the desk around it."""

    def __init__(self) -> None:
        demo_policies()
        self.version = governing_version(Document.objects.get(slug="honor-code"))
        self.moderator = build.moderator()
        self.officer = build.officer()
        self.second = build.officer("Renata Villaseñor")
        self.learner = make.person("Amara Okonjo")
        self.case = build.case(learner=self.learner, policy_version=self.version)
        self.number = self.case.number
        self.report = build.report(self.case)
        assert self.case.submission is not None
        self.submission = self.case.submission
        self.submission.score = Decimal(84)
        self.submission.save()
        self.submission.assignment.weight = Decimal(100)
        self.submission.assignment.save()
        self.enrolment, _ = Enrolment.objects.get_or_create(
            course=self.case.course, learner=self.learner
        )
        Certificate.objects.get_or_create(enrolment=self.enrolment)

    @property
    def respondent(self) -> Any:
        return Case.objects.get(number=self.number).respondents.get()

    @property
    def rid(self) -> Any:
        return self.respondent.public_id

    def opened(self) -> World:
        triage.open_case(actor=self.moderator, number=self.number)
        return self

    def alleged(self) -> World:
        self.opened()
        violation = self.version.violation_types.get(code="plagiarism")  # type: ignore[union-attr]
        allegation.add(
            actor=self.moderator,
            number=self.number,
            respondent_id=self.rid,
            violation_type_id=violation.pk,
            completion="completed",
            description="Three sentences are in an article.",
        )
        evidence.add(
            actor=self.moderator,
            number=self.number,
            kind="quote",
            title="Article",
            text="The same sentences.",
            form_key=uuid4().hex,
        )
        return self

    def notified(self) -> World:
        self.alleged()
        notice.send(
            actor=self.moderator,
            number=self.number,
            respondent_id=self.rid,
            questions="How did it come about?",
            revision=None,
        )
        return self

    def delivered(self, *, read: bool = False, at: datetime | None = None) -> World:
        """The newest notice came, and was read where that is said: now, or at an instant."""
        letter, at = self.respondent.notices.first().letter, at or clock.now()
        OutboxMessage.objects.filter(letter=letter).update(state="sent", sent_at=at)
        if read:
            Letter.objects.filter(pk=letter.pk).update(first_read_at=at)
        return self

    def points(self, stance: str = Stance.EXPLAIN, text: str = "From my notes.") -> dict[str, Any]:
        return {str(a.public_id): (stance, text) for a in self.respondent.allegations.all()}

    def answered(self, **kwargs: Any) -> World:
        self.notified()
        response.submit(
            actor=self.learner,
            respondent_id=self.rid,
            points=self.points(**kwargs),
            mitigation="I was ill.",
            form_key=uuid4().hex,
        )
        return self

    def findings(self, outcome: str = "shown") -> dict[str, Any]:
        return {str(a.public_id): (outcome, "completed") for a in self.respondent.allegations.all()}

    def answers(self) -> dict[str, str]:
        points = determination.points_to_answer(self.respondent)
        return {str(p.public_id): "We looked at this." for p in points}

    def found(self, outcome: str = "shown", by: User | None = None) -> World:
        self.answered()
        determination.record_findings(
            actor=by or self.moderator,
            number=self.number,
            respondent_id=self.rid,
            findings=self.findings(outcome),
            reasons_finding="The sentences are the article's.",
            answers=self.answers(),
            supports=build.rests_on(self.respondent),
        )
        return self

    def propose(self, codes: list[str], by: User | None = None, **kwargs: Any) -> Determination:
        return determination.propose(
            actor=by or self.officer,
            number=self.number,
            respondent_id=self.rid,
            **{
                "facts": {"severity": "serious"},
                "consequences": codes,
                "reasons_penalty": "A large part.",
                "departure_reason": "It fits better.",
                **kwargs,
            },
        )

    def confirm(self, digest: str, by: User | None = None) -> Determination:
        return determination.confirm(
            actor=by or self.second, number=self.number, respondent_id=self.rid, digest=digest
        )


@pytest.fixture
def world() -> World:
    return World()


def status(world: World) -> str:
    return str(Case.objects.get(number=world.number).status)


def test_the_whole_way_to_a_confirmed_decision_and_back(world: World) -> None:
    world.found()
    proposed = world.propose(["assignment_failed"])
    assert proposed.status == DeterminationStatus.PROPOSED
    assert status(world) == CaseStatus.APPROVAL
    assert effective_score(world.submission) == 84
    issued = world.confirm(proposed.digest)
    assert issued.status == DeterminationStatus.ISSUED
    assert status(world) == CaseStatus.DECIDED
    assert effective_score(world.submission) == 0
    assert course_result(world.enrolment).certificate == "withheld"
    events = list(Letter.objects.order_by("pk").values_list("event", flat=True))
    assert events == [
        "notice_sent",
        "response_received",
        "determination_issued",
        "certificate_withheld",
    ]
    row = Sanction.objects.get()
    sanction.reverse(
        actor=world.officer, number=world.number, sanction_id=row.public_id, reason="New evidence."
    )
    assert effective_score(world.submission) == 84
    assert course_result(world.enrolment).certificate == "issued"
    again = sanction.reverse(
        actor=world.officer, number=world.number, sanction_id=row.public_id, reason="Twice."
    )
    assert again.reversal_reason == "New evidence."
    assert Letter.objects.filter(event="sanction_reversed").count() == 1


def test_one_officer_suffices_for_a_warning(world: World) -> None:
    world.found()
    issued = world.propose(["warning_written"])
    assert issued.status == DeterminationStatus.ISSUED
    assert issued.needs_second is False
    assert status(world) == CaseStatus.DECIDED


def test_a_moderators_proposal_needs_an_officer(world: World) -> None:
    world.found()
    proposed = world.propose(["warning_written"], by=world.moderator)
    assert proposed.status == DeterminationStatus.PROPOSED
    assert world.confirm(proposed.digest).decided_by == world.second


def test_nobody_confirms_their_own_proposal(world: World) -> None:
    world.found()
    proposed = world.propose(["assignment_failed"])
    with pytest.raises(NotPermitted):
        world.confirm(proposed.digest, by=world.officer)
    assert effective_score(world.submission) == 84


def test_who_recorded_the_findings_does_not_confirm_them(world: World) -> None:
    world.found(by=world.second)
    proposed = world.propose(["assignment_failed"])
    with pytest.raises(NotPermitted):
        world.confirm(proposed.digest)
    third = build.officer("Kwame Boateng")
    assert world.confirm(proposed.digest, by=third).decided_by == third


def test_findings_from_before_a_dismissal_decide_nothing(world: World) -> None:
    world.found()
    build.dismissed(actor=world.officer, number=world.number, reason="not_enough")
    triage.reopen(actor=world.officer, number=world.number, reason="There is more.")
    world.opened()
    old = world.respondent.allegations.get()
    allegation.withdraw(
        actor=world.moderator, number=world.number, allegation_id=old.public_id, reason="Wrong."
    )
    other = world.version.violation_types.exclude(pk=old.violation_type_id).first()
    allegation.add(
        actor=world.moderator,
        number=world.number,
        respondent_id=world.rid,
        violation_type_id=other.pk,
        completion="completed",
        description="Something else.",
    )
    notice.send(
        actor=world.moderator,
        number=world.number,
        respondent_id=world.rid,
        questions="",
        revision=None,
    )
    response.submit(
        actor=world.learner,
        respondent_id=world.rid,
        points={
            str(a.public_id): (Stance.ADMIT, "")
            for a in world.respondent.allegations.filter(withdrawn_at__isnull=True)
        },
        form_key=uuid4().hex,
    )
    with pytest.raises(IllegalTransition):
        world.propose(["warning_written"])


def test_a_used_form_key_is_a_conflict_not_an_error(world: World) -> None:
    world.answered()
    other = World()
    other.notified()
    used = world.respondent.responses.get().form_key
    with pytest.raises(Conflict):
        response.submit(
            actor=other.learner, respondent_id=other.rid, points=other.points(), form_key=used
        )


def test_a_confirmation_of_something_else_is_stale(world: World) -> None:
    world.found()
    world.propose(["assignment_failed"])
    with pytest.raises(Stale):
        world.confirm("0" * 64)


def test_a_proposal_sent_back_can_be_changed_and_the_old_one_not_confirmed(world: World) -> None:
    world.found()
    first = world.propose(["assignment_failed"])
    determination.send_back(
        actor=world.second, number=world.number, respondent_id=world.rid, reason="Look again."
    )
    assert status(world) == CaseStatus.REVIEW
    second = world.propose(["temporary_suspension"], params={"temporary_suspension": {"days": 7}})
    assert second.pk == first.pk
    assert second.digest != first.digest
    with pytest.raises(Stale):
        world.confirm(first.digest)
    world.confirm(second.digest)
    assert list(Sanction.objects.values_list("code", flat=True)) == ["temporary_suspension"]


def test_a_suspension_counts_to_the_second_without_any_job(world: World) -> None:
    world.found()
    proposed = world.propose(["temporary_suspension"], params={"temporary_suspension": {"days": 7}})
    world.confirm(proposed.digest)
    row = Sanction.objects.get()
    assert row.starts_at is not None
    assert row.ends_at is not None
    assert row.ends_at - row.starts_at == timedelta(days=7)
    second = timedelta(seconds=1)
    assert active_restriction(world.learner, at=row.starts_at - second) is None
    assert active_restriction(world.learner, at=row.starts_at) is not None
    assert active_restriction(world.learner, at=row.ends_at - second) is not None
    assert active_restriction(world.learner, at=row.ends_at) is None
    done = deadlines.run(row.ends_at)
    assert done["sanctions_ended"] == 1
    assert deadlines.run(row.ends_at)["sanctions_ended"] == 0
    assert Letter.objects.filter(event="suspension_ended").count() == 1


def test_reversing_a_suspension_lifts_it_at_once(world: World) -> None:
    world.found()
    world.confirm(
        world.propose(["temporary_suspension"], params={"temporary_suspension": {"days": 7}}).digest
    )
    assert active_restriction(world.learner) is not None
    row = Sanction.objects.get()
    sanction.reverse(
        actor=world.officer, number=world.number, sanction_id=row.public_id, reason="Wrong person."
    )
    assert active_restriction(world.learner) is None
    with clock.frozen(clock.now() + timedelta(days=8)):
        assert deadlines.run()["sanctions_ended"] == 0


@pytest.mark.parametrize("days", ["", "0", "-1", "366", "seven", None])
def test_a_suspension_needs_a_number_of_days(world: World, days: Any) -> None:
    world.found()
    with pytest.raises(InvalidInput) as error:
        world.propose(["temporary_suspension"], params={"temporary_suspension": {"days": days}})
    assert "temporary_suspension-days" in error.value.fields
    assert not Sanction.objects.exists()


def test_nothing_shown_ends_without_consequence(world: World) -> None:
    world.found(outcome="not_shown")
    issued = world.propose([], facts={}, reasons_penalty="", departure_reason="")
    assert issued.status == DeterminationStatus.ISSUED
    assert issued.appeal_until is None
    assert Letter.objects.filter(event="no_violation_found").count() == 1
    assert deadlines.run()["closed"] == 1
    assert status(world) == CaseStatus.CLOSED
    world.report.refresh_from_db()
    assert world.report.outcome == "no_violation"


def test_a_decided_case_closes_after_the_window_to_appeal(world: World) -> None:
    world.found()
    issued = world.propose(["warning_written"])
    assert issued.appeal_until is not None
    assert deadlines.run(issued.appeal_until)["closed"] == 0
    assert deadlines.run(issued.appeal_until + timedelta(seconds=1))["closed"] == 1
    world.report.refresh_from_db()
    assert world.report.outcome == "action_taken"
    assert OutboxMessage.objects.filter(event="report_closed").count() == 1


def test_leaving_the_recommended_range_needs_a_reason(world: World) -> None:
    world.found()
    with pytest.raises(InvalidInput) as error:
        world.propose(["no_action"], departure_reason="")
    assert "departure_reason" in error.value.fields
    assert Sanction.objects.count() == 0


def test_missing_facts_are_asked_for(world: World) -> None:
    world.found()
    with pytest.raises(InvalidInput) as error:
        world.propose(["warning_written"], facts={})
    assert "fact-severity" in error.value.fields


def test_earlier_findings_open_only_after_the_finding_and_are_recorded(world: World) -> None:
    world.answered()
    with pytest.raises(IllegalTransition):
        determination.advise(
            actor=world.moderator, number=world.number, respondent_id=world.rid, facts={}
        )
    determination.record_findings(
        actor=world.moderator,
        number=world.number,
        respondent_id=world.rid,
        findings=world.findings(),
        reasons_finding="Because.",
        answers=world.answers(),
        supports=build.rests_on(world.respondent),
    )
    for _ in range(2):
        advice = determination.advise(
            actor=world.moderator,
            number=world.number,
            respondent_id=world.rid,
            facts={"severity": "slight"},
        )
    assert advice.recommendation is not None
    assert Event.objects.filter(action="history.opened").count() == 1


def test_every_point_of_the_answer_has_to_be_answered(world: World) -> None:
    world.answered()
    answers = world.answers()
    assert len(answers) == 2  # what was explained, and the circumstances
    left_out = answers.popitem()[0]
    with pytest.raises(InvalidInput) as error:
        determination.record_findings(
            actor=world.moderator,
            number=world.number,
            respondent_id=world.rid,
            findings=world.findings(),
            reasons_finding="Because.",
            answers=answers,
            supports=build.rests_on(world.respondent),
        )
    assert f"answer-{left_out}" in error.value.fields
    assert not Determination.objects.exists()


def test_an_answer_is_sent_once(world: World) -> None:
    world.notified()
    kwargs: dict[str, Any] = {
        "actor": world.learner,
        "respondent_id": world.rid,
        "points": world.points(),
        "form_key": "same",
    }
    first = response.submit(**kwargs)
    assert response.submit(**kwargs).pk == first.pk
    with pytest.raises(Conflict):
        response.submit(**{**kwargs, "points": world.points(text="Something else.")})
    with pytest.raises(Conflict):
        response.submit(**{**kwargs, "form_key": "other"})
    assert Letter.objects.filter(event="response_received").count() == 1


def test_82_the_window_closes_with_its_last_second(world: World) -> None:
    world.notified().delivered()
    due = world.respondent.notices.get().due_at
    kwargs: dict[str, Any] = {
        "actor": world.learner,
        "respondent_id": world.rid,
        "points": world.points(),
        "form_key": "late",
    }
    with clock.frozen(due + timedelta(seconds=1)), pytest.raises(WindowClosed):
        response.submit(**kwargs)
    with clock.frozen(due):
        response.submit(**kwargs)


def test_nothing_is_decided_by_default_while_the_notice_is_undelivered(world: World) -> None:
    world.notified()
    sent = world.respondent.notices.get()
    kwargs: dict[str, Any] = {
        "actor": world.officer,
        "number": world.number,
        "respondent_id": world.rid,
        "reason": "No answer came.",
    }
    with clock.frozen(sent.due_at + timedelta(days=60)), pytest.raises(IllegalTransition):
        response.lapse(**kwargs)
    message = sent.letter.message
    message.state, message.sent_at = "sent", sent.sent_at
    message.save()
    with clock.frozen(sent.due_at + timedelta(days=60)), pytest.raises(IllegalTransition):
        response.lapse(**kwargs)  # unopened, and no reminder was sent
    sent.letter.first_read_at = sent.letter.created_at
    sent.letter.save()
    with clock.frozen(sent.due_at), pytest.raises(IllegalTransition):
        response.lapse(**kwargs)  # the last second still belongs to the learner
    with clock.frozen(sent.due_at + timedelta(seconds=1)):
        with pytest.raises(NotPermitted):
            response.lapse(**{**kwargs, "actor": world.moderator})
        response.lapse(**kwargs)
    assert status(world) == CaseStatus.REVIEW


def test_reminders_come_twice_and_once_each(world: World) -> None:
    world.notified().delivered()
    due = world.respondent.notices.get().due_at
    assert deadlines.run()["reminders"] == 0
    for before, expected in ((3, 1), (3, 0), (1, 1), (1, 0), (0, 0)):
        assert deadlines.run(due - timedelta(days=before, hours=1))["reminders"] == expected


def test_the_notice_discloses_the_evidence_and_sets_the_window(world: World) -> None:
    with clock.frozen(datetime(2026, 11, 23, 10, tzinfo=UTC)):  # a Monday
        world.notified()
    sent = world.respondent.notices.get()
    assert world.respondent.disclosures.count() == world.case.evidence.count() == 1
    # Ten working days later, the last second of the day in the institution's zone.
    local = sent.due_at.astimezone(ZoneInfo(world.case.institution.time_zone))
    assert f"{local:%Y-%m-%d %H:%M:%S}" == "2026-12-07 23:59:59"
    assert Case.objects.get(number=world.number).due_at == sent.due_at


def test_a_notice_needs_claim_allegation_and_evidence(world: World) -> None:
    world.opened()
    with pytest.raises(IllegalTransition):
        notice.send(
            actor=world.moderator,
            number=world.number,
            respondent_id=world.rid,
            questions="",
            revision=None,
        )
    assert not Letter.objects.exists()


def test_a_step_taken_again_makes_nobody_elses_form_stale(world: World) -> None:
    world.opened()
    triage.watch(actor=world.officer, number=world.number)
    before = Case.objects.get(number=world.number).revision
    triage.claim(actor=world.moderator, number=world.number)
    triage.watch(actor=world.officer, number=world.number)
    assert Case.objects.get(number=world.number).revision == before


def test_a_stale_form_changes_nothing(world: World) -> None:
    world.alleged()
    with pytest.raises(Stale):
        notice.send(
            actor=world.moderator,
            number=world.number,
            respondent_id=world.rid,
            questions="",
            revision=0,
        )
    assert not Letter.objects.exists()


def test_a_respondent_of_another_case_is_not_found(world: World) -> None:
    world.opened()
    other = build.case(policy_version=world.version)
    with pytest.raises(NotFound):
        notice.send(
            actor=world.officer,
            number=world.number,
            respondent_id=other.respondents.get().public_id,
            questions="",
            revision=None,
        )


def test_dismissing_closes_reports_and_can_be_undone(world: World) -> None:
    triage.dismiss(actor=world.moderator, number=world.number, reason="not_enough", note="Thin.")
    world.report.refresh_from_db()
    assert status(world) == CaseStatus.DISMISSED
    assert (world.report.status, world.report.outcome) == ("dismissed", "not_pursued")
    assert OutboxMessage.objects.filter(event="report_closed").count() == 1
    assert not Letter.objects.filter(event="case_dismissed").exists()
    other = build.moderator("Tomasz Other")
    with pytest.raises(NotPermitted):
        triage.reopen(actor=other, number=world.number, reason="Look again.")
    triage.reopen(actor=world.officer, number=world.number, reason="Look again.")
    world.report.refresh_from_db()
    assert status(world) == CaseStatus.TRIAGE
    assert (world.report.status, world.report.outcome) == ("submitted", "")


@pytest.mark.parametrize("stage", ["opened", "notified", "answered"])
def test_a_dismissal_undone_at_once_goes_back_to_where_each_one_stood(
    world: World, stage: str
) -> None:
    getattr(world, stage)()
    before = status(world)
    assert before != CaseStatus.TRIAGE
    triage.dismiss(actor=world.officer, number=world.number, reason="not_enough")
    triage.reopen(actor=world.officer, number=world.number, reason="A slip.")
    assert status(world) == before
    assert world.respondent.status == before
    assert world.respondent.status_before == ""
    build.dismissed(actor=world.officer, number=world.number, reason="not_enough")
    triage.reopen(actor=world.officer, number=world.number, reason="Later.")
    assert status(world) == CaseStatus.TRIAGE


def test_a_notified_learner_is_told_of_a_dismissal(world: World) -> None:
    world.notified()
    triage.dismiss(actor=world.moderator, number=world.number, reason="permitted")
    assert Letter.objects.filter(event="case_dismissed").count() == 1


def test_claiming_is_exclusive_and_repeatable(world: World) -> None:
    triage.claim(actor=world.moderator, number=world.number)
    triage.claim(actor=world.moderator, number=world.number)
    with pytest.raises(Conflict):
        triage.claim(actor=world.officer, number=world.number)
    assert Event.objects.filter(action="case.claimed").count() == 1


def test_after_a_declared_conflict_the_case_is_gone(world: World) -> None:
    triage.claim(actor=world.moderator, number=world.number)
    triage.declare_conflict(actor=world.moderator, number=world.number, reason="My neighbour.")
    assert Case.objects.get(number=world.number).assignee is None
    with pytest.raises(NotFound):
        triage.claim(actor=world.moderator, number=world.number)


def test_a_case_without_a_named_learner_needs_one_to_be_opened(world: World) -> None:
    nobody = build.case(learner=None, course=None, policy_version=world.version)
    with pytest.raises(IllegalTransition):
        triage.open_case(actor=world.moderator, number=nobody.number)
    with pytest.raises(InvalidInput):
        triage.open_case(
            actor=world.moderator, number=nobody.number, learner_email="no@example.edu"
        )
    with pytest.raises(InvalidInput):
        triage.open_case(
            actor=world.moderator, number=nobody.number, learner_email=world.moderator.email
        )
    triage.open_case(
        actor=world.moderator, number=nobody.number, learner_email=world.learner.email.upper()
    )
    assert Case.objects.get(pk=nobody.pk).status == CaseStatus.INVESTIGATION


def test_a_note_sent_twice_is_one(world: World) -> None:
    for _ in range(2):
        triage.add_note(actor=world.moderator, number=world.number, body="Hm.", form_key="n")
    assert world.case.notes.count() == 1
    with pytest.raises(InvalidInput):
        triage.add_note(actor=world.moderator, number=world.number, body="a\x00b", form_key="m")


def test_sanctions_of_two_cases_overlap_and_lift_in_any_order(world: World) -> None:
    world.found()
    world.confirm(world.propose(["assignment_failed", "certificate_withheld"]).digest)
    for row in Sanction.objects.order_by("pk"):
        sanction.reverse(
            actor=world.officer, number=world.number, sanction_id=row.public_id, reason="Appeal."
        )
    result = course_result(world.enrolment)
    assert (result.certificate, effective_score(world.submission)) == ("issued", 84)
    assert set(Sanction.objects.values_list("status", flat=True)) == {SanctionStatus.REVERSED}
