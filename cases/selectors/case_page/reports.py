"""What was reported, and what was written about it since."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Prefetch

from cases import informants
from cases.enums import ConsentPurpose, ReportMode
from cases.models import Consent, DismissalReview, Report
from cases.selectors.case_head import Head
from cases.selectors.dialogue import Said, is_open, reachable, said, with_files
from notifications.recipients import Recipient

_WEB = re.compile(r"https?://", re.IGNORECASE)


@dataclass(frozen=True)
class ReportLine:
    """A report. `reporter` is a name only where it was given and the reader works on the case, or
    where whoever reported agreed that those who read the case see it (IN5).

    `links` are text and address; the address is empty for what is none of the web. `said` is what
    was written since, in order.
    """

    report: Report
    reporter: str
    sealed: bool
    links: list[tuple[str, str]]
    said: list[Said]
    review: DismissalReview | None

    @property
    def may_ask(self) -> bool:
        """Whether there is still somebody to write to."""
        return is_open(self.report) and reachable(self.report)


def reports_of(top: Head) -> list[ReportLine]:
    """The reports, the first one first: two queries, and up to three more where somebody wrote. A
    sealed name is opened here only after whoever reported agreed that the desk sees it (IN5)."""
    lines = []
    rows = (
        top.case.reports.select_related("violation_type", "review", "entered_by")
        .annotate(
            told=Exists(
                Consent.objects.filter(
                    report=OuterRef("pk"),
                    purpose=ConsentPurpose.TELL_DESK,
                    used_at__isnull=False,
                )
            )
        )
        .prefetch_related(Prefetch("messages", with_files()))
        .order_by("submitted_at", "pk")
    )
    for row in rows:
        sealed = row.reporter_sealed
        given = row.mode == ReportMode.NAMED and top.works and not top.names_hidden
        shown = given or row.told
        name = Recipient.sealed(row.reporter_ref, sealed).name if shown and sealed else ""
        if shown and row.informant_sealed:
            # As they gave it: whether there is an account with their address shows nowhere.
            name = informants.opened(row.informant_sealed).name
        links = [(str(link), str(link) if _WEB.match(str(link)) else "") for link in row.links]
        lines.append(
            ReportLine(
                report=row,
                reporter=name,
                sealed=row.mode == ReportMode.CONFIDENTIAL and not row.told,
                links=links,
                said=[said(message) for message in row.messages.all()],
                review=getattr(row, "review", None),
            )
        )
    return lines
