"""The respondent's answer: written in drafts, checked, sent once (PR2)."""

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

from cases.evidence.errors import FIELD, StorageFull
from cases.forms.my import AnswerFilesForm, AnswerForm
from cases.selectors import my as selectors
from cases.selectors.my import MyCase
from cases.services import answer_drafts, response
from cases.services.answer_drafts import Kept, Kind
from cases.views import drafted
from cases.views import my_words as words
from cases.views.my import about, see_other
from integrity.accounts.models import User
from integrity.core.errors import (
    Conflict,
    IllegalTransition,
    InvalidInput,
    NotFound,
    Stale,
    WindowClosed,
)

# It cannot be sent, nor kept, any more.
OVER = (WindowClosed, Conflict, IllegalTransition)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, number: str) -> HttpResponse:
    """Write, keep, check and send the answer. It is sent once; the same form again is the same one.

    Every step keeps the words as a draft, so that they are there on another day and device, and for
    an adviser who may write. What is sent is what the check page showed.
    """
    user: Any = request.user
    page = selectors.my_case(user, number)
    if request.method != "POST":
        if page.response is not None:
            return see_other("my:case", number)
        kept = answer_drafts.read(page.respondent, Kind.ANSWER)
        form = AnswerForm(allegations=page.allegations, kept=kept)
        if not page.can_answer:
            return _closed(request, page, form if kept else None)
        return _form(request, page, form, kept)
    step = request.POST.get("step", "")
    if step in ("discard", "forget"):
        return _discard(request, page, step)
    if step == "change":
        typed = dict(request.POST.items())
        return _form(request, page, AnswerForm(initial=typed, allegations=page.allegations))
    if not page.can_answer and not (page.response is not None and step == "send"):
        # The same form sent twice is one answer, so a repeated sending goes through.
        return _closed(request, page, AnswerForm(request.POST, allegations=page.allegations))
    if step == "send" and not request.FILES:
        return _send(request, page)
    # Files that come with the last button are kept first, and shown before anything is sent.
    return _keep(request, page, "check" if step == "send" else step)


@login_required
@require_safe
def answered(request: HttpRequest, number: str) -> HttpResponse:
    """The answer has arrived. Not found before it has."""
    user: Any = request.user
    page = selectors.my_case(user, number)
    if page.response is None:
        raise NotFound
    return render(request, "cases/my/answered.html", about(page))


def _keep(request: HttpRequest, page: MyCase, step: str) -> HttpResponse:
    """Keep words and files, then go where the button leads. Nothing has to be complete for that."""
    user: Any = request.user
    new = partial(AnswerForm, allegations=page.allegations)
    form = new(request.POST, unfinished=True)
    if not form.is_valid():
        return _form(request, page, new(request.POST) if step == "check" else form)
    try:
        overlap = drafted.keep_words(user, page.respondent, Kind.ANSWER, form)
        # Also when the words wait for another look: a browser does not send files again by itself.
        files = keep_files(request, user, page, form)
    except InvalidInput as error:
        form.add_refusal(error)
        return _form(request, page, form)
    except OVER as error:
        return _closed(request, selectors.my_case(user, page.case.number), form, error)
    kept = answer_drafts.read(page.respondent, Kind.ANSWER)
    if overlap is not None:
        form.renew(kept, fields=overlap.joined, but=overlap.names)
        return _form(request, page, form, kept, files=files, differing=overlap.names)
    form.renew(kept)
    if files.errors:
        return _form(request, page, form, kept, files=files)
    if step == "check":
        whole = new(form.data)
        if not whole.is_valid():
            return _form(request, page, whole, kept)
        return _check(request, page, whole, kept)
    if step == "later":
        messages.success(request, _("Saved. Nothing was sent, and you can go on later."))
    return see_other("my:answer", page.case.number)


def keep_files(request: HttpRequest, user: User, page: MyCase, form: AnswerForm) -> AnswerFilesForm:
    """Take out the file whose button was pressed, and keep those that came; returns the form with
    what was refused."""
    files = AnswerFilesForm(request.POST, request.FILES)
    removed = drafted.to_remove(request)
    if removed is not None:
        answer_drafts.remove_file(
            actor=user, respondent_id=page.respondent.public_id, file_id=removed
        )
    if not files.is_valid() or not files.cleaned_data[FIELD]:
        return files
    try:
        answer_drafts.add_files(
            actor=user,
            respondent_id=page.respondent.public_id,
            uploads=files.cleaned_data[FIELD],
            form_key=form.key,
        )
    except InvalidInput as error:
        files.add_refusal(error)
    except StorageFull as error:
        files.add_no_room(error)
    return files


