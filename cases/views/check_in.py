"""Whoever reported says how they fare: with an account, or by the code of the report (IN9)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases.forms.noticing import CheckInForm
from cases.selectors import report as selectors
from cases.selectors.report import MyReport
from cases.services import check_ins
from cases.views import report_keys as keys
from cases.views.report_follow import code_again
from cases.views.report_pages import refusals_on, see

_READ_OR_SEND = require_http_methods(["GET", "HEAD", "POST"])


@login_required
@_READ_OR_SEND
def check_in(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """The question about one own report."""
    user: Any = request.user
    found = selectors.my_report(user, report_id)
    return _asked(request, found, reverse("my:report", args=[report_id]))


@_READ_OR_SEND
def follow_check_in(request: HttpRequest) -> HttpResponse:
    """The question about a report without a name, in the browser in which its code was right."""
    back = reverse("report:follow")
    opened = keys.followed(request)
    if opened is None:
        return code_again(request)
    return keys.private(_asked(request, selectors.followed(opened), back, by_code=True))


def _asked(
    request: HttpRequest, found: MyReport, back: str, *, by_code: bool = False
) -> HttpResponse:
    """The page with the question, and what comes of an answer. Nothing waits: to the report."""
    question = check_ins.newest(found.report)
    posted = request.method == "POST"
    if question is None or (question.answer and not posted):
        return see(back)
    form = CheckInForm(request.POST if posted else None)
    if posted and form.is_valid():
        with refusals_on(form):
            check_ins.answer(report=found.report, days=question.days, **form.cleaned_data)
            # By code nothing more is left in the browser; the page of the report thanks as well.
            if not by_code:
                messages.success(request, _("Thank you for your answer."))
            return see(f"{back}#check-in")
    context = {"form": form, "back": back, "about": selectors.about(found.report)}
    return render(request, "cases/report/check_in.html", context, status=form.http_status)
