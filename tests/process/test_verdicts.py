"""Who may take which step at which stage: `verdicts.csv` says, the workflow is asked (issue F).

A cell is what `workflow.require` answers where nothing else is missing: `yes`, `403` (the role does
not reach), `404` (the case, or the respondent, is not there for them), `409` (the wrong stage). The
file is data: it was read line by line and is written by hand, never by a test.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from cases import rules, workflow
from cases.enums import CaseStatus
from cases.workflow import steps
from integrity.core.errors import IllegalTransition
from tests.process.walk import ALLOWED, ROLES, Everybody, rows

pytestmark = pytest.mark.django_db

FILE = Path(__file__).parent / "verdicts.csv"
# Asked again and again of the same case at the same stage.
REMEMBERED = ("access", "decides", "is_officer", "hears", "oversees", "knows_who_reported")
Table = dict[tuple[str, str], dict[str, str]]


def verdicts() -> Table:
    with FILE.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    return {(line.pop("action"), line.pop("status")): line for line in lines}


@pytest.fixture
def remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in REMEMBERED:
        monkeypatch.setattr(rules, name, cache(getattr(rules, name)))


def test_every_stage_with_every_step_and_everybody_is_in_the_file() -> None:
    found = verdicts()
    assert list(found) == list(rows())
    assert all(tuple(line) == ROLES for line in found.values())
    assert {cell for line in found.values() for cell in line.values()} == {
        ALLOWED,
        *("403", "404", "409"),
    }


@pytest.mark.usefixtures("remembered")
@pytest.mark.parametrize("status", CaseStatus.values)
def test_the_workflow_answers_what_the_file_says(
    status: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "unmet", lambda *_: [])
    everybody = Everybody()
    everybody.at(status)
    said = verdicts()
    wrong = [
        f"{action} from {status} by {role}: {said[action, status][role]} in the file, {found}"
        for action in workflow.TABLE
        for role in ROLES
        if (found := everybody.verdict(action, role)) != said[action, status][role]
    ]
    assert wrong == []


def test_the_file_agrees_with_the_table_about_stages() -> None:
    """From a stage that is none of a step's nobody may take it; from each of its own somebody."""
    for (action, status), line in verdicts().items():
        assert (ALLOWED in line.values()) == (status in workflow.TABLE[action].sources), action


@pytest.mark.parametrize("action", [name for name, step in workflow.TABLE.items() if step.guards])
def test_each_guard_of_a_step_stops_it_and_only_whoever_may_take_it_hears_why(
    action: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = workflow.TABLE[action]
    status = next(str(value) for value in CaseStatus if value in step.sources)
    line = verdicts()[action, status]
    everybody = Everybody()
    everybody.at(status)
    allowed = next(role for role in ROLES if line[role] == ALLOWED)
    for missing in step.guards:
        guards = tuple(
            (lambda case, respondent, here=guard is missing: "Missing." if here else None)
            for guard in step.guards
        )
        monkeypatch.setitem(workflow.TABLE, action, with_guards(step, guards))
        case = everybody.institutions if allowed.startswith("own") else everybody.platforms
        with pytest.raises(IllegalTransition, match="Missing"):
            workflow.require(
                action,
                actor=everybody.people[allowed],
                case=case,
                respondent=case.respondents.order_by("pk").first(),
            )
        for role in ("visitor", "learner", "moderator_without", "moderator_elsewhere"):
            if line[role] in ("403", "404"):
                assert everybody.verdict(action, role) == line[role]


def with_guards(step: workflow.Step, guards: tuple[Any, ...]) -> workflow.Step:
    return workflow.Step(
        step.action, step.sources, step.target, step.by, step.label, guards, step.decisive
    )
