"""Finds what a text names as violations and consequences. An editor confirms or changes it.

Lists are read by what introduces them, else by the heading they stand under. A code is proposed
where the words are known (`vocabulary`); a violation in other words gets a code made of its title,
a consequence in other words is listed as unclear.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TypeVar

from django.utils.text import slugify
from markdown_it import MarkdownIt

from policies.enums import ConsequenceCode, DocumentKind, ViolationKind
from policies.importer import vocabulary
from policies.parts import ConsequenceDraft, ViolationDraft
from policies.rendering import Rendered, render

_MARKDOWN = MarkdownIt("commonmark", {"html": False, "maxNesting": 20})
_LEAD = re.compile(r"\*\*(?P<bold>[^*]{2,120}?)[.:]?\*\*[.:]?\s*(?P<rest>.*)", re.DOTALL)
_COLON = re.compile(r"(?P<title>[^.:;]{2,80}):\s+(?P<rest>\S.*)", re.DOTALL)
_ONLY_LINKS = re.compile(r"(\[[^\]]*\]\([^)]*\)|\([^()]*\)|[\s.,;])*")
_LINK = re.compile(r"\[((?:[^\[\]\\]|\\.)*)\]\((?:[^()\\]|\\.)*\)")
_NO_REFUNDS = re.compile(r"\bno refunds?\b", re.IGNORECASE)
_SENTENCE = re.compile(r"[^.!?]*[.!?]+(?=\s|$)|[^.!?]+$")
_UPDATED = re.compile(
    r"last updated on ([A-Z][a-z]+ \d{1,2}, \d{4}|\d{1,2} [A-Z][a-z]+ \d{4}|\d{4}-\d\d-\d\d)", re.I
)


Draft = TypeVar("Draft", ViolationDraft, ConsequenceDraft)


@dataclass
class Proposals:
    """What was found. `unclear` are entries of a list of consequences that nothing matches."""

    violation_types: list[ViolationDraft] = field(default_factory=list)
    consequences: list[ConsequenceDraft] = field(default_factory=list)
    unclear: list[str] = field(default_factory=list)
    no_refunds: str = ""
    last_updated: str = ""


@dataclass(frozen=True)
class _Entry:
    """An entry of a list, or a part that is about one violation."""

    text: str
    heading: str
    intro: str


def propose(body: str, kind: str, title: str = "") -> Proposals:
    """Violation types, consequences, the no-refunds clause and the date that `body` names.

    `kind` is the `DocumentKind`: it tells academic from conduct where the words do not. `title` is
    what the document is called, as the page numbers its clauses.
    """
    found = Proposals()
    default = (
        ViolationKind.CONDUCT if kind == DocumentKind.CODE_OF_CONDUCT else ViolationKind.ACADEMIC
    )
    for heading, text in _first_paragraphs(body):
        code = vocabulary.violation(heading)
        if code and vocabulary.names_one(heading):
            _add_violation(found, code, heading, text, default, under=heading)
    for entry in _entries(body):
        role = vocabulary.role(entry.heading, entry.intro)
        if _ONLY_LINKS.fullmatch(entry.text):
            continue
        if role == "consequence":
            _consequence(found, entry)
        elif role in ("violation", "duty"):
            _violation(found, entry, role, default)
    blocks = [_plain(token.content) for token in _MARKDOWN.parse(body) if token.type == "inline"]
    refunds = [
        sentence.strip()
        for block in blocks
        if _NO_REFUNDS.search(block)
        for sentence in _SENTENCE.findall(block)
        if _NO_REFUNDS.search(sentence)
    ]
    found.no_refunds = " ".join(dict.fromkeys(refunds))[:1000]
    dates = [match.group(1) for block in blocks if (match := _UPDATED.search(block))]
    found.last_updated = dates[0] if dates else ""
    page = render(body, title)
    found.violation_types = [_placed(item, page) for item in found.violation_types]
    found.consequences = [_placed(item, page) for item in found.consequences]
    return found


def _placed(item: Draft, page: Rendered) -> Draft:
    """With the number of the clause in which it stands; unchanged where that is not to be found."""
    numbers = page.numbers()
    if item.title.casefold() in numbers:
        return item
    part = numbers.get(item.under.casefold(), "")
    wanted = " ".join((item.description or item.title).split())
    for _part, clause in page.clauses():
        inside = clause.number.startswith(f"{part}.") if part else clause.number
        if inside and wanted in " ".join(clause.text.split()):
            return replace(item, clause=clause.number)
    return item


def _violation(found: Proposals, entry: _Entry, role: str, default: ViolationKind) -> None:
    title, rest = _title(entry.text)
    if title:
        code = vocabulary.violation(title) or vocabulary.violation(_plain(rest))
        _add_violation(found, code or _code(title), title, rest, default, under=entry.heading)
        return
    codes = vocabulary.violations(_plain(entry.text))
    if role == "violation" and not codes:
        codes = [_code(entry.text)]
    for code in codes:
        title = vocabulary.VIOLATION_TITLES.get(code) or _short(entry.text)
        _add_violation(found, code, title, entry.text, default, under=entry.heading)


def _add_violation(
    found: Proposals,
    code: str,
    title: str,
    description: str,
    default: ViolationKind,
    *,
    under: str,
) -> None:
    if code == "other":
        code = "other_conduct" if default == ViolationKind.CONDUCT else "other_academic"
    if any(item.code == code for item in found.violation_types):
        return
    found.violation_types.append(
        ViolationDraft(
            code=code,
            kind=vocabulary.KINDS.get(code, default),
            title=_plain(title)[:200],
            description=_plain(description)[:4000],
            under=_plain(under),
            urgent=code in vocabulary.URGENT,
        )
    )


def _consequence(found: Proposals, entry: _Entry) -> None:
    text = _plain(entry.text)
    if _NO_REFUNDS.search(text):
        return
    codes = vocabulary.consequences(text)
    if not codes:
        found.unclear.append(text)
    for code in codes:
        if any(item.code == code for item in found.consequences):
            continue
        found.consequences.append(
            ConsequenceDraft(
                code=code,
                title=str(ConsequenceCode(code).label),
                description=text[:4000],
                under=_plain(entry.heading),
            )
        )


# Reading the Markdown


def _entries(body: str) -> Iterator[_Entry]:
    """Entries of lists at the top level, with the heading above and the paragraph before."""
    heading = intro = ""
    inside = 0
    tokens = _MARKDOWN.parse(body)
    for index, token in enumerate(tokens):
        if token.type == "heading_open":
            heading, intro = tokens[index + 1].content, ""
        elif token.type in ("bullet_list_open", "ordered_list_open"):
            inside += 1
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            inside -= 1
        elif token.type == "inline" and tokens[index - 1].type == "paragraph_open":
            if inside == 1 and tokens[index - 2].type == "list_item_open":
                yield _Entry(token.content, heading, intro)
            elif inside == 0:
                intro = token.content


def _first_paragraphs(body: str) -> Iterator[tuple[str, str]]:
    """Each heading with the paragraph that follows it at once."""
    tokens = _MARKDOWN.parse(body)
    for index, token in enumerate(tokens[:-4]):
        if token.type == "heading_open" and tokens[index + 3].type == "paragraph_open":
            yield tokens[index + 1].content, tokens[index + 4].content


def _title(text: str) -> tuple[str, str]:
    """A bold lead, or what stands before a colon, as title; and the rest."""
    lead = _LEAD.match(text)
    if lead:
        return lead["bold"].strip(), lead["rest"]
    colon = _COLON.match(text)
    if colon and len(colon["title"].split()) <= 8:
        return colon["title"].strip(), colon["rest"]
    return "", text


def _plain(text: str) -> str:
    words = _LINK.sub(r"\1", text)
    return " ".join(re.sub(r"[*_`\\]|^#+ ", "", words, flags=re.MULTILINE).split())


def _short(text: str) -> str:
    words = _plain(text).rstrip(".;").split()
    return " ".join(words[:10]) + (" …" if len(words) > 10 else "")


def _code(text: str) -> str:
    slug = slugify(" ".join(_plain(text).split()[:6])).replace("-", "_")
    return (slug or "unnamed")[:60].strip("_")
