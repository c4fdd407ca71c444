"""Reports that arrive at the same instant, each over a connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from cases.models import Case, DraftFile, Report, Respondent
from cases.services import drafts, intake
from integrity.audit.models import Event
from integrity.core import clock
from integrity.core.errors import Conflict
from notifications.models import OutboxMessage
from tests.cases import intake_builders as make
from tests.courses import builders as base

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def root(settings: Any, tmp_path: Path) -> Path:
    settings.EVIDENCE_ROOT = tmp_path / "evidence"
    return settings.EVIDENCE_ROOT


def at_once(count: int, act: Callable[[int], Any]) -> list[Any]:
    """`act(0)` to `act(count - 1)` in threads that start together; what each returned or raised."""
    barrier = threading.Barrier(count)
    results: list[Any] = [None] * count

    def run(number: int) -> None:
        try:
            barrier.wait(timeout=30)
            results[number] = act(number)
        except Exception as error:  # noqa: BLE001 - the test looks at it
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return results


def test_case_58_the_same_report_sent_twenty_times_at_once_is_one(root: Path) -> None:
    scene = make.scene()
    violation = scene.type("plagiarism")
    uploads = [make.upload("a.txt", b"words")]

    sent = at_once(
        20,
        lambda _number: make.send(
            scene,
            form_key="k",
            violation_type=violation,
            uploads=[intake.Incoming(u.name or "", b"words") for u in uploads],
        ),
    )

    assert [r for r in sent if not isinstance(r, Report)] == []
    assert len({report.pk for report in sent}) == Report.objects.count() == 1
    assert Case.objects.count() == OutboxMessage.objects.count() == 1
    assert Event.objects.filter(action="report.received").count() == 1
    assert len(make.files(root)) == 2


def test_one_key_with_two_contents_at_once_is_one_report_and_a_conflict() -> None:
    scene = make.scene()
    violation = scene.type("plagiarism")

    results = at_once(
        6,
        lambda number: make.send(
            scene, form_key="k", violation_type=violation, account=f"Words {number % 2}"
        ),
    )

    reports = [r for r in results if isinstance(r, Report)]
    conflicts = [r for r in results if isinstance(r, Conflict)]
    assert len(reports) + len(conflicts) == 6
    assert len({r.pk for r in reports}) == 1
    assert len(reports) == 3
    assert Report.objects.count() == 1


def test_first_reports_about_one_submission_meet_in_one_case() -> None:
    scene = make.scene()
    violation = scene.type("plagiarism")
    people = [base.person(f"Reporter {number}") for number in range(6)]

    sent = at_once(
        6,
        lambda number: make.send(
            scene, actor=people[number], form_key=f"k{number}", violation_type=violation
        ),
    )

    assert [r for r in sent if not isinstance(r, Report)] == []
    case = Case.objects.get()
    assert case.number == f"IC-{clock.now().year}-000001"
    assert Report.objects.filter(case=case).count() == 6
    assert Respondent.objects.count() == 1
    assert Event.objects.filter(action="case.filed").count() == 1


def test_numbers_of_cases_filed_at_once_differ_and_have_no_gap() -> None:
    scene = make.scene()
    violation = scene.type("plagiarism")

    sent = at_once(
        8,
        lambda number: make.send(
            scene,
            form_key=f"k{number}",
            kind="violation",
            submission=None,
            violation_type=violation,
        ),
    )

    assert [r for r in sent if not isinstance(r, Report)] == []
    year = clock.now().year
    numbers = sorted(Case.objects.values_list("number", flat=True))
    assert numbers == [f"IC-{year}-{number:06d}" for number in range(1, 9)]


def test_a_draft_sent_many_times_at_once_is_sent_once(root: Path) -> None:
    scene = make.scene()
    draft = drafts.start(
        actor=scene.reporter,
        kind="flag",
        form_key="k",
        submission=scene.submission,
        page=drafts.Page(step=1, violation_type=scene.type("plagiarism"), account=make.WORDS),
    )

    def add(_number: int) -> Any:
        return drafts.add_files(
            actor=scene.reporter,
            draft_id=draft.public_id,
            uploads=[intake.Incoming("a.txt", b"words")],
            form_key="files",
        )

    assert not [r for r in at_once(6, add) if isinstance(r, Exception)]
    assert DraftFile.objects.count() == 1
    assert len(make.files(root)) == 2

    sent = at_once(
        8,
        lambda _number: intake.send_draft(
            actor=scene.reporter, draft_id=draft.public_id, good_faith=True, language="en"
        ),
    )

    assert [r for r in sent if not isinstance(r, Report)] == []
    assert Case.objects.count() == OutboxMessage.objects.count() == 1
    assert len(make.files(root)) == 2
