"""What differs between two versions, clause by clause and word by word.

Clauses are matched by their words first, then by their titles, then by likeness; a clause that only
got another number is the same clause. The work is bounded: very long clauses are shown as replaced.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from html import unescape

from django.utils.translation import gettext as _

from policies.models import Consequence, Version, ViolationType
from policies.rendering import plain_text, render
from policies.rules import process_terms

SAME, ADDED, REMOVED = "same", "added", "removed"
NEW, GONE, CHANGED = "new", "gone", "changed"
# Beyond these a comparison would take longer than anybody waits.
MAX_WORDS = 4_000
MAX_PAIRS = 20_000
# Below this share of common words two clauses are two clauses.
ALIKE = 0.35
# The sanitiser writes every link this way.
_LINK = re.compile(r'<a (?:[\w-]+="[^"]*" )*href="([^"]*)"')


@dataclass(frozen=True)
class Unit:
    """Something that is compared as one: a clause, a violation type, a window.

    `title` is where it stands; `own` is its own title, which is compared like its text. `links` are
    the addresses its words lead to: they are read by following, so a new one is a change.
    """

    label: str
    title: str
    text: str
    own: str = ""
    links: tuple[str, ...] = ()

    @property
    def content(self) -> tuple[object, ...]:
        """What makes two units the same, whatever their numbers are."""
        return (self.own, self.text, self.links)


@dataclass(frozen=True)
class Segment:
    """A run of words: same, added or removed."""

    kind: str
    text: str


@dataclass(frozen=True)
class Change:
    """A unit that differs: new, gone or changed.

    `label` is its number where it stands now, or stood last; `was` its number before. `segments`
    read both ways at once, `before` and `after` one way each: nothing where it was not there.
    """

    kind: str
    label: str
    title: str
    segments: tuple[Segment, ...]
    was: str = ""

    @property
    def before(self) -> tuple[Segment, ...]:
        return () if self.kind == NEW else self._without(ADDED)

    @property
    def after(self) -> tuple[Segment, ...]:
        return () if self.kind == GONE else self._without(REMOVED)

    def _without(self, kind: str) -> tuple[Segment, ...]:
        kept: list[Segment] = []
        left_out = False
        for segment in self.segments:
            # The space after a word goes where the word goes.
            behind = left_out and segment.kind == SAME and not segment.text.strip()
            left_out = segment.kind == kind
            if not (left_out or behind):
                kept.append(segment)
        return tuple(kept)


@dataclass(frozen=True)
class Difference:
    """All that differs. `same` counts the clauses that do not."""

    clauses: tuple[Change, ...]
    named: tuple[Change, ...]
    terms: tuple[Change, ...]
    same: int

    @property
    def is_empty(self) -> bool:
        return not (self.clauses or self.named or self.terms)


def compare(old: Version, new: Version) -> Difference:
    """What `new` says that `old` does not, and the other way round.

    Reads the violation types and consequences of both, which may be prefetched.
    """
    clauses, same = _compare_texts(old.body, new.body, old.document.title)
    named = _by_key(_named(old), _named(new))
    terms = _by_key(_terms(old), _terms(new))
    return Difference(clauses, tuple(named), tuple(terms), same)


@lru_cache(maxsize=64)
def _compare_texts(old: str, new: str, title: str) -> tuple[tuple[Change, ...], int]:
    before, after = list(_units(old, title)), list(_units(new, title))
    matcher = SequenceMatcher(
        None,
        [unit.content for unit in before],
        [unit.content for unit in after],
        autojunk=False,
    )
    changes: list[Change] = []
    same = 0
    for kind, i1, i2, j1, j2 in matcher.get_opcodes():
        if kind == "equal":
            same += i2 - i1
        else:
            changes += _pair(before[i1:i2], after[j1:j2])
    return tuple(changes), same


def _units(body: str, title: str) -> Iterator[Unit]:
    for part, clause in render(body, title).clauses():
        links = tuple(unescape(link) for link in _LINK.findall(clause.html))
        yield Unit(clause.number, clause.title or part.title, clause.text, clause.title, links)


def _pair(before: Sequence[Unit], after: Sequence[Unit]) -> Iterator[Change]:
    """Changes in the order of `after`; what is gone comes where it stood."""
    partner = _partners(before, after)
    taken = set(partner.values())
    gone = [index for index in range(len(before)) if index not in taken]
    for j, unit in enumerate(after):
        i = partner.get(j)
        if i is not None:
            while gone and gone[0] < i:
                yield _gone(before[gone.pop(0)])
            old = before[i]
            yield Change(CHANGED, unit.label, unit.title, _rewritten(old, unit), old.label)
        else:
            yield Change(NEW, unit.label, unit.title, (Segment(ADDED, unit.text),))
    for i in gone:
        yield _gone(before[i])


def _rewritten(old: Unit, new: Unit) -> tuple[Segment, ...]:
    """The text, with the title before it and the links behind it where they changed."""
    found = list(words(old.text, new.text))
    if old.own != new.own:
        found = [*words(old.own, new.own), Segment(SAME, "\n"), *found]
    if old.links != new.links:
        found += [Segment(SAME, "\n"), *words("\n".join(old.links), "\n".join(new.links))]
    return tuple(found)


def _gone(unit: Unit) -> Change:
    return Change(GONE, unit.label, unit.title, (Segment(REMOVED, unit.text),), unit.label)


def _partners(before: Sequence[Unit], after: Sequence[Unit]) -> dict[int, int]:
    """Index in `after` -> index in `before` of what it was made of."""
    found: dict[int, int] = {}
    free = dict.fromkeys(range(len(before)))
    for j, unit in enumerate(after):
        for i in free:
            if unit.own and before[i].own == unit.own:
                found[j] = i
                del free[i]
                break
    if len(before) * len(after) > MAX_PAIRS:
        return found
    bags = [set(unit.text.lower().split()) for unit in before]
    for j, unit in enumerate(after):
        if j in found or not free:
            continue
        bag = set(unit.text.lower().split())
        best = max(free, key=lambda i: _likeness(bags[i], bag))
        if _likeness(bags[best], bag) >= ALIKE:
            found[j] = best
            del free[best]
    return found


def _likeness(one: set[str], other: set[str]) -> float:
    return 2 * len(one & other) / ((len(one) + len(other)) or 1)


def words(old: str, new: str) -> tuple[Segment, ...]:
    """Two texts as one, word by word."""
    if old == new:
        return (Segment(SAME, new),)
    # Every word is followed by space, also the last one: another may come behind it.
    before, after = re.findall(r"\S+\s+", f"{old} "), re.findall(r"\S+\s+", f"{new} ")
    if max(len(before), len(after)) > MAX_WORDS:
        return (Segment(REMOVED, old), Segment(ADDED, new))
    matcher = SequenceMatcher(None, [w.strip() for w in before], [w.strip() for w in after])
    segments: list[Segment] = []
    for kind, i1, i2, j1, j2 in matcher.get_opcodes():
        if kind == "equal":
            segments.append(Segment(SAME, "".join(after[j1:j2])))
            continue
        if i2 > i1:
            segments += _marked(REMOVED, "".join(before[i1:i2]))
        if j2 > j1:
            segments += _marked(ADDED, "".join(after[j1:j2]))
    return tuple(segments)


def _marked(kind: str, text: str) -> tuple[Segment, ...]:
    """The words marked, the space after them not: a mark over nothing looks like a word."""
    kept = text.rstrip()
    return (Segment(kind, kept), Segment(SAME, text[len(kept) :]))


# What a version names beside its text


def _by_key(old: Iterable[Unit], new: Iterable[Unit]) -> Iterator[Change]:
    before = {unit.label: unit for unit in old}
    after = {unit.label: unit for unit in new}
    for key, unit in after.items():
        if key not in before:
            yield Change(NEW, "", unit.title, (Segment(ADDED, unit.text or unit.title),))
        elif before[key].content != unit.content:
            yield Change(CHANGED, "", unit.title, _rewritten(before[key], unit))
    for key, unit in before.items():
        if key not in after:
            yield Change(GONE, "", unit.title, (Segment(REMOVED, unit.text or unit.title),))


def _named(version: Version) -> Iterator[Unit]:
    for row in version.violation_types.all():
        lines = [row.description, *row.elements]
        lines.append(_("Kind: %(kind)s") % {"kind": row.get_kind_display()})
        if row.urgent:
            lines.append(_("Looked at first"))
        yield _entry("violation", row, lines)
    for item in version.consequences.all():
        lines = [item.description]
        if item.takes_away:
            lines.append(_("Takes away: %(what)s") % {"what": item.get_takes_away_display()})
        yield _entry("consequence", item, lines)


def _entry(group: str, row: ViolationType | Consequence, lines: list[str]) -> Unit:
    if row.clause:
        lines.append(_("Clause %(clause)s") % {"clause": row.clause})
    text = "\n".join(line for line in lines if line)
    return Unit(f"{group}:{row.code}", row.title, text, row.title)


def _terms(version: Version) -> Iterator[Unit]:
    """What the version says itself. The platform's has the defaults where it says nothing; an
    institution's or a course's leaves what it does not say to the texts it supplements (PO5)."""
    terms = process_terms(version)
    supplements = version.document.institution_id is not None

    def said(name: str, value: object) -> str:
        silent = supplements and not getattr(version, name)
        return _("As the policy it adds to says") if silent else str(value)

    for key, title, value in (
        ("response_working_days", _("Working days to answer"), terms.response_working_days),
        (
            "extension_working_days",
            _("Working days more, if asked for"),
            terms.extension_working_days,
        ),
        ("clock_starts", _("The time to answer starts"), terms.clock_label),
        ("appeal_working_days", _("Working days to appeal"), terms.appeal_working_days),
        ("standard_of_proof", _("How sure we have to be"), terms.standard_label),
        ("appeal_grounds", _("Grounds of appeal"), "\n".join(terms.appeal_grounds)),
        ("no_refunds", _("No refunds"), version.no_refunds or _("Not mentioned")),
    ):
        yield Unit(key, title, said(key, value))
    pledge = plain_text(version.pledge) if version.pledge else _("No words of its own")
    yield Unit("pledge", _("What learners promise"), pledge)
    yield Unit("grace", _("Days to pledge to this version"), str(version.pledge_grace_days))
