"""Texts of others: every line is in the text or in the list of dropped ones."""

from __future__ import annotations

import re
import time

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.importer import CannotRead, decode, import_text, propose, read_source
from policies.importer.document import Imported
from policies.rendering import render
from tests.policies.conftest import DATA

BULLET = re.compile(r"^\s*[•‣▪–]\s+")


def flat(text: str) -> str:
    return " ".join(text.split())


def assert_nothing_is_lost(text: str, found: Imported) -> None:
    """Each non-blank line of the source, in the text or dropped, word for word."""
    body = flat(found.body)
    dropped = {item.line: flat(item.text) for item in found.dropped}
    for number, raw in enumerate(text.split("\n"), 1):
        line = flat(raw.replace("\f", " "))
        if not line:
            continue
        if number in dropped:
            assert dropped[number] == line
        else:
            assert flat(BULLET.sub("", line)) in body, (number, line)


def load(name: str) -> tuple[str, Imported]:
    text = read_source(DATA / name)
    return text, import_text(text)


@pytest.mark.parametrize("name", ["wrapped.txt", "helpcentre.txt", "conduct.md", "lines.txt"])
def test_nothing_is_lost(name):
    text, found = load(name)
    assert_nothing_is_lost(text, found)
    assert import_text(text) == found, "the same file always gives the same result"


def test_wrapped_lines_become_paragraphs_and_pages_lose_their_edges():
    _text, found = load("wrapped.txt")
    assert found.layout == "wrapped"
    assert {item.text for item in found.dropped} == {
        "Harbour School of Languages                                   Rules of conduct",
        "Page 1 of 2",
        "Page 2 of 2",
    }
    assert all(item.reason for item in found.dropped)
    assert "## Definitions\n" in found.body
    assert (
        "\n1. Plagiarism: using the words or ideas of another person in a task without\n"
        in found.body
    )
    assert "\n   saying whose they are." in found.body, "an entry goes on below itself"
    assert "\n- a zero for the task\n" in found.body
    assert "\nthe first day until the certificate is handed over.\n\n## Definitions" in found.body


def test_proposals_of_a_wrapped_text():
    _text, found = load("wrapped.txt")
    proposed = propose(found.body, "honor_code")
    assert [(item.code, item.title) for item in proposed.violation_types] == [
        ("plagiarism", "Plagiarism"),
        ("unauthorised_collaboration", "Unauthorized collaboration"),
        ("fraud", "Fraud"),
    ]
    assert [item.code for item in proposed.consequences] == [
        "warning_written", "assignment_failed", "expulsion",
    ]  # fmt: skip
    assert proposed.no_refunds == "No refunds are paid when somebody has to leave."
    assert proposed.last_updated == "3 May 2024"


def test_the_page_around_an_article_is_dropped_and_named():
    _text, found = load("helpcentre.txt")
    reasons = {item.text: item.reason for item in found.dropped}
    for text in ("Help Articles", "Content", "URL Name", "Title", "12", "Contact us"):
        assert (text in reasons) == (text != "Contact us"), text
    assert reasons["> [Study rules](#)."] == "way through the site"
    assert reasons["Mar 3, 2024 · Knowledge"] == "date of the page"
    assert found.dated == "Mar 3, 2024"
    assert found.body.startswith("# Study rules\n\nThese rules keep")
    assert "[the guide to quoting](https://example.org/quoting)" in found.body
    assert found.body.endswith("2. Choose **Flag**.")
    proposed = propose(found.body, "honor_code")
    assert {item.code for item in proposed.violation_types} == {
        "multiple_accounts", "unauthorised_sharing",
    }  # fmt: skip
    assert [item.code for item in proposed.consequences] == [
        "assignment_failed", "certificate_withheld", "certificate_revoked",
    ]  # fmt: skip
    assert proposed.unclear == ["We write to your school."]


def test_markdown_stays_as_it_is():
    text, found = load("conduct.md")
    assert found.layout == "markdown"
    assert found.body == text.strip()
    assert found.dropped == ()
    proposed = propose(found.body, "code_of_conduct")
    assert [(item.code, item.kind, item.urgent) for item in proposed.violation_types] == [
        ("harassment", "conduct", False), ("threats", "conduct", True),
        ("loud_music", "conduct", False),
    ]  # fmt: skip
    assert [item.code for item in proposed.consequences] == ["warning_verbal", "no_contact"]
    assert proposed.unclear == ["Leaving the house"]


