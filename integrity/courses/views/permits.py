"""A teacher says what an assignment permits."""

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
from django.views.decorators.http import require_http_methods

from integrity.core.errors import InvalidInput
from integrity.courses import page_selectors, services
from integrity.courses.forms import TermsForm
from integrity.courses.selectors import QUESTIONS


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def permits(request: HttpRequest, slug: str, public_id: UUID) -> HttpResponse:
    """The four questions with what is said now, and what was said before."""
    user: Any = request.user
    shown = page_selectors.permits_page(user, slug, public_id)
    said = (
        {name: getattr(shown.terms, name) for name in (*QUESTIONS, "note")} if shown.terms else {}
    )
    form = TermsForm(request.POST if request.method == "POST" else None, initial=said)
    if form.is_bound and form.is_valid():
        try:
            services.set_terms(
                actor=user,
                assignment=shown.assignment,
                form_key=form.cleaned_data["form_token"],
                **form.said,
            )
        except InvalidInput as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, _("Saved. It holds from now on; what was said before stays."))
            return HttpResponseRedirect(
                reverse("courses:assignment", args=[slug, public_id]), status=HTTPStatus.SEE_OTHER
            )
    context = {"shown": shown, "course": shown.course, "form": form}
    return render(request, "courses/permits.html", context, status=form.http_status)
