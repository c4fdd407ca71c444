"""The respondent's appeal: grounds and words, the check page, sending it once (AP1)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from cases.forms.appeal import AppealForm
from cases.governing import texts
from cases.selectors.my import MyCase, my_case
from cases.services import appeal as service
from cases.views import my_words as words
from cases.views.my import about, see_other
from integrity.core.errors import (
    Conflict,
    IllegalTransition,
    InvalidInput,
    NotFound,
    WindowClosed,
)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def appeal(request: HttpRequest, number: str) -> HttpResponse:
    """Write, check and send the appeal. It is sent once; the same form again is the same appeal.

    Three steps of one form, as for the answer: nothing of an unsent appeal is stored.
    """
    user: Any = request.user
    page = my_case(user, number)
    grounds = texts(page.case).terms.grounds
    if request.method != "POST":
        if page.appeal is not None:
            return see_other("my:case", number)
        if not page.can_appeal:
            return _closed(request, page, None)
        return _show(request, page, "appeal", AppealForm(grounds=grounds))
    form = AppealForm(request.POST, grounds=grounds)
    step = request.POST.get("step", "")
    if step == "change":
        typed: dict[str, Any] = request.POST.dict()
        typed["grounds"] = request.POST.getlist("grounds")
        return _show(request, page, "appeal", AppealForm(initial=typed, grounds=grounds))
    if not page.can_appeal and not (page.appeal is not None and step == "send"):
        # The same form sent twice is one appeal, so a repeated sending goes through.
        return _closed(request, page, form)
    if not form.is_valid():
        return _show(request, page, "appeal", form)
    if step != "send":
        return _show(request, page, "appeal_check", form)
    try:
        service.lodge(
            actor=user,
            respondent_id=page.respondent.public_id,
            grounds=form.cleaned_data["grounds"],
            text=form.cleaned_data["text"],
            form_key=form.key,
        )
    except InvalidInput as error:
        form.add_refusal(error)
        return _show(request, page, "appeal", form)
    except (WindowClosed, Conflict, IllegalTransition):
        return _closed(request, my_case(user, number), form)
    return see_other("my:appealed", number)


@login_required
@require_safe
def appealed(request: HttpRequest, number: str) -> HttpResponse:
    """The appeal has arrived. Not found before; once it is decided the case says so."""
    user: Any = request.user
    page = my_case(user, number)
    if page.appeal is None:
        raise NotFound
    if page.appeal.outcome:
        return see_other("my:case", number)
    return render(request, "cases/my/appealed.html", about(page))


def _show(request: HttpRequest, page: MyCase, template: str, form: AppealForm) -> HttpResponse:
    context = {**about(page), "form": form, "appeal_words": _until(page)}
    return render(request, f"cases/my/{template}.html", context, status=form.http_status)


def _closed(request: HttpRequest, page: MyCase, form: AppealForm | None) -> HttpResponse:
    """It cannot be sent. What was typed is shown, to be copied and sent another way."""
    context = {
        **about(page),
        "appeal_words": _until(page),
        "typed": str(form["text"].value() or "") if form is not None else "",
    }
    return render(request, "cases/my/appeal_closed.html", context, status=HTTPStatus.CONFLICT)


def _until(page: MyCase) -> str:
    until = page.determination.appeal_until if page.determination else None
    return words.until_words(until) if until is not None else ""
