"""The respondent asks for more time to answer (PR2)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from cases.forms.more_time import AskMoreTimeForm
from cases.selectors.my import my_case
from cases.services import more_time as service
from cases.views import my_words as words
from cases.views.my import about, see_other
from integrity.core.errors import Conflict, IllegalTransition, InvalidInput, WindowClosed


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def more_time(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for more time, with a reason. What cannot be sent any more is shown to be copied."""
    user: Any = request.user
    page = my_case(user, number)
    context = {**about(page), "due_words": words.due_words(page)}
    template = "cases/my/more_time.html"
    if request.method != "POST":
        if not (page.can_answer and page.window.may_ask):
            return render(request, template, context, status=HTTPStatus.CONFLICT)
        return render(request, template, {**context, "form": AskMoreTimeForm()})
    form = AskMoreTimeForm(request.POST)
    if form.is_valid():
        try:
            service.ask(
                actor=user,
                respondent_id=page.respondent.public_id,
                reason=form.cleaned_data["reason"],
                form_key=form.key,
            )
        except InvalidInput as error:
            form.add_refusal(error)
        except (Conflict, IllegalTransition, WindowClosed) as error:
            context |= {"problem": error.message, "typed": form.cleaned_data["reason"]}
            return render(request, template, context, status=HTTPStatus.CONFLICT)
        else:
            return see_other("my:case", number)
    return render(request, template, {**context, "form": form}, status=form.http_status)
