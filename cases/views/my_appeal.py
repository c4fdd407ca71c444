"""The respondent's appeal: grounds and words in drafts, the check page, sending it once (AP1)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cases.forms.appeal import AppealForm
from cases.governing import texts
from cases.selectors.my import MyCase, my_case
from cases.services import answer_drafts
from cases.services import appeal as service
from cases.services.answer_drafts import Kept, Kind
from cases.views import drafted
from cases.views import my_words as words
from cases.views.my import about, see_other
from cases.views.my_answer import OVER
from integrity.core.errors import InvalidInput, NotFound, Stale


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def appeal(request: HttpRequest, number: str) -> HttpResponse:
    """Write, keep, check and send the appeal. It is sent once; the same form again is the same one.

    Every step keeps the words as a draft, as for the answer.
    """
    user: Any = request.user
    page = my_case(user, number)
    if request.method != "POST":
        if page.appeal is not None:
            return see_other("my:case", number)
        kept = answer_drafts.read(page.respondent, Kind.APPEAL)
        form = _new(page)(kept=kept)
        if not page.can_appeal:
            return _closed(request, page, form if kept else None)
        return _form(request, page, form, kept)
    step = request.POST.get("step", "")
    if step in ("discard", "forget"):
        return _discard(request, page, step)
    if step == "change":
        typed: dict[str, Any] = request.POST.dict()
        typed["grounds"] = request.POST.getlist("grounds")
        return _form(request, page, _new(page)(initial=typed))
    if not page.can_appeal and not (page.appeal is not None and step == "send"):
        # The same form sent twice is one appeal, so a repeated sending goes through.
        return _closed(request, page, _new(page)(request.POST))
    return _send(request, page) if step == "send" else _keep(request, page, step)


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


def _new(page: MyCase) -> partial[AppealForm]:
    return partial(AppealForm, grounds=texts(page.case).terms.grounds)


def _keep(request: HttpRequest, page: MyCase, step: str) -> HttpResponse:
    """Keep what was typed, then go where the button leads."""
    user: Any = request.user
    new = _new(page)
    form = new(request.POST, unfinished=True)
    if not form.is_valid():
        return _form(request, page, new(request.POST) if step == "check" else form)
    try:
        overlap = drafted.keep_words(user, page.respondent, Kind.APPEAL, form)
    except InvalidInput as error:
        form.add_refusal(error)
        return _form(request, page, form)
    except OVER:
        return _closed(request, my_case(user, page.case.number), form)
    kept = answer_drafts.read(page.respondent, Kind.APPEAL)
    if overlap is not None:
        form.renew(kept, fields=overlap.joined, but=overlap.names)
        return _form(request, page, form, kept, differing=overlap.names)
    form.renew(kept)
    if step == "check":
        whole = new(form.data)
        if not whole.is_valid():
            return _form(request, page, whole, kept)
        return _check(request, page, whole)
    messages.success(request, _("Saved. Nothing was sent, and you can go on later."))
    return see_other("my:appeal", page.case.number)


def _send(request: HttpRequest, page: MyCase) -> HttpResponse:
    user: Any = request.user
    form = _new(page)(request.POST)
    if not form.is_valid():
        return _form(request, page, form)
    try:
        service.lodge(
            actor=user,
            respondent_id=page.respondent.public_id,
            grounds=form.cleaned_data["grounds"],
            text=form.cleaned_data["text"],
            form_key=form.key,
            revision=form.opened_on,
        )
    except Stale:
        # Somebody who may write added something after it was checked: that is looked at first.
        kept = answer_drafts.read(page.respondent, Kind.APPEAL)
        joined, overlap = answer_drafts.join(kept.fields, form.words, form.marks)
        form.renew(kept, fields=joined, but=overlap)
        whole = _new(page)(form.data)
        if overlap or not whole.is_valid():
            return _form(request, page, whole, kept, differing=overlap)
        return _check(request, page, whole, changed=True)
    except InvalidInput as error:
        form.add_refusal(error)
        return _form(request, page, form)
    except OVER:
        return _closed(request, my_case(user, page.case.number), form)
    return see_other("my:appealed", page.case.number)


def _discard(request: HttpRequest, page: MyCase, step: str) -> HttpResponse:
    """Delete what was kept, once it was asked whether that is meant."""
    user: Any = request.user
    if step == "discard":
        context = {**about(page), "url_name": "my:appeal"}
        return render(request, "cases/my/draft_discard.html", context)
    answer_drafts.throw_away(actor=user, respondent_id=page.respondent.public_id, kind=Kind.APPEAL)
    messages.success(request, _("The draft is deleted. Nothing was sent."))
    return see_other("my:case", page.case.number)


def _form(
    request: HttpRequest,
    page: MyCase,
    form: AppealForm,
    kept: Kept | None = None,
    *,
    differing: Sequence[str] = (),
) -> HttpResponse:
    user: Any = request.user
    kept = kept if kept is not None else answer_drafts.read(page.respondent, Kind.APPEAL)
    context = {
        **about(page),
        **drafted.state(user, kept, owner=True),
        "form": form,
        "differing": drafted.differing(form, kept, differing),
        "appeal_words": until(page),
    }
    status = HTTPStatus.PRECONDITION_FAILED if differing else form.http_status
    return render(request, "cases/my/appeal.html", context, status=status)


def _check(
    request: HttpRequest, page: MyCase, form: AppealForm, *, changed: bool = False
) -> HttpResponse:
    context = {**about(page), "form": form, "changed": changed, "appeal_words": until(page)}
    status = HTTPStatus.PRECONDITION_FAILED if changed else HTTPStatus.OK
    return render(request, "cases/my/appeal_check.html", context, status=status)


def _closed(request: HttpRequest, page: MyCase, form: AppealForm | None) -> HttpResponse:
    """It cannot be sent. What was typed is shown, to be copied and sent another way."""
    kept = answer_drafts.read(page.respondent, Kind.APPEAL)
    typed = str(form["text"].value() or "") if form is not None else ""
    before = str(kept.fields.get("text", ""))
    context = {
        **about(page),
        "url_name": "my:appeal",
        "appeal_words": until(page),
        "typed": typed if typed != before else "",
        "kept": kept,
        "before": before,
    }
    return render(request, "cases/my/appeal_closed.html", context, status=HTTPStatus.CONFLICT)


def until(page: MyCase) -> str:
    """The end of the window, in words."""
    last = page.determination.appeal_until if page.determination else None
    return words.until_words(last) if last is not None else ""
