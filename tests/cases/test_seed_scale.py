"""Cases made in bulk are cases: constraints, history, seals and pages hold."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client

from cases import rules
from cases.demo.scale_rows import SHARE
from cases.enums import CaseStatus
from cases.models import (
    Appeal,
    Case,
    DeadlinePause,
    Determination,
    Notice,
    Report,
    Respondent,
    Sanction,
)
from cases.selectors.search import matching
from cases.services import indexing
from cases.services.determination import fingerprint
from cases.services.priority import weigh
from integrity.accounts.models import User
from integrity.audit.models import Event
from integrity.core import clock
from integrity.courses.selectors import effective_score
from notifications import recipients
from notifications.content import unseal_letter
from notifications.models import Letter

pytestmark = pytest.mark.django_db

CASES = 200


def seed(*options: object) -> dict[str, Any]:
    out = io.StringIO()
    call_command("seed_scale", *map(str, options), stdout=out)
    told: dict[str, Any] = json.loads(out.getvalue())
    return told


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, Any]]:
    """200 cases, built once for all tests of this file and rolled back after them."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield seed("--cases", CASES, "--learners", 60, "--seed", 7)
        transaction.set_rollback(True)


def client_of(email: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(email=email))
    return client


def test_what_it_tells_is_what_there_is(made: dict[str, Any]) -> None:
    assert made["cases"] == Case.objects.count() == CASES
    assert made["learners"] == 60
    assert User.objects.filter(email__regex=r"^scale-\d+@").count() == 60
    assert sum(made["statuses"].values()) == CASES
    for status, count in made["statuses"].items():
        assert Case.objects.filter(status=status).count() == count
    assert set(made["statuses"]) == set(CaseStatus.values)
    assert made["statuses"]["closed"] > CASES * SHARE[CaseStatus.CLOSED] / 200
    assert made["seconds"] > 0
    assert made["cases_per_second"] > 0
    assert Case.objects.values("institution").distinct().count() == 3
    assert Event.objects.filter(case_number__startswith="IC-").count() == made["events"]


def test_its_history_verifies_in_the_order_of_time(made: dict[str, Any]) -> None:
    out = io.StringIO()
    call_command("verify_audit", stdout=out)
    found = json.loads(out.getvalue())
    assert found["ok"] is True
    assert found["backward_steps"] == 0
    assert not Event.objects.filter(occurred_at__gt=clock.now()).exists()
    told = set(Event.objects.values_list("case_number", flat=True)) - {""}
    assert told == set(Case.objects.values_list("number", flat=True))


def test_rows_are_those_the_status_calls_for(made: dict[str, Any]) -> None:
    for respondent in Respondent.objects.select_related("case"):
        assert respondent.status == respondent.case.status
    after_notice = {"notified", "review", "approval", "decided", "appeal", "closed"}
    assert set(Notice.objects.values_list("respondent__status", flat=True)) == after_notice
    issued = Determination.objects.filter(status="issued")
    assert set(issued.values_list("respondent__status", flat=True)) == {
        "decided",
        "appeal",
        "closed",
    }
    assert Appeal.objects.filter(outcome="").count() == made["statuses"]["appeal"]
    for determination in issued.filter(needs_second=True):
        assert determination.decided_by_id != determination.proposed_by_id
    for model in (Case, Report, Determination, Sanction, Notice):
        for row in model._default_manager.all()[:40]:  # noqa: SLF001 - public by docs
            row.full_clean()


def test_what_was_failed_counts_zero(made: dict[str, Any]) -> None:
    row = Sanction.objects.filter(code="assignment_failed", status="active").first()
    assert row is not None
    assert row.case.submission is not None
    assert effective_score(row.case.submission) == 0


def test_a_proposal_can_be_confirmed_as_it_stands(made: dict[str, Any]) -> None:
    waiting = Determination.objects.filter(status="proposed")
    assert waiting
    for determination in waiting:
        assert determination.digest == fingerprint(determination)


def test_reporters_are_sealed_and_letters_open(made: dict[str, Any]) -> None:
    report = Report.objects.exclude(reporter_ref="").order_by("pk")[0]
    who = recipients.Recipient.sealed(report.reporter_ref, report.reporter_sealed or b"")
    reporter = User.objects.get(email=who.email)
    assert who.email.encode() not in bytes(report.reporter_sealed or b"")
    assert rules.own_reports(reporter).filter(pk=report.pk).exists()
    for name in (str(reporter.public_id), reporter.email):
        assert not Event.objects.filter(payload__contains=name).exists()
    letter = Letter.objects.order_by("pk")[0]
    assert unseal_letter(letter.content_sealed).html


