"""Whom an alert does not reach, and who sees that there was one (QU5, QU7; HOSTILE 16)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases import rules
from cases.letters import alerts
from cases.models import Case
from cases.selectors.register import letters_scope
from cases.services import escalation, merging, splitting
from integrity.accounts.models import User
from integrity.audit import services as audit
from integrity.core import clock
from notifications.models import OutboxMessage
from notifications.recipients import unseal_address
from notifications.selectors import attention_count, register
from tests.cases import builders as build
from tests.cases.merging_world import Room

pytestmark = pytest.mark.django_db


@pytest.fixture
def room() -> Room:
    return Room()


def told(event: str) -> set[str]:
    rows = OutboxMessage.objects.filter(event=event)
    return {unseal_address(row.recipient_sealed).email for row in rows}


def alerted(case: Case) -> set[str]:
    """Whom both kinds of alert about the case reach."""
    OutboxMessage.objects.all().delete()
    with audit.transaction():
        alerts.urgent_report(case, rules.desk_of(case))
    due = clock.now() + timedelta(hours=1)
    at = clock.now() - timedelta(hours=1)
    Case.objects.filter(pk=case.pk).update(due_at=due, escalate_at=at, escalated_at=None)
    assert escalation.run() == 1
    return told("urgent_report") | told("case_escalated")


def test_whoever_reported_before_a_split_is_alerted_about_neither_case(room: Room) -> None:
    reporter = build.officer("Rita Reporter")
    report = build.report(room.cases[0], reporter)
    assert reporter.email not in alerted(room.fresh(0))
    new = splitting.split(
        actor=room.moderator, number=room.numbers[0], report_ids=[report.public_id]
    )
    for case in (room.fresh(0), new):
        found = alerted(case)
        assert room.officer.email in found
        assert reporter.email not in found


def test_nor_whoever_reported_in_a_case_that_was_joined_with_another(room: Room) -> None:
    reporter = build.officer("Rita Reporter")
    build.report(room.cases[1], reporter)
    merging.merge(actor=room.officer, source=room.numbers[1], target=room.numbers[0])
    assert reporter.email not in alerted(room.fresh(0))
    assert reporter not in rules.desk_of(room.fresh(1))


def rows(user: User) -> set[str]:
    institutions, among = letters_scope(user)
    page = register(institutions=institutions, among=among)
    return {row.event for row in page.rows}


def test_hostile_16_an_alert_shows_an_auditor_with_a_conflict_nothing(room: Room) -> None:
    auditor, both = build.auditor(), build.auditor("Bo Both")
    build.conflict(room.cases[0], auditor)
    alerted(room.fresh(0))
    OutboxMessage.objects.update(state="dead")
    assert OutboxMessage.objects.filter(case_number="").count() >= 2
    for user in (auditor, both):
        assert rows(user) == set()
        institutions, among = letters_scope(user)
        assert attention_count(institutions=institutions, among=among) == 0
    # Whoever got one sees that one.
    assert rows(room.officer) == {"urgent_report", "case_escalated"}
