"""Clean copies of evidence, for those who may see them; everybody else finds nothing here.

The address is authorised on every request and answers in full: no range, no cache, no date, no
name but the number of the piece (HOSTILE 39, 45, 49).
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from cases.services import showing
from integrity.core.errors import NotFound

# Whatever a browser makes of the bytes, it runs nothing and loads nothing.
POLICY = "default-src 'none'; sandbox"


@require_safe
def file(request: HttpRequest, evidence_id: UUID) -> HttpResponse:
    """The clean copy as a download with a neutral name."""
    user: Any = request.user
    if not user.is_authenticated:
        raise NotFound
    row, content = showing.open_file(actor=user, evidence_id=evidence_id)
    return HttpResponse(
        content,
        status=HTTPStatus.OK,
        content_type=row.content_type,
        headers={
            "Content-Disposition": f'attachment; filename="{showing.server_name(row)}"',
            "Content-Security-Policy": POLICY,
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store, private",
            "Accept-Ranges": "none",
        },
    )
