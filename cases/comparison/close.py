"""Sentences of two texts that say the same in other words.

Two sentences are held together when enough of their topic words, reduced to stems, are the same and
these are not words that half of the sentences have: the cosine of their weighted stems and the
share of the shorter one's stems must both reach a bound. After M. Sanchez-Perez, A. Gelbukh and G.
Sidorov, "Adaptive algorithm for plagiarism detection" (2015); the bounds are measured in
docs/comparison.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]

COSINE = 0.3
SHARE = 0.33
LEAST_STEMS = 3
# Pairs of sentences looked at, the ones with the rarest words in common first: bounds time and
# memory for texts whose sentences all have the same words.
_PAIRS = 2_000_000
_PAIRS_OF_ONE_STEM = 40_000


@dataclass
class Link:
    """Sentences `a` first to last (half open) of one text beside `b` of the other."""

    a: list[int] = field(default_factory=list)
    b: list[int] = field(default_factory=list)


def links(a: list[set[int]], b: list[set[int]]) -> list[Link]:
    """Which sentences, as sets of stems, belong together; each is in one link at most.

    A link holds several neighbours of one side where one sentence was cut in two or two made one.
    """
    near = _near(a, b)
    if near is None:
        return []
    left, right, score = near
    best_a, best_b = np.zeros(len(a)), np.zeros(len(b))
    np.maximum.at(best_a, left, score)
    np.maximum.at(best_b, right, score)
    mutual = (score >= best_a[left]) | (score >= best_b[right])
    left, right, score = left[mutual], right[mutual], score[mutual]
    order = np.lexsort((right, left, -score))
    found: list[Link] = []
    of_a: dict[int, Link] = {}
    of_b: dict[int, Link] = {}
    for i, j in zip(left[order].tolist(), right[order].tolist(), strict=True):
        link, other = of_a.get(i), of_b.get(j)
        if link is None and other is None:
            link = Link([i, i + 1], [j, j + 1])
            found.append(link)
            of_a[i] = of_b[j] = link
        elif other is None and link is not None and _beside(link.b, j):
            link.b = [min(link.b[0], j), max(link.b[1], j + 1)]
            of_b[j] = link
        elif link is None and other is not None and _beside(other.a, i):
            other.a = [min(other.a[0], i), max(other.a[1], i + 1)]
            of_a[i] = other
    return found


def _beside(span: list[int], at: int) -> bool:
    return at in (span[0] - 1, span[1])


def _near(
    a: list[set[int]], b: list[set[int]]
) -> tuple[Numbers, Numbers, npt.NDArray[np.float64]] | None:
    """Pairs of sentences that reach the bounds, and their cosines."""
    holds_a, holds_b = _holders(a), _holders(b)
    shared = [
        (len(holds_a[stem]) * len(holds_b[stem]), stem) for stem in holds_a if stem in holds_b
    ]
    shared.sort()
    total = len(a) + len(b)
    weight = {
        stem: float(np.log((total + 2) / (len(holds_a.get(stem, ())) + len(holds_b.get(stem, ())))))
        for stem in holds_a.keys() | holds_b.keys()
    }
    pairs: list[Numbers] = []
    weights: list[tuple[float, int]] = []
    spent = 0
    for count, stem in shared:
        if count > _PAIRS_OF_ONE_STEM or spent + count > _PAIRS:
            break
        spent += count
        x = np.asarray(holds_a[stem], np.int64)
        y = np.asarray(holds_b[stem], np.int64)
        pairs.append((x[:, None] * len(b) + y[None, :]).ravel())
        weights.append((weight[stem] ** 2, count))
    if not pairs:
        return None
    keys, place, common = np.unique(np.concatenate(pairs), return_inverse=True, return_counts=True)
    inner = np.bincount(
        place, np.repeat([w for w, _c in weights], [c for _w, c in weights]), len(keys)
    )
    left, right = keys // len(b), keys % len(b)
    norm_a, norm_b = _norms(a, weight), _norms(b, weight)
    size_a, size_b = np.array([len(s) for s in a]), np.array([len(s) for s in b])
    cosine = inner / (norm_a[left] * norm_b[right])
    share = common / np.minimum(size_a[left], size_b[right])
    # Rounded, so that the order of adding cannot decide.
    cosine = np.round(cosine, 9)
    good = (common >= LEAST_STEMS) & (cosine >= COSINE) & (share >= SHARE)
    return left[good], right[good], cosine[good]


def _holders(sentences: list[set[int]]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for at, stems in enumerate(sentences):
        for stem in stems:
            found.setdefault(stem, []).append(at)
    return found


def _norms(sentences: list[set[int]], weight: dict[int, float]) -> npt.NDArray[np.float64]:
    return np.array(
        [max(sum(weight[s] ** 2 for s in sorted(stems)), 1e-9) ** 0.5 for stems in sentences]
    )
