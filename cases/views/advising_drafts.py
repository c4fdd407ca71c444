"""Writing with somebody on what they have not sent yet, as far as they allow it (PR2).

There is no way from here to sending: that is the respondent's alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases.forms.appeal import AppealForm
from cases.forms.my import AnswerFilesForm, AnswerForm
from cases.governing import texts
from cases.models import AdviserAccess
from cases.selectors import adviser as selectors
from cases.selectors.my import MyCase
from cases.services import answer_drafts
from cases.services.answer_drafts import Kept, Kind
from cases.views import drafted
from cases.views import my_words as words
from cases.views.drafted import Written
from cases.views.my_answer import OVER, keep_files
from integrity.core.errors import InvalidInput


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, access_id: UUID) -> HttpResponse:
    """The draft of the answer: words and files, kept, never sent."""
    return _draft(request, access_id, Kind.ANSWER)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def appeal(request: HttpRequest, access_id: UUID) -> HttpResponse:
    """The draft of the appeal."""
    return _draft(request, access_id, Kind.APPEAL)


def _draft(request: HttpRequest, access_id: UUID, kind: Kind) -> HttpResponse:
    user: Any = request.user
    access, page = selectors.advised_draft(user, access_id)
    here = f"advising:{kind}"
    possible = page.can_answer if kind == Kind.ANSWER else page.can_appeal
    if not possible:
        typed = _new(page, kind, request.POST) if request.method == "POST" else None
        return _closed(request, access, page, typed)
    if request.method != "POST":
        kept = answer_drafts.read(page.respondent, kind)
        return _form(request, access, page, kind, _new(page, kind, kept=kept), kept)
    form = _new(page, kind, request.POST, unfinished=True)
    if not form.is_valid():
        return _form(request, access, page, kind, form)
    files: AnswerFilesForm | None = None
    try:
        overlap = drafted.keep_words(user, page.respondent, kind, form)
        if isinstance(form, AnswerForm):
            files = keep_files(request, user, page, form)
    except InvalidInput as error:
        form.add_refusal(error)
        return _form(request, access, page, kind, form)
    except OVER:
        return _closed(request, access, page, form)
    if overlap is not None:
        kept = answer_drafts.read(page.respondent, kind)
        form.renew(kept, fields=overlap.joined, but=overlap.names)
        return _form(request, access, page, kind, form, kept, files=files, differing=overlap.names)
    if files is not None and files.errors:
        kept = answer_drafts.read(page.respondent, kind)
        form.renew(kept)
        return _form(request, access, page, kind, form, kept, files=files)
    messages.success(request, _("Saved. Only they can send it."))
    address = reverse(here, args=[access.public_id])
    return HttpResponseRedirect(address, status=HTTPStatus.SEE_OTHER)


def _new(page: MyCase, kind: Kind, data: Any = None, **options: Any) -> Written:
    if kind == Kind.ANSWER:
        return AnswerForm(data, allegations=page.allegations, **options)
    return AppealForm(data, grounds=texts(page.case).terms.grounds, **options)


def _form(
    request: HttpRequest,
    access: AdviserAccess,
    page: MyCase,
    kind: Kind,
    form: Written,
    kept: Kept | None = None,
    *,
    files: AnswerFilesForm | None = None,
    differing: Sequence[str] = (),
) -> HttpResponse:
    user: Any = request.user
    kept = kept if kept is not None else answer_drafts.read(page.respondent, kind)
    until = page.determination.appeal_until if page.determination else None
    context = {
        **_about(access, page),
        **drafted.state(user, kept, owner=False),
        "kind": kind,
        "here": reverse(f"advising:{kind}", args=[access.public_id]),
        "form": form,
        "files": files or AnswerFilesForm(),
        "differing": drafted.differing(form, kept, differing),
        "appeal_words": words.until_words(until) if until else "",
    }
    status = form.http_status if files is None or form.errors else files.http_status
    if differing:
        status = HTTPStatus.PRECONDITION_FAILED
    return render(request, "cases/advising/draft.html", context, status=status)


def _closed(
    request: HttpRequest, access: AdviserAccess, page: MyCase, form: Written | None
) -> HttpResponse:
    """Nothing can be written now. What was typed is shown, to be copied."""
    typed: list[tuple[str, str]] = []
    if isinstance(form, AnswerForm):
        typed = form.typed()
    elif form is not None:
        typed = [(form.called("text"), str(form["text"].value() or ""))]
    context = {**_about(access, page), "typed": typed}
    return render(request, "cases/advising/draft_closed.html", context, status=HTTPStatus.CONFLICT)


def _about(access: AdviserAccess, page: MyCase) -> dict[str, Any]:
    name = access.respondent.user.display_name
    return {"access": access, "shown": page, "case": page.case, "name": name}
