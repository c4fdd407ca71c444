"""Case reports of institutions: the list, one of them, and noting that it was read (PO5)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from cases.selectors.case_reports import case_report_page, case_reports_page
from cases.services import case_reports as service
from cases.views.desk.guard import for_readers, for_staff, see_other


@for_readers
@require_safe
def case_reports(request: HttpRequest) -> HttpResponse:
    """Reports nobody has read, or all of them; the newest first."""
    user: Any = request.user
    page = case_reports_page(
        user, view=request.GET.get("view", ""), after=request.GET.get("after", "")
    )
    context = {"file": page, "first": "after" not in request.GET}
    return render(request, "cases/desk/case_reports.html", context)


@for_readers
@require_safe
def case_report(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What was found and what follows, as the institution tells it."""
    user: Any = request.user
    page = case_report_page(user, public_id)
    return render(request, "cases/desk/case_report.html", {"file": page, "report": page.report})


@for_staff
@require_POST
def read(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Note that it was read."""
    user: Any = request.user
    service.mark_read(actor=user, report_id=public_id)
    messages.success(request, str(_("The case report is marked as read.")))
    return see_other("case_reports")
