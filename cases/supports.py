"""What a finding may rest on (PR4): what its respondent was shown, and never a detector alone."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Exists, OuterRef, QuerySet

from cases.enums import EvidenceKind, FindingOutcome, Stance
from cases.models import Determination, Disclosure, Evidence, FindingSupport, Respondent, Response
from cases.rules import scanned


def usable(respondent: Respondent) -> QuerySet[Evidence]:
    """The pieces this respondent was shown or brought, in order, that anybody can open."""
    mine = Disclosure.objects.filter(evidence=OuterRef("pk"), respondent=respondent)
    return scanned.passed(Evidence.objects.filter(Exists(mine))).order_by("position")


def from_detector(piece: Evidence) -> bool:
    """Whether the piece is what a similarity tool or another detector said."""
    return piece.kind == EvidenceKind.SIMILARITY or piece.figures is not None


def admitted(respondent: Respondent) -> set[int]:
    """The allegations the respondent agreed to in their newest answer."""
    response = Response.objects.filter(respondent=respondent).order_by("-submitted_at").first()
    if response is None:
        return set()
    return {
        point.allegation_id
        for point in response.points.all()
        if point.allegation_id is not None and point.stance == Stance.ADMIT
    }


def enough(pieces: Collection[Evidence], *, admitted: bool) -> bool:
    """Whether these pieces can carry a finding; what a detector said only beside an admission."""
    return bool(pieces) and (admitted or not all(from_detector(piece) for piece in pieces))


def carried(determination: Determination, admitted: Collection[int]) -> set[int]:
    """The allegations found shown, in `determination`, that still rest on enough: two queries.

    One piece that was never shown to the respondent, or that nobody can open any more, and the
    finding has to be made again.
    """
    respondent = determination.respondent
    shown = determination.findings.filter(outcome=FindingOutcome.SHOWN)
    pieces: dict[int, list[Evidence]] = {
        key: [] for key in shown.values_list("allegation", flat=True)
    }
    if not pieces:
        return set()
    usable_now = usable(respondent).filter(pk=OuterRef("evidence"))
    rows = (
        FindingSupport.objects.filter(finding__in=shown)
        .select_related("finding", "evidence")
        .defer("evidence__text", "evidence__redacted_text")
        .annotate(stands=Exists(usable_now.order_by()))
    )
    gone: set[int] = set()
    for row in rows:
        pieces[row.finding.allegation_id].append(row.evidence)
        if not row.stands:
            gone.add(row.finding.allegation_id)
    return {
        key
        for key, given in pieces.items()
        if key not in gone and enough(given, admitted=key in admitted)
    }
