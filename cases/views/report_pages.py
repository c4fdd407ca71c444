"""What the pages of a report share: where one goes next, and how a page is shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.help import contacts, looks_urgent
from cases.models import Report
from cases.personal import in_fields
from cases.selectors.report import NamedFile
from cases.services import drafts
from cases.views import report_keys as keys
from cases.views.report_steps import Way
from integrity.core.errors import (
    Conflict,
    IllegalTransition,
    InvalidInput,
    NoRoom,
    TooMany,
    WindowClosed,
)
from integrity.web.forms import Form

LATER = "later"
WAIT = "wait"


def see(address: str) -> HttpResponseRedirect:
    """Go and look there (303): reloading it sends nothing again."""
    return HttpResponseRedirect(address, status=HTTPStatus.SEE_OTHER)


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
    except (Conflict, IllegalTransition, WindowClosed) as refusal:
        form.add_error(None, str(refusal.message))
    except NoRoom as full:
        form.add_no_room(full)
    except TooMany as many:
        form.add_error(None, ValidationError(str(many.message), params={WAIT: many.seconds}))


def saved(request: HttpRequest, report: Report, way: Way, page: drafts.Page) -> HttpResponse:
    """Keep the answers of a page and go on."""
    who = keys.holder(request)
    kept = drafts.save(actor=who.user, draft_id=report.public_id, page=page, key=who.key)
    if kept.pk != report.pk:
        # Written anew without a name: it has addresses of its own.
        way = Way(way.steps, way.index, kept)
    return keys.remember(request, onward(request, way))


def onward(request: HttpRequest, way: Way) -> HttpResponse:
    """To the next page, back to the check page, or to the list with what is not sent yet."""
    if later(request):
        if way.report is None or not way.report.reporter_ref:
            return see(reverse("report:choose"))
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
    pointed: Mapping[str, str] | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    """The page with its form and its place in the report; 400 for a form that was refused.

    `pointed`: what was saved by field; what looks personal in it is said beside the field.
    """
    wait = _wait(form) if form.is_bound else None
    if status == HTTPStatus.OK and form.is_bound and form.errors:
        status = HTTPStatus.BAD_REQUEST if wait is None else HTTPStatus.TOO_MANY_REQUESTS
    changing = to_check(request) and way.reached_check
    visitor = keys.holder(request).visitor
    response = render(
        request,
        f"cases/report/{page}.html",
        {
            "report": way.report,
            "form": form,
            "way": way,
            "pointers": in_fields(pointed or {}),
            "changing": changing,
            **urgent_help(way.report),
            "visitor": visitor,
            # Kept for its key, which ends with the browser's session.
            "nameless": visitor if way.report is None else not way.report.reporter_ref,
            "back_url": way.url(len(way.steps) - 1) if changing else way.previous,
            **(context or {}),
        },
        status=status,
    )
    if wait is not None:
        response["Retry-After"] = str(wait)
    return keys.private(keys.remember(request, response))


def urgent_help(report: Report | None, *, always: bool = False) -> dict[str, object]:
    """Whom to turn to at once: for an urgent kind, words that sound like one, or `always`."""
    urgent = always
    if report is not None:
        kind = report.violation_type
        urgent = always or (kind is not None and kind.urgent)
        urgent = urgent or looks_urgent(report.account, report.quoted_text)
    if not urgent:
        return {"urgent": False}
    institution = report.institution if report is not None else None
    return {"urgent": True, "help_contacts": contacts(institution)}


def told_in_evidence(report: Report, files: Sequence[NamedFile]) -> dict[str, str]:
    """What the page of evidence holds in words, by field."""
    links = {f"link_{number}": link for number, link in enumerate(report.links, start=1)}
    return links | {f"description-{row.file.public_id}": row.file.description for row in files}


def _wait(form: Form) -> int | None:
    """Seconds to wait, where a form was refused because there were too many."""
    for error in form.non_field_errors().as_data():
        if error.params and WAIT in error.params:
            return int(error.params[WAIT])
    return None
