"""What was reported, and what was written about it since."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Value, prefetch_related_objects
from django.db.models.functions import Concat

from cases import informants
from cases.enums import ConsentPurpose, ReportMode
from cases.models import BadFaith, Consent, DismissalReview, Report, ReportMessage
from cases.selectors.case_head import Head
from cases.selectors.dialogue import Said, is_open, reachable, said, with_files
from cases.services.acknowledgement import RECEIPT, overdue
from integrity.core.uuids import InWords
from notifications.enums import State
from notifications.models import OutboxMessage
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
    # Its receipt was due by now and was not delivered.
    unacknowledged: bool = False

    @property
    def bad_faith(self) -> BadFaith | None:
        """That it was made in bad faith, as an officer recorded it and nobody took back (QU4)."""
        row: BadFaith | None = getattr(self.report, "bad_faith", None)
        return row if row is not None and row.taken_back_at is None else None

    @property
    def may_ask(self) -> bool:
        """Whether there is still somebody to write to."""
        return is_open(self.report) and reachable(self.report)


def reports_of(top: Head) -> list[ReportLine]:
    """The reports, the first one first: one query, and up to four more where somebody wrote. A
    sealed name is opened here only after whoever reported agreed that the desk sees it (IN5)."""
    lines = []
    report = OuterRef("pk")
    consents = Consent.objects.filter(
        report=report, purpose=ConsentPurpose.TELL_DESK, used_at__isnull=False
    )
    receipts = OutboxMessage.objects.filter(
        key=Concat(Value(RECEIPT), InWords(OuterRef("public_id"))), state=State.SENT
    )
    rows: list[Any] = list(
        top.case.reports.select_related(
            *("violation_type", "review", "entered_by", "bad_faith__found_by")
        )
        .annotate(
            told=Exists(consents),
            written=Exists(ReportMessage.objects.filter(report=report)),
            acknowledged=Exists(receipts),
        )
        .order_by("submitted_at", "pk")
    )
    written = [row for row in rows if row.written]
    prefetch_related_objects(written, Prefetch("messages", with_files()))
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
                said=[said(message) for message in row.messages.all()] if row.written else [],
                review=getattr(row, "review", None),
                unacknowledged=not row.acknowledged and overdue(row),
            )
        )
    return lines
