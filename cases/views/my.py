"""The pages of somebody a case is about: the list, the case, the answer (PR1, PR2)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from cases import notices
from cases.evidence.errors import FIELD, StorageFull
from cases.forms.my import AnswerFilesForm, AnswerForm
from cases.governing import texts
from cases.selectors import my as selectors
from cases.selectors.comparison_shown import shown_versus
from cases.selectors.identity import asked_of, told_to
from cases.selectors.interim import of_respondent
from cases.selectors.meetings import of_respondent as meetings_of
from cases.selectors.my import MyCase
from cases.selectors.notes import shared_with
from cases.selectors.precedence import decider, precedence
from cases.services import notes, response, showing
from cases.views import my_words as words
from cases.views.message_files import download
from integrity.core.errors import (
    Conflict,
    IllegalTransition,
    InvalidInput,
    NotFound,
    WindowClosed,
)


@login_required
@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    """The reader's own cases, those that wait for an answer first."""
    user: Any = request.user
    lines = [words.line(row) for row in selectors.my_cases(user)]
    return render(request, "cases/my/cases.html", {"lines": lines})


@login_required
@require_safe
def case(request: HttpRequest, number: str) -> HttpResponse:
    """The respondent's page of one case."""
    user: Any = request.user
    page = selectors.my_case(user, number)
    governing = texts(page.case)
    first, second = words.lead(page)
    until = page.determination.appeal_until if page.determination else None
    shown_notes = shared_with(page.respondent)
    answered = render(
        request,
        "cases/my/case.html",
        {
            **about(page),
            "first": first,
            "second": second,
            "track": words.track(page),
            "due_words": words.due_words(page),
            "appeal_words": words.until_words(until) if until else "",
            "grounds": governing.terms.appeal_grounds,
            "no_refunds": governing.no_refunds,
            "precedence": precedence(governing),
            "decider": decider(page.case),
            "processing": notices.processing(page.notice.processing_notice),
            "measures": of_respondent(page.respondent),
            "meetings": meetings_of(page.respondent),
            "consents": asked_of(respondent=page.respondent),
            "told": told_to(page.respondent),
            "shared_notes": shown_notes,
            "appeal": words.appealed(page, page.appeal),
            "earlier_appeals": [words.appealed(page, row) for row in page.earlier_appeals],
        },
    )
    if request.method != "HEAD":
        notes.read_by_respondent(actor=user, notes=[line.note for line in shown_notes])
    return answered


@login_required
@require_safe
def note_file(request: HttpRequest, number: str, file_id: UUID) -> HttpResponse:
    """A file of a note that was written for the reader."""
    user: Any = request.user
    return download(notes.open_for_respondent(actor=user, number=number, file_id=file_id))


@login_required
@require_safe
def evidence(request: HttpRequest, number: str, public_id: UUID) -> HttpResponse:
    """One piece of evidence that was shown to the reader."""
    user: Any = request.user
    respondent, shown = selectors.my_evidence(user, number, public_id)
    look = showing.look(shown.evidence, shown.file)
    if request.method != "HEAD":
        showing.read_by(actor=user, evidence_id=public_id, previewed=look.text is not None)
    context = {"case": respondent.case, "shown": shown, "piece": shown.evidence, "look": look}
    context["versus"] = shown_versus(shown.evidence, respondent)
    return render(request, "cases/my/evidence.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, number: str) -> HttpResponse:
    """Write, check and send the answer. It is sent once; the same form again is the same answer.

    Three steps of one form: the words, the check page with the files, sending. Words are carried in
    the form itself, so that nothing of an unsent answer is stored.
    """
    user: Any = request.user
    page = selectors.my_case(user, number)
    if request.method != "POST":
        if page.response is not None:
            return see_other("my:case", number)
        if not page.can_answer:
            return _closed(request, page, None)
        return _form(request, page, AnswerForm(allegations=page.allegations))
    form = AnswerForm(request.POST, allegations=page.allegations)
    step = request.POST.get("step", "")
    if step == "change":
        typed = dict(request.POST.items())
        return _form(request, page, AnswerForm(initial=typed, allegations=page.allegations))
    if not page.can_answer and not (page.response is not None and step == "send"):
        # The same form sent twice is one answer, so a repeated sending goes through.
        return _closed(request, page, form)
    if not form.is_valid():
        return _form(request, page, form)
    if step != "send":
        return _check(request, page, form, AnswerFilesForm())
    return _send(request, page, form)


@login_required
@require_safe
def answered(request: HttpRequest, number: str) -> HttpResponse:
    """The answer has arrived. Not found before it has."""
    user: Any = request.user
    page = selectors.my_case(user, number)
    if page.response is None:
        raise NotFound
    return render(request, "cases/my/answered.html", about(page))


def _send(request: HttpRequest, page: MyCase, form: AnswerForm) -> HttpResponse:
    user: Any = request.user
    files = AnswerFilesForm({}, request.FILES)
    if not files.is_valid():
        return _check(request, page, form, files)
    try:
        response.submit(
            actor=user,
            respondent_id=page.respondent.public_id,
            points=form.answers,
            mitigation=form.cleaned_data["mitigation"],
            statement=form.cleaned_data["statement"],
            uploads=files.cleaned_data[FIELD],
            form_key=form.key,
        )
    except InvalidInput as error:
        if FIELD in error.fields:
            files.add_refusal(error)
            return _check(request, page, form, files)
        form.add_refusal(error)
        return _form(request, page, form)
    except StorageFull as error:
        files.add_error(FIELD, str(error.message))
        return _check(request, page, form, files, status=HTTPStatus.INSUFFICIENT_STORAGE)
    except (WindowClosed, Conflict, IllegalTransition) as error:
        return _closed(request, page, form, error)
    return see_other("my:answered", page.case.number)


def about(page: MyCase) -> dict[str, Any]:
    """What every page of the case names."""
    return {
        "shown": page,
        "case": page.case,
        "headline": words.headline(page.case, page.stage, decided=page.determination is not None),
        "contact": words.contact(page.case),
    }


def _form(request: HttpRequest, page: MyCase, form: AnswerForm) -> HttpResponse:
    context = {**about(page), "form": form, "due_words": words.due_words(page)}
    return render(request, "cases/my/answer.html", context, status=form.http_status)


def _check(
    request: HttpRequest,
    page: MyCase,
    form: AnswerForm,
    files: AnswerFilesForm,
    *,
    status: int | None = None,
) -> HttpResponse:
    context = {**about(page), "answer": form, "form": files, "due_words": words.due_words(page)}
    return render(request, "cases/my/check.html", context, status=status or files.http_status)


def _closed(
    request: HttpRequest,
    page: MyCase,
    form: AnswerForm | None,
    error: WindowClosed | Conflict | IllegalTransition | None = None,
) -> HttpResponse:
    """It cannot be sent any more. What was typed is shown, to be copied and sent another way."""
    context = {
        **about(page),
        "late": isinstance(error, WindowClosed) or page.stage == selectors.Stage.LATE,
        "answered": page.response is not None or isinstance(error, Conflict),
        "typed": form.typed() if form is not None else [],
    }
    return render(request, "cases/my/closed.html", context, status=HTTPStatus.CONFLICT)


def see_other(name: str, number: str) -> HttpResponseRedirect:
    """On to another page of the case after a form has done its work (303)."""
    return HttpResponseRedirect(reverse(name, args=[number]), status=HTTPStatus.SEE_OTHER)
