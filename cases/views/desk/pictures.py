"""Pictures the server draws: where a recommendation falls on the ladder or among the bands."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from cases.recommendation import Advice
from policies import schemes
from policies.enums import SchemeKind

WIDE, NARROW, GAP = 800, 340, 3
# A band has no upper end; the last one is drawn as long as this share of all before it.
OPEN_END = 0.25
# Of one letter below the picture, on average, in its own units.
LETTER = 7


@dataclass(frozen=True, slots=True)
class Segment:
    """One rung or band. Coordinates are text, so that no language writes them with a comma."""

    x: str
    width: str
    label: str
    below: str
    hit: bool


@dataclass(frozen=True, slots=True)
class Ladder:
    """The picture in one width; `pointer` is where the arrow stands ("" for none)."""

    kind: str
    width: int
    segments: list[Segment]
    pointer: str
    arrow: str
    said: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Picture:
    """The picture in both widths, with its title and its description."""

    title: str
    description: str
    drawings: list[Ladder]


@dataclass(frozen=True, slots=True)
class Weighed:
    """One factor as the table shows it; `points` is None where the scheme counts none."""

    title: str
    option: str
    why: str
    points: int | None


def breakdown_of(advice: Advice) -> list[Weighed]:
    """The recommendation factor by factor, with what the record says beside the scheme's reason."""
    if advice.recommendation is None:
        return []
    lines = []
    for line in advice.recommendation.breakdown:
        reasons = [reason for reason in line.why.split("; ") if reason != line.option_title]
        if line.factor in advice.from_record:
            reasons.insert(0, advice.from_record[line.factor].why)
        elif line.factor in advice.facts:
            reasons.insert(0, _("Your answer"))
        lines.append(Weighed(line.title, line.option_title, "; ".join(reasons), line.points))
    return lines


def ladder_of(advice: Advice) -> Picture | None:
    """The rungs or bands of the scheme with the one that applies; None without a recommendation."""
    found = advice.recommendation
    if advice.scheme_version is None or found is None or not found.band:
        return None
    file = schemes.parse(advice.scheme_version.data)
    if file.kind == SchemeKind.TABLE:
        return None
    tariff = file.kind == SchemeKind.TARIFF
    starts = [outcome.start for outcome in file.outcomes]
    if tariff:
        end = max(starts[-1], found.points or 0) * (1 + OPEN_END) or 1.0
        edges = [start / end for start in starts] + [1.0]
    else:
        edges = [n / len(file.outcomes) for n in range(len(file.outcomes) + 1)]
    hit = next(n for n, outcome in enumerate(file.outcomes) if outcome.id == found.band)
    middle = (edges[hit] + edges[hit + 1]) / 2
    place = (found.points or 0) / end if tariff else middle
    said = _("%(points)s points") % {"points": found.points} if tariff else found.band_title
    drawings = [
        Ladder(
            kind="wide" if width == WIDE else "narrow",
            width=width,
            segments=[
                Segment(
                    x=f"{edges[n] * width:.1f}",
                    width=f"{max((edges[n + 1] - edges[n]) * width - GAP, 1):.1f}",
                    label=_fitting(outcome.title, (edges[n + 1] - edges[n]) * width)
                    if width == WIDE
                    else str(n + 1),
                    below=str(outcome.start) if tariff else outcome.clause,
                    hit=n == hit,
                )
                for n, outcome in enumerate(file.outcomes)
            ],
            pointer=f"{place * width:.1f}",
            arrow=f"M{place * width - 5:.1f} 26h10l-5 8Z",
            said=said if tariff or width == NARROW else "",
            anchor="start" if place < 1 / 3 else "end" if place > 2 / 3 else "middle",
        )
        for width in (WIDE, NARROW)
    ]
    return Picture(
        title=_("Where this case falls"),
        description=_("%(said)s: %(band)s, step %(number)s of %(all)s.")
        % {
            "said": said,
            "band": found.band_title,
            "number": hit + 1,
            "all": len(file.outcomes),
        },
        drawings=drawings,
    )


def _fitting(title: str, width: float) -> str:
    """The title, shortened where it would run into the next one."""
    room = int(width / LETTER)
    return title if len(title) <= room else title[: max(room - 1, 1)].rstrip() + "…"
