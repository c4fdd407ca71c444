"""A report without a name, followed by its receipt code (IN4, IN8).

The code opens the report for this browser and half an hour. It stands in no address and in no
session. A wrong code, a code nobody has and something that is none get the same answer.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.forms.dialogue import MessageForm
from cases.forms.report import CodeForm
from cases.selectors import report as selectors
from cases.services import floods, message_files
from cases.views import report_keys as keys
from cases.views.message_files import download
from cases.views.my_reports import answered, reviewed, show_report
from cases.views.report_pages import see
from integrity.core.errors import NotFound

_READ_OR_SEND = require_http_methods(["GET", "HEAD", "POST"])
# What people write in the forms of a followed report.
_WORDS = ("body", "text")


@_READ_OR_SEND
def follow(request: HttpRequest) -> HttpResponse:
    """Enter the code; then the report, where it stands, and what we want to know."""
    if request.method == "POST":
        return keys.private(_enter(request))
    opened = keys.followed(request)
    if opened is None:
        return keys.private(render(request, "cases/report/follow.html", {"form": CodeForm()}))
    try:
        found = selectors.followed(opened)
    except NotFound:
        return keys.private(render(request, "cases/report/follow.html", {"form": CodeForm()}))
    form = MessageForm(asked=found.talk.asked)
    return keys.private(show_report(request, found, form, by_code=True))


def _enter(request: HttpRequest) -> HttpResponse:
    form = CodeForm(request.POST)
    if form.is_valid():
        # Counted before it is looked at, and given back for the right one: many at the same moment
        # get no more tries than one after another. Raises `TooMany`.
        slot = floods.take(floods.CODES, keys.source(request, nameless=True))
        found = selectors.by_code(form.cleaned_data["code"])
        if found is not None:
            slot.give_back()
            response = see(reverse("report:follow"))
            keys.follow(response, found)
            return response
        form.add_error("code", _("We know no report with this code. Please check every sign."))
    return render(request, "cases/report/follow.html", {"form": form}, status=form.http_status)


def code_again(request: HttpRequest) -> HttpResponse:
    """The half hour is over: to where the code is entered. Words that were typed meanwhile are
    shown there, to be sent afterwards, for they are kept nowhere else."""
    typed = "\n\n".join(filter(None, (request.POST.get(name, "").strip() for name in _WORDS)))
    if not typed:
        return see(reverse("report:follow"))
    context = {"form": CodeForm(), "typed": typed}
    status = HTTPStatus.BAD_REQUEST
    return keys.private(render(request, "cases/report/follow.html", context, status=status))


def _opened(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For a browser in which the code was right a while ago; others enter it first."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        opened: UUID | None = keys.followed(request)
        if opened is None:
            return code_again(request)
        return keys.private(view(request, selectors.followed(opened)))

    return guarded


@require_POST
@_opened
def answer(request: HttpRequest, found: selectors.MyReport) -> HttpResponse:
    """Write to the desk."""
    return answered(request, found, reverse("report:follow"), by_code=True)


@_READ_OR_SEND
@_opened
def review(request: HttpRequest, found: selectors.MyReport) -> HttpResponse:
    """Ask somebody else to look at a dismissal again."""
    return reviewed(request, found, reverse("report:follow"), by_code=True)


@require_safe
def file(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """A file the desk sent with a message. Without the code it does not exist (`NotFound`)."""
    opened = keys.followed(request)
    if opened is None:
        raise NotFound
    report = selectors.nameless(opened)
    return download(message_files.open_for_sender(report=report, file_id=file_id))


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Close the report in this browser."""
    response = see(reverse("report:follow"))
    keys.leave(response)
    return keys.private(response)
