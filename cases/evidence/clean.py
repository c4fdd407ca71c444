"""The clean copy: what a file shows, without what it hides (HOSTILE 37, 42 to 44)."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from cases.evidence import limits
from cases.evidence.accept import TEXT, Kind
from cases.evidence.errors import FileRefused
from integrity.core.text import clean_text

logger = logging.getLogger(__name__)

_OPENER = Path(__file__).with_name("opener.py")
_turns = threading.BoundedSemaphore(limits.AT_ONCE)

_REFUSALS = {
    "pixels": _("This picture has too many pixels to be opened safely. Please send a smaller one."),
    "pages": _("This PDF has more than %(pages)s pages. Please send the pages that matter."),
    "password": _(
        "This PDF is locked with a password. Please save it without one, or send a screenshot."
    ),
    "damaged": _(
        "We could not open this file; it may be damaged. Please send a screenshot instead."
    ),
    "effort": _("This file takes too much work to open safely. Please send a screenshot instead."),
}


@dataclass(frozen=True)
class CleanCopy:
    """What people may see. `moving`: of a moving picture it shows only the beginning."""

    content: bytes
    content_type: str
    pages: int = 1
    moving: bool = False


def copy(kind: Kind, content: bytes) -> CleanCopy:
    """A new file with what `content` shows: no metadata, no scripts, no hidden layers.

    Pictures are drawn again, PDF pages become pictures, text keeps its words. The same content
    gives the same copy. Pictures and PDFs are opened in a process of their own, with bounded
    memory and time. Raises `FileRefused`.
    """
    if kind == TEXT:
        return CleanCopy(_plain(content), "text/plain; charset=utf-8")
    with _turns:
        return _open(kind, content)


def _open(kind: Kind, content: bytes) -> CleanCopy:
    try:
        done = subprocess.run(  # noqa: S603 - our own program, nothing of the sender in its arguments
            [sys.executable, "-I", str(_OPENER), kind.name],
            input=content,
            capture_output=True,
            timeout=limits.WALL_SECONDS,
            # No keys, no addresses: a file that takes the process over finds nothing to take.
            env={},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise FileRefused(_REFUSALS["effort"]) from None
    line, _newline, body = done.stdout.partition(b"\n")
    try:
        head = json.loads(line)
    except ValueError:
        head = {}
    if done.returncode == 0 and "type" in head:
        return CleanCopy(body, head["type"], int(head["pages"]), bool(head["moving"]))
    if "error" not in head:
        # The text may quote the file, so only the way it ended is logged.
        logger.warning(
            "opener ended without an answer: kind=%s status=%s", kind.name, done.returncode
        )
    message = _REFUSALS.get(head.get("error", ""), _REFUSALS["effort"])
    raise FileRefused(message % {"pages": limits.MAX_PDF_PAGES})


def _plain(content: bytes) -> bytes:
    """Text in composed form with plain line ends, without invisible controls."""
    try:
        text = clean_text(content.decode("utf-8-sig"), max_length=len(content))
    except ValidationError:
        raise FileRefused(_REFUSALS["damaged"]) from None
    if not text:
        raise FileRefused(_("This file is empty. Please choose another one."))
    return (text + "\n").encode()
