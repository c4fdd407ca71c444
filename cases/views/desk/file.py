"""The case file: what governs, cases alike, what was shown to whom, all of it on paper."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cases.governing import texts
from cases.selectors.alike import alike as read_alike
from cases.selectors.case_head import head
from cases.selectors.case_page import case_page
from cases.selectors.case_parts import letters_page
from cases.selectors.governing import governing_page, permits_of
from cases.selectors.ledger import case_ledger
from cases.selectors.precedence import precedence
from cases.selectors.print_page import print_page
from cases.services import printed
from cases.views.desk import steps
from cases.views.desk.checks import checks
from cases.views.desk.guard import for_readers
from integrity.core import clock


@for_readers
@require_safe
def governing(request: HttpRequest, number: str) -> HttpResponse:
    """Which texts govern, why, and what binds each learner to them."""
    user: Any = request.user
    top = head(user, number)
    return render(
        request,
        "cases/desk/governing.html",
        {
            **steps.frame(top, user),
            "governing": governing_page(top.case, top.respondents),
            "precedence": precedence(texts(top.case)),
            "permits": permits_of(top.case),
            "may": steps.permissions(top),
        },
    )


@for_readers
@require_safe
def alike(request: HttpRequest, number: str) -> HttpResponse:
    """Other cases that may be about the same."""
    user: Any = request.user
    top = head(user, number)
    return render(
        request,
        "cases/desk/alike.html",
        {**steps.frame(top, user), "rows": read_alike(user, top.case)},
    )


@for_readers
@require_safe
def ledger(request: HttpRequest, number: str) -> HttpResponse:
    """What was shown to whom and when, for every exhibit."""
    user: Any = request.user
    top = head(user, number)
    return render(
        request,
        "cases/desk/ledger.html",
        {
            **steps.frame(top, user),
            "ledger": case_ledger(top),
            "printed_at": clock.now(),
        },
    )


@for_readers
@require_safe
def whole(request: HttpRequest, number: str) -> HttpResponse:
    """The whole case file on one page, for paper. That it was opened is kept in the history."""
    user: Any = request.user
    page = case_page(user, number)
    letters = letters_page(user, number)
    top = page.head
    violations = {
        line.allegation.violation_type.code: line.allegation.violation_type.title
        for part in page.progress
        for line in part.allegations
    }
    context = {
        **steps.frame(top, user),
        "file": page,
        "letters": letters,
        "rest": print_page(top, user, violations),
        "progress": [
            (part, *checks(page, part), page.grids[part.respondent.pk]) for part in page.progress
        ],
        "governing": governing_page(top.case, top.respondents),
        "precedence": precedence(texts(top.case)),
        "permits": permits_of(top.case),
        "ledger": case_ledger(top),
        "printed_at": clock.now(),
        # Nothing on paper is a button.
        "may": {},
        "reading": True,
    }
    if request.method == "GET":
        printed.opened(actor=user, number=number, exhibits=len(page.evidence))
    return render(request, "cases/desk/print.html", context)
