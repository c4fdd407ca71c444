"""Files of messages about a report: the clean copy, for the other side (IN4)."""

from __future__ import annotations

import hashlib
from uuid import UUID

from django.db.models import QuerySet

from cases import rules
from cases.enums import PASSED
from cases.evidence import store
from cases.models import Case, MessageFile, NoteFile, Report
from integrity.accounts.models import User
from integrity.core import crypto
from integrity.core.errors import NotFound

_ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "application/pdf": "pdf"}


def open_for_sender(*, report: Report, file_id: UUID) -> tuple[MessageFile, bytes]:
    """A file the desk sent with a message about this report; the caller has made sure that the
    report is theirs. Anything else does not exist: `NotFound`."""
    sent = MessageFile.objects.filter(message__report=report, message__asked_by__isnull=False)
    return _opened(sent, file_id)


def open_for_desk(*, actor: User, number: str, file_id: UUID) -> tuple[MessageFile, bytes]:
    """A file of a message about a report of this case, for somebody who may read the case.

    For everybody else it does not exist: `NotFound`.
    """
    case = Case.objects.filter(number=number).first()
    if case is None or rules.access(actor, case) < rules.Access.READ:
        raise NotFound
    return _opened(MessageFile.objects.filter(message__report__case=case), file_id)


def _opened(files: QuerySet[MessageFile], file_id: UUID) -> tuple[MessageFile, bytes]:
    """One that the scanner holds or found harmful is none. Bytes that were changed raise
    `crypto.CannotOpen`."""
    file = files.filter(public_id=file_id, scan__in=PASSED).first()
    if file is None:
        raise NotFound
    content = store.read(file.derivative_path, purpose=store.DERIVATIVE)
    if hashlib.sha256(content).hexdigest() != file.derivative_sha256:
        raise crypto.CannotOpen("The file is not the one that was stored.")
    return file, content


def server_name(file: MessageFile | NoteFile) -> str:
    """The neutral name a file is sent under; what its sender called it stays sealed."""
    return f"file-{file.public_id.hex[:8]}.{_ENDINGS.get(file.derivative_type, 'txt')}"
