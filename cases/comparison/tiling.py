"""The longest common runs of two sequences, none overlapping (greedy string tiling).

After M. Wise, "String similarity via greedy string tiling" (1993), with the runs found by hashed
windows rather than by comparing every place with every other.
"""

from __future__ import annotations

import heapq

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]

_BASE = np.uint64(0x9E3779B97F4A7C15)
# A window that stands in both sequences often pairs every place with every place only up to this
# many pairs; beyond, first with first, second with second. Bounds time and memory for a text that
# repeats one word.
_PAIRS = 16


def windows(values: Numbers, width: int) -> npt.NDArray[np.uint64]:
    """A number for each run of `width` values; equal runs have equal numbers."""
    count = len(values) - width + 1
    if count <= 0:
        return np.empty(0, np.uint64)
    # The values are small; spread over all bits, sums of them meet by chance only.
    spread = (values.astype(np.uint64) + np.uint64(1)) * _BASE
    spread ^= spread >> np.uint64(29)
    total = np.zeros(count, np.uint64)
    for at in range(width):
        total = total * np.uint64(0xBF58476D1CE4E5B9) + spread[at : at + count]
    return total


def tiles(a: Numbers, b: Numbers, least: int) -> list[tuple[int, int, int]]:
    """Runs (place in `a`, place in `b`, length) of at least `least`, longest first taken.

    No value of either sequence is in two runs. In the order of `a`. The time is bounded by the
    lengths of the sequences, not by their product.
    """
    heap = [(-n, i, j) for i, j, n in _runs(a, b, least)]
    heapq.heapify(heap)
    found: list[tuple[int, int, int]] = []
    left = a.tolist()
    right = b.tolist()
    # One more at either end, so that growing stops there.
    taken_a, taken_b = bytearray(len(left) + 2), bytearray(len(right) + 2)
    taken_a[0] = taken_a[-1] = taken_b[0] = taken_b[-1] = 1
    while heap:
        length, i, j = heapq.heappop(heap)
        length = -length
        held_a, held_b = taken_a[i + 1 : i + 1 + length], taken_b[j + 1 : j + 1 + length]
        if 1 not in held_a and 1 not in held_b:
            while not (taken_a[i] or taken_b[j]) and left[i - 1] == right[j - 1]:
                i, j, length = i - 1, j - 1, length + 1
            while (
                not (taken_a[i + length + 1] or taken_b[j + length + 1])
                and left[i + length] == right[j + length]
            ):
                length += 1
            taken_a[i + 1 : i + 1 + length] = taken_b[j + 1 : j + 1 + length] = b"\1" * length
            found.append((i, j, length))
            continue
        begin = 0
        for at in range(length + 1):
            if at == length or held_a[at] or held_b[at]:
                if at - begin >= least:
                    heapq.heappush(heap, (begin - at, i + begin, j + begin))
                begin = at + 1
    return sorted(found)


def _runs(a: Numbers, b: Numbers, least: int) -> list[tuple[int, int, int]]:
    i, j = _seeds(windows(a, least), windows(b, least))
    if not len(i):
        return []
    same = np.ones(len(i), bool)
    for at in range(least):
        same &= a[i + at] == b[j + at]
    i, j = i[same], j[same]
    if not len(i):
        return []
    order = np.lexsort((i, i - j))
    i, j = i[order], j[order]
    breaks = np.flatnonzero((np.diff(i - j) != 0) | (np.diff(i) != 1)) + 1
    firsts = np.concatenate(([0], breaks))
    counts = np.diff(np.concatenate((firsts, [len(i)])))
    return list(
        zip(i[firsts].tolist(), j[firsts].tolist(), (counts + least - 1).tolist(), strict=True)
    )


def _seeds(a: npt.NDArray[np.uint64], b: npt.NDArray[np.uint64]) -> tuple[Numbers, Numbers]:
    """Places of `a` and `b` with the same number."""
    order_a, order_b = np.argsort(a, kind="stable"), np.argsort(b, kind="stable")
    values_a, first_a, count_a = np.unique(a[order_a], return_index=True, return_counts=True)
    values_b, first_b, count_b = np.unique(b[order_b], return_index=True, return_counts=True)
    _shared, at_a, at_b = np.intersect1d(
        values_a, values_b, assume_unique=True, return_indices=True
    )
    fa, ca, fb, cb = first_a[at_a], count_a[at_a], first_b[at_b], count_b[at_b]
    product = ca * cb
    every = product <= _PAIRS
    totals = np.where(every, product, np.minimum(ca, cb))
    group = np.repeat(np.arange(len(totals)), totals)
    within = np.arange(int(totals.sum())) - np.repeat(np.cumsum(totals) - totals, totals)
    step_a = np.where(every[group], within // np.maximum(cb[group], 1), within)
    step_b = np.where(every[group], within % np.maximum(cb[group], 1), within)
    return order_a[fa[group] + step_a], order_b[fb[group] + step_b]
