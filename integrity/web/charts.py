"""Small charts that the server draws, for `templates/cases/desk/_chart.html`.

A chart is a picture with a title, a description that says every number, and the same as a table
behind it. Colours come from classes, so it follows the reader's theme and prints.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import pgettext

Text = str | Promise

# In units of the picture, which is as wide as its column.
WIDTH = 340
LONGEST = 290
STEP = 38
# A bar of one among thousands can still be seen.
SHORTEST = 2


@dataclass(frozen=True, slots=True)
class Part:
    """One number of a chart: its name, how it is written, and where its rows are listed."""

    label: Text
    value: int
    said: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """A part as it is drawn; every measure is ready text, whatever the language."""

    part: Part
    label_y: str
    bar_y: str
    said_x: str
    said_y: str
    width: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Lying bars. `key` names the parts of the page it consists of, and is unique there."""

    key: str
    title: Text
    lead: Text
    names: Text
    numbers: Text
    bars: tuple[Bar, ...]
    height: int

    @property
    def described(self) -> str:
        """Every number in words, for whoever does not see the picture."""
        said = [
            pgettext("chart", "%(name)s: %(number)s")
            % {"name": bar.part.label, "number": bar.part.said}
            for bar in self.bars
        ]
        return ". ".join(said) + "."

    @property
    def box(self) -> str:
        return f"0 0 {WIDTH} {self.height}"


def bars(
    key: str, *, title: Text, lead: Text = "", names: Text, numbers: Text, parts: Sequence[Part]
) -> Chart:
    """A chart of lying bars, the longest as wide as there is room; labels stand above them.

    `names` and `numbers` head the two columns of its table.
    """
    most = max((part.value for part in parts), default=0)
    drawn = []
    for row, part in enumerate(parts):
        width = max(LONGEST * part.value / most, SHORTEST) if part.value else 0
        drawn.append(
            Bar(
                part,
                label_y=f"{row * STEP + 13}",
                bar_y=f"{row * STEP + 19}",
                said_x=f"{width + 6:.1f}" if width else "0",
                said_y=f"{row * STEP + 29}",
                width=f"{width:.1f}",
            )
        )
    return Chart(key, title, lead, names, numbers, tuple(drawn), STEP * len(drawn))
