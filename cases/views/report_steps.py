"""The pages of a report in their order. Which there are depends on what is reported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.enums import ReportKind
from cases.models import Report


@dataclass(frozen=True)
class Step:
    """One page."""

    slug: str
    label: str | Promise


DETAILS = Step("details", _("What you noticed"))
HAPPENED = Step("details", _("What happened"))
PLACE = Step("place", _("Where and who"))
EVIDENCE = Step("evidence", _("Evidence and links"))
NAME = Step("name", _("Your name"))
CHECK = Step("check", _("Check your answers"))


def steps(kind: str, *, placed: bool, visitor: bool = False) -> tuple[Step, ...]:
    """The pages of a report. `placed`: it is about work or a post whose place and author are known.

    A visitor has no name to decide about.
    """
    first = DETAILS if kind == ReportKind.FLAG else HAPPENED
    found = (first, EVIDENCE) if placed else (first, PLACE, EVIDENCE)
    return (*found, CHECK) if visitor else (*found, NAME, CHECK)


def steps_of(report: Report, *, visitor: bool) -> tuple[Step, ...]:
    """The pages of this very report."""
    placed = report.submission_id is not None or report.post_id is not None
    return steps(report.kind, placed=placed, visitor=visitor)


@dataclass(frozen=True)
class Line:
    """A step in the margin. `url` is empty where one cannot go yet."""

    label: str | Promise
    state: str  # done, current, todo
    url: str


@dataclass(frozen=True)
class Way:
    """Where somebody is in a report."""

    steps: Sequence[Step]
    index: int
    report: Report | None = None

    @classmethod
    def of(cls, report: Report, slug: str, *, visitor: bool = False) -> Way | None:
        """The way at the page `slug`; None for a page this report does not have."""
        found = steps_of(report, visitor=visitor)
        for index, step in enumerate(found):
            if step.slug == slug:
                return cls(found, index, report)
        return None

    @property
    def number(self) -> int:
        """The page as people count."""
        return self.index + 1

    @property
    def step(self) -> Step:
        return self.steps[self.index]

    def url(self, index: int) -> str:
        """The address of a page of the draft."""
        if self.report is None:
            return ""
        return reverse("report:step", args=[self.report.public_id, self.steps[index].slug])

    @property
    def previous(self) -> str:
        """The address of the page before, or "" on the first."""
        return self.url(self.index - 1) if self.index else ""

    @property
    def reached_check(self) -> bool:
        """Whether every page before the last was saved once."""
        return self.report is not None and self.report.draft_step >= len(self.steps) - 1

    def lines(self) -> list[Line]:
        """The list in the margin: done pages are links."""
        reached = self.report.draft_step if self.report is not None else 0
        lines = []
        for index, step in enumerate(self.steps):
            if index == self.index:
                lines.append(Line(step.label, "current", ""))
            elif index < reached:
                lines.append(Line(step.label, "done", self.url(index)))
            else:
                lines.append(Line(step.label, "todo", ""))
        return lines