def test_capital_headings_and_lines_that_are_paragraphs():
    _text, found = load("lines.txt")
    assert found.layout == "lines"
    assert re.findall(r"^(#+ .*)$", found.body, re.M) == [
        "# HONOUR RULES", "## OUR PROMISE", "## CONSEQUENCES",
    ]  # fmt: skip
    assert "\n\nThe office decides. No refunds are given." in found.body
    proposed = propose(found.body, "honor_code")
    assert [item.code for item in proposed.violation_types] == [
        "unauthorised_collaboration", "multiple_accounts",
    ]  # fmt: skip
    assert [item.code for item in proposed.consequences] == [
        "no_credit", "removal_from_course", "expulsion",
    ]  # fmt: skip


def test_a_text_without_signs_of_a_page_keeps_every_line():
    text = "Content\n\nTitle\n\n[a](b) stands here\n\n12\n\nJan 2, 2024\n"
    found = import_text(text)
    assert found.dropped == ()
    assert_nothing_is_lost(text, found)


def test_lettered_entries_stay_apart():
    text = "Rules\n\na) one thing\nb) another thing\n(iv) a third\n"
    found = import_text(text)
    assert found.body.split("\n\n")[1:] == ["a) one thing", "b) another thing", "(iv) a third"]


# Letters, marks that mean something in Markdown, breaks of every kind.
PIECES = st.sampled_from(
    ["a", "Rule one", "- item", "1. first", "2) x", "• dot", "# Head", "> quote", "---", "===",
     "***", "```", "~~~", "Title", "URL Name", "Content", "Was this article helpful?",
     "Page 1 of 2", "\f", "\fRunning head", "   ", "\t", "\u00a0", "\u00ad", "e\u0301",
     "© 2024 X Inc.", "[a](b) > [c](d)", "| a | b |", "|---|---|", "    code", "<b>x</b>",
     "&amp;", "\\*", "ends here."]
)  # fmt: skip


LETTERS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(PIECES, LETTERS), max_size=25))
def test_whatever_the_lines_are_none_is_lost(pieces):
    text = "\n".join(pieces)
    found = None
    try:
        text = decode(text.encode())
        found = import_text(text)
    except CannotRead as error:
        # Refused as a whole, saying where: nothing is lost silently.
        refusal = str(error)
        assert refusal
    if found is not None:
        kept = sum(1 for line in text.split("\n") if flat(line)) - len(found.dropped)
        assert found.source_lines - len(found.dropped) == kept
        propose(found.body, "honor_code")


# What cannot be read


@pytest.mark.parametrize(
    ("data", "line", "word"),
    [
        (b"", 0, "no text"),
        (b"  \n\t\n\xc2\xa0\n", 0, "no text"),
        (b"one\ntwo\xff\n", 2, "UTF-8"),
        (b"one\r\ntwo\r\nthr\xc3\n", 3, "UTF-8"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", 2, "UTF-8"),
        (b"PK\x03\x04\x14\x00", 1, "control"),
        (b"text\nwith\x00nul", 2, "U+0000"),
        (b"text\n\n\x1b[31mred", 3, "U+001B"),
        (b"\xff\xfeh\x00i\x00", 1, "UTF-16"),
        ("a\u0085b\u2028c\x7f".encode(), 3, "U+007F"),
    ],
)
def test_what_is_not_text_is_refused_saying_where(data, line, word):
    with pytest.raises(CannotRead, match=re.escape(word)) as error:
        decode(data)
    assert error.value.line == line
    assert (f"Line {line}" in str(error.value)) == bool(line)


def test_a_mark_at_the_beginning_and_old_line_breaks_are_fine():
    assert decode(b"\xef\xbb\xbfRule\r\rTwo\r\nThree") == "Rule\n\nTwo\nThree"


def test_files_that_are_none(tmp_path):
    for path in (tmp_path, tmp_path / "nothing.txt"):
        with pytest.raises(CannotRead):
            read_source(path)
    huge = tmp_path / "huge.txt"
    huge.write_bytes(b"x" * 1_000_001)
    with pytest.raises(CannotRead, match="1,000,000"):
        read_source(huge)


def test_a_text_longer_than_a_version_may_be_is_refused():
    with pytest.raises(ValidationError, match="200,000"):
        import_text("word " * 50_000)


@pytest.mark.parametrize(
    "text",
    ["[" * 6_000, "*a " * 10_000, "> " * 9_000, "- " * 9_000, "(" * 20_000, "`" * 20_000,
     "a\n" * 6_000, "1. a\n" * 3_000, "A b\n\n" * 3_000, "![" * 4_000, "<" * 20_000,
     "**a " * 8_000, "_" * 30_000],
)  # fmt: skip
def test_hostile_texts_take_little_time(text):
    began = time.process_time()
    found = import_text(text)
    propose(found.body, "terms")
    render(found.body)
    assert time.process_time() - began < 6
