"""Files that came while the virus scanner was away are looked at later (HOSTILE 41)."""

from __future__ import annotations

import logging

from cases.enums import FileRole, ScanState
from cases.evidence import limits, scanner, store
from cases.models import AnswerDraftFile, DraftFile, EvidenceFile, MessageFile, NoteFile
from integrity.audit import services as audit
from integrity.core import crypto

logger = logging.getLogger(__name__)

# Files that are no evidence, or not yet.
OTHERS = (DraftFile.objects, AnswerDraftFile.objects, MessageFile.objects, NoteFile.objects)


def run() -> dict[str, int]:
    """Ask the scanner about held files, `limits.SCAN_BATCH` of each kind at most, in any order.

    The order is new each time: a file that the scanner chokes on ends a run, and must not keep all
    that came after it waiting for ever. Returns how many were found `clean` and `infected`, and
    how many are still `held` though the scanner answered. Stops when it cannot be reached. Without
    a scanner nothing is passed: held files stay held until there is one again.
    """
    counts = {"clean": 0, "infected": 0, "held": 0}
    if not scanner.set_up():
        return counts
    held = EvidenceFile.objects.filter(role=FileRole.ORIGINAL, scan=ScanState.HELD)
    pieces = held.select_related("evidence__case__institution").order_by("?")
    try:
        for file in pieces[: limits.SCAN_BATCH]:
            counts[_settled(file, _verdict(file.path))] += 1
        for rows in OTHERS:
            waiting = rows.filter(scan=ScanState.HELD).order_by("?")
            for row in waiting[: limits.SCAN_BATCH]:
                verdict = _verdict(row.original_path)
                # A draft may have been sent meanwhile: its evidence is held, and comes next time.
                rows.filter(pk=row.pk, scan=ScanState.HELD).update(scan=verdict)
                counts[verdict] += 1
    except scanner.Unreachable:
        logger.info("held files wait on: the virus scanner cannot be reached")
    return counts


def _verdict(path: str) -> ScanState:
    try:
        content = store.read(path, purpose=store.ORIGINAL)
    except (OSError, crypto.CannotOpen):
        # Gone with its draft, or changed on the disk: nobody can open it either way.
        logger.warning("a held file cannot be read")
        return ScanState.HELD
    return scanner.ask(content)


def _settled(file: EvidenceFile, verdict: ScanState) -> ScanState:
    if verdict == ScanState.HELD:
        return verdict
    piece = file.evidence
    with audit.transaction():
        rows = EvidenceFile.objects.filter(evidence=piece, scan=ScanState.HELD)
        # Another run may have been first.
        if rows.update(scan=verdict):
            infected = verdict == ScanState.INFECTED
            audit.record(
                "evidence.infected" if infected else "evidence.passed",
                actor=audit.Actor.system("scanner"),
                subject=("evidence", str(piece.public_id)),
                case_number=piece.case.number,
                institution=piece.case.institution.slug,
                data={"label": piece.label},
            )
    return verdict
