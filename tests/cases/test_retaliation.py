"""The guard against retaliation: what is marked, who may look at it, who never learns of it."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases import receipts, rules
from cases.enums import CaseStatus, RetaliationKind, RetaliationOutcome
from cases.models import Case, Determination, Report, RetaliationMark
from cases.selectors.register import letters_scope
from cases.selectors.retaliation import marks_for, marks_page, waiting_marks
from cases.services import deadlines, retaliation, triage
from cases.services.retaliation_desk import look_into_it, nothing_points_to_it
from integrity.accounts.models import User
from integrity.audit import services as audit
from integrity.audit.models import Event
from integrity.core import clock
from integrity.core.errors import Conflict, InvalidInput, NotFound
from integrity.courses.models import PeerReview, Submission
from notifications.content import unseal_message
from notifications.models import Letter, OutboxMessage
from notifications.recipients import unseal_address
from notifications.selectors import register
from tests.cases import builders as build
from tests.cases.noticed_world import Noticed, case_of
from tests.courses import builders as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Noticed:
    return Noticed()


def essay(world: Noticed, learner: User) -> Submission:
    return make.submission(make.assignment(world.course), learner)


def back(world: Noticed, **changes: Any) -> tuple[Case, Case]:
    """Anna reports Ben and a moderator opens that; then Ben reports Anna."""
    earlier = case_of(world.report(world.anna, world.of_ben))
    triage.open_case(actor=world.moderator, number=earlier.number)
    later = case_of(world.report(world.ben, world.of_anna, **changes))
    return earlier, later


def review(world: Noticed, **changes: Any) -> PeerReview:
    fields = {
        "submission": world.of_anna,
        "reviewer": world.ben,
        "score": Decimal(1),
        "score_max": Decimal(10),
        "body": "Weak.",
        "given_at": clock.now(),
    }
    return PeerReview.objects.create(**(fields | changes))


def seen_by(user: User, case: Case) -> bool:
    """Whether the case is there for them: queue, page, search and what they may act on."""
    client = Client()
    client.force_login(user)
    address = reverse("desk:case", args=[case.number])
    answers = {
        client.get(address).status_code == 200,
        f'"{address}"' in client.get(reverse("desk:queue") + "?view=all").content.decode(),
        f'"{address}"' in client.get(reverse("desk:queue") + f"?q={case.number}").content.decode(),
        rules.access(user, case) > rules.Access.NONE,
    }
    assert len(answers) == 1, answers
    return answers.pop()


# A report by the subject of a report


def test_a_report_by_the_subject_about_the_reporter_is_for_another_moderator(
    world: Noticed,
) -> None:
    earlier, later = back(world)
    mark = RetaliationMark.objects.get()
    assert (mark.kind, mark.earlier_case, mark.case) == (RetaliationKind.REPORT, earlier, later)
    assert not seen_by(world.moderator, later)
    assert seen_by(world.other, later)
    with pytest.raises(NotFound):
        triage.claim(actor=world.moderator, number=later.number)
    assert triage.claim(actor=world.other, number=later.number).assignee == world.other


def test_the_other_way_round_who_works_on_the_later_case_cannot_take_the_earlier(
    world: Noticed,
) -> None:
    earlier, later = back(world)
    triage.claim(actor=world.other, number=later.number)
    assert not seen_by(world.other, earlier)
    triage.release(actor=world.other, number=later.number)
    assert seen_by(world.other, earlier)


def test_who_dismissed_or_decided_the_earlier_case_is_kept_away_too(world: Noticed) -> None:
    earlier = case_of(world.report(world.anna, world.of_ben))
    triage.dismiss(actor=world.moderator, number=earlier.number, reason="not_enough")
    later = case_of(world.report(world.ben, world.of_anna))
    assert not seen_by(world.moderator, later)
    decided = case_of(world.report(world.anna, essay(world, world.ben)))
    Determination.objects.create(
        respondent=decided.respondents.get(),
        status="superseded",
        standard_of_proof="balance",
        reasons_finding="It was shown.",
        proposed_by=world.officer,
    )
    latest = case_of(world.report(world.ben, essay(world, world.anna)))
    assert not seen_by(world.officer, latest)
    assert seen_by(world.second, latest)


def test_a_case_somebody_has_claimed_goes_back_to_the_queue_when_it_is_marked(
    world: Noticed,
) -> None:
    earlier = case_of(world.report(world.anna, world.of_ben))
    triage.claim(actor=world.moderator, number=earlier.number)
    later = case_of(world.report(world.learner("Cleo"), world.of_anna))
    triage.claim(actor=world.moderator, number=later.number)
    world.report(world.ben, world.of_anna)
    assert case_of(Report.objects.filter(case=later).latest("pk")).assignee is None
    assert not seen_by(world.moderator, later)
    # They work on the earlier one as before.
    assert seen_by(world.moderator, earlier)


def test_an_account_that_was_closed_into_another_is_the_same_person(world: Noticed) -> None:
    old = world.learner("Anna Before")
    world.report(old, world.of_ben)
    old.closed_into = world.anna
    old.is_active = False
    old.save()
    world.anna.former_ids = [str(old.public_id)]
    world.anna.save()
    world.report(world.ben, world.of_anna)
    assert RetaliationMark.objects.count() == 1


@pytest.mark.parametrize("mode", ["named", "confidential"])
def test_the_mode_of_the_later_report_makes_no_difference(world: Noticed, mode: str) -> None:
    back(world, mode=mode)
    assert RetaliationMark.objects.count() == 1


def test_what_is_no_answer_is_not_marked(world: Noticed) -> None:
    # From somebody nobody reported, about somebody who reported a third person, about oneself.
    cleo = world.learner("Cleo")
    world.report(world.anna, world.of_ben)
    world.report(cleo, world.of_anna)
    world.report(world.ben, essay(world, cleo))
    world.report(world.ben, world.of_ben)
    assert not RetaliationMark.objects.exists()


def test_a_report_without_a_name_cannot_be_matched(world: Noticed) -> None:
    world.report(world.anna, world.of_ben)
    world.report(world.ben, world.of_anna, mode="anonymous", receipt=receipts.new_code())
    assert not RetaliationMark.objects.exists()


def test_a_learner_named_when_the_case_is_opened_is_looked_at_then(world: Noticed) -> None:
    earlier = case_of(world.report(world.anna, world.of_ben))
    triage.claim(actor=world.moderator, number=earlier.number)
    later = case_of(world.report(world.ben, None, visible_name="Anna"))
    assert not RetaliationMark.objects.exists()
    triage.open_case(actor=world.moderator, number=later.number, learner_email=world.anna.email)
    assert RetaliationMark.objects.get().case == later
    later.refresh_from_db()
    assert later.assignee is None
    assert not seen_by(world.moderator, later)


# Who learns what


def pages_of(user: User, *addresses: str) -> str:
    client = Client()
    client.force_login(user)
    return "\n".join(client.get(address).content.decode() for address in addresses)


def test_a_moderator_learns_neither_number_nor_names_of_the_earlier_case(world: Noticed) -> None:
    earlier, later = back(world)
    mark = RetaliationMark.objects.get()
    text = pages_of(
        world.other,
        reverse("desk:retaliation"),
        reverse("desk:retaliation_mark", args=[mark.public_id]),
        reverse("desk:retaliation_take_up", args=[mark.public_id]),
        reverse("desk:case", args=[later.number]),
    )
    assert "For somebody who did not work on an earlier matter" in text
    assert earlier.number not in text
    for person in (world.anna, world.ben):
        assert person.display_name not in text
    assert "had reported" not in text


def test_an_officer_sees_the_earlier_number_only_of_a_named_report(world: Noticed) -> None:
    earlier, _later = back(world)
    address = reverse("desk:retaliation_mark", args=[RetaliationMark.objects.get().public_id])
    assert earlier.number not in pages_of(world.officer, address)
    Report.objects.filter(case=earlier).update(mode="named")
    assert earlier.number in pages_of(world.officer, address)
    assert earlier.number not in pages_of(world.other, address)
    triage.declare_conflict(actor=world.officer, number=earlier.number, reason="A friend.")
    assert earlier.number not in pages_of(world.officer, address)


def test_hostile_110_a_complaint_is_tied_to_the_earlier_report_and_the_accused_sees_nothing(
    world: Noticed,
) -> None:
    earlier = case_of(world.report(world.anna, world.of_ben))
    triage.open_case(actor=world.moderator, number=earlier.number)
    report = world.report(
        world.anna,
        None,
        kind="incident",
        violation_type=world.retaliation_type(),
        account="He told everybody that I reported him.",
    )
    later = case_of(report)
    mark = RetaliationMark.objects.get()
    assert (mark.kind, mark.earlier_case, mark.case) == (RetaliationKind.TOLD, earlier, later)
    assert not seen_by(world.moderator, later)
    assert seen_by(world.other, later)
    # The accused: nothing on any page, in no letter, in no export, in no event they may see.
    text = pages_of(
        world.ben,
        reverse("my:home"),
        reverse("my:cases"),
        reverse("my:reports"),
        reverse("notifications:letters"),
        reverse("my:case", args=[earlier.number]),
        reverse("desk:retaliation"),
    )
    for word in (later.number, "etaliation", "earlier matter", world.anna.display_name):
        assert word not in text
    assert not Letter.objects.filter(case_number=later.number).exists()
    events = Event.objects.filter(action__startswith="retaliation.")
    assert events.exists()
    assert not events.filter(case_number=earlier.number).exists()
    for event in events:
        assert str(world.anna.public_id) not in json.dumps(event.data)
        assert earlier.number not in json.dumps(event.data)


def test_alerts_go_to_those_who_may_look_and_say_nothing(world: Noticed) -> None:
    earlier, later = back(world)
    rows = OutboxMessage.objects.filter(event="retaliation_noticed")
    people = sorted(unseal_address(row.recipient_sealed).email for row in rows)
    assert people == sorted(p.email for p in (world.other, world.officer, world.second))
    content = unseal_message(rows[0].content_sealed)
    text = f"{content.subject}\n{content.text}"
    for word in (earlier.number, later.number, world.anna.display_name, "etaliation of"):
        assert word not in text


def test_the_register_of_letters_shows_everybody_their_own_alerts_alone(world: Noticed) -> None:
    earlier = case_of(world.report(world.anna, world.of_ben))
    triage.open_case(actor=world.officer, number=earlier.number)
    world.report(world.ben, world.of_anna)
    alerts = OutboxMessage.objects.filter(event="retaliation_noticed")
    assert alerts.count() == 3
    for officer, rows in ((world.officer, 0), (world.second, 1)):
        institutions, among = letters_scope(officer)
        page = register(institutions=institutions, among=among, event="retaliation_noticed")
        assert len(page.rows) == rows
        # Letters to reporters are there as before.
        assert register(institutions=institutions, among=among, event="report_received").rows


def test_who_has_a_conflict_in_the_earlier_case_learns_of_no_mark(world: Noticed) -> None:
    earlier = case_of(world.report(world.anna, world.of_ben))
    triage.declare_conflict(actor=world.other, number=earlier.number, reason="A friend of his.")
    later = case_of(world.report(world.ben, world.of_anna))
    mark = RetaliationMark.objects.get()
    assert seen_by(world.other, later)
    address = reverse("desk:retaliation_mark", args=[mark.public_id])
    text = pages_of(
        world.other,
        reverse("desk:retaliation"),
        reverse("desk:case", args=[later.number]),
        reverse("desk:history", args=[later.number]),
        address,
    )
    assert "For somebody who did not work on an earlier matter" not in text
    assert str(mark.public_id) not in text
    client = Client()
    client.force_login(world.other)
    assert client.get(address).status_code == 404
    assert waiting_marks(world.other) == 0
    rows = OutboxMessage.objects.filter(event="retaliation_noticed")
    assert world.other.email not in {unseal_address(row.recipient_sealed).email for row in rows}


def test_who_has_the_earlier_case_keeps_it_though_they_worked_on_both(world: Noticed) -> None:
    earlier = case_of(world.report(world.anna, world.of_ben))
    triage.open_case(actor=world.officer, number=earlier.number)
    later = case_of(world.report(world.learner("Cleo"), world.of_anna))
    triage.claim(actor=world.officer, number=later.number)
    Determination.objects.create(
        respondent=later.respondents.get(),
        status="superseded",
        standard_of_proof="balance",
        reasons_finding="It was shown.",
        proposed_by=world.officer,
    )
    # The accused joins the report about whoever had reported him.
    assert case_of(world.report(world.ben, world.of_anna)) == later
    assert not seen_by(world.officer, later)
    assert case_of(Report.objects.filter(case=later).latest("pk")).assignee is None
    assert seen_by(world.officer, earlier)
    triage.release(actor=world.officer, number=earlier.number)
    assert not seen_by(world.officer, earlier)


# Low peer reviews


def test_a_low_review_by_the_subject_of_a_report_is_marked_by_the_sweep(world: Noticed) -> None:
    earlier = case_of(world.report(world.anna, world.of_ben))
    triage.open_case(actor=world.moderator, number=earlier.number)
    given = review(world)
    assert deadlines.run()["retaliation"] == 1
    mark = RetaliationMark.objects.get()
    assert (mark.kind, mark.peer_review, mark.earlier_case, mark.case) == (
        RetaliationKind.PEER_REVIEW,
        given,
        earlier,
        None,
    )
    # Once: whoever runs it again, and however often.
    assert deadlines.run()["retaliation"] == 0
    assert not marks_for(world.moderator).exists()
    assert list(marks_for(world.other)) == [mark]
    text = pages_of(world.other, reverse("desk:retaliation_mark", args=[mark.public_id]))
    assert "1 of 10" in text
    assert "Weak." in text
    for person in (world.anna, world.ben):
        assert person.display_name not in text


@pytest.mark.parametrize(
    ("score", "given", "marked"),
    [
        ("4.99", timedelta(), 1),
        ("5", timedelta(), 0),
        ("10", timedelta(), 0),
        ("1", -timedelta(days=400), 0),
    ],
)
def test_only_a_review_under_half_given_after_the_report_counts(
    world: Noticed, score: str, given: timedelta, marked: int
) -> None:
    world.report(world.anna, world.of_ben)
    review(world, score=Decimal(score), given_at=clock.now() + given)
    assert retaliation.look_at_peer_reviews() == marked


def test_a_review_of_somebody_else_or_by_somebody_else_is_no_sign(world: Noticed) -> None:
    world.report(world.anna, world.of_ben)
    cleo = world.learner("Cleo")
    review(world, reviewer=cleo)
    review(world, submission=essay(world, cleo))
    assert retaliation.look_at_peer_reviews() == 0


def test_a_review_saved_late_with_an_older_number_is_not_passed_over(world: Noticed) -> None:
    world.report(world.anna, world.of_ben)
    late = review(
        world,
        pk=1_000_000,
        submission=make.submission(world.assignment, world.ben),
        reviewer=world.anna,
        score=Decimal(9),
    )
    assert retaliation.look_at_peer_reviews() == 0
    review(world, pk=late.pk - 1)
    review(world, pk=late.pk + 1, submission=essay(world, world.anna), score=Decimal(9))
    assert retaliation.look_at_peer_reviews() == 1


def test_the_sweep_takes_the_same_number_of_queries_for_many_reviews(
    world: Noticed, django_assert_max_num_queries: Any
) -> None:
    world.report(world.anna, world.of_ben)
    for number in range(12):
        review(world, submission=essay(world, world.learner(f"Peer {number}")))
    with django_assert_max_num_queries(16):
        assert retaliation.look_at_peer_reviews() == 0
    with django_assert_max_num_queries(6):
        retaliation.look_at_peer_reviews()


# What the desk says


def test_nothing_points_to_it_needs_reasons_and_is_said_once(world: Noticed) -> None:
    back(world)
    mark = RetaliationMark.objects.get()
    with pytest.raises(InvalidInput):
        nothing_points_to_it(actor=world.other, mark_id=mark.public_id, reasons=" ")
    for actor in (world.moderator, world.anna, build.auditor()):
        with pytest.raises(NotFound):
            nothing_points_to_it(actor=actor, mark_id=mark.public_id, reasons="No sign.")
    for _twice in range(2):
        done = nothing_points_to_it(actor=world.other, mark_id=mark.public_id, reasons="No sign.")
        assert done.outcome == RetaliationOutcome.NOTHING
    with pytest.raises(Conflict):
        look_into_it(actor=world.officer, mark_id=mark.public_id, reasons="I think there is.")
    assert Event.objects.filter(action="retaliation.settled").count() == 1
    assert not marks_page(world.other).rows
    assert len(marks_page(world.other, view="settled").rows) == 1


def test_looking_into_it_opens_a_case_of_the_office_that_names_who_gave_the_review(
    world: Noticed,
) -> None:
    world.retaliation_type()
    earlier = case_of(world.report(world.anna, world.of_ben))
    triage.open_case(actor=world.moderator, number=earlier.number)
    review(world)
    retaliation.look_at_peer_reviews()
    mark = RetaliationMark.objects.get()
    for _twice in range(2):
        case = look_into_it(
            actor=world.other, mark_id=mark.public_id, reasons="The words do not fit the score."
        )
    assert Case.objects.count() == 2
    assert (case.status, case.reported_as) == (CaseStatus.TRIAGE, "Getting back at somebody")
    assert case.respondents.get().user == world.ben
    assert Event.objects.filter(action="respondent.named", case_number=case.number).count() == 1
    report = Report.objects.get(case=case)
    assert (report.reporter_ref, report.receipt_ref, report.entered_by) == ("", "", world.other)
    assert not OutboxMessage.objects.filter(key=f"report_received:{report.public_id}").exists()
    # Who worked on the earlier matter does not see this one either.
    assert not seen_by(world.moderator, case)
    assert seen_by(world.other, case)


def test_looking_into_a_report_names_nobody_and_works_without_the_violation_type(
    world: Noticed,
) -> None:
    _earlier, later = back(world)
    mark = RetaliationMark.objects.get()
    case = look_into_it(actor=world.other, mark_id=mark.public_id, reasons="It came a day later.")
    assert case != later
    # Who sent the later report is sealed: nobody is bound to the case.
    assert not case.respondents.exists()
    assert not seen_by(world.moderator, case)


def test_a_complaint_that_is_a_case_already_is_that_case(world: Noticed) -> None:
    world.report(world.anna, world.of_ben)
    kind = world.retaliation_type()
    later = case_of(world.report(world.anna, None, kind="incident", violation_type=kind))
    mark = RetaliationMark.objects.get()
    case = look_into_it(actor=world.other, mark_id=mark.public_id, reasons="It is plausible.")
    assert case == later
    assert Case.objects.count() == 2


def test_the_pages_take_a_look_and_both_answers(world: Noticed) -> None:
    back(world)
    mark = RetaliationMark.objects.get()
    client = Client()
    client.force_login(world.other)
    page = client.get(reverse("desk:dashboard")).content.decode()
    assert reverse("desk:retaliation") in page
    address = reverse("desk:retaliation_nothing", args=[mark.public_id])
    assert client.post(address, {"reason": ""}).status_code == 400
    done = client.post(address, {"reason": "They did not know."}, follow=True)
    assert done.redirect_chain[-1][1] == 303
    assert "They did not know." in done.content.decode()
    refused = client.post(
        reverse("desk:retaliation_take_up", args=[mark.public_id]), {"reason": "Now I doubt it."}
    )
    assert refused.status_code == 409
    assert "Somebody has looked at this already." in refused.content.decode()


def test_the_list_goes_on_by_key_from_any_depth(
    world: Noticed, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    monkeypatch.setattr("cases.selectors.retaliation.PAGE_SIZE", 2)
    earlier = case_of(world.report(world.anna, world.of_ben))
    report = earlier.reports.get()
    for _number in range(5):
        with audit.transaction():
            retaliation.told_by_check_in(report, "He does not greet me.")
    seen, after = [], ""
    while True:
        with django_assert_max_num_queries(3):
            page = marks_page(world.officer, after=after)
        seen += [row.mark.pk for row in page.rows]
        after = page.next
        if not after:
            break
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == 5
    assert marks_page(world.officer, after="x").rows[0].mark.pk == seen[0]
