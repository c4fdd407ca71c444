"""What the print view of a case file holds beside the case page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cases.models import Evidence, Note
from cases.selectors.case_head import Head
from cases.selectors.links import Network, network
from cases.selectors.meetings import Shown, on_paper
from cases.selectors.merging import Merging, merging
from cases.selectors.timeline import Timeline, timeline
from integrity.accounts.models import User

# As many as one paper can sensibly hold; the rest is in the export of the history.
MOST_EVENTS = 2_000
MOST_NOTES = 500


@dataclass(frozen=True)
class PrintPage:
    """Exhibits with their texts; notes and events the oldest first.

    `network` and `merging`: other cases, as far as the reader may know of them; None where the case
    has nothing to do with any. `more_events`: there are more than stand here.
    """

    pieces: list[Evidence]
    notes: list[Note]
    meetings: list[Shown]
    timeline: Timeline
    network: Network | None
    merging: Merging | None

    @property
    def more_events(self) -> bool:
        """Whether the history goes on beyond what stands here."""
        return bool(self.timeline.earlier)


def print_page(top: Head, user: User, violations: Mapping[str, str]) -> PrintPage:
    """Five queries, however much is in the case, and some more where there are meetings or others
    belong to it.

    `violations` are titles by code.
    """
    pieces = list(
        top.case.evidence.select_related("added_by")
        .prefetch_related("redactions")
        .defer("figures")
        .order_by("position")
    )
    notes = list(
        top.case.notes.select_related("author", "respondent__user").order_by("-pk")[:MOST_NOTES]
    )
    found = timeline(
        top.case.number,
        reader=user,
        officer=top.officer,
        violations=violations,
        size=MOST_EVENTS,
        whole=True,
    )
    found.lines.reverse()
    joined = top.joined or top.case.merged_into_id is not None
    return PrintPage(
        pieces,
        notes[::-1],
        on_paper(top),
        found,
        network(user, top.case) if top.linked else None,
        merging(user, top) if joined else None,
    )
