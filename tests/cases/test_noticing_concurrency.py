"""Reports about one learner that arrive at the same instant are counted all the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cases.models import Case, Report, Surge
from notifications.models import OutboxMessage
from tests.cases.noticed_world import Noticed
from tests.cases.test_intake_concurrency import at_once
from tests.courses import builders as make

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def root(settings: Any, tmp_path: Path) -> None:
    settings.EVIDENCE_ROOT = tmp_path / "evidence"


def test_hostile_31_eight_reports_at_once_make_one_group_with_every_case() -> None:
    world = Noticed()
    kind = world.scene.type("plagiarism")
    about = [
        make.submission(make.assignment(world.course, title=f"Essay {number}"), world.ben)
        for number in range(8)
    ]
    people = [world.learner(f"Sender {number}") for number in range(8)]

    sent = at_once(
        8,
        lambda number: world.report(people[number], about[number], violation_type=kind),
    )

    assert [result for result in sent if not isinstance(result, Report)] == []
    assert Case.objects.filter(surge=Surge.objects.get()).count() == 8
    assert OutboxMessage.objects.filter(event="surge_noticed").count() == 4
