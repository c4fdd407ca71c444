"""Questions about policies at the desk: those that wait, and answering one (PO8)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from integrity.accounts.rules import STAFF_OF_CASES, has_role
from integrity.core.errors import Conflict, InvalidInput, NotFound
from integrity.web.errors import status_of
from policies.forms.questions import AnswerForm
from policies.selectors.readers import clause_of, desk_question, desk_questions
from policies.services import readers

View = Callable[..., HttpResponseBase]


def _for_staff(view: View) -> View:
    """Moderators and officers; a visitor signs in first, for others nothing is here."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not has_role(request.user, *STAFF_OF_CASES):
            raise NotFound
        return view(request, *args, **kwargs)

    return login_required(guarded)


@_for_staff
@require_safe
def questions(request: HttpRequest) -> HttpResponse:
    """Questions that wait, the oldest first; or those that are answered."""
    user: Any = request.user
    page = desk_questions(
        user, view=request.GET.get("view", ""), after=request.GET.get("after", "")
    )
    context = {"file": page, "first": "after" not in request.GET}
    return render(request, "policies/desk/questions.html", context)


@_for_staff
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Answer a question, once. What was typed stays where somebody else was faster."""
    user: Any = request.user
    form = AnswerForm(request.POST if request.method == "POST" else None)
    status: int = HTTPStatus.OK
    if request.method == "POST":
        if form.is_valid():
            try:
                readers.answer(actor=user, public_id=public_id, text=form.cleaned_data["text"])
            except InvalidInput as error:
                form.add_refusal(error)
            except Conflict as error:
                form.add_error(None, str(error.message))
                status = status_of(error)
            else:
                messages.success(request, _("The answer is on its way."))
                return HttpResponseRedirect(
                    reverse("policy_desk:questions"), status=HTTPStatus.SEE_OTHER
                )
        status = max(status, form.http_status)
    asked = desk_question(user, public_id)
    context = {
        "form": form,
        "asked": asked,
        "version": asked.version,
        "document": asked.version.document,
        "clause": clause_of(asked.version, asked.clause),
    }
    return render(request, "policies/desk/question.html", context, status=status)
