"""What of a piece of evidence people are shown, and the ledger of who looked (CF2)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from cases import rules
from cases.enums import PASSED, FileRole
from cases.evidence import store
from cases.evidence.figures import Pair, numbered
from cases.evidence.preview import PLAIN, preview
from cases.models import Disclosure, Evidence, EvidenceFile
from integrity.accounts.models import User
from integrity.accounts.rules import belongs_to, same_person
from integrity.audit import services as audit
from integrity.core import clock, crypto
from integrity.core.errors import NotFound


def open_file(
    *, actor: User, evidence_id: UUID | str, looks: bool = True
) -> tuple[EvidenceFile, bytes]:
    """The clean copy of a file, for somebody who may see it; never the original.

    People of the desk who may read the case get the whole clean copy. The respondent to whom it was
    disclosed (whose first look is written into the ledger and the history), the respondent who gave
    it, and an adviser of either for as long as they let them read get the redacted copy
    where parts are covered, else the clean copy; of a text without the names
    of other learners. For everybody else, and for everybody when the
    scanner has not passed the file, it does not exist: `NotFound`. The bytes are checked against
    their fingerprint; changed ones raise `crypto.CannotOpen`. Nobody `looks` at what a program
    asked about without taking it.
    """
    file, disclosure = _allowed(actor, evidence_id)
    try:
        content = store.read(file.path, purpose=store.DERIVATIVE)
    except FileNotFoundError:
        # More was covered just now: the copy was exchanged for another one.
        file, disclosure = _allowed(actor, evidence_id)
        content = store.read(file.path, purpose=store.DERIVATIVE)
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise crypto.CannotOpen("The file is not the one that was stored.")
    if file.content_type == PLAIN and _outside(actor, file.evidence):
        content = (
            rules.hidden_from_reader(actor, file.evidence.case).hide(content.decode()).encode()
        )
    if looks and disclosure is not None and disclosure.first_viewed_at is None:
        _note_first_view(actor, file.evidence, disclosure)
    return file, content


def _outside(actor: User, piece: Evidence) -> bool:
    """Whether the names of other learners are hidden from this reader of the piece (QU2).

    Not from the desk, and not in what the reader gave, or whoever they help.
    """
    if rules.access(actor, piece.case) >= rules.Access.READ:
        return False
    giver = piece.respondent
    if giver is None:
        return True
    helped = rules.advised_reading(actor).filter(respondent=giver).exists()
    return not (helped or belongs_to(giver.user, actor))


def may_open(*, actor: User, evidence_id: UUID | str) -> None:
    """Raise `NotFound` unless `open_file` would open this file for them now. Writes nothing."""
    _allowed(actor, evidence_id)


def _allowed(actor: User, evidence_id: UUID | str) -> tuple[EvidenceFile, Disclosure | None]:
    files = list(
        EvidenceFile.objects.select_related(
            "evidence__case__institution", "evidence__respondent__user"
        ).filter(evidence__public_id=evidence_id)
    )
    # What the scanner says of one file of a piece holds for the copies made of it.
    if any(file.scan not in PASSED for file in files):
        raise NotFound
    shown = {file.role: file for file in files if file.role != FileRole.ORIGINAL}
    file = shown.get(FileRole.DERIVATIVE)
    if file is None:
        raise NotFound
    piece = file.evidence
    disclosure = None
    if rules.access(actor, piece.case) < rules.Access.READ:
        mine = same_person(actor, "respondent__user")
        disclosure = Disclosure.objects.filter(mine, evidence=piece).first()
        own = piece.respondent is not None and belongs_to(piece.respondent.user, actor)
        if disclosure is None and not own and not rules.advised_on(actor, piece):
            raise NotFound
        file = shown.get(FileRole.REDACTED, file)
    return file, disclosure


def read_by(*, actor: User, evidence_id: UUID | str, previewed: bool = False) -> None:
    """Write into the ledger that the respondent looked at this piece, the first time.

    For everybody else nothing is written, nor for a piece with a file before the file itself is
    opened, unless the page shows what is in it (`previewed`).
    """
    rows = Disclosure.objects.select_related("evidence__case__institution").filter(
        same_person(actor, "respondent__user"),
        evidence__public_id=evidence_id,
        first_viewed_at__isnull=True,
    )
    if not previewed:
        rows = rows.exclude(evidence__files__role=FileRole.DERIVATIVE)
    disclosure = rows.first()
    if disclosure is not None:
        _note_first_view(actor, disclosure.evidence, disclosure)


def _note_first_view(actor: User, piece: Evidence, disclosure: Disclosure) -> None:
    with audit.transaction():
        noted = Disclosure.objects.filter(pk=disclosure.pk, first_viewed_at__isnull=True).update(
            first_viewed_at=clock.now()
        )
        if noted:
            audit.record(
                "evidence.viewed",
                actor=audit.Actor.user(actor.public_id, role="respondent"),
                subject=("evidence", str(piece.public_id)),
                case_number=piece.case.number,
                institution=piece.case.institution.slug,
                data={"label": piece.label},
            )


@dataclass(frozen=True)
class Look:
    """What a page shows of a piece to somebody outside the desk, without opening anything.

    `text` is the beginning of a text file; `picture`: the file is a picture the page can show.
    `pairs` of a similarity tool stand in a table instead of the text, unless words of it are
    covered. The names in them are for the desk alone.
    """

    text: str | None = None
    picture: bool = False
    pairs: Sequence[Pair] = ()


def look(piece: Evidence, file: EvidenceFile | None, *, everything: bool = False) -> Look:
    """What the page shows of a piece with this copy, to somebody who may see it.

    `everything`: for the desk, who sees what is covered too.
    """
    pairs = numbered(piece.figures) if everything or piece.redacted_text is None else []
    if file is None or file.scan not in PASSED:
        return Look(pairs=pairs)
    picture = file.content_type.startswith("image/")
    text = preview(file)
    if text is not None and not everything:
        text = piece.hidden.hide(text)
    return Look(text, picture=picture, pairs=pairs)


_ENDINGS = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "application/pdf": "pdf",
    "text/plain; charset=utf-8": "txt",
}


def server_name(file: EvidenceFile) -> str:
    """The neutral name a file is sent under: "E1.png". The sender's own name stays sealed."""
    return f"{file.evidence.label}.{_ENDINGS.get(file.content_type, 'bin')}"
