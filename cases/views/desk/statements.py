"""Statements at the desk: who was asked, asking somebody, taking a question back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases import workflow
from cases.forms.statement import AskForm
from cases.selectors.case_head import head
from cases.selectors.statement import statements_page, teachers_of
from cases.services import statement as service
from cases.views.desk import steps
from cases.views.desk.guard import attempt, for_readers, see_other
from cases.views.desk.triage import Words, show_form
from integrity.core.errors import IllegalTransition

POST = "POST"


@for_readers
@require_safe
def statements(request: HttpRequest, number: str) -> HttpResponse:
    """Who was asked what, and what came of it."""
    user: Any = request.user
    page = statements_page(user, number)
    context = {
        **steps.frame(page.head, user),
        "file": page,
        "may_ask": steps.may("ask_statement", page.head),
        "may_withdraw": page.head.works,
    }
    return render(request, "cases/desk/statements.html", context)


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, number: str) -> HttpResponse:
    """Put a question to a teacher of the course, or to anybody with an account."""
    user: Any = request.user
    top = head(user, number)
    steps.require("ask_statement", top)
    missing = workflow.unmet("ask_statement", top.case)
    form = AskForm(
        request.POST if request.method == POST else None, teachers=teachers_of(top, user)
    )
    tried = None
    if request.method == POST and form.is_valid():
        tried = attempt(
            form,
            lambda: service.ask(
                actor=user,
                number=number,
                email=form.address,
                question=form.cleaned_data["question"],
                form_key=form.key,
            ),
        )
        if tried.done:
            messages.success(request, _("The question is on its way."))
            return see_other("statements", number)
    words = Words(
        title=_("Ask for a statement"),
        lead=_("The person learns the question and the course, and nothing of the case."),
        button=_("Send the question"),
        then=(
            ("mail", _("They get a letter with the question")),
            ("file-text", _("What they say becomes evidence, shown to the learner without a name")),
            ("lock", _("They cannot work on this case or decide in it")),
            ("calendar-clock", _("They can answer until the notice goes out")),
        ),
    )
    return show_form(
        request, top, form, words, tried, blocked=missing[0] if missing else "",
        template="cases/desk/ask_statement.html",
    )  # fmt: skip


@for_readers
@require_POST
def withdraw(request: HttpRequest, number: str, public_id: UUID) -> HttpResponse:
    """Take a question back that was not answered."""
    user: Any = request.user
    try:
        service.withdraw(actor=user, number=number, request_id=public_id)
    except IllegalTransition as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("The question is taken back."))
    return see_other("statements", number)
