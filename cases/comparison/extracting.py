"""The words of a file that is to be compared."""

from __future__ import annotations

import codecs

from cases.evidence import clean
from cases.evidence.accept import DOCX, KINDS, ODT, PDF
from cases.evidence.layout import PICTURE

_KINDS = {kind.content_type: kind for kind in (PDF, DOCX, ODT)}
_NAMES = {ending: kind for kind in KINDS for ending in kind.extensions}
_MARKS = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def extract(content: bytes, content_type: str) -> str:
    """What a file says: PDF, DOCX and ODT in a process of their own, anything else as plain text.

    Plain text is UTF-8, UTF-16 when it is marked so, otherwise what Windows writes in the west.
    Raises `cases.evidence.errors.FileRefused` where there are no words or the file is too much.
    """
    kind = _KINDS.get(content_type.partition(";")[0].strip().lower())
    if kind is None:
        return decoded(content)
    return clean.words(kind, content).replace(f"[{PICTURE}]", "")


def content_type_of(name: str, content: bytes) -> str:
    """By the first bytes of a file, and where they leave two kinds open by the end of its name."""
    if content.startswith(b"%PDF-"):
        return PDF.content_type
    kind = _NAMES.get(name.rpartition(".")[2].lower())
    if content.startswith(b"PK\x03\x04") and kind in (DOCX, ODT):
        return kind.content_type
    return "text/plain"


def decoded(content: bytes) -> str:
    """Bytes as text, whatever they are."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")
