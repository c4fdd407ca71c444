"""A clean copy with areas painted over: drawn anew from pixels, in a process of its own (CF2)."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from cases.evidence import limits
from integrity.core.errors import DomainError

_COVERER = Path(__file__).with_name("coverer.py")
_KINDS = {"image/png": "png", "image/jpeg": "jpeg", "application/pdf": "pdf"}
_turns = threading.BoundedSemaphore(limits.AT_ONCE)
# `opener.write_pdf` names it once, before the first page.
_COUNT = re.compile(rb"/Type /Pages /Kids \[[^\]]*\] /Count (\d+) ")

WHOLE = 10_000
# Page (from 0), left, top, width and height in ten-thousandths of the page.
Area = tuple[int, int, int, int, int]


class CannotPaint(DomainError):
    """The process that draws ended without a picture. Nothing was changed."""

    message = _("We could not draw this file again. Nothing was changed. Please try again.")


def paintable(content_type: str) -> bool:
    """Whether areas of such a clean copy can be covered: pictures and PDFs."""
    return content_type in _KINDS


def pages(content_type: str, content: bytes) -> int:
    """How many pages a clean copy has; 0 for what has no areas."""
    if not paintable(content_type):
        return 0
    if content_type != "application/pdf":
        return 1
    found = _COUNT.search(content)
    return int(found.group(1)) if found else 1


def painted(content_type: str, content: bytes, areas: Sequence[Area]) -> bytes:
    """The copy drawn again, of the same type, with black where the areas lie.

    Nothing of the pixels below is left in it. Raises `CannotPaint`.
    """
    return _drawn(content_type, content, areas, None)[0]


def page_picture(
    content_type: str, content: bytes, page: int, areas: Sequence[Area] = ()
) -> tuple[bytes, str]:
    """One page as a picture with the areas painted over, and its type. Raises `CannotPaint`."""
    return _drawn(content_type, content, areas, page)


def _drawn(
    content_type: str, content: bytes, areas: Sequence[Area], page: int | None
) -> tuple[bytes, str]:
    asked = {"kind": _KINDS[content_type], "areas": [list(area) for area in areas], "page": page}
    if not _turns.acquire(timeout=limits.TURN_SECONDS):
        raise CannotPaint
    try:
        done = subprocess.run(  # noqa: S603 - our own program, arguments without any input
            [sys.executable, "-I", str(_COVERER)],
            input=json.dumps(asked).encode() + b"\n" + content,
            capture_output=True,
            timeout=limits.WALL_SECONDS,
            env={},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise CannotPaint from None
    finally:
        _turns.release()
    line, _newline, body = done.stdout.partition(b"\n")
    if done.returncode != 0 or not body:
        raise CannotPaint
    return body, str(json.loads(line)["type"])
