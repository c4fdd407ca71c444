"""The other learners of a group case: their names are taken out of everything one of them is shown.

One outcome each, and the others redacted (QU2). Nothing is stored for it: names are looked for when
something is shown, so that a learner who is named later, or takes another name, is hidden at once.
Words are found without regard to case, accents and blanks. Of a name its parts are found too where
they begin with a capital letter or stand in an address; what the reader's own name shares with it
stays. A picture cannot be read: the desk looks at it and covers it (`services.redaction`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cases.covering import Span, cover, folded, merged, whole

if TYPE_CHECKING:
    from integrity.accounts.models import User

# Shorter parts are particles and initials, which stand in every text.
SHORTEST_PART = 3


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
                alone = not (_word(plain, at - 1) or _word(plain, end))
                if alone and (
                    not capital or text[places[at]].isupper() or _address(plain, at, end)
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
    return [word for word in words if len(word) >= SHORTEST_PART]


def _word(text: str, place: int) -> bool:
    return 0 <= place < len(text) and text[place].isalnum()


def _address(text: str, start: int, end: int) -> bool:
    """Whether the word is part of an address or a file name, where nobody writes capitals."""
    while start > 0 and text[start - 1] != " ":
        start -= 1
    while end < len(text) and text[end] != " ":
        end += 1
    return any(mark in text[start:end] for mark in "/@_\\")
