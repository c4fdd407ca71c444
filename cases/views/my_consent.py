"""May we name you? The question to whoever is asked, their answer, and taking a yes back (IN5)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.forms.identity import YesNoForm
from cases.selectors import identity as selectors
from cases.selectors.report import about
from cases.services import consent as service
from cases.services.consent import Subject
from cases.views import my_words as words
from integrity.core.errors import Conflict, IllegalTransition
from integrity.web.errors import status_of


@login_required
@require_safe
def consents(request: HttpRequest) -> HttpResponse:
    """Everything the reader was asked about being named, and what they answered."""
    user: Any = request.user
    rows = [(row, selectors.consent_state(row)) for row in selectors.my_consents(user)]
    return render(request, "cases/my/consents.html", {"rows": rows})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def consent(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The question, word for word who would be told and why; yes, no, or leaving it."""
    user: Any = request.user
    asked = selectors.my_consent(user, public_id)
    if request.method != "POST":
        return _show(request, public_id, YesNoForm())
    form = YesNoForm(request.POST)
    if not form.is_valid():
        return _show(request, public_id, form, status=form.http_status)
    try:
        service.answer(actor=user, consent_id=asked.public_id, yes=form.yes)
    except Conflict as error:
        return _show(request, public_id, form, problem=str(error.message), status=status_of(error))
    messages.success(request, _("Thank you. Your answer has arrived."))
    return _back(public_id)


@login_required
@require_POST
def withdraw(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take a yes back, as long as nobody was told."""
    user: Any = request.user
    try:
        service.withdraw(actor=user, consent_id=public_id)
    except IllegalTransition as error:
        return _show(
            request, public_id, YesNoForm(), problem=str(error.message), status=status_of(error)
        )
    messages.success(request, _("Your yes is taken back. Nobody is told."))
    return _back(public_id)


def _show(
    request: HttpRequest,
    public_id: UUID,
    form: YesNoForm,
    *,
    problem: str = "",
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    user: Any = request.user
    asked = selectors.my_consent(user, public_id)
    report = asked.report
    context = {
        "asked": asked,
        "kind": Subject.of(asked).kind,
        "state": selectors.consent_state(asked),
        "about": about(report) if report is not None else "",
        "form": form,
        "problem": problem,
        "contact": words.address(asked.case),
    }
    return render(request, "cases/my/consent.html", context, status=status)


def _back(public_id: UUID) -> HttpResponseRedirect:
    return HttpResponseRedirect(
        reverse("my:consent", args=[public_id]), status=HTTPStatus.SEE_OTHER
    )
