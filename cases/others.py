"""The other learners of a group case: their names are taken out of everything one of them is shown.

One outcome each, and the others redacted (QU2). Nothing is stored for it: names are looked for when
something is shown, so that a learner who is named later, or takes another name, is hidden at once.
Words are found without regard to case, accents and blanks. Of a name its parts are found too where
they do not begin with a small letter or stand in an address; what the reader's own name shares
with it stays. In scripts without blanks only the whole name is found, and parts entered apart. A
picture cannot be read: the desk looks at it and covers it (`services.redaction`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cases.covering import Span, cover, folded, merged, whole
from cases.terms import unspaced

if TYPE_CHECKING:
    from integrity.accounts.models import User

# Shorter parts are initials, which stand in every text; so do these, and they name nobody.
SHORTEST_PART = 2
PARTICLES = frozenset(
    "al el la le los las de del der den des di da do dos das du van von zu bin ibn und y".split()
)


@dataclass(frozen=True)
class Names:
    """What is not to be read: `exact` wherever it stands, `parts` as words with a capital."""

    exact: Sequence[str] = ()
    parts: Sequence[str] = ()

    def __bool__(self) -> bool:
        return bool(self.exact or self.parts)

    def spans(self, text: str) -> list[Span]:
        """Where they stand in the text (characters, half open), in order."""
        if not self or not text:
            return []
        plain, places = folded(text)
        found: list[Span] = []
        for words, capital in (*((w, False) for w in self.exact), *((w, True) for w in self.parts)):
            at = plain.find(words)
            while at >= 0:
                end = at + len(words)
                alone = not (_goes_on(plain, at - 1, at) or _goes_on(plain, end, end - 1))
                # Many scripts have no capital letters: there a part counts wherever it stands.
                if alone and not (
                    capital and text[places[at]].islower() and not _address(plain, at, end)
                ):
                    found.append(whole(text, (places[at], places[end - 1] + 1)))
                at = plain.find(words, at + 1)
        return merged(found)

    def hide(self, text: str) -> str:
        """The text with a mark in the place of each."""
        spans = self.spans(text)
        return cover(text, spans) if spans else text

    def found(self, text: str) -> list[str]:
        """Those words of the text that name somebody, each once."""
        return list(dict.fromkeys(text[start:end] for start, end in self.spans(text)))


NOBODY = Names()


def names_of(people: Iterable[User], *, but: Iterable[User]) -> Names:
    """What names these people, as far as it does not name those it is shown to as well."""
    readers = list(but)
    own = {part for user in readers for part in _parts(user.display_name)}
    own_names = {" ".join(_plain(user.display_name).split()) for user in readers}
    exact: list[str] = []
    parts: list[str] = []
    for user in people:
        name = " ".join(_plain(user.display_name).split())
        pieces = [part for part in _parts(user.display_name) if part not in own]
        if name and name not in own_names:
            exact.append(name)
        parts += [part for part in pieces if part != name]
        address = _plain(user.email)
        if address:
            exact.append(address)
    return Names(tuple(dict.fromkeys(exact)), tuple(dict.fromkeys(parts)))


def _plain(text: str) -> str:
    return folded(text)[0].strip()


def _parts(name: str) -> list[str]:
    words = "".join(c if c.isalnum() else " " for c in _plain(name)).split()
    return [word for word in words if len(word) >= SHORTEST_PART and word not in PARTICLES]


def _goes_on(text: str, beside: int, edge: int) -> bool:
    """Whether the sign beside a name belongs to the same word: never in a script without blanks."""
    if not 0 <= beside < len(text) or not text[beside].isalnum():
        return False
    return not (unspaced(text[edge]) or unspaced(text[beside]))


def _address(text: str, start: int, end: int) -> bool:
    """Whether the word is part of an address or a file name, where nobody writes capitals."""
    while start > 0 and text[start - 1] != " ":
        start -= 1
    while end < len(text) and text[end] != " ":
        end += 1
    return any(mark in text[start:end] for mark in "/@_\\")
