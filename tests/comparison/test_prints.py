"""Fingerprints: whoever shares a passage shares a number."""

from __future__ import annotations

import time
import unicodedata

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cases.comparison.prints import SURE_WORDS, prints
from tests.comparison.test_programs import JAVA
from tests.comparison.test_texts import OWN, SOURCE, texts


@given(texts)
def test_fingerprints_depend_on_the_words_alone(text: str) -> None:
    found = prints(text)
    assert found.tolist() == sorted(set(found.tolist()))
    assert prints(f"  {text}\r\n … ").tolist() == found.tolist()


@given(st.integers(0, 20), st.lists(st.sampled_from(["bee", "hive", "é", "日", "🐝", "."])))
def test_a_shared_passage_leaves_a_common_number(first: int, around: list[str]) -> None:
    shared = " ".join(SOURCE.split()[first : first + SURE_WORDS])
    mine = f"{OWN} {' '.join(around)} {shared} {OWN}"
    assert np.intersect1d(prints(mine), prints(SOURCE)).size


def test_texts_about_different_things_have_none_in_common() -> None:
    assert not np.intersect1d(prints(OWN), prints(SOURCE)).size


def test_case_accents_and_hidden_signs_make_no_difference() -> None:
    written = SOURCE.replace("e", "é").upper().replace("O", "O\u200b")
    for form in ("NFC", "NFD"):
        assert prints(unicodedata.normalize(form, written)).tolist() == prints(SOURCE).tolist()


def test_names_and_comments_make_no_difference_in_a_program() -> None:
    mine = JAVA.replace("total", "sum").replace("// until a negative one", "// go on")
    assert prints(mine, "java").size
    assert prints(mine, "java").tolist() == prints(JAVA, "java").tolist()


def test_a_few_words_have_none_and_one_word_has_one() -> None:
    assert prints("").size == prints("two words").size == prints("🐝").size == 0
    assert prints("spam " * 5_000).size == 1


def test_a_text_is_printed_at_ten_megabytes_a_second() -> None:
    text = " ".join(f"{SOURCE} {OWN} {n}" for n in range(700))
    prints(text)
    best = 0.0
    for _ in range(5):
        begun = time.process_time()
        prints(text)
        best = max(best, len(text) / (time.process_time() - begun) / 1e6)
    assert best > 10
