"""Generated documents: nothing of them is lost on import, and nothing is invented."""

from __future__ import annotations

import re
import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from integrity.core.text import clean_text
from policies.importer import CannotRead, decode, import_text, propose
from policies.importer.document import Imported
from policies.rendering import plain_text, render

MARK = re.compile(r"^\s*([•‣▪–*+-]|\d{1,3}[.)])\s+(?=\S)")
HEADING = re.compile(r"^#{1,6} ")


def words(text: str) -> str:
    return "".join(clean_text(text, max_length=10**6).split())


def source_words(text: str, found: Imported) -> str:
    """What is to be found in the text: every line that was not dropped, without a list's mark."""
    gone = {item.line for item in found.dropped}
    lines = [
        line.replace("\f", " ")
        for number, line in enumerate(text.split("\n"), 1)
        if number not in gone
    ]
    return words("".join(MARK.sub("", line) for line in lines))


def body_words(found: Imported) -> str:
    """The text without what the import may add: marks of headings and lists, and one escape."""
    lines = [MARK.sub("", HEADING.sub("", line)) for line in found.body.split("\n")]
    return words("".join(re.sub(r"^\s*\\\[", "[", line) for line in lines))


def assert_same_words(text: str, found: Imported) -> None:
    for item in found.dropped:
        assert item.reason
        line = text.split("\n")[item.line - 1].replace("\f", " ")
        assert item.text == line.strip()
        assert words(line) or line.strip()
    if found.layout == "markdown":
        gone = {item.line for item in found.dropped}
        kept = [line for n, line in enumerate(text.split("\n"), 1) if n not in gone]
        assert words(found.body) == words("\n".join(kept).replace("\f", " "))
    else:
        assert body_words(found) == source_words(text, found)


# Documents as people write them

WORD = st.sampled_from(
    ["learner", "work", "the", "rules", "Platform", "account", "copy", "2024", "don’t", "naïve",
     "[guide](https://example.org/a)", "**never**", "exam,", "(see below)", "学生", "قاعدة"]
)  # fmt: skip
SENTENCE = st.lists(WORD, min_size=3, max_size=30).map(lambda found: " ".join(found) + ".")
TITLE = st.lists(
    st.sampled_from(["Rules", "Of", "Work", "Consequences", "A"]), min_size=1, max_size=4
)
ENTRY = st.tuples(st.integers(0, 2), st.sampled_from(["-", "*", "•", "1.", "2)"]), SENTENCE)


def wrap(sentence: str, width: int, hang: str) -> list[str]:
    lines, line = [], ""
    for word in sentence.split():
        if line and len(line) + len(word) >= width:
            lines.append(line)
            line = hang
        line = f"{line}{word}" if line in ("", hang) else f"{line} {word}"
    return [*lines, line]


@st.composite
def documents(draw: st.DrawFn) -> str:
    """A policy with headings, paragraphs, nested lists and links; wrapped by hand or not."""
    width = draw(st.sampled_from([40, 72, 10_000]))
    lines: list[str] = []
    for _part in range(draw(st.integers(1, 4))):
        lines += [" ".join(draw(TITLE)), ""]
        for _block in range(draw(st.integers(0, 3))):
            if draw(st.booleans()):
                lines += [*wrap(draw(SENTENCE), width, ""), ""]
            else:
                for depth, mark, sentence in draw(st.lists(ENTRY, min_size=1, max_size=5)):
                    lead = "   " * depth
                    first, *rest = wrap(sentence, width, "")
                    lines.append(f"{lead}{mark} {first}")
                    lines += [f"{lead}   {line}" for line in rest]
                lines.append("")
    return draw(st.sampled_from(["\n", "\r\n", "\r"])).join(lines)


@settings(max_examples=150, deadline=None)
@given(documents())
def test_a_document_as_people_write_them_keeps_every_word(text):
    text = decode(text.encode())
    found = import_text(text)
    assert found.dropped == ()
    assert_same_words(text, found)
    assert import_text(text) == found
    # Also on the page: every letter of the source that is no address of a link is shown.
    shown = letters(plain_text(found.body))
    wanted = letters(re.sub(r"\]\([^)]*\)", "]", source_lines(text)))
    assert shown == wanted
    for part, clause in render(found.body).clauses():
        assert letters(part.title + clause.text) or clause.html


def source_lines(text: str) -> str:
    return "\n".join(MARK.sub("", line) for line in text.split("\n"))


def letters(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFC", text) if char.isalnum())


# Lines without rhyme or reason: marks that mean something in Markdown, breaks of every kind

PIECES = st.sampled_from(
    ["a", "Rule one", "- item", "  - nested", "1. first", "2) x", "• dot", "# Head", "> quote",
     "---", "===", "***", "```", "~~~", "Title", "URL Name", "Content", "[ref]: /x", "- - -",
     "Was this article helpful?", "Page 1 of 2", "\f", "\fRunning head", "   ", "\t", "\u00a0",
     "\u00ad", "e\u0301", "© 2024 X Inc.", "[a](b) > [c](d)", "| a | b |", "|---|---|",
     "    code", "<b>x</b>", "&amp;", "\\*", "ends here.", "goes on", "and\ton"]
)  # fmt: skip
LETTERS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(PIECES, LETTERS), max_size=25))
def test_whatever_the_lines_are_none_is_lost_and_none_is_made_up(pieces):
    text = "\n".join(pieces)
    found, where, reason = None, 0, ""
    try:
        text = decode(text.encode())
        found = import_text(text)
    except CannotRead as error:
        # Refused as a whole, saying why: nothing is lost silently.
        where, reason = error.line, str(error)
    if found is None:
        assert where or reason == "There is no text in this file."
    if found is not None:
        assert_same_words(text, found)
        propose(found.body, "honor_code")
