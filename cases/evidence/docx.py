"""The words of a Word document, from its parts (ECMA-376, transitional and strict).

No Django here: the process that opens files uses this.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from xml.etree.ElementTree import Element

from cases.evidence.layout import PICTURE, Lines, local, said
from cases.evidence.refusal import Refused

_DOCUMENT = "word/document.xml"
_LINKS = "word/_rels/document.xml.rels"
_STYLES = "word/styles.xml"
_NUMBERING = "word/numbering.xml"
_NOTES = {"footnoteReference": "word/footnotes.xml", "endnoteReference": "word/endnotes.xml"}
_HEADING = re.compile(r"heading (\d)", re.IGNORECASE)
_WEB = re.compile(r"(https?|mailto):", re.IGNORECASE)
# Deleted, moved away, remarked, computed: none of it stands on the page.
_NOT_SHOWN = {
    *("del", "moveFrom", "instrText", "delText", "delInstrText", "Fallback", "rPr", "pPr"),
    *("sectPr", "tblPr", "trPr", "tcPr", "sdtPr", "annotationRef", "footnoteRef", "endnoteRef"),
}
_PICTURES = {"drawing", "pict", "object"}


def _get(element: Element, name: str) -> str:
    return next((value for key, value in element.items() if local(key) == name), "")


def _child(element: Element | None, *path: str) -> Element | None:
    for name in path:
        if element is None:
            return None
        element = next((child for child in element if local(child.tag) == name), None)
    return element


def _on(element: Element | None) -> bool:
    return element is not None and _get(element, "val").lower() not in ("0", "false", "off")


class Word:
    """One document. Raises `Refused("damaged")` without a body."""

    def __init__(self, parts: Mapping[str, Element | None]) -> None:
        body = _child(parts.get(_DOCUMENT), "body")
        if body is None:
            raise Refused("damaged")
        self._body = body
        self._links = self._targets(parts.get(_LINKS))
        self._headings = self._levels(parts.get(_STYLES))
        self._formats = self._kinds(parts.get(_NUMBERING))
        self._sources = {name: self._by_id(parts.get(path)) for name, path in _NOTES.items()}
        self._notes: list[str] = []
        self._counts: dict[tuple[str, int], int] = {}
        self.left_out = {"pictures": 0, "comments": 0, "hidden": 0}

    @staticmethod
    def parts(names: Sequence[str]) -> list[str]:
        """Those of the archive's names that are read."""
        wanted = (_DOCUMENT, _LINKS, _STYLES, _NUMBERING, *_NOTES.values())
        return [name for name in wanted if name in names]

    def text(self) -> str:
        """All of it, notes last."""
        lines = Lines()
        self._blocks(self._body, lines)
        lines.notes(self._notes)
        return lines.text()

    @staticmethod
    def _targets(links: Element | None) -> dict[str, str]:
        # Only what a reader could click; everything else a document points at is not looked at.
        return {
            _get(link, "Id"): said(_get(link, "Target"))
            for link in (links if links is not None else [])
            if _get(link, "TargetMode") == "External"
            and _get(link, "Type").endswith("/hyperlink")
            and _WEB.match(_get(link, "Target"))
        }

    @staticmethod
    def _levels(styles: Element | None) -> dict[str, int]:
        levels = {}
        for style in styles if styles is not None else []:
            name = _child(style, "name")
            called = _get(name, "val") if name is not None else ""
            heading = _HEADING.fullmatch(called)
            if heading or called.lower() == "title":
                levels[_get(style, "styleId")] = int(heading[1]) if heading else 1
        return levels

    @staticmethod
    def _kinds(numbering: Element | None) -> dict[tuple[str, int], str]:
        abstract: dict[str, dict[int, str]] = {}
        kinds: dict[tuple[str, int], str] = {}
        for element in numbering if numbering is not None else []:
            if local(element.tag) == "abstractNum":
                abstract[_get(element, "abstractNumId")] = {
                    _number(_get(level, "ilvl")): _get(kind, "val")
                    for level in element
                    if local(level.tag) == "lvl" and (kind := _child(level, "numFmt")) is not None
                }
            elif (
                local(element.tag) == "num" and (of := _child(element, "abstractNumId")) is not None
            ):
                for depth, called in abstract.get(_get(of, "val"), {}).items():
                    kinds[_get(element, "numId"), depth] = called
        return kinds

    @staticmethod
    def _by_id(notes: Element | None) -> dict[str, Element]:
        return {_get(note, "id"): note for note in (notes if notes is not None else [])}

    def _blocks(self, parent: Element, lines: Lines) -> None:
        for element in parent:
            name = local(element.tag)
            if name == "p":
                self._paragraph(element, lines)
            elif name == "tbl":
                lines.table([self._row(row) for row in self._all(element, "tr")])
            elif name not in _NOT_SHOWN:
                # Wrappers: content controls, tracked insertions, custom XML.
                self._blocks(element, lines)

    def _all(self, parent: Element, name: str) -> Iterator[Element]:
        """Rows or cells, also inside wrappers, but not those of a table within."""
        for element in parent:
            if local(element.tag) == name:
                yield element
            elif local(element.tag) not in (*_NOT_SHOWN, "tbl", "tr", "tc", "p"):
                yield from self._all(element, name)

    def _row(self, row: Element) -> list[str]:
        cells = []
        for cell in self._all(row, "tc"):
            lines = Lines()
            self._blocks(cell, lines)
            cells.append("\n".join(line for line in lines.text().split("\n") if line.strip()))
        return cells

    def _paragraph(self, element: Element, lines: Lines) -> None:
        boxes: list[Element] = []
        text = "".join(self._words(element, boxes))
        properties = _child(element, "pPr")
        style = _child(properties, "pStyle")
        level = self._headings.get(_get(style, "val")) if style is not None else None
        if level is not None:
            lines.heading(text, level)
        else:
            mark = self._mark(_child(properties, "numPr"))
            lines.block(f"{mark}{text}" if text.strip() else "", group="list" if mark else "")
        for box in boxes:
            self._blocks(box, lines)

    def _mark(self, numbered: Element | None) -> str:
        if numbered is None:
            return ""
        depth, of = _child(numbered, "ilvl"), _child(numbered, "numId")
        level = min(_number(_get(depth, "val")) if depth is not None else 0, 8)
        number = _get(of, "val") if of is not None else ""
        if number == "0":
            return ""
        for known in list(self._counts):
            if known[0] == number and known[1] > level:
                del self._counts[known]
        count = self._counts[number, level] = self._counts.get((number, level), 0) + 1
        kind = self._formats.get((number, level), "bullet")
        return "  " * level + ("- " if kind in ("bullet", "none") else f"{count}. ")

    def _words(self, parent: Element, boxes: list[Element]) -> Iterator[str]:
        for element in parent:
            name = local(element.tag)
            if name in _NOT_SHOWN:
                continue
            if name == "t":
                yield said(element.text or "")
            elif name in ("br", "cr"):
                yield "\n"
            elif name in ("tab", "ptab"):
                yield "\t"
            elif name == "noBreakHyphen":
                yield "-"
            elif name == "commentReference":
                self.left_out["comments"] += 1
            elif name in _NOTES:
                yield self._note(name, _get(element, "id"))
            elif name == "r":
                yield from self._run(element, boxes)
            elif name == "hyperlink":
                yield from self._link(element, boxes)
            elif name in _PICTURES:
                yield self._picture(element, boxes)
            else:
                yield from self._words(element, boxes)

    def _run(self, run: Element, boxes: list[Element]) -> Iterator[str]:
        if _on(_child(run, "rPr", "vanish")):
            self.left_out["hidden"] += 1
            return
        yield from self._words(run, boxes)

    def _link(self, link: Element, boxes: list[Element]) -> Iterator[str]:
        text = "".join(self._words(link, boxes))
        yield text
        target = self._links.get(_get(link, "id"), "")
        if target and target.rstrip("/") != text.strip().rstrip("/"):
            yield f" <{target}>"

    def _note(self, name: str, note_id: str) -> str:
        note = self._sources[name].get(note_id)
        if note is None:
            return ""
        # Taken out first: a note that refers to itself ends there.
        del self._sources[name][note_id]
        lines = Lines()
        place = len(self._notes)
        self._notes.append("")
        self._blocks(note, lines)
        self._notes[place] = lines.text()
        return f"[{place + 1}]"

    def _picture(self, element: Element, boxes: list[Element]) -> str:
        """The mark of a picture with its description; words drawn in a box come after."""
        found = [box for box in _outside(element, "Fallback") if local(box.tag) == "txbxContent"]
        boxes += found
        if found:
            return ""
        self.left_out["pictures"] += 1
        described = [e for e in element.iter() if local(e.tag) == "docPr"]
        told = " ".join(said(_get(described[0], "descr")).split()) if described else ""
        return f"[{PICTURE}: {told}]" if told else f"[{PICTURE}]"


def _outside(parent: Element, skipped: str) -> Iterator[Element]:
    """Everything below `parent` but elements of this name and below text boxes."""
    for element in parent:
        if local(element.tag) == skipped:
            continue
        yield element
        if local(element.tag) != "txbxContent":
            yield from _outside(element, skipped)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
