"""What the pages of a report share: where one goes next, and how a page is shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.models import Report
from cases.personal import pointers
from cases.services import drafts
from cases.views.report_steps import Way
from integrity.core.errors import Conflict, InvalidInput
from integrity.web.forms import Form

LATER = "later"


def see(address: str) -> HttpResponseRedirect:
    """Go and look there (303): reloading it sends nothing again."""
    return HttpResponseRedirect(address, status=HTTPStatus.SEE_OTHER)


def sign_in(request: HttpRequest) -> HttpResponse:
    """Why one has to sign in first, with the way back to this page."""
    status = HTTPStatus.OK if request.method in ("GET", "HEAD") else HTTPStatus.FORBIDDEN
    context = {"back": request.get_full_path()}
    return render(request, "cases/report/sign_in.html", context, status=status)


def later(request: HttpRequest) -> bool:
    """Whether the person wants to finish another time."""
    return request.POST.get("action") == LATER


def to_check(request: HttpRequest) -> bool:
    """Whether the person came from the check page to change one thing."""
    return request.GET.get("to") == "check"


@contextmanager
def refusals_on(form: Form) -> Iterator[None]:
    """What a service refuses is put on the form; the page is shown again with it."""
    try:
        yield
    except InvalidInput as refusal:
        form.add_refusal(refusal)
    except Conflict as conflict:
        form.add_error(None, str(conflict.message))


def saved(request: HttpRequest, report: Report, way: Way, page: drafts.Page) -> HttpResponse:
    """Keep the answers of a page and go on."""
    user: Any = request.user
    drafts.save(actor=user, draft_id=report.public_id, page=page)
    return onward(request, way)


def onward(request: HttpRequest, way: Way) -> HttpResponse:
    """To the next page, back to the check page, or to the list with what is not sent yet."""
    if later(request):
        messages.success(request, _("Saved. Nothing has been sent yet."))
        return see(reverse("my:reports"))
    if to_check(request) and way.reached_check:
        return see(way.url(len(way.steps) - 1))
    return see(way.url(way.index + 1))


def show(
    request: HttpRequest,
    page: str,
    form: Form,
    way: Way,
    context: Mapping[str, object] | None = None,
    *,
    pointed: Sequence[str] = (),
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    """The page with its form and its place in the report; 400 for a form that was refused."""
    if status == HTTPStatus.OK and form.is_bound and form.errors:
        status = HTTPStatus.BAD_REQUEST
    changing = to_check(request) and way.reached_check
    return render(
        request,
        f"cases/report/{page}.html",
        {
            "report": way.report,
            "form": form,
            "way": way,
            "pointers": pointers(*pointed),
            "changing": changing,
            "back_url": way.url(len(way.steps) - 1) if changing else way.previous,
            **(context or {}),
        },
        status=status,
    )
