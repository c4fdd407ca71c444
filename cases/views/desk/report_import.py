"""Lists of reports: upload, see what would happen, file them, watch it (IN10). For officers."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.forms.report_import import FileListForm, ListForm
from cases.selectors.entry import institutions_of
from cases.selectors.report_import import list_page, lists_of
from cases.services import import_rows
from cases.services import report_import as service
from cases.views.desk.guard import attempt, for_staff, see_other
from integrity.accounts.enums import Role
from integrity.accounts.rules import has_role
from integrity.core.errors import InvalidInput, NotPermitted

View = Callable[..., HttpResponseBase]


def for_officers(view: View) -> View:
    """Officers; others of the desk see that it is there and may not."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not has_role(request.user, Role.OFFICER):
            raise NotPermitted
        return view(request, *args, **kwargs)

    return for_staff(guarded)


@for_officers
@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """Send a list to be checked, and the lists of one's own."""
    user: Any = request.user
    form = ListForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        institutions=institutions_of(user, Role.OFFICER),
    )
    status = None
    if form.is_bound and form.is_valid():
        tried = attempt(
            form,
            lambda: service.upload(
                actor=user,
                institution=form.where,
                content=form.cleaned_data["file"],
                form_key=form.key,
            ),
        )
        if tried.result is not None:
            return see_other("import", tried.result.public_id)
        status = 400 if isinstance(tried.error, InvalidInput) else tried.status
    context = {"form": form, "lists": lists_of(user), "columns": list(import_rows.COLUMNS)}
    return render(request, "cases/desk/imports.html", context, status=status or form.http_status)


@for_officers
@require_safe
def template(request: HttpRequest) -> HttpResponse:
    """The names of the columns, as a file to fill in."""
    response = HttpResponse(import_rows.template(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="reports.csv"'
    return response


@for_officers
@require_safe
def one(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What would become of each line, or became of it; while it is filed, how far that is."""
    user: Any = request.user
    context = {"file": list_page(user, public_id), "form": FileListForm()}
    return render(request, "cases/desk/import.html", context)


@for_officers
@require_POST
def file_it(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Have the list filed. Said twice it is said once."""
    user: Any = request.user
    form = FileListForm(request.POST)
    form.is_valid()
    tried = attempt(
        form,
        lambda: service.start(
            actor=user, import_id=public_id, leave_out=form.cleaned_data["leave_out"]
        ),
    )
    if tried.done:
        return see_other("import", public_id)
    context = {"file": list_page(user, public_id), "form": form}
    return render(request, "cases/desk/import.html", context, status=tried.status)


@for_officers
@require_POST
def throw_away(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Delete a list that is not filed."""
    user: Any = request.user
    service.throw_away(actor=user, import_id=public_id)
    messages.success(request, _("The list is deleted. Nothing of it was filed."))
    return see_other("imports")
