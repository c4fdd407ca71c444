"""Turns the lines of a source into Markdown, word for word."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from django.utils.translation import gettext as _

from integrity.core.text import clean_text
from policies.importer import furniture
from policies.importer.furniture import Dropped, Line
from policies.importer.reading import CannotRead
from policies.models.version import BODY_LIMIT

_ATX = re.compile(r" {0,3}#{1,6}[ \t]+\S")
_FENCE = re.compile(r" {0,3}(```|~~~)")
_BOLD = re.compile(r"\*\*[^*]+\*\*:?")
# What begins a block of its own in Markdown, whatever stands above it.
_BEGINS = re.compile(
    r" {0,3}(#{1,6}[ \t]|```|~~~|>|\||[-*+][ \t]|\d{1,9}[.)][ \t]|([-*_=][ \t]*)+$)"
)
_ITEM = re.compile(r"(?P<mark>[-*+•‣▪–]|\d{1,3}[.)])\s+(?P<rest>\S.*)")
# What Markdown would take for an underline, or for the target of a link and then not show.
_RULE = re.compile(r"(=+|-+|[-*_](\s*[-*_]){2,})")
_TARGET = re.compile(r"\[[^\]]+\]:")
_INVISIBLE_GONE = "invisible characters were left out"
_DAMAGED = "has a replacement character: the file was damaged before"
# Markdown knows no such lists: each entry becomes a paragraph of its own.
_LETTERED = re.compile(r"\(?([a-z]|[ivx]{1,4}|\d{1,3})\)\s+\S.*", re.IGNORECASE)
_BULLETS = "•‣▪–"
_END = re.compile(r"[.!?:;][\"'”’)\]]*$")


@dataclass(frozen=True)
class Note:
    """Something an editor should look at in a line that was kept."""

    line: int
    text: str


@dataclass(frozen=True)
class Imported:
    """The text as Markdown, what was dropped, and the layout: `markdown`, `wrapped` or `lines`."""

    body: str
    dropped: tuple[Dropped, ...]
    layout: str
    source_lines: int
    notes: tuple[Note, ...] = ()

    @property
    def dated(self) -> str:
        """The date that the page around the text names, as it stands there; or nothing."""
        return furniture.date_of_page(self.dropped)


@dataclass
class _Block:
    kind: str  # heading, paragraph, item, rule
    lines: list[str]
    mark: str = ""
    level: int = 2
    indent: int = 0  # of an entry, in columns of the source
    last: Line = field(default_factory=lambda: Line(0, "", 0))


def import_text(text: str) -> Imported:
    """The Markdown of a source text.

    Every line that is not blank is in the body, with the same words in the same order, or in
    `dropped`. Raises `CannotRead` for a text that is too long, naming the line that is too much.
    """
    lines = furniture.split(text)
    gone = furniture.find(lines)
    kept = [line for line in lines if line.number not in gone]
    if _is_markdown(kept):
        layout = "markdown"
        body = "\n".join(_breaks_kept(kept))
    else:
        wrapped = _is_wrapped(kept)
        layout = "wrapped" if wrapped else "lines"
        body = _write(_blocks(kept, wrapped))
    _require_short(kept, body)
    body = clean_text(re.sub(r"\n{3,}", "\n\n", body), max_length=BODY_LIMIT)
    _require_all(kept, body)
    return Imported(
        body,
        tuple(gone[number] for number in sorted(gone)),
        layout,
        sum(1 for line in lines if line.words),
        tuple(_notes(kept)),
    )


# How the source is laid out


def _is_markdown(lines: Sequence[Line]) -> bool:
    """Headings of Markdown, or a code fence, say so; links alone also come from copied pages."""
    return any(_ATX.match(line.text) or _FENCE.match(line.text) for line in lines)


def _breaks_kept(lines: Sequence[Line]) -> Iterator[str]:
    """The lines of a Markdown source, with the breaks its author meant.

    Where lines are not wrapped, a line below an entry of a list is no part of that entry unless it
    is indented, and a line all in bold stands alone. Markdown runs both into their neighbours.
    """
    if _is_wrapped(lines):
        yield from (line.text for line in lines)
        return
    fenced = in_entry = False
    for line, following in zip(lines, [*lines[1:], None], strict=True):
        text = line.text
        fenced ^= _FENCE.match(text) is not None
        begins = _BEGINS.match(text) is not None
        if in_entry and not fenced and not begins and text[:1].strip():
            yield ""
            in_entry = False
        elif _ITEM.fullmatch(text.strip()):
            in_entry = True
        elif begins or not line.words:
            in_entry = False
        goes_on = following is not None and following.words and not _BEGINS.match(following.text)
        yield f"{text}  " if not fenced and goes_on and _BOLD.fullmatch(line.words) else text


def _is_wrapped(lines: Sequence[Line]) -> bool:
    """Whether sentences go on from line to line."""
    written = [line.words for line in lines if line.words]
    follows = [
        b[0].islower() and not _END.search(a) and not _ITEM.fullmatch(b)
        for a, b in pairwise(written)
    ]
    return sum(follows) > 0.15 * len(follows)


def _is_double_spaced(lines: Sequence[Line]) -> bool:
    """Whether nearly every line is followed by a blank one, so that blank lines mean nothing."""
    written = [(a, b) for a, b in pairwise(lines) if a.words]
    return sum(1 for _a, b in written if not b.words) > 0.7 * len(written)


def _blocks(lines: Sequence[Line], wrapped: bool) -> list[_Block]:
    blank_parts = not (wrapped and _is_double_spaced(lines))
    written = [line for line in lines if line.words]
    following = dict(zip((line.number for line in written), written[1:], strict=False))
    blocks: list[_Block] = []
    current: _Block | None = None
    before: Line | None = None
    for line in lines:
        words = line.words
        if not words:
            current = None if blank_parts else current
            continue
        item = _ITEM.fullmatch(line.text.strip())
        if _RULE.fullmatch(words):
            current = _Block("rule", [line.text.strip()])
        elif item:
            current = _Block("item", [item["rest"].rstrip()], item["mark"])
            current.indent = _indent(line.text)
        elif _is_heading(line, before, following.get(line.number), current):
            current = _Block("heading", [line.text.strip()], level=1 if before is None else 2)
        elif current is not None and _goes_on(current, line, wrapped, written):
            current.lines.append(line.text.strip())
            current.last = before = line
            continue
        else:
            current = _Block("paragraph", [line.text.strip()])
        current.last = before = line
        blocks.append(current)
    return blocks


def _is_heading(
    line: Line, before: Line | None, after: Line | None, current: _Block | None
) -> bool:
    """A short line without an end of sentence, after something complete and before something."""
    words = line.words
    if after is None or len(words) > 70 or len(words.split()) > 10 or _END.search(words):
        return False
    if not words[0].isupper() or words.endswith(","):
        return False
    complete = before is None or current is None or _END.search(before.words) is not None
    return complete or (current is not None and current.kind == "heading")


def _goes_on(block: _Block, line: Line, wrapped: bool, written: Sequence[Line]) -> bool:
    """Whether `line` belongs to the open block."""
    if block.kind in ("heading", "rule") or _LETTERED.fullmatch(line.words):
        return False
    if not wrapped:
        # One line is one paragraph; only an indented line goes on with the entry above.
        return block.kind == "item" and line.text.startswith(("  ", "\t"))
    last = block.last.words
    if not _END.search(last) or not (line.words[0].isupper() or line.words[0].isdigit()):
        return True
    # A sentence ends and another begins. In running text the next word would not have fitted.
    index = next(i for i, other in enumerate(written) if other.number == block.last.number)
    width = max(len(other.words) for other in written[max(0, index - 3) : index + 4])
    return len(last) + 1 + len(line.words.split()[0]) > width


# Markdown


def _write(blocks: Sequence[_Block]) -> str:
    return "\n".join(_written(blocks))


def _written(blocks: Sequence[_Block]) -> Iterator[str]:
    previous: _Block | None = None
    lists: list[tuple[_Block, int]] = []  # the open entries, each with its column in the Markdown
    for block in blocks:
        if block.kind == "item":
            yield from _entry(block, lists, follows=previous is not None)
        else:
            lists.clear()
            if previous is not None:
                yield ""
            if block.kind == "heading":
                yield f"{'#' * block.level} {block.lines[0]}"
            else:
                yield from (_shown(line) for line in block.lines)
        previous = block


def _entry(block: _Block, lists: list[tuple[_Block, int]], *, follows: bool) -> Iterator[str]:
    """An entry of a list. One that is indented below another belongs to it."""
    sibling: _Block | None = None
    # Numbers set flush right differ by one column and are of one list.
    while lists and block.indent < lists[-1][0].indent + 2:
        sibling, _column = lists.pop()
    column = 0
    if lists:
        above, start = lists[-1]
        column = start + len(_style(above.mark)) + 1
    mark = _style(block.mark)
    if sibling is not None:
        apart = _family(sibling.mark) != _family(block.mark)
    else:
        # Only a list that begins with 1 may follow a line of text at once.
        apart = follows and (not lists or (mark[0].isdigit() and int(mark[:-1]) != 1))
    if apart:
        yield ""
    lists.append((block, column))
    yield f"{' ' * column}{mark} {_shown(block.lines[0])}"
    yield from (" " * (column + len(mark) + 1) + _shown(line) for line in block.lines[1:])


def _shown(line: str) -> str:
    """The line, so that Markdown shows it instead of keeping it as the target of a link."""
    return f"\\{line}" if _TARGET.match(line) else line


def _indent(text: str) -> int:
    expanded = text.expandtabs(4)
    return len(expanded) - len(expanded.lstrip())


def _style(mark: str) -> str:
    """How the mark of an entry is written: a bullet as `-`, a number as itself."""
    return "-" if mark in _BULLETS else mark


def _family(mark: str) -> str:
    """Marks that make one list: the same bullet, or numbers written in the same way."""
    return mark[-1] if mark[:1].isdigit() else _style(mark)


def _require_short(kept: Sequence[Line], body: str) -> None:
    """Refuse a text that no version can hold, naming the line that is too much."""
    if len(body) <= BODY_LIMIT:
        return
    length = 0
    for line in kept:
        length += len(line.text) + 1
        if length > BODY_LIMIT:
            break
    reason = _("from here on the text is longer than %(limit)s characters")
    raise CannotRead(reason % {"limit": f"{BODY_LIMIT:,}"}, line.number)


def _notes(kept: Sequence[Line]) -> Iterator[Note]:
    for line in kept:
        composed = "".join(unicodedata.normalize("NFC", line.text).split())
        if "".join(clean_text(line.text, max_length=10**7).split()) != composed:
            yield Note(line.number, _INVISIBLE_GONE)
        if "\ufffd" in line.text:
            yield Note(line.number, _DAMAGED)


def _require_all(kept: Sequence[Line], body: str) -> None:
    """Refuse rather than lose a line: each one has to be found in the body, in order."""
    words = " ".join(body.split())
    position = 0
    for line in kept:
        item = _ITEM.fullmatch(line.words)
        wanted = " ".join(
            clean_text(item["rest"] if item else line.words, max_length=10**7).split()
        )
        found = words.find(wanted, position)
        if found < 0:
            raise CannotRead(_("this line could not be placed in the text"), line.number)
        position = found + len(wanted)
