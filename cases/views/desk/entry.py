"""Writing a report down for somebody else (IN10)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from cases import notices
from cases.enums import ReportMode
from cases.forms.entry import EntryForm
from cases.selectors.entry import entered_by, institutions_of, types_for
from cases.services import entry as service
from cases.views.desk.guard import attempt, for_staff, see_other
from cases.views.report_keys import private
from integrity.accounts.enums import Role
from integrity.accounts.rules import has_role
from integrity.core.errors import InvalidInput


@for_staff
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """The form. Where nobody gave a name its answer shows the code, and is no redirect: the code
    is kept nowhere, so no other page could show it. The same form again shows the same code."""
    user: Any = request.user
    institutions = institutions_of(user)
    form = EntryForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        institutions=institutions,
        types=types_for(institutions[0]),
    )
    status = None
    if form.is_bound and form.is_valid():
        tried = attempt(form, lambda: service.enter(actor=user, **form.report))
        if tried.result is not None:
            if tried.result.code:
                return _done(request, tried.result.report.public_id, tried.result.code)
            return see_other("entered", tried.result.report.public_id)
        status = 400 if isinstance(tried.error, InvalidInput) else tried.status
    told = notices.current_processing()
    context = {
        "form": form,
        "processing": {
            "confidential": told.for_report(ReportMode.CONFIDENTIAL),
            "anonymous": told.for_report(ReportMode.ANONYMOUS),
        },
        "chose_files": bool(request.FILES),
        "sends_lists": has_role(user, Role.OFFICER),
    }
    return render(request, "cases/desk/entry.html", context, status=status or form.http_status)


@for_staff
@require_safe
def entered(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What was written down, for whoever wrote it; for everybody else it is not there."""
    return _done(request, public_id, "")


def _done(request: HttpRequest, public_id: UUID, code: str) -> HttpResponse:
    user: Any = request.user
    context = {"file": entered_by(user, public_id), "code": code, "shown_once": bool(code)}
    return private(render(request, "cases/desk/entered.html", context))
