"""The evidence of a case as its page lists it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from cases.enums import PASSED, EvidenceKind, FileRole, ScanState
from cases.models import Case, Disclosure, Evidence, EvidenceFile
from cases.selectors.case_head import Head
from cases.selectors.words import Text
from integrity.core.gathering import Rows, gather


@dataclass(frozen=True)
class EvidenceLine:
    """A piece of evidence. `source` says who brought it, never who reported."""

    evidence: Evidence
    icon: str
    source: Text
    has_file: bool
    shown: int
    # Why nobody can open its file; empty when somebody can, and for what has no file.
    shut: Text = ""


_ICONS = {
    EvidenceKind.FILE: "paperclip",
    EvidenceKind.LINK: "link",
    EvidenceKind.QUOTE: "message-square",
    EvidenceKind.SUBMISSION: "file-text",
    EvidenceKind.STATEMENT: "message-square",
    EvidenceKind.SIMILARITY: "git-compare",
    EvidenceKind.COMPARISON: "git-compare",
}


def evidence_rows(case: Case) -> Rows:
    """The evidence in its order, without the texts."""
    piece = OuterRef("pk")
    files = EvidenceFile.objects.filter(evidence=piece)
    return Rows(
        case.evidence.annotate(
            has_file=Exists(files.filter(role=FileRole.DERIVATIVE, scan__in=PASSED)),
            scan=Subquery(files.filter(role=FileRole.ORIGINAL).values("scan")[:1]),
            shown=Subquery(number_by(Disclosure.objects.filter(evidence=piece), "evidence")),
        ).order_by("position"),
        but=("text", "redacted_text", "figures"),
        beside={"added_by": ("display_name",)},
        extra=("has_file", "scan", "shown"),
    )


def evidence_of(top: Head) -> list[EvidenceLine]:
    """The evidence in its order, without the texts: one query."""
    return evidence_lines(gather({"evidence": evidence_rows(top.case)})["evidence"])


def evidence_lines(rows: Sequence[Any]) -> list[EvidenceLine]:
    """Lines from gathered `evidence_rows`; no query."""
    lines = []
    for row in rows:
        if row.report_id is not None:
            source: Text = _("From a report")
        elif row.respondent_id is not None:
            source = _("From the learner")
        else:
            source = row.added_by.display_name if row.added_by else _("From the office")
        lines.append(
            EvidenceLine(
                evidence=row,
                icon=_ICONS[EvidenceKind(row.kind)],
                source=source,
                has_file=bool(row.has_file),
                shut="" if row.scan in (None, *PASSED) else ScanState(row.scan).label,
                shown=row.shown or 0,
            )
        )
    return lines


def number_by(rows: QuerySet[Any], by: str) -> QuerySet[Any]:
    return rows.order_by().values(by).annotate(n=Count("pk")).values("n")
