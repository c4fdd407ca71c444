"""One value has one text: the bytes that are hashed must not depend on who writes them."""

from __future__ import annotations

import json
import unicodedata
import uuid
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from django.db import models
from hypothesis import given
from hypothesis import strategies as st

from integrity.audit import canonical
from integrity.audit.canonical import LARGEST_INTEGER, NotCanonical

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
scalars = st.none() | st.booleans() | st.integers(-LARGEST_INTEGER, LARGEST_INTEGER) | texts
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(texts.map(canonical.text), inner, max_size=4)
    ),
    max_leaves=15,
)


@given(values)
def test_it_is_json_that_says_the_same(value: object) -> None:
    assert json.loads(canonical.dumps(value)) == canonical.plain(value)


@given(values)
def test_writing_what_was_read_gives_the_same_text(value: object) -> None:
    text = canonical.dumps(value)
    assert canonical.dumps(json.loads(text)) == text


@given(st.dictionaries(texts.map(canonical.text), scalars, max_size=6), st.randoms())
def test_the_order_of_keys_does_not_matter(value: dict, random: object) -> None:
    items = list(value.items())
    random.shuffle(items)
    assert canonical.dumps(dict(items)) == canonical.dumps(value)


@given(texts)
def test_equal_text_in_other_composition_gives_the_same_text(text: str) -> None:
    apart = unicodedata.normalize("NFD", text)
    assert canonical.dumps([text, {text: 1}]) == canonical.dumps([apart, {apart: 1}])


@given(texts)
def test_text_is_composed_and_utf8(value: str) -> None:
    text = canonical.dumps(value)
    assert text.encode().decode() == text
    assert unicodedata.is_normalized("NFC", json.loads(text))


@given(values)
def test_nothing_stands_between_the_parts(value: object) -> None:
    text = canonical.dumps(value)
    compact = json.dumps(json.loads(text), ensure_ascii=False, separators=(",", ":"))
    assert len(compact) == len(text)


@given(st.datetimes(timezones=st.just(UTC)), st.integers(-14 * 60, 14 * 60))
def test_one_instant_has_one_text_in_every_zone(at: datetime, minutes: int) -> None:
    text = canonical.instant(at)
    assert len(text) == 27
    assert datetime.fromisoformat(text) == at
    try:
        elsewhere = at.astimezone(timezone(timedelta(minutes=minutes)))
    except OverflowError:
        return
    assert canonical.instant(elsewhere) == text


class Level(models.TextChoices):
    HIGH = "high", "High"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": 1, "a": [True, None, -3]}, '{"a":[true,null,-3],"b":1}'),
        ({"é": "e\u0301"}, '{"é":"é"}'),
        ('\x00\x1f\x7f"\\\n\t\b\f\r/', '"\\u0000\\u001f\x7f\\"\\\\\\n\\t\\b\\f\\r/"'),
        ("😀\u2028", '"😀\u2028"'),
        # By code point, where UTF-16 would put the emoji first.
        ({"\uffff": 1, "😀": 2}, '{"\uffff":1,"😀":2}'),
        (Level.HIGH, '"high"'),
        ((1, 2), "[1,2]"),
        (uuid.UUID(int=5), '"00000000-0000-0000-0000-000000000005"'),
        (date(2026, 2, 3), '"2026-02-03"'),
        (datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC), '"2026-02-03T04:05:06.000000Z"'),
        (Decimal("1E+2"), '"100"'),
        (Decimal("0.10"), '"0.10"'),
    ],
)
def test_examples(value: object, text: str) -> None:
    assert canonical.dumps(value) == text


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        float("nan"),
        {"a": [0.5]},
        LARGEST_INTEGER + 1,
        -LARGEST_INTEGER - 1,
        b"bytes",
        {1, 2},
        object(),
        {1: "a"},
        {None: "a"},
        "\ud800",
        {"\udfff": 1},
        {"é": 1, "e\u0301": 2},
        Decimal("NaN"),
        Decimal("Infinity"),
        datetime(2026, 1, 1),
    ],
)
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(NotCanonical):
        canonical.dumps(value)


def test_depth_is_bounded() -> None:
    value: object = 1
    for _ in range(canonical.DEEPEST):
        value = [value]
    canonical.dumps(value)
    with pytest.raises(NotCanonical):
        canonical.dumps([value])
    loop: list = []
    loop.append(loop)
    with pytest.raises(NotCanonical):
        canonical.dumps(loop)
