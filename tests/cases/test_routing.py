"""Whose word counts in a case that an institution decides (PO5, decision 0015)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from cases import rules, workflow
from cases.enums import CaseStatus, DeterminationStatus
from cases.models import Case, ConflictDeclaration, Determination
from cases.selectors import appeals, dialogue
from cases.selectors.case_head import head
from cases.selectors.case_page import case_page
from cases.selectors.dashboard import dashboard
from cases.selectors.queue import queue_page
from cases.services import appeal, determination, response, sanction, triage
from cases.views.desk import steps
from integrity.accounts.enums import RestrictionKind, Role
from integrity.accounts.models import User
from integrity.accounts.services import restrict
from integrity.core import clock
from integrity.core.errors import NotFound, NotPermitted
from tests.cases import builders as build
from tests.cases.partner_builders import Partner
from tests.courses import builders as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def partner() -> Partner:
    return Partner()


def get(user: User, name: str, *args: object, query: str = "") -> tuple[int, str]:
    client = Client()
    client.force_login(user)
    answer = client.get(reverse(name, args=args) + query)
    return answer.status_code, re.sub(r"\s+", " ", answer.content.decode())


def pile(user: User, name: str) -> list[str]:
    user.forget_roles()
    return [row.number for p in dashboard(user).piles if p.name == name for row in p.rows]


# Who decides


def refused(partner: Partner, call: Callable[[User], Any]) -> None:
    """Nobody of the platform may, and nothing happens."""
    for user in (partner.platform_moderator, partner.platform_officer):
        before = partner.fresh().revision
        with pytest.raises(NotPermitted):
            call(user)
        assert partner.fresh().revision == before


def test_the_platform_triages_and_helps_but_finds_nothing(partner: Partner) -> None:
    own, partner.moderator = partner.moderator, partner.platform_moderator
    partner.answered()
    evidence_by_platform = partner.case.evidence.get(title="Article")
    assert evidence_by_platform.added_by == partner.platform_moderator
    triage.add_note(
        actor=partner.platform_officer, number=partner.number, body="Page 3.", form_key="n1"
    )

    def find(user: User) -> Determination:
        return determination.record_findings(
            actor=user,
            number=partner.number,
            respondent_id=partner.rid,
            findings=partner.findings(),
            reasons_finding="The sentences are the article's.",
            answers=partner.answers(),
            supports=build.rests_on(partner.respondent),
        )

    refused(partner, find)
    assert not Determination.objects.exists()
    triage.release(actor=partner.platform_moderator, number=partner.number)
    triage.claim(actor=own, number=partner.number)
    assert find(own).found_by == own


def test_nobody_of_the_platform_proposes_decides_confirms_or_sends_back(partner: Partner) -> None:
    partner.found()
    refused(partner, lambda user: partner.propose(["warning_written"], by=user))
    made = partner.propose(["assignment_failed"])
    assert made.needs_second
    refused(partner, lambda user: partner.confirm(made.digest, by=user))
    refused(
        partner,
        lambda user: determination.send_back(
            actor=user, number=partner.number, respondent_id=partner.rid, reason="Look again."
        ),
    )
    assert partner.confirm(made.digest).status == DeterminationStatus.ISSUED


def test_nobody_of_the_platform_goes_on_without_an_answer(partner: Partner) -> None:
    partner.notified()
    sent = partner.respondent.notices.get()
    due, letter = sent.due_at, sent.letter
    letter.message.state, letter.message.sent_at = "sent", sent.sent_at
    letter.message.save()
    letter.first_read_at = letter.created_at
    letter.save()
    with clock.frozen(due + (due - clock.now())):

        def lapse(user: User) -> Any:
            return response.lapse(
                actor=user, number=partner.number, respondent_id=partner.rid, reason="Three calls."
            )

        refused(partner, lapse)
        lapse(partner.officer)
    assert partner.fresh().status == CaseStatus.REVIEW


def test_the_platform_dismisses_in_triage_but_not_after_the_notice(partner: Partner) -> None:
    partner.notified()

    def dismiss(user: User) -> Any:
        return triage.dismiss(actor=user, number=partner.number, reason="not_enough")

    refused(partner, dismiss)
    other = build.case(institution_decides=True)
    triage.dismiss(actor=partner.platform_moderator, number=other.number, reason="not_enough")
    assert dismiss(partner.officer)


def test_one_of_several_notified_is_enough_for_the_institution_to_end_it(partner: Partner) -> None:
    partner.notified()
    build.respondent(partner.case, status=CaseStatus.INVESTIGATION)
    Case.objects.filter(pk=partner.case.pk).update(status=CaseStatus.INVESTIGATION)

    def dismiss(user: User) -> Any:
        return triage.dismiss(actor=user, number=partner.number, reason="not_enough")

    refused(partner, dismiss)
    assert not steps.may("dismiss", head(partner.platform_officer, partner.number))
    assert steps.may("dismiss", head(partner.officer, partner.number))
    assert dismiss(partner.officer)


def test_nobody_of_the_platform_takes_up_again_what_the_institution_dismissed(
    partner: Partner,
) -> None:
    triage.dismiss(actor=partner.moderator, number=partner.number, reason="not_enough")
    partner.case.reviews.create(report=partner.report, text="Look again.", form_key="the-review")
    with pytest.raises(NotPermitted):
        triage.reopen(actor=partner.platform_officer, number=partner.number, reason="More came.")
    assert not steps.may("reopen", head(partner.platform_officer, partner.number))
    assert partner.fresh().reviews.get().outcome == ""
    triage.reopen(actor=partner.officer, number=partner.number, reason="More came.")
    assert partner.fresh().status == CaseStatus.TRIAGE


def test_nobody_of_the_platform_takes_a_consequence_back_or_looks_again(partner: Partner) -> None:
    partner.decided("warning_written")
    row = partner.respondent.sanctions.get()
    refused(
        partner,
        lambda user: sanction.reverse(
            actor=user, number=partner.number, sanction_id=row.public_id, reason="An error."
        ),
    )
    issued = partner.respondent.determinations.get()
    with clock.frozen(issued.appeal_until + (issued.appeal_until - clock.now())):
        refused(
            partner,
            lambda user: appeal.take_up(
                actor=user, number=partner.number, respondent_id=partner.rid, reason="New facts."
            ),
        )


def hear(partner: Partner, lodged: Any, user: User) -> Any:
    return appeal.decide(
        actor=user,
        number=partner.number,
        appeal_id=lodged.public_id,
        outcome="overturned",
        reasons="The notes prove it.",
    )


def test_the_institutions_uninvolved_officer_hears_the_appeal(partner: Partner) -> None:
    partner.decided("warning_written")
    lodged = partner.appealed()
    refused(partner, lambda user: hear(partner, lodged, user))
    with pytest.raises(NotPermitted):
        hear(partner, lodged, partner.officer)
    assert hear(partner, lodged, partner.second).decided_by == partner.second


def test_case_20_an_officer_of_another_institution_sees_nothing(partner: Partner) -> None:
    partner.decided("warning_written")
    lodged = partner.appealed()
    stranger = build.officer("Catalina Restrepo", make.institution())
    with pytest.raises(NotFound):
        hear(partner, lodged, stranger)
    assert get(stranger, "desk:case", partner.number)[0] == 404
    assert get(stranger, "desk:appeal", partner.number, lodged.public_id)[0] == 404
    assert not rules.officer_cases(stranger).exists()
    assert appeals.appeals_page(stranger).rows == []
    assert appeals.waiting(stranger).count() == 0


def test_somebody_with_both_a_role_here_and_one_everywhere_decides(partner: Partner) -> None:
    make.grant(partner.platform_officer, Role.OFFICER, partner.institution)
    partner.platform_officer.forget_roles()
    partner.found()
    assert partner.propose(["warning_written"], by=partner.platform_officer).decided_at


def test_a_role_as_moderator_here_does_not_make_an_officer_everywhere_one_here(
    partner: Partner,
) -> None:
    make.grant(partner.platform_officer, Role.MODERATOR, partner.institution)
    partner.platform_officer.forget_roles()
    partner.found()
    made = partner.propose(["warning_written"], by=partner.platform_officer)
    assert made.status == DeterminationStatus.PROPOSED
    assert not rules.is_officer(partner.platform_second, partner.fresh())


def test_elsewhere_the_platforms_officers_decide_as_before(partner: Partner) -> None:
    Case.objects.update(institution_decides=False)
    partner.found(by=partner.platform_officer)
    assert partner.propose(["warning_written"], by=partner.platform_officer).decided_at


# Pages say the same


def test_buttons_are_those_the_workflow_allows_in_every_state(partner: Partner) -> None:
    people = [
        partner.moderator,
        partner.officer,
        partner.platform_moderator,
        partner.platform_officer,
        build.auditor(),
    ]
    for vacant in (False, True):
        if vacant:
            partner.leaves(partner.officer, partner.second)
        for status in CaseStatus.values:
            case = build.case(
                status=status,
                assignee=partner.platform_moderator,
                institution_decides=True,
                course=partner.case.course,
            )
            respondent = case.respondents.get()
            for user in people:
                try:
                    top = head(user, case.number, need=rules.Access.SUMMARY)
                except NotFound:
                    continue
                for action, step in workflow.TABLE.items():
                    if step.by == workflow.By.RESPONDENT:
                        continue
                    assert steps.may(action, top, respondent) == workflow.possible(
                        action, actor=user, case=case, respondent=respondent
                    ), (status, action, user, vacant)


def test_the_page_says_who_decides_and_offers_the_platform_no_button(partner: Partner) -> None:
    partner.answered()
    triage.release(actor=partner.moderator, number=partner.number)
    triage.claim(actor=partner.platform_officer, number=partner.number)
    code, said = get(partner.platform_officer, "desk:case", partner.number)
    assert code == 200
    assert f"{partner.institution} decides this case under its own policy." in said
    assert "Record the findings" not in said
    assert get(partner.platform_officer, "desk:findings", partner.number, partner.rid)[0] == 403
    triage.release(actor=partner.platform_officer, number=partner.number)
    triage.claim(actor=partner.officer, number=partner.number)
    assert "Record the findings" in get(partner.officer, "desk:case", partner.number)[1]
    assert get(partner.officer, "desk:findings", partner.number, partner.rid)[0] == 200


def test_a_refused_step_says_who_decides(partner: Partner) -> None:
    partner.answered()
    client = Client()
    client.force_login(partner.platform_officer)
    answer = client.get(reverse("desk:findings", args=[partner.number, partner.rid]))
    assert answer.status_code == 403
    assert "decides this case under its own policy" in answer.content.decode()


def test_the_platforms_cases_say_nothing_of_it() -> None:
    case = build.case(status=CaseStatus.REVIEW, assignee=build.officer())
    assert case.assignee is not None
    assert "under its own policy" not in get(case.assignee, "desk:case", case.number)[1]


def test_case_16_queue_counts_and_lists_tell_each_their_own(partner: Partner) -> None:
    partner.found()
    partner.propose(["assignment_failed"])
    for user, number in ((partner.second, 1), (partner.officer, 0), (partner.platform_officer, 0)):
        user.forget_roles()
        page = queue_page(user, QueryDict("view=confirm"))
        assert len(page.rows) == number
        assert page.counts.views["confirm"] == number
        assert len(pile(user, "confirm")) == number
    row = queue_page(partner.platform_officer, QueryDict("view=open")).rows[0]
    assert row.next_step != "Confirm or send back"


def test_a_case_in_review_does_not_wait_for_a_person_who_cannot_go_on(partner: Partner) -> None:
    partner.answered()
    triage.release(actor=partner.moderator, number=partner.number)
    triage.claim(actor=partner.platform_officer, number=partner.number)
    assert pile(partner.platform_officer, "mine") == []
    row = queue_page(partner.platform_officer, QueryDict("view=mine")).rows[0]
    assert row.next_step == "The institution decides"


def test_the_list_of_appeals_says_who_hears_each(partner: Partner) -> None:
    partner.decided("warning_written")
    partner.appealed()
    for user, may, waiting in (
        (partner.platform_officer, "no", 0),
        (partner.officer, "involved", 0),
        (partner.second, "yes", 1),
    ):
        row = appeals.appeals_page(user).rows[0]
        assert (row.may, row.by) == (may, str(partner.institution))
        assert appeals.waiting(user).count() == waiting
    assert (
        f"An officer of {partner.institution}" in get(partner.platform_officer, "desk:appeals")[1]
    )


def test_reviews_of_dismissals_are_the_institutions_too(partner: Partner) -> None:
    report = partner.report
    triage.dismiss(actor=partner.moderator, number=partner.number, reason="not_enough")
    partner.case.reviews.create(report=report, text="Look again.", form_key="the-review")
    assert [row.may for row in dialogue.waiting_reviews(partner.platform_officer)] == ["no"]
    assert dialogue.reviews_waiting(partner.platform_officer).count() == 0
    assert dialogue.reviews_waiting(partner.officer).count() == 1


# Nobody is left there (decision 0015)


def test_without_an_officer_of_its_own_the_platforms_officers_stand_in(partner: Partner) -> None:
    partner.answered()
    partner.leaves(partner.officer, partner.second)
    user = partner.platform_officer
    assert rules.vacant(partner.fresh())
    assert "has no officer of its own" in get(user, "desk:case", partner.number)[1]
    assert pile(user, "stand-in") == [partner.number]
    triage.release(actor=partner.moderator, number=partner.number)
    triage.claim(actor=user, number=partner.number)
    determination.record_findings(
        actor=user,
        number=partner.number,
        respondent_id=partner.rid,
        findings=partner.findings(),
        reasons_finding="The sentences are the article's.",
        answers=partner.answers(),
        supports=build.rests_on(partner.respondent),
    )
    made = partner.propose(["assignment_failed"], by=user)
    assert made.needs_second
    assert queue_page(partner.platform_second, QueryDict("view=confirm")).rows
    with pytest.raises(NotPermitted):
        partner.confirm(made.digest, by=user)
    partner.confirm(made.digest, by=partner.platform_second)
    # What follows is still what the institution's own policy names.
    assert made.sanctions.get().consequence.version == partner.version


def test_an_officer_whose_account_is_closed_is_none(partner: Partner) -> None:
    User.objects.filter(pk__in=[partner.officer.pk, partner.second.pk]).update(is_active=False)
    assert rules.vacant(partner.fresh())


def test_an_officer_who_is_suspended_cannot_hold_a_case_up(partner: Partner) -> None:
    for officer in (partner.officer, partner.second):
        restrict(
            user=officer,
            kind=RestrictionKind.SUSPENDED,
            source=f"test:{officer.pk}",
            starts_at=clock.now() - timedelta(days=1),
            ends_at=clock.now() + timedelta(days=1),
        )
    assert rules.vacant(partner.fresh())
    assert rules.is_officer(partner.platform_officer, partner.fresh())


def test_with_a_declared_conflict_of_the_only_officer_nobody_has_to_wait(partner: Partner) -> None:
    partner.leaves(partner.second)
    assert not rules.vacant(partner.fresh())
    ConflictDeclaration.objects.create(
        case=partner.case, user=partner.officer, reason="We share an office."
    )
    assert rules.vacant(partner.fresh())
    assert rules.is_officer(partner.platform_officer, partner.fresh())


def test_that_the_only_officer_is_the_reporter_does_not_show(partner: Partner) -> None:
    partner.leaves(partner.second)
    build.report(partner.case, partner.officer)
    assert not rules.vacant(partner.fresh())
    assert not rules.is_officer(partner.platform_officer, partner.fresh())


def test_an_appeal_never_waits_for_nobody(partner: Partner) -> None:
    partner.decided("warning_written")
    lodged = partner.appealed()
    assert pile(partner.platform_officer, "stand-in") == []
    partner.leaves(partner.second)
    user = partner.platform_officer
    assert appeals.waiting(user).count() == 1
    assert appeals.appeals_page(user).rows[0].may == "yes"
    assert pile(user, "stand-in") == [partner.number]
    said = get(user, "desk:case", partner.number)[1]
    assert "has no officer who had no hand in it" in said
    assert "Decide the appeal" in said
    assert get(user, "desk:appeal", partner.number, lodged.public_id)[0] == 200
    with pytest.raises(NotPermitted):
        hear(partner, lodged, partner.officer)
    assert hear(partner, lodged, user).decided_by == user


def test_a_second_officer_is_never_done_without(partner: Partner) -> None:
    partner.found()
    made = partner.propose(["assignment_failed"])
    partner.leaves(partner.second)
    refused(partner, lambda user: partner.confirm(made.digest, by=user))
    for user in (partner.officer, partner.platform_officer):
        user.forget_roles()
        said = get(user, "desk:case", partner.number)[1]
        assert f"Nobody else of {partner.institution} can confirm it" in said
        assert "administrator" in said
        assert pile(user, "no-second") == [partner.number]
    page = case_page(partner.officer, partner.number)
    assert not page.progress[0].second_left
    said = get(partner.officer, "desk:confirm", partner.number, partner.rid)[1]
    assert "it needs one more officer there" in said


def test_a_moderators_proposal_can_be_confirmed_by_the_only_officer(partner: Partner) -> None:
    partner.leaves(partner.second)
    partner.found()
    made = partner.propose(["assignment_failed"], by=partner.moderator)
    assert pile(partner.officer, "no-second") == []
    assert partner.confirm(made.digest, by=partner.officer).status == DeterminationStatus.ISSUED
