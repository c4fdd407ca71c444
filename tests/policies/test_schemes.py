"""Ladders, rule tables, other figures, and what a bad file or bad facts get to hear."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.schemes import (
    BadFacts,
    MissingFacts,
    SchemeError,
    evaluate,
    located,
    parse,
    parse_text,
)
from policies.services import demo
from tests.policies.conftest import DATA

HONOR, _ = parse_text(demo.read("honor-code-ladder.json"))
CONDUCT, _ = parse_text(demo.read("conduct-ladder.json"))
TABLE, TABLE_DATA = parse_text((DATA / "rule-table.json").read_text())
CREDIT, _ = parse_text((DATA / "credit-tariff.json").read_text())

# kind, severity, stakes, history -> rung
LADDER = [
    ("plagiarism", "slight", "low", "none", "warning"),
    ("plagiarism", "slight", "high", "none", "warning"),
    ("unauthorised_sharing", "slight", "normal", "none", "warning"),
    ("plagiarism", "serious", "normal", "none", "task"),
    ("plagiarism", "grave", "normal", "none", "task"),
    ("plagiarism", "slight", "low", "one", "task"),
    ("plagiarism", "slight", "high", "several", "task"),
    ("contract_cheating", "slight", "low", "none", "task"),
    ("impersonation", "slight", "none", "none", "task"),
    ("fraud", "slight", "normal", "none", "task"),
    ("fraud", "slight", "low", "none", "warning"),
    ("plagiarism", "grave", "high", "none", "certificate"),
    ("plagiarism", "serious", "low", "one", "certificate"),
    ("plagiarism", "grave", "low", "one", "suspension"),
    ("plagiarism", "serious", "low", "several", "suspension"),
    ("plagiarism", "grave", "high", "several", "suspension"),
    ("contract_cheating", "grave", "high", "several", "expulsion"),
    ("fraud", "grave", "none", "several", "expulsion"),
]
# kind, severity, stakes, history, pattern -> rung
STEPS = [
    ("disruption", "slight", "low", "none", None, "warning"),
    ("disruption", "serious", "high", "none", None, "warning"),
    ("disruption", "slight", "low", "one", "no", "suspension"),
    ("harassment", "slight", "low", "none", None, "warning"),
    ("harassment", "serious", "low", "none", None, "suspension"),
    ("discriminatory_language", "serious", "high", "none", None, "suspension"),
    ("threats", "slight", "low", "none", None, "suspension"),
    ("disruption", "grave", "low", "none", "no", "warning"),
    ("disruption", "grave", "normal", "none", "no", "suspension"),
    ("harassment", "serious", "low", "several", "yes", "expulsion"),
    ("harassment", "slight", "low", "several", "yes", "suspension"),
    ("dangerous_speech", "grave", "high", "none", "yes", "expulsion"),
]


@pytest.mark.parametrize(("kind", "severity", "stakes", "history", "rung"), LADDER)
def test_the_ladder_of_the_honor_code(kind, severity, stakes, history, rung):
    facts = {"kind": kind, "severity": severity, "stakes": stakes, "history": history}
    found = evaluate(HONOR, facts, version=3)
    assert found.band == rung
    assert found.default == found.range[0]
    assert found.points is None
    assert found.clause
    assert [line.factor for line in found.breakdown] == ["kind", "severity", "stakes", "history"]
    assert (rung == "warning") == (found.note == ""), "every rung above the first says why"


@pytest.mark.parametrize(("kind", "severity", "stakes", "history", "pattern", "rung"), STEPS)
def test_the_ladder_of_the_code_of_conduct(kind, severity, stakes, history, pattern, rung):
    facts = {"kind": kind, "severity": severity, "stakes": stakes, "history": history}
    if pattern is None:
        assert evaluate(CONDUCT, facts, version=1).band == rung
        return
    with pytest.raises(MissingFacts) as error:
        evaluate(CONDUCT, facts, version=1)
    assert [item.factor for item in error.value.missing] == ["pattern"]
    assert evaluate(CONDUCT, facts | {"pattern": pattern}, version=1).band == rung


def test_every_rung_of_both_ladders_is_reached():
    assert {row[-1] for row in LADDER} == {outcome.id for outcome in HONOR.outcomes}
    assert {row[-1] for row in STEPS} == {outcome.id for outcome in CONDUCT.outcomes}
    assert [outcome.id for outcome in CONDUCT.outcomes] == ["warning", "suspension", "expulsion"]


def test_the_reason_stands_beside_the_factors_it_rests_on():
    facts = {"kind": "plagiarism", "severity": "serious", "weight": 20, "earlier_findings": 1}
    found = evaluate(HONOR, facts, version=2)
    lines = {line.factor: line for line in found.breakdown}
    assert found.band == "certificate"
    assert lines["stakes"].option == "normal"
    assert "20 %" in lines["stakes"].why
    assert "finding before" in lines["severity"].why
    assert "finding before" in lines["history"].why
    assert "counts towards" not in lines["kind"].why
    assert lines["kind"].option == "borrowed", "a violation's code stands for its group"


@pytest.mark.parametrize(
    ("weight", "option"),
    [(0, "low"), (9.99, "low"), (10, "normal"), (40, "normal"), (40.01, "high"), (100, "high"),
     (Decimal("20.00"), "normal"), ("12.5", "normal")],
)  # fmt: skip
def test_stakes_follow_from_the_weight_of_the_assignment(weight, option):
    facts = {"kind": "fraud", "severity": "slight", "weight": weight, "earlier_findings": 0}
    found = evaluate(HONOR, facts, version=1)
    assert next(line for line in found.breakdown if line.factor == "stakes").option == option


@pytest.mark.parametrize(
    ("facts", "rule", "default"),
    [
        ({"kind": "copy", "earlier": 0, "sorry": "yes"}, "open", "nothing"),
        ({"kind": "copy", "earlier": 0, "sorry": "no"}, "rest", "warn"),
        ({"kind": "plagiarism", "earlier": 1}, "again", "pause"),
        ({"kind": "other", "earlier": 1}, "rest", "warn"),
        ({"kind": "other", "earlier": 2}, "again", "pause"),
    ],
)
def test_a_table_takes_the_first_rule_that_holds(facts, rule, default):
    found = evaluate(TABLE, facts, version=1)
    assert (found.band, found.default.id) == (rule, default)


@pytest.mark.parametrize(
    ("facts", "points", "band"),
    [
        ({"history": "first", "level": "4", "credits": 0, "pages": 0}, 200, "low"),
        ({"history": "first", "level": "4", "credits": 20, "pages": 4.99}, 200, "low"),
        ({"history": "first", "level": "4", "credits": 20.5, "pages": 5}, 240, "low"),
        ({"history": "first", "level": "5", "credits": 40, "pages": 12}, 335, "high"),
        ({"history": "third", "level": "6", "credits": 120, "pages": 0}, 540, "high"),
    ],
)
def test_other_institutions_figures_are_another_file(facts, points, band):
    found = evaluate(CREDIT, facts, version=1)
    assert (found.points, found.band) == (points, band)


def test_below_the_lowest_band_a_scheme_may_name_a_warning():
    data = json.loads((DATA / "credit-tariff.json").read_text())
    data["factors"] = data["factors"][:1]
    found = evaluate(parse(data), {"history": "first"}, version=1)
    assert (found.band, found.default.id) == (None, "warn")
    assert found.note == "Below 200 points a warning is enough."


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({"histroy": "first"}, "histroy"),
        ({"history": "fourth"}, "history"),
        ({"history": 1}, "history"),
        ({"history": ["first"]}, "history"),
        ({"history": True}, "history"),
        ({"credits": "many"}, "credits"),
        ({"credits": True}, "credits"),
        ({"credits": -1}, "credits"),
        ({"credits": 121}, "credits"),
        ({"credits": float("nan")}, "credits"),
        ({"credits": float("inf")}, "credits"),
        ({"credits": "1e999999"}, "credits"),
        ({"credits": "9" * 5000}, "credits"),
        ({"credits": {}}, "credits"),
    ],
)
def test_facts_that_do_not_fit_are_named(facts, name):
    with pytest.raises(BadFacts) as error:
        evaluate(CREDIT, facts, version=1)
    assert list(error.value.problems) == [name]


def test_a_whole_number_has_to_be_whole():
    with pytest.raises(BadFacts, match="another look|do not fit"):
        evaluate(TABLE, {"kind": "copy", "earlier": 1.5}, version=1)


VALUES = st.one_of(
    st.text(max_size=9), st.integers(), st.floats(), st.none(), st.booleans(),
    st.sampled_from(["fraud", "grave", "none"]),
)  # fmt: skip


@given(st.dictionaries(st.sampled_from([*(f.id for f in HONOR.factors), "weight", "x"]), VALUES))
def test_any_facts_get_a_recommendation_or_a_clear_word(facts):
    refusal = None
    found = None
    try:
        found = evaluate(HONOR, facts, version=1)
    except (BadFacts, MissingFacts) as error:
        refusal = error
    assert (found is not None and found.range) or (refusal is not None and refusal.fields)
    if found is not None:
        json.dumps(found.as_json())


# Files


def changed(path: str, value: Any) -> dict[str, Any]:
    """The rule table with one value replaced, or removed when it is `...`."""
    data = json.loads(json.dumps(TABLE_DATA))
    steps: list[Any] = [int(step) if step.isdigit() else step for step in path.split(".")]
    place = data
    for step in steps[:-1]:
        place = place[step]
    if value is ...:
        del place[steps[-1]]
    else:
        place[steps[-1]] = value
    return data


@pytest.mark.parametrize(
    ("path", "value", "place", "reason"),
    [
        ("format", 2, "format", "must be 1"),
        ("kind", "pyramid", "kind", "one of"),
        ("slug", "Not A Slug", "slug", "small letters"),
        ("title", ..., "title", "missing"),
        ("title", 5, "title", "text"),
        ("title", "x" * 201, "title", "longer"),
        ("title", "a\u0000b", "title", "control"),
        ("extra", 1, "extra", "not known"),
        ("status", "secret", "status", "one of"),
        ("factors", [], "factors", "empty"),
        ("factors", {}, "factors", "list"),
        ("factors.0", "kind", "factors[0]", "object"),
        ("factors.0.options.1.id", "copy", "factors[0].options[1]", "twice"),
        ("factors.0.options.1.aliases", ["plagiarism"], "factors[0].options[1]", "twice"),
        ("factors.0.options.0.points", 5, "factors[0].options[0].points", "tariff"),
        ("factors.1.id", "kind", "factors[1].id", "twice"),
        ("factors.1.options", [{"id": "a", "title": "A"}], "factors[1].options", "not both"),
        ("factors.1.number.minimum", "none", "factors[1].number.minimum", "number"),
        ("factors.1.number.maximum", -1, "factors[1].number.minimum", "greater"),
        ("factors.1.number.whole", 1, "factors[1].number.whole", "true or false"),
        ("factors.0.source", "rumour", "factors[0].source", "one of"),
        ("factors.2.asked_when.fact", "later", "factors[2].asked_when", "before this one"),
        ("factors.2.asked_when.fact", "kind", "factors[2].asked_when", "one of its options"),
        ("actions", ..., "actions", "missing"),
        ("actions.warn.consequences", [], "actions.warn.consequences", "empty"),
        ("actions.warn.consequences.0.code", "beheading", "actions.warn.consequences[0].code",
         "one of"),
        ("actions.pause.consequences.0.params.days", 0, "actions.pause.consequences[0].params.days",
         "between"),
        ("actions.pause.consequences.0.params", ..., "actions.pause.consequences[0].params",
         "needs"),
        ("actions.warn.consequences.0.params", {"volume": 3},
         "actions.warn.consequences[0].params.volume", "not known"),
        ("outcomes.0.range", ["fly"], "outcomes[0].range[0]", "no action"),
        ("outcomes.0.range", [], "outcomes[0].range", "empty"),
        ("outcomes.1.id", "open", "outcomes[1].id", "twice"),
        ("outcomes.0.triggers", [], "outcomes[0].triggers", "last rule"),
        ("outcomes.0.from", 5, "outcomes[0].from", "not known"),
        ("outcomes.0.triggers.0.when.is", "perhaps", "outcomes[0].triggers[0].when", "no option"),
        ("outcomes.0.triggers.0.when.fact", "mood", "outcomes[0].triggers[0].when", "no factor"),
        ("outcomes.0.triggers.0.when.in", ["yes"], "outcomes[0].triggers[0].when", "exactly one"),
        ("outcomes.0.triggers.0.when", "always", "outcomes[0].triggers[0].when", "object"),
        ("outcomes.1.triggers.0.when.at_least", "two", "outcomes[1].triggers[0].when.at_least",
         "number"),
        ("outcomes.1.triggers.0.when.at_least", 1e300, "outcomes[1].triggers[0].when.at_least",
         "too large"),
        ("below", {"range": ["fly"]}, "below.says", "missing"),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused_with_line_place_and_reason(path, value, place, reason):
    text = json.dumps(changed(path, value), indent=1)
    with pytest.raises(SchemeError) as error:
        parse_text(text)
    problem = next(p for p in error.value.problems if p.place == place)
    assert reason in problem.reason
    line = text.split("\n")[problem.line - 1]
    name = place.rsplit(".", 1)[-1].split("[")[0]
    assert 0 < problem.line <= text.count("\n") + 1
    assert problem.line == 1 or name in line or "{" in line or '"' in line
    assert str(problem).startswith(f"line {problem.line}, {place}: ")


def test_all_problems_are_told_at_once():
    data = changed("title", ...)
    data["format"] = 7
    data["outcomes"][0]["range"] = ["fly"]
    with pytest.raises(SchemeError) as error:
        parse(data)
    assert {p.place for p in error.value.problems} == {"title", "format", "outcomes[0].range[0]"}


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        ("factors.0.options.0.points", ..., "factors[0].options[0].points"),
        ("factors.0.options.0.points", 1.5, "factors[0].options[0].points"),
        ("factors.0.options.0.points", "100", "factors[0].options[0].points"),
        ("factors.2.number.steps.0", {"points": 1}, "factors[2].number.steps[0]"),
        ("factors.2.number.steps.1.above", 0, None),
        ("factors.2.number.steps.2.from", 20, "factors[2].number.steps[2]"),
        ("factors.2.number.steps", ..., "factors[2].number"),
        ("factors.3.number.per.every", 0, "factors[3].number.per.every"),
        ("outcomes.1.from", 200, "outcomes[1].from"),
        ("outcomes.0.triggers", [], "outcomes[0].triggers"),
    ],
)
def test_a_bad_tariff_is_refused(path, value, place):
    data = json.loads((DATA / "credit-tariff.json").read_text())
    steps: list[Any] = [int(step) if step.isdigit() else step for step in path.split(".")]
    where = data
    for step in steps[:-1]:
        where = where[step]
    if value is ...:
        del where[steps[-1]]
    else:
        where[steps[-1]] = value
    if place is None:
        parse(data)
        return
    with pytest.raises(SchemeError) as error:
        parse(data)
    assert place in {p.place for p in error.value.problems}


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", 1, "value is expected"),
        ("{", 1, "double quotes"),
        ('{"a": 1,\n "a": 2}', 2, "twice"),
        ('{"a": 1}\n\nx', 3, "after the end"),
        ('{"a":\n NaN}', 2, "value is expected"),
        ('{"a": 1\n "b": 2}', 2, "','"),
        ("[1,\n]", 2, "value is expected"),
        ("[" * 100, 1, "too many levels"),
        ('{"a": ' + "9" * 31 + "}", 1, "value is expected"),
        ('{"a": "x\ny"}', 1, "control character"),
        ("\ufeff{}", 1, "value is expected"),
        ("[]", 1, "braces"),
        ("x" * 500_001, 0, "longer"),
    ],
)
def test_what_is_not_json_is_refused_with_its_line(text, line, reason):
    with pytest.raises(SchemeError) as error:
        parse_text(text)
    problem = error.value.problems[0]
    assert (problem.line, reason in problem.reason) == (line, True), problem


@given(st.recursive(st.none() | st.booleans() | st.integers(-10**9, 10**9) | st.text(max_size=5)
                    | st.floats(allow_nan=False, allow_infinity=False),
                    lambda inner: st.lists(inner, max_size=4)
                    | st.dictionaries(st.text(max_size=4), inner, max_size=4), max_leaves=15),
       st.sampled_from([None, 1, 4]))  # fmt: skip
def test_the_reader_reads_what_json_writes(value, indent):
    found, lines = located.read(json.dumps(value, indent=indent))
    assert found == value
    assert lines[()] == 1


@given(st.text(max_size=60))
def test_any_text_is_refused_in_words(text):
    with pytest.raises(SchemeError) as error:
        parse_text(text)
    assert error.value.problems
