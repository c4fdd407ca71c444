"""A decision that is annulled (PR6): it stands in the record and counts nowhere any more."""

from __future__ import annotations

import html
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases import recommendation
from cases.enums import CaseStatus, DeterminationStatus, SanctionStatus
from cases.models import Case, CaseReport, Determination, Report, Sanction
from cases.services import annulment, appeal, determination, triage
from integrity.accounts.selectors import active_restriction
from integrity.audit.models import Event
from integrity.core import clock
from integrity.core.errors import (
    IllegalTransition,
    InvalidInput,
    NotFound,
    NotPermitted,
    Stale,
)
from integrity.courses.selectors import course_result, effective_score
from notifications.content import unseal_letter
from notifications.models import Letter, OutboxMessage
from tests.cases import builders as build
from tests.cases.test_intake_concurrency import at_once
from tests.cases.test_process import World
from tests.courses import builders as make

pytestmark = pytest.mark.django_db


def decided(codes: list[str] | None = None) -> World:
    world = World().found()
    proposed = world.propose(
        codes or ["assignment_failed"], params={"temporary_suspension": {"days": 14}}
    )
    if proposed.status == DeterminationStatus.PROPOSED:
        world.confirm(proposed.digest)
    return world


def annul(world: World, **given: Any) -> Determination:
    row = world.respondent.determinations.first()
    return annulment.annul(
        **{
            "actor": world.officer,
            "number": world.number,
            "determination_id": row.public_id,
            "reason": "The work was somebody else's.",
            **given,
        }
    )


def test_everything_it_caused_is_taken_back_and_it_stands_in_the_record() -> None:
    world = decided(["temporary_suspension", "assignment_failed"])
    row = Determination.objects.get()
    before = {name: getattr(row, name) for name in ("reasons_finding", "digest", "decided_at")}
    assert effective_score(world.submission) == 0
    assert active_restriction(world.learner) is not None
    made = annul(world)
    assert effective_score(world.submission) == 84
    assert course_result(world.enrolment).certificate == "issued"
    assert active_restriction(world.learner) is None
    row.refresh_from_db()
    assert (row.status, row.annulled_by) == (DeterminationStatus.ISSUED, world.officer)
    assert {name: getattr(row, name) for name in before} == before
    assert row.findings.count() == 1
    assert row.letter is not None
    assert set(Sanction.objects.values_list("status", flat=True)) == {SanctionStatus.REVERSED}
    # The last one first (SA6).
    taken = Event.objects.filter(action="sanction.reversed").order_by("sequence")
    order = list(row.sanctions.order_by("-pk").values_list("code", flat=True))
    assert [event.data["code"] for event in taken] == order
    assert made.annulment_reason == "The work was somebody else's."
    letter = html.unescape(
        unseal_letter(Letter.objects.get(event="decision_annulled").content_sealed).html
    )
    assert "The work was somebody else's." in letter
    assert "does not count any more" in letter
    event = Event.objects.get(action="decision.annulled")
    assert event.subject_id == str(row.public_id)
    assert Case.objects.get(number=world.number).status == CaseStatus.CLOSED


def test_it_is_no_earlier_finding_any_more() -> None:
    world = decided(["warning_written"])
    other = build.case(learner=world.learner, policy_version=world.version)
    assert len(recommendation.earlier_findings(other.respondents.get())) == 1
    annul(world)
    assert recommendation.earlier_findings(other.respondents.get()) == []


def test_annulling_twice_is_once() -> None:
    world = decided()
    first = annul(world)
    again = annul(world, reason="Another reason.", actor=world.second)
    assert again == first
    assert again.annulment_reason == "The work was somebody else's."
    assert OutboxMessage.objects.filter(event="decision_annulled").count() == 1
    assert Event.objects.filter(action="decision.annulled").count() == 1


def test_who_may_and_with_what() -> None:
    world = decided()
    for actor, error in (
        (world.moderator, NotPermitted),
        (build.auditor(), NotPermitted),
        (make.person(), NotFound),
        (world.learner, NotFound),
    ):
        with pytest.raises(error):
            annul(world, actor=actor)
    with pytest.raises(InvalidInput):
        annul(world, reason=" ")
    with pytest.raises(Stale):
        annul(world, revision=0)
    other = decided(["warning_written"])
    with pytest.raises(NotFound):
        annul(world, determination_id=other.respondent.determinations.get().public_id)
    build.conflict(world.case, world.officer)
    with pytest.raises(NotFound):
        annul(world)
    assert not Determination.objects.filter(annulled_at__isnull=False).exists()


def test_only_what_was_issued_and_not_while_an_appeal_is_open() -> None:
    world = World().found()
    draft = Determination.objects.get()
    with pytest.raises(NotFound):
        annul(world, determination_id=draft.public_id)
    world = decided()
    appeal.lodge(
        actor=world.learner,
        respondent_id=world.rid,
        grounds=["new_evidence"],
        text="I have found my notes.",
        form_key="f",
    )
    with pytest.raises(IllegalTransition):
        annul(world)


