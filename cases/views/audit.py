"""Pages of the auditor: the history, and its export."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from cases.forms.export import ExportForm
from cases.selectors.history import audit_page, view_of
from cases.services import export
from integrity.core.errors import NotFound


@login_required
@require_safe
def history(request: HttpRequest) -> HttpResponse:
    """The newest events, fifty at a time."""
    user: Any = request.user
    before = request.GET.get("before", "")
    # Longer numbers than a sequence can be are no place in the chain.
    place = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None
    page = audit_page(user, before=place)
    return render(request, "cases/audit/history.html", {"page_of": page, "further": bool(place)})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def exports(request: HttpRequest) -> HttpResponseBase:
    """The export form; sending it streams the file."""
    user: Any = request.user
    view_of(user)
    form = ExportForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        kind = form.cleaned_data["format"]
        try:
            lines = export.export_history(actor=user, format=kind, what=form.filter())
        except NotFound:
            form.add_error("case", _("There is no case with this number."))
        else:
            return StreamingHttpResponse(
                lines,
                content_type=export.CONTENT_TYPES[kind],
                headers={
                    "Content-Disposition": f'attachment; filename="history.{kind}"',
                    "Cache-Control": "no-store",
                },
            )
    return render(request, "cases/audit/exports.html", {"form": form}, status=form.http_status)
