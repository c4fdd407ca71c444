"""The list of promises is complete, names what is there, and is the one in the documentation."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from cases import sanctions
from policies.enums import ConsequenceCode
from policies.importer import import_text, read_source
from policies.rendering import render
from tests.promises import table
from tests.promises.register import PARTS, WITHOUT


def clauses(path: Path) -> dict[str, str]:
    """Number of each clause -> heading of its part; what stands before the first part is "0"."""
    found = {}
    for part, clause in render(import_text(read_source(path)).body).clauses():
        found[clause.number or "0"] = part.title
    return found


@pytest.mark.parametrize("document", PARTS)
def test_every_clause_named_is_in_the_source(document: str, source: Callable[[str], Path]) -> None:
    found = clauses(source(f"{document}.txt"))
    named = {item.clause for item in table.collect() if item.document == document}
    named |= {clause for of, clause in WITHOUT if of == document}
    assert named <= set(found), "a clause that the document does not have"
    assert {clause: PARTS[document].get(clause.partition(".")[0]) for clause in found} == found


@pytest.mark.parametrize("document", PARTS)
def test_every_clause_of_the_source_is_accounted_for(
    document: str, source: Callable[[str], Path]
) -> None:
    promised = {item.clause for item in table.collect() if item.document == document}
    idle = {clause for of, clause in WITHOUT if of == document}
    assert not promised & idle
    assert promised | idle == set(clauses(source(f"{document}.txt")))


def test_the_page_in_the_documentation_is_this_list() -> None:
    assert table.FILE.read_text() == table.write(), (
        "run `python -m tests.promises.table > docs/promises.md`"
    )


def test_a_promise_is_said_in_words_of_ours(source: Callable[[str], Path]) -> None:
    texts = [" ".join(read_source(source(f"{of}.txt")).split()).casefold() for of in PARTS]
    for item in table.collect():
        words = item.says.casefold().split()
        for start in range(max(1, len(words) - 6)):
            piece = " ".join(words[start : start + 7])
            if len(words) >= 7:
                assert not any(piece in text for text in texts), piece


def test_what_is_not_kept_says_why_and_with_which_feature() -> None:
    for item in table.collect():
        assert item.feature
        assert bool(item.test) != bool(item.because), item


def test_what_is_said_to_be_missing_is_missing() -> None:
    waiting = {
        code for item in table.collect() for code in re.findall(r"`(\w+)` can be", item.because)
    }
    assert waiting
    assert not waiting & sanctions.codes(), "a promise that can be kept now: write its test"
    assert waiting <= set(ConsequenceCode.values)
