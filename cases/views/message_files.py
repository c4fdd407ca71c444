"""A file of a message about a report, or of a note, as a download; who may is asked before."""

from __future__ import annotations

from django.http import HttpResponse

from cases.models import MessageFile, NoteFile
from cases.services.message_files import server_name
from cases.views.evidence import POLICY


def download(found: tuple[MessageFile | NoteFile, bytes]) -> HttpResponse:
    """The clean copy in full: no range, no cache, no date, a neutral name (HOSTILE 39, 45, 49)."""
    file, content = found
    return HttpResponse(
        content,
        content_type=file.derivative_type,
        headers={
            "Content-Disposition": f'attachment; filename="{server_name(file)}"',
            "Content-Security-Policy": POLICY,
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store, private",
            "Accept-Ranges": "none",
        },
    )
