"""Texts of others: every line is in the text or in the list of dropped ones."""

from __future__ import annotations

import re
import time

import pytest

from policies.importer import CannotRead, decode, import_text, propose, read_source
from policies.importer.document import Imported
from policies.rendering import plain_text, render
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


# What cannot be read


@pytest.mark.parametrize(
    ("data", "byte", "word"),
    [
        (b"", 0, "no text"),
        (b"  \n\t\n\xc2\xa0\n", 0, "no text"),
        (b"one\ntwo\xff\n", 8, "UTF-8 text (0xff)"),
        (b"one\r\ntwo\r\nthr\xc3\n", 14, "UTF-8 text (0xc3)"),
        (b"cut off \xe2\x82", 9, "UTF-8"),
        ("Gr\u00f6\u00dfe".encode("latin-1"), 3, "UTF-8"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", 1, "PDF"),
        (b"PK\x03\x04\x14\x00", 1, "ZIP"),
        (b"{\\rtf1\\ansi Rules}", 1, "RTF"),
        (b"text\nwith\x00nul", 10, "U+0000"),
        (b"\xef\xbb\xbftext\r\n\x00", 10, "U+0000"),
        ("h\u00e4\u00e4\x1b[31mred".encode(), 6, "U+001B"),
        (b"text\n\n\x1b[31mred", 7, "U+001B"),
        (b"\xff\xfeh\x00i\x00", 1, "UTF-16"),
        ("Rules".encode("utf-16-le"), 2, "UTF-16"),
        ("Rules".encode("utf-32"), 1, "UTF-32"),
        ("a\u0085b\u2028c\x7f".encode(), 9, "U+007F"),
        (b"\n <!DOCTYPE html>\n<p>Rules</p>", 3, "HTML"),
        (b"<html lang=en>", 1, "<html"),
        (b"# Rules\n" + b"<p>one</p>\n" * 5, 15, "</p>"),
    ],
)
def test_what_is_not_text_is_refused_saying_where(data, byte, word):
    with pytest.raises(CannotRead, match=re.escape(word)) as error:
        decode(data)
    # Counted as `cmp` counts: the first byte that is not text, and the line it stands on.
    before = data[: max(byte, 1) - 1].decode("utf-8", "replace")
    line = len(re.findall("\r\n?|[\n\u0085\u2028]", before)) + 1 if byte else 0
    assert (error.value.line, error.value.byte) == (line, byte)
    assert (f"Line {line}, byte {byte} of the file" in str(error.value)) == bool(byte)


def test_a_few_tags_make_no_page():
    text = "# Rules\n\nWrite <b>bold</b> and <p>so</p>. html is a language.\n"
    assert decode(text.encode()) == text


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


def test_a_text_longer_than_a_version_may_be_is_refused_naming_the_line():
    with pytest.raises(CannotRead, match="200,000") as error:
        import_text("word " * 10 + "\n" + "word " * 50_000)
    assert error.value.line == 2
    assert "Line 2" in str(error.value)


# Layout that changes the meaning


@pytest.mark.parametrize("tail", ["", "The end of the text goes on\nin the next line of it.\n" * 4])
def test_nested_lists_stay_nested(tail):
    text = (
        "Rules\n\nYou may not:\n - copy\n   - from a book\n   - from the web,\n"
        "     such as a page\n       1. old\n       2. new\n - lend\n\n" + tail
    )
    html = "".join(clause.html for _p, clause in render(import_text(text).body).clauses())
    flatter = re.sub(r"\s+", " ", html)
    assert re.search(
        r"<ul> <li>copy <ul> <li>from a book</li> <li>from the web, such as a page <ol> "
        r"<li>old</li> <li>new</li> </ol> </li> </ul> </li> <li>lend</li> </ul>",
        flatter,
    ), flatter


def test_a_nested_list_may_begin_with_another_number():
    body = import_text("Rules\n\n- one\n  4. four\n  5. five\n- two\n").body
    html = "".join(clause.html for _part, clause in render(body).clauses())
    assert '<ol start="4">' in html
    assert html.count("<li>") == 4


def test_numbers_set_flush_right_are_one_list():
    body = import_text("Rules\n\n 9. nine\n10. ten\n 11. eleven\n").body
    assert "9. nine\n10. ten\n11. eleven" in body


def test_a_line_that_markdown_would_swallow_is_shown():
    text = "Rules here\nand there go on\nand end\n=====\nfor ever\n-----\n[1]: the note\nis below\n"
    body = import_text(text).body
    words = plain_text(body)
    assert "[1]: the note" in words
    assert body.count("#") <= 1, "an underline makes no heading of a paragraph"


def test_markdown_keeps_the_breaks_its_author_meant():
    text = (
        "# Rules\n\n**Respect**\nBe kind.\n\n- one\n- two\nA line below the list.\n\n"
        "- three\n  Goes on\n\n```\n- x\nY\n```\n"
    )
    body = import_text(text).body
    html = "".join(clause.html for _part, clause in render(body).clauses())
    assert "<strong>Respect</strong><br>" in html.replace("<br />", "<br>")
    assert re.search(r"two\s*(</p>\s*)?</li>\s*</ul>", html)
    assert "<p>A line below the list.</p>" in html
    assert "three\nGoes on" in html
    assert "- x\nY" in html
    assert [line.strip() for line in body.split("\n") if line.strip()] == [
        line.strip() for line in text.split("\n") if line.strip()
    ], "only blank lines and breaks were added"


def test_wrapped_markdown_is_left_to_markdown():
    text = "# Rules\n\n" + "- an entry that goes on\nin the next line\nand in one more.\n" * 5
    assert import_text(text).body == text.strip()


def test_what_is_proposed_names_the_clause_it_stands_in():
    text = (
        "# Rules\n\n## Duties\n\nFirst of all.\n\nYou must not:\n\n- copy, as plagiarism is\n\n"
        "## What may follow\n\nWe think.\n\nThese actions may be taken:\n\n- a written warning\n"
    )
    proposed = propose(import_text(text).body, "honor_code", "Rules")
    assert [(item.code, item.clause) for item in proposed.violation_types] == [
        ("plagiarism", "1.2")
    ]
    assert [(item.code, item.clause) for item in proposed.consequences] == [
        ("warning_written", "2.2")
    ]


def test_what_was_taken_out_of_a_line_is_told():
    found = import_text("Rules\n\nA sol\u00adution\u200b.\nB\ufffdd.\nCafe\u0301.\n")
    assert [(note.line, note.text.split()[0]) for note in found.notes] == [
        (3, "invisible"), (4, "has"),
    ]  # fmt: skip
    assert "A solution." in found.body


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
