"""Pages to read: dashboard, queue, the case and its parts."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from cases import rules
from cases.enums import EvidenceKind
from cases.selectors.alike import STATUSES as ALIKE_IN
from cases.selectors.case_head import Head, head
from cases.selectors.case_page import CasePage, case_page
from cases.selectors.case_parts import (
    evidence_page,
    history_page,
    letters_page,
    people_page,
)
from cases.selectors.comparing import of_evidence, versus_of
from cases.selectors.dashboard import dashboard as read_dashboard
from cases.selectors.links import network
from cases.selectors.merging import merging
from cases.selectors.pressing import pressing
from cases.selectors.words import day
from cases.views.desk import steps
from cases.views.desk.checks import checks
from cases.views.desk.guard import for_readers
from cases.views.desk.seen import see_messages
from integrity.accounts.rules import STAFF_OF_CASES, has_role
from integrity.core.errors import NotPermitted


@for_readers
@require_safe
def dashboard(request: HttpRequest) -> HttpResponseBase:
    """What needs somebody now. An auditor has nothing waiting and goes on to the queue."""
    user: Any = request.user
    if not has_role(user, *STAFF_OF_CASES):
        return HttpResponseRedirect(reverse("desk:queue"))
    return render(request, "cases/desk/dashboard.html", {"board": read_dashboard(user)})


@for_readers
@require_safe
def case(request: HttpRequest, number: str) -> HttpResponse:
    """The case, or its summary for somebody of the desk who does not work on it."""
    return show_case(request, number)


def show_case(
    request: HttpRequest,
    number: str,
    *,
    status: int = HTTPStatus.OK,
    refused: str | Promise = "",
) -> HttpResponse:
    """The case page or the summary; `refused` says above it why a step was not taken."""
    user: Any = request.user
    context: dict[str, Any] = {"refused": refused}
    try:
        page = case_page(user, number)
    except NotPermitted:
        top = head(user, number, need=rules.Access.SUMMARY)
        context |= steps.frame(top, user)
        context["may_claim"] = top.case.assignee_id is None and staff_here(top)
        return render(request, "cases/desk/summary.html", context, status=status)
    progress = [
        (part, *checks(page, part), page.grids[part.respondent.pk]) for part in page.progress
    ]
    context |= {
        **steps.frame(page.head, user),
        "file": page,
        "progress": progress,
        "noticed": page.noticed,
        "network": network(user, page.head.case, works=page.head.works)
        if page.head.linked
        else None,
        "merging": merging(user, page.head)
        if page.head.joined or page.head.case.merged_into_id is not None
        else None,
        "press": pressing(page.head.case),
        "may_pause": steps.may("pause", page.head),
        "weighs": {row.pk for row in page.head.respondents if steps.may("weigh", page.head, row)},
        "looks_alike": page.head.case.status in ALIKE_IN,
        "marks_open": has_role(user, *STAFF_OF_CASES),
        "next": steps.next_step(page, user),
        "more": steps.more(page.head, user),
        **_sealed(page),
        "may": steps.permissions(page.head),
        "undo": "dismissed" in request.GET and steps.may("reopen", page.head),
    }
    response = render(request, "cases/desk/case.html", context, status=status)
    see_messages(request, page.head, page.reports)
    return response


def _sealed(page: CasePage) -> dict[str, str]:
    """What the page says about what is sealed."""
    opened = [
        part.determination.history_opened_at
        for part in page.progress
        if part.determination is not None and part.determination.history_opened_at is not None
    ]
    sealed = sum(1 for line in page.reports if line.sealed)
    return {
        "sealed_history": _("Opened %(day)s") % {"day": day(max(opened))}
        if opened
        else _("Open after a finding is recorded"),
        "sealed_reports": ngettext(
            "%(count)s in confidence. It takes two officers to open it.",
            "%(count)s in confidence. It takes two officers to open them.",
            sealed,
        )
        % {"count": sealed}
        if sealed
        else "",
    }


def staff_here(top: Head) -> bool:
    """Whether the reader is of the desk here; an auditor is not."""
    return top.access in (rules.Access.SUMMARY, rules.Access.WORK)


@for_readers
@require_safe
def letters(request: HttpRequest, number: str) -> HttpResponse:
    """Notices, answers and every letter of the case."""
    user: Any = request.user
    page = letters_page(user, number)
    return _part(request, page.head, "letters", {"file": page})


@for_readers
@require_safe
def people(request: HttpRequest, number: str) -> HttpResponse:
    """Everybody who has to do with the case."""
    user: Any = request.user
    page = people_page(user, number)
    return _part(request, page.head, "people", {"file": page})


@for_readers
@require_safe
def history(request: HttpRequest, number: str) -> HttpResponse:
    """Everything that happened, the newest first."""
    user: Any = request.user
    page = history_page(user, number, request.GET.dict())
    return _part(request, page.head, "history", {"file": page})


@for_readers
@require_safe
def evidence(request: HttpRequest, number: str, public_id: UUID) -> HttpResponse:
    """One piece of evidence with its text, its fingerprint and the ledger."""
    user: Any = request.user
    page = evidence_page(user, number, public_id)
    context = {"file": page, "may_cover": steps.may("redact", page.head)}
    if page.evidence.kind == EvidenceKind.COMPARISON:
        row = of_evidence(page.evidence)
        context |= {"compared": row, "versus": versus_of(row, page.head)}
    return _part(request, page.head, "evidence", context)


def _part(
    request: HttpRequest,
    top: Head,
    tab: str,
    context: dict[str, Any],
    *,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    user: Any = request.user
    return render(
        request,
        f"cases/desk/{tab}.html",
        {**steps.frame(top, user), **context},
        status=status,
    )
