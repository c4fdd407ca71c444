"""What a respondent is owed before anything is found or decided (CF8, PR1, PR4).

One list for the page that shows it and for the workflow that refuses: both say it in these words.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases import supports
from cases.enums import CaseStatus as S
from cases.enums import DeterminationStatus, FindingOutcome, Stance
from cases.models import Allegation, Determination, Notice, Respondent

Text = str | Promise

NOTICE, OPENED, EVIDENCE, TIME, POINTS, FINDINGS, SUPPORT = (
    "notice",
    "opened",
    "evidence",
    "time",
    "points",
    "findings",
    "support",
)
BEFORE_FINDINGS = (NOTICE, OPENED, EVIDENCE, TIME)
BEFORE_DECISION = (*BEFORE_FINDINGS, POINTS, FINDINGS, SUPPORT)

WORDS: dict[str, Text] = {
    NOTICE: _("The notice has not been delivered to the learner yet."),
    OPENED: _("The learner has not opened the notice yet."),
    EVIDENCE: _("No evidence has been shown to the learner yet."),
    TIME: _("The learner still has time to answer, or nobody has said why it goes on without."),
    POINTS: _("Answer every point of the learner first."),
    FINDINGS: _("Record a finding for every allegation first."),
    SUPPORT: _(
        "Say for each finding on which evidence it rests: something the learner was shown, and "
        "not what a detector says alone."
    ),
}


@dataclass(frozen=True)
class Facts:
    """What is on record about one respondent; the newest notice counts.

    `pieces`: how many pieces of evidence they were shown. `points`, `allegations`: how many there
    are; `answered`, `found`: to how many of these the determination in the making has something.
    `shown`: how many it finds shown, `carried`: how many of those rest on enough (`supports`).
    """

    status: str
    sent_at: datetime | None
    read_at: datetime | None
    answered_at: datetime | None
    pieces: int
    points: int
    answered: int
    allegations: int
    found: int
    shown: int
    carried: int

    def met(self, item: str) -> bool:
        """Whether the respondent got this. An answer proves that the notice came and was read."""
        gone_on = self.status not in (S.TRIAGE, S.INVESTIGATION, S.NOTIFIED)
        came = self.answered_at is not None or self.read_at is not None
        delivered = came or self.sent_at is not None
        return {
            NOTICE: delivered,
            # Unread it goes on only by an officer, with a reason, after two reminders (PR1).
            OPENED: came or (delivered and gone_on),
            EVIDENCE: self.pieces > 0,
            TIME: self.answered_at is not None or gone_on,
            POINTS: self.answered >= self.points,
            FINDINGS: self.allegations > 0 and self.found >= self.allegations,
            SUPPORT: self.carried >= self.shown,
        }[item]

    def unmet(self, items: Iterable[str]) -> list[str]:
        """Those of `items` that are missing, in their order."""
        return [item for item in items if not self.met(item)]


def facts_of(respondent: Respondent) -> Facts:
    """What the database says: eight queries, fewer where nothing was sent or drafted."""
    notice: Notice | None = (
        respondent.notices.select_related("letter__message", "response")
        .defer("letter__content_sealed", "letter__message__content_sealed")
        .first()
    )
    response = getattr(notice, "response", None) if notice is not None else None
    said = list(response.points.all()) if response else []
    points = {point.pk for point in said if point.text}
    admitted = {point.allegation_id for point in said if point.stance == Stance.ADMIT}
    standing = set(
        Allegation.objects.filter(respondent=respondent, withdrawn_at__isnull=True).values_list(
            "pk", flat=True
        )
    )
    draft: Determination | None = (
        respondent.determinations.exclude(status=DeterminationStatus.SUPERSEDED)
        .order_by("-pk")
        .first()
    )
    answered = set(draft.answers.values_list("point", flat=True)) if draft else set()
    found = dict(draft.findings.values_list("allegation", "outcome")) if draft else {}
    shown = {key for key in standing & found.keys() if found[key] == FindingOutcome.SHOWN}
    carried = supports.carried(draft, admitted) if draft and shown else set()
    return Facts(
        status=respondent.status,
        sent_at=notice.letter.message.sent_at if notice is not None else None,
        read_at=notice.letter.first_read_at if notice is not None else None,
        answered_at=response.submitted_at if response is not None else None,
        pieces=respondent.disclosures.count(),
        points=len(points),
        answered=len(points & answered),
        allegations=len(standing),
        found=len(standing & found.keys()),
        shown=len(shown),
        carried=len(shown & carried),
    )


def missing(respondent: Respondent | None, items: Iterable[str]) -> Text | None:
    """The first of `items` that is missing, in words; None when nothing is."""
    if respondent is None:
        return None
    return next((WORDS[item] for item in facts_of(respondent).unmet(items)), None)
