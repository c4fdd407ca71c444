"""Dismissals: undone by who dismissed, and looked at again when whoever reported asks for it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases import receipts, workflow
from cases.enums import CaseStatus, ReportStatus, ReviewOutcome
from cases.models import Case, DismissalReview, Report
from cases.selectors.dialogue import reviews_waiting, waiting_reviews
from cases.services import review, triage
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
from notifications.content import unseal_message
from notifications.models import Letter, OutboxMessage
from tests.cases import builders as build
from tests.cases.test_process import World
from tests.cases.test_report_pages import fill, text
from tests.courses import builders as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    """A case with one report, dismissed in triage by a moderator."""
    world = World()
    world.report.delete()
    world.report = build.report(world.case, make.person("Quentin Reporter"))
    build.dismissed(actor=world.moderator, number=world.number, reason="not_enough")
    world.report.refresh_from_db()
    return world


def ask(world: World, **kwargs: Any) -> DismissalReview:
    world.report.refresh_from_db()
    return review.ask(
        **{
            "report": world.report,
            "text": "The second page was not looked at.",
            "form_key": "r1",
            **kwargs,
        }
    )


def decide(world: World, asked: DismissalReview, **kwargs: Any) -> DismissalReview:
    return review.decide(
        **{
            "actor": world.officer,
            "number": world.number,
            "review_id": asked.public_id,
            "outcome": "stands",
            "reasons": "Both pages were looked at.",
            **kwargs,
        }
    )


def case_of(world: World) -> Case:
    return Case.objects.get(number=world.number)


# Undo


def test_who_dismissed_it_undoes_it(world: World) -> None:
    assert case_of(world).dismissed_by == world.moderator
    client = Client()
    client.force_login(world.moderator)
    page = text(client.get(reverse("desk:case", args=[world.number]) + "?dismissed=1"))
    assert "Undo the dismissal" in page

    undone = client.post(reverse("desk:reopen", args=[world.number]), {"reason": "By mistake."})

    assert undone.status_code == 303
    case = case_of(world)
    assert (case.status, case.dismissed_by, case.dismissal_reason) == (CaseStatus.TRIAGE, None, "")
    world.report.refresh_from_db()
    assert world.report.status == ReportStatus.SUBMITTED
    assert world.respondent.status == CaseStatus.TRIAGE


def test_another_moderator_asks_an_officer(world: World) -> None:
    other = build.moderator("Tomasz Other")
    with pytest.raises(NotPermitted):
        triage.reopen(actor=other, number=world.number, reason="I would not have.")
    client = Client()
    client.force_login(other)
    address = reverse("desk:reopen", args=[world.number])
    assert client.post(address, {"reason": "x"}).status_code == 403

    triage.reopen(actor=world.officer, number=world.number, reason="There is more.")
    assert case_of(world).status == CaseStatus.TRIAGE


def test_a_double_click_on_dismiss_or_open_goes_to_the_same_place() -> None:
    world = World()
    client = Client()
    client.force_login(world.moderator)
    dismiss = reverse("desk:dismiss", args=[world.number])
    open_ = reverse("desk:open", args=[world.number])

    first = client.post(open_)
    second = client.post(open_)
    assert (first.status_code, first["Location"]) == (second.status_code, second["Location"])
    assert second.status_code == 303
    first = client.post(dismiss, {"reason": "not_enough"})
    second = client.post(dismiss, {"reason": "not_enough"})
    assert (first.status_code, first["Location"]) == (second.status_code, second["Location"])
    assert second.status_code == 303

    for action in ("case.opened", "case.dismissed"):
        assert Event.objects.filter(action=action).count() == 1
    assert OutboxMessage.objects.filter(event="report_closed").count() == 1


def test_what_is_not_the_same_is_refused() -> None:
    world = World()
    client = Client()
    client.force_login(world.moderator)
    dismiss = reverse("desk:dismiss", args=[world.number])
    assert client.post(dismiss, {"reason": "not_enough"}).status_code == 303

    assert client.post(dismiss, {"reason": "permitted"}).status_code == 409
    client.force_login(world.officer)
    assert client.post(dismiss, {"reason": "not_enough"}).status_code == 409
    world = World()
    triage.open_case(actor=world.officer, number=world.number)
    triage.release(actor=world.officer, number=world.number)
    triage.claim(actor=world.moderator, number=world.number)
    with pytest.raises(IllegalTransition):
        triage.open_case(actor=world.moderator, number=world.number)


# Asking


def test_whoever_reported_asks_once_on_the_page_of_the_report(world: World) -> None:
    client = Client()
    client.force_login(User.objects.get(display_name="Quentin Reporter"))
    page = reverse("my:report", args=[world.report.public_id])
    address = reverse("my:review", args=[world.report.public_id])
    assert address in text(client.get(page))
    letter = Letter.objects.get(event="report_closed")
    assert address in text(client.get(reverse("notifications:letter", args=[letter.public_id])))

    refused = fill(client, address, text="")
    asked = fill(client, address, text="The second page was not looked at.")

    assert refused.status_code == 400
    assert (asked.status_code, asked["Location"]) == (303, f"{page}#review")
    assert DismissalReview.objects.get().dismissed_by == world.moderator
    after = client.get(address)
    assert (after.status_code, after["Location"]) == (303, page)
    assert address not in text(client.get(page))
    event = Event.objects.get(action="review.requested")
    assert (event.actor_kind, event.actor) == ("sealed", world.report.reporter_ref)


def test_the_same_form_is_one_request_and_another_a_conflict(world: World) -> None:
    assert ask(world) == ask(world)
    for changed in ({"text": "Another."}, {"form_key": "r2"}):
        with pytest.raises(Conflict):
            ask(world, **changed)
    assert DismissalReview.objects.count() == 1


def test_case_82_the_window_ends_with_its_last_second(world: World) -> None:
    world.report.refresh_from_db()
    assert world.report.closed_at is not None
    until = workflow.review_until(case_of(world), closed_at=world.report.closed_at)
    assert until - world.report.closed_at > timedelta(days=12)

    with clock.frozen(until + timedelta(seconds=1)), pytest.raises(WindowClosed):
        ask(world)
    with clock.frozen(until + timedelta(milliseconds=999)):
        ask(world)


def test_only_a_dismissal_is_reviewed() -> None:
    world = World()
    with pytest.raises(IllegalTransition):
        ask(world)
    triage.open_case(actor=world.moderator, number=world.number)
    with pytest.raises(IllegalTransition):
        ask(world)
    build.dismissed(actor=world.moderator, number=world.number, reason="not_enough")
    with pytest.raises(InvalidInput):
        ask(world, text=" ")


def test_without_a_name_it_is_asked_by_code() -> None:
    world = World()
    code = receipts.new_code()
    Report.objects.filter(pk=world.report.pk).update(
        mode="anonymous",
        reporter_ref="",
        reporter_sealed=None,
        receipt_ref=receipts.fingerprint(code),
    )
    build.dismissed(actor=world.moderator, number=world.number, reason="not_enough")
    client = Client()
    client.post("/report/follow/", {"code": code})

    asked = fill(client, "/report/follow/review/", text="The second page was not looked at.")

    assert asked["Location"] == "/report/follow/#review"
    event = Event.objects.get(action="review.requested")
    assert (event.actor_kind, event.actor) == ("system", "intake")
    decide(world, DismissalReview.objects.get())
    page = text(client.get("/report/follow/"))
    assert "It stays closed." in page
    assert "Both pages were looked at." in page
    assert not OutboxMessage.objects.exists()


# Deciding


def test_it_stands_with_reasons_that_are_told(world: World) -> None:
    asked = decide(world, ask(world))

    assert asked.outcome == ReviewOutcome.STANDS
    assert case_of(world).status == CaseStatus.DISMISSED
    message = OutboxMessage.objects.get(event="review_decided")
    content = unseal_message(message.content_sealed)
    for word in ("stands", "closed", "Both pages", world.officer.display_name, world.number):
        assert word not in content.subject + content.text
    client = Client()
    client.force_login(User.objects.get(display_name="Quentin Reporter"))
    letter = text(client.get(reverse("notifications:letter", args=[message.letter.public_id])))
    assert "Both pages were looked at." in letter
    assert world.officer.display_name not in letter
    assert world.moderator.display_name not in letter
    with pytest.raises(Conflict):
        ask(world, form_key="r2")


def test_taken_up_it_is_in_triage_again(world: World) -> None:
    other = build.report(
        case_of(world),
        make.person("Second Reporter"),
        status="dismissed",
        closed_at=clock.now(),
        outcome="not_pursued",
    )
    asked = ask(world)
    second = review.ask(report=other, text="Look again.", form_key="r9")

    decide(world, asked, outcome="taken_up", reasons="One page is new to us.")

    case = case_of(world)
    assert (case.status, case.dismissal_reason, case.closed_at) == (CaseStatus.TRIAGE, "", None)
    assert world.respondent.status == CaseStatus.TRIAGE
    for report in case.reports.all():
        assert (report.status, report.outcome) == (ReportStatus.SUBMITTED, "")
    second.refresh_from_db()
    assert (second.outcome, second.reasons) == ("taken_up", "")
    assert OutboxMessage.objects.filter(event="review_decided").count() == 2
    # A second dismissal is final for whoever has asked once.
    build.dismissed(actor=world.moderator, number=world.number, reason="not_enough")
    with pytest.raises(Conflict):
        ask(world, form_key="r3")


def test_undoing_the_dismissal_answers_the_request(world: World) -> None:
    asked = ask(world)

    triage.reopen(actor=world.moderator, number=world.number, reason="A mistake of mine.")

    asked.refresh_from_db()
    assert (asked.outcome, asked.reasons) == ("taken_up", "")
    letter = Letter.objects.get(event="review_decided")
    client = Client()
    client.force_login(User.objects.get(display_name="Quentin Reporter"))
    page = text(client.get(reverse("notifications:letter", args=[letter.public_id])))
    assert "A mistake of mine" not in page


def test_case_23_who_dismissed_it_does_not_decide(world: World) -> None:
    triage.reopen(actor=world.officer, number=world.number, reason="Again.")
    build.dismissed(actor=world.officer, number=world.number, reason="not_enough")
    asked = ask(world)
    client = Client()
    address = reverse("desk:review", args=[world.number, asked.public_id])

    for person in (world.officer, world.moderator, build.auditor()):
        client.force_login(person)
        for answer in (client.get(address), fill_in(client, address, world)):
            assert answer.status_code == 403
        with pytest.raises((NotPermitted, NotFound)):
            decide(world, asked, actor=person)
    asked.refresh_from_db()
    assert asked.outcome == ""
    assert reviews_waiting(world.officer).count() == 0
    assert reviews_waiting(world.second).count() == 1
    assert [row.may for row in waiting_reviews(world.officer)] == ["involved"]


def fill_in(client: Client, address: str, world: World) -> Any:
    told = {"outcome": "stands", "reasons": "No.", "revision": case_of(world).revision}
    return client.post(address, told)


def test_whoever_had_the_case_or_reported_does_not_decide(world: World) -> None:
    asked = ask(world)
    Case.objects.filter(number=world.number).update(assignee=world.officer, assigned_at=clock.now())
    with pytest.raises(NotPermitted):
        decide(world, asked)
    reporter = User.objects.get(display_name="Quentin Reporter")
    make.grant(reporter, "officer")
    with pytest.raises(NotFound):
        decide(world, asked, actor=reporter)
    elsewhere = build.officer("Pat Ner", make.institution())
    with pytest.raises(NotFound):
        decide(world, asked, actor=elsewhere)


def test_an_officer_decides_on_the_desk(world: World) -> None:
    asked = ask(world)
    client = Client()
    client.force_login(world.officer)
    address = reverse("desk:review", args=[world.number, asked.public_id])
    listed = text(client.get(reverse("desk:appeals")))
    assert "Dismissals to be looked at again" in listed
    assert address in listed
    assert address in text(client.get(reverse("desk:case", args=[world.number])))
    page = client.get(address)
    assert "The second page was not looked at." in text(page)

    empty = client.post(address, {"revision": case_of(world).revision})
    sent = fill_in(client, address, world)
    again = fill_in(client, address, world)

    assert empty.status_code == 400
    assert sent.status_code == again.status_code == 303
    assert Event.objects.filter(action="review.decided").count() == 1
    assert address not in text(client.get(reverse("desk:appeals")))


def test_case_62_an_older_state_is_noticed(world: World) -> None:
    asked = ask(world)
    with pytest.raises(Stale):
        decide(world, asked, revision=case_of(world).revision - 1)
    decide(world, asked, revision=case_of(world).revision)


def test_case_61_two_officers_decide_and_one_is_told(world: World) -> None:
    asked = ask(world)
    decide(world, asked)

    assert decide(world, asked).outcome == "stands"
    for outcome in ("stands", "taken_up"):
        with pytest.raises(Conflict):
            decide(world, asked, actor=world.second, outcome=outcome)
    assert OutboxMessage.objects.filter(event="review_decided").count() == 1


def test_case_17_a_review_of_another_case_is_not_there(world: World) -> None:
    asked = ask(world)
    other = build.case(institution=world.case.institution, status=CaseStatus.DISMISSED)

    with pytest.raises(NotFound):
        decide(world, asked, number=other.number)
