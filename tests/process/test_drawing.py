"""docs/process.md is the table of the workflow, drawn."""

from __future__ import annotations

from pathlib import Path

from django.utils import translation

from cases.enums import CaseStatus
from cases.workflow import TABLE
from cases.workflow.drawing import ASKED, COMMAND, WHO, By, diagram, draw

PAGE = Path(__file__).resolve().parents[2] / "docs" / "process.md"


def test_the_page_is_the_one_the_table_gives() -> None:
    assert PAGE.read_text(encoding="utf-8") == draw(), f"Run: {COMMAND}"


def test_it_is_english_whatever_language_somebody_works_in() -> None:
    before = draw()
    with translation.override("es"):
        assert draw() == before


def test_every_stage_and_every_change_of_stage_is_drawn() -> None:
    lines = diagram()
    for status in CaseStatus:
        assert f"    {status.value}: {status.label}" in lines
    for step in TABLE.values():
        for source in step.sources:
            if step.target is not None and step.target != source and step.action != "split":
                found = [line for line in lines if f" {source} --> {step.target}:" in line]
                assert len(found) == 1
                assert step.action in found[0].partition(": ")[2].split(", ")


def test_no_words_are_left_of_guards_and_people_that_are_gone() -> None:
    assert set(ASKED) == {guard for step in TABLE.values() for guard in step.guards}
    assert set(WHO) == {value for name, value in vars(By).items() if name.isupper()}
