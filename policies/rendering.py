"""Markdown of a policy as numbered parts and clauses, with anchors, safe to show.

Raw HTML is shown as text, pictures become their description, and links lead only to the web, to a
mailbox or to addresses of this site. What markdown-it makes of it is sanitised by nh3 once more.
The same text always gives the same numbers and anchors.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import nh3
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from markdown_it import MarkdownIt
from markdown_it.token import Token

_MARKDOWN = MarkdownIt("commonmark", {"html": False, "maxNesting": 20}).enable(
    ["table", "strikethrough"]
)
_TAGS = {
    *("p", "br", "hr", "em", "strong", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a"),
    *("h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
}
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto"}
# Imported texts bring addresses of the site they come from; here they would lead nowhere.
_OWN_ADDRESSES = ("#", "/policies/", "/report/", "/pledges/", "/courses/", "/my/")


@dataclass(frozen=True)
class Clause:
    """A numbered piece of text. `number` is empty for what introduces or closes a part."""

    number: str
    anchor: str
    title: str
    title_id: str
    html: SafeString
    text: str

    @property
    def lead(self) -> str:
        """What stands before a colon near the beginning, or nothing."""
        before, colon, _after = self.text[:100].partition(":")
        return before if colon and "." not in before else ""


@dataclass(frozen=True)
class Part:
    """What stands under one heading. `number` is empty for text before the first heading."""

    number: str
    anchor: str
    title: str
    title_id: str
    clauses: tuple[Clause, ...]


@dataclass(frozen=True)
class Rendered:
    """A whole text."""

    parts: tuple[Part, ...]

    def clauses(self) -> Iterator[tuple[Part, Clause]]:
        for part in self.parts:
            for clause in part.clauses:
                yield part, clause

    def has_text(self) -> bool:
        """Whether there is more than headings."""
        return any(clause.text for _part, clause in self.clauses())

    def known(self) -> dict[str, str]:
        """Number of every part and clause -> its title or first words, in their order."""
        found: dict[str, str] = {}
        for part in self.parts:
            if part.number:
                found[part.number] = part.title
            for clause in part.clauses:
                if clause.number:
                    found[clause.number] = clause.title or clause.text[:100]
        return found

    def numbers(self) -> dict[str, str]:
        """Title of a part or clause, folded -> its number; the first one of a title counts.

        A clause without a title is found by what stands before its first colon.
        """
        found: dict[str, str] = {}
        for part in self.parts:
            if part.number:
                found.setdefault(part.title.casefold(), part.number)
            for clause in part.clauses:
                lead = clause.title or clause.lead
                if clause.number and lead:
                    found.setdefault(lead.casefold(), clause.number)
        return found


@lru_cache(maxsize=64)
def render(body: str, title: str = "") -> Rendered:
    """The parts and clauses of `body`. A first heading equal to `title` is left out of the page."""
    blocks = _blocks(_tame(_MARKDOWN.parse(body)))
    if blocks and _is_heading(blocks[0]) and _plain(blocks[0]).casefold() == title.casefold():
        blocks = blocks[1:]
    return Rendered(tuple(_parts(blocks)))


def plain_text(body: str) -> str:
    """The words of `body` without markup, for searching and comparing."""
    return _plain(_tame(_MARKDOWN.parse(body)))


# Blocks: the token lists of what stands at the top level


def _blocks(tokens: Sequence[Token]) -> list[list[Token]]:
    blocks: list[list[Token]] = []
    for token in tokens:
        if token.level == 0 and token.nesting >= 0:
            blocks.append([])
        blocks[-1].append(token)
    return blocks


def _is_heading(block: list[Token], level: int = 0) -> bool:
    return block[0].type == "heading_open" and (not level or block[0].tag == f"h{level}")


def _parts(blocks: list[list[Token]]) -> Iterator[Part]:
    levels = sorted({int(block[0].tag[1]) for block in blocks if _is_heading(block)})
    if not levels:
        yield Part("", "", "", "", tuple(_numbered(blocks, "", "")))
        return
    top = levels[0]
    heads = [index for index, block in enumerate(blocks) if _is_heading(block, top)]
    if top == 1 and heads == [0] and len(levels) > 1:
        # One heading of the first level over everything is a title, not a part.
        heading, blocks, top = blocks[0], blocks[1:], levels[1]
        heads = [index for index, block in enumerate(blocks) if _is_heading(block, top)]
        before = _unnumbered(blocks[: heads[0]])
        title = _plain(heading)
        yield Part("", "", title, f"h-{slugify(title, allow_unicode=True)}", before)
    elif heads[0]:
        yield Part("", "", "", "", _unnumbered(blocks[: heads[0]]))
    names: Counter[str] = Counter()
    deeper = next((level for level in levels if level > top), 0)
    for number, (start, end) in enumerate(zip(heads, [*heads[1:], len(blocks)], strict=True), 1):
        title = _plain(blocks[start])
        yield Part(
            str(number),
            f"p{number}",
            title,
            _title_id(title, names),
            tuple(_clauses(blocks[start + 1 : end], str(number), deeper, names)),
        )


def _clauses(
    blocks: list[list[Token]], number: str, level: int, names: Counter[str]
) -> Iterator[Clause]:
    heads = [i for i, block in enumerate(blocks) if level and _is_heading(block, level)]
    if not heads:
        yield from _numbered(blocks, f"{number}.", f"p{number}-")
        return
    yield from _unnumbered(blocks[: heads[0]])
    for count, (start, end) in enumerate(zip(heads, [*heads[1:], len(blocks)], strict=True), 1):
        title = _plain(blocks[start])
        name = _title_id(title, names)
        yield _clause(
            blocks[start + 1 : end], f"{number}.{count}", f"p{number}-{count}", title, name
        )


def _numbered(blocks: list[list[Token]], number: str, anchor: str) -> Iterator[Clause]:
    groups: list[list[list[Token]]] = []
    if blocks and _is_numbered_from_one(blocks[0]):
        # The entries of the list have the numbers that the clauses would get.
        groups = [[entry] for entry in _list_entries(blocks[0])]
        blocks = blocks[1:]
    for block in blocks:
        is_list = block[0].type in ("bullet_list_open", "ordered_list_open")
        if is_list and groups and _plain(groups[-1][-1]).endswith(":"):
            groups[-1].append(block)
        else:
            groups.append([block])
    prefix = anchor or "p"
    for count, group in enumerate(groups, 1):
        yield _clause(group, f"{number}{count}", f"{prefix}{count}")


def _is_numbered_from_one(block: list[Token]) -> bool:
    return block[0].type == "ordered_list_open" and block[0].attrs.get("start", 1) == 1


def _list_entries(block: list[Token]) -> Iterator[list[Token]]:
    """What stands inside each entry of a list; a tight list's paragraphs become real ones."""
    entry: list[Token] = []
    for token in block[1:-1]:
        if token.type == "list_item_open" and token.level == block[0].level + 1:
            entry = []
        elif token.type == "list_item_close" and token.level == block[0].level + 1:
            yield entry
        else:
            if token.level == block[0].level + 2:
                token.hidden = False
            entry.append(token)


