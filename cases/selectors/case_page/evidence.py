"""The evidence of a case as its page lists it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from cases.enums import PASSED, EvidenceKind, FileRole, ScanState
from cases.models import Disclosure, Evidence, EvidenceFile
from cases.selectors.case_head import Head
from cases.selectors.words import Text


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


def evidence_of(top: Head) -> list[EvidenceLine]:
    """The evidence in its order, without the texts: one query."""
    piece = OuterRef("pk")
    rows = (
        top.case.evidence.select_related("added_by")
        .defer("text")
        .annotate(
            has_file=Exists(
                EvidenceFile.objects.filter(
                    evidence=piece, role=FileRole.DERIVATIVE, scan__in=PASSED
                )
            ),
            scan=Subquery(
                EvidenceFile.objects.filter(evidence=piece, role=FileRole.ORIGINAL).values("scan")[
                    :1
                ]
            ),
            shown=Subquery(number_by(Disclosure.objects.filter(evidence=piece), "evidence")),
        )
        .order_by("position")
    )
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
                has_file=row.has_file,
                shut="" if row.scan in (None, *PASSED) else ScanState(row.scan).label,
                shown=row.shown or 0,
            )
        )
    return lines


def number_by(rows: QuerySet[Any], by: str) -> QuerySet[Any]:
    return rows.order_by().values(by).annotate(n=Count("pk")).values("n")
