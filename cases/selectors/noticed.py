"""What was noticed about one case, for those of the desk who read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from cases.models import Case, RetaliationMark, Surge
from cases.selectors.case_page.reports import ReportLine
from cases.selectors.retaliation import PAGE_SIZE, marks_for
from integrity.accounts.models import User
from integrity.core.gathering import Rows


@dataclass(frozen=True)
class MarkLine:
    """A mark on the case and the address of its page."""

    mark: RetaliationMark
    url: str


@dataclass(frozen=True)
class Noticed:
    """`marks`: for somebody who did not work on an earlier matter. `surge_url`: very many at once.
    `unacknowledged`: references of reports whose receipt was not delivered within seven days."""

    marks: list[MarkLine]
    surge_url: str
    unacknowledged: list[str]

    @property
    def more_marks(self) -> int:
        """How many marks there are besides the first, which the page shows."""
        return max(0, len(self.marks) - 1)

    @property
    def anything(self) -> bool:
        """Whether there is something to say at the top of the case."""
        return bool(self.marks or self.surge_url or self.unacknowledged)


def noticed_rows(user: User, case: Case) -> dict[str, Rows]:
    """The marks the user may look at, those nobody has settled first, and what came at once."""
    marks = marks_for(user).filter(case=case).order_by("outcome", "-noticed_at", "-pk")
    return {
        "retaliation": Rows(marks[:PAGE_SIZE]),
        "surges": Rows(Surge.objects.filter(cases=case)),
    }


def noticed(found: Mapping[str, list[Any]], reports: list[ReportLine]) -> Noticed:
    """From gathered `noticed_rows`; no query."""
    surge = next(iter(found["surges"]), None)
    return Noticed(
        marks=[
            MarkLine(mark, reverse("desk:retaliation_mark", args=[mark.public_id]))
            for mark in found["retaliation"]
        ],
        surge_url=reverse("desk:surge", args=[surge.public_id]) if surge is not None else "",
        unacknowledged=[line.report.reference for line in reports if line.unacknowledged],
    )