def _unnumbered(blocks: list[list[Token]]) -> tuple[Clause, ...]:
    return (_clause(blocks, "", ""),) if blocks else ()


def _clause(
    blocks: list[list[Token]], number: str, anchor: str, title: str = "", title_id: str = ""
) -> Clause:
    tokens = [token for block in blocks for token in block]
    html = nh3.clean(
        _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer",
    )
    return Clause(number, anchor, title, title_id, mark_safe(html), _plain(tokens))  # noqa: S308


def _title_id(title: str, names: Counter[str]) -> str:
    """An id made of the title; a title that comes again gets a number, after a mark of its own."""
    base = f"h-{slugify(title, allow_unicode=True)[:60]}"
    names[base] += 1
    # A slug never holds two hyphens in a row, so no other title can give this id.
    return base if names[base] == 1 else f"{base}--{names[base]}"


# Inside a block


def _tame(tokens: list[Token]) -> list[Token]:
    """Take out pictures and links that lead elsewhere, and lower headings inside a clause."""
    tops = {token.tag for token in tokens if token.type == "heading_open" and token.level == 0}
    kept = set(sorted(tops)[:3])
    for token in tokens:
        if token.children:
            token.children = list(_inline(token.children))
        if token.type in ("heading_open", "heading_close") and (
            token.level > 0 or token.tag not in kept
        ):
            # Never above the headings that the page itself sets.
            token.tag = f"h{max(4, int(token.tag[1]))}"
    return tokens


def _inline(children: Iterable[Token]) -> Iterator[Token]:
    dropped: list[bool] = []
    for token in children:
        if token.type == "link_open":
            dropped.append(not _allowed(str(token.attrs.get("href", ""))))
            if dropped[-1]:
                continue
        elif token.type == "link_close" and dropped and dropped.pop():
            continue
        if token.type == "image":
            text = Token("text", "", 0)
            text.content = token.content
            yield text
        else:
            yield token


def _allowed(href: str) -> bool:
    if href.startswith(_OWN_ADDRESSES):
        return True
    scheme, colon, rest = href.partition(":")
    return bool(colon and rest) and scheme.lower() in _SCHEMES


def _plain(tokens: Sequence[Token]) -> str:
    """The words, one line for each block."""
    lines: list[str] = []
    for token in tokens:
        if token.type == "inline":
            words = "".join(_words(token.children or []))
            lines.append(" ".join(words.split()))
        elif token.type in ("fence", "code_block"):
            lines.append(token.content.strip())
    return "\n".join(line for line in lines if line)


def _words(children: Iterable[Token]) -> Iterator[str]:
    for token in children:
        if token.type in ("softbreak", "hardbreak"):
            yield " "
        elif token.type in ("text", "code_inline", "text_special"):
            yield token.content
