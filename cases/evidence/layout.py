"""How a document's parts are laid out as plain text. No Django here."""

from __future__ import annotations

# Stands where a picture stood; the caller has the word for it in a language.
PICTURE = "\ue000"
_RULES = "=-~"
_WIDTH = 72


def local(tag: str) -> str:
    """The name of an element or attribute without its namespace."""
    return tag.rsplit("}", 1)[-1]


def said(text: str) -> str:
    """Words of the document, which cannot pass for a mark of ours."""
    return text.replace(PICTURE, "")


class Lines:
    """Lines of text with one empty line between blocks; items of a list stand close."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._group = ""

    def block(self, text: str, *, group: str = "") -> None:
        """Add a paragraph; those of one group in a row have no empty line between them."""
        text = "\n".join(line.rstrip() for line in text.split("\n")).strip("\n")
        if not text.strip():
            return
        if self._lines and not (group and group == self._group):
            self._lines.append("")
        self._lines.append(text)
        self._group = group

    def heading(self, text: str, level: int) -> None:
        """Add a heading with a line below it; `level` from 1."""
        text = " ".join(text.split())
        if text:
            rule = _RULES[min(max(level, 1), len(_RULES)) - 1]
            self.block(f"{text}\n{rule * min(len(text), _WIDTH)}")

    def table(self, rows: list[list[str]]) -> None:
        """Add a table: a line a row, cells apart by a bar."""
        for row in rows:
            cells = [" / ".join(cell.split("\n")) for cell in row]
            if any(cells):
                self.block(" | ".join(cells), group="table")
        self._group = ""

    def notes(self, notes: list[str]) -> None:
        """Add notes in the order of their numbers in brackets."""
        for number, text in enumerate(notes, start=1):
            self.block(f"[{number}] {' '.join(text.split())}", group="notes")

    def text(self) -> str:
        """Everything so far."""
        return "\n".join(self._lines)
