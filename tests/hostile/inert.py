"""What must stay words wherever it is shown, and a judge of pages that finds what did not."""

from __future__ import annotations

from html.parser import HTMLParser

# Each carries the word by which it is found again. (1) elements and attributes, (2) addresses,
# (3) places inside other texts: scripts, styles, comments, templates, spreadsheets, letters.
CORPUS = (
    "<script>zq01()</script>",
    "<ScRiPt src=//evil.example/zq02></sCrIpT>",
    '"><img src=x onerror=zq03()>',
    "' onmouseover='zq04()",
    '" autofocus onfocus="zq05()',
    "</textarea><svg/onload=zq06()>",
    "</title><iframe srcdoc='<script>zq07()</script>'>",
    "<a href='javascript:zq08()'>here</a>",
    "<form action=//evil.example/zq09><button>Send",
    '<meta http-equiv="refresh" content="0;url=//evil.example/zq10">',
    "<base href=//evil.example/zq11/>",
    "<style>@import '//evil.example/zq12'</style>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=zq13()>",
    "<!--><img src=x onerror=zq14()>-->",
    "javascript:zq15()",
    "data:text/html,<script>zq16()</script>",
    "![zq17](https://evil.example/zq17.png)",
    "[zq18](javascript:zq18())",
    "<https://evil.example/zq19>",
    "&lt;script&gt;zq20()&lt;/script&gt;",
    "{{7*7}}zq21{% load static %}{0.__class__}%(x)s${7*7}#{7*7}",
    '=HYPERLINK("https://evil.example/zq22")',
    "@SUM(1+1)zq23",
    "]]><x:zq24>",
    "\\u003cscript\\u003ezq25()",
)
MARKS = tuple(f"zq{number:02d}" for number in range(1, len(CORPUS) + 1))

_FORBIDDEN = {"iframe", "object", "embed", "applet", "base", "math", "style", "frame", "portal"}
_ADDRESSES = {"href", "src", "action", "formaction", "poster", "srcset", "data", "xlink:href"}
_OWN = ("/", "#", "?", "mailto:", "http://testserver/", "")


class _Judge(HTMLParser):
    def __init__(self, allowed: tuple[str, ...]) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.allowed = allowed

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name.lower(): value or "" for name, value in attrs}
        if tag in _FORBIDDEN or (tag == "meta" and "http-equiv" in given):
            self.found.append(f"<{tag} {given}>")
        if tag == "script" and not given.get("src", "").startswith("/static/"):
            self.found.append(f"<script {given}>")
        for name, value in given.items():
            if name.startswith("on") or name == "style" or "zq" in name:
                self.found.append(f"{tag} has {name}={value}")
            if name in _ADDRESSES and not self._leads_well(tag, name, value):
                self.found.append(f"{tag} leads to {name}={value}")
        if "zq" in tag:
            self.found.append(f"<{tag}>")

    handle_startendtag = handle_starttag

    def _leads_well(self, tag: str, name: str, value: str) -> bool:
        value = value.strip()
        if tag == "a" and name == "href" and value.startswith(self.allowed):
            return True
        if value.startswith("//"):
            return False
        return value == "" or value.startswith(tuple(own for own in _OWN if own))


def alive(page: str, *, allowed: tuple[str, ...] = ()) -> list[str]:
    """What of the corpus came to life in a page: elements, handlers, addresses that lead away.

    `allowed`: other beginnings that a link may have there.
    """
    judge = _Judge(allowed)
    judge.feed(page)
    judge.close()
    # Browsers end this comment at once, Python's parser does not.
    return judge.found + ["<!-->"] * page.count("<!-->")


def packed(length: int) -> list[str]:
    """The corpus, joined into lines of at most `length` characters."""
    lines: list[str] = []
    for payload in CORPUS:
        if lines and len(lines[-1]) + 1 + len(payload) <= length:
            lines[-1] += f" {payload}"
        else:
            lines.append(payload)
    return lines
