"""The disclosure ledger of a whole case: what was shown to whom, when, and in which version."""

from __future__ import annotations

from dataclasses import dataclass

from cases.models import Disclosure, Evidence, Redaction, Respondent
from cases.selectors.case_head import Head
from cases.selectors.redaction import LedgerLine, ledger


@dataclass(frozen=True)
class LedgerPart:
    """One piece: to whom it was shown, who has not seen it, and what is covered now."""

    evidence: Evidence
    lines: list[LedgerLine]
    not_shown: list[Respondent]
    covered: int

    @property
    def own(self) -> bool:
        """Whether a learner of the case brought it."""
        return self.evidence.respondent_id is not None


def case_ledger(top: Head) -> list[LedgerPart]:
    """Piece by piece in the order of the exhibits: three queries, however many there are."""
    shown: dict[int, list[Disclosure]] = {}
    covered: dict[int, list[Redaction]] = {}
    people = {row.pk: row for row in top.respondents}
    for row in Disclosure.objects.filter(evidence__case=top.case).order_by("disclosed_at", "pk"):
        row.respondent = people[row.respondent_id]
        shown.setdefault(row.evidence_id, []).append(row)
    for part in Redaction.objects.filter(evidence__case=top.case).order_by("pk"):
        covered.setdefault(part.evidence_id, []).append(part)
    found = []
    for piece in top.case.evidence.defer("text", "redacted_text", "figures").order_by("position"):
        rows = shown.get(piece.pk, [])
        redactions = covered.get(piece.pk, [])
        seen = {row.respondent_id for row in rows} | {piece.respondent_id}
        found.append(
            LedgerPart(
                evidence=piece,
                lines=ledger(rows, redactions),
                not_shown=[row for row in top.respondents if row.pk not in seen],
                covered=sum(1 for part in redactions if part.removed_at is None),
            )
        )
    return found
