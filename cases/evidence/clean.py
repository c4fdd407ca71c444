"""The clean copy: what a file shows, without what it hides (HOSTILE 37, 42 to 44, 47)."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.evidence import limits
from cases.evidence.accept import PDF, TEXT, Kind
from cases.evidence.errors import Busy, FileRefused
from cases.evidence.figures import checked, in_words
from cases.evidence.layout import PICTURE
from cases.evidence.preview import PLAIN
from integrity.core.errors import Text
from integrity.core.text import GROWTH, clean_text

logger = logging.getLogger(__name__)

_OPENER = Path(__file__).with_name("opener.py")
_turns = threading.BoundedSemaphore(limits.AT_ONCE)

_EMPTY = _("This file is empty. Please choose another one.")
_REFUSALS = {
    "pixels": _("This picture has too many pixels to be opened safely. Please send a smaller one."),
    "pages": _("This PDF has more than %(pages)s pages. Please send the pages that matter."),
    "password": _(
        "This file is locked with a password. Please save it without one, or send a screenshot."
    ),
    "damaged": _(
        "We could not open this file; it may be damaged. Please send a screenshot instead."
    ),
    "effort": _("This file takes too much work to open safely. Please send a screenshot instead."),
    "bomb": _(
        "This file unfolds to far more than it seems to hold, so we do not open it. "
        "Please send a PDF of it instead."
    ),
    "archive": _(
        "This file is not built the way such files are, so we do not open it. "
        "Please save it again as a PDF and send that."
    ),
    "macros": _("This document holds macros. Please save it without them, or as a PDF."),
    "kind": _("The name of this file does not fit what is in it. Please give it the right ending."),
    "lines": _("This text has more than %(lines)s lines. Please send the part of it that matters."),
    "long": _("This document is too long. Please send the pages that matter, as a PDF."),
    "empty": _(
        "There are no words in this document. If it shows pictures, please send them as files of "
        "their own."
    ),
    "result": _(
        "This is not a result of JPlag or Dolos that we can read. Please send a PDF of it instead."
    ),
    "nothing": _("There are no pairs in this result."),
    "busy": _("We are opening many files at the moment. Please send this one again in a minute."),
}


@dataclass(frozen=True)
class CleanCopy:
    """What people may see. `moving`: of a moving picture it shows only the beginning.

    `figures` are those of a similarity tool; then the content is the same in words.
    """

    content: bytes
    content_type: str
    pages: int = 1
    moving: bool = False
    figures: dict[str, Any] | None = None


def copy(kind: Kind, content: bytes) -> CleanCopy:
    """A new file with what `content` shows: no metadata, no scripts, no hidden layers.

    Pictures are drawn again, PDF pages become pictures, text keeps its words, of a document of an
    office program its words become text. The same content gives the same copy. All but plain text
    is opened in a process of its own, with bounded memory and time; where many wait, this one is
    to be sent again (`Busy`). Raises `FileRefused`.
    """
    if kind == TEXT:
        return CleanCopy(_plain(content.decode("utf-8-sig"), _EMPTY), PLAIN)
    head, body = _open(kind.name, content)
    if kind.name == "result":
        figures = checked(json.loads(body))
        return CleanCopy((in_words(figures) + "\n").encode(), PLAIN, figures=figures)
    if head["type"] == PLAIN:
        return CleanCopy(_document(body.decode(), head.get("left_out", {})), PLAIN)
    return CleanCopy(body, head["type"], int(head["pages"]), bool(head["moving"]))


def words(kind: Kind, content: bytes) -> str:
    """What a PDF or a document says, as plain text, read in a process of its own.

    Of a PDF these are the words its pages hold, seen or not; a scan without words is refused.
    Raises `FileRefused` and `Busy` as `copy` does.
    """
    _head, body = _open("words" if kind == PDF else kind.name, content)
    return body.decode()


def _open(kind: str, content: bytes) -> tuple[dict[str, Any], bytes]:
    if not _turns.acquire(timeout=limits.TURN_SECONDS):
        raise Busy(_REFUSALS["busy"])
    try:
        return _opened(kind, content)
    finally:
        _turns.release()


def _opened(kind: str, content: bytes) -> tuple[dict[str, Any], bytes]:
    try:
        done = subprocess.run(  # noqa: S603 - our own program, nothing of the sender in its arguments
            [sys.executable, "-I", str(_OPENER), kind],
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
        return head, body
    if "error" not in head:
        # The text may quote the file, so only the way it ended is logged.
        logger.warning("opener ended without an answer: kind=%s status=%s", kind, done.returncode)
    message = _REFUSALS.get(head.get("error", ""), _REFUSALS["effort"])
    raise FileRefused(message % {"pages": limits.MAX_PDF_PAGES})


def _document(text: str, left_out: dict[str, int]) -> bytes:
    """The words of a document, and under them what of it is not shown."""
    with translation.override(settings.LANGUAGE_CODE):
        notes = [
            words % {"count": left_out[name]}
            for name, words in (
                ("pictures", gettext("Pictures that are not shown here: %(count)s.")),
                ("comments", gettext("Remarks in the margin that are left out: %(count)s.")),
                ("hidden", gettext("Hidden passages that are left out: %(count)s.")),
            )
            if left_out.get(name)
        ]
        shown = text.replace(PICTURE, gettext("picture"))
    # What a word processor may hold and a text may not.
    shown = "".join(c for c in shown if c in "\t\n" or unicodedata.category(c) != "Cc")
    if notes:
        shown = "\n".join([shown, "", "-" * 20, *notes])
    return _plain(shown, _REFUSALS["empty"])


def _plain(content: str, empty: Text) -> bytes:
    """Text in composed form with plain line ends, without invisible controls."""
    try:
        text = clean_text(content, max_length=GROWTH * len(content))
    except ValidationError:
        raise FileRefused(_REFUSALS["damaged"]) from None
    if not text:
        raise FileRefused(empty)
    if text.count("\n") >= limits.MAX_TEXT_LINES:
        raise FileRefused(_REFUSALS["lines"] % {"lines": f"{limits.MAX_TEXT_LINES:,}"})
    return (text + "\n").encode()
