"""Printing a document, and sending it."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from integrity.core.errors import DomainError

logger = logging.getLogger(__name__)

_HERE = Path(__file__).parent
_PRESS = _HERE / "press.py"
WALL_SECONDS = 60
TURN_SECONDS = 20
# How many documents one process of the site prints at the same time.
_turns = threading.BoundedSemaphore(2)


class CannotPrint(DomainError):
    """The press ended without a document, or many are printed at the moment."""

    message = _("We could not print this now. Please try again in a minute.")


def print_out(name: str, data: Mapping[str, Any]) -> bytes:
    """The document `name` as PDF, in the language that is active.

    Raises `CannotPrint` after `WALL_SECONDS`, and when too many wait.
    """
    language = translation.get_language() or "en"
    asked = {
        "name": name,
        "data": {
            **data,
            "language": language.partition("-")[0],
            "rtl": translation.get_language_bidi(),
        },
    }
    if not _turns.acquire(timeout=TURN_SECONDS):
        raise CannotPrint
    try:
        done = subprocess.run(  # noqa: S603 - our own program, arguments without any input
            [sys.executable, "-I", str(_PRESS)],
            input=json.dumps(asked).encode(),
            capture_output=True,
            timeout=WALL_SECONDS,
            env={},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise CannotPrint from None
    finally:
        _turns.release()
    if done.returncode != 0 or not done.stdout.startswith(b"%PDF-"):
        # Its words can quote the text: only what kind of end it was is kept.
        logger.error("a document was not printed: exit status %s", done.returncode)
        raise CannotPrint
    return done.stdout


def printed(
    request: HttpRequest, name: str, data: Mapping[str, Any], *, called: str, back: str
) -> HttpResponse:
    """The document as a download; `back` to its page, saying so, when it could not be printed."""
    try:
        return answer(print_out(name, data), name=called)
    except CannotPrint as error:
        messages.error(request, str(error.message))
        return HttpResponseRedirect(back, status=HTTPStatus.SEE_OTHER)


def answer(content: bytes, *, name: str) -> HttpResponse:
    """A document as a download under a name that says nothing personal, kept by nobody."""
    return HttpResponse(
        content,
        status=HTTPStatus.OK,
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store, private",
        },
    )
