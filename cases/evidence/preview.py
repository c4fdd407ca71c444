"""The beginning of a text, to be read on a page without opening the file (CF2).

Plain characters and nothing else: the page that shows them escapes them, so a program or a piece of
HTML in a text stays words (HOSTILE 36).
"""

from __future__ import annotations

import hashlib
import logging
from typing import Protocol

from cases.enums import PASSED
from cases.evidence import limits, store
from integrity.core import crypto

logger = logging.getLogger(__name__)

PLAIN = "text/plain; charset=utf-8"


class Copy(Protocol):
    """A row that names a clean copy: `EvidenceFile` of any role but the original."""

    path: str
    content_type: str
    sha256: str
    scan: str


def preview(file: Copy) -> str | None:
    """The first `limits.PREVIEW_CHARACTERS` of a clean copy that is text; None for everything else.

    A text that goes on ends with "…". None too while the scanner has not passed the file, and for
    one that is gone. The caller has made sure that the reader may open it. Raises
    `crypto.CannotOpen` for a file that was changed on the disk.
    """
    if file.content_type != PLAIN or file.scan not in PASSED:
        return None
    try:
        content = store.read(file.path, purpose=store.DERIVATIVE)
    except FileNotFoundError:
        # It was exchanged while the page was made, as when more was covered.
        logger.warning("a copy was not there for its preview")
        return None
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise crypto.CannotOpen("The file is not the one that was stored.")
    text = content.decode()
    if len(text) <= limits.PREVIEW_CHARACTERS:
        return text
    return text[: limits.PREVIEW_CHARACTERS].rstrip() + "…"