def _send(request: HttpRequest, page: MyCase) -> HttpResponse:
    user: Any = request.user
    form = AnswerForm(request.POST, allegations=page.allegations)
    if not form.is_valid():
        return _form(request, page, form)
    try:
        response.submit(
            actor=user,
            respondent_id=page.respondent.public_id,
            points=form.answers,
            mitigation=form.cleaned_data["mitigation"],
            statement=form.cleaned_data["statement"],
            form_key=form.key,
            revision=form.opened_on,
        )
    except Stale:
        # Somebody who may write added something after it was checked: that is looked at first.
        kept = answer_drafts.read(page.respondent, Kind.ANSWER)
        joined, overlap = answer_drafts.join(kept.fields, form.words, form.marks)
        form.renew(kept, fields=joined, but=overlap)
        whole = AnswerForm(form.data, allegations=page.allegations)
        if overlap or not whole.is_valid():
            return _form(request, page, whole, kept, differing=overlap)
        return _check(request, page, whole, kept, changed=True)
    except InvalidInput as error:
        form.add_refusal(error)
        return _form(request, page, form)
    except OVER as error:
        return _closed(request, page, form, error)
    return see_other("my:answered", page.case.number)


def _discard(request: HttpRequest, page: MyCase, step: str) -> HttpResponse:
    """Delete what was kept, once it was asked whether that is meant."""
    user: Any = request.user
    if step == "discard":
        context = {**about(page), "url_name": "my:answer"}
        return render(request, "cases/my/draft_discard.html", context)
    answer_drafts.throw_away(actor=user, respondent_id=page.respondent.public_id, kind=Kind.ANSWER)
    messages.success(request, _("The draft is deleted. Nothing was sent."))
    return see_other("my:case", page.case.number)


def _form(
    request: HttpRequest,
    page: MyCase,
    form: AnswerForm,
    kept: Kept | None = None,
    *,
    files: AnswerFilesForm | None = None,
    differing: Sequence[str] = (),
) -> HttpResponse:
    user: Any = request.user
    kept = kept if kept is not None else answer_drafts.read(page.respondent, Kind.ANSWER)
    context = {
        **about(page),
        **drafted.state(user, kept, owner=True),
        "form": form,
        "files": files or AnswerFilesForm(),
        "differing": drafted.differing(form, kept, differing),
        "due_words": words.due_words(page),
    }
    status = form.http_status if files is None or form.errors else files.http_status
    if differing:
        status = HTTPStatus.PRECONDITION_FAILED
    return render(request, "cases/my/answer.html", context, status=status)


def _check(
    request: HttpRequest, page: MyCase, form: AnswerForm, kept: Kept, *, changed: bool = False
) -> HttpResponse:
    user: Any = request.user
    context = {
        **about(page),
        **drafted.state(user, kept, owner=True),
        "answer": form,
        "form": form,
        "changed": changed,
        "due_words": words.due_words(page),
    }
    status = HTTPStatus.PRECONDITION_FAILED if changed else HTTPStatus.OK
    return render(request, "cases/my/check.html", context, status=status)


def _closed(
    request: HttpRequest,
    page: MyCase,
    form: AnswerForm | None,
    error: Exception | None = None,
) -> HttpResponse:
    """It cannot be sent any more. What was typed is shown, to be copied and sent another way."""
    user: Any = request.user
    kept = answer_drafts.read(page.respondent, Kind.ANSWER)
    typed = form.typed() if form is not None else []
    before = AnswerForm(allegations=page.allegations, kept=kept).typed()
    context = {
        **about(page),
        **drafted.state(user, kept, owner=False),
        "url_name": "my:answer",
        "late": isinstance(error, WindowClosed) or page.stage == selectors.Stage.LATE,
        "answered": page.response is not None or isinstance(error, Conflict),
        "typed": typed if typed != before else [],
        "before": before,
    }
    return render(request, "cases/my/closed.html", context, status=HTTPStatus.CONFLICT)