def test_words_and_weight_are_those_the_services_would_write(made: dict[str, Any]) -> None:
    for case in Case.objects.select_related("course", "institution", "words")[:80]:
        assert case.words.heads == indexing.heads(case)
        assert set(case.words.text.split()) == set(indexing.searchable(case).split())
        was = (case.priority, case.rank_at, case.escalate_at)
        weigh(case)
        assert was == (case.priority, case.rank_at, case.escalate_at), case.status


def test_some_deadlines_are_paused(made: dict[str, Any]) -> None:
    paused = Case.objects.filter(paused_at__isnull=False)
    rows = DeadlinePause.objects.filter(ended_at__isnull=True)
    assert set(paused.values_list("pk", flat=True)) == set(rows.values_list("case", flat=True))
    assert not paused.filter(due_at__isnull=False).exists()


def test_every_case_is_found(made: dict[str, Any]) -> None:
    officer = User.objects.get(email="officer@example.edu")
    shown = rules.visible_to(officer)
    for case in shown.order_by("pk")[:5]:
        assert list(matching(shown, officer, case.number)) == [case]
    # But for ended cases of learners about whom the officer has a finding to make (CF6).
    sealed = shown.filter(rules.sealed_from(officer)).count()
    assert 0 < sealed < shown.count()
    assert matching(shown, officer, "sentence").count() == shown.count() - sealed


def test_nobody_works_on_a_case_they_have_a_conflict_in(made: dict[str, Any]) -> None:
    for case in Case.objects.filter(assignee__isnull=False).select_related("assignee")[:60]:
        assert case.assignee is not None
        assert rules.visible_to(case.assignee).filter(pk=case.pk).exists()


def test_pages_of_the_desk_render(made: dict[str, Any]) -> None:
    client = client_of("officer@example.edu")
    for view in ("open", "closed", "all", "confirm"):
        assert client.get("/desk/queue/", {"view": view}).status_code == 200
    for address in ("/desk/", "/desk/appeals/", "/desk/sanctions/"):
        assert client.get(address).status_code == 200
    shown = rules.visible_to(User.objects.get(email="officer@example.edu"))
    for status in CaseStatus.values:
        case = shown.filter(status=status).first()
        assert case is not None
        assert client.get(f"/desk/cases/{case.number}/").status_code == 200, status


def test_pages_of_the_learner_render(made: dict[str, Any]) -> None:
    for status in ("notified", "decided", "appeal", "closed"):
        respondent = Respondent.objects.filter(status=status).select_related("user", "case")[0]
        client = client_of(respondent.user.email)
        assert client.get("/").status_code == 200
        assert client.get(f"/my/cases/{respondent.case.number}/").status_code == 200, status


def test_more_cases_come_beside_those_there_are(made: dict[str, Any]) -> None:
    more = seed("--cases", 10, "--learners", 8, "--seed", 7)
    assert more["cases"] == 10
    assert Case.objects.count() == CASES + 10


def test_the_same_seed_gives_the_same_cases() -> None:
    def content() -> list[tuple[Any, ...]]:
        rows = Case.objects.order_by("number").values_list(
            "status", "title", "kind", "submission__public_id", "respondents__user__display_name"
        )
        return list(rows)

    taken = []
    for given in (3, 3, 4):
        with transaction.atomic():
            seed("--cases", 12, "--learners", 10, "--seed", given)
            taken.append(content())
            transaction.set_rollback(True)
    assert taken[0] == taken[1] != taken[2]


def test_bad_use_ends_with_2(settings: Any) -> None:
    before = User.objects.count()
    for options in (("--cases", "0"), ("--cases", "10", "--learners", "2"), ("--cases", "-5")):
        with pytest.raises(CommandError) as error:
            seed(*options)
        assert error.value.returncode == 2
    settings.PRODUCTION = True
    with pytest.raises(CommandError) as error:
        seed("--cases", "5")
    assert error.value.returncode == 2
    assert User.objects.count() == before
