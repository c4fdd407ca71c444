"""The queue: its page, its numbers while it is open, saved views and columns (QU1)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases import rules
from cases.forms.queue import ViewForm
from cases.models import SavedView
from cases.selectors.alike import alike
from cases.selectors.bulk import done
from cases.selectors.pressing import pressing
from cases.selectors.queue import MOST, QueuePage, live_counts, queue_page, said
from cases.selectors.queue_filters import Filters
from cases.selectors.queue_rows import COLUMNS
from cases.selectors.words import joined
from cases.services import queue_views as service
from cases.views.desk.chips import filter_chips
from cases.views.desk.guard import attempt, for_readers, for_staff
from cases.views.desk.keys import Sort, keys_for, sorts_for
from cases.views.desk.peek import peek_buttons
from integrity.accounts.models import User
from integrity.accounts.rules import STAFF_OF_CASES, has_role
from integrity.core.errors import NotFound

POST = "POST"


@for_readers
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """The queue, narrowed by what stands in the address."""
    user: Any = request.user
    page = queue_page(user, request.GET)
    peek = page.peek
    chips = filter_chips(page, request.GET)
    staff = has_role(user, *STAFF_OF_CASES)
    near = alike(user, peek.case)[:1] if peek is not None else []
    here = page.filters.query
    sorts: list[Sort] = sorts_for(page.filters)
    return render(
        request,
        "cases/desk/queue.html",
        {
            "queue": page,
            "here": here,
            "title": page.current.name if page.current else page.filters.view.label,
            "chips": chips,
            "asked": joined([str(chip.label) for chip in chips]),
            "shown": _how_many(page),
            "sorts": sorts,
            "columns": [(name, label, name in page.columns) for name, label in COLUMNS.items()],
            "peek": peek,
            "peek_buttons": peek_buttons(peek, near) if peek is not None else [],
            "near": near,
            "press": pressing(peek.case, reads=peek.access >= rules.Access.READ)
            if peek is not None
            else None,
            "bulk": done(user, page.filters.bulk) if page.filters.bulk else None,
            "staff": staff,
            "keys": keys_for(staff=staff),
            "look": f"?{_with_place(here, page)}&peek=",
        },
    )


def _with_place(here: str, page: QueuePage) -> str:
    """The address of the page as it is, to look at a case from."""
    place = {name: value for name in ("saved", "after") if (value := getattr(page.filters, name))}
    return here + (f"&{urlencode(place)}" if place else "")


def _how_many(page: QueuePage) -> str:
    """ "50 of 312", "50 of more than 1,000", "1 case"."""
    rows = len(page.rows)
    if not page.next and not page.filters.after:
        return ngettext("%(count)s case", "%(count)s cases", rows) % {"count": rows}
    if page.total > MOST:
        most = said(MOST)
        return _("%(count)s of more than %(total)s") % {"count": rows, "total": most}
    return _("%(count)s of %(total)s") % {"count": rows, "total": said(page.total)}


@for_readers
@require_safe
def queue_counts(request: HttpRequest) -> JsonResponse:
    """The numbers of the page with the same address, and how many cases came since it was read.

    `since` is the number the page gave; one that cannot be read finds nothing new. It asks and
    answers what the page would, of the same rows.
    """
    user: Any = request.user
    params = request.GET.copy()
    since = params.pop("since", [""])[-1]
    counts = live_counts(user, params, _number(since))
    new = counts.new
    return JsonResponse(
        {
            **counts.shown,
            "new": ngettext("%(count)s new case", "%(count)s new cases", new) % {"count": said(new)}
            if new
            else "",
        }
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 2**62


@for_staff
@require_POST
def columns(request: HttpRequest) -> HttpResponse:
    """Choose the columns of the queue, or of one's own view that is open."""
    user: Any = request.user
    filters = Filters.read(request.GET, user)
    service.choose_columns(actor=user, columns=request.POST.getlist("columns"), saved=filters.saved)
    return _to_list(filters.query, filters.saved)


@for_staff
@require_http_methods(["GET", "HEAD", "POST"])
def save_view(request: HttpRequest) -> HttpResponse:
    """Keep the list of this address under a name."""
    user: Any = request.user
    filters = Filters.read(request.GET, user)
    form = _form(request, user, {"columns": request.GET.getlist("columns")})
    if request.method == POST and form.is_valid():
        tried = attempt(
            form, lambda: service.save_view(actor=user, query=filters.query, **form.wanted)
        )
        if tried.result is not None:
            messages.success(request, _("The view is saved."))
            return _to_list(tried.result.query, str(tried.result.public_id))
    return _show(request, form, _("Save this list as a view"), filters.query)


@for_staff
@require_http_methods(["GET", "HEAD", "POST"])
def saved_view(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Change or delete one's own view."""
    user: Any = request.user
    rows = SavedView.objects.filter(owner=user).select_related("institution")
    view = rows.filter(public_id=public_id).first()
    if request.method == POST and request.POST.get("do") == "delete":
        service.delete_view(actor=user, public_id=public_id)
        messages.success(request, _("The view is deleted."))
        return _to_list("", "")
    if view is None:
        raise NotFound
    initial = {"name": view.name, "columns": view.columns, "share": service.share_of(view)}
    form = _form(request, user, initial)
    if request.method == POST and form.is_valid():
        tried = attempt(
            form,
            lambda: service.change_view(actor=user, public_id=public_id, **form.wanted),
        )
        if tried.done:
            messages.success(request, _("The view is changed."))
            return _to_list(view.query, str(public_id))
    return _show(request, form, _("Change the view"), view.query, view)


def _form(request: HttpRequest, user: User, initial: dict[str, Any]) -> ViewForm:
    everybody, institutions = service.may_share_with(user)
    choices: list[tuple[str, str]] = []
    if everybody or institutions:
        choices = [(service.ONLY_ME, _("Only you"))]
        choices += [(service.EVERYBODY, _("Everybody of the desk"))] if everybody else []
        choices += [
            (place.slug, _("The desk of %(name)s") % {"name": place.name}) for place in institutions
        ]
    data = request.POST if request.method == POST else None
    return ViewForm(data, share_with=choices, initial=initial)


def _show(
    request: HttpRequest,
    form: ViewForm,
    title: str,
    query: str,
    view: SavedView | None = None,
) -> HttpResponse:
    status = HTTPStatus.BAD_REQUEST if form.is_bound else HTTPStatus.OK
    context = {"form": form, "title": title, "back": f"?{query}", "view": view}
    return render(request, "cases/desk/queue_view.html", context, status=status)


def _to_list(query: str, saved: str) -> HttpResponseRedirect:
    parts = [query, urlencode({"saved": saved}) if saved else ""]
    asked = "&".join(part for part in parts if part)
    return HttpResponseRedirect(
        reverse("desk:queue") + (f"?{asked}" if asked else ""), status=HTTPStatus.SEE_OTHER
    )
