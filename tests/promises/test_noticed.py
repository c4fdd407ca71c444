"""What the office notices by itself: a receipt that did not arrive, and revenge for a report."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from cases.models import RetaliationMark
from cases.services import deadlines, triage
from integrity.core import clock
from integrity.courses.models import PeerReview
from notifications.models import OutboxMessage
from tests.cases import builders as build
from tests.cases.test_process import World
from tests.courses import builders as base
from tests.promises.helpers import page
from tests.promises.register import CONDUCT, promise

pytestmark = [pytest.mark.usefixtures("shared"), pytest.mark.django_db]


@promise(CONDUCT, "6.1", "A report without acknowledgement for a week raises an alarm", "IN8")
def test_a_receipt_that_is_not_delivered_for_a_week_is_told_to_the_desk(world: World) -> None:
    at = clock.now()
    report = build.report(world.case, base.person("Quentin Reporter"), submitted_at=at)
    # What the world began with is older than a week and not of interest here.
    world.report.delete()
    alerts = OutboxMessage.objects.filter(event="acknowledgement_missing")
    deadlines.run(at + timedelta(days=7) - timedelta(seconds=1))
    assert not alerts.exists()
    deadlines.run(at + timedelta(days=7))
    assert alerts.count() == 2
    with clock.frozen(at + timedelta(days=7)):
        shown = page(world.officer, reverse("desk:case", args=[world.number]))
    assert f"The receipt for {report.reference} was not delivered" in shown


@promise(CONDUCT, "3.1", "A low review or report given in revenge is noticed", "IN9")
def test_a_low_review_by_the_subject_of_a_report_is_for_somebody_uninvolved(world: World) -> None:
    reporter = base.person("Quentin Reporter")
    build.report(world.case, reporter, submitted_at=clock.now() - timedelta(hours=1))
    triage.open_case(actor=world.moderator, number=world.number)
    assert world.submission.assignment is not None
    PeerReview.objects.create(
        submission=base.submission(world.submission.assignment, reporter),
        reviewer=world.learner,
        score=Decimal(1),
        score_max=Decimal(10),
    )
    deadlines.run()
    assert RetaliationMark.objects.get().earlier_case == world.case
    address = reverse("desk:retaliation")
    uninvolved = build.moderator("Tomasz Other")
    assert "A peer review" in page(uninvolved, address)
    # Whoever works on the matter, and the person it is about, see nothing of it.
    assert "A peer review" not in page(world.moderator, address)
    page(world.learner, address, status=404)
