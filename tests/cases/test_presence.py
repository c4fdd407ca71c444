"""Who has a case open is seen by the others who have it open, and by nobody else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.enums import CaseStatus
from cases.models import Case, Presence
from cases.selectors.presence import others
from cases.services import presence, triage
from integrity.accounts.enums import Role
from integrity.accounts.models import RoleGrant
from integrity.audit.models import Event
from integrity.core import clock
from integrity.core.errors import NotFound
from tests.cases import builders as build
from tests.courses import builders as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Case:
    return build.case()


def beat(user: Any, case: Case, writing: str = "0") -> Any:
    client = Client()
    client.force_login(user)
    return client.post(reverse("desk:presence", args=[case.number]), {"writing": writing})


def test_two_people_on_one_case_see_each_other(case: Case) -> None:
    ines, jonas = build.moderator(), build.officer()
    mine, theirs = Client(), Client()
    mine.force_login(ines)
    theirs.force_login(jonas)
    page = reverse("desk:case", args=[case.number])
    # Without a script the page itself counts.
    assert "is here too" not in mine.get(page).content.decode()
    assert "Ines Ferreira" in theirs.get(page).content.decode()
    assert "is here too." in theirs.get(page).content.decode()
    # A page that changes something says so.
    theirs.get(reverse("desk:dismiss", args=[case.number]))
    told = beat(ines, case).content.decode()
    assert "Jonas Abara" in told
    assert "is here too, and is writing." in told
    beat(jonas, case)
    assert "writing" not in beat(ines, case).content.decode()


def test_whoever_was_not_heard_of_for_a_minute_is_gone(case: Case) -> None:
    ines, jonas = build.moderator(), build.officer()
    presence.arrive(actor=jonas, case=case)
    assert [row.name for row in others(ines, case)] == ["Jonas Abara"]
    with clock.frozen(clock.now() + timedelta(seconds=59)):
        assert len(others(ines, case)) == 1
    with clock.frozen(clock.now() + timedelta(seconds=61)):
        assert others(ines, case) == []
    with clock.frozen(clock.now() + timedelta(hours=2)):
        assert presence.sweep() == 1


def test_being_there_leaves_no_trace_in_the_history_and_makes_no_form_stale(case: Case) -> None:
    ines = build.moderator()
    events = Event.objects.count()
    for _again in range(3):
        presence.stay(actor=ines, number=case.number, writing=True)
    case.refresh_from_db()
    assert (Event.objects.count(), case.revision) == (events, 0)
    assert Presence.objects.count() == 1


def test_a_page_left_open_keeps_nobody_signed_in(case: Case) -> None:
    client, start = Client(), clock.now()
    with clock.frozen(start):
        client.force_login(build.moderator())
        assert client.get(reverse("desk:case", args=[case.number])).status_code == 200
    beating = reverse("desk:presence", args=[case.number])
    for minutes in (10, 20, 29):
        with clock.frozen(start + timedelta(minutes=minutes)):
            assert client.post(beating, headers={"X-Unattended": "1"}).status_code == 200
    with clock.frozen(start + timedelta(minutes=30)):
        assert client.post(beating, headers={"X-Unattended": "1"}).status_code == 302
        assert client.get(reverse("desk:case", args=[case.number])).status_code == 302


def test_whoever_may_not_read_the_case_is_neither_told_nor_counted() -> None:
    case = build.case(status=CaseStatus.INVESTIGATION)
    officer = build.officer()
    presence.arrive(actor=officer, case=case)
    # Of the desk, but not on this case; and nobody of the desk.
    for user in (build.moderator("Mia Summary"), build.administrator()):
        assert beat(user, case).status_code == 404
    client = Client()
    client.force_login(build.moderator("Max Summary"))
    assert (
        "is here too" not in client.get(reverse("desk:case", args=[case.number])).content.decode()
    )
    with pytest.raises(NotFound):
        presence.stay(actor=build.moderator(), number=case.number, writing=False)
    assert [row.user for row in Presence.objects.all()] == [officer]


def test_hostile_22_a_conflict_ends_it_at_once(case: Case) -> None:
    ines, jonas = build.moderator(), build.officer()
    for user in (ines, jonas):
        presence.arrive(actor=user, case=case)
    triage.declare_conflict(actor=ines, number=case.number)
    assert others(jonas, case) == []
    assert beat(ines, case).status_code == 404
    assert not Presence.objects.filter(user=ines).exists()


def test_a_conflict_nobody_declared_hides_who_was_there(case: Case) -> None:
    ines, jonas = build.moderator(), build.officer()
    presence.arrive(actor=ines, case=case)
    build.conflict(case, ines)
    assert others(jonas, case) == []


def test_hostile_27_an_auditor_reads_and_is_written_down_nowhere(case: Case) -> None:
    auditor, client = build.auditor(), Client()
    client.force_login(auditor)
    for name in ("case", "case_letters", "notes", "people", "history"):
        page = client.get(reverse(f"desk:{name}", args=[case.number]))
        assert page.status_code == 200
        assert "still-here" not in page.content.decode()
    assert beat(auditor, case).status_code == 403
    assert not Presence.objects.exists()
    client.force_login(build.moderator())
    page = client.get(reverse("desk:case", args=[case.number]))
    assert "still-here" in page.content.decode()
    # Of the desk elsewhere, an auditor here: the same.
    there = build.moderator("Ella Elsewhere", make.institution())
    Presence.objects.all().delete()
    RoleGrant.objects.create(user=there, role=Role.AUDITOR, institution=case.institution)
    client.force_login(there)
    assert client.get(reverse("desk:case", args=[case.number])).status_code == 200
    assert not Presence.objects.exists()
