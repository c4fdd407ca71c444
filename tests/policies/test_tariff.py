"""The published tariff as a file: every option, every combination, both edges of every band.

The figures stand here a second time on purpose: they are the table of the rubric, not the file.
"""

from __future__ import annotations

import itertools
import json

import pytest

from policies.schemes import MissingFacts, evaluate, parse_text
from policies.services import demo
from tests.policies.conftest import ROOT

HISTORY = {"first": 100, "second": 150, "third": 200}
EXTENT = {
    "trace": (80, 105), "some": (105, 130), "much": (130, 160), "most": (160, 160),
    "bought": (225, 225),
}  # fmt: skip
LEVEL = {"year_1": 30, "later": 60}
VALUE = {"standard": 30, "large": 60}
DISGUISE = {"no": 0, "yes": 40}
BANDS = [
    (280, 329, "band-1", ["again"]),
    (330, 379, "band-2", ["again", "again-capped"]),
    (380, 479, "band-3", ["again-capped", "zero"]),
    (480, 524, "band-4", ["zero", "board"]),
    (525, 1_000_000, "board", ["board"]),
]
CODES = {
    "again": {"assignment_failed", "resubmission", "warning_written"},
    "again-capped": {"assignment_failed", "resubmission", "warning_written"},
    "zero": {"assignment_failed", "warning_written"},
    "board": {"other_action", "warning_written"},
}
SCHEME, DATA = parse_text(demo.read("points-tariff.json"))
FACTS = {
    "history": "first", "extent": "trace", "critical": "no", "level": "year_1",
    "value": "standard", "disguise": "no",
}  # fmt: skip


def expected(total: int) -> tuple[str | None, list[str]]:
    return next(((b, r) for low, high, b, r in BANDS if low <= total <= high), (None, []))


ALL = list(itertools.product(HISTORY, EXTENT, ("no", "yes"), LEVEL, VALUE, DISGUISE))


@pytest.mark.parametrize(("history", "extent"), list(itertools.product(HISTORY, EXTENT)))
def test_every_combination(history, extent):
    for _h, _e, critical, level, value, disguise in ALL:
        if (_h, _e) != (history, extent):
            continue
        facts = {
            "history": history, "extent": extent, "critical": critical, "level": level,
            "value": value, "disguise": disguise,
        }  # fmt: skip
        total = (
            HISTORY[history] + EXTENT[extent][critical == "yes"] + LEVEL[level] + VALUE[value]
            + DISGUISE[disguise]
        )  # fmt: skip
        found = evaluate(SCHEME, facts, version=1)
        band, actions = expected(total)
        assert found.points == total, facts
        assert found.band == band, facts
        assert [action.id for action in found.range] == actions
        assert found.default == (found.range[0] if actions else None)
        assert sum(line.points for line in found.breakdown) == total
        for action in found.range:
            assert set(action.codes) == CODES[action.id], "a warning and a record in every case"


def test_the_tariff_reaches_every_band_and_what_lies_below():
    reached = {
        evaluate(SCHEME, dict(zip(FACTS, choice, strict=True)), version=1).band
        for choice in ((h, e, c, lv, v, d) for h, e, c, lv, v, d in ALL)
    }
    assert reached == {"band-1", "band-2", "band-3", "band-4", "board", None}


@pytest.mark.parametrize(
    ("total", "band"),
    [
        (279, None), (280, "band-1"), (329, "band-1"), (330, "band-2"), (379, "band-2"),
        (380, "band-3"), (479, "band-3"), (480, "band-4"), (524, "band-4"), (525, "board"),
        (526, "board"), (99_999, "board"), (0, None), (-5, None),
    ],
)  # fmt: skip
def test_both_edges_of_every_band(total, band):
    # The same bands with one factor that gives exactly these points.
    data = json.loads(json.dumps(DATA))
    data["measures"] = []
    data["factors"] = [
        {"id": "all", "title": "All", "source": "officer",
         "options": [{"id": "it", "title": "It", "points": total}]},
    ]  # fmt: skip
    scheme, _data = parse_text(json.dumps(data))
    found = evaluate(scheme, {"all": "it"}, version=1)
    assert (found.points, found.band) == (total, band)
    assert [action.id for action in found.range] == expected(total)[1]


