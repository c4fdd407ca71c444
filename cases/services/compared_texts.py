"""The two texts of a comparison: what can be compared, and how its words are read (CF3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from cases import comparison as engine
from cases.enums import PASSED, EvidenceKind, FileRole
from cases.evidence import Incoming, accept, clean, scanner, store
from cases.evidence.errors import FileRefused
from cases.evidence.preview import PLAIN
from cases.models import Case, Evidence, EvidenceFile
from cases.services.clean import Problems
from integrity.courses.models import Submission

LONGEST = 400_000
# Kinds of evidence whose text is kept with them.
WITH_TEXT = (EvidenceKind.QUOTE, EvidenceKind.SUBMISSION, EvidenceKind.STATEMENT)


@dataclass(frozen=True)
class Given:
    """What somebody chose for one side: exactly one of these, and a title for words of their own.

    `repr` shows neither text nor file.
    """

    evidence_id: UUID | str = ""
    submission_id: UUID | str = ""
    title: str = ""
    text: str | None = field(default=None, repr=False)
    upload: UploadedFile | Incoming | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Read:
    """A side as it was read: what is compared, and where it comes from."""

    title: str
    text: str = field(repr=False)
    name: str = ""
    evidence: Evidence | None = None
    submission: Submission | None = None

    @property
    def work(self) -> tuple[str, int] | None:
        """What this is, where it is known: the same exhibit, or the same work handed in."""
        if self.submission is not None:
            return "submission", self.submission.pk
        if self.evidence is None:
            return None
        if self.evidence.submission_id is not None:
            return "submission", self.evidence.submission_id
        return "evidence", self.evidence.pk


def read_side(case: Case, side: str, given: Given, problems: Problems) -> Read | None:
    """One side, read; None with its problem noted at the field where it can be mended."""
    at = f"{side}_source"
    read: Read | None = None
    if given.evidence_id:
        found = case.evidence.filter(public_id=given.evidence_id).first()
        try:
            text = text_of(found) if found is not None else None
        except FileRefused as refusal:
            problems.add(at, refusal.reason)
            return None
        if found is None or text is None:
            problems.add(at, _("Choose one of these."))
            return None
        read = Read(found.title, text, found.title, evidence=found)
    elif given.submission_id:
        submission = _submission(case, given.submission_id)
        if submission is None:
            problems.add(at, _("Choose one of these."))
            return None
        title = submission.title or str(submission.assignment)
        read = Read(title, submission.text, submission.title, submission=submission)
    elif given.upload is not None:
        at = f"{side}_upload"
        read = _uploaded(side, given, problems)
    elif given.text is not None:
        at = f"{side}_text"
        read = Read(
            _titled(side, given, problems),
            problems.text(at, given.text, max_length=LONGEST),
        )
    else:
        problems.add(at, _("Choose what is compared."))
    if read is None or at in problems.fields:
        return None
    if len(read.text) > LONGEST:
        problems.add(at, _("This text is too long. At most 400,000 characters are compared."))
    if not read.text.strip():
        problems.add(at, _("There are no words in it to compare."))
    return read


def _titled(side: str, given: Given, problems: Problems) -> str:
    at = f"{side}_title"
    title = problems.text(at, given.title, max_length=200, single_line=True)
    if not title and at not in problems.fields:
        problems.add(at, _("Say what this text is."))
    return title


def _uploaded(side: str, given: Given, problems: Problems) -> Read | None:
    title = _titled(side, given, problems)
    upload = given.upload
    if upload is None:
        return None
    file = upload if isinstance(upload, Incoming) else Incoming.from_upload(upload)
    try:
        kind = accept.recognise(file.name, file.content)
        # Asked before anything opens it; what cannot be asked about is not opened.
        if scanner.scan(file.content) not in PASSED:
            raise FileRefused(_("The virus scanner did not pass this file, so we did not open it."))
        text = _words(kind, file.content)
    except FileRefused as refusal:
        problems.add(f"{side}_upload", refusal.reason)
        return None
    return Read(title, text, accept.clean_name(file.name))


def _words(kind: accept.Kind, content: bytes) -> str:
    """The words of a file, read in the process that opens strangers' files."""
    if kind == accept.PDF:
        return tidy(engine.extract(content, kind.content_type))
    if kind not in (accept.TEXT, accept.DOCX, accept.ODT):
        raise FileRefused(_("There are no words to read in a picture. Type them in instead."))
    return clean.copy(kind, content).content.decode().rstrip()


def tidy(text: str) -> str:
    """Words as they came out of a document, without what no page can show and no row can hold."""
    lines = "\n".join(text.replace("\f", "\n").splitlines())
    return "".join(
        c for c in lines if c in "\n\t" or (c.isprintable() and not 0xD800 <= ord(c) <= 0xDFFF)
    )


def text_of(piece: Evidence) -> str | None:
    """The words of a piece of evidence; None where there are none that can be read.

    Of a text, DOCX or ODT file those of its clean copy, of a PDF those of the original, read in the
    process that opens strangers' files. Raises `FileRefused` for one it cannot read.
    """
    if piece.kind in WITH_TEXT:
        return piece.text
    if piece.kind != EvidenceKind.FILE:
        return None
    files = {file.role: file for file in piece.files.all()}
    if any(file.scan not in PASSED for file in files.values()):
        return None
    copy, original = files.get(FileRole.DERIVATIVE), files.get(FileRole.ORIGINAL)
    if copy is not None and copy.content_type == PLAIN:
        return _opened(copy, store.DERIVATIVE).decode()
    if original is not None and original.content_type == accept.PDF.content_type:
        return tidy(engine.extract(_opened(original, store.ORIGINAL), original.content_type))
    return None


def _opened(file: EvidenceFile, purpose: str) -> bytes:
    return store.read(file.path, purpose=purpose)


def has_text(piece: Evidence) -> bool:
    """Whether `text_of` finds words in it, told by its kind alone; `files` fetched ahead."""
    if piece.kind in WITH_TEXT:
        return bool(piece.text)
    if piece.kind != EvidenceKind.FILE:
        return False
    types = {file.content_type for file in piece.files.all() if file.scan in PASSED}
    return PLAIN in types or accept.PDF.content_type in types


def _submission(case: Case, public_id: UUID | str) -> Submission | None:
    """The submission of the case, or another one of its course."""
    rows = Submission.objects.select_related("assignment").filter(public_id=public_id)
    own = rows.filter(pk=case.submission_id or 0).first()
    if own is not None or case.course_id is None:
        return own
    return rows.filter(assignment__course_id=case.course_id).first()
