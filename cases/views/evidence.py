"""Clean copies of evidence, for those who may see them; everybody else finds nothing here.

Pages link to a piece. That address is authorised and sends the browser on to one that is bound to
the person and lives two minutes, where the file is authorised again and answered in full: no range,
no cache, no date, no name but the number of the piece (HOSTILE 25, 37, 39, 45, 49).
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from cases.services import links, showing
from integrity.core.errors import NotFound

# Whatever a browser makes of the bytes, it runs nothing and loads nothing.
POLICY = "default-src 'none'; sandbox"
_NOT_KEPT = "no-store, private"


@require_safe
def file(request: HttpRequest, evidence_id: UUID) -> HttpResponse:
    """Send whoever may open this file on to a link of their own."""
    user: Any = request.user
    if not user.is_authenticated:
        raise NotFound
    token = links.token(actor=user, evidence_id=evidence_id)
    return HttpResponseRedirect(
        reverse("files:file", args=[token]),
        status=HTTPStatus.SEE_OTHER,
        headers={"Cache-Control": _NOT_KEPT},
    )


@require_safe
def download(request: HttpRequest, token: str) -> HttpResponse:
    """The clean copy as a download with a neutral name, for whom the link was made."""
    user: Any = request.user
    if not user.is_authenticated:
        raise NotFound
    piece = links.piece_of(actor=user, token=token)
    row, content = showing.open_file(actor=user, evidence_id=piece, looks=request.method != "HEAD")
    return HttpResponse(
        content,
        status=HTTPStatus.OK,
        content_type=row.content_type,
        headers={
            "Content-Disposition": f'attachment; filename="{showing.server_name(row)}"',
            "Content-Security-Policy": POLICY,
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": _NOT_KEPT,
            "Accept-Ranges": "none",
        },
    )
