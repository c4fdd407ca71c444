"""Notes of a case: reading them, adding one for the desk or the learner; where one is named."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from cases.forms.notes import NoteForm
from cases.selectors.case_head import Head, head
from cases.selectors.mentions import mentions as read_mentions
from cases.selectors.notes import may_be_told, mentionable, notes_page
from cases.services import notes as service
from cases.views.desk import steps
from cases.views.desk.guard import attempt, for_readers, for_staff, see_other
from cases.views.message_files import download


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def notes(request: HttpRequest, number: str) -> HttpResponse:
    """The notes of the case; adding one."""
    user: Any = request.user
    if request.method != "POST":
        return _show(request, number, None, status=HTTPStatus.OK)
    top = head(user, number)
    steps.require("note", top)
    form = _form(user, top, request.POST, request.FILES)
    status = HTTPStatus.BAD_REQUEST
    if form.is_valid():
        told = form.cleaned_data
        tried = attempt(
            form,
            lambda: service.add_note(
                actor=user,
                number=number,
                body=told["body"],
                form_key=form.key,
                respondent_id=told.get("respondent") or None,
                mention=told.get("mention", ()),
                uploads=told["uploads"],
            ),
        )
        if tried.done:
            shared = bool(told.get("respondent"))
            messages.success(
                request,
                _("The note is added, and the learner gets a letter that there is one.")
                if shared
                else _("The note is added."),
            )
            return see_other("notes", number)
        status = HTTPStatus(tried.status)
    return _show(request, number, form, status=status)


@for_readers
@require_safe
def file(request: HttpRequest, number: str, file_id: UUID) -> HttpResponse:
    """A file of a note of this case."""
    user: Any = request.user
    return download(service.open_for_desk(actor=user, number=number, file_id=file_id))


@for_staff
@require_safe
def mentions(request: HttpRequest) -> HttpResponse:
    """Where colleagues named the reader."""
    user: Any = request.user
    return render(request, "cases/desk/mentions.html", {"rows": read_mentions(user)})


def _form(user: Any, top: Head, data: Any = None, files: Any = None) -> NoteForm:
    return NoteForm(
        data,
        files,
        readers=mentionable(user, top),
        respondents=[] if top.names_hidden else may_be_told(top.respondents),
    )


def _show(request: HttpRequest, number: str, form: NoteForm | None, *, status: int) -> HttpResponse:
    user: Any = request.user
    page = notes_page(user, number, before=request.GET.get("before", ""))
    may_add = steps.may("note", page.head)
    if form is None and may_add:
        form = _form(user, page.head)
    response = render(
        request,
        "cases/desk/notes.html",
        {
            **steps.frame(page.head, user),
            "file": page,
            "form": form,
            "may_add": may_add,
            "first": "before" not in request.GET,
        },
        status=status,
    )
    if request.method == "GET":
        service.seen_by(actor=user, notes=page.notes)
    return response
