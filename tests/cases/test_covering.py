"""Covering spans of a text: nothing of what is covered is left, and nothing else moves."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.covering import MARK, Sheet, cover, merged, occurrences, whole, within

# Letters of several scripts, accents that cling, joined emoji, line breaks.
ALPHABET = "ab Zé\u0301\u0308ßİ\nमि\U0001f469\u200d\U0001f52c\U0001f3fd漢ﬁ\u00adن"
TEXTS = st.text(alphabet=st.sampled_from(ALPHABET), max_size=60) | st.text(max_size=60)


@st.composite
def texts_and_spans(draw: st.DrawFn) -> tuple[str, list[tuple[int, int]]]:
    text = draw(TEXTS.filter(lambda value: MARK[0] not in value))
    place = st.integers(0, len(text))
    pairs = draw(st.lists(st.tuples(place, place), max_size=6))
    return text, [(min(pair), max(pair)) for pair in pairs]


@given(texts_and_spans())
def test_what_is_covered_is_gone_and_nothing_else_is_changed(
    given: tuple[str, list[tuple[int, int]]],
) -> None:
    text, spans = given
    covered = {
        place for a, b in (whole(text, s) for s in spans if s[0] < s[1]) for place in range(a, b)
    }
    asked = {place for a, b in spans for place in range(a, b)}

    shown = cover(text, spans)

    assert asked <= covered
    # What is left are exactly the characters that are not covered, in their order.
    assert shown.replace(MARK, "") == "".join(c for i, c in enumerate(text) if i not in covered)
    # Each run of covered characters is one mark, where it was.
    at = 0
    for char in shown.replace(MARK, "\0"):
        if char == "\0":
            assert at in covered
            while at in covered:
                at += 1
        else:
            assert char == text[at]
            assert at not in covered
            at += 1
    assert at == len(text)


@given(texts_and_spans())
def test_no_accent_is_left_of_a_covered_letter(given: tuple[str, list[tuple[int, int]]]) -> None:
    text, spans = given
    for span in spans:
        if span[0] == span[1]:
            continue
        start, end = whole(text, span)
        assert end == len(text) or not unicodedata.category(text[end]).startswith("M")
        assert end == len(text) or text[end] != "\u200d"
        assert start == 0 or text[start - 1] != "\u200d"


@given(texts_and_spans())
def test_covering_more_shows_never_more(given: tuple[str, list[tuple[int, int]]]) -> None:
    text, spans = given
    for count in range(len(spans)):
        before = cover(text, spans[:count]).replace(MARK, "")
        after = cover(text, spans[: count + 1]).replace(MARK, "")
        assert len(after) <= len(before)


@given(
    st.lists(TEXTS.filter(lambda value: MARK[0] not in value), min_size=1, max_size=4), st.data()
)
def test_several_texts_are_covered_as_one(parts: list[str], data: st.DataObject) -> None:
    sheet = Sheet(parts)
    place = st.integers(0, len(sheet.text))
    spans = [tuple(sorted(data.draw(st.tuples(place, place)))) for _turn in range(3)]
    covered = {i for a, b in spans for i in range(a, b)}

    for index, part in enumerate(parts):
        start, end = sheet.bounds(index)
        assert sheet.text[start:end] == part
        shown = sheet.shown(index, spans)  # type: ignore[arg-type]
        kept = [c for i, c in enumerate(part) if i + start not in covered]
        # Whole letters can take a few more with them, never fewer.
        assert len(shown.replace(MARK, "")) <= len(kept)
        if not within(spans, start, end):  # type: ignore[arg-type]
            assert shown == part
    assert [sheet.text[a:b] for _part, (a, b) in sheet.lines()] == [
        line for part in parts if part for line in part.split("\n")
    ]


@given(TEXTS, TEXTS)
def test_every_place_that_is_found_can_be_covered(text: str, words: str) -> None:
    found = occurrences(text, words)
    assert found == sorted(found)
    assert all(0 <= a < b <= len(text) for a, b in found)
    if words.isalnum() and words in text:
        assert words not in cover(text, found)


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("Ann told Anna.", "ann", ["Ann", "Ann"]),
        ("Für MÜLLER, mueller und Muller", "müller", ["MÜLLER", "Muller"]),
        ("Zebedee\nQuillfeather", "Zebedee Quillfeather", ["Zebedee\nQuillfeather"]),
        ("Zebedee   Quillfeather", "zebedee quillfeather", ["Zebedee   Quillfeather"]),
        ("e\u0301te\u0301", "ete", ["e\u0301te\u0301"]),
        ("Straße", "STRASSE", ["Straße"]),
        ("nothing", "", []),
        ("nothing", "   ", []),
        ("nothing", "else", []),
    ],
)
def test_words_are_found_in_any_case_and_with_or_without_accents(
    text: str, words: str, expected: list[str]
) -> None:
    assert [text[a:b] for a, b in occurrences(text, words)] == expected


def test_the_mark_does_not_tell_how_long_the_words_were() -> None:
    assert cover("Ann said so.", [(0, 3)]) == cover("Maximiliana said so.", [(0, 11)])


def test_spans_that_touch_are_one_mark() -> None:
    assert merged([(4, 6), (0, 2), (2, 4), (9, 9), (8, 10)]) == [(0, 6), (8, 10)]
    assert cover("abcdef", [(0, 2), (2, 4)]) == f"{MARK}ef"
