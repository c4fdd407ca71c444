"""Every word a reader sees is marked for translation."""

from __future__ import annotations

import ast
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.template.base import Lexer, TokenType

from tests.support.compose import ROOT

TEMPLATES = sorted(
    path for path in (ROOT / "templates").rglob("*.*") if path.suffix in (".html", ".txt")
)
SOURCES = sorted(
    path
    for app in ("integrity", "notifications", "policies", "cases")
    for path in (ROOT / app).rglob("*.py")
    # Commands speak to operators, the API's reference to programmers; the demo is content.
    if not {"migrations", "management", "api", "demo"} & {*path.parts, path.stem}
)
WORD = re.compile(r"[^\W\d_]{2,}")
# Attributes whose value is read out or shown.
SHOWN = {"title", "alt", "placeholder", "aria-label", "aria-description", "data-l", "label"}
# Keywords of fields, forms and rows that a reader sees.
SHOWN_KEYWORDS = {
    *("label", "help_text", "verbose_name", "verbose_name_plural", "hint", "empty_label"),
    *("heading", "short_description"),
}
# Names and marks that are the same in every language.
SAME_EVERYWHERE = {"WCAG", "SHA-256", "PDF", "CSV", "JSON", "OpenAPI"}


SILENT = ("blocktranslate", "blocktrans", "comment")


class Shown(HTMLParser):
    """Collects what a page shows: text between tags and the attributes that are read out."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in ("script", "style")
        self.found += [value for name, value in attrs if name in SHOWN and value]

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.found.append(data)


def bare(text: str) -> str:
    """The template without what Django puts in, and without what is marked."""
    kept: list[str] = []
    depth = 0
    for token in Lexer(text).tokenize():
        word = token.contents.split(maxsplit=1)[0] if token.contents.strip() else ""
        if token.token_type is TokenType.BLOCK:
            closed = word.startswith("end") and bool(depth)
            # What stands in `body_class` is a name for the style sheet.
            opened = word in SILENT or token.contents == "block body_class"
            depth += opened - (closed and (word[3:] in SILENT or word == "endblock"))
        elif token.token_type is TokenType.TEXT and not depth:
            kept.append(token.contents)
    return "".join(kept)


def unmarked_in_template(path: Path) -> list[str]:
    text = bare(path.read_text())
    parts = [text]
    if path.suffix == ".html":
        parser = Shown()
        parser.feed(text)
        parts = parser.found
    words = {" ".join(part.split()) for part in parts if WORD.search(part)}
    return sorted(words - SAME_EVERYWHERE)


def is_words(node: ast.AST) -> bool:
    if isinstance(node, ast.JoinedStr):
        return any(is_words(value) for value in node.values)
    return (
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and (
            # One lower-case word may be a code; a sentence or a capital is meant for people.
            bool(re.search(r"[^\W\d_]+ [^\W\d_]|^[A-Z][a-z]+$", node.value))
            and node.value not in SAME_EVERYWHERE
        )
    )


def unmarked_in_source(path: Path, errors: set[str]) -> list[str]:
    """Bare strings given to what readers see: labels, messages, and the errors of the domain."""
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        name = node.func.id if isinstance(node.func, ast.Name) else name
        owner = node.func.value if isinstance(node.func, ast.Attribute) else None
        shown = [word.value for word in node.keywords if word.arg in SHOWN_KEYWORDS]
        if name in errors:
            shown += node.args
        elif isinstance(owner, ast.Name) and owner.id == "messages":
            shown += node.args[1:]
        found += [f"line {part.lineno}: {ast.unparse(part)}" for part in shown if is_words(part)]
    return found


@pytest.mark.parametrize(
    "path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates"))
)
def test_every_word_of_a_template_is_marked(path):
    assert unmarked_in_template(path) == []


def test_every_label_message_and_error_is_marked():
    from integrity.core import errors

    names = {name for name in vars(errors) if name[0].isupper()} | {"ValidationError"}
    found = {
        str(path.relative_to(ROOT)): lines
        for path in SOURCES
        if (lines := unmarked_in_source(path, names))
    }
    assert found == {}


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("<p>Hello</p>", ["Hello"]),
        ('<p>{% translate "Hello" %}</p>', []),
        ("{% blocktranslate %}Hello {{ name }}{% endblocktranslate %}", []),
        ('<a title="More" class="one two" href="/three/">{{ name }}</a>', ["More"]),
        ("<b>{{ number }}</b> reports", ["reports"]),
        ("{# a note #}<i>%</i>", []),
    ],
)
def test_unmarked_words_are_found(tmp_path, template, found):
    path = tmp_path / "page.html"
    path.write_text(template)
    assert unmarked_in_template(path) == found


@pytest.mark.parametrize(
    ("source", "number"),
    [
        ('forms.CharField(label="Your name")', 1),
        ('forms.CharField(label=_("Your name"))', 0),
        ('raise Conflict("It was sent before.")', 1),
        ('raise Conflict(_("It was sent before."))', 0),
        ('messages.success(request, f"Sent to {name} now.")', 1),
    ],
)
def test_unmarked_strings_are_found(tmp_path, source, number):
    path = tmp_path / "forms.py"
    path.write_text(source)
    assert len(unmarked_in_source(path, {"Conflict"})) == number
