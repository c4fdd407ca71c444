"""Figures of a comparison, worked out from its passages."""

from __future__ import annotations

from cases.comparison.result import SET_ASIDE, Coverage, Kind


def covered(words: int, pieces: list[tuple[int, int, Kind]]) -> Coverage:
    """Of a text with so many words, those in pieces (first, last, kind) that do not overlap."""
    aside = sum(last - first for first, last, kind in pieces if kind in SET_ASIDE)
    return Coverage(
        words=words,
        counted=sum(last - first for first, last, _kind in pieces) - aside,
        set_aside=aside,
    )


def share_of_smaller(a: Coverage, b: Coverage) -> float:
    """How much of the smaller text is in passages that count, what is set aside left out."""
    sides = [
        (side.words - side.set_aside, side.counted)
        for side in (a, b)
        if side.words > side.set_aside
    ]
    if len(sides) < 2:
        return 0.0
    words, counted = min(sides)
    return counted / words
