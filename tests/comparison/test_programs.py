"""Programs beside each other, whatever was done to hide that they are one (CF3)."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.comparison import compare, languages
from cases.comparison.lexing import tokens_of

JAVA = """import java.util.Scanner;

/** Reads marks. */
public class Marks {
    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        int total = 0, count = 0;
        // until a negative one
        while (true) {
            int mark = in.nextInt();
            if (mark < 0) { break; }
            total += mark;
            count++;
        }
        System.out.println("The mean of all marks is " + (double) total / count);
        if (count > 30) System.out.println("A full class, said the teacher of 1987");
    }
}
"""
PYTHON = '''"""Bees."""
import os


def honey(hives, year):
    # a comment
    found = {}
    for hive in sorted(hives, key=lambda h: h["age"]):
        if hive["queen"] is None or hive["age"] > year - 1987:
            continue
        found[hive["name"]] = [comb * 0.75 for comb in hive["combs"] if comb]
    return "\\n".join(f"{name}: {sum(combs)} kilos of it" for name, combs in found.items())


if __name__ == "__main__":
    print(honey([], 2026))
'''
OTHER = """import java.util.*;
public class Shapes {
    interface Shape { double area(); }
    public static void main(String[] args) {
        List<Shape> all = List.of(() -> 3.5, () -> 12.25);
        for (Shape one : all) { System.out.printf("%.2f square feet%n", one.area()); }
    }
}
"""


def renamed(text: str, *names: str) -> str:
    for name in names:
        text = re.sub(rf"\b{name}\b", name + "_x", text)
    return text


def test_comments_and_layout_make_no_difference() -> None:
    bare = re.sub(r"//[^\n]*|/\*.*?\*/", "", JAVA, flags=re.DOTALL)
    squeezed = " ".join(bare.split())
    result = compare(JAVA, squeezed, language="java")
    assert result.similarity == 1
    assert {p.kind for p in result.passages} == {"same", "common"}


@given(st.lists(st.text(st.characters(exclude_characters="*/\n\r\\"), max_size=20), max_size=6))
def test_no_comment_changes_how_similar_programs_are(comments: list[str]) -> None:
    lines = JAVA.splitlines()
    for at, comment in enumerate(comments):
        lines.insert(5 + 2 * at, f"/* {comment} */ // {comment}")
    noisy = "\n".join(lines)
    assert compare(noisy, OTHER, language="java").similarity == (
        compare(JAVA, OTHER, language="java").similarity
    )
    assert compare(noisy, JAVA, language="java").similarity == 1


def test_other_names_hide_nothing_and_are_told() -> None:
    mine = renamed(JAVA, "total", "count", "mark", "in", "Marks").replace("int", "long")
    result = compare(mine, JAVA, language="java")
    assert result.similarity == 1
    assert "close" in {p.kind for p in result.passages}


def test_moved_and_added_lines_hide_little() -> None:
    lines = JAVA.splitlines()
    lines[7:7] = ["        long started = System.nanoTime();", "        String name = null;"]
    lines[-3], lines[-4] = lines[-4], lines[-3]
    assert compare("\n".join(lines), JAVA, language="java").similarity > 0.8


def test_a_program_of_another_kind_shares_little() -> None:
    result = compare(OTHER, JAVA, language="java")
    assert result.similarity < 0.3


def test_what_every_program_has_is_set_aside() -> None:
    result = compare(OTHER, JAVA, language="java")
    common = [OTHER[slice(*p.a)] for p in result.passages if p.kind == "common"]
    assert any("main" in said for said in common)
    assert result.a.set_aside


def test_the_code_that_was_given_out_is_set_aside() -> None:
    given_out = "\n".join(JAVA.splitlines()[3:14])
    mine = f"{given_out}\n{OTHER}"
    before = compare(mine, JAVA, language="java")
    after = compare(mine, JAVA, language="java", common=[given_out])
    assert before.a.counted - after.a.counted > 40
    assert after.similarity < before.similarity


def test_a_telling_string_is_found_wherever_it_stands() -> None:
    mine = OTHER.replace("%.2f square feet%n", "The mean of all marks is ")
    result = compare(mine, JAVA, language="java")
    found = [mine[slice(*p.a)] for p in result.passages]
    assert any('"The mean of all marks is "' in said for said in found)


def test_python_is_read_as_python() -> None:
    mine = renamed(PYTHON, "honey", "found", "hive", "comb").replace("# a comment", "")
    assert compare(mine, PYTHON, language="python").similarity > 0.95
    assert [word for word in tokens_of(PYTHON, "python").said if "\\n" in word] == ['"\\n"']


@pytest.mark.parametrize("language", sorted(set(languages()) - {"text"}))
def test_every_language_reads_any_program(language: str) -> None:
    for text in (JAVA, PYTHON, "select a from b where c = 'it''s' -- x", "<?php echo 'a'; ?>", "'"):
        tokens = tokens_of(text, language)
        assert all(
            text[start:end] == said and said.strip()
            for start, end, said in zip(tokens.starts, tokens.ends, tokens.said, strict=True)
        )
        assert compare(text, text, language=language).similarity in (0, 1)


@given(st.text(max_size=300), st.sampled_from(sorted(set(languages()) - {"text"})))
def test_tokens_stand_where_they_are_said_to(text: str, language: str) -> None:
    tokens = tokens_of(text, language)
    places = list(zip(tokens.starts, tokens.ends, strict=True))
    assert all(one[1] <= two[0] for one, two in zip(places, places[1:], strict=False))
    assert all(tokens.kinds[at] in ('""', "0") for at in tokens.values)
