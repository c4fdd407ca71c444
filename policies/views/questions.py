"""Asking about a clause, and the answers (PO8)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from integrity.core.errors import Conflict, InvalidInput, NotFound
from integrity.web.forms import form_page
from policies.forms.questions import AskForm
from policies.selectors.readers import clause_of, own_questions, published_version
from policies.services import readers


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """A question about the clause `?clause=` of a version; without one, about all of it."""
    user: Any = request.user
    version = published_version(slug, number)
    clause = request.GET.get("clause", "")
    found = clause_of(version, clause)
    if clause and found is None:
        raise NotFound
    form = AskForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            readers.ask(
                actor=user,
                version=version,
                clause=clause,
                text=form.cleaned_data["text"],
                form_key=form.key,
            )
        except InvalidInput as error:
            form.add_refusal(error)
        except Conflict as error:
            form.add_error(None, str(error.message))
        else:
            messages.success(request, _("Your question has been sent."))
            return HttpResponseRedirect(reverse("policies:questions"), status=HTTPStatus.SEE_OTHER)
    context = {"version": version, "document": version.document, "clause": clause, "asked": found}
    return form_page(request, "policies/questions/ask.html", form, context)


@login_required
@require_safe
def questions(request: HttpRequest) -> HttpResponse:
    """The questions the reader asked, the newest first, with their answers."""
    user: Any = request.user
    page = own_questions(user, after=request.GET.get("after", ""))
    context = {"page": page, "first": "after" not in request.GET}
    return render(request, "policies/questions/list.html", context)
