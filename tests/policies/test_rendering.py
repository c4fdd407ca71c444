"""Markdown is shown with numbers and anchors, and nothing hostile in it survives (cases 50, 51)."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.rendering import Rendered, plain_text, render

TEXT = """Before everything.

## First part

One.

Two:

- a
- b

## Second part

Intro.

### Alpha

A *text* with [a link](https://example.org/x?a=1&b=2 "title").

#### Deeper

More.

### Beta & Co

| a | b |
|---|--:|
| 1 | 2 |

## Third part

1. One thing: and so on
2. Another
   - nested

After.
"""


def html(body: str) -> str:
    return "".join(clause.html for _part, clause in render(body).clauses())


def test_parts_and_clauses_are_numbered_with_anchors():
    found = [
        (part.number, clause.number, clause.anchor, clause.title)
        for part, clause in render(TEXT).clauses()
    ]
    assert found == [
        ("", "", "", ""),
        ("1", "1.1", "p1-1", ""),
        ("1", "1.2", "p1-2", ""),
        ("2", "", "", ""),
        ("2", "2.1", "p2-1", "Alpha"),
        ("2", "2.2", "p2-2", "Beta & Co"),
        ("3", "3.1", "p3-1", ""),
        ("3", "3.2", "p3-2", ""),
        ("3", "3.3", "p3-3", ""),
    ]
    parts = render(TEXT).parts
    assert [part.title_id for part in parts] == [
        "",
        "h-first-part",
        "h-second-part",
        "h-third-part",
    ]
    clauses = [clause for _part, clause in render(TEXT).clauses()]
    assert "<ul>" in clauses[2].html, "a list stays with the sentence that introduces it"
    assert "<h4>Deeper</h4>" in clauses[4].html
    assert "<td>1</td>" in clauses[5].html
    assert "<ol>" not in clauses[6].html
    assert render(TEXT).numbers() == {
        "first part": "1", "second part": "2", "alpha": "2.1", "beta & co": "2.2",
        "third part": "3", "one thing": "3.1", "two": "1.2",
    }  # fmt: skip


def test_the_same_title_twice_gets_two_ids():
    ids = [part.title_id for part in render("## A\n\nx\n\n## A\n\ny\n\n## A 2\n\nz").parts]
    assert len(set(ids)) == 3


@pytest.mark.parametrize(
    ("body", "title", "parts"),
    [
        ("# Code\n\nText.\n\n## A\n\nx", "Code", [("", ""), ("1", "A")]),
        ("# Code\n\nText.\n\n## A\n\nx", "Other", [("", "Code"), ("1", "A")]),
        ("# A\n\nx\n\n# B\n\ny", "", [("1", "A"), ("2", "B")]),
        ("Only text.\n\nMore.", "", [("", "")]),
        ("", "", [("", "")]),
        ("## A", "", [("1", "A")]),
        ("# Code", "code", [("", "")]),
    ],
)
def test_titles(body, title, parts):
    assert [(part.number, part.title) for part in render(body, title).parts] == parts


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe src=https://evil.example></iframe>",
    "<a href='javascript:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](vbscript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](data:image/svg+xml;base64,PHN2Zz4=)",
    "[x](file:///etc/passwd)",
    "[x](//evil.example/a)",
    "[x](/\\evil.example)",
    "[x](\\\\evil.example)",
    "[x](/logout)",
    "[x](relative/path)",
    "[x](https:)",
    "<javascript:alert(1)>",
    '<https://example.org/" onmouseover="alert(1)>',
    "![pixel](https://tracker.example/p.png)",
    "![pixel](//tracker.example/p.png)",
    "![x](javascript:alert(1))",
    "![x][ref]\n\n[ref]: https://tracker.example/p.png",
    "[x][ref]\n\n[ref]: javascript:alert(1)",
    "[![x](https://tracker.example/p.png)](javascript:alert(1))",
    "[x](https://a.example 'a\" onmouseover=\"alert(1)')",
    "`<script>alert(1)</script>`",
    '```"><script>alert(1)</script>\nx\n```',
    "## <script>alert(1)</script>",
    "### [x](javascript:alert(1))",
    "| <script> |\n|---|\n| <img src=x onerror=alert(1)> |",
    "> <script>alert(1)</script>",
    "- <script>alert(1)</script>",
    "1. <style>*{display:none}</style>",
    "<!-- --><script>alert(1)</script>",
    "<scr<script>ipt>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\u202e<script>alert(1)</script>",
    '<math><mi xlink:href="javascript:alert(1)">x</mi></math>',
    "{{7*7}} {% now %} {0.__class__}",
    "<form action=/logout method=post><button>x</button></form>",
    "<base href=https://evil.example>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "[x](mailto:a@example.org?subject=%0d%0aBcc:b@example.org)",
]
ALLOWED = {
    "p", "br", "hr", "em", "strong", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a", "h4",
    "h5", "h6", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip


class Inspector(HTMLParser):
    """Fails on any tag, attribute or address that is not on the list."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ALLOWED, tag
        for name, value in attrs:
            assert (tag, name) in {("a", "href"), ("a", "title"), ("a", "rel"), ("ol", "start")}, (
                name
            )
            if name == "href":
                assert re.match(
                    r"(https?://[^/]|mailto:.|#|/(policies|report|pledges|courses|my)/)", str(value)
                ), value


def inspect(found: Rendered) -> None:
    for part, clause in found.clauses():
        Inspector().feed(clause.html)
        # Titles and ids are escaped by the template: here they have to be plain text.
        for value in (part.title_id, clause.title_id, part.anchor, clause.anchor):
            assert re.fullmatch(r"[\w-]*", value), value


@pytest.mark.parametrize("payload", HOSTILE)
@pytest.mark.parametrize(
    "frame", ["{}", "## Part\n\n{}\n", "## Part\n\n### Clause\n\n{}\n", "- a\n\n  {}"]
)
def test_hostile_markdown_is_inert(payload, frame):
    inspect(render(frame.format(payload) if frame == "{}" else frame.replace("{}", payload)))


@given(st.lists(st.sampled_from([*HOSTILE, "\n\n", "\n", " ", "*", "_", "[", "](", ")", "<", ">"]),
                max_size=8).map("".join))  # fmt: skip
def test_any_mixture_is_inert(body):
    inspect(render(body))


def test_remote_pictures_leave_their_words():
    assert "pixel" in html("![pixel](https://tracker.example/p.png)")
    assert "tracker" not in html("![pixel](https://tracker.example/p.png)")


def test_links_of_another_site_lose_their_address_and_keep_their_words():
    found = html("Ask [the office](/s/article/1) or [us](/report/) or [them](https://example.org).")
    assert "the office" in found
    assert "/s/article" not in found
    assert 'href="/report/"' in found
    assert 'href="https://example.org" rel="noopener noreferrer"' in found


def test_raw_html_is_shown_as_it_was_typed():
    assert "&lt;b&gt;bold&lt;/b&gt;" in html("<b>bold</b>")


def test_plain_text():
    assert plain_text("## A\n\n*b* `c`\nd ![e](x.png)\n\n```\nf\n```") == "A\nb c d e\nf"