def test_below_the_lowest_band_the_engine_says_so_and_recommends_nothing():
    found = evaluate(SCHEME, FACTS, version=1)
    assert (found.points, found.band, found.range, found.default) == (240, None, (), None)
    assert "280" in found.note
    said = found.as_json()
    assert said["band"] is None
    assert said["default"] is None
    assert said["range"] == []


@pytest.mark.parametrize(
    ("percent", "sentences", "paragraphs", "option"),
    [
        (0, 0, 0, "trace"), (4.99, 1, 0, "trace"), (4.99, 2, 0, "some"), (5, 1, 0, "some"),
        (5, 0, 0, "some"), (20, 1, 1, "some"), (20, 9, 2, "some"), (20.01, 1, 1, "much"),
        (3, 9, 2, "some"), (3, 9, 2.5, "much"), (3, 9, 3, "much"), (20, 30, 5, "much"),
        (50, 30, 5, "much"), (50.01, 30, 5, "most"), (50, 30, 5.5, "most"), (50, 30, 6, "most"),
        (100, 99, 99, "most"),
    ],
)  # fmt: skip
def test_the_extent_is_worked_out_and_the_highest_matching_row_wins(
    percent, sentences, paragraphs, option
):
    facts = {k: v for k, v in FACTS.items() if k not in ("extent", "critical")}
    facts |= {"percent": percent, "sentences": sentences, "paragraphs": paragraphs}
    if option != "most":
        facts["critical"] = "no"
    found = evaluate(SCHEME, facts, version=1)
    line = next(item for item in found.breakdown if item.factor == "extent")
    assert line.option == option
    assert line.points == EXTENT[option][0]
    assert "Share of the text" in line.why, "how it was worked out is said"


@pytest.mark.parametrize(
    ("count", "option"), [(0, "first"), (1, "second"), (2, "third"), (9, "third")]
)
def test_the_history_is_worked_out_from_earlier_findings(count, option):
    facts = {k: v for k, v in FACTS.items() if k != "history"} | {"earlier_findings": count}
    found = evaluate(SCHEME, facts, version=1)
    assert found.breakdown[0].option == option


def test_what_is_not_known_is_asked_and_never_assumed():
    with pytest.raises(MissingFacts) as error:
        evaluate(SCHEME, {}, version=1)
    assert [item.factor for item in error.value.missing] == [
        "history", "extent", "level", "value", "disguise",
    ]  # fmt: skip
    extent = error.value.missing[1]
    assert extent.source == "officer"
    assert [name for name, _title in extent.options] == list(EXTENT)
    assert [name for name, _title in extent.instead] == ["percent", "sentences", "paragraphs"]
    assert "trace, some, much, most, bought" in str(extent.question)


def test_critical_aspects_are_asked_only_where_they_count():
    facts = {k: v for k, v in FACTS.items() if k != "critical"}
    with pytest.raises(MissingFacts) as error:
        evaluate(SCHEME, facts, version=1)
    assert [item.factor for item in error.value.missing] == ["critical"]
    for extent in ("most", "bought"):
        found = evaluate(SCHEME, facts | {"extent": extent}, version=1)
        assert "critical" not in {line.factor for line in found.breakdown}


def test_one_measure_suffices_where_it_decides_alone():
    facts = {k: v for k, v in FACTS.items() if k not in ("extent", "critical")}
    assert evaluate(SCHEME, facts | {"percent": 60}, version=1).breakdown[1].option == "most"
    with pytest.raises(MissingFacts) as error:
        evaluate(SCHEME, facts | {"percent": 30}, version=1)
    assert [name for name, _title in error.value.missing[0].instead] == ["paragraphs"]


def test_the_figures_are_those_of_the_rubric():
    rubric = ROOT.parent / "shared" / "data" / "tariff-rubric.md"
    if not rubric.exists():
        pytest.skip(f"the rubric is not here ({rubric})")
    text = rubric.read_text()
    assert "100 / 150 / 200" in text
    for low, high in EXTENT.values():
        assert str(low) in text
        assert str(high) in text
    for low, high, *_rest in BANDS[:4]:
        assert f"{low}-{high}" in text
