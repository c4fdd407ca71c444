"""What the virus scanner has to have passed before anybody sees it (HOSTILE 40, 41)."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from cases.enums import PASSED, ScanState
from cases.models import Case, Evidence, EvidenceFile


def passed(pieces: QuerySet[Evidence]) -> QuerySet[Evidence]:
    """The pieces without a file that waits for the scanner or was found harmful."""
    files = EvidenceFile.objects.filter(evidence=OuterRef("pk"))
    return pieces.filter(~Exists(files.exclude(scan__in=PASSED)))


def waiting(case: Case) -> bool:
    """Whether a file in the case still waits for the scanner."""
    return EvidenceFile.objects.filter(evidence__case=case, scan=ScanState.HELD).exists()
