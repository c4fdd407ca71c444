"""A learner's own pledges, and the page on which one pledges in a course."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from integrity.core.errors import InvalidInput, Stale
from policies import pledge_lists, pledge_pages
from policies.forms.pledges import PledgeForm
from policies.pledge_pages import PledgePage
from policies.services import pledges


@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """What waits for the reader's pledge, and what they pledged to."""
    user: Any = request.user
    shown = pledge_pages.my_pledges(user, after=request.GET.get("after"))
    context = {"shown": shown, "watches": pledge_lists.watched(user).exists()}
    return render(request, "policies/pledges/mine.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def course(request: HttpRequest, slug: str) -> HttpResponse:
    """The texts of a course with what one promises, and the boxes to tick.

    Where another version took effect since the page was opened nothing is recorded: the page comes
    again (412) and shows what is new.
    """
    user: Any = request.user
    shown = pledge_pages.pledge_page(user, slug)
    if request.method != "POST":
        return _page(request, shown, PledgeForm(texts=shown.standing.texts))
    form = PledgeForm(request.POST, texts=shown.standing.texts)
    if any(not form.shows(item.version) for item in shown.due):
        return _with_news(request, slug)
    if not form.is_valid():
        return _page(request, shown, form)
    if not form.versions:
        return HttpResponseRedirect(_way_back(request, slug), status=HTTPStatus.SEE_OTHER)
    try:
        pledges.make(actor=user, course=shown.course, versions=form.versions)
    except (Stale, InvalidInput):
        # In the moment between: another version, or one text more.
        return _with_news(request, slug)
    messages.success(request, _("Thank you. Your pledge is recorded."))
    return HttpResponseRedirect(_way_back(request, slug), status=HTTPStatus.SEE_OTHER)


def _with_news(request: HttpRequest, slug: str) -> HttpResponse:
    user: Any = request.user
    shown = pledge_pages.pledge_page(user, slug)
    form = PledgeForm(texts=shown.standing.texts)
    return _page(request, shown, form, status=HTTPStatus.PRECONDITION_FAILED)


def _page(
    request: HttpRequest, shown: PledgePage, form: PledgeForm, *, status: int = HTTPStatus.OK
) -> HttpResponse:
    boxes = [
        (
            item,
            form[form.shown_name(item.version.document.slug)],
            form[form.tick_name(item.version.document.slug)],
        )
        for item in shown.due
    ]
    context = {
        "shown": shown,
        "course": shown.course,
        "form": form,
        "boxes": boxes,
        "news": pledges.NEWER if status == HTTPStatus.PRECONDITION_FAILED else "",
        "back": _next(request),
    }
    if form.is_bound and form.errors:
        status = HTTPStatus.BAD_REQUEST
    return render(request, "policies/pledges/course.html", context, status=status)


def _next(request: HttpRequest) -> str:
    """Where the reader came from: an address of this site, or nothing."""
    asked = request.POST if request.method == "POST" else request.GET
    address = asked.get("next", "")
    return address if url_has_allowed_host_and_scheme(address, allowed_hosts=None) else ""


def _way_back(request: HttpRequest, slug: str) -> str:
    return _next(request) or reverse("courses:course", args=[slug])
