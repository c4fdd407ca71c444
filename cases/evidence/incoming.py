"""From an upload to two sealed files, before any row is written and any lock is held."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from cases.enums import ScanState
from cases.evidence import accept, clean, scanner, store
from cases.evidence.errors import FIELD, Busy, FileRefused
from integrity.core import crypto
from integrity.core.errors import InvalidInput, Text

NAME_PURPOSE = "evidence-name"
MAX_FILES = 10


@dataclass(frozen=True)
class Incoming:
    """A file as it arrived. `repr` shows neither name nor content."""

    name: str = field(repr=False)
    content: bytes = field(repr=False)
    description: str = field(default="", repr=False)

    @classmethod
    def from_upload(cls, upload: UploadedFile, description: str = "") -> Incoming:
        """Read an upload; of one that is too large no more than is needed to know so."""
        upload.seek(0)
        content = upload.read(settings.EVIDENCE_MAX_FILE_BYTES + 1)
        return cls(upload.name or "", content, description)

    @property
    def sha256(self) -> str:
        """Fingerprint of the bytes that arrived."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class Part:
    """One sealed file: what it is when opened, and where it lies."""

    path: str
    content_type: str
    size: int
    sha256: str


@dataclass
class StoredFile:
    """Original and clean copy on disk. They stay when `kept` is set before `received` ends.

    `scan` is what the scanner said of the original. The result of a similarity tool (`figures`) has
    no copy but its `words`: `derivative` names the original then, and is no file of its own.
    """

    original: Part
    derivative: Part
    name_sealed: bytes = field(repr=False)
    description: str = field(default="", repr=False)
    moving: bool = False
    kept: bool = False
    scan: str = ScanState.UNSCANNED
    figures: dict[str, Any] | None = field(default=None, repr=False)
    words: str = field(default="", repr=False)

    @property
    def columns(self) -> dict[str, Any]:
        """What a row of `SealedFile` keeps of it."""
        return {
            "original_path": self.original.path,
            "original_type": self.original.content_type,
            "original_size": self.original.size,
            "original_sha256": self.original.sha256,
            "derivative_path": self.derivative.path,
            "derivative_type": self.derivative.content_type,
            "derivative_size": self.derivative.size,
            "derivative_sha256": self.derivative.sha256,
            "moving": self.moving,
            "scan": self.scan,
            "name_sealed": self.name_sealed,
        }


def incoming(uploads: Iterable[Incoming | UploadedFile]) -> list[Incoming]:
    """The uploads, read. Raises `InvalidInput` for more than `MAX_FILES`."""
    files = [u if isinstance(u, Incoming) else Incoming.from_upload(u) for u in uploads]
    if len(files) > MAX_FILES:
        raise InvalidInput(
            {FIELD: [_("Please send at most %(count)s files.") % {"count": MAX_FILES}]}
        )
    return files


Prepared = tuple[accept.Kind, clean.CleanCopy, ScanState]


def prepare(file: Incoming) -> Prepared:
    """What the file is, its clean copy, and what the scanner says. Raises `FileRefused`."""
    return _prepared(file, accept.recognise(file.name, file.content))


def prepare_result(file: Incoming) -> Prepared:
    """The same for what a similarity tool wrote. Raises `FileRefused`."""
    return _prepared(file, accept.recognise_result(file.name, file.content))


def _prepared(file: Incoming, kind: accept.Kind) -> Prepared:
    # Asked before anything opens it.
    scan = scanner.scan(file.content)
    if scan == ScanState.INFECTED:
        raise FileRefused(
            _(
                "The virus scanner says that this file is harmful, so we did not keep it. "
                "Please send a screenshot instead."
            )
        )
    return kind, clean.copy(kind, file.content), scan


def _part(content: bytes, content_type: str, purpose: str) -> Part:
    return Part(
        path=store.write(content, purpose=purpose),
        content_type=content_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
    )


def keep(file: Incoming, kind: accept.Kind, copy: clean.CleanCopy, scan: ScanState) -> StoredFile:
    """Write both, sealed. Raises `StorageFull`, and leaves nothing then."""
    original = _part(file.content, kind.content_type, store.ORIGINAL)
    derivative = original
    if copy.figures is None:
        try:
            derivative = _part(copy.content, copy.content_type, store.DERIVATIVE)
        except BaseException:
            store.remove(original.path)
            raise
    return StoredFile(
        original=original,
        derivative=derivative,
        name_sealed=crypto.seal(accept.clean_name(file.name), purpose=NAME_PURPOSE),
        description=file.description,
        moving=copy.moving,
        scan=scan,
        figures=copy.figures,
        words=copy.content.decode().rstrip() if copy.figures is not None else "",
    )


def discard(files: Iterable[StoredFile]) -> None:
    """Remove these files from the disk."""
    for file in files:
        store.remove(file.original.path)
        store.remove(file.derivative.path)


@contextmanager
def received(
    uploads: Sequence[Incoming | UploadedFile],
    *,
    prepare: Callable[[Incoming], Prepared] = prepare,
) -> Iterator[list[StoredFile]]:
    """Check, copy and store `uploads`; enter it before the transaction that binds them to rows.

        with received(uploads) as files, locked_case(number) as case:
            for file in files:
                evidence.attach(case=case, file=file, ...)

    Opening a file takes seconds, so it is done before anything is locked. Files that nothing kept
    (`attach` marks them), and all of them when the block fails or its commit does, are removed.
    Raises `FileRefused` or `InvalidInput` at the field `uploads`, and `StorageFull`.
    """
    prepared = []
    refusals: list[Text] = []
    busy: Busy | None = None
    for file in incoming(uploads):
        try:
            if busy is not None:
                raise busy
            prepared.append((file, *prepare(file)))
        except FileRefused as refusal:
            busy = refusal if isinstance(refusal, Busy) else busy
            refusals.append(refused(file, refusal))
    if refusals:
        raise InvalidInput({FIELD: refusals})
    files: list[StoredFile] = []
    try:
        for file, kind, copy, scan in prepared:
            files.append(keep(file, kind, copy, scan))
        yield files
    except BaseException:
        discard(files)
        raise
    discard(file for file in files if not file.kept)


def refused(file: Incoming, refusal: FileRefused) -> Text:
    """The refusal with the file's name before it, for a field that takes several."""
    return _("%(name)s: %(reason)s") % {
        "name": accept.clean_name(file.name),
        "reason": refusal.reason,
    }
