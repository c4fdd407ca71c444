"""Domain errors and HTTP: the one place where they meet.

| error | status |
|---|---|
| `NotFound`, an object of somebody else | 404, the same bytes as for an address of nothing |
| `NotPermitted` on something visible | 403 |
| `IllegalTransition`, `Conflict`, `WindowClosed` | 409 |
| `Stale` | 412 |
| `InvalidInput` | 400 (views put it on their form first) |
| `TooMany` | 429 with `Retry-After` |
| `NoRoom`: the disk is full | 507 (views put it on their form first) |
| database or mail server out of reach | 503 with `Retry-After` |

Below `/api/` the answer is a problem document (RFC 9457), elsewhere a page.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext

from integrity.accounts.errors import MailUnavailable
from integrity.core import errors

logger = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = 30
_TEMPLATES = {400, 403, 404, 409, 412, 413, 429, 507}
_STATUSES: list[tuple[type[errors.DomainError], int]] = [
    (errors.NotFound, 404),
    (errors.NotPermitted, 403),
    (errors.IllegalTransition, 409),
    (errors.WindowClosed, 409),
    (errors.Conflict, 409),
    (errors.Stale, 412),
    (errors.InvalidInput, 400),
    (errors.TooMany, 429),
    (errors.NoRoom, 507),
    (errors.DomainError, 409),
]
_UNREACHABLE = (OperationalError, InterfaceError, MailUnavailable)


def status_of(error: errors.DomainError) -> int:
    """The HTTP status of a domain error."""
    return next(status for kind, status in _STATUSES if isinstance(error, kind))


def wants_problem(request: HttpRequest) -> bool:
    """Whether the answer is a problem document instead of a page."""
    return request.path.startswith("/api/")


def problem(status: int, detail: str = "", **more: Any) -> JsonResponse:
    """A problem document (RFC 9457)."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
    }
    if detail:
        body["detail"] = detail
    return JsonResponse(body | more, status=status, content_type="application/problem+json")


def page(request: HttpRequest, status: int, *, message: str = "", **context: Any) -> HttpResponse:
    """The error page of a status, or its problem document below `/api/`.

    It depends on the reader but not on the address: nothing in it may tell two addresses apart.
    """
    if wants_problem(request):
        return problem(status, message, **context)
    request.same_everywhere = True  # type: ignore[attr-defined]
    return render(request, f"{status}.html", {**context, "message": message}, status=status)


def unavailable(request: HttpRequest) -> HttpResponse:
    """503: something this needs does not answer. Touches neither database nor session."""
    if wants_problem(request):
        response: HttpResponse = problem(503, gettext("Please try again in a moment."))
    else:
        response = HttpResponse(render_to_string("503.html"), status=503)
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def answer(request: HttpRequest, error: errors.DomainError) -> HttpResponse:
    """What a domain error looks like: a page, or a problem document below `/api/`."""
    status = status_of(error)
    if status == HTTPStatus.NOT_FOUND:
        # The message could tell a hidden object from none.
        return page(request, 404)
    if isinstance(error, errors.InvalidInput):
        fields = {
            name: [str(message) for message in messages] for name, messages in error.fields.items()
        }
        if wants_problem(request):
            return problem(400, str(error.message), errors=fields)
        lines = [message for messages in fields.values() for message in messages]
        return page(request, 400, message=str(error.message), lines=lines)
    response = page(request, status, message=str(error.message))
    if isinstance(error, errors.TooMany):
        response["Retry-After"] = str(error.seconds)
    return response


class DomainErrorMiddleware:
    """Answers domain errors that a view lets through."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The answer to a domain error; None leaves other exceptions to Django."""
        if isinstance(exception, errors.DomainError):
            return answer(request, exception)
        if isinstance(exception, _UNREACHABLE):
            logger.warning("unavailable: %s", type(exception).__name__)
            return unavailable(request)
        return None


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """`handler400`."""
    return page(request, 400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """`handler403`."""
    return page(request, 403)


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """`handler404`."""
    return page(request, 404)


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """`handler429`, asked for by the sign-in pages."""
    return page(request, 429)


def server_error(request: HttpRequest) -> HttpResponse:
    """`handler500`; 503 when it was the database that did not answer. Needs no database itself."""
    if isinstance(sys.exc_info()[1], _UNREACHABLE):
        return unavailable(request)
    if wants_problem(request):
        return problem(500)
    return HttpResponse(render_to_string("500.html"), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that came without its proof of origin: 403, in words."""
    if wants_problem(request):
        return problem(403, gettext("The request did not carry a valid CSRF token."))
    request.same_everywhere = True  # type: ignore[attr-defined]
    return render(request, "403_csrf.html", status=403)
