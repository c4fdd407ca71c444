"""Finds lines that belong to the page around a policy, not to the policy."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """A line of the source: its number from 1, its text, and the page it stands on."""

    number: int
    text: str
    page: int

    @property
    def words(self) -> str:
        return " ".join(self.text.split())


@dataclass(frozen=True)
class Dropped:
    """A line that is not in the text, and why."""

    line: int
    text: str
    reason: str


# Below the text of an article in a help centre: fields of the article, votes, links elsewhere.
_TAIL = re.compile(
    r"url name|was this (article|page) helpful\??|related (articles|content)|did this help\??",
    re.IGNORECASE,
)
_LABEL = re.compile(r"help articles?|help cent(er|re)|content|article details", re.IGNORECASE)
_LINK = re.compile(r"\[(?:[^\[\]\\]|\\.)*\]\((?:[^()\\]|\\.)*\)")
_DATE = re.compile(
    r"((last )?(updated|published|modified)( on)?:? )?"
    r"([a-z]{3,9} \d{1,2}, \d{4}|\d{1,2} [a-z]{3,9} \d{4}|\d{4}-\d\d-\d\d)( [·|-] \w+)?",
    re.IGNORECASE,
)
_COPYRIGHT = re.compile(r"(©|\(c\)|copyright)\s.{0,20}\d{4}.{0,80}", re.IGNORECASE)
_PAGE_NUMBER = re.compile(r"(page\s+)?\d{1,4}(\s*(of|/)\s*\d{1,4})?|[-–—]\s*\d{1,4}\s*[-–—]", re.I)


def split(text: str) -> list[Line]:
    """The lines of `text`. A form feed begins a page and is not part of a line."""
    lines: list[Line] = []
    page = 1
    for number, raw in enumerate(text.split("\n"), 1):
        page += raw.count("\f")
        lines.append(Line(number, raw.replace("\f", " "), page))
    return lines


def find(lines: Sequence[Line]) -> dict[int, Dropped]:
    """Line number -> what is dropped. Without clear signs of a page nothing is."""
    written = [line for line in lines if line.words]
    found: dict[int, Dropped] = {}

    def drop(line: Line, reason: str) -> None:
        found.setdefault(line.number, Dropped(line.number, line.text.strip(), reason))

    for line in _page_edges(written):
        drop(line, "repeated at the edge of pages")
    tail = [index for index, line in enumerate(written) if _TAIL.fullmatch(line.words)]
    if len(tail) >= 2:
        for line in written[tail[0] :]:
            drop(line, "below the article: fields, votes and links of the page")
        written = written[: tail[0]]
        for line in written[:20]:
            if _LABEL.fullmatch(line.words):
                drop(line, "label of the page")
            elif _DATE.fullmatch(line.words):
                drop(line, "date of the page")
    for line in written[:20]:
        if _is_breadcrumb(line.words):
            drop(line, "way through the site")
    for line in written[-3:]:
        if _COPYRIGHT.fullmatch(line.words):
            drop(line, "copyright of the page")
    return found


def date_of_page(dropped: Sequence[Dropped]) -> str:
    """The date that a dropped line names, as it stands there."""
    for item in dropped:
        match = _DATE.fullmatch(" ".join(item.text.split()))
        if match and item.reason == "date of the page":
            return match.group(5)
    return ""


def _is_breadcrumb(text: str) -> bool:
    """Only links, with > between or before them."""
    rest = _LINK.sub("", text)
    return bool(_LINK.search(text)) and ">" in rest and not rest.strip(" >.»/")


def _page_edges(written: Sequence[Line]) -> list[Line]:
    """Heads, feet and numbers of pages, where form feeds tell where pages begin."""
    pages: dict[int, list[Line]] = {}
    for line in written:
        pages.setdefault(line.page, []).append(line)
    if len(pages) < 2:
        return []
    edges: dict[int, Line] = {}
    for lines in pages.values():
        # A page of one or two lines has no edge apart from its text.
        for line in (*lines[:2], *lines[-2:]) if len(lines) > 4 else (lines[0], lines[-1]):
            edges[line.number] = line
    seen = Counter(_without_numbers(line.words) for line in edges.values())
    needed = max(2, (len(pages) + 1) // 2)
    return [
        line
        for line in edges.values()
        if seen[_without_numbers(line.words)] >= needed or _PAGE_NUMBER.fullmatch(line.words)
    ]


def _without_numbers(text: str) -> str:
    return re.sub(r"\d+", "#", text)
