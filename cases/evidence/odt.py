"""The words of an OpenDocument text, from its `content.xml` (ISO/IEC 26300).

No Django here: the process that opens files uses this.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from cases.evidence.layout import PICTURE, Lines, local, said
from cases.evidence.refusal import Refused

_WEB = re.compile(r"(https?|mailto):", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\r\n]+")
# What was deleted, declared or remarked does not stand on the page.
_NOT_SHOWN = {
    *("tracked-changes", "variable-decls", "sequence-decls", "user-field-decls", "forms"),
    *("hidden-text", "hidden-paragraph", "soft-page-break", "annotation-end", "table-of-content"),
}


def _get(element: Element, name: str) -> str:
    return next((value for key, value in element.items() if local(key) == name), "")


class Odt:
    """One document. Raises `Refused("damaged")` without a text."""

    def __init__(self, content: Element | None) -> None:
        body = (
            next((e for e in content.iter() if e.tag.endswith(":office:1.0}text")), None)
            if content is not None
            else None
        )
        if body is None:
            raise Refused("damaged")
        self._body = body
        self._notes: list[str] = []
        self.left_out = {"pictures": 0, "comments": 0, "hidden": 0}

    def text(self) -> str:
        """All of it, notes last."""
        lines = Lines()
        self._blocks(self._body, lines)
        lines.notes(self._notes)
        return lines.text()

    def _blocks(self, parent: Element, lines: Lines, depth: int = -1) -> None:
        for element in parent:
            name = local(element.tag)
            if name == "h":
                level = _get(element, "outline-level")
                # Without a level a heading is one of the first.
                known = level.isascii() and level.isdigit() and len(level) == 1
                lines.heading(self._words(element), int(level) if known else 1)
            elif name == "p":
                text = self._words(element)
                mark = "  " * depth + "- " if depth >= 0 else ""
                lines.block(f"{mark}{text}" if text.strip() else "", group="list" if mark else "")
            elif name == "list":
                self._blocks(element, lines, depth + 1)
            elif name == "table":
                lines.table([self._row(row) for row in _rows(element)])
            elif name in ("frame", "annotation"):
                lines.block(self._inline(element))
            elif name not in _NOT_SHOWN:
                self._blocks(element, lines, depth)

    def _row(self, row: Element) -> list[str]:
        cells = []
        for cell in row:
            if local(cell.tag) == "table-cell":
                lines = Lines()
                self._blocks(cell, lines)
                cells.append("\n".join(line for line in lines.text().split("\n") if line.strip()))
        return cells

    def _words(self, element: Element) -> str:
        return "".join(self._parts(element)).strip()

    def _parts(self, parent: Element) -> Iterator[str]:
        yield _SPACE.sub(" ", said(parent.text or ""))
        for element in parent:
            yield self._inline(element)
            yield _SPACE.sub(" ", said(element.tail or ""))

    def _inline(self, element: Element) -> str:
        name = local(element.tag)
        if name in _NOT_SHOWN:
            self.left_out["hidden"] += name.startswith("hidden")
            return ""
        if name == "s":
            count = _get(element, "c") or "1"
            return " " * (
                int(count) if count.isascii() and count.isdigit() and len(count) < 4 else 1
            )
        if name == "tab":
            return "\t"
        if name == "line-break":
            return "\n"
        if name == "annotation":
            self.left_out["comments"] += 1
            return ""
        if name == "note":
            return self._note(element)
        if name == "frame":
            return self._frame(element)
        text = "".join(self._parts(element))
        target = said(_get(element, "href")) if name == "a" else ""
        if _WEB.match(target) and target.rstrip("/") != text.strip().rstrip("/"):
            return f"{text} <{target}>"
        return text

    def _note(self, note: Element) -> str:
        body = next((e for e in note if local(e.tag) == "note-body"), None)
        if body is None:
            return ""
        place = len(self._notes)
        self._notes.append("")
        lines = Lines()
        self._blocks(body, lines)
        self._notes[place] = lines.text()
        return f"[{place + 1}]"

    def _frame(self, frame: Element) -> str:
        box = next((e for e in frame if local(e.tag) == "text-box"), None)
        if box is not None:
            lines = Lines()
            self._blocks(box, lines)
            return lines.text()
        if not any(local(e.tag) in ("image", "object", "object-ole") for e in frame):
            return ""
        self.left_out["pictures"] += 1
        told = next((e.text or "" for e in frame if local(e.tag) in ("desc", "title")), "")
        told = " ".join(said(told).split())
        return f"[{PICTURE}: {told}]" if told else f"[{PICTURE}]"


def _rows(table: Element) -> Iterator[Element]:
    """Rows, also inside groups and headers, but not those of a table within."""
    for element in table:
        if local(element.tag) == "table-row":
            yield element
        elif local(element.tag).startswith("table-") and local(element.tag) != "table-cell":
            yield from _rows(element)
