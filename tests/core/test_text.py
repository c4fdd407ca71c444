"""Rules for text that people send. Hostile case 35: NUL, bidi, zero-width, surrogates."""

from __future__ import annotations

import unicodedata

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from integrity.core.text import clean_text, search_key


@pytest.mark.parametrize(
    "text", ["a\x00b", "a\x07b", "\x1b[31mred", "a\x9bb", "\ud800", "a\udfffb"]
)
def test_35_control_characters_and_surrogates_are_refused(text):
    with pytest.raises(ValidationError):
        clean_text(text, max_length=100)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("abc\u202edcba", "abcdcba"),  # right-to-left override
        ("a\u200bb\u2060c\ufeff", "abc"),  # zero width
        ("\u2066hidden\u2069", "hidden"),  # isolate
        ("  spaces \t", "spaces"),
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("e\u0301", "é"),
        ("👩\u200d🎓 می\u200cخواهم", "👩\u200d🎓 می\u200cخواهم"),  # joiners belong to the text
    ],
)
def test_35_invisible_characters_go_and_text_stays(text, left):
    assert clean_text(text, max_length=100) == left


def test_a_single_line_has_no_breaks():
    assert clean_text("a\n\nb\r\nc\td", max_length=100, single_line=True) == "a b c d"


def test_the_limit_counts_what_is_kept():
    assert clean_text("ab\u200b" * 5 + "  ", max_length=10) == "ab" * 5
    with pytest.raises(ValidationError, match="10"):
        clean_text("a" * 11, max_length=10)


@given(st.text(max_size=200))
def test_cleaned_text_is_clean_and_cleaning_again_changes_nothing(text):
    try:
        clean = clean_text(text, max_length=500)
    except ValidationError:
        return
    assert clean_text(clean, max_length=500) == clean
    assert clean == unicodedata.normalize("NFC", clean)
    assert all(c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"} for c in clean)
    assert clean.encode("utf-8").decode("utf-8") == clean


@given(st.text(max_size=200))
def test_a_single_line_stays_one_for_every_reader(text):
    try:
        clean = clean_text(text, max_length=500, single_line=True)
    except ValidationError:
        return
    assert len(clean.splitlines()) <= 1


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Lucía FERNÁNDEZ", "lucia fernandez"),
        ("Straße", "strasse"),
        ("  many   spaces ", "many spaces"),
        ("ﬁle", "file"),
        ("ŽIŽEK", "zizek"),
        ("𝐀𝓫𝔠", "abc"),
    ],
)
def test_search_folds_case_and_accents(text, key):
    assert search_key(text) == key


@given(st.text(max_size=200))
def test_search_keys_are_stable(text):
    assert search_key(search_key(text)) == search_key(text)
