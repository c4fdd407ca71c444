"""Where administrators look after policies: the list, a policy, its names, its next version."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from integrity.accounts.enums import Role
from integrity.accounts.rules import scope
from integrity.core.errors import InvalidInput, NotFound, Stale
from policies import services
from policies.forms.manage import DocumentForm
from policies.selectors import office as selectors
from policies.services.documents import digest
from policies.views import manage_rooms
from policies.views.guard import acting, for_administrators, see_other

FORM = ["GET", "HEAD", "POST"]


@for_administrators
@require_safe
def policies(request: HttpRequest) -> HttpResponse:
    """Every policy the administrator looks after: what is in force, what comes, what is a draft."""
    user: Any = request.user
    context = {"entries": selectors.kept_documents(user)}
    return render(request, "policies/manage/list.html", context)


@for_administrators
@require_safe
def document(request: HttpRequest, slug: str) -> HttpResponse:
    """One policy: its versions, its draft, and the rooms that belong to it."""
    user: Any = request.user
    kept = selectors.kept_document(user, slug)
    helpful = manage_rooms.helpful(kept)
    context = {
        "kept": kept,
        "document": kept.document,
        "rows": [(item, state, helpful.get(item.number, (0, 0))) for item, state in kept.rows],
        "rooms": manage_rooms.of(kept),
        "helpful": helpful,
    }
    return render(request, "policies/manage/document.html", context)


@for_administrators
@require_http_methods(FORM)
def new(request: HttpRequest) -> HttpResponse:
    """A new policy, still without a text. The same form twice is one policy."""
    user: Any = request.user
    where = scope(user, Role.ADMINISTRATOR)
    form = DocumentForm(request.POST if request.method == "POST" else None, where=where)
    if form.is_bound and form.is_valid():
        try:
            made = services.create_document(actor=acting(request), **form.names)
        except InvalidInput as error:
            form.add_refusal(error)
        else:
            messages.success(request, _("The policy is made. Now write its first version."))
            return see_other("document", made.slug)
    return render(request, "policies/manage/new.html", {"form": form}, status=form.http_status)


@for_administrators
@require_http_methods(FORM)
def names(request: HttpRequest, slug: str) -> HttpResponse:
    """Change what a policy is called. A form that is out of date is shown again with both."""
    user: Any = request.user
    kept = selectors.kept_document(user, slug)
    document = kept.document
    form = DocumentForm(
        request.POST if request.method == "POST" else None,
        where=scope(user, Role.ADMINISTRATOR),
        fixed=bool(kept.versions),
        initial={**DocumentForm.said(document), "seen": digest(document)},
    )
    status, stale = form.http_status, False
    if form.is_bound and form.is_valid():
        try:
            saved = services.change_document(
                actor=acting(request),
                document=document,
                seen=form.cleaned_data["seen"],
                **form.names,
            )
        except InvalidInput as error:
            form.add_refusal(error)
            status = form.http_status
        except Stale as error:
            kept = selectors.kept_document(user, slug)
            form.renew(digest(kept.document))
            form.add_error(None, str(error.message))
            status, stale = HTTPStatus.PRECONDITION_FAILED, True
        else:
            messages.success(request, _("The names are saved."))
            return see_other("document", saved.slug)
    context = {"form": form, "kept": kept, "document": kept.document, "stale": stale}
    return render(request, "policies/manage/names.html", context, status=status)


@for_administrators
@require_POST
def start(request: HttpRequest, slug: str) -> HttpResponse:
    """Begin the next version, as a copy of the newest one; pressed twice it is one draft."""
    user: Any = request.user
    kept = selectors.kept_document(user, slug)
    after = request.POST.get("after", "")
    if not after.isascii() or not after.isdecimal() or len(after) > 6:
        raise NotFound
    made = services.start_next(actor=acting(request), document=kept.document, after=int(after))
    if made.is_published:
        return see_other("document", slug)
    return see_other("text", slug, made.number)
