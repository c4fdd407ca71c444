"""The demo looks like life: every state there is, told by the services in the order of time."""

from __future__ import annotations

import io
import json
import unicodedata
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.db.models import Count, Q
from django.test import Client

from cases import receipts, rules
from cases.demo import people, timeline
from cases.demo.courses import COURSES
from cases.enums import AppealOutcome, CaseStatus, ReportStatus, SanctionStatus
from cases.models import (
    AdviserAccess,
    Appeal,
    Case,
    CaseReport,
    Determination,
    DismissalReview,
    InterimMeasure,
    Report,
    ReportMessage,
    Respondent,
    Sanction,
    StatementRequest,
)
from cases.selectors.appeals import appeals_page, waiting
from cases.selectors.dashboard import dashboard
from integrity.accounts.enums import RestrictionKind
from integrity.accounts.models import Restriction, User
from integrity.audit.models import Event
from integrity.core import clock
from integrity.courses.models import (
    AssignmentTerms,
    DirectMessage,
    HeldRole,
    Holiday,
    Institution,
    Submission,
)
from notifications.models import OutboxMessage
from policies.models import Version

pytestmark = pytest.mark.django_db


def seed() -> dict[str, Any]:
    out = io.StringIO()
    call_command("seed_demo", stdout=out)
    told: dict[str, Any] = json.loads(out.getvalue())
    return told


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, Any]]:
    """The demo, built once for all tests of this file and rolled back after them."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield seed()
        transaction.set_rollback(True)


def person(name: str) -> User:
    return User.objects.get(email=f"{name}@example.edu")


def test_it_tells_what_there_is(demo: dict[str, Any]) -> None:
    assert len(demo["accounts"]) == 13
    assert demo["cases"] == Case.objects.count() >= 60
    assert demo["learners"] >= 40
    assert demo["courses"] >= 12
    assert Institution.objects.count() == 3
    assert len(set(Institution.objects.values_list("time_zone", flat=True))) == 3
    days = {
        slug: frozenset(Holiday.objects.filter(institution__slug=slug).values_list("day"))
        for slug in Institution.objects.values_list("slug", flat=True)
    }
    assert len(set(days.values())) == 3
    assert len({spec.product for spec in COURSES}) >= 5


def test_a_second_run_changes_nothing(demo: dict[str, Any]) -> None:
    before = (Event.objects.count(), OutboxMessage.objects.count(), User.objects.count())
    assert seed() == demo
    assert (Event.objects.count(), OutboxMessage.objects.count(), User.objects.count()) == before


def test_its_history_verifies_and_never_goes_back_in_time(demo: dict[str, Any]) -> None:
    out = io.StringIO()
    call_command("verify_audit", stdout=out)
    found = json.loads(out.getvalue())
    assert found["ok"] is True
    assert found["backward_steps"] == 0
    assert found["checkpoints"] == 1


def test_nothing_in_it_lies_in_the_future(demo: dict[str, Any]) -> None:
    now = clock.now()
    assert not Event.objects.filter(occurred_at__gt=now).exists()
    assert not Submission.objects.filter(submitted_at__gt=now).exists()


def test_there_is_a_case_in_every_state(demo: dict[str, Any]) -> None:
    assert set(Case.objects.values_list("status", flat=True)) == set(CaseStatus.values)
    assert set(Appeal.objects.values_list("outcome", flat=True)) == {"", *AppealOutcome.values}
    assert set(Sanction.objects.values_list("status", flat=True)) >= {
        *(SanctionStatus.ACTIVE, SanctionStatus.ENDED, SanctionStatus.REVERSED),
        SanctionStatus.PROPOSED,
    }
    triage = Case.objects.filter(status=CaseStatus.TRIAGE)
    assert triage.filter(urgent=True).exists()
    assert triage.filter(assignee__isnull=True).exists()
    assert triage.filter(assignee__isnull=False).exists()
    assert triage.annotate(told=Count("reports")).filter(told__gte=3).exists()
    assert Case.objects.filter(status=CaseStatus.NOTIFIED, due_at__lt=clock.now()).count() == 2
    now = clock.now()
    in_force = Q(ends_at__isnull=True) | Q(ends_at__gt=now)
    kinds = Restriction.objects.filter(in_force, lifted_at__isnull=True)
    assert set(kinds.values_list("kind", flat=True)) == set(RestrictionKind.values)
    assert Restriction.objects.filter(ends_at__lt=now).exists()
    assert Report.objects.filter(status=ReportStatus.DRAFT).count() >= 2


def test_every_letter_has_left(demo: dict[str, Any]) -> None:
    assert OutboxMessage.objects.count() > 200
    assert not OutboxMessage.objects.exclude(state="sent").exists()


def test_names_are_in_several_scripts_and_lengths(demo: dict[str, Any]) -> None:
    names = list(
        User.objects.filter(respondent_in__isnull=False).values_list("display_name", flat=True)
    )
    scripts = Counter(
        unicodedata.name(letter).split()[0] for name in names for letter in name if letter.isalpha()
    )
    assert {"LATIN", "ARABIC", "CJK", "CYRILLIC", "DEVANAGARI", "HEBREW", "HANGUL"} <= set(scripts)
    assert max(len(name) for name in names) > 90


def test_something_waits_for_each_account(demo: dict[str, Any]) -> None:
    waiting = Respondent.objects.get(user=person("accused"), status=CaseStatus.NOTIFIED)
    assert waiting.notices.get().due_at > clock.now() + timedelta(days=2)
    states = set(rules.own_reports(person("reporter")).values_list("status", "outcome"))
    assert len(states) >= 5
    assert not Respondent.objects.filter(user=person("reporter")).exists()
    assert Respondent.objects.filter(user=person("learner"), status=CaseStatus.DECIDED).exists()
    assert Submission.objects.filter(
        score__isnull=True, assignment__course__teachings__user=person("teacher")
    ).exists()
    assert Case.objects.filter(assignee=person("moderator")).count() >= 8
    for name in ("moderator", "moderator2", "officer", "officer2", "officer3", "partner.officer"):
        assert dashboard(person(name)).waiting, name
    for name in ("officer", "officer2"):
        assert Case.objects.filter(assignee=person(name), due_at__isnull=False).exists(), name
    for name in ("officer", "officer3"):
        piles = {pile.name: pile.rows for pile in dashboard(person(name)).piles}
        assert piles["confirm"], name
    partner = rules.visible_to(person("partner.officer"))
    assert {case.institution.slug for case in partner} == {people.NORTHBRIDGE}
    assert Version.objects.filter(status="draft").exists()


def test_what_goes_on_beside_the_process_is_there_too(demo: dict[str, Any]) -> None:
    assert set(AdviserAccess.objects.values_list("adviser__email", flat=True)) == {
        "adviser@example.edu",
        None,
    }
    given = StatementRequest.objects.values_list("given_at", flat=True)
    assert len(given) == 2
    assert None in given
    assert set(InterimMeasure.objects.values_list("kind", flat=True)) == {
        "content_hidden",
        "no_contact",
    }
    assert not InterimMeasure.objects.filter(ends_at__lt=clock.now()).exists()
    assert set(DismissalReview.objects.values_list("outcome", flat=True)) == {"", "stands"}
    assert ReportMessage.objects.filter(asked_by=None).exists()
    assert AssignmentTerms.objects.count() >= 4
    assert DirectMessage.objects.exists()
    assert HeldRole.objects.count() >= 4
    nameless = Report.objects.get(mode="anonymous")
    assert nameless.receipt_ref in receipts.fingerprints(demo["receipt"])


def test_degrees_are_decided_by_their_institution(demo: dict[str, Any]) -> None:
    own = Case.objects.filter(institution__slug=people.NORTHBRIDGE)
    assert own.count() >= 5
    supplements = set(own.values_list("supplement__document__institution__slug", flat=True))
    assert supplements == {people.NORTHBRIDGE}
    assert all(own.values_list("institution_decides", flat=True))
    # What its own officers decided there, it told the platform; one report is read.
    decided = Determination.objects.filter(respondent__case__in=own).exclude(decided_by=None)
    officers = set(decided.values_list("decided_by__email", flat=True))
    assert officers == {"partner.officer@example.edu", "sian.rowlands@example.edu"}
    told = CaseReport.objects.filter(case__in=own)
    assert set(told.values_list("kind", flat=True)) == {"determined", "changed"}
    assert told.filter(read_at__isnull=False).count() == 1
    assert waiting(person("partner.officer")).count() == 1
    seen = appeals_page(person("officer")).rows
    assert {row.may for row in seen if row.by == "Northbridge College"} == {"no"}
    # An open course of a partner is the platform's.
    assert Case.objects.get(course__slug="soils").institution.is_platform


def test_everybody_can_sign_in(demo: dict[str, Any]) -> None:
    for email in demo["accounts"]:
        assert User.objects.get(email=email).check_password(people.PASSWORD)


def test_pages_of_the_demo_open(demo: dict[str, Any], client: Client) -> None:
    client.force_login(person("officer"))
    for address in ("/desk/", "/desk/queue/", "/desk/appeals/", "/desk/sanctions/"):
        assert client.get(address).status_code == 200
    client.force_login(person("accused"))
    assert client.get("/my/cases/").status_code == 200


def test_steps_are_taken_in_the_order_of_time(demo: dict[str, Any]) -> None:
    told: list[tuple[str, datetime]] = []
    line = timeline.Timeline(datetime(2026, 3, 1, tzinfo=UTC))
    line.add(1, lambda: told.append(("late", clock.now())))
    line.add(3, lambda: told.append(("early", clock.now())))
    line.add(1, lambda: told.append(("latest", clock.now())))
    line.run()
    assert [name for name, _at in told] == ["early", "late", "latest"]
    assert told[0][1] == datetime(2026, 2, 26, tzinfo=UTC)
    with pytest.raises(ValueError, match="future"):
        line.add(-0.1, lambda: None)
