"""What a comparison found: passages, and how much of either text they cover."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["same", "close", "quoted", "common"]
Span = tuple[int, int]

# Found, but no sign of anything: left out of every figure.
SET_ASIDE: frozenset[str] = frozenset({"quoted", "common"})


@dataclass(frozen=True)
class Passage:
    """A stretch of both texts. Offsets count characters of the texts as given, half open.

    `same`: word for word but for case, accents, punctuation and spaces; in a program token for
    token but for comments and layout. `close`: reworded; in a program built alike with other names
    or values. `quoted`: on at least one side a quotation, or where a source is named. `common`:
    words everybody writes, or of a text given as common.
    `words` are those of the side that has more of them (tokens, in a program).
    """

    kind: Kind
    a: Span
    b: Span
    words: int


@dataclass(frozen=True)
class Coverage:
    """Of one text: its words, those in passages that count, those quoted or common.

    A word is counted once, however many passages hold it. In a program words are tokens.
    """

    words: int
    counted: int
    set_aside: int


@dataclass(frozen=True)
class Result:
    """What `compare` found.

    `similarity`, from 0 to 1, says how much of the smaller text stands in the other one; the
    words of `docs/comparison.md` say how it is worked out. It is a reason to look and proves
    nothing. `passages` are in the order of the first text.
    """

    engine: str
    language: str
    similarity: float
    passages: tuple[Passage, ...]
    a: Coverage
    b: Coverage

    def to_json(self) -> dict[str, Any]:
        """What `from_json` reads."""
        return {
            "engine": self.engine,
            "language": self.language,
            "similarity": self.similarity,
            "passages": [
                {"kind": p.kind, "a": list(p.a), "b": list(p.b), "words": p.words}
                for p in self.passages
            ],
            "a": vars(self.a).copy(),
            "b": vars(self.b).copy(),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Result:
        """The result `to_json` wrote. Raises `KeyError` or `TypeError` for anything else."""
        return cls(
            engine=data["engine"],
            language=data["language"],
            similarity=data["similarity"],
            passages=tuple(
                Passage(
                    kind=p["kind"],
                    a=(p["a"][0], p["a"][1]),
                    b=(p["b"][0], p["b"][1]),
                    words=p["words"],
                )
                for p in data["passages"]
            ),
            a=Coverage(**data["a"]),
            b=Coverage(**data["b"]),
        )
