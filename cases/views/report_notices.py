"""What people are told about their data, and the statement of reporters: every version, for all."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from cases import notices
from cases.enums import ReportMode
from integrity.core.errors import NotFound
from integrity.courses.selectors import platform

_PARTS = (
    (ReportMode.NAMED, _("If you report with your name")),
    (ReportMode.CONFIDENTIAL, _("If you report in confidence")),
    (ReportMode.ANONYMOUS, _("If you report without a name")),
    (notices.RESPONDENT, _("If a report is about you")),
)


@require_safe
def processing(request: HttpRequest, version: str) -> HttpResponse:
    """One version of the notice on data, whole. `NotFound` for one there never was."""
    found = notices.processing(version)
    if found is None:
        raise NotFound
    parts = [
        (name, title, found.sentences[name]) for name, title in _PARTS if name in found.sentences
    ]
    return render(
        request,
        "cases/report/processing.html",
        {
            "notice": found,
            "parts": parts,
            "versions": notices.PROCESSING,
            "current": notices.current_processing(),
            "contact": platform().contact_email or settings.DEFAULT_FROM_EMAIL,
        },
    )


@require_safe
def good_faith(request: HttpRequest, version: str) -> HttpResponse:
    """One version of the statement. `NotFound` for one there never was."""
    found = notices.good_faith(version)
    if found is None:
        raise NotFound
    return render(
        request,
        "cases/report/good_faith.html",
        {
            "notice": found,
            "versions": notices.GOOD_FAITH,
            "current": notices.current_good_faith(),
        },
    )
