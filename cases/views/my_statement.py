"""Answering a question of the office: the words, the check page, sending them once.

Whoever was asked sees the question and the course, and nothing of the case.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from cases.forms.statement import StatementForm
from cases.selectors.identity import asked_of
from cases.selectors.statement import MyStatement, my_statement
from cases.services import statement as service
from cases.views import my_words as words
from integrity.core.errors import Conflict, IllegalTransition, InvalidInput


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def statement(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Read the question, write, check and send. Nothing of an unsent statement is stored."""
    user: Any = request.user
    page = my_statement(user, public_id)
    if request.method != "POST":
        if page.state != "open":
            return _show(request, page, "statement_done")
        return _show(request, page, "statement", StatementForm())
    step = request.POST.get("step", "")
    if step == "change" and page.state == "open":
        typed = StatementForm(initial={"text": request.POST.get("text", "")})
        return _show(request, page, "statement", typed)
    form = StatementForm(request.POST)
    if page.state != "open" and not (page.state == "given" and step == "send"):
        # The same words sent twice are one statement, so a repeated sending goes through.
        return _closed(request, page, form)
    if not form.is_valid():
        return _show(request, page, "statement", form)
    if step != "send":
        return _show(request, page, "statement_check", form)
    try:
        service.give(actor=user, request_id=public_id, text=form.cleaned_data["text"])
    except InvalidInput as error:
        form.add_refusal(error)
        return _show(request, page, "statement", form)
    except (Conflict, IllegalTransition):
        return _closed(request, my_statement(user, public_id), form)
    return HttpResponseRedirect(
        reverse("my:statement", args=[public_id]), status=HTTPStatus.SEE_OTHER
    )


def _show(
    request: HttpRequest, page: MyStatement, template: str, form: StatementForm | None = None
) -> HttpResponse:
    context = {
        "shown": page,
        "asked": page.request,
        "contact": _contact(page),
        "form": form,
        "consents": asked_of(statement=page.request),
    }
    status = form.http_status if form is not None else HTTPStatus.OK
    return render(request, f"cases/my/{template}.html", context, status=status)


def _closed(request: HttpRequest, page: MyStatement, form: StatementForm) -> HttpResponse:
    """It cannot be sent. What was typed is shown, to be copied and sent another way."""
    context = {
        "shown": page,
        "asked": page.request,
        "contact": _contact(page),
        "typed": str(form["text"].value() or ""),
    }
    return render(request, "cases/my/statement_done.html", context, status=HTTPStatus.CONFLICT)


def _contact(page: MyStatement) -> str:
    return words.address(page.request.case)