def test_nothing_can_be_appealed_that_counts_no_more_and_a_new_decision_may_follow() -> None:
    world = decided()
    annul(world)
    with pytest.raises(IllegalTransition):
        appeal.lodge(
            actor=world.learner,
            respondent_id=world.rid,
            grounds=["new_evidence"],
            text="I have found my notes.",
            form_key="f",
        )
    appeal.take_up(
        actor=world.officer, number=world.number, respondent_id=world.rid, reason="New evidence."
    )
    first = Determination.objects.get()
    determination.record_findings(
        actor=world.moderator,
        number=world.number,
        respondent_id=world.rid,
        findings=world.findings(),
        reasons_finding="It was shown, but less of it.",
        answers=world.answers(),
        supports=build.rests_on(world.respondent),
    )
    world.propose(["warning_written"])
    first.refresh_from_db()
    assert (first.status, first.annulment_reason) == (
        DeterminationStatus.SUPERSEDED,
        "The work was somebody else's.",
    )
    assert first.annulled_at is not None
    assert Sanction.objects.filter(status=SanctionStatus.ACTIVE).get().code == "warning_written"


def test_whoever_reported_hears_that_it_ended_once() -> None:
    world = decided()
    annul(world)
    report = Report.objects.get(case=world.case)
    assert report.outcome == "not_pursued"
    assert OutboxMessage.objects.filter(event="report_closed").count() == 1


def test_the_platform_hears_of_it_where_an_institution_decided() -> None:
    from tests.cases.partner_builders import Partner

    partner = Partner()
    partner.decided("warning_written")
    row = partner.respondent.determinations.get()
    annulment.annul(
        actor=partner.officer,
        number=partner.number,
        determination_id=row.public_id,
        reason="The work was somebody else's.",
    )
    kinds = list(CaseReport.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["determined", "changed"]
    last = CaseReport.objects.latest("pk")
    assert {row["outcome"] for row in last.findings} == {"set_aside"}


def test_both_sides_read_that_it_is_annulled_and_why(client: Client) -> None:
    world = decided()
    client.force_login(world.officer)
    address = reverse("desk:annul", args=[world.number, world.rid])
    case = reverse("desk:case", args=[world.number])
    assert address in client.get(case).content.decode()
    assert client.post(address, {"reason": ""}).status_code == 400
    for _ in range(2):
        answer = client.post(address, {"reason": "It was somebody else's."})
        assert answer.status_code == 303
    text = html.unescape(client.get(case).content.decode())
    assert "It was somebody else's." in text
    assert "Annulled decision" in text
    assert address not in text
    assert client.get(address).status_code == 409
    client.force_login(world.learner)
    text = html.unescape(client.get(reverse("my:case", args=[world.number])).content.decode())
    assert "It was somebody else's." in text
    assert reverse("my:appeal", args=[world.number]) not in text


def test_a_withdrawn_report_and_taking_up_again_erase_nothing() -> None:
    world = decided(["warning_written"])
    Report.objects.filter(pk=world.report.pk).update(status="withdrawn")
    letters = Letter.objects.count()
    row = Determination.objects.get()
    until = row.appeal_until
    assert until is not None
    with clock.frozen(until.replace(year=until.year + 1)):
        appeal.take_up(
            actor=world.second, number=world.number, respondent_id=world.rid, reason="Look again."
        )
    row.refresh_from_db()
    assert row.status == DeterminationStatus.ISSUED
    assert row.findings.get().rests_on
    assert row.sanctions.get().status == SanctionStatus.ACTIVE
    assert world.respondent.responses.count() == world.respondent.notices.count() == 1
    assert Letter.objects.count() == letters
    assert world.case.evidence.exists()


def test_a_dismissal_stands_in_the_history_when_the_case_is_taken_up_again() -> None:
    world = World().answered()
    triage.dismiss(actor=world.moderator, number=world.number, reason="not_enough", note="Thin.")
    triage.reopen(actor=world.moderator, number=world.number, reason="There is more.")
    told = list(Event.objects.order_by("sequence").values_list("action", flat=True))
    assert told.index("case.dismissed") < told.index("case.reopened")
    assert world.respondent.responses.count() == 1
    assert world.respondent.allegations.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_officers_annul_it_at_once_and_one_letter_goes_out() -> None:
    world = decided()
    row = Determination.objects.get()
    people = [world.officer, world.second]
    results = at_once(
        2,
        lambda n: annulment.annul(
            actor=people[n],
            number=world.number,
            determination_id=row.public_id,
            reason=f"Reason {n}.",
        ),
    )
    assert all(isinstance(found, Determination) for found in results), results
    assert OutboxMessage.objects.filter(event="decision_annulled").count() == 1
    assert Event.objects.filter(action="decision.annulled").count() == 1
